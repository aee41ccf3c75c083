//! Tests of one value, as closures that the index runs once per distinct value.

use std::collections::HashSet;

use index::{ListRef, Value, ValueRef, ValueTest};
use serde_json::Value as Json;

use super::date::date;
use crate::{
    fold,
    language::{Fold, ListTest, NumberTest, Test, TextTest},
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
        Test::Place(wanted) => {
            let wanted = wanted.clone();
            ValueTest::new(move |value| match value? {
                ValueRef::Text(found) => wanted.holds(found),
                _ => None,
            })
        }
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
    // Operands are folded once, not once per stored value; a pattern is compiled once.
    let pattern = wanted.pattern();
    let wanted = folded(wanted, fold);
    ValueTest::new(move |value| {
        let ValueRef::Text(found) = value? else {
            return None;
        };
        let found = match fold {
            Fold::Exact => std::borrow::Cow::Borrowed(found),
            Fold::Japanese => fold::japanese(found).into(),
        };
        Some(match (&list, &pattern) {
            (Some(list), _) => list.contains(found.as_ref()) == is_in,
            (None, Some(pattern)) => pattern.is_match(&found),
            (None, None) => wanted.holds(&found, str::to_owned),
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
        TextTest::Matches(pattern) => TextTest::Matches(pattern.clone()),
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
