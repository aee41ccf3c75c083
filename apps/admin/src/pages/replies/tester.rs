//! A message to try: which answer it would get.

use api_types::line_replies::LineReplyTested;
use leptos::prelude::*;

use crate::{
    api::{Submit, line_replies},
    i18n as t,
    ui::{Button, FormError, Icon, TextField},
};

/// The tester.
#[component]
pub(super) fn Tester(account: RwSignal<String>) -> impl IntoView {
    let (text, found) = (RwSignal::new(String::new()), RwSignal::new(None));
    let submit = Submit::default();
    let ask = move || {
        let (account, text) = (account.get_untracked(), text.get_untracked());
        submit.run(
            async move { line_replies::test(&account, text).await },
            move |told| found.set(Some(told)),
        );
    };
    let answer = move || {
        found
            .get()
            .map(|told: LineReplyTested| view! { <Answer told=told/> })
    };
    view! {
        <div class="rp-test">
            <TextField label=t::replies::try_text value=text error=submit.field("/text")/>
            <Button icon=Icon::MessageCircle label=t::replies::try_do busy=submit.busy() on_press=ask/>
        </div>
        <FormError submit=submit fields=&["/text"]/>
        <div class="mn-chat" aria-live="polite">{answer}</div>
    }
}

#[component]
fn Answer(told: LineReplyTested) -> impl IntoView {
    let Some(name) = told.name else {
        return view! { <p class="t-small ink-2">{t::replies::no_answer}</p> }.into_any();
    };
    let bubble = |message: serde_json::Value| {
        let text = message.get("text").and_then(serde_json::Value::as_str);
        let words = text.map_or_else(|| t::replies::not_text().to_owned(), str::to_owned);
        view! { <span class="mn-bubble rp-said">{words}</span> }
    };
    let bubbles = told.messages.into_iter().map(bubble).collect_view();
    view! {
        {bubbles}
        <p class="t-small ink-3">{t::replies::by_rule(name)}</p>
    }
    .into_any()
}
