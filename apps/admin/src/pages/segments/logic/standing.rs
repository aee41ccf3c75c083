//! Another cut of the same condition, without a browser.

use serde_json::{Value, json};

/// Returns the word of a standing's cut.
pub(crate) fn cut_word(standing: Option<&Value>) -> &str {
    let cut = standing.and_then(|standing| standing.get("cut"));
    let cut = cut.and_then(Value::as_object);
    let word = cut.and_then(|cut| cut.keys().next());
    word.map_or("equal_counts", String::as_str)
}

/// Returns the number of groups of a standing.
fn size(standing: &Value) -> usize {
    let cut = standing.get("cut");
    match cut.and_then(|cut| cut.get(cut_word(Some(standing)))) {
        Some(Value::Array(breaks)) => breaks.len() + 1,
        Some(Value::Number(n)) => n
            .as_u64()
            .and_then(|n| usize::try_from(n).ok())
            .unwrap_or(5),
        _ => 5,
    }
}

/// Cuts another way: as many groups as before, or breaks to be written over.
pub(crate) fn recut(standing: &Value, word: &str) -> Value {
    let n = size(standing);
    let cut = if word == "breaks" {
        let steps = 1..n.clamp(2, 20);
        json!({"breaks": steps.map(|step| step * 10).collect::<Vec<_>>()})
    } else {
        json!({word: n})
    };
    let mut changed = standing.clone();
    if let Some(members) = changed.as_object_mut() {
        members.insert("cut".to_owned(), cut);
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_cut_keeps_the_number_of_groups() {
        let counts = json!({"by": "recency", "cut": {"equal_counts": 3}, "in": [3]});
        assert_eq!(cut_word(Some(&counts)), "equal_counts");
        let fixed = recut(&counts, "breaks");
        assert_eq!(fixed["cut"], json!({"breaks": [10, 20]}));
        assert_eq!(fixed["in"], json!([3]));
        assert_eq!(
            recut(&fixed, "equal_values")["cut"],
            json!({"equal_values": 3})
        );
        assert_eq!(
            recut(&json!({}), "equal_ranks")["cut"],
            json!({"equal_ranks": 5})
        );
    }
}
