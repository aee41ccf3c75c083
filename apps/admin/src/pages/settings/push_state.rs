//! How a sender of pushes is put into a site, and how many devices it reaches.

use api_types::{devices::PushState, senders::SenderView};
use leptos::prelude::*;

use super::copy::CopyText;
use crate::{
    api::{Loaded, load, settings},
    format, i18n as t,
    ui::{InlineError, Skeleton},
};

/// What goes into a site, and what has come of it.
#[component]
pub(super) fn PushSite(sender: SenderView) -> impl IntoView {
    let (script, worker) = sender
        .push
        .map(|push| (push.script_url, push.worker_url))
        .unwrap_or_default();
    let tag = format!(
        "<script src=\"{script}\" data-write-key=\"{}\" data-sender=\"{}\" data-worker=\"/enishi-sw.js\" defer></script>",
        t::settings::push_write_key(),
        sender.id,
    );
    let import = format!("importScripts('{worker}');");
    let button = format!(
        "<button data-enishi-push=\"ask\">{}</button>",
        t::settings::push_button_words()
    );
    let id = StoredValue::new(sender.id);
    let state = load(
        move || id.get_value(),
        |id, signal| async move { settings::push_state(&id, &signal).await },
    );
    let body = move || match state.get() {
        Loaded::Loading => view! { <Skeleton lines=3/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || state.reload()/> }.into_any()
        }
        Loaded::Ready(told) => view! { <Told told=told/> }.into_any(),
    };
    view! {
        <div class="form">
            <p><b>{sender.from_name}</b></p>
            {body}
            <p class="t-small ink-2">{t::settings::push_site_about}</p>
            <CopyText label=t::settings::push_worker value=Signal::stored(import)/>
            <CopyText label=t::settings::push_script value=Signal::stored(tag)/>
            <CopyText label=t::settings::push_button value=Signal::stored(button)/>
        </div>
    }
}

#[component]
fn Told(told: PushState) -> impl IntoView {
    let row = |kind: &str, count: i64| {
        let name = kind_word(kind);
        view! { <div><dt>{name}</dt><dd>{move || format::integer(count)}</dd></div> }
    };
    let is_empty = told.devices.is_empty();
    let rows = told.devices.iter().map(|own| row(&own.kind, own.count));
    let rows = rows.collect_view();
    view! {
        {is_empty.then(|| view! { <p class="t-small ink-2">{t::settings::push_nobody}</p> })}
        <dl class="facts">
            {rows}
            <div><dt>{t::settings::push_lost}</dt><dd>{move || format::integer(told.lost)}</dd></div>
        </dl>
    }
}

fn kind_word(kind: &str) -> fn() -> &'static str {
    match kind {
        "apns" => t::settings::device_apns,
        "apns_sandbox" => t::settings::device_apns_sandbox,
        "fcm" => t::settings::device_fcm,
        _ => t::settings::device_browser,
    }
}
