//! Random rules.

use kernel::id::{CampaignId, ListId, SegmentId};
use serde_json::{Value as Json, json};

use super::{
    Dice, INNER, NAMES, PATHS, PEOPLE, TEXTS,
    sequence::{picked, sequence},
};
use crate::{naive::part, world::LIST};

fn span(dice: &mut Dice) -> Json {
    dice.pick(&[
        json!({"days": 1}),
        json!({"days": 7}),
        json!({"weeks": 2}),
        json!({"hours": 24}),
        json!({"days": 90}),
    ])
}

fn moment(dice: &mut Dice) -> Json {
    match dice.below(4) {
        0 => json!({"date": dice.pick(&["2026-07-14", "2026-07-13", "2026-06-30", "1990-07-14"])}),
        1 => {
            json!({"instant": dice.pick(&["2026-07-13T15:00:00Z", "2026-07-14T01:42:00Z", "2026-07-07T01:42:00Z"])})
        }
        2 => json!({"ahead": span(dice)}),
        _ => json!({"ago": span(dice)}),
    }
}

pub(crate) fn window(dice: &mut Dice) -> Json {
    match dice.below(8) {
        5 => json!({"this": dice.pick(&["day", "week", "month", "quarter", "year"])}),
        6 | 7 => {
            let unit = dice.pick(&["days", "weeks", "months", "quarters", "years"]);
            json!({"last_full": {unit: dice.pick(&[1, 1, 2, 3])}})
        }
        0 => json!("ever"),
        1 | 2 => json!({"last": span(dice)}),
        3 => {
            json!({"between": {"from": {"ago": {"days": 90}}, "until": {"ago": dice.pick(&[json!({"days": 7}), json!({"hours": 24})])}}})
        }
        _ => {
            let mut bounds = json!({});
            if dice.one_in(2) {
                bounds["from"] = json!({"date": dice.pick(&["2026-06-14", "2026-07-07"])});
            }
            if dice.one_in(2) {
                bounds["until"] =
                    json!({"date": dice.pick(&["2026-07-13", "2026-07-14", "2026-08-01"])});
            }
            json!({"between": bounds})
        }
    }
}

fn compare(dice: &mut Dice, values: &[i64]) -> Json {
    let value = dice.pick(values);
    match dice.below(7) {
        0 => json!({"equals": value}),
        1 => json!({"not_equals": value}),
        2 => json!({"less_than": value}),
        3 => json!({"at_most": value}),
        4 => json!({"greater_than": value}),
        5 => json!({"at_least": value}),
        _ => json!({"between": [value, value + 2]}),
    }
}

fn text_test(dice: &mut Dice) -> Json {
    let word = dice.pick(TEXTS);
    let part = dice.pick(&["5", "%", "_", "ゴ", "G", "かた", "ﾀｶ", "野", "\"", "\\"]);
    let list: Vec<&str> = (0..dice.int(1, 4)).map(|_| dice.pick(TEXTS)).collect();
    match dice.below(10) {
        8 => {
            let pattern = dice.pick(&[
                "^[0-9]+%?$",
                "(?i)gold",
                "^$",
                "\\p{Katakana}",
                "[ぁ-ゖ]{2}",
                "^.{4}$",
                "かた|野",
                "'b\\\"",
            ]);
            json!({"text": {"matches": pattern}})
        }
        0 => json!({"text": {"equals": word}}),
        1 => json!({"text": {"not_equals": word}}),
        2 => json!({"text": {"contains": part}}),
        3 => json!({"text": {"not_contains": part}}),
        4 => json!({"text": {"starts_with": part}}),
        5 => json!({"text": {"ends_with": part}}),
        6 => json!({"text": {"in": list}}),
        _ => json!({"text": {"not_in": list}}),
    }
}

fn number_test(dice: &mut Dice) -> Json {
    match dice.below(9) {
        0 => json!({"number": {"in": [0, 99.5]}}),
        1 => json!({"number": {"not_in": [0, 99.5]}}),
        _ => json!({"number": compare(dice, &[0, 99, 100, 5])}),
    }
}

fn date_test(dice: &mut Dice, with_months: bool) -> Json {
    let first = moment(dice);
    match dice.below(if with_months { 12 } else { 7 }) {
        9.. => {
            let (from, until) = dice.pick(&[
                (0, 7),
                (-14, 0),
                (0, 0),
                (-100, 265),
                (-14, -14),
                (-150, -120),
            ]);
            let turns = dice.pick(&[json!([]), json!([]), json!([36, 26]), json!([1])]);
            json!({"anniversary": {"from": from, "until": until, "turns": turns}})
        }
        0 => json!({"on": first}),
        1 => json!({"not_on": first}),
        2 => json!({"before": first}),
        3 => json!({"after": first}),
        4 => json!({"on_or_before": first}),
        5 => json!({"on_or_after": first}),
        6 => json!({"between": [first, moment(dice)]}),
        7 => json!("this_month"),
        _ => json!({"month_in": [7, 2]}),
    }
}

fn list_test(dice: &mut Dice) -> Json {
    let list = dice.pick(&[
        json!(["肉"]),
        json!(["肉", "魚"]),
        json!(["かたかな"]),
        json!(["カタカナ", "肉"]),
    ]);
    json!({"list": {dice.pick(&["all_of", "any_of", "none_of"]): list}})
}

fn place_test(dice: &mut Dice) -> Json {
    let (lat, lng, metres) = dice.pick(&[
        (35.681_236, 139.767_125, 1),
        (35.681_236, 139.767_125, 6_000),
        (35.681_236, 139.767_125, 7_000),
        (-17.0, 180.0, 11_000),
        (-17.0, -179.95, 20_000),
        (90.0, 77.0, 11_200),
        (89.9, 0.0, 22_300),
        (0.0, 0.0, 10_000_000),
        (0.0, 0.0, 20_015_115),
    ]);
    let which = dice.pick(&["near", "farther"]);
    json!({"place": {which: {"lat": lat, "lng": lng, "metres": metres}}})
}

fn attribute(key: &str, test: &Json, fold: &str) -> Json {
    json!({"fact": {"of": {"attribute": key}, "test": test, "fold": fold}})
}

fn leaf(dice: &mut Dice) -> Json {
    let fold = dice.pick(&["exact", "japanese"]);
    match dice.below(24) {
        22 | 23 => attribute("home", &place_test(dice), "exact"),
        21 => on_list(dice),
        19 | 20 => was_in(dice),
        14 | 15 => crate::standing::condition(dice),
        16..=18 => sequence(dice),
        0 => {
            let key = dice.pick(&["rank", "city", "points", "好み", "none"]);
            attribute(key, &json!(dice.pick(&["exists", "missing"])), "exact")
        }
        1 | 2 => attribute(dice.pick(&["rank", "city"]), &text_test(dice), fold),
        3 => attribute("points", &number_test(dice), "exact"),
        4 => attribute("born", &json!({"date": date_test(dice, true)}), "exact"),
        5 => attribute("is member", &json!({"boolean": dice.one_in(2)}), "exact"),
        6 => attribute("好み", &list_test(dice), fold),
        7 => match dice.below(3) {
            0 => {
                json!({"fact": {"of": {"field": "first_seen_at"}, "test": {"date": date_test(dice, false)}}})
            }
            1 => {
                json!({"fact": {"of": {"field": "is_anonymous"}, "test": {"boolean": dice.one_in(2)}}})
            }
            _ => {
                json!({"fact": {"of": {"field": "email"}, "test": {"text": {"starts_with": "p1"}}}})
            }
        },
        8 => match dice.below(5) {
            3 => share(dice),
            4 => json!({"not": share(dice)}),
            0 => json!({"reachable": {"channel": dice.pick(&["email", "line", "push"])}}),
            1 => json!({"segment": {"id": SegmentId::from_raw(INNER).to_string()}}),
            _ => {
                json!({"consent": {"channel": "email", "state": dice.pick(&["granted", "withdrawn", "none"])}})
            }
        },
        9 => json!({"message": {
            "kind": dice.pick(&["sent", "opened", "clicked"]),
            "within": window(dice),
            "campaigns": dice.pick(&[json!([]), json!([CampaignId::from_raw(77).to_string()])]),
            "count": compare(dice, &[0, 1, 2]),
        }}),
        _ => events(dice),
    }
}

fn on_list(dice: &mut Dice) -> Json {
    let asked = json!({"list": {"id": ListId::from_raw(LIST).to_string()}});
    if dice.one_in(3) {
        json!({ "not": asked })
    } else {
        asked
    }
}

fn was_in(dice: &mut Dice) -> Json {
    let when = if dice.one_in(2) {
        let mut at = moment(dice);
        while at.get("ahead").is_some() {
            at = moment(dice);
        }
        json!({ "at": at })
    } else {
        json!({"within": window(dice)})
    };
    let asked = json!({"was_in": {"id": SegmentId::from_raw(INNER).to_string(), "when": when}});
    if dice.one_in(3) {
        json!({ "not": asked })
    } else {
        asked
    }
}

/// A share that often begins or ends where a customer stands.
fn share(dice: &mut Dice) -> Json {
    let salt = dice.pick(&["a", "夏"]);
    let own = part(salt, 1_000 + dice.int(0, PEOPLE)) / 100.0;
    let (from, until) = match dice.below(4) {
        0 => (0.0, 50.0),
        1 if own < 100.0 => (own, 100.0),
        _ if own > 0.0 => (0.0, own),
        _ => (12.5, 37.25),
    };
    json!({"share": {"salt": salt, "from": from, "until": until}})
}

/// A rule that refers to no segment.
pub(crate) fn inner(dice: &mut Dice) -> Json {
    let mut second = leaf(dice);
    while second.get("segment").is_some() {
        second = leaf(dice);
    }
    json!({"any": [events(dice), second]})
}

pub(super) fn filter(dice: &mut Dice) -> Json {
    let list = dice.pick(&["in", "not_in"]);
    match dice.below(12) {
        11 => json!({"property": {"key": "place", "test": place_test(dice)}}),
        8 => {
            json!({"weekday": dice.pick(&[json!(["saturday", "sunday"]), json!(["monday"]), json!(["tuesday", "monday"])])})
        }
        9 | 10 => {
            let (from, until) = dice.pick(&[(9, 12), (22, 10), (10, 11), (0, 10), (23, 24)]);
            json!({"hour": {"from": from, "until": until}})
        }
        0 => json!({"product": {list: [dice.pick(&["A-1", "unknown"])]}}),
        1 | 2 => json!({"category": {list: [dice.pick(&[PATHS, &["unknown"]].concat())]}}),
        3 => json!({"amount": compare(dice, &[0, 500, 3_000])}),
        4 => json!({"quantity": compare(dice, &[0, 1, 3])}),
        5 => json!({"property": {"key": "n", "test": number_test(dice)}}),
        6 => json!({"property": {"key": "tags", "test": list_test(dice)}}),
        _ => {
            json!({"property": {"key": "plan", "test": text_test(dice), "fold": dice.pick(&["exact", "japanese"])}})
        }
    }
}

fn events(dice: &mut Dice) -> Json {
    let mut names = vec![dice.pick(NAMES)];
    if dice.one_in(3) {
        names.push(dice.pick(&[NAMES, &["Never Seen"]].concat()));
    }
    let mut filters = Vec::new();
    while dice.one_in(2) && filters.len() < 3 {
        filters.push(filter(dice));
    }
    // Each of the eight comparisons of a date shall come often enough under `latest` and `first`.
    let test = match dice.below(17) {
        8 => json!({"sum": property_number(dice)}),
        9 | 10 => {
            let which = dice.pick(&["average", "minimum", "maximum"]);
            json!({ which: measured(dice) })
        }
        11 => {
            let which = dice.pick(&["average", "minimum", "maximum"]);
            json!({ which: {"property": property_number(dice)} })
        }
        12 | 13 => json!({"distinct": distinct(dice)}),
        0 => json!("never"),
        1 | 2 => json!({"count": {"times": compare(dice, &[0, 1, 2, 3])}}),
        3 => json!({"count": {"lines": compare(dice, &[0, 1, 2, 3])}}),
        4 => json!({"amount": compare(dice, &[0, 500, 3_000, 3_500])}),
        5 => json!({"quantity": compare(dice, &[0, 1, 3])}),
        6 | 14 => json!({"latest": date_test(dice, false)}),
        _ => json!({"first": date_test(dice, false)}),
    };
    let mut events = json!({"events": {
        "names": names, "within": window(dice), "where": filters,
        "machine": dice.pick(&["excluded", "excluded", "included"]), "test": test,
    }});
    if dice.one_in(4) {
        let which = dice.pick(&["latest", "first"]);
        events["events"]["since"] = json!({ which: picked(dice) });
    }
    events
}

fn measured(dice: &mut Dice) -> Json {
    if dice.one_in(2) {
        json!({"quantity": compare(dice, &[0, 1, 2])})
    } else {
        json!({"amount": compare(dice, &[0, 500, 1_166, 1_750])})
    }
}

fn property_number(dice: &mut Dice) -> Json {
    let test = compare(dice, &[0, 1, 2, 7]);
    let test = if dice.one_in(3) {
        json!({dice.pick(&["at_least", "less_than", "equals"]): dice.pick(&[0.1, 2.5, 1.6, 2.6005])})
    } else {
        test
    };
    json!({"key": dice.pick(&["score", "score", "n"]), "test": test})
}

fn distinct(dice: &mut Dice) -> Json {
    let count = compare(dice, &[0, 1, 2]);
    match dice.below(6) {
        0 => json!({"product": count}),
        1 => json!({"category": count}),
        2 => json!({"order": count}),
        3 => json!({"campaign": count}),
        _ => {
            json!({"property": {"key": dice.pick(&["plan", "score", "n", "tags"]), "test": count}})
        }
    }
}

pub(crate) fn tree(dice: &mut Dice, depth: u32) -> Json {
    if depth == 0 || dice.one_in(4) {
        return leaf(dice);
    }
    let n = dice.int(1, 4);
    match dice.below(5) {
        0 => json!({"not": tree(dice, depth - 1)}),
        1 | 2 => json!({"any": (0..n).map(|_| tree(dice, depth - 1)).collect::<Vec<_>>()}),
        _ => json!({"all": (0..n).map(|_| tree(dice, depth - 1)).collect::<Vec<_>>()}),
    }
}
