//! One email: read it, then edit it.

use leptos::prelude::*;

use super::editor::Editor;
use crate::{
    api::{Loaded, contents as api, load},
    i18n as t,
    ui::{InlineError, PageHeader, Skeleton},
};

/// One email: source and preview.
#[component]
pub fn ContentPage(
    /// Which one.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    let content = load(
        move || id.clone(),
        |id, signal| async move { api::find(&id, Some(&signal)).await },
    );
    move || match content.get() {
        Loaded::Loading => view! {
            <PageHeader title=t::contents::untitled/>
            <div class="ed"><Skeleton lines=12/><Skeleton lines=12/></div>
        }
        .into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || content.reload()/> }.into_any()
        }
        Loaded::Ready(content) => view! { <Editor content=content/> }.into_any(),
    }
}
