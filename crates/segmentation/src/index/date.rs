//! Tests of days and instants.

use chrono::Datelike;
use index::{Range, ValueRef, ValueTest};

use crate::{
    language::{DateTest, Interval, local_date},
    resolve::At,
};

/// Returns the stretch of whole milliseconds of an interval.
pub(super) fn instants(interval: Interval, outside: bool) -> Range {
    let low = interval.from.map_or(i64::MIN, |from| from.0);
    let high = interval.until.map_or(i64::MAX, |until| until.0 - 1);
    let within = Range::within(low, high);
    if outside { within.inverted() } else { within }
}

/// A day or an instant: of a field a number, of an attribute one of three written forms.
pub(super) fn date(wanted: &DateTest, at: &At) -> ValueTest {
    let months: Vec<String> = match wanted {
        DateTest::MonthIn(months) => months.iter().map(|month| format!("{month:02}")).collect(),
        DateTest::ThisMonth => vec![format!("{:02}", local_date(at.now, at.zone).month())],
        _ => Vec::new(),
    };
    if let DateTest::Anniversary(anniversary) = wanted {
        let wanted = anniversary.wanted(local_date(at.now, at.zone));
        return ValueTest::new(move |value| match value? {
            ValueRef::Text(text) if is_of_form(text, "9999-99-99") => {
                Some(wanted.iter().any(|of_year| of_year.holds(text)))
            }
            // The day is known, how old she turns is not.
            ValueRef::Text(text) if is_of_form(text, "--99-99") => {
                wanted.iter().try_fold(false, |found, of_year| {
                    Some(found || of_year.holds_yearless(text)?)
                })
            }
            _ => None,
        });
    }
    let Some((interval, outside)) = wanted.interval(at.now, at.zone) else {
        return ValueTest::new(move |value| match value? {
            ValueRef::Text(text) if is_of_form(text, "9999-99-99") => {
                Some(months.iter().any(|month| text.get(5..7) == Some(month)))
            }
            ValueRef::Text(text) if is_of_form(text, "--99-99") => {
                Some(months.iter().any(|month| text.get(2..4) == Some(month)))
            }
            _ => None,
        });
    };
    let written = Written {
        days: (
            interval.from_date.map(|date| date.to_string()),
            interval.until_date.map(|date| date.to_string()),
        ),
        instants: (
            interval.from.map(|instant| instant.to_string()),
            interval.until.map(|instant| instant.to_string()),
        ),
    };
    let range = instants(interval, outside);
    ValueTest::new(move |value| match value? {
        ValueRef::Instant(instant) => Some(range.holds(instant)),
        ValueRef::Text(text) => written.holds(text).map(|inside| inside != outside),
        _ => None,
    })
}

/// An interval in the forms in which days and instants are stored; all of them sort as text.
struct Written {
    days: (Option<String>, Option<String>),
    instants: (Option<String>, Option<String>),
}

impl Written {
    fn holds(&self, text: &str) -> Option<bool> {
        let between = |text: &str, (from, until): &(Option<String>, Option<String>)| {
            from.as_ref().is_none_or(|from| from.as_str() <= text)
                && until.as_ref().is_none_or(|until| text < until.as_str())
        };
        if is_of_form(text, "9999-99-99") {
            Some(between(text, &self.days))
        } else if is_of_form(text, "9999-99-99T99:99:99.999Z") {
            Some(between(text, &self.instants))
        } else if is_of_form(text, "9999-99-99T99:99:99Z") {
            let seconds = text.get(..19)?;
            Some(between(&format!("{seconds}.000Z"), &self.instants))
        } else {
            None
        }
    }
}

/// Tells whether a text has the form of a pattern in which 9 is any digit.
fn is_of_form(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text
            .bytes()
            .zip(pattern.bytes())
            .all(|(byte, form)| byte == form || (form == b'9' && byte.is_ascii_digit()))
}
