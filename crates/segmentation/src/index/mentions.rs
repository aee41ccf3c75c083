//! What a compiled rule looks at: by it a change is known to concern the rule or not.

use std::collections::BTreeSet;

use index::{ColumnKey, EventQuery, FactKey};

use super::rule::{Ask, Rule};
use crate::sql::Roll;

/// A kind of thing that a rule looks at, beside events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Looks {
    /// Facts and attributes.
    Facts,
    /// The first or latest sign of the customer.
    Seen,
    /// Permissions.
    Consents,
    /// Suppressed addresses, which belong to nobody in particular.
    Addresses,
    /// The present instant.
    Time,
    /// Rolls of people, which the index knows only as they stood when they were looked up.
    Rolls,
    /// Everybody else: who changes may move others, which only a look at all of them tells.
    Others,
}

/// What a rule looks at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mentions {
    /// Kinds of things.
    pub looks: BTreeSet<Looks>,
    /// Numbers of event names.
    pub names: BTreeSet<i32>,
    /// Numbers of uploaded lists.
    pub lists: BTreeSet<i64>,
}

impl Rule {
    /// Returns everything that the rule looks at, inner segments included.
    pub fn mentions(&self) -> Mentions {
        let mut found = Mentions::default();
        self.gather(&mut |condition| {
            if condition.moment != 0 {
                found.looks.insert(Looks::Time);
            }
            match &condition.ask {
                Ask::Value(key, _) | Ask::OneOf(key, _) => {
                    found.looks.insert(of_column(key));
                }
                Ask::Events(query, ..) | Ask::Values(query, ..) => {
                    found.names.extend(&query.names);
                }
                Ask::Sequence(steps) => found.names.extend(steps.names()),
                Ask::After(after) => found.names.extend(after.names()),
                Ask::Standing(_) => {
                    found.looks.insert(Looks::Others);
                }
                Ask::Among(roll, _) => {
                    found.looks.insert(Looks::Rolls);
                    if let Roll::List(list) = roll {
                        found.lists.insert(list.raw());
                    }
                }
                // Drawn once and for all.
                Ask::Profile(_) => {}
                Ask::Suppressed(..) => {
                    found.looks.extend([Looks::Addresses, Looks::Facts]);
                }
            }
        });
        found
    }

    /// Writes all conditions with the numbers that their words stand for: when it differs, words have come to
    /// mean something else. The present moment is left out.
    pub fn written(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.gather(&mut |condition| {
            // The bounds of the window move with every moment.
            let words = |query: &EventQuery| format!("{:?} {:?}", query.names, query.filters);
            found.push(match &condition.ask {
                Ask::Events(query, ..) | Ask::Values(query, ..) => words(query),
                Ask::Sequence(steps) => steps.letters.iter().map(words).collect(),
                Ask::After(after) => {
                    let asked = after.asked.query().map(words).unwrap_or_default();
                    format!("{asked} after {}", words(&after.of))
                }
                // Who is on it changes without the words.
                Ask::Among(roll, _) => format!("{roll:?}"),
                _ => condition.written.clone(),
            });
        });
        found
    }

    fn gather(&self, visit: &mut impl FnMut(&super::rule::Condition)) {
        match self {
            Self::All(rules) | Self::Any(rules) => {
                for rule in rules {
                    rule.gather(visit);
                }
            }
            Self::Not(rule) | Self::Certainly(rule) => rule.gather(visit),
            Self::Leaf(condition) => visit(condition),
        }
    }
}

fn of_column(key: &ColumnKey) -> Looks {
    match key {
        ColumnKey::Consent(..) | ColumnKey::ConsentEnd(..) => Looks::Consents,
        ColumnKey::Fact(FactKey::Field(name))
            if matches!(name.as_ref(), "first_seen_at" | "last_seen_at") =>
        {
            Looks::Seen
        }
        ColumnKey::Fact(_) => Looks::Facts,
    }
}
