//! The form of one message.

use leptos::prelude::*;

use super::{
    card::CardForm,
    state::{Kind, Part, State},
};
use crate::{
    i18n as t,
    ui::{Button, ButtonSize, CodeArea, FieldKind, Icon, IconButton, TextArea, TextField},
};

/// LINE shows so many cards beside each other.
const MAX_CARDS: usize = 12;

#[component]
pub(super) fn PartForm(
    state: State,
    parts: RwSignal<Vec<Part>>,
    /// Its place among the messages.
    at: usize,
    part: Part,
) -> impl IntoView {
    let title = match part.kind {
        Kind::Text => t::campaigns::line_text,
        Kind::Image => t::campaigns::line_image,
        Kind::Cards => t::campaigns::line_cards,
        Kind::Json => t::campaigns::line_json,
    };
    let swap = move |with: usize| {
        parts.update(|parts| {
            if with < parts.len() && at < parts.len() {
                parts.swap(at, with);
            }
        });
    };
    let is_first = at == 0;
    let is_last = Signal::derive(move || parts.with(|parts| at + 1 >= parts.len()));
    let remove = move || parts.update(|parts| parts.retain(|other| other.id != part.id));
    view! {
        <section class="ln-m">
            <header class="row-g">
                <b>{title}</b>
                <span class="nw ln-end">
                    <IconButton icon=Icon::ArrowUp size=ButtonSize::Small label=t::campaigns::line_up disabled=is_first on_press=move || swap(at.wrapping_sub(1))/>
                    <IconButton icon=Icon::ArrowDown size=ButtonSize::Small label=t::campaigns::line_down disabled=is_last on_press=move || swap(at + 1)/>
                    <IconButton icon=Icon::Trash2 size=ButtonSize::Small label=t::campaigns::line_remove on_press=remove/>
                </span>
            </header>
            {fields(state, part)}
        </section>
    }
}

fn fields(state: State, part: Part) -> AnyView {
    match part.kind {
        Kind::Text => {
            view! { <TextArea label=t::campaigns::line_words value=part.text rows=5 hint=t::campaigns::line_words_hint/> }.into_any()
        }
        Kind::Image => view! {
            <TextField label=t::campaigns::line_image_url value=part.text kind=FieldKind::Url/>
            <TextField label=t::campaigns::line_image_small value=part.preview kind=FieldKind::Url/>
        }
        .into_any(),
        Kind::Json => view! { <CodeArea label=t::campaigns::line_json value=part.text rows=12/> }.into_any(),
        Kind::Cards => {
            let cards = part.cards;
            let list = move || {
                let entry = |card| view! { <CardForm state=state cards=cards card=card/> };
                cards.get().into_iter().map(entry).collect_view()
            };
            let add = move || cards.update(|cards| cards.push(state.new_card()));
            view! {
                <TextField label=t::campaigns::line_alt value=part.text hint=t::campaigns::line_alt_hint/>
                {list}
                {move || (cards.with(Vec::len) < MAX_CARDS).then(|| view! {
                    <div><Button size=ButtonSize::Small icon=Icon::Plus label=t::campaigns::line_add_card on_press=add/></div>
                })}
            }
            .into_any()
        }
    }
}
