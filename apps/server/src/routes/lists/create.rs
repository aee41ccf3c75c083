//! `POST /api/v1/lists`.

use api_types::lists::{ListView, SaveList};
use axum::extract::State;
use profiles::lists;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SegmentsWrite},
        created::Created,
        extract::ValidJson,
        problem::ApiError,
    },
    state::App,
};

/// Makes an empty list of people.
#[utoipa::path(post, path = "/api/v1/lists", operation_id = "create_list", tag = "lists",
    request_body = SaveList,
    responses((status = 201, body = ListView)))]
pub(super) async fn create(
    operator: Operator<SegmentsWrite>,
    State(app): State<App>,
    ValidJson(body): ValidJson<SaveList>,
) -> Result<Created<ListView>, ApiError> {
    let tx = app.db.begin().await?;
    let writer = wire::writer(&app, &operator);
    let made = lists::insert(&tx, writer, &*app.ids, wire::draft(body)).await?;
    wire::log(&app, &tx, &operator, "list.create", &made).await?;
    tx.commit().await?;
    let id = made.id;
    Ok(Created::new("/api/v1/lists", id, wire::view(made)))
}
