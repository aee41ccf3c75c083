//! The push as a chosen customer would find it.

use std::time::Duration;

use api_types::push_messages::{PreviewPush, PushDocument, PushPreview};
use leptos::{leptos_dom::helpers::debounce, prelude::*};

use super::{phone::Phones, state::State};
use crate::{
    api::{ApiError, Load, campaigns as api, load},
    i18n as t,
    pages::campaigns::{draft::Draft, sheet::CustomerPick},
    ui::{Icon, InlineError, Skeleton},
};

/// Typing rests for so long before it is rendered.
const PAUSE: Duration = Duration::from_millis(400);

#[component]
pub(super) fn SeenOnPhones(state: State, tab: RwSignal<String>, draft: Draft) -> impl IntoView {
    let customer = RwSignal::new(None::<(String, String)>);
    let rested = RwSignal::new(None::<PushDocument>);
    let mut settle = debounce(PAUSE, move |document| rested.set(Some(document)));
    Effect::new(move |_| settle(state.document()));
    let campaign = draft.id();
    let rendered = load(
        move || (rested.get(), tab.get(), customer.get().map(|(id, _)| id)),
        move |(document, locale, customer_id), _| {
            let campaign_id = campaign.clone();
            async move {
                let Some(document) = document else {
                    return Ok(None);
                };
                let asked = PreviewPush {
                    document,
                    customer_id,
                    campaign_id: Some(campaign_id),
                    locale: Some(locale),
                };
                api::preview_push(&asked).await.map(Some)
            }
        },
    );
    // What was rendered last stays in view while the next is on its way, or cannot be rendered.
    let shown = RwSignal::new(None::<PushPreview>);
    Effect::new(move |_| {
        if let Some(Some(preview)) = rendered.value() {
            shown.set(Some(preview));
        }
    });
    let from = Signal::derive(move || draft.sender_name());
    let waits = move || shown.with(Option::is_none) && rendered.error().is_none();
    view! {
        <CustomerPick customer=customer/>
        {move || rendered.error().map(|error| view! { <Refused error=error rendered=rendered/> })}
        {move || waits().then(|| view! { <Skeleton lines=6/> })}
        {move || shown.get().map(|preview| view! { <Phones preview=preview from=from/> })}
    }
}

/// What is wrong, each in a line; anything but wrong words can be tried again.
#[component]
fn Refused(error: ApiError, rendered: Load<Option<PushPreview>>) -> impl IntoView {
    if error.errors.is_empty() {
        return view! { <InlineError error=error on_retry=move || rendered.reload()/> }.into_any();
    }
    // An empty push says so by its empty field.
    let told = error
        .errors
        .into_iter()
        .filter(|fault| fault.code != "missing");
    let line = |fault: api_types::FieldError| {
        view! { <p class="st st-danger card-e">{Icon::CircleAlert.view()} <span>{fault.message}</span></p> }
    };
    let lines = told.map(line).collect_view();
    view! { <div role="status" aria-label=t::campaigns::as_received>{lines}</div> }.into_any()
}
