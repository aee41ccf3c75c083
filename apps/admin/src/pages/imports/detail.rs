//! One import: progress and refused rows.

use leptos::prelude::*;

use crate::{
    app::bar::use_crumb,
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// One import: progress and refused rows.
#[component]
pub fn ImportPage(
    /// Which one.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    use_crumb(id);
    view! {
        <PageHeader title=t::imports::detail_title/>
        <EmptyState title=t::imports::detail_empty_title body=t::imports::detail_empty_body/>
    }
}
