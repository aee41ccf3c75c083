//! Rich menus of LINE accounts.

use api_types::line_menus::{
    CreateLineMenu, LineMenuImage, LineMenuPlanView, LineMenuView, PublishLineMenu,
    PutLineMenuImage, SaveLineMenu, SaveLineMenuPlan,
};
use web_sys::AbortSignal;

use super::{
    ApiError,
    client::{self, encoded},
    post, put,
};

/// Lists the menus of an account.
pub async fn list(account: &str, signal: &AbortSignal) -> Result<Vec<LineMenuView>, ApiError> {
    client::get(&format!("/line/{}/menus", encoded(account)), Some(signal)).await
}

/// Makes a menu.
pub async fn create(account: &str, body: &CreateLineMenu) -> Result<LineMenuView, ApiError> {
    post(&format!("/line/{}/menus", encoded(account)), body).await
}

/// Returns one menu.
pub async fn find(id: &str, signal: &AbortSignal) -> Result<LineMenuView, ApiError> {
    client::get(&format!("/line-menus/{}", encoded(id)), Some(signal)).await
}

/// Saves a draft.
pub async fn save(id: &str, body: &SaveLineMenu) -> Result<LineMenuView, ApiError> {
    put(&format!("/line-menus/{}", encoded(id)), body).await
}

/// Deletes a menu.
pub async fn remove(id: &str) -> Result<(), ApiError> {
    client::delete(&format!("/line-menus/{}", encoded(id))).await
}

/// Returns the picture of a menu.
pub async fn image(id: &str, signal: &AbortSignal) -> Result<LineMenuImage, ApiError> {
    client::get(&format!("/line-menus/{}/image", encoded(id)), Some(signal)).await
}

/// Gives a menu another picture.
pub async fn put_image(id: &str, body: &PutLineMenuImage) -> Result<LineMenuView, ApiError> {
    put(&format!("/line-menus/{}/image", encoded(id)), body).await
}

/// Publishes a draft.
pub async fn publish(id: &str, version: i64) -> Result<LineMenuView, ApiError> {
    let body = PublishLineMenu { version };
    post(&format!("/line-menus/{}/publish", encoded(id)), &body).await
}

/// Shows who sees which menu.
pub async fn plan(account: &str, signal: &AbortSignal) -> Result<LineMenuPlanView, ApiError> {
    let path = format!("/line/{}/menu-plan", encoded(account));
    client::get(&path, Some(signal)).await
}

/// Saves who sees which menu.
pub async fn save_plan(
    account: &str,
    body: &SaveLineMenuPlan,
) -> Result<LineMenuPlanView, ApiError> {
    put(&format!("/line/{}/menu-plan", encoded(account)), body).await
}
