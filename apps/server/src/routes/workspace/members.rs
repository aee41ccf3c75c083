//! Members: list, invite, change role, remove.

use access::{
    Actor, Role, account, audit,
    link::{self, Purpose},
};
use api_types::session::{ChangeRole, Invite, InviteLink, MemberView};
use axum::{Json, extract::State, http::StatusCode};
use kernel::{id::kind, invalid::Invalid};

use crate::{
    http::{
        auth::{Caller, Operator, needs::MembersWrite},
        created::Created,
        extract::{PathId, ValidJson},
        problem::ApiError,
    },
    routes::session::user,
    state::App,
};

/// Lists the members by name.
#[utoipa::path(get, path = "/api/v1/members", operation_id = "list_members", tag = "workspace",
    responses((status = 200, body = Vec<MemberView>)))]
pub(super) async fn list(
    caller: Caller,
    State(app): State<App>,
) -> Result<Json<Vec<MemberView>>, ApiError> {
    let members = account::members(app.db.reader(), caller.workspace).await?;
    Ok(Json(members.into_iter().map(view).collect()))
}

fn view(member: account::Member) -> MemberView {
    MemberView {
        role: member.role.name().to_owned(),
        created_at: member.created_at.to_string(),
        user: user(member.user),
    }
}

/// Makes a one-time link with which somebody joins.
#[utoipa::path(post, path = "/api/v1/members/invite", operation_id = "invite_member", tag = "workspace",
    request_body = Invite,
    responses((status = 201, body = InviteLink)))]
pub(super) async fn invite(
    operator: Operator<MembersWrite>,
    State(app): State<App>,
    ValidJson(body): ValidJson<Invite>,
) -> Result<Created<InviteLink>, ApiError> {
    let role = grantable(&operator, &body.role)?;
    let tx = app.db.begin().await?;
    let purpose = Purpose::Invite {
        workspace: operator.workspace,
        role,
        email: body.email,
    };
    let token = link::create(&tx, &purpose, app.now()).await?;
    log(
        &app,
        &tx,
        &operator,
        "member.invite",
        None,
        serde_json::json!({ "role": role.name() }),
    )
    .await?;
    tx.commit().await?;
    let welcome = format!("{}/welcome", app.config.public_url());
    let link = InviteLink {
        url: format!("{welcome}/{token}"),
    };
    // What was made is the page that the invited person opens; the API knows no other name for it.
    Ok(Created::new(&welcome, token, link))
}

/// Gives a member another role.
#[utoipa::path(patch, path = "/api/v1/members/{id}", operation_id = "change_role", tag = "workspace",
    params(("id" = String, Path, description = "usr_…")), request_body = ChangeRole,
    responses((status = 200, body = MemberView), (status = 409)))]
pub(super) async fn change_role(
    operator: Operator<MembersWrite>,
    PathId(id): PathId<kind::User>,
    State(app): State<App>,
    ValidJson(body): ValidJson<ChangeRole>,
) -> Result<Json<MemberView>, ApiError> {
    let role = grantable(&operator, &body.role)?;
    let tx = app.db.begin().await?;
    let before = account::member(&tx, operator.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    if before.role == Role::Owner {
        grantable(&operator, Role::Owner.name())?;
    }
    account::set_role(&tx, operator.workspace, id, role, app.now()).await?;
    let detail = serde_json::json!({ "before": before.role.name(), "after": role.name() });
    log(
        &app,
        &tx,
        &operator,
        "member.change_role",
        Some(id.raw()),
        detail,
    )
    .await?;
    let after = account::member(&tx, operator.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    tx.commit().await?;
    Ok(Json(view(after)))
}

/// Takes a member out; they are signed out within seconds.
#[utoipa::path(delete, path = "/api/v1/members/{id}", operation_id = "remove_member", tag = "workspace",
    params(("id" = String, Path, description = "usr_…")),
    responses((status = 204), (status = 409)))]
pub(super) async fn remove(
    operator: Operator<MembersWrite>,
    PathId(id): PathId<kind::User>,
    State(app): State<App>,
) -> Result<StatusCode, ApiError> {
    let tx = app.db.begin().await?;
    let before = account::member(&tx, operator.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    if before.role == Role::Owner {
        grantable(&operator, Role::Owner.name())?;
    }
    account::remove(&tx, operator.workspace, id, app.now()).await?;
    log(
        &app,
        &tx,
        &operator,
        "member.remove",
        Some(id.raw()),
        serde_json::json!({}),
    )
    .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reads a role that the caller may give: only an owner makes owners.
fn grantable(operator: &Caller, role: &str) -> Result<Role, ApiError> {
    let role = Role::parse(role).ok_or_else(|| {
        Invalid::one(
            "/role",
            "unknown",
            "use owner, admin, marketer, analyst or viewer",
            "owner・admin・marketer・analyst・viewer から選んでください",
        )
    })?;
    if role == Role::Owner && operator.role() != Some(Role::Owner) {
        return Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "not allowed",
            "権限がありません",
        )
        .because("only an owner may do this", "オーナーだけができます"));
    }
    Ok(role)
}

async fn log(
    app: &App,
    tx: &storage::Tx,
    operator: &Caller,
    action: &str,
    object: Option<i64>,
    detail: serde_json::Value,
) -> Result<(), ApiError> {
    let actor: Actor = operator.actor;
    let change = audit::Change {
        workspace: operator.workspace,
        actor,
        action,
        object_kind: "user",
        object,
        detail,
    };
    Ok(audit::record(tx, &*app.ids, app.now(), change).await?)
}
