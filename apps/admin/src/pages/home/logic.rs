//! What can be said without a browser.

use api_types::reports::{HomeView, KnotView, PeriodView};

use crate::{format, i18n as t, pages::analytics::definitions::by_language};

/// Returns the instant that the server counted at.
pub(super) fn now(home: &HomeView) -> i64 {
    if home.now.is_empty() {
        format::zone::now()
    } else {
        format::time::millis(&home.now)
    }
}

/// Returns the numbers of so many days.
pub(super) fn period(home: &HomeView, days: i64) -> PeriodView {
    let found = home.periods.iter().find(|period| period.days == days);
    found.cloned().unwrap_or_default()
}

/// Says what today is about.
pub(super) fn sentence(home: &HomeView) -> String {
    let count = |n: usize| i64::try_from(n).unwrap_or_default();
    let mut said = Vec::new();
    if home.knots.is_empty() {
        said.push(t::home::say_none().to_owned());
    } else {
        said.push(t::home::say_deliveries(count(home.knots.len())));
        let sent: i64 = home.knots.iter().map(|knot| knot.sent).sum();
        let left: i64 = home.knots.iter().filter_map(|knot| knot.left).sum();
        if sent > 0 {
            said.push(t::home::say_sent(sent));
        }
        if left > 0 {
            said.push(t::home::say_left(left));
        }
    }
    if !home.waiting.is_empty() {
        said.push(t::home::say_waiting(count(home.waiting.len())));
    }
    said.join(by_language("", " "))
}

/// Says how far a delivery of today has come.
pub(super) fn progress(knot: &KnotView) -> String {
    match (knot.state.as_str(), knot.sent, knot.left) {
        ("paused", _, left) => t::home::knot_paused(left.unwrap_or_default()),
        (_, 0, None) => t::home::knot_unplanned().to_owned(),
        (_, 0, Some(left)) => t::home::knot_left(left),
        (_, sent, None | Some(0)) => t::home::knot_sent(sent),
        (_, sent, Some(left)) => t::home::KnotSending {
            sent: format::integer(sent),
            total: format::integer(sent + left),
        }
        .say(),
    }
}

/// Where a delivery stands on the thread, 0 to 1.
pub(super) fn place(at: i64, home: &HomeView) -> f64 {
    let (start, end) = (
        format::time::millis(&home.day_start),
        format::time::millis(&home.day_end),
    );
    #[expect(clippy::cast_precision_loss, reason = "a day in pixels")]
    let share = (at - start) as f64 / (end - start).max(1) as f64;
    share.clamp(0.0, 1.0)
}

/// Gives each label a row so that none lies over its neighbour; returns the rows, 0 on top.
pub(super) fn rows(places: &[(f64, f64)], most: usize) -> Vec<usize> {
    let mut free = vec![f64::MIN; most.max(1)];
    places
        .iter()
        .map(|(x, width)| {
            let found = free.iter().position(|end| end <= x);
            // With every row taken the one that is free soonest is the least bad.
            let row = found.unwrap_or_else(|| {
                let soonest = free.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1));
                soonest.map_or(0, |(at, _)| at)
            });
            if let Some(end) = free.get_mut(row) {
                *end = x + width;
            }
            row
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knot(state: &str, sent: i64, left: Option<i64>) -> KnotView {
        KnotView {
            campaign_id: String::new(),
            name: String::new(),
            state: state.to_owned(),
            at: "2026-07-14T12:00:00+09:00".to_owned(),
            sent,
            left,
        }
    }

    #[test]
    fn the_day_is_told_in_a_sentence() {
        let mut home = HomeView::default();
        assert_eq!(sentence(&home), "きょうの配信はありません。");
        home.knots = vec![
            knot("finished", 1_200, Some(0)),
            knot("scheduled", 0, None),
            knot("running", 10, Some(30)),
        ];
        let said = sentence(&home);
        assert!(
            said.contains("3本") && said.contains("1,210通") && said.contains("あと30通"),
            "{said}"
        );
    }

    #[test]
    fn a_delivery_says_how_far_it_is() {
        for (knot, said) in [
            (knot("finished", 38, Some(0)), "38通・送信済み"),
            (knot("running", 612, Some(592)), "送信中 612 / 1,204通"),
            (knot("scheduled", 0, Some(286)), "予定 286通"),
            (knot("scheduled", 0, None), "人数は未定"),
            (knot("paused", 5, Some(7)), "止めている・残り7通"),
        ] {
            assert_eq!(progress(&knot), said);
        }
    }

    #[test]
    fn labels_make_room_for_each_other() {
        assert_eq!(
            rows(
                &[(0.0, 100.0), (50.0, 100.0), (120.0, 100.0), (130.0, 9.0)],
                2
            ),
            [0, 1, 0, 1],
            "with both rows taken, the one that is free sooner"
        );
        let home = HomeView {
            day_start: "2026-07-14T00:00:00+09:00".to_owned(),
            day_end: "2026-07-15T00:00:00+09:00".to_owned(),
            ..HomeView::default()
        };
        let noon = format::time::millis("2026-07-14T12:00:00+09:00");
        assert!((place(noon, &home) - 0.5).abs() < 1e-9);
    }
}
