//! Who saved something, by name.

use std::collections::HashMap;

use access::account;
use kernel::id::UserId;

use crate::{
    http::{auth::Caller, problem::ApiError},
    state::App,
};

/// The names of a workspace's members.
pub(super) struct Authors(HashMap<UserId, String>);

impl Authors {
    /// Reads the names of all members.
    pub(super) async fn load(app: &App, caller: &Caller) -> Result<Self, ApiError> {
        let members = account::members(app.db.reader(), caller.workspace).await?;
        Ok(Self(
            members
                .into_iter()
                .map(|member| (member.user.id, member.user.name))
                .collect(),
        ))
    }

    /// Returns the name of a person who is still a member.
    pub(super) fn of(&self, user: Option<UserId>) -> Option<String> {
        user.and_then(|user| self.0.get(&user).cloned())
    }
}
