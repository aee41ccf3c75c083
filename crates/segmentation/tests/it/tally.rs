//! How often each operator occurred.

use std::{collections::BTreeMap, io::Write};

use serde_json::Value as Json;

/// Counts of generated documents and of the operators in them.
#[derive(Default)]
pub(crate) struct Tally {
    /// How many there were.
    pub(crate) all: usize,
    /// How many tell people apart.
    pub(crate) telling: usize,
    operators: BTreeMap<String, usize>,
}

/// Members that name no operator.
const NO_OPERATORS: &[&str] = &[
    "version",
    "root",
    "of",
    "key",
    "names",
    "where",
    "within",
    "machine",
    "salt",
    "id",
    "when",
    "kind",
    "channel",
    "purpose",
    "state",
    "campaigns",
    "fold",
    "turns",
    "lat",
    "lng",
    "metres",
    "test",
    "field",
];

impl Tally {
    /// Takes in a document.
    pub(crate) fn take(&mut self, document: &Json) {
        self.walk(document, "");
    }

    fn walk(&mut self, value: &Json, above: &str) {
        match value {
            Json::Object(members) => {
                for (name, inner) in members {
                    let is_operator = !NO_OPERATORS.contains(&name.as_str());
                    if is_operator {
                        *self.operators.entry(format!("{above}{name}")).or_default() += 1;
                    }
                    // What a comparison means depends on what it compares.
                    let below = match name.as_str() {
                        "text" | "place" | "number" | "date" | "list" | "count" | "average"
                        | "minimum" | "maximum" | "distinct" | "last_full" | "consent"
                        | "message" | "where" | "sequence" | "steps" | "since" | "latest"
                        | "first" | "was_in" | "amount" | "quantity" => {
                            format!("{name} ")
                        }
                        _ => String::new(),
                    };
                    self.walk(inner, &below);
                }
            }
            Json::Array(items) => items.iter().for_each(|item| self.walk(item, above)),
            Json::String(word) => {
                let is_word = matches!(
                    word.as_str(),
                    "never"
                        | "exists"
                        | "missing"
                        | "this_month"
                        | "ever"
                        | "included"
                        | "japanese"
                );
                if is_word {
                    *self.operators.entry(format!("{above}{word}")).or_default() += 1;
                }
            }
            _ => {}
        }
    }

    /// Writes the table, rarest first. Standard error is shown although the test passes.
    pub(crate) fn print(&self) {
        let mut rows: Vec<(&String, &usize)> = self.operators.iter().collect();
        rows.sort_by_key(|(_, count)| **count);
        let mut out = std::io::stderr().lock();
        let _ = writeln!(
            out,
            "{} of {} trees tell people apart",
            self.telling, self.all
        );
        for (name, count) in rows {
            let _ = writeln!(out, "{count:>9}  {name}");
        }
    }
}
