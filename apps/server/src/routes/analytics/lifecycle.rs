//! `GET /api/v1/analytics/lifecycle`.

use analytics::lifecycle::{self, Lifecycle, share};
use api_types::computed::{LifecycleView, StageCohort, StageCount, StageFlow, StageStep};
use axum::{Json, extract::State};
use kernel::{invalid::Invalid, time::Millis};
use serde::Deserialize;

use crate::{
    http::{
        auth::{Operator, needs::ReportsRead},
        extract::ValidQuery,
        problem::ApiError,
    },
    state::App,
};

/// Over how many days turns are counted unless said.
const DAYS: u32 = 30;

/// What is asked.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LifecycleQuery {
    /// Over how many days turns are counted, 1 to 3660; 30 unless given.
    days: Option<String>,
}

/// Counts customers by lifecycle stage, how many came from stage to stage, and who turned in the last days.
#[utoipa::path(get, path = "/api/v1/analytics/lifecycle", operation_id = "get_lifecycle", tag = "reports",
    params(LifecycleQuery), responses((status = 200, body = LifecycleView)))]
pub(super) async fn lifecycle(
    operator: Operator<ReportsRead>,
    ValidQuery(query): ValidQuery<LifecycleQuery>,
    State(app): State<App>,
) -> Result<Json<LifecycleView>, ApiError> {
    let days = match query.days.as_deref() {
        None | Some("") => DAYS,
        Some(days) => days.parse().map_err(|_| {
            Invalid::one(
                "/days",
                "unknown",
                "give a number of days",
                "日数を指定してください",
            )
        })?,
    };
    let now = app.now();
    let found = lifecycle::find(app.db.reader(), operator.workspace, days, now).await?;
    Ok(Json(view(found, days, now)))
}

fn view(found: Lifecycle, days: u32, now: Millis) -> LifecycleView {
    let all: i64 = found.stages.iter().map(|(_, n)| n).sum();
    let steps = found.steps();
    LifecycleView {
        counted_at: now.to_string(),
        is_declared: found.is_declared,
        is_whole: found.is_whole,
        stages: found
            .stages
            .into_iter()
            .map(|(stage, customers)| StageCount {
                stage: stage.as_str().to_owned(),
                customers,
                share: share(customers, all),
            })
            .collect(),
        steps: steps
            .into_iter()
            .filter(|_| found.is_declared)
            .map(|(from, to, [before, after])| StageStep {
                from: from.as_str().to_owned(),
                to: to.as_str().to_owned(),
                reached_from: before,
                reached_to: after,
                rate: share(after, before),
            })
            .collect(),
        cohorts: found
            .cohorts
            .into_iter()
            .map(|cohort| StageCohort {
                month: cohort.month.map(|day| day.format("%Y-%m").to_string()),
                reached: cohort.reached.to_vec(),
            })
            .collect(),
        flows: found
            .flows
            .into_iter()
            .map(|flow| StageFlow {
                from: flow.before,
                to: flow.after,
                turns: flow.n,
            })
            .collect(),
        days,
    }
}
