//! Words for numbers, moments, windows and lists.

use super::super::number;
use crate::language::{Bounds, Compare, DateTest, Moment, NumberTest, Span, Window};

pub(super) fn number_words(test: &NumberTest) -> String {
    let list = |values: &[f64]| {
        quoted(
            &values
                .iter()
                .map(|value| number(*value))
                .collect::<Vec<_>>(),
        )
    };
    match test {
        NumberTest::Equals(value) => number(*value),
        NumberTest::NotEquals(value) => format!("{}以外", number(*value)),
        NumberTest::LessThan(value) => format!("{}未満", number(*value)),
        NumberTest::AtMost(value) => format!("{}以下", number(*value)),
        NumberTest::GreaterThan(value) => format!("{}超", number(*value)),
        NumberTest::AtLeast(value) => format!("{}以上", number(*value)),
        NumberTest::Between([low, high]) => format!("{}以上{}以下", number(*low), number(*high)),
        NumberTest::In(values) => format!("{}のどれか", list(values)),
        NumberTest::NotIn(values) => format!("{}以外", list(values)),
    }
}

pub(super) fn compare_words(test: Compare, unit: impl Fn(i64) -> String) -> String {
    match test {
        Compare::Equals(value) => unit(value),
        Compare::NotEquals(value) => format!("{}以外", unit(value)),
        Compare::LessThan(value) => format!("{}未満", unit(value)),
        Compare::AtMost(value) => format!("{}以下", unit(value)),
        Compare::GreaterThan(value) => format!("{}超", unit(value)),
        Compare::AtLeast(value) => format!("{}以上", unit(value)),
        Compare::Between([low, high]) => format!("{}以上{}以下", unit(low), unit(high)),
    }
}

pub(super) fn span_words(span: Span) -> String {
    match span {
        Span::Minutes(n) => format!("{n}分"),
        Span::Hours(n) => format!("{n}時間"),
        Span::Days(n) => format!("{n}日"),
        Span::Weeks(n) => format!("{n}週間"),
    }
}

pub(super) fn moment_words(moment: Moment) -> String {
    match moment {
        Moment::Date(date) => date.format("%Y年%-m月%-d日").to_string(),
        Moment::Instant(instant) => instant.to_utc().format("%Y-%m-%d %H:%M UTC").to_string(),
        Moment::Ago(span) => format!("{}前", span_words(span)),
        Moment::Ahead(span) => format!("{}後", span_words(span)),
    }
}

pub(super) fn date_words(test: &DateTest) -> String {
    match test {
        DateTest::On(moment) => moment_words(*moment),
        DateTest::NotOn(moment) => format!("{}以外", moment_words(*moment)),
        DateTest::Before(moment) => format!("{}より前", moment_words(*moment)),
        DateTest::After(moment) => format!("{}より後", moment_words(*moment)),
        DateTest::OnOrBefore(moment) => format!("{}まで", moment_words(*moment)),
        DateTest::OnOrAfter(moment) => format!("{}以降", moment_words(*moment)),
        DateTest::Between([first, last]) => {
            format!("{}から{}まで", moment_words(*first), moment_words(*last))
        }
        DateTest::MonthIn(months) => months
            .iter()
            .map(|month| format!("{month}月"))
            .collect::<Vec<_>>()
            .join("・"),
        DateTest::ThisMonth => "今月".to_owned(),
    }
}

/// Returns the window with the particle that fits: に for doing, は for not doing, の for a noun.
pub(super) fn window_words(window: Window, particle: &str) -> String {
    let stretch = match window {
        Window::Ever
        | Window::Between(Bounds {
            from: None,
            until: None,
        }) => {
            return if particle == "は" {
                "一度も".to_owned()
            } else {
                String::new()
            };
        }
        Window::Last(span) => format!("直近{}", span_words(span)),
        Window::Between(Bounds {
            from: Some(from),
            until: None,
        }) => format!("{}以降", moment_words(from)),
        Window::Between(Bounds {
            from: None,
            until: Some(until),
        }) => format!("{}まで", moment_words(until)),
        Window::Between(Bounds {
            from: Some(from),
            until: Some(until),
        }) => {
            format!("{}から{}まで", moment_words(from), moment_words(until))
        }
    };
    format!("{stretch}{particle}")
}

pub(super) fn quoted(values: &[String]) -> String {
    let mut shown = String::new();
    for value in values.iter().take(5) {
        shown.extend(["「", value.as_str(), "」"]);
    }
    let rest = values.len().saturating_sub(5);
    if rest > 0 {
        format!("{shown}ほか{rest}件")
    } else {
        shown
    }
}

pub(super) fn bracketed(values: &[String], label: impl Fn(&str) -> String) -> String {
    let shown: Vec<String> = values
        .iter()
        .take(3)
        .map(|value| format!("〈{}〉", label(value)))
        .collect();
    let rest = values.len().saturating_sub(3);
    if rest > 0 {
        format!("{}ほか{rest}件", shown.concat())
    } else {
        shown.join("か")
    }
}
