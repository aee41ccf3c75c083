//! Through which provider a sender sends, and where that tells of bounces and complaints.

use api_types::senders::{ProviderView, WriteProvider};
use leptos::{prelude::*, text_prop::TextProp};

use super::copy::CopyText;
use crate::{
    api::Submit,
    format, i18n as t,
    ui::{Choice, FieldKind, SelectField, TextField},
};

/// The fields of [`ProviderFields`]; their complaints stand beside them.
pub(super) const POINTERS: [&str; 5] = [
    "/smtp/provider/kind",
    "/smtp/provider/topic_arn",
    "/smtp/provider/user",
    "/smtp/provider/header",
    "/smtp/provider/secret",
];

/// What is typed.
#[derive(Clone, Copy)]
pub(super) struct Provider {
    kind: RwSignal<String>,
    topic: RwSignal<String>,
    user: RwSignal<String>,
    header: RwSignal<String>,
    secret: RwSignal<String>,
}

impl Provider {
    pub(super) fn new(present: Option<&ProviderView>) -> Self {
        let text = |read: fn(&ProviderView) -> Option<String>| {
            RwSignal::new(present.and_then(read).unwrap_or_default())
        };
        Self {
            kind: text(|provider| Some(provider.kind.clone())),
            topic: text(|provider| provider.topic_arn.clone()),
            user: text(|provider| provider.user.clone()),
            header: text(|provider| provider.header.clone()),
            secret: RwSignal::new(String::new()),
        }
    }

    pub(super) fn read(self) -> Option<WriteProvider> {
        let filled = |typed: RwSignal<String>| {
            let text = typed.get_untracked().trim().to_owned();
            (!text.is_empty()).then_some(text)
        };
        Some(WriteProvider {
            kind: filled(self.kind)?,
            topic_arn: filled(self.topic),
            user: filled(self.user),
            header: filled(self.header),
            secret: filled(self.secret),
        })
    }
}

/// Asks for the provider and what proves its webhooks, and shows the address to enter there.
#[component]
pub(super) fn ProviderFields(
    typed: Provider,
    /// As it is saved.
    present: Option<ProviderView>,
    submit: Submit,
) -> impl IntoView {
    let kinds = vec![
        Choice::new("", t::settings::provider_none),
        Choice::new("ses", t::settings::provider_ses),
        Choice::new("sendgrid", || "SendGrid"),
        Choice::new("mailgun", || "Mailgun"),
        Choice::new("postmark", || "Postmark"),
    ];
    let present = StoredValue::new(present);
    let kind = Memo::new(move |_| typed.kind.get());
    view! {
        <h3 class="t-h3">{t::settings::provider_title}</h3>
        <p class="t-small ink-3 set-under">{t::settings::provider_about}</p>
        <SelectField label=t::settings::provider value=typed.kind choices=Signal::stored(kinds) error=submit.field("/smtp/provider/kind")/>
        {move || match kind.get().as_str() {
            "" => ().into_any(),
            "ses" => view! { <TextField label=t::settings::topic_arn value=typed.topic placeholder="arn:aws:sns:ap-northeast-1:123456789012:mail" hint=t::settings::topic_arn_hint error=submit.field("/smtp/provider/topic_arn") autocomplete="off"/> }
                .into_any(),
            kind => {
                let has_secret = present.with_value(|present| {
                    present.as_ref().is_some_and(|present| present.has_secret && present.kind == kind)
                });
                view! { <Secret typed=typed submit=submit is_postmark=kind == "postmark" label=secret_label(kind) has_secret=has_secret/> }
                    .into_any()
            }
        }}
        {move || {
            let kind = kind.get();
            present.get_value().filter(|present| present.kind == kind).map(|present| view! { <Address present=present/> })
        }}
        {move || {
            let is_saved = present.with_value(|present| present.as_ref().is_some_and(|present| present.kind == kind.get()));
            (!is_saved && !kind.get().is_empty()).then(|| view! { <p class="t-small ink-3">{t::settings::hook_after_saving}</p> })
        }}
    }
}

fn secret_label(kind: &str) -> TextProp {
    match kind {
        "sendgrid" => t::settings::secret_sendgrid.into(),
        "mailgun" => t::settings::secret_mailgun.into(),
        _ => t::settings::secret_postmark.into(),
    }
}

#[component]
fn Secret(
    typed: Provider,
    submit: Submit,
    is_postmark: bool,
    label: TextProp,
    has_secret: bool,
) -> impl IntoView {
    let hint = move || {
        if has_secret {
            t::settings::hook_secret_kept()
        } else {
            t::settings::password_hint()
        }
    };
    view! {
        {is_postmark.then(|| view! {
            <div class="set-two">
                <TextField label=t::settings::hook_user value=typed.user hint=t::settings::hook_user_hint error=submit.field("/smtp/provider/user") autocomplete="off"/>
                <TextField label=t::settings::hook_header value=typed.header hint=t::settings::hook_header_hint placeholder="X-Hook-Secret" error=submit.field("/smtp/provider/header") autocomplete="off"/>
            </div>
        })}
        <TextField label=label kind=FieldKind::NewPassword value=typed.secret hint=hint error=submit.field("/smtp/provider/secret")/>
    }
}

#[component]
fn Address(present: ProviderView) -> impl IntoView {
    let at = present.last_event_at.as_deref().map(format::millis);
    view! {
        <CopyText label=t::settings::hook_url value=Signal::stored(present.hook_url)/>
        <p class="t-small ink-3">{move || match at {
            Some(at) => t::settings::hook_heard(format::date_time(at)),
            None => t::settings::hook_unheard().to_owned(),
        }}</p>
    }
}
