//! Tests of one value, as closures that the index runs once per distinct value.

use std::collections::HashSet;

use chrono::Datelike;
use index::{ListRef, Range, Value, ValueRef, ValueTest};
use serde_json::Value as Json;

use crate::{
    fold,
    language::{DateTest, Fold, Interval, ListTest, NumberTest, Test, TextTest, local_date},
    resolve::At,
};

/// Compiles a test; what it needs besides the value is made once.
pub(super) fn test(test: &Test, fold: Fold, at: &At) -> ValueTest {
    match test {
        Test::Exists => ValueTest::new(|value| Some(value.is_some())),
        Test::Missing => ValueTest::new(|value| Some(value.is_none())),
        Test::Text(wanted) => text(wanted, fold),
        Test::Number(wanted) => {
            let wanted = wanted.clone();
            ValueTest::new(move |value| match value? {
                ValueRef::Number(n) => Some(number(&wanted, n)),
                _ => None,
            })
        }
        Test::Boolean(wanted) => {
            let wanted = *wanted;
            ValueTest::new(move |value| match value? {
                ValueRef::Boolean(found) => Some(found == wanted),
                _ => None,
            })
        }
        Test::Date(wanted) => date(wanted, at),
        Test::List(wanted) => list(wanted, fold),
    }
}

/// Returns how a member of a JSON object is told to the index; `None` when that is `null`, which is absent.
pub fn value_of(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => return None,
        Json::Bool(value) => Value::Boolean(*value),
        Json::Number(number) => number.as_f64().map_or(Value::Other, Value::Number),
        Json::String(text) => Value::Text(text.as_str().into()),
        Json::Array(elements) => {
            let texts = elements.iter().filter_map(Json::as_str);
            Value::List(texts.map(Box::from).collect())
        }
        Json::Object(_) => Value::Other,
    })
}

fn form(text: &str, fold: Fold) -> String {
    match fold {
        Fold::Exact => text.to_owned(),
        Fold::Japanese => fold::japanese(text),
    }
}

fn text(wanted: &TextTest, fold: Fold) -> ValueTest {
    let set = |texts: &[String]| -> HashSet<String> {
        texts.iter().map(|text| form(text, fold)).collect()
    };
    let (list, is_in) = match wanted {
        TextTest::In(texts) => (Some(set(texts)), true),
        TextTest::NotIn(texts) => (Some(set(texts)), false),
        _ => (None, true),
    };
    // Operands are folded once, not once per stored value.
    let wanted = folded(wanted, fold);
    ValueTest::new(move |value| {
        let ValueRef::Text(found) = value? else {
            return None;
        };
        let found = match fold {
            Fold::Exact => std::borrow::Cow::Borrowed(found),
            Fold::Japanese => fold::japanese(found).into(),
        };
        Some(match &list {
            Some(list) => list.contains(found.as_ref()) == is_in,
            None => wanted.holds(&found, str::to_owned),
        })
    })
}

fn folded(wanted: &TextTest, fold: Fold) -> TextTest {
    let form = |text: &String| form(text, fold);
    match wanted {
        TextTest::Equals(text) => TextTest::Equals(form(text)),
        TextTest::NotEquals(text) => TextTest::NotEquals(form(text)),
        TextTest::Contains(text) => TextTest::Contains(form(text)),
        TextTest::NotContains(text) => TextTest::NotContains(form(text)),
        TextTest::StartsWith(text) => TextTest::StartsWith(form(text)),
        TextTest::EndsWith(text) => TextTest::EndsWith(form(text)),
        TextTest::In(_) => TextTest::In(Vec::new()),
        TextTest::NotIn(_) => TextTest::NotIn(Vec::new()),
    }
}

#[expect(clippy::float_cmp, reason = "the language compares numbers exactly")]
fn number(wanted: &NumberTest, n: f64) -> bool {
    match wanted {
        NumberTest::Equals(value) => n == *value,
        NumberTest::NotEquals(value) => n != *value,
        NumberTest::LessThan(value) => n < *value,
        NumberTest::AtMost(value) => n <= *value,
        NumberTest::GreaterThan(value) => n > *value,
        NumberTest::AtLeast(value) => n >= *value,
        NumberTest::Between([low, high]) => *low <= n && n <= *high,
        NumberTest::In(values) => values.contains(&n),
        NumberTest::NotIn(values) => !values.contains(&n),
    }
}

fn list(wanted: &ListTest, fold: Fold) -> ValueTest {
    let forms = |values: &[String]| -> Vec<String> {
        values.iter().map(|value| form(value, fold)).collect()
    };
    let holds =
        move |list: ListRef<'_>, value: &String| list.any(|text| form(text, fold) == *value);
    let (values, needs_all, is_in) = match wanted {
        ListTest::AllOf(values) => (forms(values), true, true),
        ListTest::AnyOf(values) => (forms(values), false, true),
        ListTest::NoneOf(values) => (forms(values), false, false),
    };
    ValueTest::new(move |value| {
        let ValueRef::List(list) = value? else {
            return None;
        };
        let mut values = values.iter();
        Some(if needs_all {
            values.all(|value| holds(list, value))
        } else {
            values.any(|value| holds(list, value)) == is_in
        })
    })
}

/// Returns the stretch of whole milliseconds of an interval.
pub(super) fn instants(interval: Interval, outside: bool) -> Range {
    let low = interval.from.map_or(i64::MIN, |from| from.0);
    let high = interval.until.map_or(i64::MAX, |until| until.0 - 1);
    let within = Range::within(low, high);
    if outside { within.inverted() } else { within }
}

/// A day or an instant: of a field a number, of an attribute one of three written forms.
fn date(wanted: &DateTest, at: &At) -> ValueTest {
    let months: Vec<String> = match wanted {
        DateTest::MonthIn(months) => months.iter().map(|month| format!("{month:02}")).collect(),
        DateTest::ThisMonth => vec![format!("{:02}", local_date(at.now, at.zone).month())],
        _ => Vec::new(),
    };
    let Some((interval, outside)) = wanted.interval(at.now, at.zone) else {
        return ValueTest::new(move |value| match value? {
            ValueRef::Text(text) if is_of_form(text, "9999-99-99") => {
                Some(months.iter().any(|month| text.get(5..7) == Some(month)))
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
