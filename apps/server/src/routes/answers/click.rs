//! `GET /c/{token}`: a link of a message.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use campaigns::track::{self, Kind};

use super::{page, seen};
use crate::{http::extract::Locale, state::App};

/// Leads to the stored address of the link; an unknown token leads nowhere.
pub(super) async fn click(
    State(app): State<App>,
    Path(token): Path<String>,
    locale: Locale,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let Ok(Some(token)) = app.keyring.verify(Kind::Click, &token).await else {
        return page::broken(&locale);
    };
    let link = match token.link {
        Some(link) => track::find_link(app.db.reader(), token.workspace, link).await,
        None => Ok(None),
    };
    let target = match link {
        Ok(Some(link)) => link.url,
        Ok(None) => return page::broken(&locale),
        Err(error) => {
            tracing::error!(%error, "failed to find a link");
            return page::later(&locale);
        }
    };
    // The person goes on even when the click cannot be counted.
    if let Err(error) = app
        .tracker
        .answered(token, seen(&app, &method, &headers))
        .await
    {
        tracing::error!(%error, "failed to record a click");
    }
    match HeaderValue::from_str(&target) {
        Ok(location) => {
            let headers = [
                (header::LOCATION, location),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ];
            (StatusCode::FOUND, headers).into_response()
        }
        Err(_) => page::broken(&locale),
    }
}
