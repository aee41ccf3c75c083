//! Draws the toasts at the foot of the window.

use leptos::prelude::*;

use crate::{
    i18n as t,
    state::toast::{Toast, use_toasts},
    ui::Icon,
};

/// The place of the toasts; one in the shell.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let toasts = use_toasts();
    view! {
        <div class="toasts" role="region" aria-label=t::ui::notices aria-live="polite">
            <For each=move || toasts.items() key=|toast| toast.id let(toast)>
                <Line toast=toast/>
            </For>
        </div>
    }
}

#[component]
fn Line(toast: Toast) -> impl IntoView {
    let toasts = use_toasts();
    let id = toast.id;
    let undo = toast.undo.map(|undo| {
        view! {
            <button
                type="button"
                class="toast-a"
                on:click=move |_| {
                    undo();
                    toasts.dismiss(id);
                }
            >
                {t::common::undo}
            </button>
        }
    });
    view! {
        <div class="toast" role=if toast.is_failure { "alert" } else { "status" }>
            {toast.is_failure.then(|| Icon::CircleAlert.view())} <span>{toast.text}</span> {undo}
            <button type="button" class="toast-x" aria-label=t::common::close on:click=move |_| toasts.dismiss(id)>
                {Icon::X.view()}
            </button>
        </div>
    }
}
