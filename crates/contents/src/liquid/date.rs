//! Dates as customers read them, in the workspace's time zone.

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use kernel::yearless::Yearless;
use liquid_core::ValueView;

/// Reads a Unix time in milliseconds, an RFC 3339 instant, or a plain date.
pub(crate) fn instant(value: &dyn ValueView, zone: Tz) -> Option<DateTime<Tz>> {
    let scalar = value.as_scalar()?;
    if let Some(millis) = scalar.to_integer() {
        return Some(
            Utc.timestamp_millis_opt(millis)
                .single()?
                .with_timezone(&zone),
        );
    }
    let text = scalar.to_kstr();
    let text = text.as_str().trim();
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.with_timezone(&zone));
    }
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S"))
        .or_else(|_| {
            NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .map(|date| date.and_time(chrono::NaiveTime::MIN))
        })
        .ok()?;
    zone.from_local_datetime(&local).earliest()
}

/// Formats by `strftime`; none where the format is not one.
pub(crate) fn strftime(instant: &DateTime<Tz>, format: &str) -> Option<String> {
    let items: Vec<_> = StrftimeItems::new(format).collect();
    if items.contains(&Item::Error) {
        return None;
    }
    Some(instant.format_with_items(items.iter()).to_string())
}

/// Formats as `2026年11月22日(日)`.
pub(crate) fn japanese(instant: &DateTime<Tz>) -> String {
    let weekday = match instant.weekday() {
        Weekday::Mon => "月",
        Weekday::Tue => "火",
        Weekday::Wed => "水",
        Weekday::Thu => "木",
        Weekday::Fri => "金",
        Weekday::Sat => "土",
        Weekday::Sun => "日",
    };
    format!(
        "{}年{}月{}日({weekday})",
        instant.year(),
        instant.month(),
        instant.day()
    )
}

/// Formats a day of an unknown year as `22 November`.
pub(crate) fn english_day(day: Yearless) -> String {
    let of_leap_year = NaiveDate::from_ymd_opt(2_000, day.month, day.day);
    of_leap_year.map_or_else(String::new, |day| day.format("%-d %B").to_string())
}

/// Formats as `22 November 2026`.
pub(crate) fn english(instant: &DateTime<Tz>) -> String {
    instant.format("%-d %B %Y").to_string()
}
