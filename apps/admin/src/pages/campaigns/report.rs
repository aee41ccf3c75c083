//! What a campaign did.

use leptos::prelude::*;

use crate::{
    app::bar::use_crumb,
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// What a campaign did.
#[component]
pub fn CampaignReport(
    /// Which one.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    use_crumb(id);
    view! {
        <PageHeader title=t::campaigns::report_title/>
        <EmptyState title=t::campaigns::report_empty_title body=t::campaigns::report_empty_body/>
    }
}
