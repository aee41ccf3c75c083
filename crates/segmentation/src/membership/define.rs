//! The segments whose memberships are kept, each with a checksum of its whole rule.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono_tz::Tz;
use kernel::id::{SegmentId, WorkspaceId};
use sea_orm::FromQueryResult;
use serde_json::Value as Json;
use storage::{ConnectionTrait, sql};
use xxhash_rust::xxh3::Xxh3;

use crate::{
    SegmentError,
    language::{self, Document},
    resolve::{list_references, references},
};

/// An active segment.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// The segment.
    pub id: SegmentId,
    /// Its rule.
    pub document: Document,
    /// A checksum of the rule, of those that it refers to, and of the zone that says when a day begins.
    pub rule: String,
}

impl Definition {
    /// Tells whether its own rule asks for one of some lists; what it refers to is not looked into.
    pub fn stands_on(&self, lists: &BTreeSet<i64>) -> bool {
        let named = list_references(&self.document);
        named.iter().any(|(list, _)| lists.contains(&list.raw()))
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    document: Json,
    archived_at: Option<i64>,
}

/// Reads the active segments of a workspace, by id. One whose stored rule cannot be read is left out: its
/// members stay as they are.
///
/// # Errors
/// When the database does not answer.
pub async fn definitions(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    zone: Tz,
) -> Result<(Vec<Definition>, Vec<SegmentId>), SegmentError> {
    let rows: Vec<Row> = sql::all(
        db,
        "SELECT id, document, archived_at FROM segment WHERE workspace_id = $1 ORDER BY id",
        [workspace.raw().into()],
    )
    .await?;
    let mut documents: HashMap<SegmentId, Document> = HashMap::new();
    let (mut active, mut unreadable) = (Vec::new(), Vec::new());
    for row in rows {
        let id = SegmentId::from_raw(row.id);
        match language::read(&row.document) {
            Ok(document) => {
                documents.insert(id, document);
                if row.archived_at.is_none() {
                    active.push(id);
                }
            }
            Err(_) if row.archived_at.is_none() => unreadable.push(id),
            Err(_) => {}
        }
    }
    let define = |id: SegmentId| {
        Some(Definition {
            id,
            rule: checksum(id, &documents, zone),
            document: documents.get(&id)?.clone(),
        })
    };
    Ok((active.into_iter().filter_map(define).collect(), unreadable))
}

/// Sums up a rule with everything that it refers to.
fn checksum(id: SegmentId, documents: &HashMap<SegmentId, Document>, zone: Tz) -> String {
    let mut reached: BTreeMap<SegmentId, &Document> = BTreeMap::new();
    let mut waiting = vec![id];
    while let Some(next) = waiting.pop() {
        if let Some(document) = documents.get(&next)
            && reached.insert(next, document).is_none()
        {
            waiting.extend(references(document).into_iter().map(|(inner, _)| inner));
        }
    }
    let mut sum = Xxh3::new();
    sum.update(zone.name().as_bytes());
    for (inner, document) in reached {
        sum.update(&inner.raw().to_be_bytes());
        sum.update(document.to_json().to_string().as_bytes());
    }
    format!("{:016x}", sum.digest())
}
