//! A batch of prepared messages of one workspace, written in the caller's transaction.
//!
//! The order matters: receipts first (a repeat costs nothing more), then who may be recorded, who it
//! is, what is known of them, and what they did.

mod events;

use std::collections::{HashMap, HashSet};

use kernel::id::WorkspaceId;
use sea_orm::DbErr;
use serde_json::{Map, Value as Json};

use super::{
    gate::{self, TrackingMode},
    message::Call,
    prepare::Prepared,
    quarantine,
    receipt::{self, Seen},
    refusal::Refusal,
    service::Verdict,
};
use crate::{
    bulk::Terms,
    context::Ctx,
    event_name::NameBook,
    facts::{self, Change, typed},
    identity::{Denied, Key, KeyKind, Resolved, graph::Graph, store},
};

/// The dictionary is started anew after this many messages, so that codes that a stranger makes up
/// cannot fill the memory.
const MAX_DRAFTS: usize = 200_000;

/// What the writer remembers between batches; thrown away after a failed transaction.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) names: NameBook,
    pub(super) terms: HashMap<WorkspaceId, Terms>,
    n_drafts: usize,
}

/// A message or the text of one that was refused before.
pub(super) type Item = Result<Prepared, (String, Refusal)>;

/// The working state of a batch.
struct Batch<'a> {
    items: Vec<&'a Item>,
    verdicts: Vec<Verdict>,
    /// Parts of messages that were taken otherwise.
    notes: Vec<(usize, Refusal)>,
}

impl<'a> Batch<'a> {
    /// Returns the messages still to be taken.
    fn open(&self) -> impl Iterator<Item = (usize, &'a Prepared)> + use<'a, '_> {
        let open = |(at, item): (usize, &&'a Item)| match item {
            Ok(prepared) if self.verdicts.get(at) == Some(&Verdict::Taken) => Some((at, prepared)),
            _ => None,
        };
        self.items.iter().enumerate().filter_map(open)
    }

    fn decide(&mut self, at: usize, verdict: Verdict) {
        if let Some(slot) = self.verdicts.get_mut(at) {
            *slot = verdict;
        }
    }
}

/// Takes messages in and tells what became of each, in order.
pub(super) async fn write(
    ctx: Ctx<'_>,
    mode: TrackingMode,
    items: Vec<&Item>,
    memory: &mut Memory,
) -> Result<Vec<Verdict>, DbErr> {
    let verdicts = items
        .iter()
        .map(|item| match item {
            Ok(_) => Verdict::Taken,
            Err((_, refusal)) => Verdict::Refused(refusal.clone()),
        })
        .collect();
    let mut batch = Batch {
        items,
        verdicts,
        notes: Vec::new(),
    };
    ctx.lock().await?;
    check_receipts(ctx, &mut batch).await?;
    let keys: Vec<&Key> = batch
        .open()
        .flat_map(|(_, message)| message.claim.keys.iter().chain(&message.probe))
        .collect();
    let mut graph = store::known(ctx, keys).await?;
    pass_gate(ctx, mode, &mut batch, &graph).await?;
    let people = identify(ctx, &mut batch, &mut graph).await?;
    apply_facts(ctx, &mut batch, &people).await?;
    memory.n_drafts += batch.items.len();
    if memory.n_drafts > MAX_DRAFTS {
        memory.terms.clear();
        memory.n_drafts = 0;
    }
    let terms = memory.terms.entry(ctx.workspace).or_default();
    events::write(ctx, &mut batch, &people, &mut memory.names, terms).await?;
    keep_refused(ctx, &batch).await?;
    Ok(batch.verdicts)
}

async fn check_receipts(ctx: Ctx<'_>, batch: &mut Batch<'_>) -> Result<(), DbErr> {
    let (places, given): (Vec<usize>, Vec<_>) = batch
        .open()
        .filter_map(|(at, message)| Some((at, (message.receipt?, message.content))))
        .unzip();
    for (at, seen) in places.into_iter().zip(receipt::take(ctx, &given).await?) {
        match seen {
            Seen::New => {}
            Seen::Repeat => batch.decide(at, Verdict::Repeated),
            Seen::Clash => batch.decide(at, Verdict::Refused(Refusal::MessageIdReused)),
        }
    }
    Ok(())
}

/// Drops behaviour of people who may not be recorded, before anything of them is created.
async fn pass_gate(
    ctx: Ctx<'_>,
    mode: TrackingMode,
    batch: &mut Batch<'_>,
    graph: &Graph,
) -> Result<(), DbErr> {
    let person = |message: &Prepared| {
        let mut keys: Vec<&Key> = message.claim.keys.iter().collect();
        keys.sort_by_key(|key| key.kind.weight());
        keys.into_iter().find_map(|key| graph.owner(key))
    };
    let asked: Vec<(usize, Option<i64>)> = batch
        .open()
        .filter(|(_, message)| message.is_behaviour())
        .map(|(at, message)| (at, person(message)))
        .collect();
    let known: HashSet<i64> = asked.iter().filter_map(|(_, person)| *person).collect();
    let said = gate::said(ctx, known.into_iter().collect()).await?;
    let mut n_dropped = 0;
    for (at, person) in asked {
        if !mode.allows(person.and_then(|person| said.get(&person).copied())) {
            batch.decide(at, Verdict::Dropped);
            n_dropped += 1;
        }
    }
    gate::count_dropped(ctx, n_dropped).await
}

/// Finds or makes everybody; returns who each message is about.
async fn identify(
    ctx: Ctx<'_>,
    batch: &mut Batch<'_>,
    graph: &mut Graph,
) -> Result<HashMap<usize, Resolved>, DbErr> {
    let claims: Vec<_> = batch
        .open()
        .map(|(_, message)| message.claim.clone())
        .collect();
    store::describe(ctx, graph, &claims).await?;
    let mut fresh = || ctx.ids.next_raw();
    let mut people = HashMap::new();
    let open: Vec<(usize, &Prepared)> = batch.open().collect();
    for (at, message) in open {
        let would_merge = message
            .probe
            .as_ref()
            .and_then(|key| graph.owner(key))
            .is_some();
        if would_merge {
            batch.decide(at, Verdict::Refused(Refusal::BrowserMerge));
            continue;
        }
        people.insert(at, graph.decide(&message.claim, &mut fresh));
    }
    let mut notes = Vec::new();
    for (at, message) in batch.open() {
        let Some(person) = people.get_mut(&at) else {
            continue;
        };
        // A later message may have merged what an earlier one found.
        person.profile = graph.root(person.profile);
        // An event names its person by the way; only who sets out to identify is told of a refusal.
        if matches!(message.call, Call::Identify | Call::Alias) {
            notes.extend(
                person
                    .denied
                    .iter()
                    .map(|(key, why)| (at, denial(key.kind, *why))),
            );
        }
    }
    batch.notes.extend(notes);
    store::write(ctx, graph).await?;
    Ok(people)
}

fn denial(kind: KeyKind, why: Denied) -> Refusal {
    let what = match kind {
        KeyKind::Email => "email address",
        KeyKind::Phone => "telephone number",
        KeyKind::External | KeyKind::Anonymous | KeyKind::Line => "user id",
    };
    match why {
        Denied::Taken => Refusal::Taken(what),
        Denied::BrowserMerge => Refusal::BrowserMerge,
        Denied::BrowserChange => Refusal::BrowserChange(what),
    }
}

async fn apply_facts(
    ctx: Ctx<'_>,
    batch: &mut Batch<'_>,
    people: &HashMap<usize, Resolved>,
) -> Result<(), DbErr> {
    let mut changes: Vec<(usize, Change)> = batch
        .open()
        .filter(|(_, message)| matches!(message.call, Call::Identify | Call::Alias))
        .filter_map(|(at, message)| Some((at, change(message, people.get(&at)?))))
        .collect();
    let mut maps: Vec<&mut Map<String, Json>> = changes
        .iter_mut()
        .map(|(_, change)| &mut change.attributes)
        .collect();
    let untyped = typed::type_all(ctx, &mut maps).await?;
    for (place, key, why) in untyped {
        let Some((at, _)) = changes.get(place) else {
            continue;
        };
        let refusal = match why {
            typed::Untyped::WrongType => Refusal::AttributeType(key),
            typed::Untyped::TooMany => Refusal::TooManyAttributes(key),
            typed::Untyped::Computed => Refusal::ComputedAttribute(key),
        };
        batch.notes.push((*at, refusal));
    }
    let asked: Vec<(usize, i64)> = changes
        .iter()
        .map(|(at, change)| (*at, change.profile))
        .collect();
    let refused =
        facts::apply(ctx, changes.into_iter().map(|(_, change)| change).collect()).await?;
    for fact in refused {
        let at = asked
            .iter()
            .find(|(_, profile)| *profile == fact.profile)
            .map_or(0, |(at, _)| *at);
        let what = if fact.value.contains('@') {
            "email address"
        } else {
            "telephone number"
        };
        batch.notes.push((at, Refusal::BrowserChange(what)));
    }
    Ok(())
}

fn change(message: &Prepared, person: &Resolved) -> Change {
    let is_denied = |kind: KeyKind| person.denied.iter().any(|(key, _)| key.kind == kind);
    let mut facts = message.traits.facts.clone();
    let external = message
        .claim
        .keys
        .first()
        .filter(|key| key.kind == KeyKind::External);
    facts.external_id = external
        .map(|key| key.value.clone())
        .filter(|_| !is_denied(KeyKind::External));
    facts.email = facts.email.filter(|_| !is_denied(KeyKind::Email));
    facts.phone = facts.phone.filter(|_| !is_denied(KeyKind::Phone));
    Change {
        profile: person.profile,
        facts,
        attributes: message.traits.attributes.clone(),
        source: message.claim.source,
        is_alias: message.call == Call::Alias,
        hints: message.traits.hints.clone(),
        seen_at: Some(message.occurred_at),
    }
}

async fn keep_refused(ctx: Ctx<'_>, batch: &Batch<'_>) -> Result<(), DbErr> {
    let raw = |at: usize| match batch.items.get(at) {
        Some(Ok(prepared)) => prepared.raw.as_str(),
        Some(Err((raw, _))) => raw.as_str(),
        None => "",
    };
    let mut kept = Vec::new();
    for (at, verdict) in batch.verdicts.iter().enumerate() {
        if let Verdict::Refused(refusal) = verdict {
            kept.push((raw(at), refusal));
        }
    }
    let own_notes = batch.open().flat_map(|(_, message)| {
        message
            .traits
            .notes
            .iter()
            .map(|note| (message.raw.as_str(), note))
    });
    kept.extend(own_notes);
    for (at, note) in &batch.notes {
        // One message may break one rule in several ways.
        if !kept.contains(&(raw(*at), note)) {
            kept.push((raw(*at), note));
        }
    }
    quarantine::keep(ctx, &kept).await
}
