//! What of a story is told and what is folded away: a hundred purchases in a row are one line until somebody asks.

use api_types::customers::TimelineView;

use crate::format;

/// How many of a run are told before the rest is folded.
const TOLD: usize = 3;
/// A run is folded only when that hides at least so many.
const WORTH: usize = 3;

/// A piece of the thread, the newest first.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    /// A new day begins; any instant of it.
    Day(i64),
    /// Something that happened.
    Item(Box<TimelineView>),
    /// The rest of a run of the same thing.
    Fold(Box<Fold>),
}

/// The rest of a run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fold {
    /// Names it among the folds that were opened.
    pub(super) key: String,
    /// One of them, for its words.
    pub(super) like: TimelineView,
    /// The first and the last instant.
    pub(super) between: (i64, i64),
    /// How many.
    pub(super) count: i64,
    /// Their amounts together.
    pub(super) amount: i64,
}

impl Fold {
    /// Whether all of it happened on one day.
    pub(super) fn is_of_a_day(&self) -> bool {
        format::day_key(self.between.0) == format::day_key(self.between.1)
    }
}

/// Lays what happened on the thread, with its days; runs whose key was opened are told in full.
pub(super) fn pieces(items: &[TimelineView], is_open: impl Fn(&str) -> bool) -> Vec<Piece> {
    let mut thread = Thread::default();
    for run in items.chunk_by(is_alike) {
        let (told, rest) = run.split_at(run.len().min(TOLD));
        for item in told {
            thread.tell(item);
        }
        match fold(rest) {
            Some(fold) if rest.len() >= WORTH && !is_open(&fold.key) => {
                thread.pieces.push(Piece::Fold(Box::new(fold)));
            }
            _ => {
                for item in rest {
                    thread.tell(item);
                }
            }
        }
    }
    thread.pieces
}

#[derive(Default)]
struct Thread {
    pieces: Vec<Piece>,
    day: String,
}

impl Thread {
    fn tell(&mut self, item: &TimelineView) {
        let at = format::millis(&item.at);
        let day = format::day_key(at);
        if self.day != day {
            self.pieces.push(Piece::Day(at));
            self.day = day;
        }
        self.pieces.push(Piece::Item(Box::new(item.clone())));
    }
}

/// Only events fold: a consent, a merge and a silence each say something of their own.
fn is_alike(one: &TimelineView, other: &TimelineView) -> bool {
    let is_event = one.kind == "event" && other.kind == "event";
    is_event && one.name == other.name && one.campaign_id == other.campaign_id
}

fn fold(rest: &[TimelineView]) -> Option<Fold> {
    let (first, last) = rest.first().zip(rest.last())?;
    Some(Fold {
        key: format!("{} {}", first.name.as_deref().unwrap_or_default(), first.at),
        like: first.clone(),
        between: (format::millis(&last.at), format::millis(&first.at)),
        count: i64::try_from(rest.len()).unwrap_or(i64::MAX),
        amount: rest.iter().filter_map(|item| item.amount).sum(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, at: &str, amount: i64) -> TimelineView {
        TimelineView {
            at: at.to_owned(),
            kind: "event".to_owned(),
            name: Some(name.to_owned()),
            amount: Some(amount),
            ..TimelineView::default()
        }
    }

    fn shape(pieces: &[Piece]) -> String {
        let letter = |piece: &Piece| match piece {
            Piece::Day(_) => "d".to_owned(),
            Piece::Item(_) => "i".to_owned(),
            Piece::Fold(fold) => format!("({})", fold.count),
        };
        pieces.iter().map(letter).collect()
    }

    #[test]
    fn days_follow_the_clocks_of_the_workspace() {
        let items = [
            event("a", "2026-07-14T15:30:00Z", 0),
            event("b", "2026-07-14T15:00:00Z", 0),
            event("c", "2026-07-14T14:59:00Z", 0),
        ];
        assert_eq!(shape(&pieces(&items, |_| false)), "diidi");
    }

    #[test]
    fn a_long_run_is_folded_and_opens_again() {
        let mut items: Vec<_> = (1..=9)
            .rev()
            .map(|day| event("Order Completed", &format!("2026-07-0{day}T03:00:00Z"), 100))
            .collect();
        items.push(event("Signed Up", "2026-06-30T03:00:00Z", 0));
        let folded = pieces(&items, |_| false);
        assert_eq!(shape(&folded), "dididi(6)di");
        let Some(Piece::Fold(fold)) = folded.iter().find(|piece| matches!(piece, Piece::Fold(_)))
        else {
            panic!("nothing was folded");
        };
        assert_eq!((fold.count, fold.amount), (6, 600));
        assert!(!fold.is_of_a_day());
        let key = fold.key.clone();
        assert_eq!(shape(&pieces(&items, |open| open == key)), "di".repeat(10));
    }

    #[test]
    fn a_short_run_and_answers_to_different_campaigns_are_told() {
        let short: Vec<_> = (1..=5)
            .map(|n| event("Page Viewed", &format!("2026-07-01T03:0{n}:00Z"), 0))
            .collect();
        assert_eq!(shape(&pieces(&short, |_| false)), "diiiii");
        let answers: Vec<_> = (1..=7)
            .map(|n| TimelineView {
                campaign_id: Some(format!("cmp_{n}")),
                ..event("message_sent", &format!("2026-07-01T03:0{n}:00Z"), 0)
            })
            .collect();
        assert_eq!(shape(&pieces(&answers, |_| false)), "diiiiiii");
    }
}
