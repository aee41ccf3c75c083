//! The one SQL fragment that tells whether a person may be mailed.

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
