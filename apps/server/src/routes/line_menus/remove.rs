//! `DELETE /api/v1/line-menus/{id}`.

use axum::{extract::State, http::StatusCode};
use friends::menu;
use kernel::id::kind;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::CampaignsLaunch},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// Deletes a rich menu that no rule and no other menu leads to; LINE forgets it shortly after.
#[utoipa::path(delete, path = "/api/v1/line-menus/{id}", operation_id = "delete_line_menu", tag = "line",
    params(("id" = String, Path, description = "rmn_…")),
    responses((status = 204), (status = 409)))]
pub(super) async fn remove(
    operator: Operator<CampaignsLaunch>,
    PathId(id): PathId<kind::Menu>,
    State(app): State<App>,
) -> Result<StatusCode, ApiError> {
    let tx = app.db.begin().await?;
    let found = wire::find(&tx, &operator, id).await?;
    let users = wire::used_by(&tx, (operator.workspace, found.account), id).await?;
    if !users.is_empty() {
        return Err(in_use(&users));
    }
    menu::archive(&tx, operator.workspace, id, app.now()).await?;
    let detail = serde_json::json!({ "name": found.name });
    wire::log(&app, &tx, &operator, "line_menu.delete", (id, detail)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn in_use(users: &[String]) -> ApiError {
    let named = |rules: &str| {
        let names = users.iter().map(|name| match name.as_str() {
            "" => rules.to_owned(),
            name => format!("\u{201c}{name}\u{201d}"),
        });
        names.collect::<Vec<_>>().join(", ")
    };
    ApiError::new(
        StatusCode::CONFLICT,
        "menu-in-use",
        "the menu is still used",
        "このメニューはまだ使われています",
    )
    .because(
        format!("take it out of {} first", named("who sees which menu")),
        format!("先に次から外してください: {}", named("表示する人の設定")),
    )
}
