//! Working out the audience: a durable job that writes the ledger in chunks and goes on after a crash.

use std::{collections::HashSet, sync::Arc};

use jobs::{JobContext, JobError, JobHandler, Outcome, async_trait};
use kernel::{
    id::{CampaignId, IdSource, ProfileId},
    time::{HOUR, MINUTE, Millis, SECOND},
};
use sea_orm::FromQueryResult;
use segmentation::{At, vip};
use serde::Deserialize;
use storage::{Tx, sql};

use crate::{
    CampaignError,
    audience::{self, Excluded, Verdict},
    ledger::{self, PlannedRow},
    lifecycle,
    model::{Action, State, Target, Timing},
    store::{self, Author, Campaign},
    way::Way,
    workspace::{self, WorkspaceFacts},
};

/// The kind of the job.
pub const KIND: &str = "campaign.plan";
/// How long after its time a one-off message may still leave.
pub const BLAST_TTL: i64 = 24 * HOUR;
/// Rows of one transaction.
const CHUNK: usize = 1_000;
/// How long a campaign waits for the members of a VIP segment that has just been made; without an index they are found
/// every five minutes.
const VIP_PATIENCE: i64 = 10 * MINUTE;
/// How often a held campaign is looked at.
const PAUSED_POLL: i64 = 2 * SECOND;

/// Plans campaigns.
pub struct Planner {
    ids: Arc<dyn IdSource>,
    chunk: usize,
}

impl Planner {
    /// Makes the handler.
    pub fn new(ids: Arc<dyn IdSource>) -> Self {
        Self { ids, chunk: CHUNK }
    }

    /// Writes fewer rows in a transaction.
    #[must_use]
    pub fn with_chunk(mut self, rows: usize) -> Self {
        self.chunk = rows.max(1);
        self
    }
}

#[derive(Deserialize)]
struct Payload {
    campaign: CampaignId,
}

#[async_trait]
impl JobHandler for Planner {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, ctx: &JobContext) -> Result<Outcome, JobError> {
        let payload: Payload = ctx.payload()?;
        self.plan(ctx, payload.campaign).await
    }
}

/// What stays the same over all chunks.
struct Run<'a> {
    ctx: &'a JobContext,
    campaign: &'a Campaign,
    way: Way,
    target: &'a Target,
    timing: &'a Timing,
    workspace: WorkspaceFacts,
    /// The instant at which the audience is asked; kept over restarts.
    at: Millis,
}

enum Chunk {
    Written,
    Stopped,
}

impl Planner {
    async fn plan(&self, ctx: &JobContext, id: CampaignId) -> Result<Outcome, JobError> {
        let Some(campaign) = self.begin(ctx, id).await? else {
            return Ok(Outcome::Done);
        };
        if campaign.stage.state == State::Paused {
            return Ok(Outcome::Again(ctx.now().plus(PAUSED_POLL)));
        }
        let (Some(target), Some(timing)) = (&campaign.document.target, &campaign.document.timing)
        else {
            return Err(JobError::fail("the campaign lost a card"));
        };
        let workspace = workspace::facts(ctx.db().reader(), campaign.workspace).await?;
        let run = Run {
            at: campaign.plan_at.unwrap_or_else(|| ctx.now()),
            ctx,
            campaign: &campaign,
            way: Way::of(campaign.document.channel.as_ref()),
            target,
            timing,
            workspace,
        };
        if run.at.plus(VIP_PATIENCE) > ctx.now()
            && vip::is_filling(ctx.db().reader(), campaign.workspace).await?
        {
            return Ok(Outcome::Again(ctx.now().plus(PAUSED_POLL)));
        }
        let at = At {
            workspace: campaign.workspace,
            now: run.at,
            zone: run.workspace.zone,
        };
        let members = segmentation::all_members(ctx.db().reader(), &at, &audience::rule(target))
            .await
            .map_err(JobError::retry)?;
        let through = planned_through(ctx, id).await?;
        let mut mailboxes = known_mailboxes(ctx, id).await?;
        let rest: Vec<ProfileId> = members
            .into_iter()
            .filter(|id| id.raw() > through)
            .collect();
        for chunk in rest.chunks(self.chunk) {
            if ctx.is_stopping() {
                return Ok(Outcome::Again(ctx.now()));
            }
            if let Chunk::Stopped = self.write(&run, chunk, &mut mailboxes).await? {
                return Ok(Outcome::Again(ctx.now().plus(PAUSED_POLL)));
            }
        }
        let tx = ctx.db().begin().await?;
        ctx.fence(&tx).await?;
        sql::exec(
            &tx,
            "UPDATE campaign SET planned_at = $2 WHERE id = $1",
            [id.raw().into(), ctx.now().0.into()],
        )
        .await?;
        tx.commit().await?;
        Ok(Outcome::Done)
    }

    /// Sets a scheduled campaign running; `None` when it has been called off.
    async fn begin(&self, ctx: &JobContext, id: CampaignId) -> Result<Option<Campaign>, JobError> {
        let tx = ctx.db().begin().await?;
        ctx.fence(&tx).await?;
        let author = Author {
            workspace: ctx.job().workspace,
            user: None,
            now: ctx.now(),
        };
        let found = store::find(&tx, author.workspace, id)
            .await
            .map_err(broken)?;
        let Some(mut campaign) = found.filter(|campaign| !campaign.stage.state.is_final()) else {
            return Ok(None);
        };
        if campaign.stage.state == State::Scheduled {
            sql::exec(
                &tx,
                "UPDATE campaign SET plan_at = $2 WHERE id = $1",
                [id.raw().into(), author.now.0.into()],
            )
            .await?;
            campaign = lifecycle::act(&tx, author, id, Action::Begin)
                .await
                .map_err(broken)?;
        }
        tx.commit().await?;
        Ok(Some(campaign))
    }

    async fn write(
        &self,
        run: &Run<'_>,
        chunk: &[ProfileId],
        mailboxes: &mut HashSet<i64>,
    ) -> Result<Chunk, JobError> {
        let (ctx, campaign) = (run.ctx, run.campaign);
        let rows = rows(run, chunk, mailboxes).await?;
        let tx = ctx.db().begin().await?;
        ctx.fence(&tx).await?;
        if !note_progress(&tx, campaign.id, chunk).await? {
            return Ok(Chunk::Stopped);
        }
        ledger::plan(
            &tx,
            &*self.ids,
            ledger::Occasion {
                workspace: campaign.workspace,
                campaign: campaign.id,
                occurrence: 0,
                channel: run.way.kind(),
            },
            ctx.now(),
            &rows,
        )
        .await?;
        tx.commit().await?;
        Ok(Chunk::Written)
    }
}

/// Decides about each person of a chunk.
async fn rows(
    run: &Run<'_>,
    chunk: &[ProfileId],
    mailboxes: &mut HashSet<i64>,
) -> Result<Vec<PlannedRow>, JobError> {
    let ids: Vec<i64> = chunk.iter().map(|id| id.raw()).collect();
    let db = run.ctx.db().reader();
    let people = audience::people(db, run.campaign.workspace, run.way, run.target, &ids).await?;
    let mut rows = Vec::with_capacity(chunk.len());
    for id in chunk {
        let Some(person) = people.get(&id.raw()) else {
            continue;
        };
        let mailbox = person.mailbox();
        let mut verdict = person.verdict(run.at);
        if verdict == Verdict::Send && mailbox.is_some_and(|mailbox| !mailboxes.insert(mailbox)) {
            verdict = Verdict::Exclude(Excluded::SameMailbox);
        }
        let due_at = run.timing.due_at(person.zone(run.workspace.zone), run.at);
        rows.push(PlannedRow {
            profile: *id,
            address: person.address.clone(),
            mailbox: (verdict == Verdict::Send).then_some(mailbox).flatten(),
            due_at,
            expires_at: due_at.plus(BLAST_TTL),
            turn: person.vip.turn(),
            verdict,
        });
    }
    Ok(rows)
}

/// Notes how far the planning has come; `false` when the campaign does not run any more.
async fn note_progress(
    tx: &Tx,
    id: CampaignId,
    chunk: &[ProfileId],
) -> Result<bool, sea_orm::DbErr> {
    let last = chunk.last().map_or(0, |id| id.raw());
    let touched = sql::exec(
        tx,
        "UPDATE campaign SET planned_through = $2 WHERE id = $1 AND state = 'running'",
        [id.raw().into(), last.into()],
    )
    .await?;
    Ok(touched == 1)
}

async fn planned_through(ctx: &JobContext, id: CampaignId) -> Result<i64, JobError> {
    let text = "SELECT COALESCE(planned_through, 0) FROM campaign WHERE id = $1";
    Ok(sql::number(ctx.db().reader(), text, [id.raw().into()]).await?)
}

/// Returns the mailboxes that the ledger holds already: eight bytes a person.
async fn known_mailboxes(ctx: &JobContext, id: CampaignId) -> Result<HashSet<i64>, JobError> {
    #[derive(FromQueryResult)]
    struct Mailbox {
        mailbox_hash: i64,
    }
    let rows: Vec<Mailbox> = sql::all(
        ctx.db().reader(),
        "SELECT mailbox_hash FROM delivery WHERE campaign_id = $1 AND mailbox_hash IS NOT NULL AND NOT is_test",
        [id.raw().into()],
    )
    .await?;
    Ok(rows.into_iter().map(|row| row.mailbox_hash).collect())
}

fn broken(error: CampaignError) -> JobError {
    JobError::retry(error)
}
