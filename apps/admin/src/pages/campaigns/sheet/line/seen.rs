//! The messages as a chosen customer would find them in the chat.

use std::time::Duration;

use api_types::line_messages::{LineDocument, LinePreview, PreviewLine};
use leptos::{leptos_dom::helpers::debounce, prelude::*};

use super::state::State;
use crate::{
    api::{ApiError, Load, campaigns as api, load},
    i18n as t,
    pages::campaigns::{draft::Draft, sheet::CustomerPick},
    ui::{Icon, InlineError, Note, PreviewFrame, Skeleton, Tone},
};

/// Typing rests for so long before it is rendered.
const PAUSE: Duration = Duration::from_millis(400);

#[component]
pub(super) fn SeenInChat(state: State, tab: RwSignal<String>, draft: Draft) -> impl IntoView {
    let customer = RwSignal::new(None::<(String, String)>);
    let rested = RwSignal::new(None::<LineDocument>);
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
                let asked = PreviewLine {
                    document,
                    customer_id,
                    campaign_id: Some(campaign_id),
                    locale: Some(locale),
                };
                api::preview_line(&asked).await.map(Some)
            }
        },
    );
    // What was rendered last stays in view while the next is on its way, or cannot be rendered.
    let shown = RwSignal::new(None::<LinePreview>);
    Effect::new(move |_| {
        if let Some(Some(preview)) = rendered.value() {
            shown.set(Some(preview));
        }
    });
    view! {
        <CustomerPick customer=customer/>
        {move || rendered.error().map(|error| view! { <Refused error=error rendered=rendered/> })}
        {move || shown.with(Option::is_none).then(|| view! { <Skeleton lines=6/> })}
        {move || shown.with(Option::is_some).then(|| view! { <Seen shown=shown/> })}
    }
}

/// What is wrong, each in a line; anything but wrong words can be tried again.
#[component]
fn Refused(error: ApiError, rendered: Load<Option<LinePreview>>) -> impl IntoView {
    if error.errors.is_empty() {
        return view! { <InlineError error=error on_retry=move || rendered.reload()/> }.into_any();
    }
    let line = |fault: api_types::FieldError| {
        view! { <p class="st st-danger card-e">{Icon::CircleAlert.view()} <span>{fault.message}</span></p> }
    };
    let lines = error.errors.into_iter().map(line).collect_view();
    view! { <div role="status">{lines}</div> }.into_any()
}

#[component]
fn Seen(shown: RwSignal<Option<LinePreview>>) -> impl IntoView {
    let src = Signal::derive(move || {
        shown.with(|shown| {
            shown
                .as_ref()
                .map(|preview| preview.preview_url.clone())
                .unwrap_or_default()
        })
    });
    let note = move || {
        let preview = shown.get()?;
        let empty: Vec<String> = preview
            .warnings
            .into_iter()
            .map(|warning| warning.variable)
            .collect();
        Some(if empty.is_empty() {
            let way = if preview.is_same_for_all {
                t::campaigns::line_packed()
            } else {
                t::campaigns::line_single()
            };
            view! { <p class="t-small ink-2">{way}</p> }.into_any()
        } else {
            let names = empty.join(", ");
            view! { <Note tone=Tone::Warn>{t::campaigns::empty_variables(names)}</Note> }.into_any()
        })
    };
    view! { {note} <PreviewFrame title=t::campaigns::as_received src=src height=520/> }
}
