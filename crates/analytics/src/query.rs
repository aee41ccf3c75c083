//! Puts the `.sql` files together: the same parts serve a campaign and a period.

use kernel::time::{DAY, HOUR};
use profiles::names;

/// How long after a human touch an order still belongs to it.
pub(crate) const HUMAN_WINDOW: i64 = 5 * DAY;
/// How long after the hand-off alone an order still belongs to it.
pub(crate) const ALONE_WINDOW: i64 = 12 * HOUR;

/// A part of a query, each resting on those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// `sent`: messages accepted for hand-off.
    Sent,
    /// `fact`: what first happened to each and when.
    Fact,
    /// `bought`: orders net of refunds.
    Bought,
    /// `within`: orders in the goal's window; binds the window as `$3`.
    Within,
    /// `owned`: each order's one owner.
    Owned,
}

impl Part {
    const fn text(self) -> &'static str {
        match self {
            Self::Sent => include_str!("sql/sent.sql"),
            Self::Fact => include_str!("sql/fact.sql"),
            Self::Bought => include_str!("sql/bought.sql"),
            Self::Within => include_str!("sql/within.sql"),
            Self::Owned => include_str!("sql/owned.sql"),
        }
    }
}

/// What the parts are narrowed to. `$1` is the workspace in each.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scope {
    /// One campaign, `$2`; for `owned`, `$3` is its first hand-off, before which no touch matters.
    Campaign,
    /// What was sent and bought from `$2` until before `$3`.
    Period,
}

impl Scope {
    /// Returns the conditions of sent, answers, orders, delivered touches and human touches.
    ///
    /// `by_person` says that orders are looked up for touches: the plus keeps SQLite from walking the
    /// whole workspace by time for each of them.
    fn conditions(self, by_person: bool) -> [(&'static str, String); 5] {
        let plus = if by_person { "+" } else { "" };
        let people = "IN (SELECT x.profile_id FROM delivery x WHERE x.campaign_id = $2 AND x.workspace_id = $1 \
                      AND x.state = 5 AND NOT x.is_test)";
        match self {
            Self::Campaign => [
                ("{sent_scope}", "d.campaign_id = $2".to_owned()),
                ("{answer_scope}", "e.campaign_id = $2".to_owned()),
                (
                    "{order_scope}",
                    format!("o.profile_id {people} AND +o.workspace_id = $1"),
                ),
                (
                    "{touched_scope}",
                    format!("d.profile_id {people} AND +d.workspace_id = $1"),
                ),
                (
                    "{touching_scope}",
                    format!("e.occurred_at >= $3 - {HUMAN_WINDOW}"),
                ),
            ],
            Self::Period => [
                (
                    "{sent_scope}",
                    "d.settled_at >= $2 AND d.settled_at < $3".to_owned(),
                ),
                ("{answer_scope}", "e.occurred_at >= $2".to_owned()),
                (
                    "{order_scope}",
                    format!(
                        "{plus}o.workspace_id = $1 AND {plus}o.occurred_at >= $2 AND {plus}o.occurred_at < $3"
                    ),
                ),
                (
                    "{touched_scope}",
                    format!(
                        "d.workspace_id = $1 AND d.settled_at >= $2 - {DAY} AND d.settled_at < $3"
                    ),
                ),
                (
                    "{touching_scope}",
                    format!("e.occurred_at >= $2 - {HUMAN_WINDOW} AND e.occurred_at < $3"),
                ),
            ],
        }
    }
}

/// Returns `WITH …` of the parts followed by `select`.
pub(crate) fn compose(scope: Scope, parts: &[Part], select: &str) -> String {
    let ctes: Vec<&str> = parts.iter().map(|part| part.text()).collect();
    let mut text = format!("WITH {} {select}", ctes.join(","));
    let by_person = parts.contains(&Part::Owned);
    for (mark, condition) in scope.conditions(by_person) {
        text = text.replace(mark, &condition);
    }
    let numbers = [
        ("{bounced}", i64::from(names::MESSAGE_BOUNCED)),
        ("{opened}", i64::from(names::MESSAGE_OPENED)),
        ("{clicked}", i64::from(names::MESSAGE_CLICKED)),
        ("{unsubscribed}", i64::from(names::MESSAGE_UNSUBSCRIBED)),
        (
            "{unsubscribe_clicked}",
            i64::from(names::UNSUBSCRIBE_CLICKED),
        ),
        ("{complained}", i64::from(names::MESSAGE_COMPLAINED)),
        ("{refunded}", i64::from(names::ORDER_REFUNDED)),
        ("{alone_ms}", ALONE_WINDOW),
        ("{human_ms}", HUMAN_WINDOW),
    ];
    for (mark, number) in numbers {
        text = text.replace(mark, &number.to_string());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mark_is_left_open() {
        let all = [
            Part::Sent,
            Part::Fact,
            Part::Bought,
            Part::Within,
            Part::Owned,
        ];
        for scope in [Scope::Campaign, Scope::Period] {
            let text = compose(scope, &all, "SELECT 1");
            assert!(!text.contains('{'), "{text}");
        }
    }
}
