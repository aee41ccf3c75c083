//! Words for numbers, moments, windows and lists.

use super::super::{grouped, number};
use crate::language::{
    Anniversary, Bounds, CalendarSpan, CalendarUnit, Compare, DateTest, Hours, Moment, NumberTest,
    PlaceTest, Span, Weekday, Window,
};

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

pub(super) fn place_words(test: &PlaceTest) -> String {
    let circle = test.circle();
    let which = match test {
        PlaceTest::Near(_) => "以内",
        PlaceTest::Farther(_) => "より遠く",
    };
    format!(
        "（{}, {}）から{}m{which}",
        circle.lat,
        circle.lng,
        grouped(circle.metres.into())
    )
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
        DateTest::Anniversary(anniversary) => anniversary_words(anniversary),
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
        Window::This(unit) => this_words(unit).to_owned(),
        Window::LastFull(span) => match (last_words(span), span.parts()) {
            (Some(word), _) => word.to_owned(),
            (None, (n, unit)) => {
                let (length, present) = match unit {
                    CalendarUnit::Day => ("日間", "今日"),
                    CalendarUnit::Week => ("週間", "今週"),
                    CalendarUnit::Month => ("か月", "今月"),
                    CalendarUnit::Quarter => ("四半期", "今四半期"),
                    CalendarUnit::Year => ("年", "今年"),
                };
                format!("{present}を除く直近{n}{length}")
            }
        },
    };
    // 「今月に買った」とは言わない。
    let is_bare = match window {
        Window::This(_) => true,
        Window::LastFull(span) => last_words(span).is_some(),
        _ => false,
    };
    let particle = if is_bare && particle == "に" {
        ""
    } else {
        particle
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

const fn this_words(unit: CalendarUnit) -> &'static str {
    match unit {
        CalendarUnit::Day => "今日",
        CalendarUnit::Week => "今週",
        CalendarUnit::Month => "今月",
        CalendarUnit::Quarter => "今四半期",
        CalendarUnit::Year => "今年",
    }
}

/// Returns the word for the one before this.
const fn last_words(span: CalendarSpan) -> Option<&'static str> {
    Some(match span {
        CalendarSpan::Days(1) => "昨日",
        CalendarSpan::Weeks(1) => "先週",
        CalendarSpan::Months(1) => "先月",
        CalendarSpan::Quarters(1) => "前四半期",
        CalendarSpan::Years(1) => "昨年",
        _ => return None,
    })
}

fn anniversary_words(anniversary: &Anniversary) -> String {
    let day = |n: i32| match n {
        0 => "今日".to_owned(),
        1.. => format!("{n}日後"),
        _ => format!("{}日前", n.unsigned_abs()),
    };
    let when = if anniversary.from == anniversary.until {
        day(anniversary.from)
    } else {
        format!(
            "{}から{}まで",
            day(anniversary.from),
            day(anniversary.until)
        )
    };
    if anniversary.turns.is_empty() {
        return format!("年を問わず{when}");
    }
    let turns = anniversary.turns.iter();
    let turns: Vec<String> = turns.map(|turns| format!("{turns}年目")).collect();
    format!("{when}に{}を迎える日", turns.join("・"))
}

/// Returns the days of the week: 土・日.
pub(super) fn weekday_words(days: &[Weekday]) -> String {
    let word = |day: &Weekday| {
        ["月", "火", "水", "木", "金", "土", "日"]
            .get(usize::from(day.number()))
            .copied()
            .unwrap_or_default()
    };
    let words: Vec<&str> = days.iter().map(word).collect();
    format!("{}曜", words.join("・"))
}

pub(super) fn hour_words(hours: Hours) -> String {
    let next = if hours.until < hours.from { "翌" } else { "" };
    format!("{}時から{next}{}時", hours.from, hours.until)
}
