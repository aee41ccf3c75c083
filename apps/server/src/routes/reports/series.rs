//! `GET /api/v1/campaigns/{id}/report/series`.

use analytics::zone::Bucket;
use api_types::reports::{LineView, SeriesView};
use axum::{Json, extract::State};
use kernel::{id::kind, invalid::Invalid};
use serde::Deserialize;

use crate::{
    http::{
        auth::{Operator, needs::ReportsRead},
        extract::{PathId, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// How fine time is cut.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SeriesQuery {
    /// `hour` or `day`; without it hours for the first three days, days later.
    bucket: Option<String>,
}

/// Counts a campaign over time, each thing at the instant it first happened.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/report/series", operation_id = "get_campaign_series", tag = "reports",
    params(("id" = String, Path, description = "cmp_…"), SeriesQuery),
    responses((status = 200, body = SeriesView)))]
pub(super) async fn series(
    operator: Operator<ReportsRead>,
    PathId(id): PathId<kind::Campaign>,
    ValidQuery(query): ValidQuery<SeriesQuery>,
    State(app): State<App>,
) -> Result<Json<SeriesView>, ApiError> {
    let bucket = query.bucket.as_deref().map(read).transpose()?;
    let series = analytics::series::find(app.db.reader(), operator.workspace, id, bucket).await?;
    let line = |(metric, values): (analytics::Metric, Vec<i64>)| LineView {
        metric: metric.key().to_owned(),
        values,
    };
    Ok(Json(SeriesView {
        bucket: series.bucket.as_str().to_owned(),
        starts: series.starts.iter().map(ToString::to_string).collect(),
        lines: series.lines.into_iter().map(line).collect(),
    }))
}

fn read(word: &str) -> Result<Bucket, Invalid> {
    Bucket::parse(word).ok_or_else(|| {
        Invalid::one(
            "/bucket",
            "unknown",
            "use hour or day",
            "hour か day を指定してください",
        )
    })
}
