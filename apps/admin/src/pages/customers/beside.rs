//! What stands beside the timeline: consents, facts, and how we know this person.

use api_types::customers::{ConsentView, CustomerView, IdentityView, SuppressionView};
use leptos::prelude::*;

use super::{computed::Computed, devices::Devices, line::Line, logic, segments::Segments, words};
use crate::{
    format::{self, zone},
    i18n as t,
    state::session,
    ui::{Icon, Note, Section, Status, Tone},
};

/// The column beside the timeline.
#[component]
pub(super) fn Beside(
    /// The customer.
    customer: CustomerView,
    /// Opens the form of the facts.
    #[prop(into)]
    on_edit: Callback<()>,
) -> impl IntoView {
    let edit = move || {
        session::may("profiles:write").then(|| {
            view! { <button type="button" class="link" on:click=move |_| on_edit.run(())>{t::common::edit}</button> }
        })
    };
    let (consents, suppressions) = (customer.consents.clone(), customer.suppressions.clone());
    let (id, identities) = (customer.id.clone(), customer.identities.clone());
    view! {
        <div class="stack">
            <Section title=t::customers::channels><Consents consents=consents suppressions=suppressions/></Section>
            <Line id=id.clone()/>
            <Devices id=id.clone()/>
            <Computed id=id.clone()/>
            <Segments id=id/>
            <Section title=t::customers::facts more=edit><Facts customer=customer/></Section>
            <Section title=t::customers::identities><Identities identities=identities/></Section>
        </div>
    }
}

#[component]
fn Consents(consents: Vec<ConsentView>, suppressions: Vec<SuppressionView>) -> impl IntoView {
    let suppressed = |own: SuppressionView| {
        let at = format::millis(&own.created_at);
        view! {
            <Note tone=Tone::Danger>
                {move || {
                    let reason = match own.reason.as_str() {
                        "unsubscribe" => t::customers::suppressed_unsubscribe(),
                        "hard_bounce" => t::customers::suppressed_bounce(),
                        "soft_bounce" => t::customers::suppressed_soft(),
                        "complaint" => t::customers::suppressed_complaint(),
                        _ => t::customers::suppressed_manual(),
                    };
                    t::customers::Suppressed { channel: words::channel(&own.channel), date: format::date(at), reason }.say()
                }}
            </Note>
        }
    };
    let none = consents
        .is_empty()
        .then(|| view! { <p class="t-small ink-3">{t::customers::no_consents}</p> });
    view! {
        {suppressions.into_iter().map(suppressed).collect_view()}
        {none}
        <ul class="cu-cons">{consents.into_iter().map(consent).collect_view()}</ul>
    }
}

fn consent(own: ConsentView) -> impl IntoView {
    let at = format::millis(&own.occurred_at);
    let is_over = own
        .expires_at
        .as_deref()
        .is_some_and(|at| format::millis(at) < zone::now());
    let state = match (own.is_granted, is_over) {
        (true, false) => {
            view! { <Status tone=Tone::Good icon=Icon::Check label=t::customers::granted/> }
                .into_any()
        }
        (true, true) => {
            view! { <Status tone=Tone::Warn icon=Icon::Clock label=t::customers::expired/> }
                .into_any()
        }
        (false, _) => {
            view! { <Status tone=Tone::Neutral icon=Icon::Ban label=t::customers::withdrawn/> }
                .into_any()
        }
    };
    let (channel, purpose, source) = (own.channel.clone(), own.purpose, own.source);
    view! {
        <li>
            <span>{words::channel_icon(&own.channel).view()} " " {move || words::channel(&channel)} " " <small>{move || words::purpose(&purpose)}</small></span>
            {state}
            <small>{move || format::date(at)} " " {move || words::source(&source)}</small>
        </li>
    }
}

#[component]
fn Facts(customer: CustomerView) -> impl IntoView {
    let fact = |label: fn() -> &'static str, value: Option<String>| {
        value
            .filter(|value| !value.is_empty())
            .map(|value| view! { <div><dt>{label}</dt><dd>{value}</dd></div> })
    };
    let attribute = |attribute: api_types::customers::AttributeValue| {
        let is_hidden = logic::is_hidden(&attribute);
        let value = attribute.value;
        let value = move || {
            if is_hidden {
                t::customers::hidden().to_owned()
            } else {
                logic::shown(&value)
            }
        };
        view! { <div><dt>{attribute.label}</dt><dd>{value}</dd></div> }
    };
    // What is computed stands above with its reasons.
    let own = customer
        .attributes
        .into_iter()
        .filter(|attribute| !attribute.key.starts_with("computed."));
    let masked = customer
        .is_masked
        .then(|| view! { <p class="t-small ink-3">{t::customers::masked}</p> });
    view! {
        {masked}
        <dl class="facts">
            {fact(t::customers::email, customer.email)}
            {fact(t::customers::phone, customer.phone)}
            {customer.locale.map(|tag| view! { <div><dt>{t::customers::language}</dt><dd>{move || words::language(&tag)}</dd></div> })}
            {fact(t::customers::zone, customer.time_zone)}
            {own.map(attribute).collect_view()}
        </dl>
    }
}

#[component]
fn Identities(identities: Vec<IdentityView>) -> impl IntoView {
    let line = |own: IdentityView| {
        let at = format::millis(&own.created_at);
        let kind = own.kind;
        let label = move || {
            match kind.as_str() {
                "external_id" => t::customers::number(),
                "email" => t::customers::email(),
                "phone" => t::customers::phone(),
                "anonymous_id" => t::customers::browser(),
                "line" => t::customers::channel_line(),
                other => other,
            }
            .to_owned()
        };
        view! { <div><dt>{label}</dt><dd>{own.value} <span class="src">{move || t::customers::since(format::date(at))}</span></dd></div> }
    };
    view! { <dl class="facts cu-ids">{identities.into_iter().map(line).collect_view()}</dl> }
}
