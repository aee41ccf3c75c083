//! What the opt-in script asks before a browser subscribes.

use axum::{
    Json,
    extract::{Path, State},
};
use profiles::Source;
use serde_json::{Value, json};

use super::{device, key};
use crate::{http::problem::ApiError, push, state::App};

/// Tells the public half of the key that a browser subscribes with; only for browser keys, since the key travels in the
/// address.
pub(super) async fn show(
    State(app): State<App>,
    Path((key, sender)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let found = key::find(&app, Some(key)).await?;
    if found.source != Source::Browser {
        return Err(key::unknown());
    }
    device::sender_of(&app, found.workspace, &sender).await?;
    let own = push::key(&app, found.workspace)
        .await
        .map_err(|error| ApiError::internal(error.as_ref()))?;
    Ok(Json(json!({ "publicKey": own.public_key() })))
}
