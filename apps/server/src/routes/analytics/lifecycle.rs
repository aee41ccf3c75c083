//! `GET /api/v1/analytics/lifecycle`.

use analytics::{
    lifecycle::{self, Lifecycle, Question, share},
    origin::By,
};
use api_types::computed::{
    LifecycleView, StageCohort, StageCount, StageFlow, StageGroup, StageStep,
};
use axum::{Json, extract::State};
use computed::lifecycle::Stage;
use kernel::{
    invalid::{FieldError, Invalid},
    time::Millis,
};
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
    /// Tells customers apart: `channel` or `source` by how they came, `attribute:KEY` by an attribute of text.
    by: Option<String>,
    /// Only those of the groups who were first seen in this month, such as `2026-07`.
    month: Option<String>,
}

impl LifecycleQuery {
    fn question(&self) -> Result<Question, Invalid> {
        let mut found = Invalid::default();
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let mut wrong = |pointer: &str, en: &str, ja: &str| {
            found.push(FieldError::new(pointer, "unknown", en, ja));
        };
        let days = given(&self.days).map_or(Some(DAYS), |days| days.parse().ok());
        if days.is_none() {
            wrong("/days", "give a number of days", "日数を指定してください");
        }
        let by = given(&self.by).map(|by| By::parse(&by));
        if by == Some(None) {
            wrong(
                "/by",
                "use channel, source or attribute:KEY",
                "channel、source、attribute:キー のいずれかを指定してください",
            );
        }
        let month = given(&self.month).map(|month| format!("{month}-01").parse().ok());
        if month == Some(None) {
            wrong(
                "/month",
                "give a month such as 2026-07",
                "2026-07 のような月を指定してください",
            );
        }
        found.into_result()?;
        Ok(Question {
            days: days.unwrap_or(DAYS),
            by: by.flatten(),
            month: month.flatten(),
        })
    }
}

/// Counts customers by lifecycle stage, how many came from stage to stage, and who turned in the last days.
#[utoipa::path(get, path = "/api/v1/analytics/lifecycle", operation_id = "get_lifecycle", tag = "reports",
    params(LifecycleQuery), responses((status = 200, body = LifecycleView)))]
pub(super) async fn lifecycle(
    operator: Operator<ReportsRead>,
    ValidQuery(query): ValidQuery<LifecycleQuery>,
    State(app): State<App>,
) -> Result<Json<LifecycleView>, ApiError> {
    let asked = query.question()?;
    let now = app.now();
    let found = lifecycle::find(app.db.reader(), operator.workspace, &asked, now).await?;
    Ok(Json(view(found, asked.days, now)))
}

fn view(found: Lifecycle, days: u32, now: Millis) -> LifecycleView {
    let steps = found.steps();
    LifecycleView {
        counted_at: now.to_string(),
        is_declared: found.is_declared,
        is_whole: found.is_whole,
        stages: counts(found.stages),
        groups: found
            .groups
            .into_iter()
            .map(|group| StageGroup {
                key: group.group.key,
                name_ja: group.group.ja,
                name_en: group.group.en,
                stages: counts(group.stages),
                reached: group.reached.to_vec(),
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

fn counts(stages: Vec<(Stage, i64)>) -> Vec<StageCount> {
    let all: i64 = stages.iter().map(|(_, n)| n).sum();
    let count = |(stage, customers): (Stage, i64)| StageCount {
        stage: stage.as_str().to_owned(),
        customers,
        share: share(customers, all),
    };
    stages.into_iter().map(count).collect()
}
