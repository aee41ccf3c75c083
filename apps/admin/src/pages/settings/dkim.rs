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
    let keys = move || {
        sender.with(|sender| {
            let smtp = sender.smtp.as_ref();
            let first = smtp.and_then(|smtp| smtp.dkim.clone());
            let second = smtp.and_then(|smtp| smtp.dkim_second.clone());
            first.into_iter().chain(second).collect::<Vec<DkimView>>()
        })
    };
    let is_changing = RwSignal::new(keys().is_empty());
    let lacks_rsa = move || keys().iter().all(|key| key.algorithm != "rsa");
    view! {
        {move || (!keys().is_empty()).then(|| view! {
            <Note tone=Tone::Act>{t::settings::dkim_publish}</Note>
            {lacks_rsa().then(|| view! { <Note tone=Tone::Warn>{t::settings::dkim_lacks_rsa}</Note> })}
        })}
        {move || keys().into_iter().map(|dkim| view! { <Record dkim=dkim/> }).collect_view()}
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
    let is_rsa = dkim.algorithm == "rsa";
    let title = move || {
        if is_rsa {
            t::settings::dkim_rsa()
        } else {
            t::settings::dkim_ed25519()
        }
    };
    // Most consoles split a long text by themselves; zone files and some consoles want it done.
    let in_strings = (dkim.record.len() > 255).then_some(dkim.zone_value);
    view! {
        <h3 class="t-h3">{title}</h3>
        <CopyText label=t::settings::dns_name value=Signal::stored(dkim.dns_name)/>
        <CopyText label=t::settings::dns_record value=Signal::stored(dkim.record)/>
        {in_strings.map(|value| view! { <CopyText label=t::settings::dns_record_split value=Signal::stored(value)/> })}
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
    let (domain, selector) = (RwSignal::new(domain), RwSignal::new(free_selector(sender)));
    let has_rsa = sender.with_untracked(|sender| {
        let first = sender.smtp.as_ref().and_then(|smtp| smtp.dkim.as_ref());
        first.is_some_and(|key| key.algorithm == "rsa")
    });
    let (origin, pem) = (
        RwSignal::new("rsa".to_owned()),
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
            algorithm: (!is_own).then(|| origin.get_untracked()),
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
        Choice::new("rsa", t::settings::dkim_make_rsa),
        Choice::new("ed25519", t::settings::dkim_make_ed25519),
        Choice::new("own", t::settings::dkim_bring),
    ];
    view! {
        <form class="form" on:submit=on_submit>
            <TextField label=t::settings::dkim_domain value=domain hint=t::settings::dkim_domain_hint error=submit.field("/domain") required=true/>
            <TextField label=t::settings::dkim_selector value=selector error=submit.field("/selector") required=true/>
            <RadioGroup label=t::settings::dkim_key value=origin choices=origins/>
            {move || (origin.with(|origin| origin == "ed25519") && !has_rsa).then(|| view! { <Note tone=Tone::Warn>{t::settings::dkim_ed25519_alone}</Note> })}
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

/// Proposes a selector that no key of the sender has: the old record must stay in DNS while mail signed by it is under way.
fn free_selector(sender: RwSignal<SenderView>) -> String {
    let taken = sender.with_untracked(|sender| {
        let smtp = sender.smtp.as_ref();
        let keys = smtp.map(|smtp| [smtp.dkim.clone(), smtp.dkim_second.clone()]);
        let keys = keys.into_iter().flatten().flatten();
        keys.map(|key| key.selector).collect::<Vec<String>>()
    });
    (1..=taken.len() + 1)
        .map(|n| format!("enishi{n}"))
        .find(|selector| !taken.contains(selector))
        .unwrap_or_default()
}
