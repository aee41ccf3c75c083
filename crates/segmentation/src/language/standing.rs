//! A customer's standing among the buyers: recency, frequency or money, cut into groups.

use serde::{Deserialize, Serialize};

use super::time::Window;

/// A condition about where a customer stands among all buyers of a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// What buyers are compared by.
    pub by: Basis,
    /// The orders that are looked at; who has none in it has no standing.
    #[serde(default)]
    pub within: Window,
    /// How buyers are cut into groups.
    pub cut: Cut,
    /// Which group is number 1.
    #[serde(default, skip_serializing_if = "First::is_worst")]
    pub first: First,
    /// The groups asked for.
    #[serde(rename = "in")]
    pub groups: Vec<u32>,
}

/// What buyers are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Whole local days since the last order; fewer is better.
    Recency,
    /// Distinct orders; more is better.
    Frequency,
    /// Money in minor units, refunds taken off; more is better.
    Monetary,
}

/// How buyers are cut into groups.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// So many groups of equal size: by value, equal values by id. The worst groups take the remainder.
    EqualCounts(u32),
    /// So many groups between quantiles; equal values stand together, so sizes differ.
    EqualValues(u32),
    /// So many groups by the middle rank of equal values; a group may be empty.
    EqualRanks(u32),
    /// At fixed values, ascending: days, orders or minor units. A value on a break belongs to the better side.
    Breaks(Vec<i64>),
}

impl Cut {
    /// Returns how many groups there are.
    pub fn n_groups(&self) -> u32 {
        match self {
            Self::EqualCounts(n) | Self::EqualValues(n) | Self::EqualRanks(n) => *n,
            Self::Breaks(breaks) => u32::try_from(breaks.len() + 1).unwrap_or(u32::MAX),
        }
    }
}

/// Which group is number 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum First {
    /// Scores: the last group is the best, as in R5.
    #[default]
    Worst,
    /// Deciles: group 1 is the best.
    Best,
}

impl First {
    /// Tells whether numbers rise from the worst to the best.
    pub const fn is_worst(&self) -> bool {
        matches!(self, Self::Worst)
    }
}

impl Standing {
    /// Returns a group's number as asked for, from its score: 1 is the worst.
    pub fn number(&self, score: u32) -> u32 {
        match self.first {
            First::Worst => score,
            First::Best => (self.cut.n_groups() + 1).saturating_sub(score),
        }
    }

    /// Returns the scores asked for, ascending: 1 is the worst.
    pub fn scores(&self) -> Vec<u32> {
        // Turning round is its own inverse.
        let mut scores: Vec<u32> = self
            .groups
            .iter()
            .map(|group| self.number(*group))
            .collect();
        scores.sort_unstable();
        scores.dedup();
        scores
    }
}
