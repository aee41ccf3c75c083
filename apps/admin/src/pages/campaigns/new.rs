//! A new campaign.

use leptos::prelude::*;

use crate::{
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// A new campaign.
#[component]
pub fn NewCampaign() -> impl IntoView {
    view! {
        <PageHeader title=t::campaigns::new_title/>
        <EmptyState title=t::campaigns::new_empty_title body=t::campaigns::new_empty_body/>
    }
}
