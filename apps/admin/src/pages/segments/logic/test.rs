//! Tests of a condition as one word, such as `text.contains` or `count.times.at_least`, and its operand beside it.

use serde_json::{Map, Value, json};

/// What an operand looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// There is none.
    Nothing,
    /// One text.
    Text,
    /// Several texts.
    Texts,
    /// One number.
    Number,
    /// Several numbers.
    Numbers,
    /// Two numbers.
    Numbers2,
    /// One moment.
    Moment,
    /// Two moments.
    Moments,
    /// Months of the year.
    Months,
    /// Days from today, and which anniversaries.
    Anniversary,
    /// A place and how far from it.
    Circle,
    /// A property and what must hold of it.
    Property,
}

/// Tests of a value of a type, in the order of the list.
pub(crate) fn words_of(value_type: &str) -> &'static [&'static str] {
    match value_type {
        "number" => &[
            "number.at_least",
            "number.at_most",
            "number.greater_than",
            "number.less_than",
            "number.equals",
            "number.not_equals",
            "number.between",
            "number.in",
            "number.not_in",
            "exists",
            "missing",
        ],
        "boolean" => &["boolean.true", "boolean.false", "exists", "missing"],
        "date" => &[
            "date.on_or_after",
            "date.on_or_before",
            "date.after",
            "date.before",
            "date.on",
            "date.not_on",
            "date.between",
            "date.this_month",
            "date.month_in",
            "date.anniversary",
            "exists",
            "missing",
        ],
        "list" => &[
            "list.any_of",
            "list.all_of",
            "list.none_of",
            "exists",
            "missing",
        ],
        _ => &[
            "text.equals",
            "text.not_equals",
            "text.contains",
            "text.not_contains",
            "text.starts_with",
            "text.ends_with",
            "text.in",
            "text.not_in",
            "text.matches",
            "exists",
            "missing",
            // Few texts say a place, so these stand last and say what they are for.
            "place.near",
            "place.farther",
        ],
    }
}

/// Tests of what happened, in the order of the list.
pub(crate) const EVENT_WORDS: &[&str] = &[
    "count.times.at_least",
    "count.times.at_most",
    "count.times.equals",
    "count.times.between",
    "never",
    "amount.at_least",
    "amount.at_most",
    "amount.between",
    "quantity.at_least",
    "quantity.at_most",
    "average.amount.at_least",
    "average.amount.at_most",
    "average.amount.between",
    "minimum.amount.at_least",
    "maximum.amount.at_least",
    "maximum.amount.at_most",
    "average.quantity.at_least",
    "distinct.product.at_least",
    "distinct.category.at_least",
    "distinct.order.at_least",
    "sum",
    "average.property",
    "minimum.property",
    "maximum.property",
    "distinct.property",
    "count.lines.at_least",
    "latest.on_or_after",
    "latest.before",
    "first.on_or_after",
    "first.before",
];

/// Comparisons of a number of times.
pub(crate) const COUNT_WORDS: &[&str] = &["at_least", "at_most", "equals", "between"];

/// Returns the word of a test.
pub(crate) fn word(test: &Value) -> String {
    let mut path: Vec<&str> = Vec::new();
    let mut at = test;
    loop {
        match at {
            Value::String(name) if path.is_empty() || path == ["date"] => {
                path.push(name);
                break;
            }
            Value::Bool(value) => {
                path.push(if *value { "true" } else { "false" });
                break;
            }
            Value::Object(members) if members.len() == 1 => {
                let Some((key, inner)) = members.iter().next() else {
                    break;
                };
                let is_moment = matches!(key.as_str(), "date" | "instant" | "ago" | "ahead");
                if is_moment && path.len() >= 2 {
                    break;
                }
                path.push(key);
                at = inner;
            }
            _ => break,
        }
    }
    path.join(".")
}

/// Returns the pointer from a test to its operand.
pub(crate) fn operand_at(word: &str) -> String {
    word.split('.')
        .fold(String::new(), |pointer, part| format!("{pointer}/{part}"))
}

/// Says what the operand of a test looks like.
pub(crate) fn shape(word: &str) -> Shape {
    let (family, last) = word.split_once('.').map_or((word, ""), |(family, rest)| {
        (family, rest.rsplit('.').next().unwrap_or(rest))
    });
    match (family, last) {
        ("exists" | "missing" | "never" | "boolean", _) | (_, "this_month") => Shape::Nothing,
        (_, "month_in") => Shape::Months,
        (_, "anniversary") => Shape::Anniversary,
        ("place", _) => Shape::Circle,
        ("sum", _) | (_, "property") => Shape::Property,
        ("date" | "latest" | "first", "between") => Shape::Moments,
        ("date" | "latest" | "first", _) => Shape::Moment,
        ("text", "in" | "not_in") | ("list", _) => Shape::Texts,
        ("number", "in" | "not_in") => Shape::Numbers,
        ("text", _) => Shape::Text,
        (_, "between") => Shape::Numbers2,
        _ => Shape::Number,
    }
}

fn first_number(value: Option<&Value>) -> Value {
    match value {
        Some(Value::Array(items)) => items.first().cloned().unwrap_or_else(|| json!(1)),
        Some(Value::Number(number)) => Value::Number(number.clone()),
        _ => json!(1),
    }
}

fn first_text(value: Option<&Value>) -> Value {
    match value {
        Some(Value::Array(items)) => items.first().cloned().unwrap_or_else(|| json!("")),
        Some(Value::String(text)) => json!(text),
        _ => json!(""),
    }
}

fn first_moment(value: Option<&Value>) -> Value {
    match value {
        Some(Value::Array(items)) => items.first().cloned(),
        Some(Value::Object(members)) => Some(Value::Object(members.clone())),
        _ => None,
    }
    .filter(Value::is_object)
    .unwrap_or_else(|| json!({"ago": {"days": 30}}))
}

/// Makes a test of a word, keeping of the former operand what fits.
pub(crate) fn make(word: &str, former: &Value) -> Value {
    let had = former.pointer(&operand_at(&self::word(former)));
    let operand = match shape(word) {
        Shape::Nothing => {
            return match word.split_once('.') {
                Some(("boolean", value)) => json!({ "boolean": value == "true" }),
                Some((family, rest)) => json!({ family: rest }),
                None => json!(word),
            };
        }
        Shape::Text => first_text(had),
        Shape::Texts => match had {
            Some(Value::Array(items)) if items.iter().all(Value::is_string) => json!(items),
            Some(Value::String(text)) if !text.is_empty() => json!([text]),
            _ => json!([]),
        },
        Shape::Number => first_number(had),
        Shape::Numbers => json!([first_number(had)]),
        Shape::Numbers2 => match had {
            Some(Value::Array(items)) if items.len() == 2 => json!(items),
            other => json!([first_number(other), first_number(other)]),
        },
        Shape::Moment => first_moment(had),
        Shape::Moments => json!([first_moment(had), {"ago": {"days": 0}}]),
        Shape::Months => json!([1]),
        Shape::Anniversary => match had {
            Some(former) if former.get("until").is_some() => former.clone(),
            _ => json!({"from": 0, "until": 7}),
        },
        Shape::Circle => match had {
            Some(former) if former.get("metres").is_some() => former.clone(),
            _ => json!({"lat": 35.681_236, "lng": 139.767_125, "metres": 1_000}),
        },
        Shape::Property => {
            let key = had.and_then(|had| had.get("key")).cloned();
            json!({"key": key.unwrap_or_else(|| json!("")), "test": {"at_least": 1}})
        }
    };
    word.rsplit('.').fold(operand, |inner, part| {
        let mut members = Map::new();
        members.insert(part.to_owned(), inner);
        Value::Object(members)
    })
}

/// Returns the word of a window: `ever`, `last.days`, `this.month`, `last_full.weeks`, `between`.
pub(crate) fn window_word(within: Option<&Value>) -> String {
    let Some(Value::Object(members)) = within else {
        return "ever".to_owned();
    };
    match members.iter().next() {
        Some((word, Value::Object(span))) if word == "last" || word == "last_full" => {
            let unit = span.keys().next().map_or("days", String::as_str);
            format!("{word}.{unit}")
        }
        Some((word, Value::String(unit))) if word == "this" => format!("this.{unit}"),
        _ => "between".to_owned(),
    }
}

/// Makes a window of a word, keeping the length.
pub(crate) fn make_window(word: &str, former: Option<&Value>) -> Value {
    let length = |word: &str| {
        let span = former.and_then(|former| former.get(word))?.as_object()?;
        span.values().next().cloned()
    };
    match word.split_once('.') {
        Some(("last", unit)) => {
            json!({ "last": { unit: length("last").unwrap_or_else(|| json!(30)) } })
        }
        Some(("last_full", unit)) => {
            json!({ "last_full": { unit: length("last_full").unwrap_or_else(|| json!(1)) } })
        }
        Some(("this", unit)) => json!({ "this": unit }),
        _ if word == "between" => json!({"between": {"from": {"ago": {"days": 30}}}}),
        _ => json!("ever"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_from_what_it_makes() {
        let types = ["text", "number", "boolean", "date", "list"];
        let words = types.iter().flat_map(|of| words_of(of)).chain(EVENT_WORDS);
        for one in words {
            assert_eq!(word(&make(one, &Value::Null)), *one);
        }
    }

    #[test]
    fn a_text_that_reads_like_a_test_stays_a_text() {
        assert_eq!(word(&json!({"text": {"equals": "never"}})), "text.equals");
        assert_eq!(
            word(&json!({"date": {"on": {"date": "2026-07-14"}}})),
            "date.on"
        );
        assert_eq!(
            word(&json!({"date": {"between": [{"ago": {"days": 3}}, {"date": "2026-07-14"}]}})),
            "date.between"
        );
    }

    #[test]
    fn another_comparison_keeps_the_number_and_the_text() {
        let three = json!({"count": {"times": {"at_least": 3}}});
        assert_eq!(
            make("count.times.at_most", &three),
            json!({"count": {"times": {"at_most": 3}}})
        );
        assert_eq!(
            make("amount.between", &three),
            json!({"amount": {"between": [3, 3]}})
        );
        let named = json!({"text": {"contains": "森"}});
        assert_eq!(make("text.in", &named), json!({"text": {"in": ["森"]}}));
        assert_eq!(
            make("text.starts_with", &make("text.in", &named)),
            json!({"text": {"starts_with": "森"}})
        );
        assert_eq!(
            make("number.at_least", &named),
            json!({"number": {"at_least": 1}})
        );
        assert_eq!(make("boolean.true", &named), json!({"boolean": true}));
    }

    #[test]
    fn a_window_keeps_its_length_in_another_unit() {
        let fortnight = json!({"last": {"days": 14}});
        assert_eq!(window_word(Some(&fortnight)), "last.days");
        assert_eq!(
            make_window("last.weeks", Some(&fortnight)),
            json!({"last": {"weeks": 14}})
        );
        for word in ["this.week", "last_full.months", "last.hours"] {
            assert_eq!(window_word(Some(&make_window(word, None))), word);
        }
        assert_eq!(
            make_window(
                "last_full.weeks",
                Some(&json!({"last_full": {"months": 3}}))
            ),
            json!({"last_full": {"weeks": 3}})
        );
        assert_eq!(window_word(None), "ever");
        assert_eq!(window_word(Some(&make_window("between", None))), "between");
    }
}
