//! The steps of a sequence, without a browser.

use serde_json::{Map, Value, json};

/// The most steps, with what must not follow.
pub(crate) const MOST: usize = 5;

/// Returns the sequence that a new row begins with: put into the cart, then not bought.
pub(crate) fn fresh() -> Value {
    json!({"sequence": {"within": {"last": {"days": 30}}, "same": "product",
        "steps": [{"names": ["Product Added"]}],
        "then_not": {"names": ["Product Purchased"], "within": {"hours": 48}}}})
}

/// Returns the other event that a new "only since" begins with.
pub(crate) fn fresh_since() -> Value {
    json!({"latest": {"names": ["Order Completed"]}})
}

/// What is drawn of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// Whether something must not lie between it and the step before.
    pub(crate) has_without: bool,
}

/// Returns the steps of a sequence.
pub(crate) fn rows(sequence: Option<&Value>) -> Vec<Row> {
    let steps = sequence.and_then(|sequence| sequence.get("steps")?.as_array());
    let row = |step: &Value| Row {
        has_without: step.get("without").is_some(),
    };
    steps.map_or_else(Vec::new, |steps| steps.iter().map(row).collect())
}

/// Whether something must not follow the last step.
pub(crate) fn has_end(sequence: Option<&Value>) -> bool {
    sequence.is_some_and(|sequence| sequence.get("then_not").is_some())
}

/// Returns the word of a span: `hours`, or `any` where there is none.
pub(crate) fn span_word(span: Option<&Value>) -> String {
    let unit = span.and_then(Value::as_object);
    let unit = unit.and_then(|span| span.keys().next());
    unit.map_or_else(|| "any".to_owned(), String::clone)
}

/// Puts a span of a unit at a step, keeping its length; `any` takes it off.
pub(crate) fn set_span(step: &mut Value, word: &str) {
    let former = step.get("within").and_then(Value::as_object);
    let length = former.and_then(|span| span.values().next()).cloned();
    let Some(members) = step.as_object_mut() else {
        return;
    };
    if word == "any" {
        members.remove("within");
    } else {
        let usual = match word {
            "minutes" => 30,
            "hours" => 24,
            "weeks" => 1,
            _ => 2,
        };
        let span = json!({ word: length.unwrap_or_else(|| json!(usual)) });
        members.insert("within".to_owned(), span);
    }
}

/// Puts a step behind the others.
pub(crate) fn add_step(sequence: &mut Value) {
    if let Some(steps) = sequence.get_mut("steps").and_then(Value::as_array_mut) {
        steps.push(json!({"names": ["Product Added"]}));
    }
}

/// Says that something must not lie between a step and the one before.
pub(crate) fn add_without(step: &mut Value) {
    put(step, "without", json!({"names": ["Product Purchased"]}));
}

/// Says that something must not follow.
pub(crate) fn add_end(sequence: &mut Value) {
    let end = json!({"names": ["Product Purchased"], "within": {"hours": 48}});
    put(sequence, "then_not", end);
}

/// Takes a step out. The first one has none before it, so what is said of the way to it goes too.
pub(crate) fn remove_step(sequence: &mut Value, at: usize) {
    let Some(steps) = sequence.get_mut("steps").and_then(Value::as_array_mut) else {
        return;
    };
    if at < steps.len() {
        steps.remove(at);
    }
    if let Some(first) = steps.first_mut().and_then(Value::as_object_mut) {
        first.remove("within");
        first.remove("without");
    }
}

/// Takes a member out.
pub(crate) fn drop_member(of: &mut Value, name: &str) {
    if let Some(members) = of.as_object_mut() {
        members.remove(name);
    }
}

/// Whether a step can be taken out: two things must be left, one of them a step.
pub(crate) fn can_remove(sequence: Option<&Value>) -> bool {
    let n = rows(sequence).len();
    n >= 2 && n - 1 + usize::from(has_end(sequence)) >= 2
}

/// Says what all of it must be about alike; `any` is nothing.
pub(crate) fn set_same(sequence: &mut Value, word: &str) {
    if word == "any" {
        drop_member(sequence, "same");
    } else {
        put(sequence, "same", json!(word));
    }
}

fn put(of: &mut Value, name: &str, value: Value) {
    match of.as_object_mut() {
        Some(members) => {
            members.insert(name.to_owned(), value);
        }
        None => *of = Value::Object(Map::from_iter([(name.to_owned(), value)])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Value {
        json!({"steps": [
            {"names": ["A"]},
            {"names": ["B"], "within": {"hours": 3}, "without": {"names": ["X"]}},
            {"names": ["C"]}]})
    }

    #[test]
    fn without_the_first_step_the_second_has_nothing_before_it() {
        let mut sequence = three();
        remove_step(&mut sequence, 0);
        assert_eq!(
            sequence,
            json!({"steps": [{"names": ["B"]}, {"names": ["C"]}]})
        );
        remove_step(&mut sequence, 7);
        assert_eq!(rows(Some(&sequence)).len(), 2);
    }

    #[test]
    fn two_things_are_left() {
        let mut sequence = three();
        assert!(can_remove(Some(&sequence)));
        remove_step(&mut sequence, 2);
        assert!(!can_remove(Some(&sequence)));
        add_end(&mut sequence);
        assert!(can_remove(Some(&sequence)));
        remove_step(&mut sequence, 1);
        assert!(
            !can_remove(Some(&sequence)),
            "one step and what did not follow"
        );
        assert!(has_end(Some(&sequence)));
        assert!(!can_remove(None));
    }

    #[test]
    fn a_span_keeps_its_length_in_another_unit() {
        let mut step = json!({"names": ["B"]});
        assert_eq!(span_word(step.get("within")), "any");
        set_span(&mut step, "hours");
        assert_eq!(step["within"], json!({"hours": 24}));
        set_span(&mut step, "days");
        assert_eq!(step["within"], json!({"days": 24}));
        assert_eq!(span_word(step.get("within")), "days");
        set_span(&mut step, "any");
        assert_eq!(step, json!({"names": ["B"]}));
    }

    #[test]
    fn what_lies_between_and_what_is_alike_come_and_go() {
        let mut sequence = three();
        add_without(&mut sequence["steps"][2]);
        let has: Vec<bool> = rows(Some(&sequence))
            .iter()
            .map(|row| row.has_without)
            .collect();
        assert_eq!(has, [false, true, true]);
        drop_member(&mut sequence["steps"][1], "without");
        assert!(!rows(Some(&sequence))[1].has_without);
        set_same(&mut sequence, "product");
        assert_eq!(sequence["same"], json!("product"));
        set_same(&mut sequence, "any");
        assert!(sequence.get("same").is_none());
        add_step(&mut sequence);
        assert_eq!(rows(Some(&sequence)).len(), 4);
    }
}
