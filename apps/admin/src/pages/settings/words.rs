//! The words for roles, scopes and changes.

use crate::i18n as t;

/// The roles, the mightiest first.
pub(super) const ROLES: [&str; 5] = ["owner", "admin", "marketer", "analyst", "viewer"];

/// Returns a role's word.
pub(super) fn role(name: &str) -> String {
    match name {
        "owner" => t::settings::role_owner(),
        "admin" => t::settings::role_admin(),
        "marketer" => t::settings::role_marketer(),
        "analyst" => t::settings::role_analyst(),
        "viewer" => t::settings::role_viewer(),
        other => other,
    }
    .to_owned()
}

/// Returns what a role may do, in a sentence.
pub(super) fn role_about(name: &str) -> &'static str {
    match name {
        "owner" => t::settings::role_owner_about(),
        "admin" => t::settings::role_admin_about(),
        "marketer" => t::settings::role_marketer_about(),
        "analyst" => t::settings::role_analyst_about(),
        _ => t::settings::role_viewer_about(),
    }
}

/// The scopes of API keys, by what they are about.
pub(super) const SCOPES: [&str; 14] = [
    "profiles:read",
    "profiles:write",
    "pii:read",
    "segments:read",
    "segments:write",
    "contents:read",
    "contents:write",
    "campaigns:read",
    "campaigns:write",
    "campaigns:launch",
    "reports:read",
    "settings:write",
    "members:write",
    "audit:read",
];

/// Returns a scope's words.
pub(super) fn scope(name: &str) -> String {
    match name {
        "profiles:read" => t::settings::scope_profiles_read(),
        "profiles:write" => t::settings::scope_profiles_write(),
        "pii:read" => t::settings::scope_pii_read(),
        "segments:read" => t::settings::scope_segments_read(),
        "segments:write" => t::settings::scope_segments_write(),
        "contents:read" => t::settings::scope_contents_read(),
        "contents:write" => t::settings::scope_contents_write(),
        "campaigns:read" => t::settings::scope_campaigns_read(),
        "campaigns:write" => t::settings::scope_campaigns_write(),
        "campaigns:launch" => t::settings::scope_campaigns_launch(),
        "reports:read" => t::settings::scope_reports_read(),
        "settings:write" => t::settings::scope_settings_write(),
        "members:write" => t::settings::scope_members_write(),
        "audit:read" => t::settings::scope_audit_read(),
        other => other,
    }
    .to_owned()
}

/// Returns the words for the part of a change's name before the dot: what was changed.
pub(super) fn object(kind: &str) -> String {
    match kind {
        "workspace" => t::settings::object_workspace(),
        "user" | "member" => t::settings::object_member(),
        "api_key" => t::settings::object_api_key(),
        "write_key" => t::settings::object_write_key(),
        "sender" => t::settings::object_sender(),
        "webhook" => t::webhooks::title(),
        "inbox" => t::settings::object_inbox(),
        "segment" => t::settings::object_segment(),
        "campaign" => t::settings::object_campaign(),
        "content" | "template" => t::settings::object_content(),
        "customer" | "profile" => t::settings::object_customer(),
        "product" => t::settings::object_product(),
        "import" => t::settings::object_import(),
        other => other,
    }
    .to_owned()
}

/// Returns the words for what was done, by the part of the change's name after the dot.
pub(super) fn deed(action: &str) -> String {
    match action.rsplit_once('.').map_or(action, |(_, deed)| deed) {
        "create" => t::settings::deed_create(),
        "change" | "update" | "edit" => t::settings::deed_change(),
        "change_role" => t::settings::deed_change_role(),
        "remove" | "delete" => t::settings::deed_remove(),
        "archive" => t::settings::deed_archive(),
        "revoke" => t::settings::deed_revoke(),
        "invite" => t::settings::deed_invite(),
        "join" => t::settings::deed_join(),
        "clear" => t::settings::deed_clear(),
        "dkim" => t::settings::deed_dkim(),
        "secret_open" => t::webhooks::secret_show(),
        "secret_replace" => t::webhooks::secret_replace(),
        "test" => t::webhooks::test(),
        "replay" => t::webhooks::replay(),
        "launch" => t::settings::deed_launch(),
        "pause" => t::settings::deed_pause(),
        "resume" => t::settings::deed_resume(),
        "cancel" => t::settings::deed_cancel(),
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_and_role_has_words() {
        assert!(SCOPES.iter().all(|name| scope(name) != *name));
        assert!(ROLES.iter().all(|name| role(name) != *name));
    }

    #[test]
    fn a_change_without_words_shows_its_own_name() {
        assert_eq!(deed("moon.paint"), "paint");
        assert_eq!(object("moon"), "moon");
    }
}
