//! Writing what judging came to.

use sea_orm::{ConnectionTrait, DbErr};
use storage::bulk::{Bulk, ColumnType};

use super::{Judged, Look};

const STANDING: Bulk = Bulk {
    table: "line_menu_friend",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("account_id", ColumnType::Int),
        ("user_id", ColumnType::Text),
        ("menu_id", ColumnType::Int),
        ("rule", ColumnType::Int),
        ("target", ColumnType::Int),
        ("told", ColumnType::Int),
        ("followed_at", ColumnType::Int),
        ("is_refused", ColumnType::Bool),
    ],
    suffix: "ON CONFLICT (workspace_id, account_id, user_id) DO UPDATE SET menu_id = excluded.menu_id, rule = excluded.rule,
        target = excluded.target, told = excluded.told, followed_at = excluded.followed_at, is_refused = excluded.is_refused",
};

/// Writes what judging came to.
///
/// # Errors
/// When the database does not answer.
pub async fn write(
    tx: &impl ConnectionTrait,
    look: Look<'_>,
    judged: &Judged,
) -> Result<(), DbErr> {
    let rows = judged
        .changes
        .iter()
        .map(|change| {
            vec![
                look.workspace.raw().into(),
                look.account.raw().into(),
                change.user.clone().into(),
                change.menu.into(),
                change.rule.map(i64::from).into(),
                change.target.into(),
                change.told.into(),
                change.followed_at.into(),
                false.into(),
            ]
        })
        .collect();
    STANDING.insert(tx, rows).await.map(|_| ())
}
