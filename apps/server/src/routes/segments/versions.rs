//! `GET /api/v1/segments/{id}/versions`.

use api_types::{
    segment_versions::{SegmentChange, SegmentVersionView},
    segments::BothLanguages,
};
use axum::{Json, extract::State};
use kernel::id::kind;
use segmentation::{
    compare::{self, Difference},
    language::{Document, Node},
    sentence::{self, Names},
    store::{self, SavedVersion},
};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SegmentsRead},
        extract::PathId,
        problem::ApiError,
    },
    routes::authors::Authors,
    state::App,
};

/// Lists the versions of a segment with what changed in each, the newest first, at most a hundred.
#[utoipa::path(get, path = "/api/v1/segments/{id}/versions", operation_id = "list_segment_versions", tag = "segments",
    params(("id" = String, Path, description = "seg_…")),
    responses((status = 200, body = Vec<SegmentVersionView>)))]
pub(super) async fn versions(
    operator: Operator<SegmentsRead>,
    PathId(id): PathId<kind::Segment>,
    State(app): State<App>,
) -> Result<Json<Vec<SegmentVersionView>>, ApiError> {
    let db = app.db.reader();
    let versions = store::versions(db, operator.workspace, id).await?;
    if versions.is_empty() {
        return Err(ApiError::not_found());
    }
    let documents: Vec<&Document> = versions.iter().map(|version| &version.document).collect();
    let names = Names::load(db, operator.workspace, &documents).await?;
    let authors = Authors::load(&app, &operator).await?;
    // Each beside the one that it replaced; the first of all, or the hundredth, replaced none that is known.
    let before = versions.iter().skip(1).map(Some).chain([None]);
    let views = versions.iter().zip(before);
    let views = views.map(|(version, before)| view(version, before, (&names, &authors)));
    Ok(Json(views.collect()))
}

fn view(
    version: &SavedVersion,
    before: Option<&SavedVersion>,
    (names, authors): (&Names, &Authors),
) -> SegmentVersionView {
    let changes = before.map_or_else(Vec::new, |before| {
        compare::differences(&before.document, &version.document)
    });
    SegmentVersionView {
        version: version.version,
        name: version.name.clone(),
        document: version.document.to_json(),
        sentence: wire::both(sentence::document(&version.document, names)),
        saved_by: authors.of(version.saved_by),
        saved_at: version.saved_at.to_string(),
        changes: changes.iter().map(|one| change(one, names)).collect(),
    }
}

fn change(difference: &Difference<'_>, names: &Names) -> SegmentChange {
    let (kind, before, after) = match *difference {
        Difference::Added(node) => ("added", None, Some(node)),
        Difference::Removed(node) => ("removed", Some(node), None),
        Difference::Changed { before, after } => ("changed", Some(before), Some(after)),
        Difference::Moved(node) => ("moved", Some(node), Some(node)),
    };
    let said = |node: &Node| -> BothLanguages { wire::both(sentence::node(node, names)) };
    SegmentChange {
        kind: kind.to_owned(),
        before: before.map(said),
        after: after.map(said),
    }
}
