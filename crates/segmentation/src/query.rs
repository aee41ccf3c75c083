//! Asking the SQL evaluator: how many, who, whether one person, and how rules overlap.

use kernel::id::ProfileId;
use storage::{ConnectionTrait, Dialect, sql};

use crate::{
    SegmentError,
    language::Document,
    parts::Parts,
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

fn compiler<'a>(
    db: &impl ConnectionTrait,
    at: &'a At,
    resolved: &'a Resolved,
    scope: Scope,
) -> Compiler<'a> {
    Compiler::new(Dialect::of(db.get_database_backend()), at, resolved, scope)
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

/// Counts how up to [`parts::MOST`](crate::parts::MOST) documents overlap, in one statement.
pub async fn parts(
    db: &impl ConnectionTrait,
    at: &At,
    documents: &[&Document],
) -> Result<Parts, SegmentError> {
    let resolved = resolve(db, at, documents).await?;
    let mut compiler = compiler(db, at, &resolved, Scope::Everybody);
    let rules = documents.iter().enumerate();
    let bits: Vec<String> = rules
        .map(|(number, document)| {
            let rule = compiler.document(document);
            format!("CASE WHEN {rule} THEN {} ELSE 0 END", 1 << number)
        })
        .collect();
    let columns = format!("{}, COUNT(*)", bits.join(" + "));
    let (text, values) = compiler.select(&columns, None, " GROUP BY 1");
    let mut exact = Vec::new();
    for row in sql::rows(db, text, values).await? {
        let set: i32 = row.try_get_by_index(0)?;
        exact.push((usize::try_from(set).unwrap_or(0), row.try_get_by_index(1)?));
    }
    Ok(Parts::of_exact(documents.len(), exact))
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

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use serde_json::json;
    use storage::sql;
    use testkit::{Kit, START};

    use super::*;
    use crate::language::read;

    /// Nothing is ever analysed there, so the plan of an empty file is the one of a full one.
    #[tokio::test]
    async fn sqlite_looks_customers_up_in_what_was_gathered_and_never_walks_it_for_each() {
        let database = testkit::sqlite().await;
        let kit = Kit::new(&database).await;
        let at = At {
            workspace: kit.workspace,
            now: START,
            zone: Tz::Asia__Tokyo,
        };
        let list = "INSERT INTO people_list (workspace_id, id, name, description, edition, created_at, updated_at)
                    VALUES ($1, 1, '', '', 1, 0, 0)";
        let own = [kit.workspace.raw().into()];
        sql::exec(kit.db.writer(), list, own).await.unwrap();
        let steps = json!([{"names": ["Product Viewed"]}, {"names": ["Product Added"], "within": {"days": 1}}]);
        let times = json!({"count": {"times": {"at_least": 2}}});
        let root = json!({"all": [
            {"sequence": {"steps": [{"names": ["Product Viewed"]}], "then_not": {"names": ["Product Purchased"]}}},
            {"sequence": {"within": {"last": {"days": 30}}, "same": "product", "steps": steps}},
            {"events": {"names": ["Product Viewed"], "test": times}},
            {"events": {"names": ["Product Added"], "since": {"latest": {"names": ["Product Purchased"]}}, "test": times}},
            {"standing": {"by": "recency", "cut": {"equal_counts": 5}, "in": [5]}},
            {"standing": {"by": "monetary", "within": {"last": {"days": 90}}, "cut": {"equal_values": 3}, "in": [1]}},
            {"list": {"id": kernel::id::ListId::from_raw(1)}},
            {"consent": {"channel": "email"}},
        ]});
        let document = read(&json!({"version": 2, "root": root})).unwrap();
        let resolved = resolve(kit.db.reader(), &at, &[&document]).await.unwrap();
        // As counted alone, where joins may become narrower, and as counted with each condition, where they stay.
        for is_alone in [true, false] {
            let mut compiler = compiler(kit.db.reader(), &at, &resolved, Scope::Everybody);
            let root = compiler.document(&document);
            let each = format!("COUNT(*) FILTER (WHERE {root})");
            let (text, values) = if is_alone {
                compiler.select("COUNT(*)", Some(&root), "")
            } else {
                compiler.select(&each, None, "")
            };
            let text = format!("EXPLAIN QUERY PLAN {text}");
            let rows = sql::rows(kit.db.reader(), text, values).await.unwrap();
            let steps = rows.iter().map(|row| row.try_get("", "detail").unwrap());
            let steps: Vec<String> = steps.collect();
            let of_joined = |step: &&String| {
                let name = step.split(' ').nth(1).unwrap_or_default();
                name.len() == 2 && name.ends_with(|last: char| last.is_ascii_digit())
            };
            let (searched, walked): (Vec<&String>, Vec<&String>) = steps
                .iter()
                .filter(of_joined)
                .filter(|step| !step.starts_with("MATERIALIZE"))
                .partition(|step| step.starts_with("SEARCH"));
            assert!(searched.len() >= 6, "{steps:#?}");
            assert!(walked.is_empty(), "{walked:#?} of {steps:#?}");
        }
    }
}
