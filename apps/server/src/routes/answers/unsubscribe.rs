//! `/u/{token}`: GET shows a page, POST stops the sending (RFC 8058).

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, Method},
    response::Response,
};
use campaigns::track::{Kind, Press, Seen, Token};

use super::{page, seen};
use crate::{http::extract::Locale, state::App};

/// Asks; a scanner that follows the address changes nothing.
pub(super) async fn ask(
    State(app): State<App>,
    Path(text): Path<String>,
    locale: Locale,
    method: Method,
    headers: HeaderMap,
) -> Response {
    match verified(&app, &text, &locale).await {
        Ok(token) => {
            pressed(&app, token, seen(&app, &method, &headers), Press::Page).await;
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
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let token = match verified(&app, &text, &locale).await {
        Ok(token) => token,
        Err(response) => return response,
    };
    if is_one_click(&body) {
        pressed(&app, token, seen(&app, &method, &headers), Press::OneClick).await;
    }
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

/// Tells the mail program's own button from the one of our page, whose visit was counted already.
fn is_one_click(body: &[u8]) -> bool {
    // As a form or as multipart; either holds the words of RFC 8058.
    let words = b"One-Click";
    body.windows(words.len()).any(|part| part == words)
}

/// Counts a press; the person goes on even when it cannot be counted.
pub(super) async fn pressed(app: &App, token: Token, seen: Seen, press: Press) {
    if let Err(error) = app.tracker.pressed_unsubscribe(token, seen, press).await {
        tracing::error!(%error, "failed to record a press of the unsubscribe link");
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
