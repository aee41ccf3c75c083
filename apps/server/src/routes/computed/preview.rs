//! `POST /api/v1/computed-attributes/preview`.

use api_types::computed::{PreviewComputedAttribute, PreviewedStandings, StandingCount};
use axum::{Json, extract::State};
use computed::{
    Rule,
    person::Rules,
    rule::Kind,
    store::{definition, preview},
};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SegmentsWrite},
        extract::ValidJson,
        problem::ApiError,
    },
    routes::asking,
    state::App,
};

/// Counts how many customers would stand where by a rule that is not saved: all of them, or an even sample.
#[utoipa::path(post, path = "/api/v1/computed-attributes/preview", operation_id = "preview_computed_attribute", tag = "customers",
    request_body = PreviewComputedAttribute, responses((status = 200, body = PreviewedStandings), (status = 422)))]
pub(super) async fn preview(
    operator: Operator<SegmentsWrite>,
    State(app): State<App>,
    ValidJson(body): ValidJson<PreviewComputedAttribute>,
) -> Result<Json<PreviewedStandings>, ApiError> {
    let db = app.db.reader();
    let rule = Rule::read(&body.rule)?;
    let at = asking::at(&app, &operator).await?;
    let kind = rule.kind();
    let held = definition::list(db, operator.workspace).await?;
    let rules = definition::rules(&held, at.zone).with(rule);
    let found = preview::preview(db, operator.workspace, (&rules, kind), at.now).await?;
    let mut counts: Vec<StandingCount> = found
        .counts
        .into_iter()
        .map(|(standing, customers)| StandingCount {
            standing,
            customers,
        })
        .collect();
    match kind {
        Kind::Rank => sort(&mut counts, &rules),
        Kind::Affinity => wire::most(&mut counts),
        Kind::Dormancy | Kind::Lifecycle | Kind::Score => {}
    }
    Ok(Json(PreviewedStandings {
        customers: found.customers,
        looked_at: found.looked_at,
        counts,
    }))
}

/// Every rank in its order, also one that nobody would have, and nobody last.
fn sort(counts: &mut Vec<StandingCount>, rules: &Rules) {
    let ranks = rules.rank.as_ref().map(|rule| rule.ranks.as_slice());
    let names = ranks.unwrap_or_default().iter().map(|rank| &*rank.name);
    let mut sorted: Vec<StandingCount> = Vec::new();
    for name in names.chain([""]) {
        let n = counts.iter().find(|one| one.standing == name);
        let customers = n.map_or(0, |one| one.customers);
        if customers > 0 || !name.is_empty() {
            sorted.push(StandingCount {
                standing: name.to_owned(),
                customers,
            });
        }
    }
    *counts = sorted;
}
