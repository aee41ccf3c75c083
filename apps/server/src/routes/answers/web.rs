//! `GET /w/{token}`: the message in a browser, for whoever cannot see it well in the mail program.

use axum::{
    extract::{Path, State},
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};
use campaigns::{
    send::{PublicUrls, WebView},
    track::{Kind, Token},
};

use super::page;
use crate::{http::extract::Locale, state::App};

/// Foreign HTML without scripts, forms, frames and an origin. A link may only go on in the same window.
const POLICY: &str = "sandbox; default-src 'none'; img-src https: data:; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// Shows a message as its receiver got it.
pub(super) async fn show(
    State(app): State<App>,
    Path(text): Path<String>,
    locale: Locale,
) -> Response {
    let token = match app.keyring.verify(Kind::Web, &text).await {
        Ok(Some(token)) => token,
        Ok(None) => return page::broken(&locale),
        Err(error) => {
            tracing::error!(%error, "failed to verify the address of a message");
            return page::later(&locale);
        }
    };
    match html(&app, token).await {
        Ok(Some(html)) => message(&html),
        Ok(None) => {
            let company = page::company(&app, token.workspace).await;
            page::gone(&locale, &company)
        }
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "failed to show a message");
            page::later(&locale)
        }
    }
}

async fn html(app: &App, token: Token) -> anyhow::Result<Option<String>> {
    let Some(signer) = app.keyring.signer(token.workspace).await? else {
        return Ok(None);
    };
    let view = WebView {
        db: &app.db,
        blocks: &app.contents.blocks,
        signer: &signer,
        urls: &PublicUrls::new(app.config.public_url()),
    };
    Ok(view.html(token, app.now()).await?)
}

fn message(html: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    ];
    (headers, in_one_window(html)).into_response()
}

/// The sandbox opens no windows: a link that asks for one would be dead.
fn in_one_window(html: &str) -> String {
    html.replace("target=\"_blank\"", "target=\"_self\"")
        .replace("target='_blank'", "target='_self'")
}
