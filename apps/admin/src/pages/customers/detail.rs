//! One customer: what happened between us.

use leptos::prelude::*;

use crate::{
    app::bar::use_crumb,
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// One customer: what happened between us.
#[component]
pub fn CustomerPage(
    /// Which one.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    use_crumb(id);
    view! {
        <PageHeader title=t::customers::detail_title/>
        <EmptyState title=t::customers::detail_empty_title body=t::customers::detail_empty_body/>
    }
}
