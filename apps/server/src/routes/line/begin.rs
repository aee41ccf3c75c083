//! `POST /api/v1/line/{account}/links`.

use api_types::line::{BeginLink, LinkBegun};
use axum::{Json, extract::State};
use channel_line::{LinkNonce, link_address};
use friends::link;
use kernel::{invalid::Invalid, time::MINUTE};
use profiles::identity::normal;
use ring::rand::{SecureRandom, SystemRandom};

use super::account;
use crate::{
    http::{
        auth::{Operator, needs::ProfilesWrite},
        extract::{PathAccount, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// LINE's own are far shorter.
const LONGEST_TOKEN: usize = 500;

/// Begins to link a LINE account with a customer whom the company's own site has signed in. Send her browser to the
/// address; LINE then tells that she agreed, and the two become one.
#[utoipa::path(post, path = "/api/v1/line/{account}/links", operation_id = "begin_line_link", tag = "line",
    params(("account" = String, Path, description = "snd_…")), request_body = BeginLink,
    responses((status = 200, body = LinkBegun)))]
pub(super) async fn begin(
    operator: Operator<ProfilesWrite>,
    PathAccount(id): PathAccount,
    State(app): State<App>,
    ValidJson(body): ValidJson<BeginLink>,
) -> Result<Json<LinkBegun>, ApiError> {
    account(&app, operator.workspace, id).await?;
    let external_id = external_id(&body.external_id)?;
    let token = body.link_token.trim();
    if token.is_empty()
        || token.len() > LONGEST_TOKEN
        || !token.bytes().all(|byte| byte.is_ascii_graphic())
    {
        return Err(Invalid::one(
            "/link_token",
            "form",
            "give the link token that LINE made for the person",
            "LINEが発行したリンクトークンを入れてください",
        )
        .into());
    }
    let mut bytes = [0; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| ApiError::internal(&storage::secret::SecretError::Random))?;
    let nonce = LinkNonce::from_random(bytes);
    let address = link_address(&app.config.line.access, token, &nonce)
        .ok_or_else(|| ApiError::internal(&channel_line::LineConfigError::BadHost))?;
    let now = app.now();
    let tx = app.db.begin().await?;
    link::begin(
        &tx,
        operator.workspace,
        id,
        &external_id,
        nonce.as_str(),
        now,
    )
    .await?;
    tx.commit().await?;
    Ok(Json(LinkBegun {
        address,
        expires_at: now.plus(10 * MINUTE).to_string(),
    }))
}

/// Reads the company's own name of a customer.
pub(super) fn external_id(text: &str) -> Result<String, ApiError> {
    normal::id(text).map_err(|error| {
        Invalid::one(
            "/external_id",
            "id",
            format!("give the customer's own id: {error}"),
            "会員番号など、貴社での顧客IDを入れてください",
        )
        .into()
    })
}
