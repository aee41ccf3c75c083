//! `GET /api/v1/customers/{id}/line`.

use std::time::Duration;

use access::Permission;
use api_types::line::LineStanding;
use axum::{Json, extract::State};
use campaigns::sender;
use channel_line::UserId;
use friends::{
    book::{self, Standing},
    profile::{self, Profile},
};
use kernel::{
    id::{WorkspaceId, kind},
    time::Millis,
};
use profiles::customers::{self, masked_line};
use tokio::time::timeout;

use crate::{
    http::{
        auth::{Operator, needs::ProfilesRead},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// How long her page waits for LINE.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// Tells how a customer stands to each LINE account, the latest change first.
#[utoipa::path(get, path = "/api/v1/customers/{id}/line", operation_id = "list_customer_line", tag = "line",
    params(("id" = String, Path, description = "prf_…")),
    responses((status = 200, body = Vec<LineStanding>)))]
pub(super) async fn standings(
    operator: Operator<ProfilesRead>,
    PathId(id): PathId<kind::Profile>,
    State(app): State<App>,
) -> Result<Json<Vec<LineStanding>>, ApiError> {
    let (db, workspace) = (app.db.reader(), operator.workspace);
    let id = customers::living(db, workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let shows = operator.may(Permission::PiiRead);
    let mut views = Vec::new();
    for standing in book::standings(db, workspace, id).await? {
        let account = sender::find(db, workspace, standing.account).await?;
        let (name, address) = account
            .map(|account| (account.from_name, account.from_address))
            .unwrap_or_default();
        let user_id = if shows {
            standing.user_id.clone()
        } else {
            masked_line(&standing.user_id)
        };
        let known = if shows {
            known(&app, workspace, &standing).await?
        } else {
            Profile::default()
        };
        views.push(LineStanding {
            display_name: known.display_name,
            picture_url: known.picture_url,
            ..view(&standing, user_id, name, address)
        });
    }
    Ok(Json(views))
}

/// Returns what LINE says of a friend. It is asked when somebody looks, a few at a time and with little patience: her page
/// does not wait for LINE.
async fn known(
    app: &App,
    workspace: WorkspaceId,
    standing: &Standing,
) -> Result<Profile, ApiError> {
    let whose = (workspace, standing.account);
    let held = profile::find(app.db.reader(), whose, &standing.user_id).await?;
    if let Some(held) = held.as_ref().filter(|held| held.is_fresh(app.now())) {
        return Ok(held.clone());
    }
    let Ok(Some(asked)) = timeout(PATIENCE, ask(app, workspace, standing)).await else {
        return Ok(held.unwrap_or_default());
    };
    let tx = app.db.begin().await?;
    profile::keep(&tx, whose, &standing.user_id, &asked).await?;
    tx.commit().await?;
    Ok(asked)
}

async fn ask(app: &App, workspace: WorkspaceId, standing: &Standing) -> Option<Profile> {
    let _turn = app.line_questions.acquire().await.ok()?;
    let api = app.line_apis.get(app, workspace, standing.account).await;
    let user = UserId::parse(&standing.user_id).ok()?;
    let told = api.ok()??.profile(&user).await.ok()?;
    let asked_at = app.now().0;
    // Who has blocked the account is told nothing of: that is an answer, too.
    Some(told.map_or_else(
        || Profile {
            asked_at,
            ..Profile::default()
        },
        |told| Profile {
            display_name: Some(told.display_name),
            picture_url: told.picture_url,
            language: told.language,
            asked_at,
        },
    ))
}

fn view(standing: &Standing, user_id: String, name: String, address: String) -> LineStanding {
    let text = |at: Option<Millis>| at.map(|at| at.to_string());
    let friend = &standing.friend;
    LineStanding {
        account: standing.account.to_string(),
        account_name: name,
        account_address: address,
        user_id,
        state: friend.state.as_str().to_owned(),
        state_at: friend.state_at.to_string(),
        followed_at: text(friend.followed_at),
        blocked_at: text(friend.blocked_at),
        blocks: friend.blocks,
        linked_at: text(friend.linked_at),
        display_name: None,
        picture_url: None,
    }
}
