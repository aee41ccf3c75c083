//! `GET /preview/{ticket}`: foreign HTML, shut away.
//!
//! The answer's own policy takes all scripts and forms from the document; only the admin may frame it,
//! and a click on a link opens a window of its own.

use access::ticket;
use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use campaigns::inbox;
use kernel::id::CapturedId;

use crate::{http::problem::ApiError, state::App};

const POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src https: data:; \
     style-src 'unsafe-inline'; frame-ancestors 'self'";

pub(super) async fn preview(
    State(app): State<App>,
    Path(token): Path<String>,
) -> Result<Response, ApiError> {
    let tx = app.db.begin().await?;
    let ticket = ticket::consume(&tx, &token, "preview", app.now())
        .await?
        .ok_or_else(ApiError::not_found)?;
    tx.commit().await?;
    let html = match ticket.payload.get("html").and_then(|html| html.as_str()) {
        Some(html) => html.to_owned(),
        None => stored(&app, &ticket).await?,
    };
    // Whoever looks at a message here is not its receiver: the pixel must not count an open.
    let html = html.replace(
        &format!("{}/o/", app.config.public_url()),
        "data:image/gif,",
    );
    let html = html.replacen("<head>", "<head><base target=\"_blank\">", 1);
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    Ok((headers, html).into_response())
}

async fn stored(app: &App, ticket: &ticket::Ticket) -> Result<String, ApiError> {
    let id = ticket
        .payload
        .get("message")
        .and_then(|id| id.as_str())
        .and_then(|id| id.parse::<CapturedId>().ok());
    let id = id.ok_or_else(ApiError::not_found)?;
    let message = inbox::find(app.db.reader(), ticket.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    Ok(message.html)
}
