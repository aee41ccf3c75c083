//! What the platform counts.

use serde_json::json;

use crate::{
    answer::{Answer, Asked},
    state::State,
};

pub(crate) fn answer(state: &State, asked: &Asked, call: &str) -> Answer {
    match call {
        "quota" => Answer::ok(match state.options.monthly_limit {
            Some(limit) => json!({ "type": "limited", "value": limit }),
            None => json!({ "type": "none" }),
        }),
        "consumption" => Answer::ok(json!({ "totalUsage": state.used })),
        "delivery" => delivery(state, asked),
        "units-used" => {
            Answer::ok(json!({ "numOfCustomAggregationUnits": state.unit_names.len() }))
        }
        _ => asked
            .query("customAggregationUnit")
            .and_then(|unit| state.units.get(&unit).cloned())
            .map_or_else(
                || Answer::ok(json!({ "overview": {}, "messages": [], "clicks": [] })),
                Answer::ok,
            ),
    }
}

/// Under 20 the platform does not tell.
fn delivery(state: &State, asked: &Asked) -> Answer {
    let call = asked.path.rsplit('/').next().unwrap_or_default();
    let count = state.taken.iter().filter(|one| one.call == call).count();
    Answer::ok(if count < 20 {
        json!({ "status": "unavailable_for_privacy" })
    } else {
        json!({ "status": "ready", "success": count })
    })
}
