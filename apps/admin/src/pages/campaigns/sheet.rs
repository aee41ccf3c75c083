//! The sheets in which the cards are answered.

mod channel;
mod contents;
mod goal;
mod line;
mod offer;
mod push;
mod target;
mod timing;

use leptos::prelude::*;

pub(crate) use contents::CustomerPick;
pub(crate) use push::Phones;

use super::{draft::Draft, logic::Card, words};
use crate::{
    i18n as t,
    ui::{Button, ButtonKind, Icon, Sheet},
};

/// The sheet of the card that is open.
#[component]
pub(crate) fn Sheets(
    /// The draft.
    draft: Draft,
    /// Which card.
    open: RwSignal<Option<Card>>,
) -> impl IntoView {
    let is_open = RwSignal::new(open.get_untracked().is_some());
    let last = RwSignal::new(open.get_untracked().unwrap_or(Card::Target));
    Effect::new(move |_| {
        let card = open.get();
        if let Some(card) = card {
            last.set(card);
        }
        is_open.set(card.is_some());
    });
    Effect::new(move |_| {
        if !is_open.get() && open.get_untracked().is_some() {
            open.set(None);
        }
    });
    let title = move || {
        let (name, asks) = words::card(last.get());
        format!("{} — {}", name(), asks())
    };
    let footer = ViewFn::from(move || {
        view! {
            <span class="t-small ink-3 sheet-n">{t::campaigns::saves_itself}</span>
            <Button kind=ButtonKind::Primary label=t::campaigns::done on_press=move || is_open.set(false)/>
        }
    });
    view! {
        <Sheet open=is_open title=title footer=footer>
            {move || {
                let card = last.get();
                view! {
                    <p class="t-say" aria-live="polite">{move || draft.answer(card)}</p>
                    <Wrong draft=draft card=card/>
                    {body(draft, card)}
                }
            }}
        </Sheet>
    }
}

fn body(draft: Draft, card: Card) -> AnyView {
    match card {
        Card::Target => view! { <target::TargetSheet draft=draft/> }.into_any(),
        Card::Offer => view! { <offer::OfferSheet draft=draft/> }.into_any(),
        Card::Timing => view! { <timing::TimingSheet draft=draft/> }.into_any(),
        Card::Channel => view! { <channel::ChannelSheet draft=draft/> }.into_any(),
        Card::Contents if draft.is_for_line() => {
            view! { <line::LineSheet draft=draft/> }.into_any()
        }
        Card::Contents if draft.is_for_push() => {
            view! { <push::PushSheet draft=draft/> }.into_any()
        }
        Card::Contents => view! { <contents::ContentsSheet draft=draft/> }.into_any(),
        Card::Goal => view! { <goal::GoalSheet draft=draft/> }.into_any(),
    }
}

#[component]
fn Wrong(draft: Draft, card: Card) -> impl IntoView {
    move || {
        let found = draft.wrong_with(card);
        let line = |error: api_types::FieldError| {
            view! { <p class="st st-danger card-e">{Icon::CircleAlert.view()} <span>{error.message}</span></p> }
        };
        let shown = found.into_iter().filter(|error| error.code != "missing");
        shown.map(line).collect_view()
    }
}
