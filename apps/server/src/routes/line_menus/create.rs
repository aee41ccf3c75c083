//! `POST /api/v1/line/{account}/menus`.

use api_types::line_menus::{CreateLineMenu, LineMenuView};
use axum::extract::State;
use friends::menu::{self, Wish, plan};
use kernel::{id::fresh, invalid::Invalid};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ContentsWrite},
        created::Created,
        extract::{PathAccount, ValidJson},
        problem::ApiError,
    },
    routes::line,
    state::App,
};

/// LINE has room for 1,000 with all that is being replaced.
const MOST: usize = 200;

/// Makes a rich menu; nobody sees it before it is published.
#[utoipa::path(post, path = "/api/v1/line/{account}/menus", operation_id = "create_line_menu", tag = "line",
    params(("account" = String, Path, description = "snd_…")), request_body = CreateLineMenu,
    responses((status = 201, body = LineMenuView)))]
pub(super) async fn create(
    operator: Operator<ContentsWrite>,
    PathAccount(account): PathAccount,
    State(app): State<App>,
    ValidJson(body): ValidJson<CreateLineMenu>,
) -> Result<Created<LineMenuView>, ApiError> {
    line::account(&app, operator.workspace, account).await?;
    let wish = Wish {
        name: wire::name(&body.name)?,
        document: wire::document(&body.document)?,
        image: None,
    };
    let (id, by) = (fresh(&*app.ids), (operator.user(), app.now()));
    let whose = (operator.workspace, account);
    let tx = app.db.begin().await?;
    if menu::list(&tx, whose.0, whose.1).await?.len() >= MOST {
        return Err(Invalid::one(
            "",
            "too_many",
            "an account has at most 200 menus; delete one that is of no use any more",
            "メニューは200個までです。使っていないものを削除してください",
        )
        .into());
    }
    menu::insert(&tx, whose, id, &wish, by).await?;
    plan::ensure(&tx, whose.0, whose.1, by.1).await?;
    let detail = serde_json::json!({ "name": wish.name });
    wire::log(&app, &tx, &operator, "line_menu.create", (id, detail)).await?;
    let made = wire::find(&tx, &operator, id).await?;
    tx.commit().await?;
    let view = wire::view(&app, &operator, made).await?;
    Ok(Created::new("/api/v1/line-menus", id, view))
}
