//! What campaigns need to know of a workspace.

use chrono_tz::Tz;
use kernel::id::WorkspaceId;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::sql;

/// The settings of a workspace that stand in mails or decide times.
#[derive(Debug, Clone)]
pub struct WorkspaceFacts {
    /// The company's name as customers read it.
    pub name: String,
    /// Its zone.
    pub zone: Tz,
    /// `ja` or `en`.
    pub locale: String,
    /// The reporting currency.
    pub currency: String,
    /// The postal address of the footer; empty until it is entered.
    pub postal_address: String,
}

#[derive(FromQueryResult)]
struct Row {
    name: String,
    time_zone: String,
    locale: String,
    currency: String,
    settings: serde_json::Value,
}

/// Reads the settings.
///
/// # Errors
/// When the database does not answer or there is no such workspace.
pub async fn facts(db: &impl ConnectionTrait, id: WorkspaceId) -> Result<WorkspaceFacts, DbErr> {
    let row: Option<Row> = sql::one(
        db,
        "SELECT name, time_zone, locale, currency, settings FROM workspace WHERE id = $1",
        [id.raw().into()],
    )
    .await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound(format!("workspace {id}")))?;
    let address = row.settings.get("postal_address");
    Ok(WorkspaceFacts {
        name: row.name,
        zone: row.time_zone.parse().unwrap_or(Tz::Asia__Tokyo),
        locale: row.locale,
        currency: row.currency,
        postal_address: address
            .and_then(|value| value.as_str())
            .unwrap_or_default()
            .to_owned(),
    })
}
