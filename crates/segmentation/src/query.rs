//! Asking the SQL evaluator: how many, who, whether one person, and how two rules overlap.

use kernel::id::ProfileId;
use storage::{ConnectionTrait, Dialect, sql};

use crate::{
    SegmentError,
    language::Document,
    resolve::{At, Resolved, resolve},
    sql::{Compiler, Scope},
};

/// How many people each part of a document selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// Whom the whole selects.
    pub total: i64,
    /// All active customers of the workspace.
    pub everybody: i64,
    /// What each condition and group would select by itself, a group before its members.
    pub nodes: Vec<NodeCount>,
}

/// What one condition or group would select by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeCount {
    /// JSON pointer of the node.
    pub pointer: String,
    /// How many people.
    pub count: i64,
}

/// How two rules overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Overlap {
    /// In the first only.
    pub only_a: i64,
    /// In both.
    pub both: i64,
    /// In the second only.
    pub only_b: i64,
}

fn compiler<'a>(
    db: &impl ConnectionTrait,
    at: &'a At,
    resolved: &'a Resolved,
    scope: Scope,
) -> Compiler<'a> {
    Compiler::new(Dialect::of(db.get_database_backend()), at, resolved, scope)
}

impl Overlap {
    /// Returns the share of all who are in either that are in both (Jaccard's index), from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "counts of people")]
    pub fn likeness(&self) -> f64 {
        let either = self.only_a + self.both + self.only_b;
        if either > 0 {
            self.both as f64 / either as f64
        } else {
            0.0
        }
    }
}

/// Counts whom a document selects.
pub async fn count(
    db: &impl ConnectionTrait,
    at: &At,
    document: &Document,
) -> Result<i64, SegmentError> {
    let resolved = resolve(db, at, &[document]).await?;
    let mut compiler = compiler(db, at, &resolved, Scope::Everybody);
    let root = compiler.document(document);
    let (text, values) = compiler.select("COUNT(*)", Some(&root), "");
    Ok(sql::number(db, text, values).await?)
}

/// Counts the whole and every part in one statement.
pub async fn count_each(
    db: &impl ConnectionTrait,
    at: &At,
    document: &Document,
    resolved: &Resolved,
) -> Result<Counts, SegmentError> {
    let mut compiler = compiler(db, at, resolved, Scope::Everybody);
    let places = compiler.each(document);
    let columns: Vec<String> = places
        .iter()
        .map(|(_, leaf)| format!("COUNT(*) FILTER (WHERE {})", leaf.sql))
        .collect();
    let columns = format!("COUNT(*), {}", columns.join(", "));
    let (text, values) = compiler.select(&columns, None, "");
    let rows = sql::rows(db, text, values).await?;
    let number = |index: usize| match rows.first() {
        Some(row) => row.try_get_by_index::<i64>(index),
        None => Ok(0),
    };
    let mut nodes = Vec::with_capacity(places.len());
    for (index, (place, _)) in places.iter().enumerate() {
        nodes.push(NodeCount {
            pointer: place.pointer.clone(),
            count: number(index + 1)?,
        });
    }
    Ok(Counts {
        total: number(1)?,
        everybody: number(0)?,
        nodes,
    })
}

/// Returns up to `limit` members after a position, in the order of their ids.
pub async fn members(
    db: &impl ConnectionTrait,
    at: &At,
    document: &Document,
    after: Option<ProfileId>,
    limit: u64,
) -> Result<Vec<ProfileId>, SegmentError> {
    let resolved = resolve(db, at, &[document]).await?;
    let mut compiler = compiler(db, at, &resolved, Scope::Everybody);
    let root = compiler.document(document);
    let after = compiler.binds.one(after.map_or(i64::MIN, ProfileId::raw));
    let limit = compiler.binds.one(i64::try_from(limit).unwrap_or(i64::MAX));
    let filter = format!("p.id > {after} AND {root}");
    let (text, values) = compiler.select(
        "p.id",
        Some(&filter),
        &format!(" ORDER BY p.id LIMIT {limit}"),
    );
    ids(db, text, values).await
}

/// Returns everybody whom a document selects, in the order of their ids: eight bytes a person.
pub async fn all_members(
    db: &impl ConnectionTrait,
    at: &At,
    document: &Document,
) -> Result<Vec<ProfileId>, SegmentError> {
    members(db, at, document, None, i64::MAX.cast_unsigned()).await
}

/// Tells whether a document selects one person. A merged or erased profile is in no segment.
pub async fn contains(
    db: &impl ConnectionTrait,
    at: &At,
    document: &Document,
    profile: ProfileId,
) -> Result<bool, SegmentError> {
    let resolved = resolve(db, at, &[document]).await?;
    let mut compiler = compiler(db, at, &resolved, Scope::Only(profile));
    let root = compiler.document(document);
    let (text, values) = compiler.select("COUNT(*)", Some(&root), "");
    Ok(sql::number(db, text, values).await? > 0)
}

/// The prime that spreads ids; sequential ids land far apart.
pub(crate) const SPREAD: i64 = 1_000_003;

/// Returns by what ids are multiplied before they are spread: each seed has an order of its own. Both evaluators
/// use it, so that they show the same people.
pub(crate) fn factor(seed: u32) -> i64 {
    7_919 + 104_729 * i64::from(seed % 997)
}

/// Returns `n` members that look picked at random but are the same for the same seed.
pub async fn examples(
    db: &impl ConnectionTrait,
    at: &At,
    document: &Document,
    seed: u32,
    n: u32,
) -> Result<Vec<ProfileId>, SegmentError> {
    let resolved = resolve(db, at, &[document]).await?;
    let mut compiler = compiler(db, at, &resolved, Scope::Everybody);
    let root = compiler.document(document);
    let factor = compiler.binds.one(factor(seed));
    let tail = format!(" ORDER BY ((p.id % {SPREAD}) * {factor}) % {SPREAD}, p.id LIMIT {n}");
    let (text, values) = compiler.select("p.id", Some(&root), &tail);
    ids(db, text, values).await
}

/// Counts how two documents overlap, in one statement.
pub async fn overlap(
    db: &impl ConnectionTrait,
    at: &At,
    a: &Document,
    b: &Document,
) -> Result<Overlap, SegmentError> {
    let resolved = resolve(db, at, &[a, b]).await?;
    let mut compiler = compiler(db, at, &resolved, Scope::Everybody);
    let (a, b) = (compiler.document(a), compiler.document(b));
    let columns = format!(
        "COUNT(*) FILTER (WHERE {a} AND NOT COALESCE({b}, FALSE)), COUNT(*) FILTER (WHERE {a} AND {b}), \
         COUNT(*) FILTER (WHERE {b} AND NOT COALESCE({a}, FALSE))"
    );
    let (text, values) = compiler.select(&columns, None, "");
    let rows = sql::rows(db, text, values).await?;
    let Some(row) = rows.first() else {
        return Ok(Overlap::default());
    };
    Ok(Overlap {
        only_a: row.try_get_by_index(0)?,
        both: row.try_get_by_index(1)?,
        only_b: row.try_get_by_index(2)?,
    })
}

async fn ids(
    db: &impl ConnectionTrait,
    text: String,
    values: Vec<storage::Value>,
) -> Result<Vec<ProfileId>, SegmentError> {
    let mut found = Vec::new();
    for row in sql::rows(db, text, values).await? {
        found.push(ProfileId::from_raw(row.try_get_by_index(0)?));
    }
    Ok(found)
}
