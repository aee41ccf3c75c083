//! By what customers are told apart: how they came, or an attribute of text.

use leptos::prelude::*;

use super::buyers::{ListState, bound};
use crate::{
    api::{load, segments as api},
    i18n as t,
    pages::segments::editor::said,
    ui::{Choice, SelectField},
};

/// The control; the address keeps it in `by`.
#[component]
pub fn Apart(
    /// The address.
    state: ListState,
    /// What it is unless chosen.
    usual: &'static str,
    /// Choices of the page's own, before the others.
    #[prop(default = Vec::new())]
    first: Vec<Choice>,
) -> impl IntoView {
    let vocabulary = load(
        || (),
        |(), signal| async move { api::vocabulary(Some(&signal)).await },
    );
    let choices = Signal::derive(move || {
        let mut choices = first.clone();
        choices.push(Choice::new("channel", t::retention::by_channel));
        choices.push(Choice::new("source", t::retention::by_source));
        let words = vocabulary.value().map(|words| words.attributes);
        let texts = words.unwrap_or_default();
        let texts = texts.iter().filter(|word| word.value_type == "text");
        choices.extend(
            texts.map(|word| Choice::new(format!("attribute:{}", word.key), said(&word.label))),
        );
        choices
    });
    view! { <SelectField label=t::retention::by value=bound(state, "by", usual) choices=choices/> }
}

/// Says by what customers are told apart.
pub(super) fn heading(by: &str) -> &'static str {
    match by {
        "month" => t::retention::head_month(),
        "channel" => t::retention::head_channel(),
        "source" => t::retention::head_source(),
        "segment" => t::retention::head_segment(),
        _ => t::retention::head_attribute(),
    }
}
