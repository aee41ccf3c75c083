//! The ledger writer: one commit carries the moves of all lanes.
//!
//! A lane hands in the outcome of its last message together with the hand-over of its next, so a
//! message costs one wait for a commit, and at any instant at most one message of a lane is with the
//! provider without a durable outcome.

use std::{
    collections::{HashMap, HashSet},
    future::Future,
    sync::Arc,
    time::Duration,
};

use kernel::{
    id::{IdSource, WorkspaceId},
    time::{Clock, Millis},
};
use profiles::Ctx;
use sea_orm::DbErr;
use storage::{
    ConnectionTrait as _, Db, Dialect, StorageError, Tx,
    batch::{Batcher, Limits, Stopped},
};

use super::{
    event,
    moves::{HandOver, Release, Settle, follow_merges, hand_over, release, settle},
};

/// What a lane hands in.
#[derive(Debug, Clone)]
pub struct Round {
    /// The workspace of the rows.
    pub workspace: WorkspaceId,
    /// The worker that holds them.
    pub token: i64,
    /// What became of the last message, or of each of a pack.
    pub settle: Vec<Settle>,
    /// The next message, or each of a pack.
    pub hand_over: Vec<HandOver>,
    /// Messages given back.
    pub release: Vec<Release>,
}

impl Round {
    /// Makes a round that says nothing yet.
    pub const fn new(workspace: WorkspaceId, token: i64) -> Self {
        Self {
            workspace,
            token,
            settle: Vec::new(),
            hand_over: Vec::new(),
            release: Vec::new(),
        }
    }
}

/// How the writer gathers, and how patient it is with a database that is away.
#[derive(Debug, Clone, Copy)]
pub struct WriterOptions {
    /// How long the first caller waits for company.
    pub wait: Duration,
    /// The pause before a failed commit is tried again.
    pub retry: Duration,
    /// How often it is tried before the callers are told.
    pub tries: u32,
}

impl Default for WriterOptions {
    fn default() -> Self {
        Self {
            wait: Duration::from_millis(1),
            retry: Duration::from_millis(500),
            // Ten minutes: an outcome that is not written down is a message in doubt.
            tries: 1_200,
        }
    }
}

/// A handle to the writer; cheap to clone.
#[derive(Clone)]
pub struct LedgerWriter(Batcher<Round, HashSet<i64>>);

impl LedgerWriter {
    /// Makes the handle and the task that must be spawned; the task ends when all handles are gone.
    pub fn new(
        db: Db,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        options: WriterOptions,
    ) -> (Self, impl Future<Output = ()> + Send) {
        let limits = Limits {
            rows: 512,
            wait: options.wait,
        };
        let (batcher, task) = Batcher::new(limits, 1_024, move |rounds: Vec<Round>| {
            let (db, clock, ids) = (db.clone(), clock.clone(), ids.clone());
            async move {
                for _ in 0..options.tries {
                    match commit(&db, &*clock, &*ids, &rounds).await {
                        Ok(answers) => return answers,
                        Err(error) => {
                            tracing::warn!(%error, rows = rounds.len(), "failed to commit ledger moves; trying again");
                            tokio::time::sleep(options.retry).await;
                        }
                    }
                }
                Vec::new()
            }
        });
        (Self(batcher), task)
    }

    /// Hands in moves and waits until they are durable; returns which hand-overs were granted.
    pub async fn submit(&self, round: Round) -> Result<HashSet<i64>, Stopped> {
        let rows = round.settle.len().max(round.hand_over.len()).max(1);
        self.0.submit(round, rows).await
    }
}

async fn commit(
    db: &Db,
    clock: &dyn Clock,
    ids: &dyn IdSource,
    rounds: &[Round],
) -> Result<Vec<HashSet<i64>>, StorageError> {
    let now = clock.now();
    let tx = db.begin().await?;
    if tx.dialect() == Dialect::Postgres {
        // Each move names its rows by key. Until a young table has statistics the planner would rather
        // scan it, a few milliseconds a round.
        tx.execute_unprepared("SET LOCAL enable_seqscan = off")
            .await?;
    }
    let mut groups: HashMap<(i64, i64), Vec<&Round>> = HashMap::new();
    for round in rounds {
        groups
            .entry((round.workspace.raw(), round.token))
            .or_default()
            .push(round);
    }
    let mut granted = HashSet::new();
    for ((workspace, token), group) in groups {
        let mut settles: Vec<Settle> = group
            .iter()
            .flat_map(|round| round.settle.iter().cloned())
            .collect();
        let news = settle_all(&tx, token, now, &mut settles).await?;
        let ctx = Ctx {
            tx: &tx,
            workspace: WorkspaceId::from_raw(workspace),
            now,
            ids,
        };
        event::of_settled(ctx, &settles.iter().collect::<Vec<_>>(), &news).await?;
        let given_back = group.iter().flat_map(|round| round.release.iter().copied());
        let releases: Vec<Release> = given_back.collect();
        release(&tx, token, &releases).await?;
        let wanted: Vec<HandOver> = group
            .iter()
            .flat_map(|round| round.hand_over.iter().cloned())
            .collect();
        granted.extend(hand_over(&tx, ctx.workspace, token, now, &wanted).await?);
        // What may not go is given back; the next reservation finds out why.
        let refused: Vec<Release> = wanted
            .iter()
            .filter(|row| !granted.contains(&row.this_try()))
            .map(|row| Release {
                key: row.key,
                attempts: row.attempts,
                due_at: now,
                deferred: false,
            })
            .collect();
        release(&tx, token, &refused).await?;
    }
    tx.commit().await?;
    let answer = |round: &Round| {
        let wanted = round.hand_over.iter();
        wanted
            .filter(|row| granted.contains(&row.this_try()))
            .map(|row| row.key.id.raw())
            .collect()
    };
    Ok(rounds.iter().map(answer).collect())
}

/// Records what became of rows, also of those that a merge has moved meanwhile, and returns those for which
/// this was news.
async fn settle_all(
    tx: &Tx,
    token: i64,
    now: Millis,
    rows: &mut Vec<Settle>,
) -> Result<HashSet<i64>, DbErr> {
    let mut news = settle(tx, token, now, rows).await?;
    let missed: Vec<Settle> = rows
        .extract_if(.., |row| !news.contains(&row.key.id.raw()))
        .collect();
    if !missed.is_empty() {
        let moved = follow_merges(tx, missed).await?;
        news.extend(settle(tx, token, now, &moved).await?);
        rows.extend(moved);
    }
    Ok(news)
}
