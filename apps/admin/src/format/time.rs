//! Dates and times in the workspace's zone: `7月14日（火）`, `14 July`, `10:42`.

use chrono::{Datelike, NaiveDateTime, Timelike};

use crate::{
    format::zone,
    i18n as t,
    state::locale::{self, Locale},
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

/// Reads an instant of the API (RFC 3339); what is none is the beginning of 1970.
pub fn millis(text: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(text).map_or(0, |time| time.timestamp_millis())
}

/// Writes the time of day: `10:42`.
pub fn clock(millis: i64) -> String {
    clock_of(zone::local(millis))
}

fn clock_of(local: NaiveDateTime) -> String {
    format!("{}:{:02}", local.hour(), local.minute())
}

/// Writes a day as tables do: `7月14日`, `14 July`; the year only when it is not the present one.
pub fn date(millis: i64) -> String {
    date_of(
        locale::current(),
        zone::local(millis),
        zone::local(zone::now()).year(),
    )
}

fn date_of(locale: Locale, local: NaiveDateTime, this_year: i32) -> String {
    let (year, month, day) = (local.year(), local.month(), local.day());
    match (locale, year == this_year) {
        (Locale::Ja, true) => format!("{month}月{day}日"),
        (Locale::Ja, false) => format!("{year}年{month}月{day}日"),
        (Locale::En, true) => format!("{day} {}", month_name(month)),
        (Locale::En, false) => format!("{day} {} {year}", month_name(month)),
    }
}

/// Writes a day as titles do, with its weekday: `7月14日（火）`, `Tuesday 14 July`.
pub fn date_long(millis: i64) -> String {
    date_long_of(
        locale::current(),
        zone::local(millis),
        zone::local(zone::now()).year(),
    )
}

fn date_long_of(locale: Locale, local: NaiveDateTime, this_year: i32) -> String {
    let day = date_of(locale, local, this_year);
    let at = local.weekday().num_days_from_monday() as usize;
    match locale {
        Locale::Ja => {
            let name = "月火水木金土日".chars().nth(at).unwrap_or_default();
            format!("{day}（{name}）")
        }
        Locale::En => {
            let names = [
                "Monday",
                "Tuesday",
                "Wednesday",
                "Thursday",
                "Friday",
                "Saturday",
                "Sunday",
            ];
            format!("{} {day}", names.get(at).copied().unwrap_or_default())
        }
    }
}

fn month_name(month: u32) -> &'static str {
    MONTHS
        .get((month.max(1) - 1) as usize)
        .copied()
        .unwrap_or_default()
}

/// Writes day and time: `7月14日 10:42`.
pub fn date_time(millis: i64) -> String {
    format!("{} {}", date(millis), clock(millis))
}

/// Returns the day of an instant as `2026-07-14`: a key to group by and the value of a date field.
pub fn day_key(millis: i64) -> String {
    zone::local(millis).format("%Y-%m-%d").to_string()
}

/// Says how long ago something was; beyond a week it is the date.
pub fn elapsed(millis: i64, now: i64) -> String {
    let seconds = (now - millis).max(0) / 1_000;
    match seconds {
        0..60 => t::ui::just_now().to_owned(),
        60..3_600 => t::ui::minutes_ago(seconds / 60),
        3_600..86_400 => t::ui::hours_ago(seconds / 3_600),
        86_400..604_800 => t::ui::days_ago(seconds / 86_400),
        _ => date(millis),
    }
}

/// Says how long something will still take, rounded up: nobody minds being early.
pub fn remaining(seconds: i64) -> String {
    match seconds.max(0) {
        0..60 => t::ui::seconds_left(seconds.max(1)),
        60..3_600 => t::ui::minutes_left((seconds + 59) / 60),
        _ => t::ui::hours_left((seconds + 3_599) / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    #[test]
    fn a_day_reads_as_each_language_writes_it() {
        let local = at("2026-07-14 09:05");
        assert_eq!(date_of(Locale::Ja, local, 2026), "7月14日");
        assert_eq!(date_of(Locale::En, local, 2026), "14 July");
        assert_eq!(date_of(Locale::Ja, local, 2027), "2026年7月14日");
        assert_eq!(date_of(Locale::En, local, 2027), "14 July 2026");
        assert_eq!(date_long_of(Locale::Ja, local, 2026), "7月14日（火）");
        assert_eq!(date_long_of(Locale::En, local, 2026), "Tuesday 14 July");
        assert_eq!(clock_of(local), "9:05");
    }

    #[test]
    fn the_day_turns_at_midnight_of_the_workspace() {
        // 14:59:59 and 15:00 UTC are the two sides of midnight in Tokyo.
        assert_eq!(day_key(1_784_041_199_000), "2026-07-14");
        assert_eq!(day_key(1_784_041_200_000), "2026-07-15");
    }

    #[test]
    fn time_ago_and_time_left_are_round() {
        assert_eq!(elapsed(0, 59_000), "たった今");
        assert_eq!(elapsed(0, 3_599_000), "59分前");
        assert_eq!(elapsed(0, 7_200_000), "2時間前");
        assert_eq!(remaining(61), "残り2分");
    }
}
