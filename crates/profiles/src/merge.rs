//! Two profiles become one, and can be parted again.
//!
//! The older profile survives. Events, orders, deliveries, consents and identity values are copied to it and
//! deleted from the other, in one transaction; each row remembers the profile it came from. The merged
//! profile's own row stays, empty of everything else, and points to the survivor. Logs - of consents, of
//! merges, of who looked at whom - are never rewritten: they are read for the whole family.

mod deliveries;
mod evidence;
mod rows;
mod undo;

use std::collections::{BTreeMap, HashMap};

use kernel::feed::{Change, ChangeKind};
use sea_orm::DbErr;
use storage::{
    bulk::{Bulk, ColumnType},
    feed,
};

use crate::{
    computed,
    context::Ctx,
    facts::row::{self, Hold, Row},
    identity::graph::Joined,
};
pub use undo::{UndoError, undo};

const LOG: Bulk = Bulk {
    table: "merge_log",
    columns: &[
        ("id", ColumnType::Int),
        ("workspace_id", ColumnType::Int),
        ("survivor_id", ColumnType::Int),
        ("merged_id", ColumnType::Int),
        ("reason", ColumnType::Text),
        ("evidence", ColumnType::Json),
        ("at", ColumnType::Int),
    ],
    suffix: "",
};

/// Merges profiles in the order given; a survivor may itself be merged further on.
pub(crate) async fn apply(ctx: Ctx<'_>, merges: &[Joined]) -> Result<(), DbErr> {
    if merges.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = merges
        .iter()
        .flat_map(|merge| [merge.survivor, merge.merged])
        .collect();
    let mut people = row::load(ctx, ids.clone(), Hold::Merge).await?;
    let mut consents = rows::consents(ctx, ids).await?;
    let mut log = Vec::new();
    for merge in merges {
        let (Some(survivor), Some(other)) = (
            people.get(&merge.survivor).cloned(),
            people.get(&merge.merged).cloned(),
        ) else {
            continue;
        };
        log.push(vec![
            ctx.ids.next_raw().into(),
            ctx.workspace.raw().into(),
            merge.survivor.into(),
            merge.merged.into(),
            if merge.is_alias {
                "alias"
            } else {
                "shared_value"
            }
            .into(),
            evidence::of(merge, &survivor, &consents).into(),
            ctx.now.0.into(),
        ]);
        people.insert(merge.survivor, absorb(survivor, &other));
        rows::absorb_consents(&mut consents, merge.survivor, merge.merged);
    }
    LOG.insert(ctx.tx, log).await?;
    let moves = final_homes(merges);
    rows::move_all(ctx, &moves).await?;
    deliveries::move_all(ctx, &moves).await?;
    rows::write_consents(ctx, &consents, &moves).await?;
    let mut survivors: Vec<&Row> = people
        .values()
        .filter(|row| !moves.contains_key(&row.id))
        .collect();
    survivors.sort_unstable_by_key(|row| row.id);
    row::update(ctx, &survivors).await?;
    let told: Vec<Change> = moves
        .iter()
        .map(|(merged, survivor)| Change {
            a: *merged,
            ..ctx.change(*survivor, ChangeKind::Merge)
        })
        .collect();
    feed::append(ctx.tx, ctx.now, &told).await
}

/// Where the rows of each merged profile end up.
fn final_homes(merges: &[Joined]) -> BTreeMap<i64, i64> {
    let parent: HashMap<i64, i64> = merges
        .iter()
        .map(|merge| (merge.merged, merge.survivor))
        .collect();
    let root = |mut id: i64| {
        while let Some(&up) = parent.get(&id) {
            id = up;
        }
        id
    };
    parent
        .keys()
        .map(|&merged| (merged, root(merged)))
        .collect()
}

/// The survivor keeps what it has and takes what it lacks.
fn absorb(survivor: Row, merged: &Row) -> Row {
    // What is computed of one is not true of both: it is computed anew.
    let mut attributes = computed::without(&merged.attributes);
    attributes.extend(survivor.attributes);
    let either = |own: Option<String>, other: &Option<String>| own.or_else(|| other.clone());
    Row {
        id: survivor.id,
        external_id: either(survivor.external_id, &merged.external_id),
        email: either(survivor.email, &merged.email),
        phone: either(survivor.phone, &merged.phone),
        family_name: either(survivor.family_name, &merged.family_name),
        given_name: either(survivor.given_name, &merged.given_name),
        full_name: either(survivor.full_name, &merged.full_name),
        locale: either(survivor.locale, &merged.locale),
        time_zone: either(survivor.time_zone, &merged.time_zone),
        is_anonymous: survivor.is_anonymous && merged.is_anonymous,
        attributes,
        first_seen_at: survivor.first_seen_at.min(merged.first_seen_at),
        last_seen_at: survivor.last_seen_at.max(merged.last_seen_at),
    }
}
