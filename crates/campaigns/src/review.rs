//! Exact numbers before the launch, and the people behind each.

use std::collections::{BTreeMap, HashMap, HashSet};

use kernel::{
    id::{ProfileId, WorkspaceId},
    page::{self, Page, PageRequest},
    time::Millis,
};
use storage::ConnectionTrait;

use crate::{
    CampaignError,
    audience::{self, Excluded, Verdict},
    model::{Target, Timing},
    way::Way,
    workspace,
};

const CHUNK: usize = 2_000;

/// How many people are left after each step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Review {
    /// When it was counted.
    pub at: Millis,
    /// Whom the segments select.
    pub matched: i64,
    /// Who falls out, by reason; a person falls out once, for the first reason.
    pub excluded: BTreeMap<Excluded, i64>,
    /// Who will be written to.
    pub sendable: i64,
    /// When the first and the last of them are due.
    pub due: Option<(Millis, Millis)>,
}

/// A target and whom it selects: the members of [`audience::rule`], in the order of their ids.
///
/// Whom it selects is asked by the caller; consent, suppression and VIPs are read here.
#[derive(Debug, Clone, Copy)]
pub struct Selected<'a> {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// By which way they would be reached.
    pub way: Way,
    /// The target.
    pub target: &'a Target,
    /// Whom it selects.
    pub members: &'a [ProfileId],
}

impl Selected<'_> {
    async fn people(
        &self,
        db: &impl ConnectionTrait,
        chunk: &[ProfileId],
    ) -> Result<HashMap<i64, audience::Person>, CampaignError> {
        let ids: Vec<i64> = chunk.iter().map(|id| id.raw()).collect();
        Ok(audience::people(db, self.workspace, self.way, self.target, &ids).await?)
    }
}

/// Which people are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behind {
    /// Those who will be written to.
    Sendable,
    /// Those who fall out for a reason.
    Excluded(Excluded),
}

/// Counts those who are selected, with the same decision as the planning will make.
///
/// # Errors
/// When the database does not answer.
pub async fn review(
    db: &impl ConnectionTrait,
    selected: Selected<'_>,
    timing: Option<&Timing>,
    now: Millis,
) -> Result<Review, CampaignError> {
    let facts = workspace::facts(db, selected.workspace).await?;
    let mut review = Review {
        at: now,
        matched: i64::try_from(selected.members.len()).unwrap_or(i64::MAX),
        ..Review::default()
    };
    let mut mailboxes = HashSet::new();
    for chunk in selected.members.chunks(CHUNK) {
        let people = selected.people(db, chunk).await?;
        // Whose mailbox comes twice is decided in the order of the ids, as the planning does.
        for person in chunk.iter().filter_map(|id| people.get(&id.raw())) {
            match decide(person, now, &mut mailboxes) {
                Verdict::Exclude(why) => *review.excluded.entry(why).or_default() += 1,
                Verdict::Send => {
                    review.sendable += 1;
                    if let Some(timing) = timing {
                        let due = timing.due_at(person.zone(facts.zone), now);
                        let (first, last) = review.due.unwrap_or((due, due));
                        review.due = Some((first.min(due), last.max(due)));
                    }
                }
            }
        }
    }
    Ok(review)
}

/// Returns a page of the people behind a number, in the order of their ids.
///
/// # Errors
/// When the position is none, or the database does not answer.
pub async fn people(
    db: &impl ConnectionTrait,
    selected: Selected<'_>,
    behind: Behind,
    request: &PageRequest,
    now: Millis,
) -> Result<Page<ProfileId>, CampaignError> {
    let bad = |_: page::BadCursor| {
        kernel::invalid::Invalid::one(
            "/after",
            "cursor",
            "not a position given by an earlier page",
            "前のページが返した位置ではありません",
        )
    };
    let [after] = request.position().map_err(bad)?.unwrap_or([i64::MIN]);
    let limit = usize::try_from(request.limit()).unwrap_or(100);
    let mut mailboxes = HashSet::new();
    let mut found = Vec::new();
    for chunk in selected.members.chunks(CHUNK) {
        let people = selected.people(db, chunk).await?;
        for id in chunk {
            let Some(person) = people.get(&id.raw()) else {
                continue;
            };
            let wanted = match decide(person, now, &mut mailboxes) {
                Verdict::Send => behind == Behind::Sendable,
                Verdict::Exclude(why) => behind == Behind::Excluded(why),
            };
            if wanted && id.raw() > after {
                found.push(*id);
            }
        }
        if found.len() > limit {
            break;
        }
    }
    let next = (found.len() > limit).then(|| {
        found.truncate(limit);
        page::encode(&[found.last().map_or(0, |id| id.raw())])
    });
    Ok(Page { items: found, next })
}

fn decide(person: &audience::Person, now: Millis, mailboxes: &mut HashSet<i64>) -> Verdict {
    let verdict = person.verdict(now);
    let is_new = person
        .mailbox()
        .is_none_or(|mailbox| verdict != Verdict::Send || mailboxes.insert(mailbox));
    if is_new {
        verdict
    } else {
        Verdict::Exclude(Excluded::SameMailbox)
    }
}
