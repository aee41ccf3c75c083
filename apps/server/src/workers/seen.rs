//! Writing down, once a minute, who was seen.

use crate::state::App;

/// Brings the last signs of all customers up to what the feed has told by now.
///
/// # Errors
/// When the database does not answer; the next round goes on.
pub async fn write_down_who_was_seen(app: &App) -> anyhow::Result<()> {
    for workspace in access::workspace::list(app.db.reader()).await? {
        let moved = profiles::seen::catch_up(&app.db, workspace.id, app.now(), &*app.ids).await?;
        tracing::debug!(workspace.id = %workspace.id, profiles.moved = moved, "last signs written down");
    }
    Ok(())
}
