//! Who asks: a person with an access token or a program with an API key; the right is in the type.

use std::marker::PhantomData;

use access::{Actor, Permission, Role, key, session::SignedIn};
use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use kernel::{
    id::{SessionId, UserId, WorkspaceId},
    time::MINUTE,
};

use super::problem::ApiError;
use crate::state::App;

/// Names a permission in a handler's signature.
pub trait Needs: Send {
    /// The permission.
    const PERMISSION: Permission;
}

/// One type per permission.
pub mod needs {
    use access::Permission;

    use super::Needs;

    /// See customers, masked.
    pub enum ProfilesRead {}
    /// Change customers and import files.
    pub enum ProfilesWrite {}
    /// See addresses and export people.
    pub enum PiiRead {}
    /// See segments.
    pub enum SegmentsRead {}
    /// Change segments.
    pub enum SegmentsWrite {}
    /// See contents and products.
    pub enum ContentsRead {}
    /// Change contents and products.
    pub enum ContentsWrite {}
    /// See campaigns and messages.
    pub enum CampaignsRead {}
    /// Change campaigns and send tests.
    pub enum CampaignsWrite {}
    /// Launch, pause and cancel campaigns.
    pub enum CampaignsLaunch {}
    /// See reports.
    pub enum ReportsRead {}
    /// Change the workspace.
    pub enum SettingsWrite {}
    /// Change members.
    pub enum MembersWrite {}
    /// Read the logs.
    pub enum AuditRead {}

    impl Needs for ProfilesRead {
        const PERMISSION: Permission = Permission::ProfilesRead;
    }
    impl Needs for ProfilesWrite {
        const PERMISSION: Permission = Permission::ProfilesWrite;
    }
    impl Needs for PiiRead {
        const PERMISSION: Permission = Permission::PiiRead;
    }
    impl Needs for SegmentsRead {
        const PERMISSION: Permission = Permission::SegmentsRead;
    }
    impl Needs for SegmentsWrite {
        const PERMISSION: Permission = Permission::SegmentsWrite;
    }
    impl Needs for ContentsRead {
        const PERMISSION: Permission = Permission::ContentsRead;
    }
    impl Needs for ContentsWrite {
        const PERMISSION: Permission = Permission::ContentsWrite;
    }
    impl Needs for CampaignsRead {
        const PERMISSION: Permission = Permission::CampaignsRead;
    }
    impl Needs for CampaignsWrite {
        const PERMISSION: Permission = Permission::CampaignsWrite;
    }
    impl Needs for CampaignsLaunch {
        const PERMISSION: Permission = Permission::CampaignsLaunch;
    }
    impl Needs for ReportsRead {
        const PERMISSION: Permission = Permission::ReportsRead;
    }
    impl Needs for SettingsWrite {
        const PERMISSION: Permission = Permission::SettingsWrite;
    }
    impl Needs for MembersWrite {
        const PERMISSION: Permission = Permission::MembersWrite;
    }
    impl Needs for AuditRead {
        const PERMISSION: Permission = Permission::AuditRead;
    }
}

/// Who asks and for which workspace.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The workspace; every store call starts from it.
    pub workspace: WorkspaceId,
    /// Stands in the logs.
    pub actor: Actor,
    rights: Rights,
}

#[derive(Debug, Clone)]
enum Rights {
    Person(SignedIn),
    Key(Vec<Permission>),
}

impl Caller {
    /// Tells whether the caller has a further right.
    pub fn may(&self, permission: Permission) -> bool {
        match &self.rights {
            Rights::Person(who) => who.role.may(permission),
            Rights::Key(scopes) => scopes.contains(&permission),
        }
    }

    /// Returns the person, if it is one.
    pub fn user(&self) -> Option<UserId> {
        match &self.rights {
            Rights::Person(who) => Some(who.user),
            Rights::Key(_) => None,
        }
    }

    /// Returns the person's role, if it is one.
    pub fn role(&self) -> Option<Role> {
        match &self.rights {
            Rights::Person(who) => Some(who.role),
            Rights::Key(_) => None,
        }
    }

    /// Returns the session, if it is a person.
    pub fn session(&self) -> Option<SessionId> {
        match &self.rights {
            Rights::Person(who) => Some(who.session),
            Rights::Key(_) => None,
        }
    }
}

/// A caller that has the permission `P`: a handler with this in its signature is authorised.
#[derive(Debug, Clone)]
pub struct Operator<P> {
    /// Who it is.
    pub caller: Caller,
    needs: PhantomData<fn() -> P>,
}

impl<P> std::ops::Deref for Operator<P> {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl<P: Needs> FromRequestParts<App> for Operator<P> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let caller = identify(parts, app).await?;
        if caller.may(P::PERMISSION) {
            Ok(Self {
                caller,
                needs: PhantomData,
            })
        } else {
            Err(ApiError::forbidden(P::PERMISSION))
        }
    }
}

/// A caller of whatever rights, for what everybody signed in may see.
impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        identify(parts, app).await
    }
}

/// Finds out who asks, once per request.
pub(crate) async fn identify(parts: &mut Parts, app: &App) -> Result<Caller, ApiError> {
    if let Some(caller) = parts.extensions.get::<Caller>() {
        return Ok(caller.clone());
    }
    let token = parts
        .headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim().to_owned())
        .ok_or_else(ApiError::not_signed_in)?;
    let caller = if token.starts_with("enk_") {
        by_key(&token, app).await?
    } else {
        by_session(&token, app).await?
    };
    parts.extensions.insert(caller.clone());
    Ok(caller)
}

async fn by_session(token: &str, app: &App) -> Result<Caller, ApiError> {
    let who = app.sessions.check(token).await?;
    Ok(Caller {
        workspace: who.workspace,
        actor: Actor::User(who.user),
        rights: Rights::Person(who),
    })
}

async fn by_key(token: &str, app: &App) -> Result<Caller, ApiError> {
    let key = key::find_api_key(app.db.reader(), token)
        .await?
        .ok_or_else(ApiError::not_signed_in)?;
    let now = app.now();
    if key.last_used_at.is_none_or(|last| now.0 - last.0 > MINUTE) {
        let tx = app.db.begin().await?;
        key::touch_api_key(&tx, key.id, now).await?;
        tx.commit().await?;
    }
    Ok(Caller {
        workspace: key.workspace,
        actor: Actor::Key(key.id),
        rights: Rights::Key(key.scopes),
    })
}
