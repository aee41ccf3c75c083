//! Every component in every state, for those who build pages and for the screenshots.

mod controls;
mod data;
mod floating;
mod pictures;
mod story;

use leptos::prelude::*;

use crate::{i18n as t, ui::PageHeader};

/// The gallery.
#[component]
pub fn Gallery() -> impl IntoView {
    view! {
        <PageHeader title=t::gallery::title say=t::gallery::say/>
        <div class="stack">
            {controls::buttons()}
            {controls::fields()}
            {controls::switches()}
            {data::states()}
            {data::numbers()}
            {data::progress()}
            {data::tables()}
            {pictures::charts()}
            {pictures::states()}
            {story::timeline()}
            {story::five()}
            {floating::dialogs()}
            {floating::source()}
            {floating::empties()}
            {floating::icons()}
        </div>
    }
}
