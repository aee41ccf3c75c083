//! What spam filters would say of a letter, as far as the letter alone decides it.
//!
//! In the spirit of SpamAssassin's rules; the points are our own and stricter than its, since filters that learn mind more
//! than their rules say. Reputation, signatures and DNS are not seen from here; they weigh more, and the examination of a
//! sender's domain looks at them.

mod page;
mod rule;

use serde::Serialize;

use crate::Message;

/// From here on a filter in its usual setting takes a letter for spam.
pub const LIMIT: f32 = 5.0;
/// From here on it is worth mending.
const NOTABLE: f32 = 2.0;

/// How a letter would fare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Nothing to speak of.
    Good,
    /// Some filters will mind.
    Fair,
    /// It would be taken for spam.
    Bad,
}

/// One rule that a letter meets.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hit {
    /// Stable code.
    pub code: &'static str,
    /// What it counts.
    pub points: f32,
    /// What was found and how to mend it, in Japanese.
    pub message_ja: String,
    /// What was found and how to mend it, in English.
    pub message_en: String,
    /// The field at fault: `subject`, `mjml` or `text`.
    pub field: &'static str,
}

/// What spam filters would say.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpamReport {
    /// The points of all hits together.
    pub points: f32,
    /// What that means.
    pub standing: Standing,
    /// The rules that were met, the heaviest first.
    pub hits: Vec<Hit>,
}

/// Judges a rendered letter. Links that begin with `own` are those of this installation, which the author did not write.
pub fn spam_report(message: &Message, own: &str) -> SpamReport {
    let mut page = page::Page::read(&message.html);
    page.links
        .retain(|link| own.is_empty() || !link.href.starts_with(own));
    let mut hits = Vec::new();
    rule::subject(&message.subject, &mut hits);
    rule::balance(message, &page, &mut hits);
    rule::links(&page, &mut hits);
    rule::words(message, &mut hits);
    hits.sort_by(|one, other| other.points.total_cmp(&one.points));
    let points: f32 = hits.iter().map(|hit| hit.points).sum();
    // What stands on a screen has one digit; the verdict must agree with it.
    let points = (points * 10.0).round() / 10.0;
    SpamReport {
        points,
        standing: match points {
            points if points >= LIMIT => Standing::Bad,
            points if points >= NOTABLE => Standing::Fair,
            _ => Standing::Good,
        },
        hits,
    }
}
