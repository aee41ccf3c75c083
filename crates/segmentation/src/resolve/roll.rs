//! Rolls of people: since when they are known, and for the index, which knows none, who is on them.

use std::sync::Arc;

use kernel::{
    id::{ListId, SegmentId},
    invalid::{FieldError, Invalid},
    time::Millis,
};
use storage::{ConnectionTrait, sql};
use xxhash_rust::xxh3::Xxh3;

use super::{At, Resolved, binds_of, unknown_segment};
use crate::{
    SegmentError,
    language::{Document, Node, WasIn, When, Window},
    membership,
    sql::Roll,
    store,
};

/// Everybody on a roll, by id.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Among {
    /// Ascending.
    pub(crate) ids: Vec<i64>,
    /// Tells this roll from what it was at another time.
    pub(crate) checksum: u64,
    /// What is known of everybody else.
    pub(crate) otherwise: Option<bool>,
}

impl Among {
    fn new(mut ids: Vec<i64>, otherwise: Option<bool>) -> Self {
        ids.sort_unstable();
        ids.dedup();
        let mut sum = Xxh3::new();
        for id in &ids {
            sum.update(&id.to_le_bytes());
        }
        Self {
            checksum: sum.digest(),
            ids,
            otherwise,
        }
    }

    /// Tells whether somebody is on it.
    pub(crate) fn has(&self, id: i64) -> bool {
        self.ids.binary_search(&id).is_ok()
    }
}

impl Resolved {
    /// Returns since when the memberships of a segment are kept.
    pub(crate) fn kept_since(&self, id: SegmentId) -> Option<Millis> {
        self.kept_since.get(&id).copied()
    }

    /// Returns who is on a roll, where that was looked up.
    pub(crate) fn among(&self, roll: Roll) -> Arc<Among> {
        let known = self.rolls.iter().find(|(known, _)| *known == roll);
        known.map_or_else(Arc::default, |(_, among)| Arc::clone(among))
    }
}

/// Returns the segments whose past a document asks for, with the place of each.
pub(crate) fn past_references(document: &Document) -> Vec<(SegmentId, String)> {
    let mut found = Vec::new();
    for place in document.places() {
        if let Node::WasIn(was_in) = place.node {
            found.push((was_in.id, format!("{}/was_in/id", place.pointer)));
        }
    }
    found
}

/// Returns the lists that a document names, with the place of each.
pub(crate) fn list_references(document: &Document) -> Vec<(ListId, String)> {
    let mut found = Vec::new();
    for place in document.places() {
        if let Node::List(list) = place.node {
            found.push((list.id, format!("{}/list/id", place.pointer)));
        }
    }
    found
}

/// Says that a document names a list that is none.
pub(crate) fn unknown_list(pointer: String) -> Invalid {
    Invalid::one(
        pointer,
        "unknown_list",
        "this list does not exist",
        "このリストは存在しません",
    )
}

/// Refuses lists that are none.
pub(super) async fn check_lists(
    db: &impl ConnectionTrait,
    at: &At,
    documents: &[&Document],
) -> Result<(), SegmentError> {
    let named = documents
        .iter()
        .flat_map(|document| list_references(document));
    for (id, pointer) in named {
        if profiles::lists::find(db, at.workspace, id).await?.is_none() {
            return Err(unknown_list(pointer).into());
        }
    }
    Ok(())
}

/// Looks up since when the past is known, and says where more is asked.
pub(super) async fn load_past(
    db: &impl ConnectionTrait,
    at: &At,
    documents: &[&Document],
    all: &[&Document],
    resolved: &mut Resolved,
) -> Result<(), SegmentError> {
    if all
        .iter()
        .all(|document| past_references(document).is_empty())
    {
        return Ok(());
    }
    let filled = membership::filled(db, at.workspace).await?;
    resolved.kept_since = filled
        .into_iter()
        .map(|(id, filled)| (id, filled.since))
        .collect();
    for document in documents {
        for place in document.places() {
            let Node::WasIn(was_in) = place.node else {
                continue;
            };
            if store::document(db, at.workspace, was_in.id)
                .await?
                .is_none()
            {
                return Err(unknown_segment(format!("{}/was_in/id", place.pointer)).into());
            }
            resolved
                .warnings
                .extend(unkept(at, was_in, &place.pointer, resolved));
        }
    }
    Ok(())
}

/// Says that a condition asks for more of the past than is known.
fn unkept(at: &At, was_in: &WasIn, pointer: &str, resolved: &Resolved) -> Option<FieldError> {
    let since = resolved.kept_since(was_in.id);
    let stretch = was_in.stretch(at.now, at.zone)?;
    if stretch.is_known(since) && !(since.is_none() && was_in.when == When::Within(Window::Ever)) {
        return None;
    }
    let (en, ja) = match since {
        Some(since) => {
            let local = since.to_utc().with_timezone(&at.zone);
            (
                format!(
                    "who was in this segment is known since {}; of before that nothing can be said",
                    local.format("%-d %B %Y %H:%M")
                ),
                format!(
                    "このセグメントの所属の記録は{}からです。それより前のことはわかりません",
                    local.format("%Y年%-m月%-d日%H:%M")
                ),
            )
        }
        None => (
            "nothing is known yet of who was in this segment".to_owned(),
            "このセグメントの所属の記録はまだありません".to_owned(),
        ),
    };
    Some(FieldError::new(
        format!("{pointer}/was_in/when"),
        "not_kept",
        en,
        ja,
    ))
}

/// Reads who is on each roll.
pub(super) async fn load_rolls(
    db: &impl ConnectionTrait,
    at: &At,
    all: &[&Document],
    resolved: &mut Resolved,
) -> Result<(), SegmentError> {
    for place in all.iter().flat_map(|document| document.places()) {
        let Some(roll) = Roll::of(place.node) else {
            continue;
        };
        if resolved.rolls.iter().any(|(known, _)| *known == roll) {
            continue;
        }
        let mut binds = binds_of(db);
        let text = roll.table_sql(&mut binds, at, None);
        let rows = match text {
            Some(text) => sql::rows(db, text, binds.into_values()).await?,
            None => Vec::new(),
        };
        let ids: Result<Vec<i64>, _> = rows.iter().map(|row| row.try_get_by_index(0)).collect();
        let otherwise = roll.otherwise(at, resolved);
        let among = Among::new(ids?, otherwise);
        resolved.rolls.push((roll, Arc::new(among)));
    }
    Ok(())
}
