use chrono_tz::Asia::Tokyo;

use super::*;
use crate::{dormancy::After, history::Order};

const KNOWN: Known = Known {
    is_known: true,
    since: Millis(-5),
};

const SLEEP: Dormancy = Dormancy {
    purchase_days: 3,
    after: After::Days(180),
};

fn rule() -> Lifecycle {
    Lifecycle {
        repeat_orders: 2,
        loyal: Loyal {
            days: Some(100),
            orders: Some(3),
            spend: Some(1_000),
        },
    }
}

/// Orders of (day, amount).
fn bought(orders: &[(i64, i64)]) -> History {
    let order = |(event, (day, amount)): (i64, &(i64, i64))| Order {
        at: Millis(day * DAY),
        event,
        order: None,
        amount: *amount,
    };
    History {
        orders: (1..).zip(orders).map(order).collect(),
        money: orders
            .iter()
            .map(|(day, amount)| (Millis(day * DAY), *amount))
            .collect(),
        ..History::default()
    }
}

fn on(day: i64, history: &History) -> Found {
    judge(&rule(), &SLEEP, (KNOWN, history), Millis(day * DAY), Tokyo).unwrap()
}

#[test]
fn a_customers_way_by_hand() {
    let history = bought(&[(0, 400), (30, 400), (60, 400)]);
    let day = |n: i64| Millis(n * DAY + 1);
    let first = on(10, &bought(&[(0, 400)]));
    assert_eq!((first.stage, first.since), (Stage::New, day(0)));
    assert_eq!(first.turns, Some((day(180), Stage::Dormant)));
    let second = on(40, &bought(&[(0, 400), (30, 400)]));
    assert_eq!((second.stage, second.since), (Stage::Repeat, day(30)));
    // Three orders and 1,200 within 100 days.
    let third = on(70, &history);
    assert_eq!((third.stage, third.since), (Stage::Loyal, day(60)));
    // The first order leaves the window: two are left.
    assert_eq!(third.turns, Some((day(100), Stage::Repeat)));
    let later = on(101, &history);
    assert_eq!((later.stage, later.since), (Stage::Repeat, day(100)));
    assert_eq!(later.reached, 3, "she was loyal once");
    assert_eq!(later.counted.recent_orders, 2);
    assert_eq!(later.turns, Some((day(240), Stage::Dormant)));
    let asleep = on(300, &history);
    assert_eq!((asleep.stage, asleep.since), (Stage::Dormant, day(240)));
    assert_eq!(asleep.turns, None);
    // She comes back, and has not forgotten that she bought before.
    let back = on(301, &bought(&[(0, 400), (30, 400), (60, 400), (300, 1)]));
    assert_eq!((back.stage, back.since), (Stage::Repeat, day(300)));
}

#[test]
fn enough_orders_without_the_money_do_not_make_a_loyal_customer() {
    let poor = on(70, &bought(&[(0, 400), (30, 400), (60, 199)]));
    assert_eq!(poor.stage, Stage::Repeat);
    assert_eq!(
        on(70, &bought(&[(0, 400), (30, 400), (60, 200)])).stage,
        Stage::Loyal
    );
    // A refund takes the stage back when it happens.
    let mut history = bought(&[(0, 400), (30, 400), (60, 400)]);
    history.money.push((Millis(65 * DAY), -300));
    let refunded = on(70, &history);
    assert_eq!(
        (refunded.stage, refunded.since),
        (Stage::Repeat, Millis(65 * DAY + 1))
    );
    assert_eq!(refunded.reached, 3);
}

#[test]
fn who_never_bought_is_a_prospect_only_when_known() {
    let nothing = History::default();
    let found = on(10, &nothing);
    assert_eq!((found.stage, found.since), (Stage::Prospect, KNOWN.since));
    let unknown = Known {
        is_known: false,
        ..KNOWN
    };
    let judged = |known| judge(&rule(), &SLEEP, (known, &nothing), Millis(0), Tokyo);
    assert_eq!(judged(unknown), None);
    // A guest who bought has a stage, known or not.
    let guest = bought(&[(0, 1)]);
    let judged = judge(&rule(), &SLEEP, (unknown, &guest), Millis(DAY), Tokyo);
    assert_eq!(judged.unwrap().stage, Stage::New);
}

#[test]
fn without_a_window_loyalty_is_for_ever_and_without_a_threshold_of_money_orders_decide() {
    let rule = Lifecycle {
        repeat_orders: 3,
        loyal: Loyal {
            days: None,
            orders: Some(4),
            spend: None,
        },
    };
    let history = bought(&[(0, 0), (1, 0), (2, 0), (170, 0)]);
    let at = |day: i64| judge(&rule, &SLEEP, (KNOWN, &history), Millis(day * DAY), Tokyo).unwrap();
    assert_eq!(at(171).stage, Stage::Loyal);
    assert_eq!(at(171).turns, Some((Millis(350 * DAY + 1), Stage::Dormant)));
}

#[test]
fn two_orders_at_one_instant_and_a_refund_of_an_unknown_order_do_no_harm() {
    let mut history = bought(&[(5, 10), (5, 10)]);
    history.money.insert(0, (Millis(DAY), -70));
    let found = on(6, &history);
    assert_eq!(
        (found.stage, found.since),
        (Stage::Repeat, Millis(5 * DAY + 1))
    );
    assert_eq!(found.counted.recent_money, -50);
}

/// The walk through a long history is the same as asking anew at each instant.
#[test]
fn walking_equals_asking_anew() {
    let days: Vec<(i64, i64)> = (0..60)
        .map(|n| (n * n % 17 + n * 9, 100 + n * 37 % 500))
        .scan(0, |latest, (day, amount)| {
            *latest = day.max(*latest);
            Some((*latest, amount))
        })
        .collect();
    let whole = bought(&days);
    for day in 1..900 {
        let now = Millis(day * DAY);
        let past: Vec<(i64, i64)> = days
            .iter()
            .copied()
            .filter(|(on, _)| on * DAY < now.0)
            .collect();
        let Some(found) = judge(&rule(), &SLEEP, (KNOWN, &bought(&past)), now, Tokyo) else {
            continue;
        };
        let recent: Vec<_> = past.iter().filter(|(on, _)| *on >= day - 100).collect();
        let money: i64 = recent.iter().map(|(_, amount)| amount).sum();
        let silence = past.last().map_or(0, |(on, _)| day - on);
        let expected = if silence > 180 {
            Stage::Dormant
        } else if past.is_empty() {
            Stage::Prospect
        } else if recent.len() >= 3 && money >= 1_000 {
            Stage::Loyal
        } else if past.len() >= 2 {
            Stage::Repeat
        } else {
            Stage::New
        };
        assert_eq!(found.stage, expected, "day {day}");
    }
    assert_eq!(whole.orders.len(), 60);
}
