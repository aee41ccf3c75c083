//! `GET /api/v1/segments/{id}/history`.

use api_types::memberships::{SegmentDay, SegmentHistory};
use axum::{Json, extract::State};
use kernel::{id::kind, invalid::Invalid};
use segmentation::{
    language::{Moment, local_date},
    membership::{self, Day, Filled, Span},
};
use serde::Deserialize;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SegmentsRead},
        extract::{PathId, ValidQuery},
        problem::ApiError,
    },
    routes::asking,
    state::App,
};

/// The most days of one answer.
const MOST: u32 = 400;

/// How far back.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct HistoryQuery {
    /// How many days, today included; 90 unless said.
    #[param(minimum = 1, maximum = 400)]
    days: Option<u32>,
}

/// Counts a segment day by day: how many were in, entered and left.
#[utoipa::path(get, path = "/api/v1/segments/{id}/history", operation_id = "get_segment_history", tag = "segments",
    params(("id" = String, Path, description = "seg_…"), HistoryQuery),
    responses((status = 200, body = SegmentHistory)))]
pub(super) async fn history(
    operator: Operator<SegmentsRead>,
    PathId(id): PathId<kind::Segment>,
    ValidQuery(query): ValidQuery<HistoryQuery>,
    State(app): State<App>,
) -> Result<Json<SegmentHistory>, ApiError> {
    let days = query.days.unwrap_or(90);
    if !(1..=MOST).contains(&days) {
        return Err(Invalid::one(
            "/days",
            "range",
            format!("1 to {MOST} days"),
            format!("1〜{MOST}日で指定してください"),
        )
        .into());
    }
    let segment = wire::segment(&app, &operator, id).await?;
    let at = asking::at(&app, &operator).await?;
    let (db, workspace) = (app.db.reader(), operator.workspace);
    let filled = membership::filled(db, workspace).await?.remove(&segment.id);
    let span = Span {
        now: at.now,
        days,
        zone: at.zone,
    };
    let history = membership::history(db, workspace, segment.id, span).await?;
    let state = membership::state(db, workspace).await?;
    let since = filled
        .as_ref()
        .map(|filled| local_date(filled.since, at.zone));
    let day = |day: Day| SegmentDay {
        date: day.date.to_string(),
        starts_at: Moment::Date(day.date).start(at.now, at.zone).to_string(),
        members: since
            .is_some_and(|since| since <= day.date)
            .then_some(day.members),
        entered: day.entered,
        left: day.left,
        filled_in: day.filled_in,
        filled_out: day.filled_out,
    };
    Ok(Json(SegmentHistory {
        members: history.members,
        state: standing(filled.as_ref()).to_owned(),
        since: filled.map(|filled| filled.since.to_string()),
        read_at: state.map(|(read_at, _)| read_at.to_string()),
        by: state.map_or("none", |(_, way)| way.name()).to_owned(),
        days: history.days.into_iter().map(day).collect(),
    }))
}

fn standing(filled: Option<&Filled>) -> &'static str {
    match filled {
        None => "waiting",
        Some(filled) if filled.is_put_away() => "put_away",
        Some(filled) if filled.is_whole() => "kept",
        Some(_) => "filling",
    }
}
