//! What a customer did step by step: this, then that, then not the other.

use serde::{Deserialize, Serialize};

use super::{
    event::{Events, Filter, Machine},
    time::{Span, Window},
};

/// The most steps of one sequence, with what must not follow.
pub(crate) const MAX_STEPS: usize = 5;

/// Which events are meant: by name, and what must hold of each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selector {
    /// The event names; any of them counts.
    pub names: Vec<String>,
    /// What must hold of each event that counts.
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
    /// Whether acts of machines count.
    #[serde(default, skip_serializing_if = "Machine::is_excluded")]
    pub machine: Machine,
}

/// A condition about events in the order of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sequence {
    /// The stretch of time in which all steps lie.
    #[serde(default)]
    pub within: Window,
    /// What all events of it must be about alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same: Option<Same>,
    /// What happened, one after the other.
    pub steps: Vec<Step>,
    /// What did not happen after the last step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then_not: Option<ThenNot>,
}

/// One step of a sequence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The event names; any of them counts.
    pub names: Vec<String>,
    /// What must hold of each event that counts.
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
    /// Whether acts of machines count.
    #[serde(default, skip_serializing_if = "Machine::is_excluded")]
    pub machine: Machine,
    /// How soon after the step before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Span>,
    /// What did not happen between the step before and this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without: Option<Selector>,
}

/// What did not happen after the last step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThenNot {
    /// The event names; any of them counts.
    pub names: Vec<String>,
    /// What must hold of each event that counts.
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
    /// Whether acts of machines count.
    #[serde(default, skip_serializing_if = "Machine::is_excluded")]
    pub machine: Machine,
    /// For how long; it holds when that has passed. Without it, up to now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Span>,
}

/// What the events of a sequence have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Same {
    /// The product.
    Product,
    /// The category as it was recorded.
    Category,
    /// The order.
    Order,
}

/// Which events are meant, wherever that is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Picked<'a> {
    pub(crate) names: &'a [String],
    pub(crate) filters: &'a [Filter],
    pub(crate) machine: Machine,
}

macro_rules! picked {
    ($($of:ty),*) => {$(
        impl $of {
            /// Returns which events are meant.
            pub(crate) fn picked(&self) -> Picked<'_> {
                Picked {
                    names: &self.names,
                    filters: &self.filters,
                    machine: self.machine,
                }
            }
        }
    )*};
}

picked!(Events, Selector, Step, ThenNot);

impl Sequence {
    /// Returns every choice of events with where it stands below the sequence: first the steps, then what must not
    /// lie between, then what must not follow.
    pub(crate) fn picks(&self) -> Vec<(String, Picked<'_>)> {
        let steps = self.steps.iter().enumerate();
        let mut all: Vec<(String, Picked<'_>)> = steps
            .clone()
            .map(|(i, step)| (format!("/steps/{i}"), step.picked()))
            .collect();
        all.extend(steps.filter_map(|(i, step)| {
            let without = step.without.as_ref()?;
            Some((format!("/steps/{i}/without"), without.picked()))
        }));
        let then_not = self.then_not.as_ref();
        all.extend(then_not.map(|then_not| ("/then_not".to_owned(), then_not.picked())));
        all
    }
}
