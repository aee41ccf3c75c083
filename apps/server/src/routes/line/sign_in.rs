//! `POST /api/v1/line/{account}/sign-in`.

use api_types::line::{LineSignIn, LineSignedIn};
use axum::{Json, extract::State};
use campaigns::sender::{LineSettings, Sender};
use channel_line::{IdTokenError, IdTokenRules, LineIdentity, verify_id_token};
use friends::link::{self, Pair, Way};
use kernel::{
    id::{SenderId, WorkspaceId},
    invalid::Invalid,
};
use profiles::Ctx;

use super::{account, begin::external_id};
use crate::{
    http::{
        auth::{Operator, needs::ProfilesWrite},
        extract::{PathAccount, ValidJson},
        problem::ApiError,
    },
    line,
    state::App,
};

/// Says who a person is by LINE's word: the ID token of LINE Login, or of an app inside LINE. With the company's own id
/// of the customer the two are linked.
#[utoipa::path(post, path = "/api/v1/line/{account}/sign-in", operation_id = "sign_in_by_line", tag = "line",
    params(("account" = String, Path, description = "snd_…")), request_body = LineSignIn,
    responses((status = 200, body = LineSignedIn)))]
pub(super) async fn sign_in(
    operator: Operator<ProfilesWrite>,
    PathAccount(id): PathAccount,
    State(app): State<App>,
    ValidJson(body): ValidJson<LineSignIn>,
) -> Result<Json<LineSignedIn>, ApiError> {
    let settings = account(&app, operator.workspace, id).await?;
    let external_id = body.external_id.as_deref().map(external_id).transpose()?;
    let person = person(&app, operator.workspace, id, &settings, &body).await?;
    let now = app.now();
    let tx = app.db.begin().await?;
    let ctx = Ctx {
        tx: &tx,
        workspace: operator.workspace,
        now,
        ids: &*app.ids,
    };
    let user = person.user_id.as_str();
    let customer = match &external_id {
        Some(external_id) => {
            let pair = Pair {
                account: id,
                user,
                external_id,
            };
            link::join(ctx, pair, Way::Login, now).await?
        }
        None => link::meet(ctx, id, user, now).await?,
    };
    let standings = friends::book::standings(&tx, operator.workspace, customer).await?;
    tx.commit().await?;
    Ok(Json(LineSignedIn {
        customer: customer.to_string(),
        is_linked: standings
            .iter()
            .any(|standing| standing.user_id == user && standing.friend.linked_at.is_some()),
    }))
}

/// Believes a token or says what is wrong with it.
async fn person(
    app: &App,
    workspace: WorkspaceId,
    id: SenderId,
    settings: &LineSettings,
    body: &LineSignIn,
) -> Result<LineIdentity, ApiError> {
    let Some(channel_id) = settings.login_channel_id.clone() else {
        return Err(Invalid::one(
            "/id_token",
            "no_login_channel",
            "enter the LINE Login channel of this account first",
            "先に、このアカウントのLINEログインチャネルを設定してください",
        )
        .into());
    };
    let failed = |error: anyhow::Error| ApiError::internal(error.as_ref());
    let secret = line::open(app, workspace, &Sender::line_login_secret_name(id)).await;
    let mut rules = IdTokenRules {
        channel_id,
        channel_secret: secret.map_err(failed)?,
        keys: None,
        nonce: body.nonce.clone(),
    };
    let mut found = verify_id_token(&body.id_token, &rules, app.now());
    if found == Err(IdTokenError::UnknownKey) {
        // The app signs with keys of LINE's, which may have changed since they were read last.
        let channel = line::channel(app, workspace, id, settings).await;
        let keys = channel.map_err(failed)?.api().login_keys().await;
        rules.keys = Some(keys.map_err(|error| line::away(&error))?);
        found = verify_id_token(&body.id_token, &rules, app.now());
    }
    found.map_err(|error| {
        Invalid::one(
            "/id_token",
            code(error),
            error.to_string(),
            "このIDトークンは確認できませんでした。LINEでもう一度ログインしてください",
        )
        .into()
    })
}

const fn code(error: IdTokenError) -> &'static str {
    match error {
        IdTokenError::Malformed => "malformed",
        IdTokenError::Algorithm => "algorithm",
        IdTokenError::UnknownKey => "unknown_key",
        IdTokenError::Signature => "signature",
        IdTokenError::Issuer => "issuer",
        IdTokenError::Audience => "audience",
        IdTokenError::Expired => "expired",
        IdTokenError::Nonce => "nonce",
        _ => "refused",
    }
}
