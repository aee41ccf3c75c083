//! Opens, clicks and unsubscribes become events; many requests share one commit.

use std::{collections::HashMap, future::Future, sync::Arc};

use kernel::{
    feed::{Change, ChangeKind},
    id::{DeliveryId, IdSource, LinkId, ProfileId},
    time::{Clock, Millis, SECOND},
};
use profiles::{Ctx, consent, names};
use sea_orm::{DbErr, FromQueryResult};
use serde_json::json;
use storage::{
    Db, StorageError, Tx,
    batch::{Batcher, Limits},
    feed, sql,
};

use super::{
    Token,
    human::{MachineReason, Seen, clicked_by_machine, opened_by_machine},
    link,
};
use crate::ledger::{
    self, DeliveryRow,
    event::{self, MACHINE, MessageEvent},
};

/// Clicks closer together than this are looked at as one burst.
const BURST: i64 = 2 * SECOND;

/// Why an answer could not be recorded.
#[derive(Debug, thiserror::Error)]
pub enum TrackError {
    /// The database refused or was away.
    #[error("the database did not answer as expected")]
    Db(#[from] DbErr),
    /// A transaction could not be begun.
    #[error("the database did not answer as expected")]
    Storage(#[from] StorageError),
    /// The writer has stopped.
    #[error("the answer could not be recorded")]
    Stopped,
}

/// What became of an unsubscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsubscribed {
    /// The address gets no more marketing; it may have been so before.
    Done,
    /// The delivery or its address is gone: an erased person gets nothing anyway.
    Gone,
}

/// How the unsubscribe link of a message was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// The page behind it was visited, which a scanner does, too.
    Page,
    /// The mail program's own button was pressed: a POST that no scanner makes (RFC 8058).
    OneClick,
}

/// What a device tells of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceSign {
    /// It was shown; whether anybody looked is not known.
    Shown,
    /// It was tapped, and led to no address of ours.
    Tapped,
    /// It was swept away.
    Dismissed,
}

impl DeviceSign {
    /// Reads the word in an address.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "shown" => Self::Shown,
            "clicked" => Self::Tapped,
            "closed" => Self::Dismissed,
            _ => return None,
        })
    }

    const fn event(self) -> i32 {
        match self {
            Self::Shown => names::PUSH_SHOWN,
            Self::Tapped => names::MESSAGE_CLICKED,
            Self::Dismissed => names::PUSH_DISMISSED,
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Act {
    Device(DeviceSign),
    Opened,
    Clicked(LinkId),
    Unsubscribe(Press),
}

#[derive(Debug, Clone)]
struct Answer {
    token: Token,
    act: Act,
    seen: Seen,
}

/// Stands for the unsubscribe link among the links of a burst; ids are positive.
const UNSUBSCRIBE_LINK: i64 = 0;

/// Tells whether an event is a link that was followed.
const fn is_press(name: i32) -> bool {
    matches!(name, names::MESSAGE_CLICKED | names::UNSUBSCRIBE_CLICKED)
}

/// Records answers; cheap to clone.
#[derive(Clone)]
pub struct Tracker {
    batcher: Batcher<Answer, bool>,
    db: Db,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
}

impl Tracker {
    /// Makes the handle and the task that must be spawned.
    pub fn new(
        db: Db,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> (Self, impl Future<Output = ()> + Send) {
        let (inner_db, inner_ids) = (db.clone(), ids.clone());
        let (batcher, task) = Batcher::new(
            Limits::default(),
            4_096,
            move |answers: Vec<Answer>| {
                let (db, ids) = (inner_db.clone(), inner_ids.clone());
                async move {
                    match record(&db, &*ids, &answers).await {
                        Ok(()) => vec![true; answers.len()],
                        Err(error) => {
                            tracing::error!(%error, answers = answers.len(), "failed to record answers");
                            Vec::new()
                        }
                    }
                }
            },
        );
        let tracker = Self {
            batcher,
            db,
            clock,
            ids,
        };
        (tracker, task)
    }

    /// Records that the pixel of a delivery was fetched, or one of its links followed.
    ///
    /// # Errors
    /// When it could not be made durable; the caller shows the pixel or the page all the same.
    pub async fn answered(&self, token: Token, seen: Seen) -> Result<(), TrackError> {
        let act = token.link.map_or(Act::Opened, Act::Clicked);
        self.submit(Answer { token, act, seen }).await
    }

    /// Records that the unsubscribe link of a delivery was pressed; nothing is withdrawn by that.
    ///
    /// # Errors
    /// When it could not be made durable; the caller shows the page all the same.
    pub async fn pressed_unsubscribe(
        &self,
        token: Token,
        seen: Seen,
        press: Press,
    ) -> Result<(), TrackError> {
        let act = Act::Unsubscribe(press);
        self.submit(Answer { token, act, seen }).await
    }

    /// Records what a device tells of a push.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub async fn told_by_device(
        &self,
        token: Token,
        seen: Seen,
        sign: DeviceSign,
    ) -> Result<(), TrackError> {
        let act = Act::Device(sign);
        self.submit(Answer { token, act, seen }).await
    }

    async fn submit(&self, answer: Answer) -> Result<(), TrackError> {
        let done = self.batcher.submit(answer, 1).await;
        done.map(|_| ()).map_err(|_| TrackError::Stopped)
    }

    /// Withdraws marketing for the address of a delivery; acts on mails that are queued, too.
    ///
    /// # Errors
    /// When it could not be made durable: the caller must say so.
    pub async fn unsubscribe(
        &self,
        token: Token,
        proof: Option<String>,
    ) -> Result<Unsubscribed, TrackError> {
        let now = self.clock.now();
        let tx = self.db.begin().await?;
        let Some(row) = ledger::find(&tx, token.workspace, token.delivery).await? else {
            return Ok(Unsubscribed::Gone);
        };
        let Some(address) = row.address.clone() else {
            return Ok(Unsubscribed::Gone);
        };
        let ctx = Ctx {
            tx: &tx,
            workspace: token.workspace,
            now,
            ids: &*self.ids,
        };
        let is_news =
            consent::unsubscribe(ctx, consent::EMAIL, &address, Some(row.id), proof).await?;
        if is_news && !row.is_test {
            let event = event_of(&row, names::MESSAGE_UNSUBSCRIBED, now, None, None);
            event::write(ctx, &[event]).await?;
        }
        tx.commit().await?;
        Ok(Unsubscribed::Done)
    }
}

fn event_of(
    row: &DeliveryRow,
    name: i32,
    at: Millis,
    link: Option<LinkId>,
    machine: Option<MachineReason>,
) -> MessageEvent {
    MessageEvent {
        profile: row.profile.raw(),
        name,
        at,
        campaign: row.campaign.raw(),
        delivery: row.id.raw(),
        link: link.map(kernel::id::Id::raw),
        flags: if machine.is_some() { MACHINE } else { 0 },
        properties: machine.map(|reason| json!({"machine": reason.as_str()})),
    }
}

async fn record(db: &Db, ids: &dyn IdSource, answers: &[Answer]) -> Result<(), TrackError> {
    let tx = db.begin().await?;
    let mut by_workspace: HashMap<i64, Vec<MessageEvent>> = HashMap::new();
    let mut rows: HashMap<i64, Option<DeliveryRow>> = HashMap::new();
    let mut latest = Millis(0);
    for answer in answers {
        let token = answer.token;
        latest = latest.max(answer.seen.at);
        if let std::collections::hash_map::Entry::Vacant(slot) = rows.entry(token.delivery.raw()) {
            slot.insert(ledger::find(&tx, token.workspace, token.delivery).await?);
        }
        let Some(Some(row)) = rows.get(&token.delivery.raw()) else {
            continue;
        };
        if row.is_test {
            continue;
        }
        let events = by_workspace.entry(token.workspace.raw()).or_default();
        let seen = &answer.seen;
        events.push(match answer.act {
            // Only who could read the push holds the token, and no scanner can.
            Act::Device(DeviceSign::Tapped) => {
                let link = link::of_tap(&tx, row.workspace, row.campaign, seen.at).await?;
                event_of(row, names::MESSAGE_CLICKED, seen.at, Some(link), None)
            }
            Act::Device(sign) => event_of(row, sign.event(), seen.at, None, None),
            Act::Opened => event_of(
                row,
                names::MESSAGE_OPENED,
                seen.at,
                None,
                opened_by_machine(seen),
            ),
            Act::Clicked(link) => {
                let machine = pressed_by_machine(&tx, row, link.raw(), seen, events).await?;
                event_of(row, names::MESSAGE_CLICKED, seen.at, Some(link), machine)
            }
            Act::Unsubscribe(Press::Page) => {
                let machine = pressed_by_machine(&tx, row, UNSUBSCRIBE_LINK, seen, events).await?;
                event_of(row, names::UNSUBSCRIBE_CLICKED, seen.at, None, machine)
            }
            Act::Unsubscribe(Press::OneClick) => MessageEvent {
                properties: Some(json!({"by": "one_click"})),
                ..event_of(row, names::UNSUBSCRIBE_CLICKED, seen.at, None, None)
            },
        });
    }
    for (workspace, mut events) in by_workspace {
        let ctx = Ctx {
            tx: &tx,
            workspace: kernel::id::WorkspaceId::from_raw(workspace),
            now: latest,
            ids,
        };
        flag_bursts(ctx, &mut events).await?;
        event::write(ctx, &events).await?;
    }
    tx.commit().await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct LinkRow {
    link_id: i64,
}

/// Says by which rule the press of a link, or of the unsubscribe link, is a machine's.
async fn pressed_by_machine(
    tx: &Tx,
    row: &DeliveryRow,
    link: i64,
    seen: &Seen,
    waiting: &[MessageEvent],
) -> Result<Option<MachineReason>, DbErr> {
    let others = other_links(tx, row, link, seen.at, waiting).await?;
    // A push lies under the thumb the moment it is shown, and its link is in nobody else's hands.
    let delivered_at = row
        .settled_at
        .or(row.handed_over_at)
        .filter(|_| !row.is_push);
    Ok(clicked_by_machine(seen, delivered_at, others))
}

/// Counts the other links of a delivery that were pressed within the last two seconds.
async fn other_links(
    tx: &Tx,
    row: &DeliveryRow,
    link: i64,
    at: Millis,
    waiting: &[MessageEvent],
) -> Result<usize, DbErr> {
    let stored: Vec<LinkRow> = sql::all(
        tx,
        format!(
            "SELECT DISTINCT COALESCE(link_id, {UNSUBSCRIBE_LINK}) AS link_id FROM event WHERE delivery_id = $1
             AND name_id IN ({}, {}) AND occurred_at > $2 AND COALESCE(link_id, {UNSUBSCRIBE_LINK}) <> $3",
            names::MESSAGE_CLICKED,
            names::UNSUBSCRIBE_CLICKED
        ),
        [row.id.raw().into(), (at.0 - BURST).into(), link.into()],
    )
    .await?;
    let waiting = waiting.iter().filter(|event| {
        event.delivery == row.id.raw() && is_press(event.name) && event.at.0 > at.0 - BURST
    });
    let mut links: Vec<i64> = stored.into_iter().map(|row| row.link_id).collect();
    links.extend(
        waiting
            .map(|event| event.link.unwrap_or(UNSUBSCRIBE_LINK))
            .filter(|other| *other != link),
    );
    links.sort_unstable();
    links.dedup();
    Ok(links.len())
}

/// The first two clicks of a burst looked human when they came; the third shows that they were not.
async fn flag_bursts(ctx: Ctx<'_>, events: &mut [MessageEvent]) -> Result<(), DbErr> {
    let reason = MachineReason::ManyLinks.as_str();
    let bursts: Vec<(i64, i64, Millis)> = events
        .iter()
        .filter(|event| {
            let machine = event
                .properties
                .as_ref()
                .and_then(|json| json.get("machine"));
            machine.and_then(|word| word.as_str()) == Some(reason)
        })
        .map(|event| (event.profile, event.delivery, event.at))
        .collect();
    for (profile, delivery, at) in bursts {
        for event in events.iter_mut().filter(|event| {
            event.delivery == delivery
                && is_press(event.name)
                && event.properties.is_none()
                && event.at.0 > at.0 - BURST
        }) {
            event.flags = MACHINE;
            event.properties = Some(json!({"machine": reason}));
        }
        mark_stored(
            ctx,
            ProfileId::from_raw(profile),
            DeliveryId::from_raw(delivery),
            at,
        )
        .await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct MarkedRow {
    id: i64,
}

async fn mark_stored(
    ctx: Ctx<'_>,
    profile: ProfileId,
    delivery: DeliveryId,
    at: Millis,
) -> Result<(), DbErr> {
    let text = format!(
        "UPDATE event SET flags = {MACHINE}, properties = $4 WHERE profile_id = $1 AND delivery_id = $2
         AND name_id IN ({}, {}) AND occurred_at > $3 AND flags = 0 AND properties IS NULL
         RETURNING id",
        names::MESSAGE_CLICKED,
        names::UNSUBSCRIBE_CLICKED
    );
    let properties = json!({"machine": MachineReason::ManyLinks.as_str()});
    let binds = [
        profile.raw().into(),
        delivery.raw().into(),
        (at.0 - BURST).into(),
        storage::Value::Json(Some(Box::new(properties))),
    ];
    let marked: Vec<MarkedRow> = sql::all(ctx.tx, text, binds).await?;
    let told: Vec<Change> = marked
        .iter()
        .map(|row| Change {
            a: row.id,
            b: row.id,
            ..Change::of(ctx.workspace, profile, ChangeKind::Events)
        })
        .collect();
    feed::append(ctx.tx, ctx.now, &told).await
}
