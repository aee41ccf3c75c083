//! What the chosen area does, and where it lies, in fields.

use api_types::line_menus::{LineMenuAction, LineMenuArea, LineMenuView};
use leptos::prelude::*;

use super::{state::State, words};
use crate::{
    api::Submit,
    i18n as t,
    ui::{Button, ButtonKind, ButtonSize, Choice, Icon, NumberField, SelectField, TextField},
};

/// The chosen area.
#[component]
pub(super) fn Chosen(
    state: State,
    /// The other menus of the account, to which a tap may lead.
    others: Signal<Vec<LineMenuView>>,
    /// The call that publishes: what it was refused for stands at the fields.
    submit: Submit,
) -> impl IntoView {
    move || {
        let at = state.chosen.get()?;
        let area = state.areas.with_untracked(|areas| areas.get(at).cloned())?;
        Some(view! { <Form state=state at=at area=area others=others submit=submit/> })
    }
}

#[component]
fn Form(
    state: State,
    at: usize,
    area: LineMenuArea,
    others: Signal<Vec<LineMenuView>>,
    submit: Submit,
) -> impl IntoView {
    let remove = move || state.remove(at);
    view! {
        <section class="mn-form" aria-label=move || t::menus::area(words::letter(at))>
            <header class="row-g">
                <h3 class="t-head">{move || t::menus::area(words::letter(at))}</h3>
                <span class="mn-end">
                    <Button kind=ButtonKind::Quiet size=ButtonSize::Small icon=Icon::Trash2 label=t::menus::area_remove on_press=remove/>
                </span>
            </header>
            <Does state=state at=at area=area.clone() others=others submit=submit/>
            <Place state=state at=at area=area/>
        </section>
    }
}

/// What a tap does.
#[component]
fn Does(
    state: State,
    at: usize,
    area: LineMenuArea,
    others: Signal<Vec<LineMenuView>>,
    submit: Submit,
) -> impl IntoView {
    let kind = RwSignal::new(words::kind(&area.action).to_owned());
    let text = RwSignal::new(match &area.action {
        LineMenuAction::Uri { uri } => uri.clone(),
        LineMenuAction::Message { text } => text.clone(),
        LineMenuAction::Postback { data, .. } => data.clone(),
        LineMenuAction::Switch { menu } => menu.clone(),
    });
    let said = RwSignal::new(match &area.action {
        LineMenuAction::Postback { display_text, .. } => display_text.clone(),
        _ => String::new(),
    });
    let label = RwSignal::new(area.label.clone());
    Effect::new(move |before: Option<String>| {
        // An address is no id of a menu, and an id no address.
        let now = kind.get();
        if before.is_some_and(|before| (before == "switch") != (now == "switch")) {
            text.set(String::new());
        }
        now
    });
    Effect::new(move |_| {
        let (kind, text, said, label) = (kind.get(), text.get(), said.get(), label.get());
        state.change(at, move |area| {
            area.label = label;
            area.action = match kind.as_str() {
                "message" => LineMenuAction::Message { text },
                "postback" => LineMenuAction::Postback {
                    data: text,
                    display_text: said,
                },
                // Nothing chosen yet: kept as an address, since a draft's tab must name a menu.
                "switch" if !text.is_empty() => LineMenuAction::Switch { menu: text },
                _ => LineMenuAction::Uri { uri: text },
            };
        });
    });
    let fault = move |name: &'static str| {
        Signal::derive(move || {
            let error = submit.error()?;
            error.field(&format!("/document/areas/{at}/{name}"))
        })
    };
    let field = move || {
        match kind.get().as_str() {
        "message" => view! { <TextField label=t::menus::says value=text error=fault("action/text")/> }.into_any(),
        "postback" => view! {
            <TextField label=t::menus::data value=text hint=t::menus::data_hint error=fault("action/data")/>
            <TextField label=t::menus::display_text value=said hint=t::menus::display_text_hint error=fault("action/display_text")/>
        }
        .into_any(),
        "switch" => {
            let choices = Signal::derive(move || {
                let menus = others.get().into_iter();
                let menus = menus.map(|menu| Choice::new(menu.id, menu.name));
                std::iter::once(Choice::new("", t::menus::choose_menu))
                    .chain(menus)
                    .collect::<Vec<_>>()
            });
            view! { <SelectField label=t::menus::to_menu value=text choices=choices hint=t::menus::to_menu_hint error=fault("action/menu")/> }.into_any()
        }
        _ => view! { <TextField label=t::menus::address value=text placeholder="https://" error=fault("action/uri")/> }.into_any(),
    }
    };
    let kinds = vec![
        Choice::new("uri", t::menus::action_uri),
        Choice::new("message", t::menus::action_message),
        Choice::new("postback", t::menus::action_postback),
        Choice::new("switch", t::menus::action_switch),
    ];
    view! {
        <SelectField label=t::menus::does value=kind choices=Signal::stored(kinds)/>
        {field}
        <TextField label=t::menus::spoken value=label hint=t::menus::spoken_hint error=fault("label")/>
    }
}

/// Where an area lies.
#[component]
fn Place(state: State, at: usize, area: LineMenuArea) -> impl IntoView {
    let side = |value: i64| RwSignal::new(Some(value));
    let (x, y) = (side(area.x), side(area.y));
    let (width, height) = (side(area.width), side(area.height));
    // What is drawn with the mouse shows in the fields.
    Effect::new(move |_| {
        let area = state.areas.with(|areas| areas.get(at).cloned());
        let Some(area) = area else { return };
        for (field, value) in [
            (x, area.x),
            (y, area.y),
            (width, area.width),
            (height, area.height),
        ] {
            if field.get_untracked() != Some(value) {
                field.set(Some(value));
            }
        }
    });
    Effect::new(move |_| {
        let sides = (x.get(), y.get(), width.get(), height.get());
        if let (Some(x), Some(y), Some(width), Some(height)) = sides {
            state.change(at, move |area| {
                (area.x, area.y, area.width, area.height) = (x, y, width, height);
            });
        }
    });
    view! {
        <div class="mn-place">
            <NumberField label=t::menus::left value=x/>
            <NumberField label=t::menus::top value=y/>
            <NumberField label=t::menus::width value=width/>
            <NumberField label=t::menus::height value=height/>
        </div>
        <p class="t-small ink-3">{t::menus::place_hint}</p>
    }
}
