//! What a rule of scores must be like.

use kernel::invalid::{FieldError, Invalid};

use super::{Action, Score, Test};
use crate::rule::{MAX_DAYS, range, text};

/// The most actions, and the most conditions of fit.
const MAX_ENTRIES: usize = 50;
/// The most points of one.
const MAX_POINTS: i64 = 1_000;
/// The most values of one test.
const MAX_VALUES: usize = 100;

/// Checks a rule; everything that is wrong is found.
pub(crate) fn check(rule: &Score, found: &mut Invalid) {
    let at = "/rule/score";
    if rule.actions.is_empty() || rule.actions.len() > MAX_ENTRIES {
        found.push(count(format!("{at}/actions"), 1, MAX_ENTRIES));
    }
    if rule.fit.len() > MAX_ENTRIES {
        found.push(count(format!("{at}/fit"), 0, MAX_ENTRIES));
    }
    for (place, action) in rule.actions.iter().enumerate() {
        check_action(&format!("{at}/actions/{place}"), action, found);
    }
    for (place, fit) in rule.fit.iter().enumerate() {
        let at = format!("{at}/fit/{place}");
        text(&format!("{at}/attribute"), &fit.attribute, found);
        if profiles::computed::is_computed(&fit.attribute) {
            found.push(FieldError::new(
                format!("{at}/attribute"),
                "computed",
                "is computed itself: score by what is brought from outside",
                "自動計算の属性は使えません",
            ));
        }
        points(&format!("{at}/points"), fit.points, found);
        check_test(&format!("{at}/test"), &fit.test, found);
    }
    if let Some(days) = rule.half_life {
        range(found, &format!("{at}/half_life"), days, (1, MAX_DAYS));
    }
    if !(1..=1_000_000).contains(&rule.threshold) {
        found.push(FieldError::new(
            format!("{at}/threshold"),
            "range",
            "from 1 to 1000000",
            "1から1000000までの数にしてください",
        ));
    }
    let grades = rule.grades.unwrap_or_default();
    if !(grades.a > grades.b && grades.b > grades.c) {
        found.push(FieldError::new(
            format!("{at}/grades"),
            "order",
            "A must ask for more than B, and B for more than C",
            "A、B、Cの順に低い点数にしてください",
        ));
    }
}

fn check_action(at: &str, action: &Action, found: &mut Invalid) {
    text(&format!("{at}/event"), &action.event, found);
    points(&format!("{at}/points"), action.points, found);
    if let Some(label) = &action.label {
        text(&format!("{at}/label"), label, found);
    }
    if let Some(most) = action.per_day {
        range(found, &format!("{at}/per_day"), most, (1, 1_000));
    }
    if let Some(minutes) = action.after_minutes {
        range(found, &format!("{at}/after_minutes"), minutes, (1, 1_440));
    }
    if let Some(filter) = &action.filter {
        text(&format!("{at}/where/property"), &filter.property, found);
        check_test(&format!("{at}/where/test"), &filter.test, found);
    }
}

fn check_test(at: &str, test: &Test, found: &mut Invalid) {
    match test {
        Test::Is(list) => {
            if list.is_empty() || list.len() > MAX_VALUES {
                found.push(count(format!("{at}/is"), 1, MAX_VALUES));
            }
            for (place, one) in list.iter().enumerate() {
                text(&format!("{at}/is/{place}"), one, found);
            }
        }
        Test::Contains(part) => text(&format!("{at}/contains"), part, found),
        Test::AtLeast(_) | Test::AtMost(_) | Test::Exists => {}
    }
}

fn points(at: &str, points: i64, found: &mut Invalid) {
    if points == 0 || !(-MAX_POINTS..=MAX_POINTS).contains(&points) {
        found.push(FieldError::new(
            at,
            "range",
            format!("from -{MAX_POINTS} to {MAX_POINTS}, and not 0"),
            format!("-{MAX_POINTS}から{MAX_POINTS}までの、0でない数にしてください"),
        ));
    }
}

fn count(at: String, least: usize, most: usize) -> FieldError {
    FieldError::new(
        at,
        "range",
        format!("from {least} to {most} entries"),
        format!("{least}から{most}件にしてください"),
    )
}
