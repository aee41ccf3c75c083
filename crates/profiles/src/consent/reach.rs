//! The SQL fragments that tell whether a person can be reached for advertising.

/// Under this purpose of the channels `line` and `push` those who read changes are told of who follows a LINE account, and
/// of who has a device that takes pushes. It is no consent, and no consent can be given under such a name; but it is kept,
/// and asked for, like one.
pub const FOLLOWS: &str = "!follows";

/// Returns a condition on an alias of `identity` that holds when it is the LINE id of somebody who follows an account, and
/// nothing suppresses it.
pub(crate) fn follows_sql(identity: &str) -> String {
    format!(
        "({identity}.kind = 5
          AND EXISTS (SELECT 1 FROM line_friend f WHERE f.workspace_id = {identity}.workspace_id
                      AND f.user_id = {identity}.value AND f.state = 0)
          AND NOT EXISTS (SELECT 1 FROM suppression s WHERE s.workspace_id = {identity}.workspace_id
                          AND s.channel = 'line' AND s.address = {identity}.value))"
    )
}

/// Returns a condition on an alias of `profile` that holds when the person may get advertising by LINE: active, follows an
/// account, and has not refused. Adding the account as a friend is the permission, so no consent is needed.
pub fn line_sql(profile: &str) -> String {
    format!(
        "({profile}.state = 0
          AND EXISTS (SELECT 1 FROM identity i WHERE i.profile_id = {profile}.id AND {})
          AND NOT EXISTS (SELECT 1 FROM consent c WHERE c.profile_id = {profile}.id AND c.channel = 'line'
                          AND c.purpose = 'marketing' AND NOT c.granted))",
        follows_sql("i")
    )
}

/// Returns a condition on an alias of `profile` that holds when the person may get advertising by push: active, a device
/// takes pushes, and has not refused. Allowing pushes on a device is the permission, so no consent is needed.
pub fn push_sql(profile: &str) -> String {
    format!(
        "({profile}.state = 0
          AND EXISTS (SELECT 1 FROM device d WHERE d.profile_id = {profile}.id AND d.gone_at IS NULL)
          AND NOT EXISTS (SELECT 1 FROM consent c WHERE c.profile_id = {profile}.id AND c.channel = 'push'
                          AND c.purpose = 'marketing' AND NOT c.granted))"
    )
}

/// Returns a condition on an alias of `profile` that holds when the person may get a marketing mail:
/// active, an address, a valid consent, and nothing that suppresses the address.
///
/// `now` is a bind or a number in milliseconds. The text is the same on both databases.
///
/// ```
/// let sql = format!("SELECT p.id FROM profile p WHERE p.workspace_id = $1 AND {}", profiles::consent::mailable_sql("p", "$2"));
/// assert!(sql.contains("c.expires_at > $2"));
/// ```
pub fn mailable_sql(profile: &str, now: &str) -> String {
    format!(
        "({profile}.state = 0 AND {profile}.email IS NOT NULL
          AND EXISTS (SELECT 1 FROM consent c WHERE c.profile_id = {profile}.id AND c.channel = 'email'
                      AND c.purpose = 'marketing' AND c.granted AND (c.expires_at IS NULL OR c.expires_at > {now}))
          AND NOT EXISTS (SELECT 1 FROM suppression s WHERE s.workspace_id = {profile}.workspace_id
                          AND s.channel = 'email' AND s.address = {profile}.email))"
    )
}

/// Returns a condition that holds when a message that is no advertising may be mailed: an unsubscription
/// does not stop it, a dead or complaining mailbox does.
pub fn deliverable_sql(profile: &str) -> String {
    format!(
        "({profile}.state = 0 AND {profile}.email IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM suppression s WHERE s.workspace_id = {profile}.workspace_id
                          AND s.channel = 'email' AND s.address = {profile}.email AND s.reason <> 'unsubscribe'))"
    )
}
