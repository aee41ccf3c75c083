//! `GET /api/v1/segment-vocabulary` and `GET /api/v1/segment-templates`.

use api_types::segments::{SegmentTemplate, SegmentVocabulary, VocabularyName, VocabularyWord};
use axum::{Json, extract::State};
use computed::store::definition;
use segmentation::{sentence, sentence::Names, template, vocabulary as words};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SegmentsRead},
        problem::ApiError,
    },
    state::App,
};

/// Returns what conditions can speak of in this workspace.
#[utoipa::path(get, path = "/api/v1/segment-vocabulary", operation_id = "get_segment_vocabulary", tag = "segments",
    responses((status = 200, body = SegmentVocabulary)))]
pub(super) async fn vocabulary(
    operator: Operator<SegmentsRead>,
    State(app): State<App>,
) -> Result<Json<SegmentVocabulary>, ApiError> {
    let found = words::load(app.db.reader(), operator.workspace).await?;
    let held = definition::list(app.db.reader(), operator.workspace).await?;
    let rules = definition::rules(&held, chrono_tz::Tz::UTC);
    let word = |word: words::Word| VocabularyWord {
        values: rules
            .values(&word.key)
            .into_iter()
            .map(|(key, label)| VocabularyName {
                key,
                label: wire::both(label),
            })
            .collect(),
        key: word.key,
        label: wire::both(word.label),
        value_type: word.value_type.word().to_owned(),
    };
    Ok(Json(SegmentVocabulary {
        fields: found.fields.into_iter().map(word).collect(),
        attributes: found.attributes.into_iter().map(word).collect(),
        events: found
            .events
            .into_iter()
            .map(|(key, label)| VocabularyName {
                key,
                label: wire::both(label),
            })
            .collect(),
        categories: found.categories,
    }))
}

/// Returns the ready-made segments, fitted to the workspace's categories.
#[utoipa::path(get, path = "/api/v1/segment-templates", operation_id = "list_segment_templates", tag = "segments",
    responses((status = 200, body = Vec<SegmentTemplate>)))]
pub(super) async fn templates(
    operator: Operator<SegmentsRead>,
    State(app): State<App>,
) -> Result<Json<Vec<SegmentTemplate>>, ApiError> {
    let found = words::load(app.db.reader(), operator.workspace).await?;
    let all = template::all(&|name| words::category_path(&found.categories, name));
    let names = Names::load(app.db.reader(), operator.workspace, &[]).await?;
    let view = |template: template::Template| SegmentTemplate {
        key: template.key.to_owned(),
        name: wire::both(template.name),
        description: wire::both(template.description),
        sentence: wire::both(sentence::document(&template.document, &names)),
        document: template.document.to_json(),
    };
    Ok(Json(all.into_iter().map(view).collect()))
}
