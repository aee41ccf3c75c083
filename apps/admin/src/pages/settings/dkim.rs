//! The signature of a sender: a key made here or brought along, and the DNS record to publish.

use api_types::senders::{DkimView, SenderView, WriteDkim};
use leptos::{ev, prelude::*};

use super::copy::CopyText;
use crate::{
    api::{Load, Page, Submit, settings},
    i18n as t,
    state::toast::use_toasts,
    ui::{Button, ButtonKind, Choice, FormError, Note, RadioGroup, TextArea, TextField, Tone},
};

/// The key of one sender.
#[component]
pub(super) fn DkimForm(
    /// The sender.
    present: SenderView,
    senders: Load<Page<SenderView>>,
) -> impl IntoView {
    let sender = RwSignal::new(present);
    let dkim =
        move || sender.with(|sender| sender.smtp.as_ref().and_then(|smtp| smtp.dkim.clone()));
    let is_changing = RwSignal::new(dkim().is_none());
    view! {
        {move || dkim().map(|dkim| view! { <Record dkim=dkim/> })}
        {move || {
            if is_changing.get() {
                view! { <KeyForm sender=sender senders=senders is_changing=is_changing/> }.into_any()
            } else {
                view! { <div><Button label=t::settings::dkim_replace on_press=move || is_changing.set(true)/></div> }.into_any()
            }
        }}
    }
}

#[component]
fn Record(dkim: DkimView) -> impl IntoView {
    view! {
        <Note tone=Tone::Act>{t::settings::dkim_publish}</Note>
        <CopyText label=t::settings::dns_name value=Signal::stored(dkim.dns_name)/>
        <CopyText label=t::settings::dns_record value=Signal::stored(dkim.record)/>
    }
}

#[component]
fn KeyForm(
    sender: RwSignal<SenderView>,
    senders: Load<Page<SenderView>>,
    is_changing: RwSignal<bool>,
) -> impl IntoView {
    let domain = sender.with_untracked(|sender| {
        let domain = sender.from_address.rsplit_once('@');
        domain.map_or_else(String::new, |(_, domain)| domain.to_owned())
    });
    let (domain, selector) = (RwSignal::new(domain), RwSignal::new("enishi1".to_owned()));
    let (origin, pem) = (
        RwSignal::new("made".to_owned()),
        RwSignal::new(String::new()),
    );
    let (submit, toasts) = (Submit::default(), use_toasts());
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let is_own = origin.with_untracked(|origin| origin == "own");
        let (id, version) = sender.with_untracked(|sender| (sender.id.clone(), sender.version));
        let key = WriteDkim {
            version,
            domain: domain.get_untracked().trim().to_owned(),
            selector: selector.get_untracked().trim().to_owned(),
            private_key: is_own.then(|| pem.get_untracked()),
        };
        submit.run(
            async move { settings::write_dkim(&id, &key).await },
            move |changed| {
                sender.set(changed);
                is_changing.set(false);
                senders.reload();
                toasts.say(t::common::saved());
            },
        );
    };
    let origins = vec![
        Choice::new("made", t::settings::dkim_make),
        Choice::new("own", t::settings::dkim_bring),
    ];
    view! {
        <form class="form" on:submit=on_submit>
            <TextField label=t::settings::dkim_domain value=domain hint=t::settings::dkim_domain_hint error=submit.field("/domain") required=true/>
            <TextField label=t::settings::dkim_selector value=selector error=submit.field("/selector") required=true/>
            <RadioGroup label=t::settings::dkim_key value=origin choices=origins/>
            {move || {
                origin
                    .with(|origin| origin == "own")
                    .then(|| view! { <TextArea label=t::settings::dkim_pem value=pem rows=6 hint=t::settings::dkim_pem_hint error=submit.field("/private_key")/> })
            }}
            <FormError submit=submit fields=&["/domain", "/selector", "/private_key"]/>
            <div><Button kind=ButtonKind::Primary label=t::settings::dkim_save submit=true busy=submit.busy()/></div>
        </form>
    }
}
