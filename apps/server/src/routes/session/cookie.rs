//! The refresh cookie: not readable by scripts, not sent by other sites.

use access::session::SESSION_LIFETIME;
use axum::http::{HeaderMap, HeaderValue, header};
use kernel::time::SECOND;

use crate::state::App;

fn name(app: &App) -> &'static str {
    // The prefix makes browsers insist on Secure and on this very host.
    if app.config.is_https() {
        "__Host-enishi_refresh"
    } else {
        "enishi_refresh"
    }
}

/// Returns the header that sets the cookie.
pub(super) fn set(app: &App, token: &str) -> HeaderMap {
    write(app, token, SESSION_LIFETIME / SECOND)
}

/// Returns the header that removes the cookie.
pub(super) fn clear(app: &App) -> HeaderMap {
    write(app, "", 0)
}

fn write(app: &App, value: &str, max_age: i64) -> HeaderMap {
    let secure = if app.config.is_https() {
        "; Secure"
    } else {
        ""
    };
    let text = format!(
        "{}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={max_age}{secure}",
        name(app)
    );
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(&text) {
        headers.insert(header::SET_COOKIE, value);
    }
    headers
}

/// Reads the cookie.
pub(super) fn read(app: &App, headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name(app))
        .map(|(_, value)| value.to_owned())
}
