//! From rows of the change feed to what there is to tell.
//!
//! Only what some webhook wants is looked up: a busy shop whose webhooks want segments alone pays nothing for its clicks.

mod told;

use std::collections::{BTreeMap, BTreeSet};

use kernel::{
    feed::{Change, ChangeKind},
    id::{SegmentId, WorkspaceId},
    time::Millis,
};
use profiles::outgoing::{self, Span};
use sea_orm::{ConnectionTrait, DbErr};
use serde_json::Value as Json;
use storage::feed::Mark;

use crate::EventType;
use told::Names;

/// Something to tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// What kind.
    pub event: EventType,
    /// When it happened.
    pub at: Millis,
    /// What happened, as documented for the type.
    pub data: Json,
}

/// Returns what rows of the feed have to tell, of the types that are wanted, in the order of the feed as far as it has one.
///
/// # Errors
/// When the database does not answer.
pub async fn read(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    rows: &[Mark],
    wanted: &BTreeSet<EventType>,
) -> Result<Vec<Told>, DbErr> {
    let gathered = Gathered::of(rows, wanted);
    if gathered.is_empty() {
        return Ok(Vec::new());
    }
    let messages = outgoing::messages(db, workspace, &gathered.spans).await?;
    let asked = gathered.consents.keys().copied().collect();
    let permissions = outgoing::permissions(db, workspace, &asked).await?;
    let suppressed = outgoing::suppressed(db, workspace, &gathered.suppressed).await?;
    let mut people: BTreeSet<i64> = asked;
    people.extend(
        gathered
            .turns
            .iter()
            .map(|(change, _)| change.profile.raw()),
    );
    people.extend(messages.iter().map(|event| event.profile_id));
    people.extend(suppressed.iter().filter_map(|one| one.profile_id));
    let segments: Vec<SegmentId> = gathered
        .segments
        .into_iter()
        .map(SegmentId::from_raw)
        .collect();
    let segments = segmentation::store::names(db, workspace, &segments).await;
    let segments = segments.map_err(|error| DbErr::Custom(error.to_string()))?;
    let names = Names {
        segments: segments
            .into_iter()
            .map(|(id, name)| (id.raw(), name))
            .collect(),
        external_ids: outgoing::external_ids(db, workspace, &people).await?,
    };
    let mut told: Vec<Told> = Vec::new();
    for (change, at) in &gathered.turns {
        told.extend(names.turn(change, *at));
    }
    told.extend(messages.iter().filter_map(|event| names.message(event)));
    for (profile, at) in &gathered.consents {
        told.push(names.consent(*profile, *at, &permissions));
    }
    told.extend(suppressed.iter().map(|one| names.suppressed(one)));
    told.retain(|one| wanted.contains(&one.event));
    told.sort_by_key(|one| one.at);
    Ok(told)
}

/// What is to be looked up.
#[derive(Default)]
struct Gathered {
    /// Entries, leaves and merges: the row says it all.
    turns: Vec<(Change, Millis)>,
    segments: BTreeSet<i64>,
    spans: Vec<Span>,
    /// Whose permissions changed, and when last.
    consents: BTreeMap<i64, Millis>,
    suppressed: BTreeSet<i64>,
}

impl Gathered {
    fn of(rows: &[Mark], wanted: &BTreeSet<EventType>) -> Self {
        use EventType as E;
        let wants = |types: &[EventType]| types.iter().any(|one| wanted.contains(one));
        let wants_messages = wants(&[
            E::MessageAccepted,
            E::MessageFailed,
            E::MessageOpened,
            E::MessageClicked,
            E::MessageUnsubscribed,
            E::MessageComplained,
        ]);
        let mut gathered = Self::default();
        for row in rows {
            let Some(change) = row.change() else {
                continue;
            };
            let at = Millis(row.written_at);
            match change.kind {
                ChangeKind::SegmentEnter | ChangeKind::SegmentLeave
                    if wants(&[E::SegmentEntered, E::SegmentLeft]) =>
                {
                    gathered.segments.insert(change.a);
                    gathered.turns.push((change, at));
                }
                ChangeKind::Merge if wants(&[E::CustomerMerged]) => {
                    gathered.turns.push((change, at));
                }
                // What the product records of messages is no sign of life, and so never `Acted`.
                ChangeKind::Events if wants_messages => gathered.spans.push(Span {
                    profile: change.profile.raw(),
                    first: change.a,
                    last: change.b,
                    written_at: row.written_at,
                }),
                ChangeKind::Consent if wants(&[E::ConsentChanged]) => {
                    gathered.consents.insert(change.profile.raw(), at);
                }
                ChangeKind::Suppressed if wants(&[E::AddressSuppressed]) => {
                    gathered.suppressed.insert(change.a);
                }
                _ => {}
            }
        }
        gathered
    }

    fn is_empty(&self) -> bool {
        self.turns.is_empty()
            && self.spans.is_empty()
            && self.consents.is_empty()
            && self.suppressed.is_empty()
    }
}
