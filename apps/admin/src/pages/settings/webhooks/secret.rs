//! The signing secret: looked at on demand, replaced with a day of two signatures.

use api_types::webhooks::{WebhookSecretView, WebhookView};
use leptos::prelude::*;

use super::super::copy::CopyText;
use crate::{
    api::{Submit, webhooks},
    format, i18n as t,
    state::toast::use_toasts,
    ui::{Button, FormError, Icon, Note, Tone},
};

/// The secret of a webhook.
#[component]
pub(super) fn Secret(webhook: WebhookView) -> impl IntoView {
    let (show, replace, toasts) = (Submit::default(), Submit::default(), use_toasts());
    let shown = RwSignal::new(None::<WebhookSecretView>);
    let until = RwSignal::new(webhook.old_secret_until);
    let id = StoredValue::new(webhook.id);
    let open = move || {
        let id = id.get_value();
        show.run(async move { webhooks::secret(&id).await }, move |secret| {
            until.set(secret.old_secret_until.clone());
            shown.set(Some(secret));
        });
    };
    let change = move || {
        let id = id.get_value();
        replace.run(
            async move { webhooks::replace_secret(&id).await },
            move |secret| {
                until.set(secret.old_secret_until.clone());
                shown.set(Some(secret));
                toasts.say(t::webhooks::replaced());
            },
        );
    };
    let value = Signal::derive(move || shown.get().map(|one| one.secret).unwrap_or_default());
    let two = move || {
        until.get().map(|until| {
            let at = format::millis(&until);
            view! { <Note tone=Tone::Act>{move || t::webhooks::secret_old_until(format::date_time(at))}</Note> }
        })
    };
    view! {
        <div class="form">
            <p class="t-small ink-2">{t::webhooks::secret_about}</p>
            {two}
            {move || if shown.with(Option::is_some) {
                view! { <CopyText label=t::webhooks::secret value=value/> }.into_any()
            } else {
                view! { <div><Button icon=Icon::Eye label=t::webhooks::secret_show busy=show.busy() on_press=open/></div> }.into_any()
            }}
            <FormError submit=show/>
            <p class="t-small ink-2">{t::webhooks::secret_replace_about}</p>
            <div><Button icon=Icon::RefreshCw label=t::webhooks::secret_replace busy=replace.busy() on_press=change/></div>
            <FormError submit=replace/>
        </div>
    }
}
