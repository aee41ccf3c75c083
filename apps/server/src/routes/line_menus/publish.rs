//! `POST /api/v1/line-menus/{id}/publish`.

use api_types::line_menus::{LineMenuView, PublishLineMenu};
use axum::{Json, extract::State};
use friends::menu::{self, Menu, publication};
use kernel::{
    id::{PublicationId, kind},
    invalid::{FieldError, Invalid},
};
use storage::ConnectionTrait;

use super::wire;
use crate::{
    http::{
        auth::{Caller, Operator, needs::CampaignsLaunch},
        extract::{PathId, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// Publishes the draft of a rich menu: it takes the place of what its friends see, once LINE has it. Publishing what is
/// published already changes nothing.
#[utoipa::path(post, path = "/api/v1/line-menus/{id}/publish", operation_id = "publish_line_menu", tag = "line",
    params(("id" = String, Path, description = "rmn_…")), request_body = PublishLineMenu,
    responses((status = 200, body = LineMenuView), (status = 409)))]
pub(super) async fn publish(
    operator: Operator<CampaignsLaunch>,
    PathId(id): PathId<kind::Menu>,
    State(app): State<App>,
    ValidJson(body): ValidJson<PublishLineMenu>,
) -> Result<Json<LineMenuView>, ApiError> {
    let tx = app.db.begin().await?;
    let draft = wire::find(&tx, &operator, id).await?;
    if draft.version != body.version {
        return Err(ApiError::conflict());
    }
    let image = check(&app, &tx, &operator, &draft).await?;
    let newest = publication::newest(&tx, operator.workspace, id).await?;
    let is_out = newest.is_some_and(|newest| {
        newest.step <= menu::Step::Live && newest.fault.is_none() && !wire::differs(&draft, &newest)
    });
    if !is_out {
        let by = (operator.user(), app.now());
        let made =
            publication::publish(&tx, operator.workspace, &*app.ids, (&draft, image), by).await?;
        let detail = serde_json::json!({ "name": draft.name, "publication": made.to_string() });
        wire::log(&app, &tx, &operator, "line_menu.publish", (id, detail)).await?;
    }
    let published = wire::find(&tx, &operator, id).await?;
    tx.commit().await?;
    Ok(Json(wire::view(&app, &operator, published).await?))
}

/// Checks all that LINE would refuse, and returns the number of the picture.
async fn check(
    app: &App,
    tx: &impl ConnectionTrait,
    caller: &Caller,
    draft: &Menu,
) -> Result<i64, ApiError> {
    let mut invalid = Invalid::default();
    let picture = match draft.image {
        Some(image) => menu::picture(tx, caller.workspace, image).await?,
        None => None,
    };
    if picture.is_none() {
        invalid.push(FieldError::new(
            "/image",
            "required",
            "choose a picture",
            "画像を選んでください",
        ));
    }
    // Without a picture the areas are held against LINE's largest.
    let size = picture
        .as_ref()
        .map_or((2_500, 1_686), |picture| (picture.width, picture.height));
    let longest = PublicationId::from_raw(i64::MAX);
    if let Err(found) = wire::check(app, draft, (longest, size)) {
        invalid.0.extend(found.0);
    }
    for (at, area) in draft.document.areas.iter().enumerate() {
        let menu::Action::Switch { menu: to } = area.action else {
            continue;
        };
        let other = menu::find(tx, caller.workspace, to).await?;
        let is_good = other.is_some_and(|other| other.account == draft.account && to != draft.id);
        if !is_good {
            invalid.push(wire::no_menu(format!("/document/areas/{at}/action/menu")));
        }
    }
    invalid.into_result()?;
    draft.image.ok_or_else(ApiError::not_found)
}
