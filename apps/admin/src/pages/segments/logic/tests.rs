use serde_json::{Value, json};

use super::*;

fn fact(key: &str) -> Value {
    json!({"fact": {"of": {"attribute": key}, "test": "exists"}})
}

fn document(root: &Value) -> Value {
    json!({"version": 2, "root": root})
}

/// The keys in the order of the tree, groups in brackets, exclusions with a minus.
fn shape(document: &Value, group: &str) -> String {
    let inside: Vec<String> = items(document, group)
        .into_iter()
        .map(|item| {
            let word = if item.kind.is_group() {
                shape(document, &item.inner)
            } else {
                let at = format!("{}/fact/of/attribute", item.inner);
                document
                    .pointer(&at)
                    .and_then(Value::as_str)
                    .unwrap_or("?")
                    .to_owned()
            };
            if item.is_not {
                format!("-{word}")
            } else {
                word
            }
        })
        .collect();
    format!("{}({})", op_of(document, group), inside.join(" "))
}

fn sample() -> Value {
    document(&json!({"all": [fact("a"), {"any": [fact("b"), fact("c")]}, {"not": fact("d")}]}))
}

#[test]
fn a_rule_without_a_group_gets_one_and_rubbish_becomes_everybody() {
    assert_eq!(shape(&normal(&document(&fact("a"))), ROOT), "all(a)");
    assert_eq!(normal(&json!({})), everybody());
    assert_eq!(normal(&sample()), sample());
}

#[test]
fn moving_down_goes_into_a_group_and_out_of_it_again() {
    let mut rule = sample();
    let at = shift(&mut rule, "/root/all/0", Way::Down).unwrap();
    assert_eq!(
        (shape(&rule, ROOT), at.as_str()),
        ("all(any(a b c) -d)".to_owned(), "/root/all/0/any/0")
    );
    let at = shift(&mut rule, &at, Way::Down).unwrap();
    assert_eq!(shape(&rule, ROOT), "all(any(b a c) -d)");
    let at = shift(&mut rule, &at, Way::Down).unwrap();
    let at = shift(&mut rule, &at, Way::Down).unwrap();
    assert_eq!(
        (shape(&rule, ROOT), at.as_str()),
        ("all(any(b c) a -d)".to_owned(), "/root/all/1")
    );
    let at = shift(&mut rule, &at, Way::Down).unwrap();
    assert_eq!(shape(&rule, ROOT), "all(any(b c) -d a)");
    assert_eq!(
        shift(&mut rule, &at, Way::Down),
        None,
        "below the last row there is nothing"
    );
}

#[test]
fn moving_up_mirrors_moving_down_and_the_last_one_out_closes_the_group() {
    let mut rule = document(&json!({"all": [{"not": {"any": [fact("a")]}}, fact("b")]}));
    let at = shift(&mut rule, "/root/all/1", Way::Up).unwrap();
    assert_eq!(
        (shape(&rule, ROOT), at.as_str()),
        ("all(-any(a b))".to_owned(), "/root/all/0/not/any/1")
    );
    let at = shift(&mut rule, "/root/all/0/not/any/0", Way::Up).unwrap();
    assert_eq!(
        (shape(&rule, ROOT), at.as_str()),
        ("all(a -any(b))".to_owned(), "/root/all/0")
    );
    let at = shift(&mut rule, "/root/all/1/not/any/0", Way::Down).unwrap();
    assert_eq!(
        (shape(&rule, ROOT), at.as_str()),
        ("all(a b)".to_owned(), "/root/all/1")
    );
    assert_eq!(shift(&mut rule, "/root/all/0", Way::Up), None);
}

#[test]
fn removing_the_last_of_a_group_removes_the_group_but_never_the_root() {
    let mut rule = document(&json!({"all": [{"any": [{"all": [fact("a")]}]}]}));
    assert!(remove(&mut rule, "/root/all/0/any/0/all/0"));
    assert_eq!(rule, everybody());
    assert!(!remove(&mut rule, "/root/all/0"));
}

#[test]
fn a_row_is_added_copied_wrapped_turned_and_its_group_told_otherwise() {
    let mut rule = everybody();
    assert_eq!(
        add(&mut rule, ROOT, fact("a")).as_deref(),
        Some("/root/all/0")
    );
    assert_eq!(
        duplicate(&mut rule, "/root/all/0").as_deref(),
        Some("/root/all/1")
    );
    toggle_not(&mut rule, "/root/all/1");
    assert_eq!(shape(&rule, ROOT), "all(a -a)");
    wrap(&mut rule, "/root/all/1");
    assert_eq!(shape(&rule, ROOT), "all(a any(-a))");
    toggle_not(&mut rule, "/root/all/1/any/0");
    set_op(&mut rule, "/root/all/1", "all");
    set_op(&mut rule, ROOT, "any");
    assert_eq!(shape(&rule, ROOT), "any(a all(a))");
}

#[test]
fn setting_makes_the_members_on_the_way() {
    let mut rule = document(&json!({"all": [{"events": {"names": ["x"], "test": "never"}}]}));
    set(&mut rule, "/root/all/0/events/within/last/days", json!(14));
    assert_eq!(
        rule.pointer("/root/all/0/events/within"),
        Some(&json!({"last": {"days": 14}}))
    );
    set(&mut rule, "/root/all/0/events/where", json!([]));
    assert_eq!(rule.pointer("/root/all/0/events/where"), Some(&json!([])));
}

#[test]
fn a_row_is_carried_within_its_group_only() {
    let mut rule = sample();
    assert_eq!(
        carry(&mut rule, "/root/all/2", "/root/all/0").as_deref(),
        Some("/root/all/0")
    );
    assert_eq!(shape(&rule, ROOT), "all(-d a any(b c))");
    assert_eq!(carry(&mut rule, "/root/all/0", "/root/all/2/any/0"), None);
    assert_eq!(carry(&mut rule, "nonsense", "/root/all/0"), None);
    assert_eq!(shape(&rule, ROOT), "all(-d a any(b c))");
}
