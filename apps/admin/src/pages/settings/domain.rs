//! How a sender's domain stands with those who receive its mail, and what to put into DNS.

use api_types::senders::{DnsRecordView, DomainCheckView, DomainView};
use leptos::prelude::*;

use super::copy::CopyText;
use crate::{
    api::{Loaded, load, settings},
    i18n as t,
    ui::{Button, Icon, InlineError, Note, Skeleton, Status, Tone},
};

/// The examination of one sender; it is made anew each time it is opened.
#[component]
pub(super) fn Domain(
    /// The sender's id.
    id: String,
) -> impl IntoView {
    let id = StoredValue::new(id);
    let domain = load(
        move || id.get_value(),
        |id, signal| async move { settings::sender_domain(&id, &signal).await },
    );
    let body = move || match domain.get() {
        Loaded::Loading => view! {
            <p class="t-small ink-3">{t::settings::domain_asking}</p>
            <Skeleton lines=12/>
        }
        .into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || domain.reload()/> }.into_any()
        }
        Loaded::Ready(domain) => view! { <Checks domain=domain/> }.into_any(),
    };
    view! {
        <p class="t-small ink-2">{t::settings::domain_about}</p>
        <div><Button icon=Icon::RefreshCw label=t::settings::audience_look_again busy=Signal::derive(move || domain.is_busy()) on_press=move || domain.reload()/></div>
        {body}
    }
}

#[component]
fn Checks(domain: DomainView) -> impl IntoView {
    let has = |state: &str| domain.checks.iter().any(|check| check.state == state);
    let (tone, sum): (Tone, fn() -> &'static str) = if has("fail") {
        (Tone::Danger, t::settings::domain_bad)
    } else if has("warn") {
        (Tone::Warn, t::settings::domain_weak)
    } else {
        (Tone::Good, t::settings::domain_good)
    };
    let checks = domain.checks.into_iter();
    view! {
        <Note tone=tone>{sum}</Note>
        {checks.map(|check| view! { <Finding check=check/> }).collect_view()}
    }
}

#[component]
fn Finding(check: DomainCheckView) -> impl IntoView {
    let (tone, icon, state): (Tone, Icon, Say) = match check.state.as_str() {
        "ok" => (Tone::Good, Icon::CircleCheck, t::settings::domain_state_ok),
        "warn" => (
            Tone::Warn,
            Icon::TriangleAlert,
            t::settings::domain_state_warn,
        ),
        "fail" => (
            Tone::Danger,
            Icon::CircleAlert,
            t::settings::domain_state_fail,
        ),
        _ => (Tone::Neutral, Icon::Info, t::settings::domain_state_unknown),
    };
    let name = check.check;
    let reason = check.reason;
    let found = check.found.join("\n");
    let found = (!found.is_empty()).then(|| {
        view! {
            <div class="copy">
                <span class="lbl">{t::settings::domain_found}</span>
                <pre class="dom-found" tabindex="0">{found}</pre>
            </div>
        }
    });
    let publish = check.publish.into_iter();
    view! {
        <section class="dom">
            <div class="dom-h">
                <h3 class="t-h3">{move || title(&name)}</h3>
                <Status tone=tone icon=icon label=state/>
            </div>
            <p class="t-small ink-2">{move || words(&reason)}</p>
            {found}
            {publish.map(|record| view! { <Record record=record/> }).collect_view()}
        </section>
    }
}

#[component]
fn Record(record: DnsRecordView) -> impl IntoView {
    let kind = record.kind;
    view! {
        <CopyText label=move || t::settings::domain_name(&kind) value=Signal::stored(record.name)/>
        <CopyText label=t::settings::domain_value value=Signal::stored(record.value)/>
    }
}

fn title(check: &str) -> &'static str {
    match check {
        "spf" => t::settings::domain_spf(),
        "dkim" => t::settings::domain_dkim(),
        "dmarc" => t::settings::domain_dmarc(),
        "ptr" => t::settings::domain_ptr(),
        "return_path" => t::settings::domain_return(),
        "tls" => t::settings::domain_tls(),
        _ => t::settings::domain_one_click(),
    }
}

/// What a reason means, and what to do; one that is not known yet is left to its state.
fn words(reason: &str) -> &'static str {
    SAID.iter()
        .find(|(known, _)| *known == reason)
        .map_or("", |(_, say)| say())
}

type Say = fn() -> &'static str;

const SAID: &[(&str, Say)] = &[
    ("dns_silent", t::settings::domain_dns_silent),
    ("host_unknown", t::settings::domain_host_unknown),
    ("host_silent", t::settings::domain_host_silent),
    ("spf_ok", t::settings::domain_spf_ok),
    ("spf_missing", t::settings::domain_spf_missing),
    ("spf_several", t::settings::domain_spf_several),
    ("spf_broken", t::settings::domain_spf_broken),
    ("spf_too_many", t::settings::domain_spf_too_many),
    ("spf_open", t::settings::domain_spf_open),
    ("spf_neutral", t::settings::domain_spf_neutral),
    ("spf_unlisted", t::settings::domain_spf_unlisted),
    ("spf_by_provider", t::settings::domain_spf_by_provider),
    ("dkim_ok", t::settings::domain_dkim_ok),
    ("dkim_unsigned", t::settings::domain_dkim_unsigned),
    ("dkim_by_provider", t::settings::domain_dkim_by_provider),
    ("dkim_unpublished", t::settings::domain_dkim_unpublished),
    ("dkim_several", t::settings::domain_dkim_several),
    ("dkim_revoked", t::settings::domain_dkim_revoked),
    ("dkim_differs", t::settings::domain_dkim_differs),
    ("dkim_testing", t::settings::domain_dkim_testing),
    ("dkim_ed25519", t::settings::domain_dkim_ed25519),
    ("dkim_second", t::settings::domain_dkim_second),
    ("dmarc_ok", t::settings::domain_dmarc_ok),
    ("dmarc_watching", t::settings::domain_dmarc_watching),
    ("dmarc_missing", t::settings::domain_dmarc_missing),
    ("dmarc_several", t::settings::domain_dmarc_several),
    ("dmarc_policy", t::settings::domain_dmarc_policy),
    ("dmarc_unaligned", t::settings::domain_dmarc_unaligned),
    ("dmarc_by_provider", t::settings::domain_dmarc_by_provider),
    ("ptr_ok", t::settings::domain_ptr_ok),
    ("ptr_missing", t::settings::domain_ptr_missing),
    ("ptr_unconfirmed", t::settings::domain_ptr_unconfirmed),
    ("ptr_private", t::settings::domain_ptr_private),
    ("ptr_by_provider", t::settings::domain_ptr_by_provider),
    ("return_by_provider", t::settings::domain_return_by_provider),
    ("return_unread", t::settings::domain_return_unread),
    ("mx_ok", t::settings::domain_mx_ok),
    ("mx_missing", t::settings::domain_mx_missing),
    ("mx_none_taken", t::settings::domain_mx_none_taken),
    ("mx_dead", t::settings::domain_mx_dead),
    ("mx_implied", t::settings::domain_mx_implied),
    ("tls_ok", t::settings::domain_tls_ok),
    ("tls_unused", t::settings::domain_tls_unused),
    ("tls_not_required", t::settings::domain_tls_not_required),
    ("tls_failed", t::settings::domain_tls_failed),
    ("one_click_ok", t::settings::domain_one_click_ok),
    ("one_click_http", t::settings::domain_one_click_http),
    ("one_click_private", t::settings::domain_one_click_private),
    ("one_click_unsigned", t::settings::domain_one_click_unsigned),
    (
        "one_click_by_provider",
        t::settings::domain_one_click_by_provider,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Every reason that docs/email.md lists has its words here.
    #[test]
    fn every_reason_is_said() {
        let page = include_str!("../../../../../docs/email.md");
        let list = page
            .split("<!-- reasons -->")
            .nth(1)
            .expect("the list of reasons");
        let reasons = list
            .split('`')
            .skip(1)
            .step_by(2)
            // Names of checks stand there, too.
            .filter(|word| word.contains('_') && !matches!(*word, "return_path" | "one_click"));
        let mut count = 0;
        for reason in reasons {
            assert!(!words(reason).is_empty(), "{reason}");
            count += 1;
        }
        assert_eq!(count, SAID.len());
    }
}
