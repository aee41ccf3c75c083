//! Names for a list of people that somebody else has put together.

use std::collections::HashMap;

use kernel::{
    id::{ProfileId, WorkspaceId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{Dialect, sql};

use super::CustomerSummary;
use crate::rowset;

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    external_id: Option<String>,
    full_name: Option<String>,
    family_name: Option<String>,
    given_name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    is_anonymous: bool,
    first_seen_at: i64,
    last_seen_at: i64,
}

impl From<Row> for CustomerSummary {
    fn from(row: Row) -> Self {
        let parts = [row.family_name, row.given_name];
        let joined = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        Self {
            id: ProfileId::from_raw(row.id),
            external_id: row.external_id,
            full_name: row.full_name.or((!joined.is_empty()).then_some(joined)),
            email: row.email,
            phone: row.phone,
            is_anonymous: row.is_anonymous,
            first_seen_at: Millis(row.first_seen_at),
            last_seen_at: Millis(row.last_seen_at),
        }
    }
}

/// Returns some customers of a workspace in the order asked for; whoever was merged or erased is left out.
pub async fn several(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    ids: &[ProfileId],
) -> Result<Vec<CustomerSummary>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let text = format!(
        "SELECT p.id, p.external_id, p.full_name, p.family_name, p.given_name, p.email, p.phone, p.is_anonymous,
                p.first_seen_at, p.last_seen_at
         FROM {} u CROSS JOIN profile p WHERE p.id = u.id AND p.workspace_id = $1 AND p.state = 0",
        rowset::ids_of(Dialect::of(db.get_database_backend()), "$2")
    );
    let asked = rowset::bind_ids(ids.iter().map(|id| id.raw()));
    let rows: Vec<Row> = sql::all(db, text, [workspace.raw().into(), asked]).await?;
    let mut found: HashMap<ProfileId, CustomerSummary> = rows
        .into_iter()
        .map(|row| (ProfileId::from_raw(row.id), row.into()))
        .collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}
