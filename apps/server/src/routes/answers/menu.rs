//! `GET /m/{publication}/{area}`: an area of a rich menu that leads into the web.
//!
//! LINE does not say who tapped, so the tap is counted and is nobody's.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use campaigns::track::clicked_by_machine;
use friends::menu::{
    Action, publication,
    tap::{self, Tap},
};
use kernel::id::PublicationId;

use super::{page, seen};
use crate::{http::extract::Locale, state::App};

/// Leads to the address of the area; what is not published leads nowhere.
pub(super) async fn tap(
    State(app): State<App>,
    Path((publication, area)): Path<(String, String)>,
    locale: Locale,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let (Ok(id), Ok(area)) = (publication.parse::<PublicationId>(), area.parse::<i16>()) else {
        return page::broken(&locale);
    };
    let found = match publication::locate(app.db.reader(), id).await {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(%error, "failed to find a rich menu");
            return page::later(&locale);
        }
    };
    let Some((workspace, publication)) = found else {
        return page::broken(&locale);
    };
    let areas = &publication.document.areas;
    let drawn = usize::try_from(area).ok().and_then(|at| areas.get(at));
    let Some(Action::Uri { uri }) = drawn.map(|area| &area.action) else {
        return page::broken(&locale);
    };
    if clicked_by_machine(&seen(&app, &method, &headers), None, 0).is_none() {
        let tap = Tap {
            publication: id,
            area,
        };
        // The person goes on even when the tap cannot be counted.
        let counted = tap::add(app.db.writer(), workspace, tap, (1, app.now())).await;
        if let Err(error) = counted {
            tracing::error!(%error, "failed to count a tap on a rich menu");
        }
    }
    match HeaderValue::from_str(uri) {
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
