//! `GET /api/v1/customers/{id}/line`.

use access::Permission;
use api_types::line::LineStanding;
use axum::{Json, extract::State};
use campaigns::sender;
use friends::book::{self, Standing};
use kernel::{id::kind, time::Millis};
use profiles::customers::{self, masked_line};

use crate::{
    http::{
        auth::{Operator, needs::ProfilesRead},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

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
        views.push(view(&standing, user_id, name, address));
    }
    Ok(Json(views))
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
    }
}
