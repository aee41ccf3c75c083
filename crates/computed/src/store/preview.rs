//! How many would stand where by a rule that is not saved yet.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{id::WorkspaceId, time::Millis};
use profiles::computed::bought;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::sql;

use super::{wanted, write::MAX_BATCH};
use crate::{person::Rules, rule::Kind};

/// How many are looked at: a share of them lies within 1.4 points of that of all, 19 times out of 20.
const SAMPLE: i64 = 5_000;

/// How many would stand where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preview {
    /// How many customers there are.
    pub customers: i64,
    /// How many of them were looked at: all, or an even sample.
    pub looked_at: i64,
    /// Of those, how many would stand where; nowhere is the empty word.
    pub counts: BTreeMap<String, i64>,
}

/// Computes a sample of customers by rules, and counts where they would stand by one of them.
///
/// # Errors
/// When the database does not answer.
pub async fn preview(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    (rules, kind): (&Rules, Kind),
    now: Millis,
) -> Result<Preview, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
    }
    let text = "SELECT COUNT(*) FROM profile WHERE workspace_id = $1 AND state = 0";
    let customers = sql::number(db, text, [workspace.raw().into()]).await?;
    let one_of = customers.div_euclid(SAMPLE) + 1;
    // The remainder by a prime first: ids that were made together differ in their last bits alone.
    let text = "SELECT id FROM profile WHERE workspace_id = $1 AND state = 0 AND (id % 1000003) % $2 = 0 ORDER BY id";
    let rows: Vec<Row> = sql::all(db, text, [workspace.raw().into(), one_of.into()]).await?;
    let mut found = Preview {
        customers,
        looked_at: i64::try_from(rows.len()).unwrap_or(i64::MAX),
        counts: BTreeMap::new(),
    };
    let wanted = wanted(db, workspace, rules).await?;
    for part in rows.chunks(MAX_BATCH) {
        let ids: BTreeSet<i64> = part.iter().map(|row| row.id).collect();
        for person in bought::read(db, workspace, &ids, &wanted).await? {
            let computed = rules.compute(&person, now);
            let own = computed.standings.into_iter().find(|one| one.kind == kind);
            let standing = own.map(|own| own.value.into_owned()).unwrap_or_default();
            *found.counts.entry(standing).or_default() += 1;
        }
    }
    Ok(found)
}
