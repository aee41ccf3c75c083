//! A new campaign: a name, then its five cards.

use leptos::prelude::*;

use crate::{
    api::{Submit, campaigns as api},
    app::bar::use_crumb,
    i18n as t,
    routes::{Route, use_go},
    ui::{Button, ButtonKind, FormError, PageHeader, TextField},
};

/// The name of a new campaign.
#[component]
pub fn NewCampaign() -> impl IntoView {
    use_crumb(t::campaigns::new_title);
    let name = RwSignal::new(String::new());
    let submit = Submit::default();
    let go = StoredValue::new(use_go());
    let is_nameless = Signal::derive(move || name.with(|name| name.trim().is_empty()));
    let make = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if is_nameless.get_untracked() {
            return;
        }
        submit.run(
            api::create(name.get_untracked().trim().to_owned()),
            move |view| {
                go.with_value(|go| go(&Route::Campaign(view.summary.id)));
            },
        );
    };
    view! {
        <PageHeader title=t::campaigns::new_title say=t::campaigns::new_say/>
        <form class="form form-n" on:submit=make>
            <TextField label=t::campaigns::name value=name hint=t::campaigns::name_hint required=true error=submit.field("/name")/>
            <FormError submit=submit fields=&["/name"]/>
            <div><Button kind=ButtonKind::Primary label=t::campaigns::begin submit=true disabled=is_nameless busy=submit.busy()/></div>
        </form>
    }
}
