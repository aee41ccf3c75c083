//! The test send: to the house only, as the receiver in view would get it.

use api_types::{
    contents::{TestContent, TestRecipientView, TestSent},
    senders::SenderView,
};
use leptos::prelude::*;

use super::{receiver::shown_name, state::State};
use crate::{
    api::{Loaded, Submit, contents as api, get, load},
    i18n as t,
    routes::Route,
    ui::{
        Button, ButtonKind, Checkbox, Choice, Dialog, FormError, Icon, InlineError, Note,
        SelectField, Skeleton, Tone,
    },
};

const MOST: usize = 5;

/// What the dialog holds.
#[derive(Clone, Copy)]
struct Form {
    chosen: RwSignal<Vec<String>>,
    sender: RwSignal<String>,
    sent: RwSignal<Option<TestSent>>,
    submit: Submit,
}

/// The dialog of the test send.
#[component]
pub fn TestSend(
    /// The state of the editor.
    state: State,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let form = Form {
        chosen: RwSignal::default(),
        sender: RwSignal::default(),
        sent: RwSignal::new(None),
        submit: Submit::default(),
    };
    Effect::new(move |_| {
        if open.get() {
            form.sent.set(None);
            form.submit.forget();
        }
    });
    let send = move || {
        let sender = form.sender.get_untracked();
        let test = TestContent {
            recipients: form.chosen.get_untracked(),
            sender_id: (!sender.is_empty()).then_some(sender),
            customer_id: state.customer.get_untracked().map(|customer| customer.id),
            locale: Some(state.tab.get_untracked()),
            document: Some(untrack(|| state.document())),
        };
        let id = state.id();
        form.submit
            .run(async move { api::test(&id, &test).await }, move |sent| {
                form.sent.set(Some(sent));
            });
    };
    let is_blocked = Signal::derive(move || {
        form.sender.with(String::is_empty) || !(1..=MOST).contains(&form.chosen.with(Vec::len))
    });
    let footer = ViewFn::from(move || {
        view! {
            <Button label=t::common::close on_press=move || open.set(false)/>
            <Button kind=ButtonKind::Primary icon=Icon::Send label=t::contents::test_send disabled=is_blocked busy=form.submit.busy() on_press=send/>
        }
    });
    view! {
        <Dialog open=open title=t::contents::test_title footer=footer>
            <p class="t-small ink-2">{t::contents::test_say}</p>
            <p class="t-small">{t::contents::receiver} " " <b>{move || state.customer.with(|customer| shown_name(customer.as_ref()))}</b></p>
            <Senders form=form/>
            <Recipients form=form/>
            <FormError submit=form.submit/>
            {move || form.sent.get().map(|sent| view! { <Sent sent=sent/> })}
        </Dialog>
    }
}

#[component]
fn Senders(form: Form) -> impl IntoView {
    let senders = load(
        || (),
        |(), signal| async move { get::<Vec<SenderView>>("/senders", Some(&signal)).await },
    );
    Effect::new(move |_| {
        let first = senders.with(|senders| {
            let first = senders.ready().and_then(|senders| senders.first());
            first.map(|sender| sender.id.clone())
        });
        if let Some(first) = first.filter(|_| form.sender.with_untracked(String::is_empty)) {
            form.sender.set(first);
        }
    });
    let choices = Signal::derive(move || {
        let name = |sender: SenderView| {
            Choice::new(
                sender.id,
                format!("{} <{}>", sender.from_name, sender.from_address),
            )
        };
        let senders = senders.value().unwrap_or_default();
        senders.into_iter().map(name).collect::<Vec<_>>()
    });
    move || {
        match senders.get() {
        Loaded::Loading => view! { <Skeleton lines=1/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || senders.reload()/> }.into_any()
        }
        Loaded::Ready(found) if found.is_empty() => view! {
            <Note tone=Tone::Warn>
                {t::contents::test_no_sender} " "
                <a href=Route::SettingsPage("senders".to_owned()).path()>{t::contents::settings}</a>
            </Note>
        }
        .into_any(),
        Loaded::Ready(_) => {
            view! { <SelectField label=t::contents::test_sender value=form.sender choices=choices/> }
                .into_any()
        }
    }
    }
}

#[component]
fn Recipients(form: Form) -> impl IntoView {
    let people = load(
        || (),
        |(), signal| async move { api::test_recipients(&signal).await },
    );
    let entry = move |person: TestRecipientView| {
        let own = person.address.clone();
        let is_chosen = Signal::derive(move || form.chosen.with(|chosen| chosen.contains(&own)));
        let own = person.address.clone();
        let change = move |on: bool| {
            form.chosen.update(|chosen| {
                chosen.retain(|address| *address != own);
                if on {
                    chosen.push(own.clone());
                }
            });
        };
        let label = format!("{} {}", person.label, person.address);
        view! { <li><Checkbox label=label checked=is_chosen on_change=change/></li> }
    };
    let hint = move || match form.chosen.with(Vec::len) {
        0 => Some(t::contents::test_nobody()),
        n if n > MOST => Some(t::contents::test_too_many()),
        _ => None,
    };
    let list = move || match people.get() {
        Loaded::Loading => view! { <Skeleton lines=2/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || people.reload()/> }.into_any()
        }
        Loaded::Ready(people) => {
            view! { <ul class="test-l">{people.into_iter().map(entry).collect_view()}</ul> }
                .into_any()
        }
    };
    view! {
        <fieldset class="radios">
            <legend class="lbl">{t::contents::test_to}</legend>
            {list}
        </fieldset>
        <p class="t-small ink-2" aria-live="polite">{hint}</p>
    }
}

#[component]
fn Sent(sent: TestSent) -> impl IntoView {
    let is_sandbox = sent.transport == "sandbox";
    let is_good = sent
        .results
        .iter()
        .all(|result| result.outcome == "accepted");
    let tone = if is_good { Tone::Good } else { Tone::Danger };
    let lines = sent
        .results
        .into_iter()
        .map(|result| {
            let text = if result.outcome == "accepted" {
                t::contents::test_ok(&result.recipient)
            } else {
                let reason = result.reason.unwrap_or(result.outcome);
                t::contents::TestFailed {
                    address: &result.recipient,
                    reason,
                }
                .say()
            };
            view! { <span class="line">{text}</span> }
        })
        .collect_view();
    view! {
        <Note tone=tone>
            <span role="status">
                {lines}
                {(is_sandbox && is_good).then(|| view! {
                    <span class="line">{t::contents::test_sandbox} " " <a href=Route::Inbox.path()>{t::contents::test_inbox}</a></span>
                })}
            </span>
        </Note>
    }
}
