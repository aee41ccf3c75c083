//! Saving, publishing and deleting a menu.

use api_types::line_menus::LineMenuView;
use leptos::prelude::*;

use super::state::State;
use crate::{
    api::{Submit, line_menus},
    i18n as t,
    routes::{Route, use_go},
    state::{session, toast::use_toasts},
    ui::{Button, ButtonKind, Confirm, Icon},
};

/// The buttons above the designer.
#[component]
pub(super) fn Deeds(state: State, submit: Submit) -> impl IntoView {
    let toasts = use_toasts();
    let keep = move |saved: LineMenuView| state.saved.set(saved);
    let id = state.saved.with_untracked(|saved| saved.id.clone());
    let id = StoredValue::new(id);
    let save = move || {
        let body = state.body();
        submit.run(
            async move { line_menus::save(&id.get_value(), &body).await },
            move |saved| {
                keep(saved);
                toasts.say(t::menus::saved());
            },
        );
    };
    let publish = move || {
        let (body, is_dirty) = (state.body(), untrack(|| state.is_dirty()));
        submit.run(
            async move {
                let id = id.get_value();
                let version = if is_dirty {
                    let saved = line_menus::save(&id, &body).await?;
                    let version = saved.version;
                    keep(saved);
                    version
                } else {
                    body.version
                };
                line_menus::publish(&id, version).await
            },
            move |saved| {
                keep(saved);
                toasts.say(t::menus::published());
            },
        );
    };
    let nothing_new = Signal::derive(move || {
        let is_out = state
            .saved
            .with(|saved| !saved.is_changed && saved.state != "refused");
        is_out && !state.is_dirty()
    });
    let clean = Signal::derive(move || !state.is_dirty());
    view! {
        {move || session::may("campaigns:launch").then(|| view! { <Remove id=id/> })}
        {move || session::may("contents:write").then(|| view! {
            <Button icon=Icon::Save label=t::menus::save busy=submit.busy() disabled=clean on_press=save/>
        })}
        {move || session::may("campaigns:launch").then(|| view! {
            <Button kind=ButtonKind::Primary icon=Icon::Send label=t::menus::publish busy=submit.busy() disabled=nothing_new on_press=publish/>
        })}
    }
}

#[component]
fn Remove(id: StoredValue<String>) -> impl IntoView {
    let (is_open, submit, go) = (RwSignal::new(false), Submit::default(), use_go());
    let go = StoredValue::new(go);
    let remove = move || {
        submit.run(
            async move { line_menus::remove(&id.get_value()).await },
            move |()| go.with_value(|go| go(&Route::LineMenus)),
        );
    };
    view! {
        <Button kind=ButtonKind::Quiet icon=Icon::Trash2 label=t::menus::remove on_press=move || is_open.set(true)/>
        <Confirm open=is_open title=t::menus::remove_title warning=t::menus::remove_body action=t::menus::remove submit=submit on_confirm=remove/>
    }
}
