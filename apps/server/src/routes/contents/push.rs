//! `POST /api/v1/contents/push/preview`.

use api_types::{
    contents::EmptyVariable,
    push_messages::{PreviewPush, PushButton, PushNote, PushPreview},
};
use axum::{Json, extract::State};
use contents::{
    Data, RenderOptions,
    push::{self, CompiledPush, PushDocument, RenderedPush},
};
use kernel::invalid::Invalid;

use super::{
    data::{self, Subject},
    wire,
};
use crate::{
    http::{
        auth::{Operator, needs::ContentsRead},
        extract::{Locale, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// Renders a push for one customer without sending it.
///
/// What cannot be compiled or rendered, or what no device would take, is answered with 422: each error points at a field of
/// the document. What a locked telephone would cut off stands in `notes`.
#[utoipa::path(post, path = "/api/v1/contents/push/preview", operation_id = "preview_push", tag = "contents",
    request_body = PreviewPush,
    responses((status = 200, body = PushPreview), (status = 404)))]
pub(super) async fn preview(
    operator: Operator<ContentsRead>,
    locale: Locale,
    State(app): State<App>,
    ValidJson(body): ValidJson<PreviewPush>,
) -> Result<Json<PushPreview>, ApiError> {
    let document = read(&body)?;
    let offer = match body.campaign_id.as_deref() {
        Some(id) => Some(data::offer(&app, &operator, id).await?),
        None => None,
    };
    let (customer, wanted) = (body.customer_id.as_deref(), body.locale.as_deref());
    let subject = data::subject(&app, &operator, customer, wanted, offer.as_ref()).await?;
    // Compiling takes a millisecond of CPU a language; other requests must not wait for it.
    let work = move || render(&document, &subject, body.locale.as_deref());
    let rendered = tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| ApiError::internal(&error))??;
    Ok(Json(view(rendered, &locale)))
}

fn read(body: &PreviewPush) -> Result<PushDocument, ApiError> {
    let json = serde_json::to_value(&body.document).map_err(|error| ApiError::internal(&error))?;
    serde_json::from_value(json).map_err(|error| {
        Invalid::one(
            "/document",
            "malformed",
            format!("the document has the wrong shape: {error}"),
            format!("メッセージの形式が正しくありません（{error}）"),
        )
        .into()
    })
}

fn render(
    document: &PushDocument,
    subject: &Subject,
    locale: Option<&str>,
) -> Result<RenderedPush, ApiError> {
    let refused = push::problems(document);
    if !refused.is_empty() {
        return Err(wire::problems(refused));
    }
    let compiled = CompiledPush::compile(document).map_err(|error| wire::problems(error.0))?;
    let options = RenderOptions {
        locale: locale.or(subject.locale.as_deref()),
        timezone: subject.timezone,
        ..RenderOptions::default()
    };
    compiled
        .render(Data::from_json(&subject.json), &options, &mut |link| {
            link.url.into_owned()
        })
        .map_err(|error| wire::problems(vec![error.0]))
}

fn view(rendered: RenderedPush, locale: &Locale) -> PushPreview {
    let notes = push::lint(&rendered).into_iter().map(|found| PushNote {
        code: found.code.to_owned(),
        pointer: format!("/document{}", found.pointer),
        message: if locale.0.starts_with("en") {
            found.message_en
        } else {
            found.message_ja
        },
    });
    let notes = notes.collect();
    let warnings = rendered.warnings.into_iter().map(|missing| EmptyVariable {
        variable: missing.variable,
        pointer: missing.pointer,
        line: wire::number(missing.position.line),
        column: wire::number(missing.position.column),
    });
    PushPreview {
        warnings: warnings.collect(),
        notes,
        buttons: rendered
            .buttons
            .into_iter()
            .map(|button| PushButton {
                label: button.label,
                link: button.link.unwrap_or_default(),
            })
            .collect(),
        locale: rendered.locale,
        title: rendered.title,
        body: rendered.body,
        image: rendered.image,
        link: rendered.link,
    }
}
