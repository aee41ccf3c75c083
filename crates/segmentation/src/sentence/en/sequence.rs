//! Sequences in English: "who viewed a product, then put it into the cart, then did not buy it".

use super::{
    act_words, object_words,
    words::{span_words, window_words},
};
use crate::{
    language::{Picked, Same, Sequence, Since, Span},
    sentence::Labels,
};

pub(super) fn clause(sequence: &Sequence, labels: &dyn Labels) -> String {
    let mut parts = Vec::new();
    for (i, step) in sequence.steps.iter().enumerate() {
        let (done, _) = act(step.picked(), labels);
        if i == 0 {
            parts.push(format!("who {done}{}", window_words(sequence.within)));
            continue;
        }
        let without = step.without.as_ref().map_or(String::new(), |without| {
            let (_, base) = act(without.picked(), labels);
            format!(" (and did not {base} in between)")
        });
        parts.push(format!("then {done}{}{without}", soon(step.within)));
    }
    if let Some(then_not) = &sequence.then_not {
        let (_, base) = act(then_not.picked(), labels);
        parts.push(format!("then did not {base}{}", soon(then_not.within)));
    }
    let same = match sequence.same {
        None => "",
        Some(Same::Product) => ", all about the same product",
        Some(Same::Category) => ", all about the same category",
        Some(Same::Order) => ", all about the same order",
    };
    format!("{}{same}", parts.join(", "))
}

/// Says after what else events are counted: " since they last bought something".
pub(super) fn since(since: Option<&Since>, labels: &dyn Labels) -> String {
    let Some(since) = since else {
        return String::new();
    };
    let which = match since {
        Since::Latest(_) => "last",
        Since::First(_) => "first",
    };
    let (done, _) = act(since.selector().picked(), labels);
    format!(" since they {which} {done}")
}

/// Returns the act in the past and in the base form, with what else is asked of it.
fn act(picked: Picked<'_>, labels: &dyn Labels) -> (String, String) {
    let (object, more) = object_words(picked, labels);
    let (past, base) = act_words(picked, &object);
    (format!("{past}{more}"), format!("{base}{more}"))
}

fn soon(within: Option<Span>) -> String {
    within.map_or(String::new(), |span| {
        format!(" within {}", span_words(span))
    })
}
