//! The name of a group, and the form in its place that changes it.

use api_types::analytics::RfmPart;
use leptos::{ev::KeyboardEvent, html, prelude::*};
use wasm_bindgen::JsCast;

use super::super::definitions::by_language;
use crate::{
    api::{Submit, analytics as api},
    i18n as t,
    state::session,
    ui::{Button, ButtonKind, ButtonSize, FormError, Icon, IconButton, TextField},
};

/// What a group is called: what the workspace says, or else the given name in the language shown.
pub(super) fn called(own: Option<&str>, part: &RfmPart) -> String {
    let given = by_language(&part.name_ja, &part.name_en);
    own.unwrap_or(given).to_owned()
}

/// The name, and a pencil for whoever may change it.
#[component]
pub fn PartName(
    /// The group.
    part: StoredValue<RfmPart>,
    /// What the workspace calls it; changed when that is saved.
    own: RwSignal<Option<String>>,
) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let (place, former) = (NodeRef::<html::Div>::new(), StoredValue::new(false));
    // Whoever opens the form goes on typing; whoever closes it is back at the pencil.
    Effect::new(move |_| {
        let is_open = is_open.get();
        if former.get_value() == is_open {
            return;
        }
        former.set_value(is_open);
        let wanted = if is_open { "input" } else { "button" };
        request_animation_frame(move || {
            let found = place
                .get_untracked()
                .and_then(|place| place.query_selector(wanted).ok().flatten());
            if let Some(element) =
                found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok())
            {
                let _ = element.focus();
            }
        });
    });
    let name = move || part.with_value(|part| own.with(|own| called(own.as_deref(), part)));
    let body = move || {
        if is_open.get() {
            return view! { <Rename part=part own=own is_open=is_open/> }.into_any();
        }
        let pencil = session::may("segments:write").then(|| {
            view! {
                <IconButton icon=Icon::Pencil size=ButtonSize::Small label=move || t::buyers::rename_of(name()) on_press=move || is_open.set(true)/>
            }
        });
        view! { <b>{name}</b> {pencil} }.into_any()
    };
    view! { <div class="part-n" node_ref=place>{body}</div> }
}

#[component]
fn Rename(
    part: StoredValue<RfmPart>,
    own: RwSignal<Option<String>>,
    is_open: RwSignal<bool>,
) -> impl IntoView {
    let present = part.with_value(|part| own.with_untracked(|own| called(own.as_deref(), part)));
    let given = part.with_value(|part| called(None, part));
    let (name, submit) = (RwSignal::new(present), Submit::default());
    let key = move || part.with_value(|part| part.key.clone());
    let save = move || {
        let (key, name) = (key(), name.get_untracked());
        submit.run(async move { api::rename(&key, name).await }, move |saved| {
            own.set(saved.own);
            is_open.set(false);
        });
    };
    let reset = move || {
        let key = key();
        submit.run(async move { api::reset_name(&key).await }, move |()| {
            own.set(None);
            is_open.set(false);
        });
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            is_open.set(false);
        }
    };
    let is_own = own.with_untracked(Option::is_some);
    view! {
        <form
            on:submit=move |event| {
                event.prevent_default();
                save();
            }
            on:keydown=on_key
        >
            <TextField label=t::buyers::part_name value=name error=submit.field("/name")/>
            <FormError submit=submit fields=&["/name"]/>
            <div class="row-g">
                <Button kind=ButtonKind::Primary size=ButtonSize::Small label=t::common::save busy=submit.busy() submit=true/>
                <Button size=ButtonSize::Small label=t::common::cancel on_press=move || is_open.set(false)/>
                {is_own.then(|| view! {
                    <Button kind=ButtonKind::Quiet size=ButtonSize::Small label=move || t::buyers::name_reset(&given) busy=submit.busy() on_press=reset/>
                })}
            </div>
        </form>
    }
}
