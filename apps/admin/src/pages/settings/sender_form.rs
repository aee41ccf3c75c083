//! A sender's settings: who it says it is, and the mail server or LINE account it hands messages to.

use api_types::senders::{SenderView, SmtpView, WriteSender, WriteSmtp};
use leptos::{ev, prelude::*};

use super::{
    line_form::{LineFields, LineTyped},
    push_form::{PushFields, PushTyped},
    sender_limits::{self, LimitFields, Limits},
    sender_provider::{self, Provider, ProviderFields},
    sender_warmup::{WarmupFields, WarmupTyped},
};
use crate::{
    api::{ApiError, Load, Page, Submit, load::Loaded, settings},
    i18n as t,
    state::toast::use_toasts,
    ui::{
        Button, ButtonKind, Choice, FieldKind, FormError, Note, NumberField, RadioGroup,
        SelectField, TextField, Tone,
    },
};

/// What is typed.
#[derive(Clone, Copy)]
struct Typed {
    name: RwSignal<String>,
    address: RwSignal<String>,
    reply_to: RwSignal<String>,
    transport: RwSignal<String>,
    host: RwSignal<String>,
    port: RwSignal<Option<i64>>,
    tls: RwSignal<String>,
    user: RwSignal<String>,
    password: RwSignal<String>,
    lanes: RwSignal<Option<i64>>,
    per_second: RwSignal<Option<i64>>,
    return_domain: RwSignal<String>,
    charset: RwSignal<String>,
    limits: Limits,
    warmup: WarmupTyped,
    line: LineTyped,
    push: PushTyped,
    provider: Provider,
}

impl Typed {
    fn new(present: Option<&SenderView>) -> Self {
        let smtp = present.and_then(|sender| sender.smtp.as_ref());
        let text = |read: fn(&SmtpView) -> String| smtp.map(read).unwrap_or_default();
        let own = |read: fn(&SenderView) -> String| present.map(read).unwrap_or_default();
        Self {
            name: RwSignal::new(own(|sender| sender.from_name.clone())),
            address: RwSignal::new(own(|sender| sender.from_address.clone())),
            reply_to: RwSignal::new(own(|sender| sender.reply_to.clone().unwrap_or_default())),
            transport: RwSignal::new(
                present.map_or_else(|| "sandbox".to_owned(), |sender| sender.transport.clone()),
            ),
            host: RwSignal::new(text(|smtp| smtp.host.clone())),
            port: RwSignal::new(Some(smtp.map_or(587, |smtp| i64::from(smtp.port)))),
            tls: RwSignal::new(smtp.map_or_else(|| "required".to_owned(), |smtp| smtp.tls.clone())),
            user: RwSignal::new(text(|smtp| smtp.user.clone().unwrap_or_default())),
            password: RwSignal::new(String::new()),
            lanes: RwSignal::new(Some(smtp.map_or(8, |smtp| i64::from(smtp.lanes)))),
            per_second: RwSignal::new(smtp.and_then(|smtp| smtp.per_second).map(i64::from)),
            return_domain: RwSignal::new(text(|smtp| {
                smtp.return_domain.clone().unwrap_or_default()
            })),
            charset: RwSignal::new(
                smtp.map_or_else(|| "utf-8".to_owned(), |smtp| smtp.charset.clone()),
            ),
            warmup: WarmupTyped::new(smtp.and_then(|smtp| smtp.warmup.as_ref())),
            limits: Limits::new(smtp.map_or(&[], |smtp| &smtp.domain_limits)),
            line: LineTyped::new(present.and_then(|sender| sender.line.as_ref())),
            push: PushTyped::new(present.and_then(|sender| sender.push.as_ref())),
            provider: Provider::new(smtp.and_then(|smtp| smtp.provider.as_ref())),
        }
    }

    fn read(self, version: Option<i64>) -> WriteSender {
        let filled = |text: String| {
            let text = text.trim().to_owned();
            (!text.is_empty()).then_some(text)
        };
        let transport = self.transport.get_untracked();
        let smtp = (transport == "smtp").then(|| WriteSmtp {
            host: self.host.get_untracked().trim().to_owned(),
            port: self
                .port
                .get_untracked()
                .and_then(|port| u16::try_from(port).ok())
                .unwrap_or_default(),
            tls: self.tls.get_untracked(),
            user: filled(self.user.get_untracked()),
            password: Some(self.password.get_untracked()).filter(|text| !text.is_empty()),
            lanes: self
                .lanes
                .get_untracked()
                .and_then(|n| u32::try_from(n).ok()),
            per_second: self
                .per_second
                .get_untracked()
                .and_then(|n| u32::try_from(n).ok()),
            return_domain: filled(self.return_domain.get_untracked()),
            domain_limits: self.limits.read(),
            warmup: self.warmup.read(),
            charset: Some(self.charset.get_untracked()),
            provider: self.provider.read(),
        });
        let line = (transport == "line").then(|| self.line.read());
        let push = (transport == "push").then(|| self.push.read());
        WriteSender {
            version,
            from_name: self.name.get_untracked().trim().to_owned(),
            from_address: self.address.get_untracked().trim().to_owned(),
            reply_to: filled(self.reply_to.get_untracked()),
            transport,
            smtp,
            line,
            push,
        }
    }
}

/// Whose complaints stand beside their fields.
const FIELDS: &[&str] = &[
    "/from_name",
    "/from_address",
    "/reply_to",
    "/smtp/host",
    "/smtp/port",
    "/smtp/tls",
    "/smtp/lanes",
    "/smtp/per_second",
    "/smtp/return_domain",
    "/smtp/charset",
    "/smtp/warmup/start",
    "/smtp/warmup/days",
    "/line/channel_id",
    "/line/channel_secret",
    "/line/login_channel_id",
    "/line/login_channel_secret",
    "/line/per_second",
    "/push/apns/topic",
    "/push/apns/team_id",
    "/push/apns/key_id",
    "/push/apns/key",
    "/push/fcm/account",
    "/push/guard_percent",
    "/push/guard_after",
    "/push/per_second",
    sender_provider::POINTERS[0],
    sender_provider::POINTERS[1],
    sender_provider::POINTERS[2],
    sender_provider::POINTERS[3],
    sender_provider::POINTERS[4],
];

/// The form of a new or present sender.
#[component]
pub(super) fn SenderForm(
    /// The one that is changed.
    present: Option<SenderView>,
    senders: Load<Page<SenderView>>,
    open: RwSignal<bool>,
    /// A LINE account has just been connected, or pushes set up: what is to be done elsewhere now.
    on_line: Callback<SenderView>,
) -> impl IntoView {
    let typed = Typed::new(present.as_ref());
    let present_smtp = StoredValue::new(present.as_ref().and_then(|sender| sender.smtp.clone()));
    let (submit, toasts) = (Submit::default(), use_toasts());
    let version = RwSignal::new(present.as_ref().map(|sender| sender.version));
    // What is a LINE account or sends pushes goes on doing so, and what sends mail becomes neither.
    let is_fixed = present
        .as_ref()
        .map(|sender| sender.line.is_some() || sender.push.is_some());
    let id = StoredValue::new(present.map(|sender| sender.id));
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let sender = typed.read(version.get_untracked());
        submit.run(
            async move { settings::write_sender(id.get_value().as_deref(), &sender).await },
            move |saved: SenderView| {
                senders.reload();
                toasts.say(t::common::saved());
                let goes_on = saved.line.is_some() || saved.push.is_some();
                if goes_on && id.with_value(Option::is_none) {
                    on_line.run(saved);
                } else {
                    open.set(false);
                }
            },
        );
    };
    let mut ways = vec![
        Choice::new("sandbox", t::settings::sandbox),
        Choice::new("smtp", t::settings::smtp),
    ];
    if is_fixed.is_none() {
        ways.push(Choice::new("line", t::settings::line));
        ways.push(Choice::new("push", t::settings::push));
    }
    let is_line = Memo::new(move |_| typed.transport.with(|way| way == "line"));
    let is_push = Memo::new(move |_| typed.transport.with(|way| way == "push"));
    let is_smtp = Memo::new(move |_| typed.transport.with(|way| way == "smtp"));
    view! {
        <form class="form" on:submit=on_submit>
            {move || (!is_line.get()).then(|| view! { <From typed=typed submit=submit/> })}
            {(is_fixed != Some(true)).then(|| view! { <RadioGroup label=t::settings::way value=typed.transport choices=ways/> })}
            <p class="t-small ink-3 set-under">{move || about(&typed.transport.get())}</p>
            {move || is_smtp.get().then(|| view! { <Server typed=typed submit=submit present=present_smtp.get_value()/> })}
            {move || is_line.get().then(|| view! { <LineFields typed=typed.line submit=submit/> })}
            {move || is_push.get().then(|| view! { <PushFields typed=typed.push submit=submit/> })}
            <Conflict submit=submit on_take=Callback::from(move || {
                // What is typed stays; only the version moves on to the present one.
                id.with_value(|id| senders.with(|state| newest(state, id.as_deref())).map(|newest| version.set(Some(newest))));
                submit.forget();
            }) senders=senders/>
            {move || {
                submit
                    .error()
                    .is_some_and(|error| !error.is_conflict())
                    .then(|| view! { <FormError submit=submit fields=FIELDS under=sender_limits::UNDER/> })
            }}
            <div><Button kind=ButtonKind::Primary label=t::common::save submit=true busy=submit.busy()/></div>
        </form>
    }
}

fn about(transport: &str) -> &'static str {
    match transport {
        "smtp" => t::settings::smtp_about(),
        "line" => t::settings::line_about(),
        "push" => t::settings::push_about(),
        _ => t::settings::sandbox_about(),
    }
}

#[component]
fn From(typed: Typed, submit: Submit) -> impl IntoView {
    let is_push = Memo::new(move |_| typed.transport.with(|way| way == "push"));
    // Push services write to it when something is wrong; nobody who gets a push sees it.
    let address = move || {
        if is_push.get() {
            t::settings::push_contact()
        } else {
            t::settings::from_address()
        }
    };
    view! {
        <TextField label=t::settings::from_name value=typed.name error=submit.field("/from_name") required=true autocomplete="off"/>
        <TextField label=address kind=FieldKind::Email value=typed.address error=submit.field("/from_address") required=true autocomplete="off"/>
        {move || (!is_push.get()).then(|| view! {
            <TextField label=t::settings::reply_to kind=FieldKind::Email value=typed.reply_to hint=t::settings::reply_to_hint error=submit.field("/reply_to") autocomplete="off"/>
        })}
    }
}

fn newest(state: &Loaded<Page<SenderView>>, id: Option<&str>) -> Option<i64> {
    let page = state.ready()?;
    let own = page
        .items
        .iter()
        .find(|sender| Some(sender.id.as_str()) == id)?;
    Some(own.version)
}

/// Somebody saved first: the newer state is read, and one may save over it knowingly.
#[component]
pub(super) fn Conflict(
    submit: Submit,
    on_take: Callback<()>,
    senders: Load<Page<SenderView>>,
) -> impl IntoView {
    Effect::new(move |_| {
        if submit.error().as_ref().is_some_and(ApiError::is_conflict) {
            senders.reload();
        }
    });
    move || {
        submit.error().filter(ApiError::is_conflict).map(|_| {
            view! {
                <Note tone=Tone::Warn>
                    {t::settings::conflict_keep}
                    " "
                    <button type="button" class="link" on:click=move |_| on_take.run(())>{t::settings::overwrite}</button>
                </Note>
            }
        })
    }
}

#[component]
fn Server(typed: Typed, submit: Submit, present: Option<SmtpView>) -> impl IntoView {
    let has_password = present.as_ref().is_some_and(|smtp| smtp.has_password);
    let told_by = present.and_then(|smtp| smtp.provider);
    let protections = vec![
        Choice::new("required", t::settings::tls_required),
        Choice::new("implicit", t::settings::tls_implicit),
        Choice::new("opportunistic", t::settings::tls_opportunistic),
        Choice::new("none", t::settings::tls_none),
    ];
    let charsets = vec![
        Choice::new("utf-8", t::settings::charset_utf8),
        Choice::new("iso-2022-jp", t::settings::charset_jp),
    ];
    let hint = move || {
        if has_password {
            t::settings::password_kept()
        } else {
            t::settings::password_hint()
        }
    };
    view! {
        <div class="set-two">
            <TextField label=t::settings::host value=typed.host placeholder="smtp.example.jp" error=submit.field("/smtp/host") required=true/>
            <NumberField label=t::settings::port value=typed.port error=submit.field("/smtp/port")/>
        </div>
        <SelectField label=t::settings::tls value=typed.tls choices=Signal::stored(protections) error=submit.field("/smtp/tls")/>
        <TextField label=t::settings::user value=typed.user error=submit.field("/smtp/user") autocomplete="off"/>
        <TextField label=t::settings::password kind=FieldKind::NewPassword value=typed.password hint=hint error=submit.field("/smtp/password")/>
        <div class="set-two">
            <NumberField label=t::settings::lanes value=typed.lanes hint=t::settings::lanes_hint error=submit.field("/smtp/lanes")/>
            <NumberField label=t::settings::per_second value=typed.per_second unit=t::settings::per_second_unit hint=t::settings::per_second_hint error=submit.field("/smtp/per_second")/>
        </div>
        <TextField label=t::settings::return_domain value=typed.return_domain placeholder="bounce.example.jp" hint=t::settings::return_domain_hint error=submit.field("/smtp/return_domain") autocomplete="off"/>
        <SelectField label=t::settings::charset value=typed.charset choices=Signal::stored(charsets) hint=t::settings::charset_hint error=submit.field("/smtp/charset")/>
        <LimitFields typed=typed.limits submit=submit/>
        <WarmupFields typed=typed.warmup submit=submit/>
        <ProviderFields typed=typed.provider present=told_by submit=submit/>
    }
}
