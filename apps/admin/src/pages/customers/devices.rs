//! Her devices that take pushes, and those that do no more.

use api_types::devices::DeviceView;
use leptos::prelude::*;

use crate::{
    api::{Load, Loaded, Submit, customers, load},
    format, i18n as t,
    state::{session, toast::use_toasts},
    ui::{Button, ButtonSize, Confirm, Icon, InlineError, Section, Skeleton, Status, Tone},
};

/// The section.
#[component]
pub(super) fn Devices(
    /// The customer.
    id: String,
) -> impl IntoView {
    let own = id.clone();
    let devices = load(
        move || own.clone(),
        |id, signal| async move { customers::devices(&id, &signal).await },
    );
    let id = StoredValue::new(id);
    let removing = RwSignal::new(None::<DeviceView>);
    let body = move || match devices.get() {
        Loaded::Loading => view! { <Skeleton lines=2/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || devices.reload()/> }.into_any()
        }
        Loaded::Ready(all) if all.is_empty() => {
            view! { <p class="t-small ink-3">{t::customers::no_devices}</p> }.into_any()
        }
        Loaded::Ready(all) => {
            let rows = all.into_iter().map(|own| device(own, removing));
            view! { <ul class="cu-cons">{rows.collect_view()}</ul> }.into_any()
        }
    };
    view! {
        <Section title=t::customers::devices>{body}</Section>
        <Remove id=id removing=removing devices=devices/>
    }
}

fn device(own: DeviceView, removing: RwSignal<Option<DeviceView>>) -> impl IntoView {
    let kind: fn() -> &'static str = match own.kind.as_str() {
        "apns" => t::settings::device_apns,
        "apns_sandbox" => t::settings::device_apns_sandbox,
        "fcm" => t::settings::device_fcm,
        _ => t::settings::device_browser,
    };
    let (tone, icon, label): (Tone, Icon, fn() -> &'static str) = match own.gone_why.as_deref() {
        None => (Tone::Good, Icon::Check, t::customers::device_on),
        Some("service") => (Tone::Danger, Icon::Ban, t::customers::device_lost),
        Some("owner") => (Tone::Neutral, Icon::Ban, t::customers::device_stopped),
        Some(_) => (Tone::Neutral, Icon::Ban, t::customers::device_removed),
    };
    let since = format::millis(own.gone_at.as_deref().unwrap_or(&own.registered_at));
    let name = own.name.clone();
    let (is_named, sender) = (!name.is_empty(), own.sender_name.clone());
    let remove = own.gone_at.is_none().then_some(move || {
        let own = own.clone();
        session::may("profiles:write").then(|| {
            view! { <Button size=ButtonSize::Small label=t::customers::device_remove on_press=move || removing.set(Some(own.clone()))/> }
        })
    });
    view! {
        <li>
            <span>
                {Icon::Smartphone.view()} " "
                {if is_named { view! { {name} }.into_any() } else { view! { {kind} }.into_any() }}
                " " <small>{sender}</small>
            </span>
            <Status tone=tone icon=icon label=label/>
            <small>{move || t::customers::since(format::date(since))}</small>
            {remove}
        </li>
    }
}

#[component]
fn Remove(
    id: StoredValue<String>,
    removing: RwSignal<Option<DeviceView>>,
    devices: Load<Vec<DeviceView>>,
) -> impl IntoView {
    let (open, submit, toasts) = (RwSignal::new(false), Submit::default(), use_toasts());
    Effect::new(move |_| open.set(removing.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && removing.with_untracked(Option::is_some) {
            removing.set(None);
        }
    });
    let remove = move || {
        let Some(own) = removing.get_untracked() else {
            return;
        };
        let id = id.get_value();
        submit.run(
            async move { customers::remove_device(&id, &own.id).await },
            move |()| {
                open.set(false);
                devices.reload();
                toasts.say(t::customers::device_was_removed());
            },
        );
    };
    view! {
        <Confirm open=open title=t::customers::device_remove_title warning=t::customers::device_remove_body action=t::customers::device_remove submit=submit on_confirm=remove/>
    }
}
