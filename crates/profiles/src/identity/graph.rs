//! Claims against what is known, in memory: which profiles are new, which join, which values attach.
//!
//! Pure: the callers load what the claims touch and write what comes out.

use std::collections::HashMap;

use super::{Claim, Denied, Key, KeyKind, Resolved};
use crate::source::Source;

/// A profile as far as claims care.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Node {
    /// Made by a claim of this batch; its row does not exist yet.
    pub(crate) is_new: bool,
    pub(crate) has_external: bool,
    pub(crate) email: Held,
    pub(crate) phone: Held,
    pub(crate) first_seen: i64,
}

/// Whether a profile has an address of a kind, and who brought it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Held {
    #[default]
    No,
    ByBrowser,
    Trusted,
}

impl Node {
    fn is_identified(&self) -> bool {
        self.has_external || self.email != Held::No || self.phone != Held::No
    }

    fn add(&mut self, kind: KeyKind, source: Source) {
        let held = if source.is_trusted() {
            Held::Trusted
        } else {
            Held::ByBrowser
        };
        match kind {
            KeyKind::External => self.has_external = true,
            KeyKind::Email => self.email = self.email.max(held),
            KeyKind::Phone => self.phone = self.phone.max(held),
            KeyKind::Anonymous | KeyKind::Line => {}
        }
    }

    fn absorb(&mut self, other: Self) {
        self.has_external |= other.has_external;
        self.email = self.email.max(other.email);
        self.phone = self.phone.max(other.phone);
        self.first_seen = self.first_seen.min(other.first_seen);
    }
}

/// A value that joins a profile, or whose source rises to a trusted one.
#[derive(Debug, Clone)]
pub(crate) struct Attached {
    pub(crate) key: Key,
    pub(crate) source: Source,
    /// The profile that brought the value, before any merge of this batch.
    pub(crate) origin: i64,
    /// The value was known before; only its source rises.
    pub(crate) is_known: bool,
}

/// Two profiles that became one.
#[derive(Debug, Clone)]
pub(crate) struct Joined {
    pub(crate) survivor: i64,
    pub(crate) merged: i64,
    pub(crate) is_alias: bool,
    pub(crate) source: Source,
    pub(crate) keys: Vec<Key>,
}

/// What is known and what the claims make of it.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    owners: HashMap<Key, (i64, Source)>,
    nodes: HashMap<i64, Node>,
    parent: HashMap<i64, i64>,
    pub(crate) attached: Vec<Attached>,
    pub(crate) joined: Vec<Joined>,
}

impl Graph {
    /// Adds what the database knows of a value.
    pub(crate) fn know(&mut self, key: Key, profile: i64, source: Source) {
        self.owners.insert(key, (profile, source));
    }

    /// Adds what the database knows of a profile.
    pub(crate) fn describe(&mut self, profile: i64, node: Node) {
        self.nodes.insert(profile, node);
    }

    /// Returns the profile that a value belongs to.
    pub(crate) fn owner(&self, key: &Key) -> Option<i64> {
        self.owners.get(key).map(|(profile, _)| self.root(*profile))
    }

    /// Returns the living profile of an id.
    pub(crate) fn root(&self, profile: i64) -> i64 {
        let mut at = profile;
        while let Some(&up) = self.parent.get(&at) {
            at = up;
        }
        at
    }

    /// Returns the living profiles that this batch made.
    pub(crate) fn created(&self) -> impl Iterator<Item = (i64, &Node)> {
        self.nodes
            .iter()
            .filter(|(id, node)| node.is_new && !self.parent.contains_key(*id))
            .map(|(id, node)| (*id, node))
    }

    /// Tells whether a profile has no row yet.
    pub(crate) fn is_new(&self, profile: i64) -> bool {
        self.nodes.get(&profile).is_some_and(|node| node.is_new)
    }

    /// Tells whether a claim needs to know more of its profiles than who owns its values.
    pub(crate) fn is_settled(&self, claim: &Claim) -> bool {
        let mut owners = claim.keys.iter().map(|key| self.owners.get(key));
        let Some(Some(first)) = owners.next() else {
            return false;
        };
        let rises = |source: Source| claim.source.is_trusted() && !source.is_trusted();
        !rises(first.1)
            && owners.all(|owner| owner.is_some_and(|owner| owner.0 == first.0 && !rises(owner.1)))
    }

    /// Decides a claim. `fresh` gives the id of a new profile.
    pub(crate) fn decide(&mut self, claim: &Claim, fresh: &mut dyn FnMut() -> i64) -> Resolved {
        let mut keys = claim.keys.clone();
        keys.sort_by_key(|key| key.kind.weight());
        let mut denied = Vec::new();
        let wants_external = keys
            .first()
            .is_some_and(|key| key.kind == KeyKind::External);
        let mut base = keys
            .first()
            .filter(|_| wants_external)
            .and_then(|key| self.owner(key));
        for key in &keys {
            let Some(owner) = self.owner(key) else {
                continue;
            };
            match base {
                Some(held) if held == owner => {}
                Some(held) => match self.may_join(claim, held, owner) {
                    Ok(()) => base = Some(self.join(claim, held, owner)),
                    Err(why) => deny(&mut denied, claim, key, why),
                },
                None => match self.may_take(claim, wants_external, owner) {
                    Ok(()) => base = Some(owner),
                    Err(why) => deny(&mut denied, claim, key, why),
                },
            }
        }
        let profile = base.unwrap_or_else(|| {
            let id = fresh();
            self.nodes.insert(
                id,
                Node {
                    is_new: true,
                    first_seen: claim.seen_at,
                    ..Node::default()
                },
            );
            id
        });
        for key in keys {
            self.attach(claim, key, profile, &mut denied);
        }
        Resolved { profile, denied }
    }

    fn node(&self, profile: i64) -> Node {
        self.nodes.get(&profile).copied().unwrap_or_default()
    }

    fn may_join(&self, claim: &Claim, one: i64, other: i64) -> Result<(), Denied> {
        let (one, other) = (self.node(one), self.node(other));
        if !claim.source.is_trusted() && one.is_identified() && other.is_identified() {
            return Err(Denied::BrowserMerge);
        }
        if one.has_external && other.has_external && !claim.is_alias {
            return Err(Denied::Taken);
        }
        Ok(())
    }

    /// Whether the profile of a lighter value becomes the one that an unknown external id joins.
    fn may_take(&self, claim: &Claim, wants_external: bool, owner: i64) -> Result<(), Denied> {
        let node = self.node(owner);
        if wants_external && !claim.source.is_trusted() && node.is_identified() {
            return Err(Denied::BrowserMerge);
        }
        if wants_external && node.has_external && !claim.is_alias {
            return Err(Denied::Taken);
        }
        Ok(())
    }

    fn join(&mut self, claim: &Claim, one: i64, other: i64) -> i64 {
        // Ids grow with time, so the smaller one is the older profile.
        let (survivor, merged) = (one.min(other), one.max(other));
        let node = self.node(merged);
        self.nodes.entry(survivor).or_default().absorb(node);
        self.parent.insert(merged, survivor);
        self.joined.push(Joined {
            survivor,
            merged,
            is_alias: claim.is_alias,
            source: claim.source,
            keys: claim.keys.clone(),
        });
        survivor
    }

    fn attach(&mut self, claim: &Claim, key: Key, profile: i64, denied: &mut Vec<(Key, Denied)>) {
        if let Some((owner, source)) = self.owners.get(&key).copied() {
            if self.root(owner) == profile && claim.source.is_trusted() && !source.is_trusted() {
                self.nodes
                    .entry(profile)
                    .or_default()
                    .add(key.kind, claim.source);
                self.owners.insert(key.clone(), (owner, claim.source));
                self.attached.push(Attached {
                    key,
                    source: claim.source,
                    origin: owner,
                    is_known: true,
                });
            }
            return;
        }
        let node = self.node(profile);
        let is_locked = match key.kind {
            KeyKind::Email => node.email == Held::Trusted,
            KeyKind::Phone => node.phone == Held::Trusted,
            KeyKind::External => node.has_external && !claim.is_alias,
            KeyKind::Anonymous | KeyKind::Line => false,
        };
        if is_locked && !claim.source.is_trusted() {
            denied.push((key, Denied::BrowserChange));
            return;
        }
        self.nodes
            .entry(profile)
            .or_default()
            .add(key.kind, claim.source);
        self.owners.insert(key.clone(), (profile, claim.source));
        self.attached.push(Attached {
            key,
            source: claim.source,
            origin: profile,
            is_known: false,
        });
    }
}

fn deny(denied: &mut Vec<(Key, Denied)>, claim: &Claim, key: &Key, why: Denied) {
    // A device that two people share is no refusal: each of them acts under the own id.
    if key.kind != KeyKind::Anonymous || claim.is_alias || why == Denied::BrowserMerge {
        denied.push((key.clone(), why));
    }
}
