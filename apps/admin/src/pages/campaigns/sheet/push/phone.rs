//! How a push looks on an iPhone, on Android and beside a desktop's clock. An approximation: each system has its own ways.

use api_types::push_messages::PushPreview;
use leptos::prelude::*;

use crate::{
    i18n as t,
    ui::{Icon, Note, Tone},
};

/// A push as three systems show it.
#[component]
pub(crate) fn Phones(
    /// What was rendered.
    preview: PushPreview,
    /// Whose push it is.
    #[prop(into)]
    from: Signal<String>,
) -> impl IntoView {
    let mut preview = preview;
    let empty: Vec<String> = preview
        .warnings
        .iter()
        .map(|warning| warning.variable.clone())
        .collect();
    let variables = (!empty.is_empty()).then(|| {
        let names = empty.join(", ");
        view! { <Note tone=Tone::Warn>{t::campaigns::empty_variables(names)}</Note> }
    });
    let notes = std::mem::take(&mut preview.notes).into_iter().map(|note| {
        view! { <p class="st st-warn card-e">{Icon::TriangleAlert.view()} <span>{note.message}</span></p> }
    });
    let notes = notes.collect_view();
    view! {
        {variables}
        <div role="status">{notes}</div>
        <div class="pu-all" role="group" aria-label=t::campaigns::as_received>
            {one("ios", t::campaigns::push_on_ios, &preview, from)}
            {one("android", t::campaigns::push_on_android, &preview, from)}
            {one("chrome", t::campaigns::push_on_chrome, &preview, from)}
        </div>
    }
}

fn one(
    system: &'static str,
    name: fn() -> &'static str,
    preview: &PushPreview,
    from: Signal<String>,
) -> impl IntoView + use<> {
    let picture = preview
        .image
        .clone()
        .map(|src| view! { <img class="pu-i" src=src alt=""/> });
    // Apple's telephones show only buttons that the app has registered.
    let buttons = (system != "ios" && !preview.buttons.is_empty()).then(|| {
        let button = |label: String| view! { <span>{label}</span> };
        let labels = preview.buttons.iter().map(|button| button.label.clone());
        let labels = labels.map(button).collect_view();
        view! { <div class="pu-a">{labels}</div> }
    });
    let (title, body) = (preview.title.clone(), preview.body.clone());
    view! {
        <figure class=format!("pu pu-{system}")>
            <figcaption class="t-small ink-2">{name}</figcaption>
            <div class="pu-s">
                <div class="pu-n">
                    <span class="pu-f"><i aria-hidden="true"></i> <span>{from}</span> <time>{t::campaigns::push_now}</time></span>
                    <b class="pu-t">{title}</b>
                    <p class="pu-p">{body}</p>
                    {picture}
                    {buttons}
                </div>
            </div>
        </figure>
    }
}
