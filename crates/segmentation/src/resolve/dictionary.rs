//! Folded comparison and regular expressions: the stored writings are matched here, so that both databases match alike.

use std::collections::HashSet;

use storage::{ConnectionTrait, sql};

use super::{At, Resolved, binds_of};
use crate::{
    SegmentError, fold,
    language::{
        Document, Fact, Filter, Fold, Node, PlaceTest, PropertyFilter, Source, Test, TextTest,
        picks,
    },
    sql::{Binds, Column, distinct_lists, distinct_texts},
};

/// The most distinct values that are looked through.
const MAX_DICTIONARY: usize = 500_000;

/// The writings of one source, each with its folded form.
pub(super) type Dictionary = Vec<(String, String)>;

/// A source of texts that are matched in the server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum DictionaryKey {
    Fact(Source),
    FactList(String),
    Property(Vec<String>, String),
    PropertyList(Vec<String>, String),
}

/// The dictionary of one condition, when its texts are matched in the server.
#[derive(Clone, Copy)]
pub(crate) struct Folds<'a> {
    pub(super) dictionary: Option<&'a [(String, String)]>,
    pub(super) fold: Fold,
}

impl<'a> Folds<'a> {
    /// Returns the stored writings for which a test holds; `None` when texts are compared as they are.
    pub(crate) fn matching(&self, test: &TextTest) -> Option<Vec<&'a str>> {
        let dictionary = self.dictionary?;
        let pattern = test.pattern();
        let mut folded: Option<HashSet<String>> = None;
        if let TextTest::In(values) | TextTest::NotIn(values) = test {
            // Long lists are folded once, not once per stored value.
            folded = Some(values.iter().map(|value| fold::japanese(value)).collect());
        }
        let matching = dictionary.iter().filter(|(form, writing)| {
            if let Some(pattern) = &pattern {
                return pattern.is_match(match self.fold {
                    Fold::Exact => writing,
                    Fold::Japanese => form,
                });
            }
            match (test, &folded) {
                (TextTest::In(_), Some(set)) => set.contains(form),
                (TextTest::NotIn(_), Some(set)) => !set.contains(form),
                _ => test.holds(form, fold::japanese),
            }
        });
        Some(matching.map(|(_, writing)| writing.as_str()).collect())
    }

    /// Returns the stored writings that say a place for which a test holds, and those for which it does not.
    pub(crate) fn placed(&self, test: &PlaceTest) -> (Vec<&'a str>, Vec<&'a str>) {
        let (mut holds, mut fails) = (Vec::new(), Vec::new());
        for (_, writing) in self.dictionary.unwrap_or_default() {
            match test.holds(writing) {
                Some(true) => holds.push(writing.as_str()),
                Some(false) => fails.push(writing.as_str()),
                None => {}
            }
        }
        (holds, fails)
    }

    /// Returns the stored writings of some values; the values themselves when compared as they are.
    pub(crate) fn writings(&self, values: &[String]) -> Vec<String> {
        match self.dictionary {
            None => values.to_vec(),
            Some(_) => self
                .matching(&TextTest::In(values.to_vec()))
                .unwrap_or_default()
                .into_iter()
                .map(str::to_owned)
                .collect(),
        }
    }
}

/// Tells whether a test needs the stored writings: no database matches as the server does.
fn is_matched_here(test: &Test, fold: Fold) -> bool {
    fold != Fold::Exact || matches!(test, Test::Text(TextTest::Matches(_)) | Test::Place(_))
}

pub(super) fn fact_key(fact: &Fact) -> Option<DictionaryKey> {
    if !is_matched_here(&fact.test, fact.fold) {
        return None;
    }
    match (&fact.test, &fact.of) {
        (Test::Text(_) | Test::Place(_), source) => Some(DictionaryKey::Fact(source.clone())),
        (Test::List(_), Source::Attribute(key)) => Some(DictionaryKey::FactList(key.clone())),
        _ => None,
    }
}

pub(super) fn property_key(names: &[String], property: &PropertyFilter) -> Option<DictionaryKey> {
    if !is_matched_here(&property.test, property.fold) {
        return None;
    }
    match &property.test {
        Test::Text(_) | Test::Place(_) => Some(DictionaryKey::Property(
            names.to_vec(),
            property.key.clone(),
        )),
        Test::List(_) => Some(DictionaryKey::PropertyList(
            names.to_vec(),
            property.key.clone(),
        )),
        _ => None,
    }
}

pub(super) async fn load_dictionaries(
    db: &impl ConnectionTrait,
    at: &At,
    documents: &[&Document],
    resolved: &mut Resolved,
) -> Result<(), SegmentError> {
    let mut keys = HashSet::new();
    for place in documents.iter().flat_map(|document| document.places()) {
        if let Node::Fact(fact) = place.node {
            keys.extend(fact_key(fact));
        }
        for (_, picked) in picks(place.node) {
            for filter in picked.filters {
                if let Filter::Property(property) = filter {
                    keys.extend(property_key(picked.names, property));
                }
            }
        }
    }
    for key in keys {
        let (text, values) = dictionary_sql(binds_of(db), at, &key, resolved);
        let rows = sql::rows(db, text, values).await?;
        if rows.len() > MAX_DICTIONARY {
            return Err(SegmentError::TooManyValues);
        }
        let mut dictionary = Vec::with_capacity(rows.len());
        for row in rows {
            if let Some(writing) = row.try_get_by_index::<Option<String>>(0)? {
                dictionary.push((fold::japanese(&writing), writing));
            }
        }
        resolved.dictionaries.insert(key, dictionary);
    }
    Ok(())
}

fn dictionary_sql(
    mut binds: Binds,
    at: &At,
    key: &DictionaryKey,
    resolved: &Resolved,
) -> (String, Vec<storage::Value>) {
    let workspace = binds.one(at.workspace.raw());
    let event_names = |binds: &mut Binds, names: &[String]| {
        let ids: Vec<i64> = names
            .iter()
            .filter_map(|name| resolved.name(name))
            .collect();
        if ids.is_empty() {
            "1 = 0".to_owned()
        } else {
            binds.int_in("e.name_id", &ids)
        }
    };
    let text = match key {
        DictionaryKey::Fact(source) => {
            let column = match source {
                Source::Field(field) => Column::Field(*field),
                Source::Attribute(key) => Column::Json {
                    column: "p.attributes",
                    key,
                },
            };
            let value = distinct_texts(&mut binds, &column);
            format!(
                "SELECT DISTINCT {value} FROM profile p WHERE p.workspace_id = {workspace} AND p.state = 0"
            )
        }
        DictionaryKey::FactList(key) => {
            let elements = distinct_lists(&mut binds, "p.attributes", key);
            format!(
                "SELECT DISTINCT j.value FROM profile p, {elements} AND p.workspace_id = {workspace} AND p.state = 0"
            )
        }
        DictionaryKey::Property(names, key) => {
            let value = distinct_texts(
                &mut binds,
                &Column::Json {
                    column: "e.properties",
                    key,
                },
            );
            let one_of = event_names(&mut binds, names);
            format!(
                "SELECT DISTINCT {value} FROM event e WHERE e.workspace_id = {workspace} AND {one_of}"
            )
        }
        DictionaryKey::PropertyList(names, key) => {
            let elements = distinct_lists(&mut binds, "e.properties", key);
            let one_of = event_names(&mut binds, names);
            format!(
                "SELECT DISTINCT j.value FROM event e, {elements} AND e.workspace_id = {workspace} AND {one_of}"
            )
        }
    };
    (
        format!("{text} LIMIT {}", MAX_DICTIONARY + 1),
        binds.into_values(),
    )
}
