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

/// Returns whether a text has the form of a pattern in which 9 is any digit.
fn is_of_form(dialect: Dialect, text: &str, pattern: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("{text} GLOB '{}'", pattern.replace('9', "[0-9]")),
        Dialect::Postgres => format!(
            "{text} ~ '^{}$'",
            pattern.replace('.', "\\.").replace('9', "[0-9]")
        ),
    }
}

/// Returns the expression of a test on a stored day (`2026-07-14`), instant (`…T01:42:00.000Z`) or day of an unknown year
/// (`--07-14`).
///
/// All forms sort as text, so no database has to parse a date; any other form is unknown.
pub(super) fn date_sql(binds: &mut Binds, at: &At, text: &str, wanted: &DateTest) -> String {
    if let Some(of_year) = of_year_sql(binds, at, text, wanted) {
        return of_year;
    }
    let dialect = binds.dialect;
    let is_day = is_of_form(dialect, text, "9999-99-99");
    let is_second = is_of_form(dialect, text, "9999-99-99T99:99:99Z");
    let is_milli = is_of_form(dialect, text, "9999-99-99T99:99:99.999Z");
    let ordered = |text: &str| match dialect {
        Dialect::Sqlite => text.to_owned(),
        Dialect::Postgres => format!("({text} COLLATE \"C\")"),
    };
    let (day, second, milli) = (
        ordered(text),
        ordered(&format!("(substr({text}, 1, 19) || '.000Z')")),
        ordered(text),
    );
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

/// Returns the expression of what asks for the day of the year only: months and anniversaries.
fn of_year_sql(binds: &mut Binds, at: &At, text: &str, wanted: &DateTest) -> Option<String> {
    let today = local_date(at.now, at.zone);
    let months: Vec<String> = match wanted {
        DateTest::MonthIn(months) => months.iter().map(|month| format!("{month:02}")).collect(),
        DateTest::ThisMonth => vec![format!("{:02}", today.month())],
        _ => Vec::new(),
    };
    let (full, yearless) = match wanted {
        // The day is known, how old she turns is not.
        DateTest::Anniversary(anniversary) => (
            anniversary_sql(binds, text, anniversary, at),
            yearless_sql(binds, text, anniversary, at),
        ),
        DateTest::MonthIn(_) | DateTest::ThisMonth => {
            let mut month_at = |place: u32| {
                let month = format!("substr({text}, {place}, 2)");
                binds.text_in(&month, months.iter().map(String::as_str))
            };
            (month_at(6), month_at(3))
        }
        _ => return None,
    };
    let is_day = is_of_form(binds.dialect, text, "9999-99-99");
    let is_yearless = is_of_form(binds.dialect, text, "--99-99");
    Some(format!(
        "(CASE WHEN {is_day} THEN {full} WHEN {is_yearless} THEN {yearless} END)"
    ))
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

fn yearless_sql(binds: &mut Binds, text: &str, anniversary: &Anniversary, at: &At) -> String {
    if !anniversary.turns.is_empty() {
        return "NULL".to_owned();
    }
    let wanted = anniversary.wanted(local_date(at.now, at.zone));
    let days = wanted.iter().flat_map(|of_year| &of_year.days);
    binds.text_in(&format!("substr({text}, 3)"), days.map(String::as_str))
}
