//! What the words of a document stand for in a workspace: numbers, inner segments, matching writings.

mod dictionary;
mod roll;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono_tz::Tz;
use kernel::{
    id::{SegmentId, WorkspaceId},
    invalid::{FieldError, Invalid},
    time::Millis,
};
use sea_orm::FromQueryResult;
use storage::{ConnectionTrait, Dialect, sql};

use crate::{
    SegmentError,
    language::{
        Document, Events, Fact, Filter, Fold, Node, Picked, PropertyFilter, Source, ValueType,
        check_type_clash, picks,
    },
    sql::{Binds, Roll},
    store,
};

pub(crate) use dictionary::Folds;
use dictionary::{Dictionary, DictionaryKey, fact_key, load_dictionaries, property_key};
pub(crate) use roll::{Among, list_references, past_references, unknown_list};
use roll::{check_lists, load_past, load_rolls};

/// The most conditions of a document with all the segments that it refers to.
const MAX_EXPANDED: usize = 2_000;

/// Where and when a document is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The present instant.
    pub now: Millis,
    /// The workspace's zone, which says when a day begins.
    pub zone: Tz,
}

/// What the words of some documents stand for.
#[derive(Debug, Default)]
pub struct Resolved {
    names: HashMap<String, i64>,
    products: HashMap<String, i64>,
    categories: HashMap<String, Vec<i64>>,
    segments: HashMap<SegmentId, Document>,
    dictionaries: HashMap<DictionaryKey, Dictionary>,
    kept_since: HashMap<SegmentId, Millis>,
    rolls: Vec<(Roll, Arc<Among>)>,
    /// What is allowed but probably not meant: words that this workspace has never seen.
    pub warnings: Vec<FieldError>,
}

impl Resolved {
    pub(crate) fn name(&self, name: &str) -> Option<i64> {
        self.names.get(name).copied()
    }

    pub(crate) fn product(&self, sku: &str) -> Option<i64> {
        self.products.get(sku).copied()
    }

    pub(crate) fn category(&self, path: &str) -> &[i64] {
        self.categories.get(path).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn segment(&self, id: SegmentId) -> Option<&Document> {
        self.segments.get(&id)
    }

    pub(crate) fn fact_folds(&self, fact: &Fact) -> Folds<'_> {
        self.folds(fact_key(fact), fact.fold)
    }

    pub(crate) fn property_folds(&self, names: &[String], property: &PropertyFilter) -> Folds<'_> {
        self.folds(property_key(names, property), property.fold)
    }

    fn folds(&self, key: Option<DictionaryKey>, fold: Fold) -> Folds<'_> {
        let dictionary = |key| self.dictionaries.get(&key).map_or(&[][..], Vec::as_slice);
        Folds {
            dictionary: key.map(dictionary),
            fold,
        }
    }
}

/// Looks up everything that the documents speak of. Errors point into the first document that has them.
pub async fn resolve(
    db: &impl ConnectionTrait,
    at: &At,
    documents: &[&Document],
) -> Result<Resolved, SegmentError> {
    let mut resolved = look_up(db, at, documents).await?;
    let inner: Vec<Document> = resolved.segments.values().cloned().collect();
    let all: Vec<&Document> = documents.iter().copied().chain(&inner).collect();
    load_dictionaries(db, at, &all, &mut resolved).await?;
    Ok(resolved)
}

/// Looks up what the index needs: the same without the stored writings, which the index has itself, and with those
/// who stand on rolls of people, of which it knows none.
pub async fn resolve_words(
    db: &impl ConnectionTrait,
    at: &At,
    documents: &[&Document],
) -> Result<Resolved, SegmentError> {
    let mut resolved = look_up(db, at, documents).await?;
    let inner: Vec<Document> = resolved.segments.values().cloned().collect();
    let all: Vec<&Document> = documents.iter().copied().chain(&inner).collect();
    load_rolls(db, at, &all, &mut resolved).await?;
    Ok(resolved)
}

/// Looks up what both evaluators need.
async fn look_up(
    db: &impl ConnectionTrait,
    at: &At,
    documents: &[&Document],
) -> Result<Resolved, SegmentError> {
    let mut resolved = Resolved::default();
    load_segments(db, at, documents, &mut resolved).await?;
    let inner: Vec<Document> = resolved.segments.values().cloned().collect();
    let all: Vec<&Document> = documents.iter().copied().chain(&inner).collect();
    load_past(db, at, documents, &all, &mut resolved).await?;
    check_lists(db, at, documents).await?;
    let nodes: Vec<&Node> = all
        .iter()
        .flat_map(|document| document.places())
        .map(|place| place.node)
        .collect();
    let answers: Vec<Events> = nodes
        .iter()
        .filter_map(|node| match node {
            Node::Message(answer) => Some(crate::sql::answer_events(answer)),
            _ => None,
        })
        .collect();
    let picked = nodes.iter().flat_map(|node| picks(node));
    let picked: Vec<Picked<'_>> = picked
        .map(|(_, picked)| picked)
        .chain(answers.iter().map(Events::picked))
        .collect();
    load_names(db, at, &picked, &mut resolved).await?;
    load_terms(db, at, &picked, &mut resolved).await?;
    check_attributes(db, at, documents, &mut resolved).await?;
    warn_of_unknown_words(documents, &mut resolved);
    Ok(resolved)
}

async fn load_segments(
    db: &impl ConnectionTrait,
    at: &At,
    documents: &[&Document],
    resolved: &mut Resolved,
) -> Result<(), SegmentError> {
    let mut waiting: Vec<(SegmentId, String)> = documents
        .iter()
        .flat_map(|document| references(document))
        .collect();
    while let Some((id, pointer)) = waiting.pop() {
        if resolved.segments.contains_key(&id) {
            continue;
        }
        let Some(document) = store::document(db, at.workspace, id).await? else {
            return Err(unknown_segment(pointer).into());
        };
        // What an inner segment refers to is reported at the place that leads there.
        waiting.extend(
            references(&document)
                .into_iter()
                .map(|(inner, _)| (inner, pointer.clone())),
        );
        resolved.segments.insert(id, document);
    }
    let mut sizes = HashMap::new();
    for document in documents {
        let mut path = Vec::new();
        let size = expanded(document, resolved, &mut path, &mut sizes)?;
        if size > MAX_EXPANDED {
            return Err(Invalid::one(
                "/root",
                "too_many",
                format!(
                    "with the segments it refers to, the rule has over {MAX_EXPANDED} conditions"
                ),
                format!("参照しているセグメントを含めて条件が{MAX_EXPANDED}個を超えています"),
            )
            .into());
        }
    }
    Ok(())
}

/// Returns the segments that a document names, with the place of each.
pub(crate) fn references(document: &Document) -> Vec<(SegmentId, String)> {
    let mut found = Vec::new();
    for place in document.places() {
        if let Node::Segment(segment) = place.node {
            found.push((segment.id, format!("{}/segment/id", place.pointer)));
        }
    }
    found
}

/// Counts conditions with those of inner segments; refuses a circle.
fn expanded(
    document: &Document,
    resolved: &Resolved,
    path: &mut Vec<SegmentId>,
    sizes: &mut HashMap<SegmentId, usize>,
) -> Result<usize, SegmentError> {
    let mut size = document.places().len();
    for (id, pointer) in references(document) {
        if path.contains(&id) {
            return Err(cycle(pointer).into());
        }
        if let Some(known) = sizes.get(&id) {
            size = size.saturating_add(*known);
            continue;
        }
        if let Some(inner) = resolved.segments.get(&id) {
            path.push(id);
            let inner = expanded(inner, resolved, path, sizes)?;
            path.pop();
            sizes.insert(id, inner);
            size = size.saturating_add(inner);
        }
    }
    Ok(size)
}

/// Says that a document names a segment that is none.
pub(crate) fn unknown_segment(pointer: String) -> Invalid {
    Invalid::one(
        pointer,
        "unknown_segment",
        "this segment does not exist",
        "このセグメントは存在しません",
    )
}

/// Says that a segment would refer to itself.
pub(crate) fn cycle(pointer: String) -> Invalid {
    Invalid::one(
        pointer,
        "cycle",
        "the segment would refer to itself, directly or through another",
        "セグメントが自分自身を（直接または他を通して）参照しています",
    )
}

#[derive(FromQueryResult)]
struct Word {
    value: String,
    id: i64,
}

async fn load_names(
    db: &impl ConnectionTrait,
    at: &At,
    all: &[Picked<'_>],
    resolved: &mut Resolved,
) -> Result<(), SegmentError> {
    let mut unknown = Vec::new();
    for name in all.iter().flat_map(|picked| picked.names) {
        match profiles::names::fixed_id(name) {
            Some(id) => {
                resolved.names.insert(name.clone(), i64::from(id));
            }
            None => unknown.push(name.as_str()),
        }
    }
    if unknown.is_empty() {
        return Ok(());
    }
    let mut binds = binds_of(db);
    let workspace = binds.one(at.workspace.raw());
    let one_of = binds.text_in("name", unknown);
    let text = format!(
        "SELECT name AS value, CAST(id AS BIGINT) AS id FROM event_name WHERE workspace_id = {workspace} AND {one_of}"
    );
    let words: Vec<Word> = sql::all(db, text, binds.into_values()).await?;
    resolved
        .names
        .extend(words.into_iter().map(|word| (word.value, word.id)));
    Ok(())
}

async fn load_terms(
    db: &impl ConnectionTrait,
    at: &At,
    all: &[Picked<'_>],
    resolved: &mut Resolved,
) -> Result<(), SegmentError> {
    let (mut products, mut categories) = (HashSet::new(), HashSet::new());
    for filter in all.iter().flat_map(|picked| picked.filters) {
        match filter {
            Filter::Product(one_of) => products.extend(one_of.values().iter().map(String::as_str)),
            Filter::Category(one_of) => {
                categories.extend(one_of.values().iter().map(String::as_str));
            }
            _ => {}
        }
    }
    if !products.is_empty() {
        let mut binds = binds_of(db);
        let workspace = binds.one(at.workspace.raw());
        let one_of = binds.text_in("value", products);
        let text = format!(
            "SELECT value, id FROM term WHERE workspace_id = {workspace} AND kind = 1 AND {one_of}"
        );
        let words: Vec<Word> = sql::all(db, text, binds.into_values()).await?;
        resolved
            .products
            .extend(words.into_iter().map(|word| (word.value, word.id)));
    }
    if !categories.is_empty() {
        let mut binds = binds_of(db);
        let workspace = binds.one(at.workspace.raw());
        let one_of = binds.text_in("t.value", categories);
        let text = format!(
            "WITH RECURSIVE below(value, id) AS (
               SELECT t.value, t.id FROM term t WHERE t.workspace_id = {workspace} AND t.kind = 2 AND {one_of}
               UNION
               SELECT b.value, t.id FROM below b
               JOIN term t ON t.workspace_id = {workspace} AND t.parent_id = b.id AND t.kind = 2)
             SELECT value, id FROM below"
        );
        let words: Vec<Word> = sql::all(db, text, binds.into_values()).await?;
        for word in words {
            resolved
                .categories
                .entry(word.value)
                .or_default()
                .push(word.id);
        }
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct AttributeType {
    key: String,
    value_type: String,
}

async fn check_attributes(
    db: &impl ConnectionTrait,
    at: &At,
    documents: &[&Document],
    resolved: &mut Resolved,
) -> Result<(), SegmentError> {
    let mut asked = Vec::new();
    for place in documents.iter().flat_map(|document| document.places()) {
        if let Node::Fact(Fact {
            of: Source::Attribute(key),
            test,
            ..
        }) = place.node
        {
            asked.push((place.pointer, key.as_str(), test.value_type()));
        }
    }
    if asked.is_empty() {
        return Ok(());
    }
    let mut binds = binds_of(db);
    let workspace = binds.one(at.workspace.raw());
    let one_of = binds.text_in("key", asked.iter().map(|(_, key, _)| *key));
    let text = format!(
        "SELECT key, value_type FROM attribute_def WHERE workspace_id = {workspace} AND {one_of}"
    );
    let known: Vec<AttributeType> = sql::all(db, text, binds.into_values()).await?;
    let mut found = Invalid::default();
    for (pointer, key, asked) in asked {
        match known.iter().find(|known| known.key == key) {
            None => resolved.warnings.push(FieldError::new(
                format!("{pointer}/fact/of/attribute"),
                "unknown_attribute",
                format!("no customer has an attribute `{key}` yet"),
                format!("属性「{key}」を持つ顧客はまだいません"),
            )),
            Some(known) => {
                let clash = ValueType::from_word(&known.value_type)
                    .zip(asked)
                    .filter(|(is, asked)| is != asked);
                if let Some((is, asked)) = clash {
                    found.push(check_type_clash(
                        format!("{pointer}/fact/test"),
                        is.word(),
                        asked.word(),
                    ));
                }
            }
        }
    }
    Ok(found.into_result()?)
}

fn warn_of_unknown_words(documents: &[&Document], resolved: &mut Resolved) {
    let mut warnings = Vec::new();
    for place in documents.iter().flat_map(|document| document.places()) {
        for (suffix, picked) in picks(place.node) {
            let pointer = format!("{}{suffix}", place.pointer);
            warn_of_names(&pointer, picked, resolved, &mut warnings);
            warn_of_terms(&pointer, picked, resolved, &mut warnings);
        }
    }
    resolved.warnings.extend(warnings);
}

fn warn_of_names(
    pointer: &str,
    picked: Picked<'_>,
    resolved: &Resolved,
    warnings: &mut Vec<FieldError>,
) {
    for (i, name) in picked.names.iter().enumerate() {
        if resolved.name(name).is_none() {
            warnings.push(FieldError::new(
                format!("{pointer}/names/{i}"),
                "unknown_event",
                format!("no event named `{name}` has come in yet"),
                format!("「{name}」という行動はまだ記録されていません"),
            ));
        }
    }
}

fn warn_of_terms(
    pointer: &str,
    picked: Picked<'_>,
    resolved: &Resolved,
    warnings: &mut Vec<FieldError>,
) {
    for (i, filter) in picked.filters.iter().enumerate() {
        let (values, code): (&[String], _) = match filter {
            Filter::Product(one_of) => (one_of.values(), "unknown_product"),
            Filter::Category(one_of) => (one_of.values(), "unknown_category"),
            _ => continue,
        };
        let is_known = |value: &String| {
            if code == "unknown_product" {
                resolved.product(value).is_some()
            } else {
                !resolved.category(value).is_empty()
            }
        };
        for value in values.iter().filter(|value| !is_known(value)).take(3) {
            warnings.push(FieldError::new(
                format!("{pointer}/where/{i}"),
                code,
                format!("`{value}` has not been seen yet"),
                format!("「{value}」はまだ記録されていません"),
            ));
        }
    }
}

pub(crate) fn binds_of(db: &impl ConnectionTrait) -> Binds {
    Binds::new(Dialect::of(db.get_database_backend()))
}
