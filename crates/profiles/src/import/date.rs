//! Dates and times as spreadsheets write them.

use chrono::{LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use kernel::{time::Millis, yearless::Yearless};

use super::mapping::DateOrder;

/// Reads an instant: RFC 3339, Unix seconds or milliseconds, or a local date and time in `zone`.
///
/// Separators do not matter (`2026-07-14 10:42`, `2026/7/14`, `2026年7月14日 10時42分`, `20260714104200`),
/// and neither does a Japanese era (`令和8年7月14日`, `R8.7.14`).
pub(crate) fn instant(text: &str, order: DateOrder, zone: Tz) -> Option<Millis> {
    let text = text.trim();
    if let Some(millis) = Millis::parse(text).or_else(|| Millis::parse(&text.replacen(' ', "T", 1)))
    {
        return Some(millis);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        match text.len() {
            10 => {
                return text
                    .parse()
                    .ok()
                    .map(|seconds: i64| Millis(seconds * 1_000));
            }
            13 => return text.parse().ok().map(Millis),
            _ => {}
        }
    }
    local(text, order).map(|time| to_utc(time, zone))
}

/// Reads a calendar day.
pub(crate) fn day(text: &str, order: DateOrder) -> Option<NaiveDate> {
    local(text.trim(), order).map(|time| time.date())
}

/// Reads a day of an unknown year: `--07-14` as vCard writes it, or `7月14日`.
pub(crate) fn yearless(text: &str) -> Option<Yearless> {
    let text = text.trim();
    if let Some(day) = Yearless::parse(text) {
        return Some(day);
    }
    let (month, rest) = text.split_once('月')?;
    let day = rest.strip_suffix('日')?;
    let number = |part: &str| {
        let is_short = (1..=2).contains(&part.len());
        let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
        (is_short && is_number).then(|| part.parse().ok()).flatten()
    };
    Yearless::new(number(month)?, number(day)?)
}

/// An absent local time (spring gap) moves forward, a repeated one is the first.
fn to_utc(time: NaiveDateTime, zone: Tz) -> Millis {
    let mut time = time;
    for _ in 0..4 {
        match zone.from_local_datetime(&time) {
            LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => {
                return Millis(instant.timestamp_millis());
            }
            LocalResult::None => time += TimeDelta::minutes(30),
        }
    }
    Millis(time.and_utc().timestamp_millis())
}

fn local(text: &str, order: DateOrder) -> Option<NaiveDateTime> {
    let (text, era) = split_era(text);
    let is_afternoon = text.contains("午後") || text.to_ascii_lowercase().contains("pm");
    let is_morning = text.contains("午前") || text.to_ascii_lowercase().contains("am");
    let text = if era.is_some() {
        text.replacen('元', "1", 1)
    } else {
        text.to_owned()
    };
    if text
        .chars()
        .any(|c| c.is_alphabetic() && !"年月日時分秒午前後曜TtZAPMapm月火水木金土日".contains(c))
    {
        return None;
    }
    let groups: Vec<&str> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|group| !group.is_empty())
        .collect();
    let groups = if let [one] = groups.as_slice() {
        packed(one)?
    } else {
        groups
    };
    let number = |at: usize| groups.get(at).and_then(|group| group.parse::<u32>().ok());
    let (year, month, day) = match order {
        _ if era.is_some() || groups.first().is_some_and(|group| group.len() == 4) => {
            (number(0)?, number(1)?, number(2)?)
        }
        DateOrder::Ymd => return None,
        DateOrder::Mdy => (number(2)?, number(0)?, number(1)?),
        DateOrder::Dmy => (number(2)?, number(1)?, number(0)?),
    };
    let year = i32::try_from(year).ok()? + era.unwrap_or(0);
    if !(1_900..=2_100).contains(&year) || groups.len() > 7 {
        return None;
    }
    let mut hour = number(3).unwrap_or(0);
    if is_afternoon && hour < 12 {
        hour += 12;
    } else if is_morning && hour == 12 {
        hour = 0;
    }
    let time = NaiveTime::from_hms_opt(hour, number(4).unwrap_or(0), number(5).unwrap_or(0))?;
    Some(NaiveDate::from_ymd_opt(year, month, day)?.and_time(time))
}

/// `20260714`, `202607141042`, `20260714104200`.
fn packed(digits: &str) -> Option<Vec<&str>> {
    if !matches!(digits.len(), 8 | 12 | 14) {
        return None;
    }
    let cuts = [(0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 14)];
    Some(
        cuts.iter()
            .filter_map(|(from, to)| digits.get(*from..*to))
            .collect(),
    )
}

/// Takes a Japanese era off the front and returns what to add to its year.
fn split_era(text: &str) -> (&str, Option<i32>) {
    const ERAS: &[(&str, i32)] = &[
        ("令和", 2018),
        ("平成", 1988),
        ("昭和", 1925),
        ("大正", 1911),
        ("明治", 1867),
        ("R", 2018),
        ("H", 1988),
        ("S", 1925),
        ("T", 1911),
        ("M", 1867),
    ];
    for (name, base) in ERAS {
        if let Some(rest) = text.strip_prefix(name)
            && rest.starts_with(|c: char| c.is_ascii_digit() || c == '元')
        {
            return (rest, Some(*base));
        }
    }
    (text, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, order: DateOrder) -> Option<String> {
        instant(text, order, chrono_tz::Asia::Tokyo).map(|millis| millis.to_string())
    }

    #[test]
    fn one_instant_in_many_clothes() {
        for text in [
            "2026-07-14T10:42:00+09:00",
            "2026-07-14 10:42:00+09:00",
            "2026-07-14 10:42",
            "2026/7/14 10:42:00",
            "2026年7月14日 10時42分",
            "20260714104200",
            "202607141042",
            "1783993320",
            "1783993320000",
            "令和8年7月14日 10:42",
            "R8.7.14 10:42",
            "2026/07/14 午前10:42",
            "2026-07-14 10:42:00.000",
        ] {
            assert_eq!(
                shown(text, DateOrder::Ymd).as_deref(),
                Some("2026-07-14T01:42:00.000Z"),
                "{text}"
            );
        }
        assert_eq!(
            shown("7/14/2026 22:42", DateOrder::Mdy),
            shown("14.7.2026 22:42", DateOrder::Dmy)
        );
        assert_eq!(
            day("昭和55年4月1日", DateOrder::Ymd),
            NaiveDate::from_ymd_opt(1980, 4, 1)
        );
        assert_eq!(
            day("令和元年5月1日", DateOrder::Ymd),
            NaiveDate::from_ymd_opt(2019, 5, 1)
        );
    }

    #[test]
    fn a_birthday_may_be_told_without_its_year() {
        for text in ["--07-04", "--0704", " 7月4日 ", "07月04日"] {
            assert_eq!(yearless(text).unwrap().to_string(), "--07-04", "{text}");
        }
        for text in [
            "7/4",
            "13月1日",
            "2月30日",
            "7月",
            "7月4日生まれ",
            "月日",
            "2026年7月4日",
            "-7月4日",
        ] {
            assert_eq!(yearless(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_not_a_date_is_refused() {
        for text in [
            "",
            "yesterday",
            "2026-13-01",
            "2026/02/30",
            "14/7/2026",
            "2026",
            "12345",
            "2026-07-14 25:00",
        ] {
            assert_eq!(shown(text, DateOrder::Ymd), None, "{text}");
        }
    }

    #[test]
    fn an_hour_that_the_spring_skips_moves_forward() {
        let zone = chrono_tz::America::New_York;
        let gap = instant("2026-03-08 02:30", DateOrder::Ymd, zone).unwrap();
        assert_eq!(gap.to_string(), "2026-03-08T07:00:00.000Z");
    }
}
