use serde_json::json;

use super::*;

fn faults(rule: &Json) -> Vec<(String, String)> {
    let Err(invalid) = Rule::read(rule) else {
        return Vec::new();
    };
    let told = invalid.0.into_iter();
    told.map(|error| (error.pointer, error.code)).collect()
}

fn ranks(ranks: &Json, period: &Json) -> Json {
    json!({"rank": {"ranks": ranks, "period": period}})
}

#[test]
fn good_rules_read_back() {
    for rule in [
        json!({"dormancy": {"purchase_days": 3, "after": {"days": 365}}}),
        json!({"dormancy": {"purchase_days": 2, "after": {"cycles": {"times": 2.5, "at_least": 30, "at_most": 365, "otherwise": 180}}}}),
        json!({"lifecycle": {"repeat_orders": 2, "loyal": {"days": 365, "orders": 5, "spend": 30_000}}}),
        json!({"lifecycle": {"repeat_orders": 2, "loyal": {"spend": 1}}}),
        json!({"rank": {"ranks": [{"name": "レギュラー"}, {"name": "ゴールド ★", "spend": 5, "orders": 3}],
            "period": {"year": {"from_month": 4}}, "grace": "next_period", "fall": "one_step"}}),
        json!({"rank": {"ranks": [{"name": "Green", "orders": 3}], "period": {"months": 6}, "grace": {"days": 30}, "fall": "to_earned"}}),
    ] {
        let read = Rule::read(&rule).unwrap_or_else(|invalid| panic!("{rule}: {invalid:?}"));
        assert_eq!(read.to_json(), rule);
    }
    let short = Rule::read(&json!({"dormancy": {"after": {"days": 30}}})).unwrap();
    assert_eq!(short.to_json()["dormancy"]["purchase_days"], 3);
}

#[test]
fn what_is_wrong_is_pointed_at() {
    for (rule, pointer, code) in [
        (json!({}), "/rule", "shape"),
        (json!(null), "/rule", "shape"),
        (json!("休眠"), "/rule", "shape"),
        (json!({"rank": {}}), "/rule/rank", "shape"),
        (
            json!({"dormancy": {"after": {"days": 0}}}),
            "/rule/dormancy/after/days",
            "range",
        ),
        (
            json!({"dormancy": {"after": {"days": 4_000_000_000u32}}}),
            "/rule/dormancy/after/days",
            "range",
        ),
        (
            json!({"dormancy": {"purchase_days": 1, "after": {"days": 9}}}),
            "/rule/dormancy/purchase_days",
            "range",
        ),
        (
            json!({"dormancy": {"after": {"cycles": {"times": 1e300, "at_least": 1, "at_most": 2, "otherwise": 3}}}}),
            "/rule/dormancy/after/cycles/times",
            "range",
        ),
        (
            json!({"dormancy": {"after": {"cycles": {"times": 2, "at_least": 5, "at_most": 2, "otherwise": 3}}}}),
            "/rule/dormancy/after/cycles/at_most",
            "order",
        ),
        (
            json!({"lifecycle": {"loyal": {}}}),
            "/rule/lifecycle/loyal",
            "required",
        ),
        (
            json!({"lifecycle": {"loyal": {"spend": -1}}}),
            "/rule/lifecycle/loyal/spend",
            "range",
        ),
        (
            json!({"lifecycle": {"repeat_orders": 1, "loyal": {"orders": 3}}}),
            "/rule/lifecycle/repeat_orders",
            "range",
        ),
    ] {
        assert_eq!(
            faults(&rule),
            [(pointer.to_owned(), code.to_owned())],
            "{rule}"
        );
    }
}

#[test]
fn what_is_no_number_is_pointed_at() {
    for rule in [
        json!({"dormancy": {"after": {"days": -1}}}),
        json!({"dormancy": {"after": {"days": "３６５"}}}),
        json!({"dormancy": {"after": {"days": 3}, "😀": 1}}),
        json!({"lifecycle": {"loyal": {"orders": 2.5}}}),
    ] {
        let found = faults(&rule);
        assert!(
            found.len() == 1 && found[0].0.starts_with("/rule/"),
            "{rule}: {found:?}"
        );
    }
}

#[test]
fn every_key_is_computed() {
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        for def in kind.attributes() {
            assert!(profiles::computed::is_computed(&def.key), "{}", def.key);
        }
    }
}

#[test]
fn what_is_wrong_with_ranks_is_pointed_at() {
    for (rule, pointer, code) in [
        (
            ranks(&json!([]), &json!({"days": 30})),
            "/rule/rank/ranks",
            "range",
        ),
        (
            ranks(&json!([{"name": ""}]), &json!({"days": 30})),
            "/rule/rank/ranks/0/name",
            "name",
        ),
        (
            ranks(
                &json!([{"name": "金"}, {"name": "金", "spend": 5}]),
                &json!({"days": 30}),
            ),
            "/rule/rank/ranks/1/name",
            "repeated",
        ),
        (
            ranks(
                &json!([{"name": "銀", "spend": 5}, {"name": "金"}]),
                &json!({"days": 30}),
            ),
            "/rule/rank/ranks/1",
            "required",
        ),
        (
            ranks(
                &json!([{"name": "銀", "orders": 5}, {"name": "金", "spend": 9}]),
                &json!({"days": 30}),
            ),
            "/rule/rank/ranks/1/orders",
            "order",
        ),
        (
            ranks(&json!([{"name": "😀", "spend": 0}]), &json!({"days": 30})),
            "/rule/rank/ranks/0/spend",
            "range",
        ),
        (
            ranks(
                &json!([{"name": "銀"}]),
                &json!({"year": {"from_month": 13}}),
            ),
            "/rule/rank/period/year/from_month",
            "range",
        ),
        (
            json!({"rank": {"ranks": [{"name": "銀"}], "period": {"months": 12}, "fall": "one_step"}}),
            "/rule/rank/fall",
            "needs_grace",
        ),
    ] {
        assert_eq!(
            faults(&rule),
            [(pointer.to_owned(), code.to_owned())],
            "{rule}"
        );
    }
}

fn score(key: &str, value: Json) -> Json {
    let mut rule =
        json!({"actions": [{"event": "Form Submitted", "points": 50}], "threshold": 100});
    rule[key] = value;
    json!({ "score": rule })
}

fn action(field: &str, value: Json) -> Json {
    let mut action = json!({"event": "Form Submitted", "points": 50});
    action[field] = value;
    score("actions", json!([action]))
}

fn fit(key: &str) -> Json {
    json!([{"attribute": key, "test": {"is": ["IT"]}, "points": 5}])
}

#[test]
fn good_scores_read_back() {
    let good = [
        score("half_life", json!(30)),
        action(
            "where",
            json!({"property": "url", "test": {"contains": "/料金"}}),
        ),
        action("per_day", json!(3)),
        score("fit", fit("業種 😀")),
    ];
    for rule in good {
        let read = Rule::read(&rule).unwrap_or_else(|invalid| panic!("{rule}: {invalid:?}"));
        assert_eq!(read.to_json(), rule);
    }
}

#[test]
fn what_is_wrong_with_scores_is_pointed_at() {
    for (rule, pointer, code) in [
        (score("actions", json!([])), "/rule/score/actions", "range"),
        (
            score("threshold", json!(0)),
            "/rule/score/threshold",
            "range",
        ),
        (
            score("half_life", json!(0)),
            "/rule/score/half_life",
            "range",
        ),
        (
            score("half_life", json!("３０")),
            "/rule/score/half_life",
            "shape",
        ),
        (
            score("grades", json!({"a": 1, "b": 2, "c": 3})),
            "/rule/score/grades",
            "order",
        ),
        (
            score("fit", fit("computed.stage")),
            "/rule/score/fit/0/attribute",
            "computed",
        ),
        (
            action("event", json!(" ")),
            "/rule/score/actions/0/event",
            "text",
        ),
        (
            action("points", json!(0)),
            "/rule/score/actions/0/points",
            "range",
        ),
        (
            action("points", json!(1_000_000)),
            "/rule/score/actions/0/points",
            "range",
        ),
        (
            action("per_day", json!(0)),
            "/rule/score/actions/0/per_day",
            "range",
        ),
        (
            action("where", json!({"property": "x", "test": {"is": []}})),
            "/rule/score/actions/0/where/test/is",
            "range",
        ),
    ] {
        assert_eq!(
            faults(&rule),
            [(pointer.to_owned(), code.to_owned())],
            "{rule}"
        );
    }
}
