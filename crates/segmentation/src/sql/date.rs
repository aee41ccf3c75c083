//! Tests on stored days and instants.

use chrono::Datelike;
use storage::Dialect;

use super::binds::Binds;
use crate::{
    language::{Anniversary, DateTest, Interval, local_date},
    resolve::At,
};

/// Returns the expression of a test on an instant in milliseconds.
pub(crate) fn instant_sql(binds: &mut Binds, at: &At, instant: &str, test: &DateTest) -> String {
    let Some((interval, outside)) = test.interval(at.now, at.zone) else {
        return "NULL".to_owned();
    };
    let inside = between(
        instant,
        interval.from.map(|from| binds.one(from.0)),
        interval.until.map(|until| binds.one(until.0)),
    );
    if outside {
        format!("(NOT {inside})")
    } else {
        inside
    }
}

fn between(value: &str, from: Option<String>, until: Option<String>) -> String {
    match (from, until) {
        (Some(from), Some(until)) => format!("({value} >= {from} AND {value} < {until})"),
        (Some(from), None) => format!("({value} >= {from})"),
        (None, Some(until)) => format!("({value} < {until})"),
        (None, None) => format!("({value} IS NOT NULL)"),
    }
}

/// Returns the expression of a test on a stored day (`2026-07-14`) or instant (`…T01:42:00.000Z`).
///
/// Both forms sort as text, so no database has to parse a date; any other form is unknown.
pub(super) fn date_sql(binds: &mut Binds, at: &At, text: &str, wanted: &DateTest) -> String {
    let digits = |pattern: &str| match binds.dialect {
        Dialect::Sqlite => format!("{text} GLOB '{}'", pattern.replace('9', "[0-9]")),
        Dialect::Postgres => format!(
            "{text} ~ '^{}$'",
            pattern.replace('.', "\\.").replace('9', "[0-9]")
        ),
    };
    let is_day = digits("9999-99-99");
    let is_second = digits("9999-99-99T99:99:99Z");
    let is_milli = digits("9999-99-99T99:99:99.999Z");
    let ordered = |text: &str| match binds.dialect {
        Dialect::Sqlite => text.to_owned(),
        Dialect::Postgres => format!("({text} COLLATE \"C\")"),
    };
    let (day, second, milli) = (
        ordered(text),
        ordered(&format!("(substr({text}, 1, 19) || '.000Z')")),
        ordered(text),
    );
    if let DateTest::Anniversary(anniversary) = wanted {
        let holds = anniversary_sql(binds, text, anniversary, at);
        return format!("(CASE WHEN {is_day} THEN {holds} END)");
    }
    let months: Vec<String> = match wanted {
        DateTest::MonthIn(months) => months.iter().map(|month| format!("{month:02}")).collect(),
        DateTest::ThisMonth => vec![format!("{:02}", local_date(at.now, at.zone).month())],
        _ => Vec::new(),
    };
    if !months.is_empty() {
        let one_of = binds.text_in(
            &format!("substr({text}, 6, 2)"),
            months.iter().map(String::as_str),
        );
        return format!("(CASE WHEN {is_day} THEN {one_of} END)");
    }
    let Some((interval, outside)) = wanted.interval(at.now, at.zone) else {
        return "NULL".to_owned();
    };
    let Interval {
        from,
        until,
        from_date,
        until_date,
    } = interval;
    let (from_date, until_date) = (
        from_date.map(|date| binds.one(date.to_string())),
        until_date.map(|date| binds.one(date.to_string())),
    );
    let (from, until) = (
        from.map(|instant| binds.one(instant.to_string())),
        until.map(|instant| binds.one(instant.to_string())),
    );
    let not = if outside { "NOT " } else { "" };
    format!(
        "({not}(CASE WHEN {is_day} THEN {} WHEN {is_milli} THEN {} WHEN {is_second} THEN {} END))",
        between(&day, from_date, until_date),
        between(&milli, from.clone(), until.clone()),
        between(&second, from, until),
    )
}

fn anniversary_sql(binds: &mut Binds, text: &str, anniversary: &Anniversary, at: &At) -> String {
    let (year, day) = (
        format!("substr({text}, 1, 4)"),
        format!("substr({text}, 6)"),
    );
    let ordered = match binds.dialect {
        Dialect::Sqlite => year.clone(),
        Dialect::Postgres => format!("({year} COLLATE \"C\")"),
    };
    let wanted = anniversary.wanted(local_date(at.now, at.zone));
    let each = wanted.into_iter().map(|of_year| {
        let before = binds.one(of_year.before);
        let days = binds.text_in(&day, of_year.days.iter().map(String::as_str));
        let years = of_year.years.map(|years| {
            let years = binds.text_in(&year, years.iter().map(String::as_str));
            format!(" AND {years}")
        });
        format!(
            "({ordered} < {before} AND {days}{})",
            years.unwrap_or_default()
        )
    });
    let each: Vec<String> = each.collect();
    if each.is_empty() {
        return "1 = 0".to_owned();
    }
    format!("({})", each.join(" OR "))
}
