//! `GET /api/v1/segments/{id}/past-members`.

use api_types::{PageOf, segments::SegmentPerson};
use axum::{Json, extract::State};
use kernel::{
    id::{ProfileId, kind},
    invalid::Invalid,
    page::{Page, PageRequest},
    time::Millis,
};
use profiles::customers;
use segmentation::membership;
use serde::Deserialize;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ProfilesRead},
        extract::{PathId, ValidQuery, limit},
        problem::ApiError,
    },
    state::App,
};

/// When.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PastQuery {
    /// The instant (RFC 3339).
    at: String,
    /// The `next` value of the page before.
    after: Option<String>,
    /// Rows a page, at most 100.
    #[serde(default, deserialize_with = "limit")]
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// Lists who was in a segment at an instant, in a fixed order. Who has been merged since is shown as the customer that
/// she is now; who has been erased is left out.
#[utoipa::path(get, path = "/api/v1/segments/{id}/past-members", operation_id = "list_past_segment_members", tag = "segments",
    params(("id" = String, Path, description = "seg_…"), PastQuery),
    responses((status = 200, body = PageOf<SegmentPerson>)))]
pub(super) async fn past_members(
    operator: Operator<ProfilesRead>,
    PathId(id): PathId<kind::Segment>,
    ValidQuery(query): ValidQuery<PastQuery>,
    State(app): State<App>,
) -> Result<Json<PageOf<SegmentPerson>>, ApiError> {
    let segment = wire::segment(&app, &operator, id).await?;
    let at = instant(&app, &operator, segment.id, &query.at).await?;
    let page = PageRequest {
        after: query.after,
        limit: query.limit,
    };
    let after = page.position()?.map(|[after]| ProfileId::from_raw(after));
    let (db, limit) = (app.db.reader(), page.limit());
    let found =
        membership::members_at(db, operator.workspace, segment.id, at, after, limit + 1).await?;
    let page = Page::cut(found, limit, |id| vec![id.raw()]);
    let living = living(&app, &operator, page.items).await?;
    let items = wire::people(&app, &operator, "segment.past_members", &living).await?;
    Ok(Json(PageOf {
        items,
        next: page.next,
    }))
}

/// Reads an instant of which something is known.
async fn instant(
    app: &App,
    operator: &Operator<ProfilesRead>,
    segment: kernel::id::SegmentId,
    text: &str,
) -> Result<Millis, ApiError> {
    let wrong = |code: &'static str, en: &str, ja: &str| Invalid::one("/at", code, en, ja);
    let at = Millis::parse(text).ok_or_else(|| {
        wrong(
            "instant",
            "not an RFC 3339 time",
            "RFC 3339の日時で指定してください",
        )
    })?;
    if at > app.now() {
        return Err(wrong(
            "future",
            "this moment has not come yet",
            "まだ来ていない日時です",
        )
        .into());
    }
    let filled = membership::filled(app.db.reader(), operator.workspace).await?;
    if filled.get(&segment).is_none_or(|filled| at < filled.since) {
        return Err(wrong(
            "unknown",
            "memberships of this segment were not kept yet at this moment",
            "この日時にはまだ所属を記録していませんでした",
        )
        .into());
    }
    Ok(at)
}

/// Follows merges; each customer once.
async fn living(
    app: &App,
    operator: &Operator<ProfilesRead>,
    ids: Vec<ProfileId>,
) -> Result<Vec<ProfileId>, ApiError> {
    let (db, workspace) = (app.db.reader(), operator.workspace);
    let raw: Vec<i64> = ids.iter().map(|id| id.raw()).collect();
    let gone = membership::gone(db, workspace, &raw).await?;
    let mut living: Vec<ProfileId> = Vec::with_capacity(ids.len());
    for id in ids {
        let id = if gone.contains_key(&id.raw()) {
            match customers::living(db, workspace, id).await? {
                Some(survivor) => survivor,
                None => continue,
            }
        } else {
            id
        };
        if !living.contains(&id) {
            living.push(id);
        }
    }
    Ok(living)
}
