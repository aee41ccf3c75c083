use chrono_tz::Asia::Tokyo;
use profiles::computed::bought::{OrderEvent, OrderStep};

use super::*;
use crate::period::Year;

const MEMBER: Known = Known {
    is_known: true,
    since: Millis(0),
};

fn rank(name: &str, spend: Option<i64>, orders: Option<u32>) -> Rank {
    Rank {
        name: name.to_owned(),
        spend,
        orders,
    }
}

fn programme(period: Period, grace: Option<Grace>, fall: Fall) -> Ranks {
    Ranks {
        ranks: vec![
            rank("レギュラー", None, None),
            rank("シルバー", Some(30_000), None),
            rank("ゴールド", Some(100_000), Some(3)),
        ],
        period,
        grace,
        fall,
    }
}

/// Day, order, step, money.
type Deed = (i64, i64, OrderStep, i64);

fn history(deeds: &[Deed], now: Millis) -> History {
    let event = |(id, (day, order, step, amount)): (i64, &Deed)| OrderEvent {
        id,
        at: day * DAY,
        order: Some(*order),
        step: *step,
        amount: *amount,
    };
    let events: Vec<OrderEvent> = (1..).zip(deeds).map(event).collect();
    History::at(&events, now)
}

fn bought(deeds: &[(i64, i64)]) -> Vec<Deed> {
    let order =
        |(number, (day, amount)): (i64, &(i64, i64))| (*day, number, OrderStep::Completed, *amount);
    (1..).zip(deeds).map(order).collect()
}

fn found(rule: &Ranks, deeds: &[Deed], now: Millis) -> Found {
    judge(rule, (MEMBER, &history(deeds, now)), now, Tokyo).unwrap()
}

fn on_day(rule: &Ranks, deeds: &[Deed], day: i64) -> (usize, i64, Option<(i64, usize)>) {
    let found = found(rule, deeds, Millis(day * DAY + 2));
    let turns = found.turns.map(|(at, level)| (at.0 / DAY, level));
    (found.level, found.since.0 / DAY, turns)
}

const DAYS: Period = Period::Days(100);

#[test]
fn a_rank_is_reached_at_once_and_falls_when_what_earned_it_leaves_the_period() {
    let rule = programme(DAYS, None, Fall::ToEarned);
    let deeds = bought(&[(10, 20_000), (20, 40_000), (30, 50_000)]);
    assert_eq!(on_day(&rule, &deeds, 5), (1, 0, None));
    assert_eq!(on_day(&rule, &deeds, 20), (2, 20, Some((120, 1))));
    // 110,000 in three orders: gold from the third on, until the first one leaves.
    assert_eq!(on_day(&rule, &deeds, 30), (3, 30, Some((110, 2))));
    assert_eq!(on_day(&rule, &deeds, 110), (2, 110, Some((130, 1))));
    assert_eq!(on_day(&rule, &deeds, 130), (1, 130, None));
}

#[test]
fn the_turn_is_the_millisecond_after_the_period() {
    let rule = programme(DAYS, None, Fall::ToEarned);
    let deeds = bought(&[(0, 30_000)]);
    let last = Millis(100 * DAY);
    assert_eq!(found(&rule, &deeds, last).level, 2);
    assert_eq!(found(&rule, &deeds, last).turns, Some((last.plus(1), 1)));
    assert_eq!(found(&rule, &deeds, last.plus(1)).level, 1);
    assert_eq!(
        found(&rule, &deeds, Millis(0)).level,
        1,
        "counts from the next on"
    );
    assert_eq!(found(&rule, &deeds, Millis(1)).since, Millis(1));
}

#[test]
fn grace_keeps_a_rank_and_buying_within_it_saves_it() {
    let rule = programme(DAYS, Some(Grace::Days(30)), Fall::ToEarned);
    let deeds = bought(&[(0, 30_000)]);
    assert_eq!(on_day(&rule, &deeds, 100), (2, 0, Some((130, 1))));
    assert_eq!(on_day(&rule, &deeds, 129), (2, 0, Some((130, 1))));
    assert_eq!(on_day(&rule, &deeds, 130), (1, 130, None));
    let saved = bought(&[(0, 30_000), (120, 30_000)]);
    assert_eq!(on_day(&rule, &saved, 121), (2, 0, Some((250, 1))));
    // Grace counts from when it was last earned, not from the first fall.
    assert_eq!(on_day(&rule, &saved, 249), (2, 0, Some((250, 1))));
}

#[test]
fn one_step_down_is_kept_as_long_again() {
    let deeds = bought(&[(0, 50_000), (0, 50_000), (0, 50_000)]);
    let slow = programme(DAYS, Some(Grace::Days(30)), Fall::OneStep);
    assert_eq!(on_day(&slow, &deeds, 130), (2, 130, Some((160, 1))));
    assert_eq!(on_day(&slow, &deeds, 160), (1, 160, None));
    let straight = programme(DAYS, Some(Grace::Days(30)), Fall::ToEarned);
    assert_eq!(on_day(&straight, &deeds, 130), (1, 130, None));
}

#[test]
fn a_rank_of_a_year_is_kept_to_the_end_of_the_next() {
    let at = |text: &str| Millis::parse(text).unwrap();
    let day = |text: &str| at(text).0 / DAY;
    let rule = programme(
        Period::Year(Year { from_month: 4 }),
        Some(Grace::NextPeriod),
        Fall::OneStep,
    );
    let deeds = bought(&[
        (day("2024-05-10T00:00:00Z"), 40_000),
        (day("2024-06-10T00:00:00Z"), 40_000),
        (day("2025-02-10T00:00:00Z"), 40_000),
    ]);
    let gold = found(&rule, &deeds, at("2025-03-31T23:59:59+09:00"));
    assert_eq!((gold.level, gold.counted.orders), (3, 3));
    let next_year = found(&rule, &deeds, at("2025-04-01T00:00:00+09:00"));
    assert_eq!(
        (next_year.level, next_year.earned, next_year.counted.money),
        (3, 1, 0)
    );
    assert_eq!(
        next_year.turns,
        Some((at("2026-04-01T00:00:00+09:00"), 2)),
        "kept through the whole next year"
    );
    let silver = found(&rule, &deeds, at("2026-04-01T00:00:00+09:00"));
    assert_eq!(silver.turns, Some((at("2027-04-01T00:00:00+09:00"), 1)));
    assert_eq!(silver.reached, 3);
}

#[test]
fn who_gives_the_goods_back_never_had_the_rank() {
    let rule = programme(DAYS, Some(Grace::Days(365)), Fall::ToEarned);
    let mut deeds = bought(&[(0, 10_000), (10, 25_000)]);
    assert_eq!(on_day(&rule, &deeds, 11).0, 2);
    deeds.push((12, 2, OrderStep::Refunded, -5_001));
    assert_eq!(on_day(&rule, &deeds, 11).0, 2, "not before it is paid back");
    assert_eq!(
        on_day(&rule, &deeds, 12),
        (1, 0, None),
        "and no grace keeps it"
    );
    let small = found(&rule, &deeds, Millis(13 * DAY));
    assert_eq!((small.counted.money, small.reached), (29_999, 1));
    let missing = rule.rank(2).unwrap().missing(small.counted);
    assert_eq!((missing.money, missing.orders), (Some(1), None));
    deeds.push((14, 1, OrderStep::Cancelled, -10_000));
    assert_eq!(found(&rule, &deeds, Millis(15 * DAY)).counted.orders, 1);
}

#[test]
fn who_is_in_the_programme() {
    let all = programme(DAYS, None, Fall::ToEarned);
    let stranger = Known {
        is_known: false,
        since: Millis(0),
    };
    let now = Millis(5 * DAY);
    let nothing = history(&[], now);
    assert_eq!(judge(&all, (stranger, &nothing), now, Tokyo), None);
    let member = judge(&all, (MEMBER, &nothing), now, Tokyo).unwrap();
    assert_eq!(
        (member.level, member.since, member.look_at),
        (1, Millis(0), None)
    );
    let mut buyers = all.clone();
    buyers.ranks.remove(0);
    assert_eq!(judge(&buyers, (MEMBER, &nothing), now, Tokyo), None);
    let some = found(&buyers, &bought(&[(1, 10)]), now);
    assert_eq!((some.level, buyers.name(some.level)), (0, ""));
    assert_eq!(
        some.look_at,
        Some(Millis(101 * DAY + 1)),
        "then more is missing"
    );
}

#[test]
fn every_instant_of_a_walk_is_what_the_whole_says_there() {
    let rules = [
        programme(DAYS, Some(Grace::NextPeriod), Fall::OneStep),
        programme(Period::Months(2), None, Fall::ToEarned),
        programme(
            Period::Year(Year { from_month: 2 }),
            Some(Grace::Days(40)),
            Fall::OneStep,
        ),
    ];
    let deeds = bought(&[
        (3, 40_000),
        (31, 90_000),
        (31, 10),
        (200, 35_000),
        (420, 99_999),
    ]);
    for rule in rules {
        let all = history(&deeds, Millis(i64::MAX));
        let mut at = Millis(1);
        let mut n = 0;
        // From turn to turn, with all of the history known.
        loop {
            let now = judge(&rule, (MEMBER, &all), at, Tokyo).unwrap();
            let Some((next, level)) = now.turns else {
                break;
            };
            let before = judge(&rule, (MEMBER, &all), next.plus(-1), Tokyo).unwrap();
            assert_eq!(before.level, now.level, "{rule:?} before {next:?}");
            let then = judge(&rule, (MEMBER, &all), next, Tokyo).unwrap();
            assert_eq!((then.level, then.since), (level, next), "{rule:?}");
            at = next;
            n += 1;
        }
        assert!(n >= 4, "{rule:?}: {n} turns");
    }
}
