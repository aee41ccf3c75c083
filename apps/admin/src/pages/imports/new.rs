//! A new import: what the file holds, and the file.

use leptos::prelude::*;

use super::words;
use crate::{
    api::{Submit, imports},
    app::bar::use_crumb,
    i18n as t,
    routes::{Route, use_go},
    ui::{Choice, FileDrop, FormError, PageHeader, RadioGroup, ThreadBar},
};

/// Choosing and sending a file.
#[component]
pub fn NewImport() -> impl IntoView {
    use_crumb(t::imports::new);
    let kind = RwSignal::new("customers".to_owned());
    let (submit, share, name) = (
        Submit::default(),
        RwSignal::new(0.0_f64),
        RwSignal::new(String::new()),
    );
    let go = use_go();
    let on_file = UnsyncCallback::new(move |file: web_sys::File| {
        share.set(0.0);
        name.set(file.name());
        let (kind, go) = (kind.get_untracked(), go.clone());
        submit.run(
            async move {
                imports::upload(&kind, &file, move |now| {
                    share.try_set(now);
                })
                .await
            },
            move |looked| go(&Route::Import(looked.import.id)),
        );
    });
    let kinds = words::KINDS
        .into_iter()
        .map(|name| Choice::new(name, move || words::kind(name)))
        .collect::<Vec<_>>();
    let about = move || {
        kind.with(|kind| match kind.as_str() {
            "orders" => t::imports::orders_about(),
            "products" => t::imports::products_about(),
            _ => t::imports::customers_about(),
        })
    };
    let body = move || {
        if submit.busy().get() {
            view! { <Sending name=name share=share/> }.into_any()
        } else {
            view! { <FileDrop label=t::imports::drop hint=t::imports::drop_hint accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values" on_file=on_file/> }
                .into_any()
        }
    };
    view! {
        <PageHeader title=t::imports::new say=t::imports::new_say/>
        <div class="im-new">
            <RadioGroup label=t::imports::kind value=kind choices=kinds/>
            <p class="t-small ink-3 set-under">{about}</p>
            {body}
            <FormError submit=submit/>
        </div>
    }
}

/// How far the file has been sent; after that the server looks at it.
#[component]
fn Sending(name: RwSignal<String>, share: RwSignal<f64>) -> impl IntoView {
    let label = move || {
        if share.get() < 1.0 {
            t::imports::sending(name.get())
        } else {
            t::imports::looking(name.get())
        }
    };
    view! {
        <div class="im-send" role="status">
            <p class="t-small ink-2">{label}</p>
            <ThreadBar share=share label=t::imports::upload/>
        </div>
    }
}
