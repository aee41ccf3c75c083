//! A customer added by hand.

use api_types::customers::CreateCustomer;
use leptos::{ev, prelude::*};

use super::{
    edit::{Fields, POINTERS, Person},
    logic::Form,
};
use crate::{
    api::{Submit, customers},
    i18n as t,
    routes::{Route, use_go},
    ui::{Button, ButtonKind, FormError, Sheet, TextField},
};

/// The form beside the list.
#[component]
pub(super) fn CreateSheet(open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Sheet open=open title=t::customers::add_title><CreateForm/></Sheet>
    }
}

#[component]
fn CreateForm() -> impl IntoView {
    let (fields, number) = (Fields::of(&Form::default()), RwSignal::new(String::new()));
    let (submit, go) = (Submit::default(), use_go());
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let number = number.get_untracked().trim().to_owned();
        let customer = CreateCustomer {
            external_id: (!number.is_empty()).then_some(number),
            facts: fields.read().changes(&Form::default()),
        };
        let go = go.clone();
        submit.run(
            async move { customers::create(&customer).await },
            move |made| go(&Route::Customer(made.id)),
        );
    };
    // Another customer has the number or address already: the way there is offered.
    let owner = move || {
        let error = submit
            .error()
            .filter(|error| error.slug == "customer-exists")?;
        let id = error.detail.filter(|id| id.starts_with("prf_"))?;
        Some(view! {
            <p class="t-small">
                {t::customers::exists} " " <a href=Route::Customer(id).path()>{t::customers::open_it}</a>
            </p>
        })
    };
    view! {
        <form class="form" on:submit=on_submit>
            <p class="t-small ink-3">{t::customers::add_hint}</p>
            <TextField label=t::customers::number value=number error=submit.field("/external_id")/>
            <Person fields=fields submit=submit/>
            {move || match owner() {
                Some(owner) => owner.into_any(),
                None => view! { <FormError submit=submit fields=POINTERS/> }.into_any(),
            }}
            <div><Button kind=ButtonKind::Primary label=t::customers::add submit=true busy=submit.busy()/></div>
        </form>
    }
}
