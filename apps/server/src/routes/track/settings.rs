//! What the browser SDK asks before it sends anything.

use axum::{
    Json,
    extract::{Path, State},
};
use profiles::Source;
use serde_json::{Value, json};

use super::key;
use crate::{http::problem::ApiError, state::App};

/// Tells the SDK to deliver to us, and to report on itself to nobody; only for browser keys, since the key
/// travels in the address.
pub(super) async fn show(
    State(app): State<App>,
    Path(key): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let found = key::find(&app, Some(key.clone())).await?;
    if found.source != Source::Browser {
        return Err(key::unknown());
    }
    let base = app.config.public_url();
    let (protocol, host) = base.split_once("://").unwrap_or(("https", base));
    Ok(Json(json!({
        "integrations": {"Segment.io": {
            "apiKey": key,
            "apiHost": format!("{host}/v1"),
            "protocol": protocol,
            "unbundledIntegrations": [],
            "addBundledMetadata": false,
        }},
        "metrics": {"sampleRate": 0},
        "plan": {"track": {}, "identify": {}, "group": {}},
        "remotePlugins": [],
    })))
}
