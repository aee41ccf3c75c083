//! `POST /api/v1/contents/line/preview`.

use api_types::{
    contents::EmptyVariable,
    line_messages::{LinePreview, PreviewLine},
};
use axum::{Json, extract::State};
use contents::{
    Data, RenderOptions,
    line::{CompiledLine, LineDocument, RenderedLine},
};
use kernel::invalid::Invalid;

use super::{
    data::{self, Subject},
    show, wire,
};
use crate::{
    http::{
        auth::{Operator, needs::ContentsRead},
        extract::ValidJson,
        problem::ApiError,
    },
    routes::campaigns::line_refuses,
    state::App,
};

/// Renders messages for LINE for one customer without sending them.
///
/// What cannot be compiled or rendered, or what LINE would refuse, is answered with 422: each error points at a field of
/// the document.
#[utoipa::path(post, path = "/api/v1/contents/line/preview", operation_id = "preview_line", tag = "contents",
    request_body = PreviewLine,
    responses((status = 200, body = LinePreview), (status = 404)))]
pub(super) async fn preview(
    operator: Operator<ContentsRead>,
    State(app): State<App>,
    ValidJson(body): ValidJson<PreviewLine>,
) -> Result<Json<LinePreview>, ApiError> {
    let document = read(&body)?;
    let offer = match body.campaign_id.as_deref() {
        Some(id) => Some(data::offer(&app, &operator, id).await?),
        None => None,
    };
    let (customer, locale) = (body.customer_id.as_deref(), body.locale.as_deref());
    let subject = data::subject(&app, &operator, customer, locale, offer.as_ref()).await?;
    // Compiling takes a millisecond of CPU a language; other requests must not wait for it.
    let is_personal = is_personal(&body);
    let work = move || render(&document, &subject, body.locale.as_deref());
    let (rendered, has_link) = tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| ApiError::internal(&error))??;
    let is_same_for_all = !has_link && !is_personal;
    let warnings = rendered.warnings.into_iter().map(|missing| EmptyVariable {
        variable: missing.variable,
        pointer: missing.pointer,
        line: wire::number(missing.position.line),
        column: wire::number(missing.position.column),
    });
    let page = contents::line::page(&rendered.messages, &rendered.locale);
    let addresses = show::behind_tickets(&app, &operator, vec![page]).await?;
    Ok(Json(LinePreview {
        preview_url: addresses.into_iter().next().unwrap_or_default(),
        locale: rendered.locale,
        messages: rendered.messages,
        is_same_for_all,
        warnings: warnings.collect(),
    }))
}

fn read(body: &PreviewLine) -> Result<LineDocument, ApiError> {
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

/// Returns what one customer would get, and whether a link of her own is in it.
fn render(
    document: &LineDocument,
    subject: &Subject,
    locale: Option<&str>,
) -> Result<(RenderedLine, bool), ApiError> {
    let compiled = CompiledLine::compile(document).map_err(|error| wire::problems(error.0))?;
    let refused = compiled.refused(document, line_refuses);
    if !refused.is_empty() {
        return Err(wire::problems(refused));
    }
    let options = RenderOptions {
        locale: locale.or(subject.locale.as_deref()),
        timezone: subject.timezone,
        ..RenderOptions::default()
    };
    let mut has_link = false;
    let rendered = compiled
        .render(Data::from_json(&subject.json), &options, &mut |link| {
            has_link = true;
            link.url.into_owned()
        })
        .map_err(|error| wire::problems(vec![error.0]))?;
    Ok((rendered, has_link))
}

/// Whether a tag stands anywhere: what it writes is a customer's own, as far as anybody can tell beforehand.
fn is_personal(body: &PreviewLine) -> bool {
    let source = serde_json::to_string(&body.document.variants).unwrap_or_default();
    source.contains("{{") || source.contains("{%")
}
