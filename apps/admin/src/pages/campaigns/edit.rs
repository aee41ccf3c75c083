//! One campaign: its five cards.

use leptos::prelude::*;

use crate::{
    app::bar::use_crumb,
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// One campaign: its five cards.
#[component]
pub fn CampaignPage(
    /// Which one.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    use_crumb(id);
    view! {
        <PageHeader title=t::campaigns::edit_title/>
        <EmptyState title=t::campaigns::edit_empty_title body=t::campaigns::edit_empty_body/>
    }
}
