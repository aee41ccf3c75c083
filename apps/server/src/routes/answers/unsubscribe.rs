//! `/u/{token}`: GET shows a page, POST stops the sending (RFC 8058).

use axum::{
    extract::{Path, State},
    response::Response,
};
use campaigns::track::{Kind, Token};

use super::page;
use crate::{http::extract::Locale, state::App};

/// Asks; a scanner that follows the address changes nothing.
pub(super) async fn ask(
    State(app): State<App>,
    Path(text): Path<String>,
    locale: Locale,
) -> Response {
    match verified(&app, &text, &locale).await {
        Ok(token) => {
            let company = page::company(&app, token.workspace).await;
            page::unsubscribe(&locale, &company, &text)
        }
        Err(response) => response,
    }
}

/// Stops marketing mail to the address at once: mail programs post here without a page in between.
pub(super) async fn act(
    State(app): State<App>,
    Path(text): Path<String>,
    locale: Locale,
) -> Response {
    let token = match verified(&app, &text, &locale).await {
        Ok(token) => token,
        Err(response) => return response,
    };
    match app
        .tracker
        .unsubscribe(token, Some("one-click".to_owned()))
        .await
    {
        Ok(_) => {
            let company = page::company(&app, token.workspace).await;
            page::unsubscribed(&locale, &company, &text)
        }
        Err(error) => {
            tracing::error!(%error, "failed to unsubscribe");
            page::later(&locale)
        }
    }
}

/// Verifies a token or gives the page that says what is wrong.
pub(super) async fn verified(app: &App, text: &str, locale: &Locale) -> Result<Token, Response> {
    match app.keyring.verify(Kind::Unsubscribe, text).await {
        Ok(Some(token)) => Ok(token),
        Ok(None) => Err(page::broken(locale)),
        Err(error) => {
            tracing::error!(%error, "failed to verify an unsubscribe token");
            Err(page::later(locale))
        }
    }
}
