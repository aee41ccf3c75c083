//! Nothing here: because nothing was made yet, because the filter leaves nothing, or because it failed.

use leptos::{prelude::*, text_prop::TextProp};

use crate::{
    api::ApiError,
    i18n as t,
    ui::{Button, Icon, text},
};

/// Nothing was made yet: what it would be, and the button that makes the first.
#[component]
pub fn EmptyState(
    /// What is not there yet.
    #[prop(into)]
    title: TextProp,
    /// What it is good for, one or two sentences.
    #[prop(into)]
    body: TextProp,
    /// The button that makes the first, if one may.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <svg class="pic" viewBox="0 0 120 48" aria-hidden="true">
                <line x1="0" x2="46" y1="24" y2="24" class="pic-l"></line>
                <line x1="74" x2="120" y1="24" y2="24" class="pic-l"></line>
                <circle cx="52" cy="24" r="5" class="pic-k"></circle>
                <circle cx="68" cy="24" r="5" class="pic-k"></circle>
            </svg>
            <h2 class="t-sub">{text(title)}</h2>
            <p>{text(body)}</p>
            {children.map(|children| children())}
        </div>
    }
}

/// The filter leaves nothing.
#[component]
pub fn EmptyFiltered(
    /// Takes the filter away.
    #[prop(into)]
    on_clear: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="ink-3">{Icon::Search.view()}</span>
            <h2 class="t-sub">{t::ui::no_match_title}</h2>
            <p>{t::ui::no_match_body}</p>
            <Button label=t::ui::clear_filter on_press=on_clear/>
        </div>
    }
}

/// It failed: what went wrong, the request's number, and once more.
#[component]
pub fn InlineError(
    /// What went wrong.
    error: ApiError,
    /// Tries again.
    #[prop(into)]
    on_retry: Callback<()>,
) -> impl IntoView {
    let number = error.request_id.clone();
    view! {
        <div class="empty" role="alert">
            <span class="st st-danger">{Icon::CircleAlert.view()}</span>
            <h2 class="t-sub">{t::ui::load_failed}</h2>
            <p>{move || error.sentence()}</p>
            {(!number.is_empty()).then(|| view! { <p class="ink-3 t-micro">{move || t::ui::request_number(&number)}</p> })}
            <Button icon=Icon::RefreshCw label=t::ui::retry on_press=on_retry/>
        </div>
    }
}
