//! The shape of what is coming, in the place where it will be.

use leptos::prelude::*;

use crate::i18n as t;

/// Grey lines in the height of what is being read.
#[component]
pub fn Skeleton(
    /// How many lines.
    #[prop(default = 3)]
    lines: usize,
) -> impl IntoView {
    let line = |at: usize| {
        let width = format!("{}%", 88 - (at * 23) % 46);
        view! { <span class="sk sk-line" style:width=width></span> }
    };
    view! {
        <div class="sk-block" role="status" aria-label=t::ui::loading>
            {(0..lines).map(line).collect_view()}
        </div>
    }
}
