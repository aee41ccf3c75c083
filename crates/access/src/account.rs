//! People who sign in and their place in a workspace.

use kernel::{
    id::{UserId, WorkspaceId},
    invalid::{FieldError, Invalid},
    time::Millis,
};
use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::sql;

use crate::{AccessError, Role, password};

/// A person who signs in.
#[derive(Debug, Clone)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Sign-in address, lower case.
    pub email: String,
    /// How they are called.
    pub name: String,
    /// `ja` or `en`.
    pub locale: String,
}

/// A person's place in a workspace.
#[derive(Debug, Clone)]
pub struct Member {
    /// The person.
    pub user: User,
    /// What they may do.
    pub role: Role,
    /// Since when.
    pub created_at: Millis,
}

/// What a new person gives.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Sign-in address.
    pub email: String,
    /// How they are called.
    pub name: String,
    /// The password; only its hash is stored.
    pub password: String,
    /// `ja` or `en`.
    pub locale: String,
}

#[derive(FromQueryResult)]
struct MemberRow {
    id: i64,
    email: String,
    name: String,
    locale: String,
    role: String,
    created_at: i64,
}

impl MemberRow {
    fn into_member(self) -> Option<Member> {
        Some(Member {
            user: User {
                id: UserId::from_raw(self.id),
                email: self.email,
                name: self.name,
                locale: self.locale,
            },
            role: Role::parse(&self.role)?,
            created_at: Millis(self.created_at),
        })
    }
}

/// Tells whether nobody can sign in yet.
pub async fn nobody_yet(db: &impl ConnectionTrait) -> Result<bool, AccessError> {
    Ok(sql::number(db, "SELECT COUNT(*) FROM member", []).await? == 0)
}

/// Checks and writes a new person.
pub async fn insert(
    tx: &impl ConnectionTrait,
    id: UserId,
    new: NewUser,
    now: Millis,
) -> Result<User, AccessError> {
    let mut invalid = Invalid::default();
    let email = new.email.trim().to_lowercase();
    if !email.contains('@') || email.len() > 254 || email.chars().any(char::is_whitespace) {
        invalid.push(FieldError::new(
            "/email",
            "email",
            "give an email address such as mori@example.jp",
            "mori@example.jp のようなメールアドレスを入れてください",
        ));
    }
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 100 {
        invalid.push(FieldError::new(
            "/name",
            "length",
            "give a name of 1 to 100 characters",
            "名前は1〜100文字で入れてください",
        ));
    }
    password::check(&new.password, "/password", &mut invalid);
    let taken = sql::number(
        tx,
        "SELECT COUNT(*) FROM user_account WHERE email = $1",
        [email.as_str().into()],
    )
    .await?;
    if taken > 0 {
        invalid.push(FieldError::new(
            "/email",
            "taken",
            "this address is in use",
            "このメールアドレスは使われています",
        ));
    }
    invalid.into_result()?;
    let locale = if new.locale == "en" { "en" } else { "ja" };
    let hash = password::hash(new.password).await?;
    sql::exec(
        tx,
        "INSERT INTO user_account (id, email, name, password_hash, locale, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        [id.raw().into(), email.as_str().into(), name.as_str().into(), hash.into(), locale.into(), now.0.into()],
    )
    .await?;
    Ok(User {
        id,
        email,
        name,
        locale: locale.to_owned(),
    })
}

/// Gives a person a place in a workspace, or another role in it.
pub async fn set_role(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    user: UserId,
    role: Role,
    now: Millis,
) -> Result<(), AccessError> {
    sql::exec(
        tx,
        "INSERT INTO member (workspace_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = excluded.role",
        [
            workspace.raw().into(),
            user.raw().into(),
            role.name().into(),
            now.0.into(),
        ],
    )
    .await?;
    require_owner(tx, workspace).await
}

/// Takes a person out of a workspace; their sessions there end at once.
pub async fn remove(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    user: UserId,
    now: Millis,
) -> Result<bool, AccessError> {
    let gone = sql::exec(
        tx,
        "DELETE FROM member WHERE workspace_id = $1 AND user_id = $2",
        [workspace.raw().into(), user.raw().into()],
    )
    .await?;
    sql::exec(
        tx,
        "UPDATE session SET revoked_at = $3, revoke_reason = 'removed'
         WHERE workspace_id = $1 AND user_id = $2 AND revoked_at IS NULL",
        [workspace.raw().into(), user.raw().into(), now.0.into()],
    )
    .await?;
    require_owner(tx, workspace).await?;
    Ok(gone == 1)
}

async fn require_owner(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
) -> Result<(), AccessError> {
    let owners = sql::number(
        tx,
        "SELECT COUNT(*) FROM member WHERE workspace_id = $1 AND role = 'owner'",
        [workspace.raw().into()],
    )
    .await?;
    if owners == 0 {
        Err(AccessError::LastOwner)
    } else {
        Ok(())
    }
}

const MEMBER: &str = "SELECT u.id, u.email, u.name, u.locale, m.role, m.created_at
    FROM member m JOIN user_account u ON u.id = m.user_id WHERE m.workspace_id = $1 AND u.disabled_at IS NULL";

/// Lists the people of a workspace by name.
pub async fn members(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
) -> Result<Vec<Member>, AccessError> {
    let rows: Vec<MemberRow> = sql::all(
        db,
        format!("{MEMBER} ORDER BY u.name, u.id"),
        [workspace.raw().into()],
    )
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(MemberRow::into_member)
        .collect())
}

/// Finds a person's place in a workspace.
pub async fn member(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    user: UserId,
) -> Result<Option<Member>, AccessError> {
    let row: Option<MemberRow> = sql::one(
        db,
        format!("{MEMBER} AND u.id = $2"),
        [workspace.raw().into(), user.raw().into()],
    )
    .await?;
    Ok(row.and_then(MemberRow::into_member))
}

#[derive(FromQueryResult)]
struct Credentials {
    id: i64,
    password_hash: Option<String>,
    workspace_id: Option<i64>,
}

/// Checks email and password; returns the person and the workspace that they enter (their first).
pub async fn authenticate(
    db: &impl ConnectionTrait,
    email: &str,
    password: String,
) -> Result<(UserId, WorkspaceId), AccessError> {
    let row: Option<Credentials> = sql::one(
        db,
        "SELECT u.id, u.password_hash, (SELECT MIN(m.workspace_id) FROM member m WHERE m.user_id = u.id) AS workspace_id
         FROM user_account u WHERE u.email = $1 AND u.disabled_at IS NULL",
        [email.trim().to_lowercase().into()],
    )
    .await?;
    let (id, hash, workspace) = row.map_or((None, None, None), |row| {
        (Some(row.id), row.password_hash, row.workspace_id)
    });
    let right = password::verify(password, hash).await?;
    match (right, id, workspace) {
        (true, Some(id), Some(workspace)) => {
            Ok((UserId::from_raw(id), WorkspaceId::from_raw(workspace)))
        }
        _ => Err(AccessError::Credentials),
    }
}
