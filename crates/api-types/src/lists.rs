//! Lists of people that somebody uploaded.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A list of people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListView {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// How many people were on it after the last upload; merges since then are not counted.
    pub n_people: i64,
    /// How many lines of the last upload mean nobody who is known.
    pub n_unknown: i64,
    /// How many files it has taken in.
    pub uploads: i64,
    /// When it was made.
    pub created_at: String,
    /// When it was last renamed or uploaded.
    pub updated_at: String,
}

/// What a list is called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveList {
    /// The name, at most 120 characters.
    pub name: String,
    /// What it is for, at most 2,000 characters.
    #[serde(default)]
    pub description: String,
}

/// What became of an uploaded file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListReport {
    /// The list as it is now.
    pub list: ListView,
    /// Lines that are neither blank nor a header.
    pub n_lines: u64,
    /// Customers whom they mean.
    pub n_found: u64,
    /// Lines that mean somebody whom an earlier line meant.
    pub n_duplicates: u64,
    /// Lines that mean nobody who is known.
    pub n_unknown: u64,
    /// The first hundred of those; all of them come as CSV.
    pub unknown: Vec<ListLine>,
    /// Customers who came onto the list.
    pub n_added: u64,
    /// Customers who went from it.
    pub n_removed: u64,
}

/// A line of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListLine {
    /// Its number, from 1.
    pub line: u64,
    /// What is written where a person is to be named.
    pub text: String,
}
