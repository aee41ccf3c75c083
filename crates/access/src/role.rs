//! Roles, permissions and who acts.

use std::fmt;

use kernel::id::{ApiKeyId, UserId};

/// What may be done. The names are the scopes of API keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Permission {
    /// See customers, masked.
    ProfilesRead,
    /// Change customers and import files.
    ProfilesWrite,
    /// See email addresses, phone numbers and export people.
    PiiRead,
    /// See segments.
    SegmentsRead,
    /// Change segments.
    SegmentsWrite,
    /// See contents and products.
    ContentsRead,
    /// Change contents and products.
    ContentsWrite,
    /// See campaigns and messages.
    CampaignsRead,
    /// Change campaigns and send tests.
    CampaignsWrite,
    /// Launch, pause and cancel campaigns.
    CampaignsLaunch,
    /// See reports.
    ReportsRead,
    /// Change senders, keys and settings of the workspace.
    SettingsWrite,
    /// Invite, change and remove members.
    MembersWrite,
    /// Read the audit and access logs.
    AuditRead,
}

/// Every permission with its scope name.
pub(crate) const ALL: [(Permission, &str); 14] = [
    (Permission::ProfilesRead, "profiles:read"),
    (Permission::ProfilesWrite, "profiles:write"),
    (Permission::PiiRead, "pii:read"),
    (Permission::SegmentsRead, "segments:read"),
    (Permission::SegmentsWrite, "segments:write"),
    (Permission::ContentsRead, "contents:read"),
    (Permission::ContentsWrite, "contents:write"),
    (Permission::CampaignsRead, "campaigns:read"),
    (Permission::CampaignsWrite, "campaigns:write"),
    (Permission::CampaignsLaunch, "campaigns:launch"),
    (Permission::ReportsRead, "reports:read"),
    (Permission::SettingsWrite, "settings:write"),
    (Permission::MembersWrite, "members:write"),
    (Permission::AuditRead, "audit:read"),
];

impl Permission {
    /// Returns the scope name.
    pub fn scope(self) -> &'static str {
        ALL.iter()
            .find(|(permission, _)| *permission == self)
            .map_or("", |(_, name)| name)
    }

    /// Reads a scope name.
    pub fn parse(scope: &str) -> Option<Self> {
        ALL.iter()
            .find(|(_, name)| *name == scope)
            .map(|(permission, _)| *permission)
    }
}

/// What a member is in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// May do everything, and appoint other owners.
    Owner,
    /// May do everything but appoint owners.
    Admin,
    /// Makes segments, contents and campaigns, and launches them.
    Marketer,
    /// Reads everything, people masked, and makes segments.
    Analyst,
    /// Reads campaigns and reports.
    Viewer,
}

impl Role {
    /// Every role, the mightiest first.
    pub const ALL: [Self; 5] = [
        Self::Owner,
        Self::Admin,
        Self::Marketer,
        Self::Analyst,
        Self::Viewer,
    ];

    /// Returns the stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Marketer => "marketer",
            Self::Analyst => "analyst",
            Self::Viewer => "viewer",
        }
    }

    /// Reads a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Tells whether the role includes a permission.
    pub fn may(self, permission: Permission) -> bool {
        use Permission as P;
        match self {
            Self::Owner | Self::Admin => true,
            Self::Marketer => !matches!(
                permission,
                P::SettingsWrite | P::MembersWrite | P::AuditRead
            ),
            Self::Analyst => matches!(
                permission,
                P::ProfilesRead
                    | P::SegmentsRead
                    | P::SegmentsWrite
                    | P::ContentsRead
                    | P::CampaignsRead
                    | P::ReportsRead
            ),
            Self::Viewer => {
                matches!(
                    permission,
                    P::SegmentsRead | P::ContentsRead | P::CampaignsRead | P::ReportsRead
                )
            }
        }
    }

    /// Returns the scope names that the role includes.
    pub fn scopes(self) -> Vec<&'static str> {
        ALL.iter()
            .filter(|(permission, _)| self.may(*permission))
            .map(|(_, name)| *name)
            .collect()
    }
}

/// Who does something: stands in the logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A person.
    User(UserId),
    /// A program with an API key.
    Key(ApiKeyId),
    /// The product itself.
    System,
}

impl Actor {
    /// Returns the stored kind.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Key(_) => "key",
            Self::System => "system",
        }
    }

    /// Returns the stored id, if any.
    pub const fn raw(self) -> Option<i64> {
        match self {
            Self::User(id) => Some(id.raw()),
            Self::Key(id) => Some(id.raw()),
            Self::System => None,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => id.fmt(f),
            Self::Key(id) => id.fmt(f),
            Self::System => f.write_str("system"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_reads_back_and_roles_only_shrink_downwards() {
        for (permission, name) in ALL {
            assert_eq!(Permission::parse(name), Some(permission));
            assert_eq!(permission.scope(), name);
            let mut lower_may = false;
            for role in Role::ALL.into_iter().rev() {
                assert!(
                    role.may(permission) || !lower_may,
                    "{role:?} lacks {name} that a lesser role has"
                );
                lower_may |= role.may(permission);
            }
        }
        assert!(!Role::Analyst.may(Permission::PiiRead));
        assert!(!Role::Marketer.may(Permission::MembersWrite));
    }
}
