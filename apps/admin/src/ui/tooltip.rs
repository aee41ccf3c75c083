//! Words under the pointer. They stand beside the page's flow, so no table cuts them off.

use leptos::{html::Span, prelude::*, text_prop::TextProp};

use crate::{
    i18n as t,
    ui::{Icon, float, id, text},
};

/// Shows a sentence while its children are pointed at or focused.
#[component]
pub fn Tooltip(
    /// The sentence.
    #[prop(into)]
    tip: TextProp,
    /// What is pointed at.
    children: Children,
) -> impl IntoView {
    let (place, anchor, id) = (RwSignal::new(None), NodeRef::<Span>::new(), id::next("tip"));
    view! {
        <span
            class="tip"
            node_ref=anchor
            on:pointerenter=move |_| place.set(float::below(anchor, 280.0))
            on:pointerleave=move |_| place.set(None)
            on:focusin=move |_| place.set(float::below(anchor, 280.0))
            on:focusout=move |_| place.set(None)
        >
            {children()} <span class="sr" id=id.clone()>
                {text(tip.clone())}
            </span> <Bubble place=place tip=tip/>
        </span>
    }
}

/// The small ⓘ behind a term: its definition on hover, focus or press.
#[component]
pub fn Definition(
    /// The term it explains; spoken.
    #[prop(into)]
    term: TextProp,
    /// The definition.
    #[prop(into)]
    tip: TextProp,
) -> impl IntoView {
    let (place, anchor) = (RwSignal::new(None), NodeRef::<Span>::new());
    let show = move || place.set(float::below(anchor, 280.0));
    let described = tip.clone();
    view! {
        <span class="tip" node_ref=anchor on:pointerenter=move |_| show() on:pointerleave=move |_| place.set(None)>
            <button
                type="button"
                class="def-i"
                aria-label=move || t::ui::definition_of(term.get())
                aria-description=move || described.get().into_owned()
                on:click=move |_| show()
                on:focus=move |_| show()
                on:blur=move |_| place.set(None)
                on:keydown=move |event| {
                    if event.key() == "Escape" && place.get_untracked().is_some() {
                        event.stop_propagation();
                        place.set(None);
                    }
                }
            >
                {Icon::Info.view()}
            </button>
            <Bubble place=place tip=tip/>
        </span>
    }
}

#[component]
fn Bubble(place: RwSignal<Option<float::Place>>, tip: TextProp) -> impl IntoView {
    move || {
        let tip = tip.clone();
        place.get().map(|at| {
            view! {
                <span class="tip-b" aria-hidden="true" style:left=at.left() style:top=at.top()>
                    {text(tip)}
                </span>
            }
        })
    }
}
