//! `GET /api/v1/contents/gallery`.

use api_types::contents::StarterView;
use axum::{Json, extract::State};
use contents::{CompiledEmail, Data, Footer, FooterCheck, RenderOptions, Starter};

use super::{data, show};
use crate::{
    http::{
        auth::{Operator, needs::ContentsRead},
        extract::Locale,
        problem::ApiError,
    },
    state::App,
};

/// Lists the emails to start from, each rendered in the reader's language for a made-up customer.
#[utoipa::path(get, path = "/api/v1/contents/gallery", operation_id = "list_starters", tag = "contents",
    responses((status = 200, body = Vec<StarterView>)))]
pub(super) async fn gallery(
    operator: Operator<ContentsRead>,
    reader: Locale,
    State(app): State<App>,
) -> Result<Json<Vec<StarterView>>, ApiError> {
    let subject = data::subject(&app, &operator, None, Some(&reader.0), None).await?;
    let locale = reader.0.clone();
    let pages = tokio::task::spawn_blocking(move || {
        let data = Data::from_json(&subject.json);
        contents::gallery()
            .iter()
            .map(|starter| rendered(starter, &data, &locale))
            .collect::<Vec<String>>()
    })
    .await
    .map_err(|error| ApiError::internal(&error))?;
    let addresses = show::behind_tickets(&app, &operator, pages).await?;
    let starters = contents::gallery().iter().zip(addresses);
    Ok(Json(
        starters
            .map(|(starter, preview_url)| view(starter, &reader.0, preview_url))
            .collect(),
    ))
}

fn rendered(starter: &Starter, data: &Data, locale: &str) -> String {
    let options = RenderOptions {
        locale: Some(locale),
        footer: FooterCheck::Skipped,
        ..RenderOptions::default()
    };
    // Starters are tested to compile and render; an empty frame is the worst that can come of this.
    let rendered = CompiledEmail::compile(&starter.document, Footer::Ensure)
        .ok()
        .and_then(|email| email.render(data, &options).ok());
    rendered.map_or_else(String::new, |rendered| {
        show::in_scheme(&rendered.into_message().html, false)
    })
}

fn view(starter: &Starter, reader: &str, preview_url: String) -> StarterView {
    let say = |text: &contents::Bilingual| {
        if reader == "en" {
            text.en.clone()
        } else {
            text.ja.clone()
        }
    };
    StarterView {
        id: starter.id.to_owned(),
        name: say(&starter.name),
        description: say(&starter.description),
        preview_url,
    }
}
