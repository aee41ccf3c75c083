//! What a LINE account answers by itself.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;

use crate::line_messages::LineDocument;

/// An answer to words that an account knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LineReplyView {
    /// `lrr_…`
    pub id: String,
    /// `snd_…`
    pub account: String,
    /// What people of the company call it.
    pub name: String,
    /// `exact`: the whole message is one of the words; `contains`: one of them is somewhere in it.
    pub how: String,
    /// The words; width, case, kana and spaces make no difference.
    pub keywords: Vec<String>,
    /// What is answered.
    pub document: LineDocument,
    /// Whether it answers.
    pub enabled: bool,
    /// Version to name when changing it.
    pub version: i64,
    /// Answers that LINE took, of the last 90 days.
    pub n_accepted: i64,
    /// Answers that it did not take, or that came too late.
    pub n_failed: i64,
    /// When it was last saved.
    pub updated_at: String,
}

/// A new or changed answer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WriteLineReply {
    /// What people of the company call it.
    pub name: String,
    /// `exact` or `contains`; `exact` when absent.
    #[serde(default)]
    pub how: String,
    /// The words, 1 to 50.
    pub keywords: Vec<String>,
    /// What is answered.
    pub document: LineDocument,
    /// Whether it answers; true when absent.
    #[serde(default)]
    pub enabled: Option<bool>,
    /// The version that was read; needed for a change.
    #[serde(default)]
    pub version: Option<i64>,
}

/// A message to try.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct TestLineReply {
    /// What somebody writes.
    pub text: String,
}

/// What a message would be answered with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LineReplyTested {
    /// The answer: `lrr_…`; null when there is none.
    pub rule: Option<String>,
    /// What it is called.
    pub name: Option<String>,
    /// LINE's message objects.
    #[schema(value_type = Vec<Object>)]
    pub messages: Vec<Json>,
}
