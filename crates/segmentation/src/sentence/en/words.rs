//! Words for numbers, moments, windows and lists.

use super::super::{grouped, number};
use crate::language::{
    Anniversary, Bounds, CalendarSpan, CalendarUnit, Compare, DateTest, Hours, Moment, NumberTest,
    PlaceTest, Span, Weekday, Window,
};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) fn number_words(test: &NumberTest) -> String {
    let list = |values: &[f64]| {
        quoted(
            &values
                .iter()
                .map(|value| number(*value))
                .collect::<Vec<_>>(),
            "or",
        )
    };
    match test {
        NumberTest::Equals(value) => number(*value),
        NumberTest::NotEquals(value) => format!("not {}", number(*value)),
        NumberTest::LessThan(value) => format!("under {}", number(*value)),
        NumberTest::AtMost(value) => format!("at most {}", number(*value)),
        NumberTest::GreaterThan(value) => format!("over {}", number(*value)),
        NumberTest::AtLeast(value) => format!("at least {}", number(*value)),
        NumberTest::Between([low, high]) => {
            format!("between {} and {}", number(*low), number(*high))
        }
        NumberTest::In(values) => list(values),
        NumberTest::NotIn(values) => format!("not {}", list(values)),
    }
}

pub(super) fn place_words(test: &PlaceTest) -> String {
    let circle = test.circle();
    let which = match test {
        PlaceTest::Near(_) => "within",
        PlaceTest::Farther(_) => "farther than",
    };
    let metres = grouped(circle.metres.into());
    format!("{which} {metres} m from ({}, {})", circle.lat, circle.lng)
}

pub(super) fn compare_words(test: Compare, unit: impl Fn(i64) -> String) -> String {
    match test {
        Compare::Equals(value) => format!("exactly {}", unit(value)),
        Compare::NotEquals(value) => format!("other than {}", unit(value)),
        Compare::LessThan(value) => format!("under {}", unit(value)),
        Compare::AtMost(value) => format!("at most {}", unit(value)),
        Compare::GreaterThan(value) => format!("over {}", unit(value)),
        Compare::AtLeast(value) => format!("at least {}", unit(value)),
        Compare::Between([low, high]) => format!("between {} and {}", grouped(low), unit(high)),
    }
}

pub(super) fn span_words(span: Span) -> String {
    let (n, unit) = match span {
        Span::Minutes(n) => (n, "minute"),
        Span::Hours(n) => (n, "hour"),
        Span::Days(n) => (n, "day"),
        Span::Weeks(n) => (n, "week"),
    };
    if n == 1 {
        format!("1 {unit}")
    } else {
        format!("{n} {unit}s")
    }
}

pub(super) fn moment_words(moment: Moment) -> String {
    match moment {
        Moment::Date(date) => date.format("%-d %B %Y").to_string(),
        Moment::Instant(instant) => instant.to_utc().format("%-d %B %Y %H:%M UTC").to_string(),
        Moment::Ago(span) => format!("{} ago", span_words(span)),
        Moment::Ahead(span) => format!("{} from now", span_words(span)),
    }
}

pub(super) fn date_words(test: &DateTest) -> String {
    match test {
        DateTest::On(moment) => format!("on {}", moment_words(*moment)),
        DateTest::NotOn(moment) => format!("not on {}", moment_words(*moment)),
        DateTest::Before(moment) => format!("before {}", moment_words(*moment)),
        DateTest::After(moment) => format!("after {}", moment_words(*moment)),
        DateTest::OnOrBefore(moment) => format!("not after {}", moment_words(*moment)),
        DateTest::OnOrAfter(moment) => format!("not before {}", moment_words(*moment)),
        DateTest::Between([first, last]) => format!(
            "between {} and {}",
            moment_words(*first),
            moment_words(*last)
        ),
        DateTest::MonthIn(months) => {
            let name = |month: &u8| {
                MONTHS
                    .get(usize::from(*month).saturating_sub(1))
                    .copied()
                    .unwrap_or_default()
            };
            let names: Vec<String> = months.iter().map(|month| name(month).to_owned()).collect();
            format!("in {}", list_words(&names, "or"))
        }
        DateTest::ThisMonth => "in this month".to_owned(),
        DateTest::Anniversary(anniversary) => anniversary_words(anniversary),
    }
}

pub(super) fn window_words(window: Window) -> String {
    match window {
        Window::Ever
        | Window::Between(Bounds {
            from: None,
            until: None,
        }) => String::new(),
        Window::Last(span) => format!(" in the last {}", span_words(span)),
        Window::Between(Bounds {
            from: Some(from),
            until: None,
        }) => format!(" since {}", moment_words(from)),
        Window::Between(Bounds {
            from: None,
            until: Some(until),
        }) => format!(" until {}", moment_words(until)),
        Window::Between(Bounds {
            from: Some(from),
            until: Some(until),
        }) => {
            format!(" from {} to {}", moment_words(from), moment_words(until))
        }
        Window::This(unit) => match unit {
            CalendarUnit::Day => " today".to_owned(),
            other => format!(" this {}", unit_word(other)),
        },
        Window::LastFull(CalendarSpan::Days(1)) => " yesterday".to_owned(),
        Window::LastFull(span) => match span.parts() {
            (1, unit) => format!(" last {}", unit_word(unit)),
            (n, unit) => format!(" in the last {n} full {}s", unit_word(unit)),
        },
    }
}

pub(super) fn quoted(values: &[String], word: &str) -> String {
    let mut shown: Vec<String> = values
        .iter()
        .take(5)
        .map(|value| format!("“{value}”"))
        .collect();
    if values.len() > 5 {
        shown.push(format!("{} more", values.len() - 5));
    }
    list_words(&shown, word)
}

pub(super) fn bracketed(values: &[String], label: impl Fn(&str) -> String) -> String {
    let mut shown: Vec<String> = values
        .iter()
        .take(3)
        .map(|value| format!("‹{}›", label(value)))
        .collect();
    if values.len() > 3 {
        shown.push(format!("{} more", values.len() - 3));
    }
    list_words(&shown, "or")
}

pub(super) fn list_words(items: &[String], word: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first, second] => format!("{first} {word} {second}"),
        [rest @ .., last] => format!("{}, {word} {last}", rest.join(", ")),
    }
}

const fn unit_word(unit: CalendarUnit) -> &'static str {
    match unit {
        CalendarUnit::Day => "day",
        CalendarUnit::Week => "week",
        CalendarUnit::Month => "month",
        CalendarUnit::Quarter => "quarter",
        CalendarUnit::Year => "year",
    }
}

fn anniversary_words(anniversary: &Anniversary) -> String {
    let day = |n: i32| match n {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        2.. => format!("{n} days from now"),
        _ => format!("{} days ago", n.unsigned_abs()),
    };
    let which: Vec<String> = anniversary.turns.iter().map(u16::to_string).collect();
    let which = if which.is_empty() {
        "whose anniversary".to_owned()
    } else {
        format!("whose anniversary number {}", list_words(&which, "or"))
    };
    if anniversary.from == anniversary.until {
        return format!("a day {which} is {}", day(anniversary.from));
    }
    let (from, until) = (day(anniversary.from), day(anniversary.until));
    format!("a day {which} is between {from} and {until}")
}

pub(super) fn weekday_words(days: &[Weekday]) -> String {
    let name = |day: &Weekday| format!("{day:?}");
    let names: Vec<String> = days.iter().map(name).collect();
    format!("on {}", list_words(&names, "or"))
}

pub(super) fn hour_words(hours: Hours) -> String {
    format!("from {}:00 to {}:00", hours.from, hours.until)
}
