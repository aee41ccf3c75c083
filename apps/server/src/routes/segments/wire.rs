//! From the domain to the wire, and what every route of the area needs.

use api_types::segments::{BothLanguages, SegmentPerson, SegmentView};
use axum::http::StatusCode;
use kernel::{
    id::{ProfileId, SegmentId},
    invalid::{Bilingual, Invalid},
};
use profiles::customers::{self, CustomerSummary};
use segmentation::{
    SegmentError,
    language::{self, Document},
    sentence::{self, Names},
    store::{Author, Segment},
    vip::Treatment,
};
use serde_json::{Value, json};
use storage::Tx;

use crate::{
    http::{
        audit::{self, Look},
        auth::Caller,
        problem::ApiError,
    },
    state::App,
};

impl From<SegmentError> for ApiError {
    fn from(error: SegmentError) -> Self {
        match error {
            SegmentError::Invalid(invalid) => invalid.into(),
            SegmentError::Conflict { .. } => Self::conflict(),
            SegmentError::InUse(names) => Self::new(
                StatusCode::CONFLICT,
                "in-use",
                "the segment is still used",
                "セグメントはまだ使われています",
            )
            .because(
                format!("used by: {}", names.join(", ")),
                format!("使用中：{}", names.join("、")),
            ),
            SegmentError::Vip => Self::new(
                StatusCode::CONFLICT,
                "vip-segment",
                "the segment is a VIP segment",
                "VIP セグメントです",
            )
            .because(
                "put away, it would let every campaign at its members; take the VIP treatment back first",
                "アーカイブすると、すべてのキャンペーンが届くようになります。先に VIP の扱いを解除してください",
            ),
            SegmentError::TooManyValues => Invalid::one(
                "/document",
                "too_many_values",
                "too many different values for a pattern, a distance or a comparison regardless of spelling; compare exactly",
                "値の種類が多すぎて正規表現・距離・表記ゆれの吸収が使えません。完全一致にしてください",
            )
            .into(),
            SegmentError::Db(error) => error.into(),
            SegmentError::Storage(error) => error.into(),
        }
    }
}

pub(super) fn both(text: Bilingual) -> BothLanguages {
    BothLanguages {
        ja: text.ja,
        en: text.en,
    }
}

/// Reads a document of a body; its errors point into the body.
pub(super) fn document(value: &Value, member: &str) -> Result<Document, Invalid> {
    language::read(value).map_err(|invalid| within(invalid, member))
}

/// Moves errors that point into a document to where the document stands in the body.
pub(super) fn within(mut invalid: Invalid, member: &str) -> Invalid {
    for error in &mut invalid.0 {
        error.pointer = format!("/{member}{}", error.pointer);
    }
    invalid
}

/// Maps errors of asking a document that stands in a member of the body.
pub(super) fn asked(member: &'static str) -> impl Fn(SegmentError) -> ApiError {
    move |error| match error {
        SegmentError::Invalid(invalid) => within(invalid, member).into(),
        other => other.into(),
    }
}

pub(super) fn author(app: &App, caller: &Caller) -> Author {
    Author {
        workspace: caller.workspace,
        user: caller.user(),
        now: app.now(),
    }
}

/// Logs a change of a segment in its transaction.
pub(super) async fn log(
    app: &App,
    tx: &Tx,
    caller: &Caller,
    action: &str,
    segment: &Segment,
) -> Result<(), ApiError> {
    let object = ("segment", Some(segment.id.raw()));
    let detail = json!({ "name": segment.name, "version": segment.version });
    audit::log(app, tx, caller, action, object, detail).await
}

pub(super) async fn view(
    app: &App,
    caller: &Caller,
    segment: Segment,
) -> Result<SegmentView, ApiError> {
    let names = Names::load(app.db.reader(), caller.workspace, &[&segment.document]).await?;
    Ok(view_with(&names, segment))
}

pub(super) fn view_with(names: &Names, segment: Segment) -> SegmentView {
    SegmentView {
        id: segment.id.to_string(),
        sentence: both(sentence::document(&segment.document, names)),
        document: segment.document.to_json(),
        name: segment.name,
        description: segment.description,
        version: segment.version,
        template: segment.template,
        is_archived: segment.archived_at.is_some(),
        is_vip: segment.treatment == Treatment::Vip,
        created_at: segment.created_at.to_string(),
        updated_at: segment.updated_at.to_string(),
    }
}

/// Returns a segment of the caller's workspace or "not found".
pub(super) async fn segment(
    app: &App,
    caller: &Caller,
    id: SegmentId,
) -> Result<Segment, ApiError> {
    segmentation::store::find(app.db.reader(), caller.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)
}

/// Reads names for a list of people, in the order of the list, and logs that they were looked at.
pub(in crate::routes) async fn people(
    app: &App,
    caller: &Caller,
    action: &str,
    ids: &[ProfileId],
) -> Result<Vec<SegmentPerson>, ApiError> {
    let found = customers::several(app.db.reader(), caller.workspace, ids).await?;
    let look = Look {
        action,
        profile: None,
        n_people: i64::try_from(found.len()).unwrap_or(i64::MAX),
        fields: "name",
    };
    audit::look(app, caller, look).await?;
    let person = |person: CustomerSummary| SegmentPerson {
        id: person.id.to_string(),
        name: person.full_name,
        external_id: person.external_id,
        last_seen_at: person.last_seen_at.to_string(),
    };
    Ok(found.into_iter().map(person).collect())
}
