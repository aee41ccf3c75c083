//! What was sent to a webhook, every try, and sending again.

use api_types::webhooks::{
    WebhookAttemptView, WebhookDeliveryDetail, WebhookDeliveryView, WebhookView,
};
use leptos::prelude::*;

use super::super::copy::CopyText;
use crate::{
    api::{Load, Loaded, Page, Submit, load, webhooks},
    format::{self, zone},
    i18n as t,
    state::{
        poll::{Pace, poll},
        toast::use_toasts,
    },
    ui::{
        Button, ButtonSize, Choice, FormError, Icon, InlineError, SelectField, Skeleton, Status,
        Tone,
    },
};

const DAY: i64 = 86_400_000;

type Rows = Load<Page<WebhookDeliveryView>>;

/// The deliveries of a webhook.
#[component]
pub(super) fn Deliveries(webhook: WebhookView) -> impl IntoView {
    let state = RwSignal::new(String::new());
    let id = StoredValue::new(webhook.id);
    let rows = load(
        move || state.get(),
        move |state, signal| async move {
            webhooks::deliveries((&id.get_value(), &state, None), Some(&signal)).await
        },
    );
    poll(move || pace(rows), move || rows.reload());
    let choices = vec![
        Choice::new("", t::webhooks::filter_all),
        Choice::new("waiting", t::webhooks::waiting),
        Choice::new("delivered", t::webhooks::delivered),
        Choice::new("failed", t::webhooks::failed),
    ];
    let body = move || match rows.get() {
        Loaded::Loading => view! { <Skeleton lines=6/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || rows.reload()/> }.into_any()
        }
        Loaded::Ready(page) if page.items.is_empty() => {
            view! { <p class="t-small ink-2">{t::webhooks::deliveries_empty}</p> }.into_any()
        }
        Loaded::Ready(page) => {
            let line = move |one: WebhookDeliveryView| view! { <Line delivery=one rows=rows/> };
            view! { <ul class="hook-list">{page.items.into_iter().map(line).collect_view()}</ul> }
                .into_any()
        }
    };
    view! {
        <div class="form">
            <p class="set-hint ink-2">{webhook.url}</p>
            <SelectField label=t::webhooks::filter value=state choices=Signal::stored(choices)/>
            {body}
            <More id=id state=state rows=rows/>
            {webhook.enabled.then(|| view! { <Range id=id rows=rows/> })}
        </div>
    }
}

/// What is being sent is looked at often, what waits for its hour now and then.
fn pace(rows: Rows) -> Pace {
    rows.with(|rows| {
        let waiting = rows
            .ready()
            .map(|page| page.items.iter().filter(|one| one.state == "waiting"));
        let Some(mut waiting) = waiting else {
            return Pace::Still;
        };
        let soon = zone::now() + 10_000;
        let is_soon = |one: &WebhookDeliveryView| {
            let due = one.due_at.as_deref().map(format::millis);
            due.is_some_and(|due| due < soon)
        };
        match waiting.next() {
            None => Pace::Still,
            Some(first) if is_soon(first) || waiting.any(is_soon) => Pace::Busy,
            Some(_) => Pace::Waiting,
        }
    })
}

#[component]
fn More(id: StoredValue<String>, state: RwSignal<String>, rows: Rows) -> impl IntoView {
    let submit = Submit::default();
    let more = move || {
        let (id, state) = (id.get_value(), state.get_untracked());
        let next = rows.with(|rows| rows.ready().and_then(|page| page.next.clone()));
        submit.run(
            async move { webhooks::deliveries((&id, &state, next), None).await },
            move |page| {
                rows.update(|own| {
                    own.items.extend(page.items);
                    own.next = page.next;
                });
            },
        );
    };
    move || {
        let has_next = rows.with(|rows| rows.ready().is_some_and(|page| page.next.is_some()));
        has_next.then(|| {
            view! {
                <div><Button label=t::webhooks::more busy=submit.busy() on_press=more/></div>
                <FormError submit=submit/>
            }
        })
    }
}

fn status(delivery: &WebhookDeliveryView) -> impl IntoView + use<> {
    let (tone, icon, word): (Tone, Icon, fn() -> &'static str) = match delivery.state.as_str() {
        "delivered" => (Tone::Good, Icon::CircleCheck, t::webhooks::delivered),
        "failed" => (Tone::Danger, Icon::CircleAlert, t::webhooks::failed),
        _ => (Tone::Act, Icon::Clock, t::webhooks::waiting),
    };
    view! { <Status tone=tone icon=icon label=word/> }
}

/// A delivery; opened, everything that came of it.
#[component]
fn Line(delivery: WebhookDeliveryView, rows: Rows) -> impl IntoView {
    let (open, submit) = (RwSignal::new(false), Submit::default());
    let detail = RwSignal::new(None::<WebhookDeliveryDetail>);
    let id = StoredValue::new(delivery.id.clone());
    let look = move || {
        let id = id.get_value();
        submit.run(async move { webhooks::delivery(&id).await }, move |found| {
            detail.set(Some(found));
        });
    };
    let toggle = move || {
        open.update(|open| *open = !*open);
        if open.get_untracked() {
            look();
        }
    };
    let at = format::millis(&delivery.occurred_at);
    let due = delivery.due_at.as_deref().map(format::millis);
    let failures = i64::from(delivery.failures);
    let under = move || {
        let mut parts = vec![format::date_time(at)];
        if failures > 0 {
            parts.push(t::webhooks::n_failures(failures));
        }
        if let Some(due) = due.filter(|_| failures > 0) {
            parts.push(t::webhooks::next_try(format::date_time(due)));
        }
        parts.join(" · ")
    };
    let code = delivery.last_status.map(|status| status.to_string());
    let test = delivery
        .test
        .then(|| view! { " · " {t::webhooks::is_test} });
    view! {
        <li>
            <button type="button" class="hook-line" aria-expanded=move || if open.get() { "true" } else { "false" } on:click=move |_| toggle()>
                {Icon::ChevronRight.small()}
                <span><code class="set-hint">{delivery.kind.clone()}</code> {test} <small class="ink-3">{under}</small></span>
                <span>{status(&delivery)} <small class="num ink-3">{code}</small></span>
            </button>
            {move || open.get().then(|| match detail.get() {
                None => view! { <Skeleton lines=3/> <FormError submit=submit/> }.into_any(),
                Some(found) => view! { <Opened found=found rows=rows/> }.into_any(),
            })}
        </li>
    }
}

#[component]
fn Opened(found: WebhookDeliveryDetail, rows: Rows) -> impl IntoView {
    let (submit, toasts) = (Submit::default(), use_toasts());
    let id = StoredValue::new(found.delivery.id);
    let again = move || {
        let id = id.get_value();
        submit.run(async move { webhooks::replay_one(&id).await }, move |_| {
            toasts.say(t::webhooks::replayed());
            rows.reload();
        });
    };
    let line = |one: WebhookAttemptView| {
        let at = format::millis(&one.at);
        let (code, took) = (one.status, one.duration_ms);
        let said = move || match code {
            Some(code) => code.to_string(),
            None => t::webhooks::no_answer().to_owned(),
        };
        view! {
            <li>
                <span class="num">{move || format::date_time(at)}</span>
                <b class="num">{said}</b>
                <span class="num ink-3">{move || t::webhooks::took(took.to_string())}</span>
                <small class="set-detail ink-2">{one.outcome} " " {one.detail}</small>
            </li>
        }
    };
    let attempts = if found.attempts.is_empty() {
        view! { <p class="t-small ink-3">{t::webhooks::attempts_none}</p> }.into_any()
    } else {
        view! { <ul class="hook-tries">{found.attempts.into_iter().map(line).collect_view()}</ul> }
            .into_any()
    };
    view! {
        <div class="hook-open">
            {attempts}
            <CopyText label=t::webhooks::body value=Signal::stored(found.body)/>
            <div><Button size=ButtonSize::Small icon=Icon::RefreshCw label=t::webhooks::replay busy=submit.busy() on_press=again/></div>
            <FormError submit=submit/>
        </div>
    }
}

/// Sends again what was not taken of a while.
#[component]
fn Range(id: StoredValue<String>, rows: Rows) -> impl IntoView {
    let (submit, toasts) = (Submit::default(), use_toasts());
    let since = RwSignal::new("3".to_owned());
    let choices = vec![
        Choice::new("1", t::webhooks::range_day),
        Choice::new("3", t::webhooks::range_days),
        Choice::new("30", t::webhooks::range_month),
    ];
    let send = move || {
        let days: i64 = since.get_untracked().parse().unwrap_or(1);
        let from = chrono::DateTime::from_timestamp_millis(zone::now() - days * DAY);
        let from = from.map(|at| at.to_rfc3339()).unwrap_or_default();
        let id = id.get_value();
        submit.run(
            async move { webhooks::replay_since(&id, from).await },
            move |done| {
                let n = i64::try_from(done.queued).unwrap_or(i64::MAX);
                toasts.say(t::webhooks::range_done(n));
                if done.more {
                    toasts.say(t::webhooks::range_more());
                }
                rows.reload();
            },
        );
    };
    view! {
        <h3 class="t-sub">{t::webhooks::range}</h3>
        <p class="t-small ink-2">{t::webhooks::range_about}</p>
        <SelectField label=t::webhooks::range_since value=since choices=Signal::stored(choices)/>
        <div><Button icon=Icon::RefreshCw label=t::webhooks::range busy=submit.busy() on_press=send/></div>
        <FormError submit=submit/>
    }
}
