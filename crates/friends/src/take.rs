//! Taking in what LINE tells: many requests in one transaction, each event once.

mod act;

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::Arc,
};

use channel_core::{Inbound, InboundKind};
use kernel::{
    id::{IdSource, ProfileId, SenderId, WorkspaceId},
    time::Millis,
};
use profiles::{
    Ctx, Source, event,
    identity::{self, Claim, Key, KeyKind, normal},
};
use sea_orm::DbErr;
use storage::{
    Db, StorageError,
    batch::{Batcher, Limits},
    feed,
};

use self::act::Act;
use crate::{
    Friend, Sign,
    link::{self, Pair, Way},
    menu::tap::{self, Tap},
    message::{self, Kept},
    receipt,
    store::{self, Key as FriendKey, Tally},
};

/// Requests that wait for a commit at most; LINE is told to come back when there are more.
const WAITING: usize = 4_096;
/// LINE's own are 26 characters.
const LONGEST_ID: usize = 100;

/// What one request of LINE's held.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Whose account it is.
    pub workspace: WorkspaceId,
    /// The account.
    pub account: SenderId,
    /// What happened; empty when LINE tries the address out.
    pub events: Vec<Inbound>,
    /// Events without a name or an instant.
    pub unreadable: usize,
    /// When it came.
    pub at: Millis,
}

/// It could not be made durable: whoever brings it must be told to try again.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("what LINE told could not be made durable")]
pub struct Away;

/// Takes in what LINE tells; cheap to clone.
#[derive(Clone)]
pub struct Intake {
    batcher: Batcher<Heard, bool>,
}

impl Intake {
    /// Makes the handle and the task that must be spawned.
    pub fn new(db: Db, ids: Arc<dyn IdSource>) -> (Self, impl Future<Output = ()> + Send) {
        let run = move |heard: Vec<Heard>| {
            let (db, ids) = (db.clone(), ids.clone());
            async move { batch(&db, &*ids, heard).await }
        };
        let (batcher, task) = Batcher::new(Limits::default(), WAITING, run);
        (Self { batcher }, task)
    }

    /// Takes a request in; what comes back is durable, and applied.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub async fn take(&self, heard: Heard) -> Result<(), Away> {
        let rows = heard.events.len().max(1);
        match self.batcher.submit(heard, rows).await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(Away),
        }
    }
}

/// Records a batch; when that fails, each request by itself, so that one that cannot be recorded fails alone.
async fn batch(db: &Db, ids: &dyn IdSource, mut heard: Vec<Heard>) -> Vec<bool> {
    let order: Vec<usize> = {
        let mut order: Vec<usize> = (0..heard.len()).collect();
        // Two servers then wait for each other instead of embracing.
        order.sort_by_key(|at| heard.get(*at).map(|heard| heard.workspace.raw()));
        order
    };
    if record(db, ids, &heard, &order).await.is_ok() {
        return vec![true; heard.len()];
    }
    let mut done = Vec::with_capacity(heard.len());
    for one in heard.drain(..) {
        let result = record(db, ids, &[one], &[0]).await;
        if let Err(error) = &result {
            tracing::warn!(%error, "failed to take in what LINE told; it is to be brought again");
        }
        done.push(result.is_ok());
    }
    done
}

async fn record(
    db: &Db,
    ids: &dyn IdSource,
    heard: &[Heard],
    order: &[usize],
) -> Result<(), StorageError> {
    let ordered: Vec<&Heard> = order.iter().filter_map(|at| heard.get(*at)).collect();
    let tx = db.begin().await?;
    for of_one in ordered.chunk_by(|a, b| a.workspace == b.workspace) {
        let Some(first) = of_one.first() else {
            continue;
        };
        let ctx = Ctx {
            tx: &tx,
            workspace: first.workspace,
            now: of_one
                .iter()
                .map(|heard| heard.at)
                .max()
                .unwrap_or(first.at),
            ids,
        };
        take_in(ctx, of_one).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// What is new among the requests of one workspace, and what accounts have told.
#[derive(Default)]
struct News {
    acts: Vec<Act>,
    unsent: BTreeMap<(i64, String), i64>,
    failed_links: Vec<(i64, String, Millis)>,
    tallies: BTreeMap<i64, Tally>,
}

async fn take_in(ctx: Ctx<'_>, heard: &[&Heard]) -> Result<(), DbErr> {
    ctx.lock().await?;
    let news = sort(ctx, heard).await?;
    let people = people(ctx, &news.acts).await?;
    stand(ctx, &news.acts, &people).await?;
    write_acts(ctx, &news.acts, &people).await?;
    tap::count(ctx, &taps(&news.acts)).await?;
    message::unsend(ctx, &news.unsent).await?;
    let mut tallies = news.tallies;
    for (account, nonce, at) in &news.failed_links {
        link::spend(ctx, *account, nonce, *at).await?;
    }
    for act in &news.acts {
        let InboundKind::AccountLinked { nonce } = &act.kind else {
            continue;
        };
        let customer = link::spend(ctx, act.account.raw(), nonce, act.at).await?;
        match customer {
            Some(external_id) => {
                let pair = Pair {
                    account: act.account,
                    user: &act.user,
                    external_id: &external_id,
                };
                link::join(ctx, pair, Way::AccountLink, act.at).await?;
            }
            // Unknown, used before or too late: nobody is linked.
            None => tallies.entry(act.account.raw()).or_default().ignored += 1,
        }
    }
    store::count(ctx, &tallies).await
}

/// Separates what is new from what was taken in before and from what nobody acts on.
async fn sort(ctx: Ctx<'_>, heard: &[&Heard]) -> Result<News, DbErr> {
    let named = |heard: &&Heard| {
        let account = heard.account.raw();
        let good = |event: &&Inbound| is_id(&event.dedupe_key);
        let keys = heard.events.iter().filter(good);
        keys.map(|event| (account, event.dedupe_key.clone()))
            .collect::<Vec<_>>()
    };
    let keys: Vec<(i64, String)> = heard.iter().flat_map(named).collect();
    let given: Vec<(i64, &str)> = keys.iter().map(|(a, id)| (*a, id.as_str())).collect();
    let mut fresh = receipt::take(ctx, &given).await?;
    let mut news = News::default();
    for heard in heard {
        let account = heard.account.raw();
        let mut tally = news.tallies.remove(&account).unwrap_or_default();
        tally.heard_at = tally.heard_at.max(heard.at.0);
        tally.ignored += i64::try_from(heard.unreadable).unwrap_or(0);
        for event in &heard.events {
            if !is_id(&event.dedupe_key) {
                tally.ignored += 1;
                continue;
            }
            if !fresh.remove(&(account, event.dedupe_key.clone())) {
                tally.repeats += 1;
                continue;
            }
            tally.events += 1;
            tally.event_at = tally.event_at.max(Some(event.at.0));
            // LINE's instant, but never one that has not come yet.
            let at = event.at.min(heard.at);
            tally.ignored += i64::from(!news.add(heard.account, event, at));
        }
        news.tallies.insert(account, tally);
    }
    Ok(news)
}

impl News {
    /// Files an event; tells whether somebody acts on it.
    fn add(&mut self, account: SenderId, event: &Inbound, at: Millis) -> bool {
        match &event.kind {
            InboundKind::Unsent { message_id } if is_id(message_id) => {
                self.unsent
                    .insert((account.raw(), message_id.clone()), at.0);
                return true;
            }
            InboundKind::AccountLinkFailed { nonce } => {
                self.failed_links.push((account.raw(), nonce.clone(), at));
                return true;
            }
            _ => {}
        }
        let user = event
            .recipient
            .as_ref()
            .and_then(|user| normal::line(user.as_str()).ok());
        let act = user.and_then(|user| Act::of(account, user, at, &event.kind));
        let acts_on = act.is_some();
        self.acts.extend(act);
        acts_on
    }
}

/// Adds up the taps on rich menus, and when the last of each was.
fn taps(acts: &[Act]) -> BTreeMap<Tap, (i64, Millis)> {
    let mut taps: BTreeMap<Tap, (i64, Millis)> = BTreeMap::new();
    for act in acts {
        if let Some(tap) = act.tap() {
            let (n, at) = taps.entry(tap).or_insert((0, act.at));
            *n += 1;
            *at = (*at).max(act.at);
        }
    }
    taps
}

/// LINE's names of events and messages: short and without anything that a database might refuse.
fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_ID && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Finds or makes everybody who did something.
async fn people(ctx: Ctx<'_>, acts: &[Act]) -> Result<BTreeMap<String, ProfileId>, DbErr> {
    let mut first: BTreeMap<&str, i64> = BTreeMap::new();
    for act in acts {
        let seen = first.entry(&act.user).or_insert(act.at.0);
        *seen = (*seen).min(act.at.0);
    }
    if first.is_empty() {
        return Ok(BTreeMap::new());
    }
    let claims: Vec<Claim> = first
        .iter()
        .map(|(user, seen_at)| Claim {
            keys: vec![Key::new(KeyKind::Line, *user)],
            source: Source::Server,
            is_alias: false,
            seen_at: *seen_at,
        })
        .collect();
    let found = identity::resolve(ctx, &claims).await?;
    Ok(first
        .keys()
        .zip(found)
        .filter_map(|(user, found)| Some(((*user).to_owned(), ProfileId::from_raw(found?.profile))))
        .collect())
}

/// Writes how everybody stands now, and tells the feed of whom that has changed.
async fn stand(
    ctx: Ctx<'_>,
    acts: &[Act],
    people: &BTreeMap<String, ProfileId>,
) -> Result<(), DbErr> {
    let keys: BTreeSet<FriendKey> = acts.iter().map(Act::friend).collect();
    let before = store::load(ctx, &keys).await?;
    let mut after: BTreeMap<FriendKey, Friend> = BTreeMap::new();
    for act in acts {
        let key = act.friend();
        let friend = after
            .get(&key)
            .or_else(|| before.get(&key))
            .copied()
            .unwrap_or_else(|| Friend::seen(act.at));
        let sign = match act.kind {
            InboundKind::Followed { .. } => Sign::Followed,
            InboundKind::Blocked => Sign::Blocked,
            _ => Sign::Acted,
        };
        after.insert(key, friend.after(sign, act.at));
    }
    after.retain(|key, friend| before.get(key) != Some(friend));
    store::save(ctx, &after).await?;
    let moved: BTreeSet<i64> = after
        .iter()
        .filter(|(key, friend)| before.get(*key).map(|old| old.state) != Some(friend.state))
        .filter_map(|((_, user), _)| people.get(user).map(|profile| profile.raw()))
        .collect();
    let told: Vec<_> = moved
        .into_iter()
        .map(|profile| link::standing(ctx, ProfileId::from_raw(profile)))
        .collect();
    feed::append(ctx.tx, ctx.now, &told).await
}

/// Writes what everybody did, and where the words of messages are.
async fn write_acts(
    ctx: Ctx<'_>,
    acts: &[Act],
    people: &BTreeMap<String, ProfileId>,
) -> Result<(), DbErr> {
    let messages: Vec<(i64, &str)> = acts.iter().filter_map(Act::message).collect();
    let unsent = message::unsent_before(ctx, &messages).await?;
    let (mut events, mut kept) = (Vec::new(), Vec::new());
    for act in acts {
        let Some(profile) = people.get(&act.user) else {
            continue;
        };
        let message = act.message();
        let is_unsent =
            message.is_some_and(|(account, id)| unsent.contains(&(account, id.to_owned())));
        let Some(event) = act.event(*profile, is_unsent) else {
            continue;
        };
        let id = ctx.ids.next_raw();
        kept.extend(message.map(|(account, message)| Kept {
            account,
            message: message.to_owned(),
            occurred_at: act.at.0,
            event: id,
        }));
        events.push((id, event));
    }
    event::record_acts(ctx, &events).await?;
    message::keep(ctx, &kept).await
}
