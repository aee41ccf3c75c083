//! The one door through which values are written: standings, attributes, turns, rows of the feed and the worker's
//! progress, in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{
    cause::Cause,
    feed::{Change, ChangeKind},
    id::{IdSource, ProfileId},
    time::Millis,
};
use profiles::Ctx;
use sea_orm::DbErr;
use storage::{
    Db, Tx, Value,
    bulk::{Bulk, ColumnType},
    feed,
    lease::LeaseError,
    rowset, sql,
};

use super::{
    definition::{Definition, Shelf},
    lease::{self, Fill, Lease, Progress},
    value::{self, Stored},
};
use crate::{
    dormancy::State,
    person::{Computed, NOBODY, Standing},
    rule::Kind,
    score::Side,
};

/// The most customers of one transaction: whoever waits for SQLite's writer waits no longer than for these.
pub const MAX_BATCH: usize = 500;

/// What one transaction writes.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// The rules' definitions, as the values follow from them.
    pub definitions: &'a [Definition],
    /// Who was looked at, and why; who has nothing computed is no more.
    pub people: &'a BTreeMap<i64, (Cause, Option<Computed>)>,
    /// How far the worker has come with it.
    pub progress: Progress,
}

const VALUE: Bulk = Bulk {
    table: "computed_value",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("profile_id", ColumnType::Int),
        ("attribute_id", ColumnType::Int),
        ("epoch", ColumnType::Int),
        ("standing", ColumnType::Text),
        ("since", ColumnType::Int),
        ("reached", ColumnType::Int),
        ("due_at", ColumnType::Int),
    ],
    suffix: "ON CONFLICT (profile_id, attribute_id) DO UPDATE SET epoch = excluded.epoch, standing = excluded.standing,
             since = excluded.since, reached = excluded.reached, due_at = excluded.due_at",
};

const CHANGE: Bulk = Bulk {
    table: "computed_change",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("profile_id", ColumnType::Int),
        ("id", ColumnType::Int),
        ("attribute_id", ColumnType::Int),
        ("before", ColumnType::Text),
        ("after", ColumnType::Text),
        ("occurred_at", ColumnType::Int),
        ("written_at", ColumnType::Int),
        ("cause", ColumnType::Int),
    ],
    suffix: "",
};

/// A turn that is to be told.
struct Told<'a> {
    profile: i64,
    attribute: i64,
    before: Option<&'a str>,
    after: Option<&'a str>,
    occurred_at: i64,
    cause: Cause,
}

/// Writes a batch, or nothing.
///
/// # Errors
/// See [`LeaseError`]; the lease must not be used after [`LeaseError::Lost`].
pub async fn write(
    lease: &mut Lease,
    db: &Db,
    ids: &dyn IdSource,
    now: Millis,
    batch: Batch<'_>,
) -> Result<(), LeaseError> {
    let (workspace, before) = (lease.workspace(), lease.progress.own.fill);
    let tx = db.begin().await?;
    lease.hold(&tx, now, batch.progress).await?;
    if before.is_some() && batch.progress.own.fill.is_none() {
        lease::arrived(&tx, workspace, now).await?;
    }
    if !batch.people.is_empty() {
        let ctx = Ctx {
            tx: &tx,
            workspace,
            now,
            ids,
        };
        write_people(ctx, &batch, before).await?;
    }
    tx.commit().await?;
    lease.moved(now, batch.progress);
    Ok(())
}

async fn write_people(ctx: Ctx<'_>, batch: &Batch<'_>, before: Option<Fill>) -> Result<(), DbErr> {
    // Attributes first: their lock is the one that other writers of profiles take first, too.
    let attributes = batch
        .people
        .iter()
        .filter_map(|(id, (_, computed))| Some((*id, computed.as_ref()?.attributes.clone())));
    let by_rule = batch.people.iter();
    let by_rule = by_rule.filter(|(_, (cause, _))| *cause == Cause::Backfill);
    let by_rule: BTreeSet<i64> = by_rule.map(|(id, _)| *id).collect();
    profiles::computed::write(ctx, &attributes.collect(), &by_rule).await?;
    let people: BTreeSet<i64> = batch.people.keys().copied().collect();
    let stored = value::of(ctx.tx, ctx.workspace, &people).await?;
    let (mut values, mut gone, mut told) = (Vec::new(), BTreeMap::new(), Vec::new());
    for definition in batch.definitions {
        for (profile, (cause, computed)) in batch.people {
            let now = computed.as_ref().and_then(|computed| {
                let mut standings = computed.standings.iter();
                standings.find(|one| one.kind == definition.rule.kind())
            });
            let held = stored.get(&(*profile, definition.id));
            match now {
                Some(now) if !is_same(held, now, definition.epoch) => {
                    values.push(row(ctx, *profile, definition, now));
                }
                None if held.is_some() => {
                    let list: &mut Vec<i64> = gone.entry(definition.id).or_default();
                    list.push(*profile);
                }
                Some(_) | None => {}
            }
            let is_by_rule = held.map_or_else(
                || before.is_some_and(|fill| fill.waits(*profile)),
                |held| held.epoch != definition.epoch,
            );
            if is_by_rule || computed.is_none() || definition.shelf == Shelf::PutAway {
                continue;
            }
            told.extend(turn(definition, (*profile, *cause), held, now, ctx.now));
        }
    }
    VALUE.insert(ctx.tx, values).await?;
    remove(ctx.tx, gone).await?;
    tell(ctx, told).await
}

fn is_same(held: Option<&Stored>, now: &Standing, epoch: i64) -> bool {
    held.is_some_and(|held| {
        held.epoch == epoch
            && held.standing == now.value
            && held.since == now.since.0
            && held.reached == now.reached
            && held.due_at == now.due_at.map(|at| at.0)
    })
}

fn row(ctx: Ctx<'_>, profile: i64, definition: &Definition, now: &Standing) -> Vec<Value> {
    vec![
        ctx.workspace.raw().into(),
        profile.into(),
        definition.id.into(),
        definition.epoch.into(),
        now.value.to_string().into(),
        now.since.0.into(),
        now.reached.map(i64::from).into(),
        now.due_at.map(|at| at.0).into(),
    ]
}

/// Returns what is to be told of one customer and definition, if anything turned.
fn turn<'a>(
    definition: &Definition,
    (profile, cause): (i64, Cause),
    held: Option<&'a Stored>,
    now: Option<&'a Standing>,
    at: Millis,
) -> Option<Told<'a>> {
    let word = |word: &'a str| Some(word).filter(|word| *word != NOBODY);
    let before = held.and_then(|held| word(&held.standing));
    let after = now.and_then(|now| word(&now.value));
    let is_dormant = |word: Option<&str>| word == Some(State::Dormant.as_str());
    // Beginning to buy is no turn of dormancy, nor the first point one of the score.
    let is_telling = match definition.rule.kind() {
        Kind::Dormancy => is_dormant(before) || is_dormant(after),
        Kind::Score => [before, after].contains(&Some(Side::Above.as_str())),
        Kind::Lifecycle | Kind::Rank => true,
        // Tastes move with every look around: who asks for them asks a segment, and that tells.
        Kind::Affinity => false,
    };
    if before == after || !is_telling {
        return None;
    }
    let is_due = held.is_some_and(|held| held.due_at.is_some_and(|due| due <= at.0));
    Some(Told {
        profile,
        attribute: definition.id,
        before,
        after,
        occurred_at: occurred(held, now).unwrap_or(at).0,
        // Who was looked at with everybody turned for a reason of her own.
        cause: match cause {
            Cause::Backfill if is_due => Cause::Time,
            Cause::Backfill => Cause::Event,
            other => other,
        },
    })
}

/// Returns when a turn came about by the history. What takes somebody back to where she stood before - an order called
/// off, money paid back - has changed the history, and came about when that was found out.
fn occurred(held: Option<&Stored>, now: Option<&Standing>) -> Option<Millis> {
    let since = now?.since;
    let is_back = held.is_some_and(|held| held.standing != NOBODY && since.0 <= held.since);
    (!is_back).then_some(since)
}

async fn remove(tx: &Tx, gone: BTreeMap<i64, Vec<i64>>) -> Result<(), DbErr> {
    for (attribute, people) in gone {
        let ids = rowset::ids_of(tx.dialect(), "$2");
        let text = format!(
            "DELETE FROM computed_value WHERE +attribute_id = $1 AND profile_id IN (SELECT u.id FROM {ids} u)"
        );
        sql::exec(tx, text, [attribute.into(), rowset::bind_ids(people)]).await?;
    }
    Ok(())
}

async fn tell(ctx: Ctx<'_>, told: Vec<Told<'_>>) -> Result<(), DbErr> {
    let (mut rows, mut changes) = (Vec::new(), Vec::new());
    for one in told {
        let id = ctx.ids.next_raw();
        rows.push(vec![
            ctx.workspace.raw().into(),
            one.profile.into(),
            id.into(),
            one.attribute.into(),
            one.before.map(str::to_owned).into(),
            one.after.map(str::to_owned).into(),
            one.occurred_at.into(),
            ctx.now.0.into(),
            i64::from(one.cause.code()).into(),
        ]);
        let profile = ProfileId::from_raw(one.profile);
        changes.push(Change {
            a: one.attribute,
            b: id,
            ..Change::of(ctx.workspace, profile, ChangeKind::Turned)
        });
    }
    CHANGE.insert(ctx.tx, rows).await?;
    feed::append(ctx.tx, ctx.now, &changes).await
}
