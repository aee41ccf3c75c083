//! The index evaluator: a tree becomes tests of columns and counts over events of the audience index.
//!
//! It means the same as the SQL evaluator, condition by condition; the tests hold both to it. What words
//! stand for is looked up first, by [`crate::resolve_words`]. A compiled rule belongs to one present moment.

mod compile;
mod date;
mod measure;
mod mentions;
mod people;
mod rule;
mod sequence;
mod since;
mod standing;
mod value;

use kernel::id::ProfileId;

use crate::{
    language::Document,
    query::{Counts, NodeCount},
    resolve::{At, Resolved},
};

pub use mentions::{Looks, Mentions};
pub use people::{examples, page, parts};
pub use rule::Rule;
pub use value::value_of;

/// Compiles a document for the present moment.
pub fn compile(document: &Document, resolved: &Resolved, at: &At) -> Rule {
    compile::Compiler { at, resolved }.node(&document.root)
}

/// Returns everybody whom a rule selects, in the order of their ids.
pub fn members(view: &index::View, rule: &Rule) -> Vec<ProfileId> {
    let members = rule.members(view, None);
    let profiles = view.profiles(&members);
    profiles.into_iter().map(ProfileId::from_raw).collect()
}

/// Counts the whole and every part; conditions that stand in several places are asked once.
pub fn count_each(
    view: &index::View,
    document: &Document,
    resolved: &Resolved,
    at: &At,
    cache: Option<&index::LeafCache>,
) -> Counts {
    let count = |members: &index::Bits| i64::try_from(members.count()).unwrap_or(i64::MAX);
    let compiler = compile::Compiler { at, resolved };
    let nodes: Vec<NodeCount> = document
        .places()
        .into_iter()
        .map(|place| NodeCount {
            count: count(&compiler.node(place.node).members(view, cache)),
            pointer: place.pointer,
        })
        .collect();
    Counts {
        total: nodes.first().map_or(0, |root| root.count),
        everybody: count(view.active()),
        nodes,
    }
}
