//! The workspace's time zone, by the browser's own rules: a copy of the zone database would double the download.

use std::{cell::RefCell, collections::HashMap, sync::OnceLock};

use chrono::{DateTime, NaiveDateTime, SecondsFormat, TimeDelta};
use leptos::{prelude::*, reactive::graph::Observer};

static ZONE: OnceLock<ArcRwSignal<String>> = OnceLock::new();

fn zone_signal() -> &'static ArcRwSignal<String> {
    ZONE.get_or_init(|| ArcRwSignal::new("Asia/Tokyo".to_owned()))
}

/// Sets the zone in which every date is written; the session does so at sign-in.
pub fn set_zone(zone: &str) {
    zone_signal().set(zone.to_owned());
}

/// Returns the zone in which dates are written; reactive like a signal.
pub fn zone() -> String {
    if Observer::get().is_some() {
        zone_signal().get()
    } else {
        zone_signal().get_untracked()
    }
}

/// Returns the wall-clock time of an instant (Unix milliseconds) in the workspace's zone.
pub fn local(millis: i64) -> NaiveDateTime {
    local_in(&zone(), millis)
}

/// Returns the wall-clock time of an instant in a given zone.
pub fn local_in(zone: &str, millis: i64) -> NaiveDateTime {
    let utc = DateTime::from_timestamp_millis(millis)
        .unwrap_or_default()
        .naive_utc();
    utc + TimeDelta::minutes(offset_minutes(zone, millis))
}

/// Returns the instant at which clocks of the workspace's zone show a time.
///
/// A time skipped in spring moves forward by the gap, a repeated one in autumn means its first passing.
pub fn instant(local: NaiveDateTime) -> i64 {
    let zone = zone();
    let as_utc = local.and_utc().timestamp_millis();
    // The offset that holds a day before is the one before any change on this day.
    let before = offset_minutes(&zone, as_utc - 86_400_000);
    let first = as_utc - before * 60_000;
    if offset_minutes(&zone, first) == before {
        return first;
    }
    let after = offset_minutes(&zone, as_utc + 86_400_000);
    let second = as_utc - after * 60_000;
    if offset_minutes(&zone, second) == after {
        second
    } else {
        first
    }
}

/// Reads a date field in the workspace's zone as an instant of the API.
pub fn typed_instant(local: &str) -> Option<String> {
    let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%dT%H:%M").ok()?;
    let at = DateTime::from_timestamp_millis(instant(local))?;
    Some(at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// Returns the present instant.
pub fn now() -> i64 {
    #[cfg(target_arch = "wasm32")]
    {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the clock of the browser is a whole number below 2^53"
        )]
        let millis = js_sys::Date::now() as i64;
        millis
    }
    #[cfg(not(target_arch = "wasm32"))]
    0
}

/// Minutes east of UTC. Zones without summer time that we meet daily need no question to the browser.
fn offset_minutes(zone: &str, millis: i64) -> i64 {
    match zone {
        "Asia/Tokyo" | "Japan" | "Asia/Seoul" => 540,
        "UTC" | "Etc/UTC" | "" => 0,
        "Asia/Shanghai" | "Asia/Taipei" | "Asia/Singapore" | "Asia/Hong_Kong" => 480,
        // Offsets change on the quarter hour at the finest, so one answer serves all instants of it.
        _ => remembered(zone, millis.div_euclid(900_000)),
    }
}

thread_local! {
    static OFFSETS: RefCell<HashMap<(String, i64), i64>> = RefCell::new(HashMap::new());
}

fn remembered(zone: &str, quarter: i64) -> i64 {
    let key = (zone.to_owned(), quarter);
    if let Some(offset) = OFFSETS.with_borrow(|offsets| offsets.get(&key).copied()) {
        return offset;
    }
    let offset = ask_browser(zone, quarter * 900_000);
    OFFSETS.with_borrow_mut(|offsets| {
        if offsets.len() > 4_096 {
            offsets.clear();
        }
        offsets.insert(key, offset);
    });
    offset
}

#[cfg(target_arch = "wasm32")]
fn ask_browser(zone: &str, millis: i64) -> i64 {
    use wasm_bindgen::JsValue;

    #[expect(
        clippy::cast_precision_loss,
        reason = "a date in milliseconds is far below 2^53"
    )]
    let date = js_sys::Date::new(&JsValue::from_f64(millis as f64));
    let options = js_sys::Object::new();
    let _ = js_sys::Reflect::set(&options, &"timeZone".into(), &zone.into());
    // Swedish writes dates as ISO 8601 does: 2026-07-14 10:42:05.
    let text: String = date.to_locale_string("sv-SE", &options).into();
    NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S").map_or(0, |local| {
        (local.and_utc().timestamp_millis() - millis) / 60_000
    })
}

#[cfg(not(target_arch = "wasm32"))]
fn ask_browser(_zone: &str, _millis: i64) -> i64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokyo_is_nine_hours_ahead_and_back() {
        let local = local_in("Asia/Tokyo", 1_784_338_920_000);
        assert_eq!(local.to_string(), "2026-07-18 10:42:00");
        assert_eq!(instant(local), 1_784_338_920_000);
    }
}
