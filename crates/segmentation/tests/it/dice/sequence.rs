//! Random sequences.

use serde_json::{Value as Json, json};

use super::{
    Dice, NAMES,
    rule::{filter, window},
};

/// A span that often ends where an event lies.
fn gap(dice: &mut Dice) -> Json {
    dice.pick(&[
        json!({"days": 1}),
        json!({"days": 5}),
        json!({"hours": 24}),
        json!({"hours": 168}),
        json!({"weeks": 2}),
        json!({"days": 23}),
        json!({"days": 60}),
        json!({"minutes": 180}),
    ])
}

/// A choice of events: several names, so that steps find their events.
pub(super) fn picked(dice: &mut Dice) -> Json {
    let mut names = vec![dice.pick(NAMES)];
    while dice.one_in(2) && names.len() < 3 {
        names.push(dice.pick(&[NAMES, &["message_opened", "Never Seen"]].concat()));
    }
    let filters: Vec<Json> = (0..dice.pick(&[0, 0, 0, 0, 1]))
        .map(|_| filter(dice))
        .collect();
    json!({
        "names": names, "where": filters,
        "machine": dice.pick(&["excluded", "excluded", "included"]),
    })
}

pub(crate) fn sequence(dice: &mut Dice) -> Json {
    let n = dice.pick(&[1, 1, 2, 2, 2, 3, 3, 4]);
    let is_open = n == 1 || dice.one_in(3);
    let mut steps: Vec<Json> = (0..n).map(|_| picked(dice)).collect();
    for step in steps.iter_mut().skip(1) {
        if dice.one_in(2) {
            step["within"] = gap(dice);
        }
        if dice.one_in(3) {
            step["without"] = picked(dice);
        }
    }
    let mut sequence = json!({"steps": steps});
    // Long windows, so that there is something to follow.
    if dice.one_in(2) {
        sequence["within"] = window(dice);
    }
    if is_open {
        sequence["then_not"] = picked(dice);
        if !dice.one_in(4) {
            sequence["then_not"]["within"] = gap(dice);
        }
    }
    if dice.one_in(3) {
        sequence["same"] = dice.pick(&[
            json!("product"),
            json!("product"),
            json!("category"),
            json!("order"),
        ]);
    }
    json!({ "sequence": sequence })
}
