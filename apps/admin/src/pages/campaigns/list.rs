//! All campaigns.

use leptos::prelude::*;

use crate::{
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// All campaigns.
#[component]
pub fn CampaignList() -> impl IntoView {
    view! {
        <PageHeader title=t::campaigns::list_title/>
        <EmptyState title=t::campaigns::list_empty_title body=t::campaigns::list_empty_body/>
    }
}
