//! The form of one card.

use leptos::prelude::*;

use super::state::{Card, Press, State};
use crate::{
    i18n as t,
    ui::{
        Button, ButtonSize, Choice, FieldKind, Icon, IconButton, SelectField, Switch, TextArea,
        TextField,
    },
};

/// More buttons than a thumb wants to choose from.
const MAX_BUTTONS: usize = 4;

#[component]
pub(super) fn CardForm(state: State, cards: RwSignal<Vec<Card>>, card: Card) -> impl IntoView {
    let designs = vec![
        Choice::new("picture", t::campaigns::card_picture),
        Choice::new("coupon", t::campaigns::card_coupon),
        Choice::new("note", t::campaigns::card_note),
    ];
    let remove = move || cards.update(|cards| cards.retain(|other| other.id != card.id));
    let is_only = Signal::derive(move || cards.with(Vec::len) < 2);
    let each = move |on: bool| {
        card.is_each.set(on);
        // What one nearly always wants of a product, unless something has been written already.
        if on && card.title.with_untracked(String::is_empty) {
            card.title.set("{{ product.name }}".to_owned());
            card.image.set("{{ product.image_url }}".to_owned());
            card.note
                .set("{{ product.price | money: product.currency }}".to_owned());
            let press = state.new_press();
            press.label.set(t::campaigns::card_look().to_owned());
            press.target.set("{{ product.url }}".to_owned());
            card.buttons.set(vec![press]);
        }
    };
    let presses = move || {
        let entry = |press| view! { <PressForm buttons=card.buttons press=press/> };
        card.buttons.get().into_iter().map(entry).collect_view()
    };
    let add = move || {
        card.buttons
            .update(|buttons| buttons.push(state.new_press()));
    };
    view! {
        <div class="ln-c">
            <div class="row-g">
                <Switch label=t::campaigns::card_each checked=card.is_each on_change=each/>
                <span class="nw ln-end">
                    <IconButton icon=Icon::Trash2 size=ButtonSize::Small label=t::campaigns::card_remove disabled=is_only on_press=remove/>
                </span>
            </div>
            <SelectField label=t::campaigns::card_design value=card.design choices=designs/>
            <TextField label=t::campaigns::card_title value=card.title/>
            <TextArea label=t::campaigns::card_text value=card.text rows=2/>
            <div class="ln-two">
                <TextField label=t::campaigns::card_big value=card.note/>
                <TextField label=t::campaigns::card_accent value=card.accent placeholder="#06c755"/>
            </div>
            <TextField label=t::campaigns::line_image_url value=card.image kind=FieldKind::Url/>
            {presses}
            {move || (card.buttons.with(Vec::len) < MAX_BUTTONS).then(|| view! {
                <div><Button size=ButtonSize::Small icon=Icon::Plus label=t::campaigns::card_add_button on_press=add/></div>
            })}
        </div>
    }
}

#[component]
fn PressForm(buttons: RwSignal<Vec<Press>>, press: Press) -> impl IntoView {
    let kinds = vec![
        Choice::new("link", t::campaigns::press_link),
        Choice::new("say", t::campaigns::press_say),
    ];
    let remove = move || buttons.update(|buttons| buttons.retain(|other| other.id != press.id));
    let target = move || {
        if press.kind.get() == "say" {
            t::campaigns::press_words()
        } else {
            t::campaigns::press_url()
        }
    };
    view! {
        <div class="ln-b">
            <SelectField label=t::campaigns::press_kind value=press.kind choices=kinds/>
            <TextField label=t::campaigns::press_label value=press.label/>
            <TextField label=target value=press.target/>
            <IconButton icon=Icon::X size=ButtonSize::Small label=t::campaigns::press_remove on_press=remove/>
        </div>
    }
}
