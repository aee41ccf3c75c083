//! Sequences in Japanese: 「商品を閲覧し、その後カートに追加し、その後購入していない」.

use super::{
    Form, act_words,
    words::{span_words, window_words},
};
use crate::{
    language::{Events, Picked, Same, Sequence, Since, Span, Window},
    sentence::Labels,
};

pub(super) fn clause(sequence: &Sequence, form: Form, labels: &dyn Labels) -> String {
    let mut parts = Vec::new();
    parts.extend(match sequence.same {
        None => None,
        Some(Same::Product) => Some("同じ商品について".to_owned()),
        Some(Same::Category) => Some("同じカテゴリについて".to_owned()),
        Some(Same::Order) => Some("同じ注文について".to_owned()),
    });
    let last = sequence.steps.len().saturating_sub(1);
    for (i, step) in sequence.steps.iter().enumerate() {
        let form = if i == last && sequence.then_not.is_none() {
            form
        } else {
            Form::Joining
        };
        let act = done(step.picked(), form, labels);
        if i == 0 {
            parts.push(format!("{}{act}", window_words(sequence.within, "に")));
            continue;
        }
        let without = step.without.as_ref();
        let without =
            without.map(|without| format!("（その間に{}）", undone(without.picked(), labels)));
        parts.push(format!(
            "その後{}{}{act}",
            soon(step.within),
            without.unwrap_or_default()
        ));
    }
    if let Some(then_not) = &sequence.then_not {
        let (object, verb) = act_words(then_not.picked(), labels);
        let not = match verb {
            Some(verb) => format!("{object}{verb}して{}", form.pick("おらず", "いない")),
            None => format!("{object}が{}", form.pick("なく", "ない")),
        };
        parts.push(format!("その後{}{not}", soon(then_not.within)));
    }
    parts.join("、")
}

/// Says after what else events are counted: 「最後に商品を購入した後」.
pub(super) fn after(since: &Since, labels: &dyn Labels) -> String {
    let which = match since {
        Since::Latest(_) => "最後",
        Since::First(_) => "最初",
    };
    match act_words(since.selector().picked(), labels) {
        (object, Some(verb)) => format!("{which}に{object}{verb}した後"),
        (object, None) => format!("{which}の{object}の後"),
    }
}

/// Says when, with the particle that fits.
pub(super) fn when(events: &Events, particle: &str, labels: &dyn Labels) -> String {
    let window = window_words(events.within, particle);
    match &events.since {
        None => window,
        Some(since) if events.within == Window::Ever => {
            format!("{}{particle}", after(since, labels))
        }
        Some(since) => format!("{}、{window}", after(since, labels)),
    }
}

fn done(picked: Picked<'_>, form: Form, labels: &dyn Labels) -> String {
    match act_words(picked, labels) {
        (object, Some(verb)) => format!("{object}{verb}し{}", form.pick("", "た")),
        (object, None) => format!("{object}があ{}", form.pick("り", "る")),
    }
}

fn undone(picked: Picked<'_>, labels: &dyn Labels) -> String {
    match act_words(picked, labels) {
        (object, Some(verb)) => format!("{object}{verb}せずに"),
        (object, None) => format!("{object}がないまま"),
    }
}

fn soon(within: Option<Span>) -> String {
    within.map_or(String::new(), |span| format!("{}以内に", span_words(span)))
}
