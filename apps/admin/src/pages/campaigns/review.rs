//! The check before launch.

use leptos::prelude::*;

use crate::{
    app::bar::use_crumb,
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// The check before launch.
#[component]
pub fn CampaignReview(
    /// Which one.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    use_crumb(id);
    view! {
        <PageHeader title=t::campaigns::review_title/>
        <EmptyState title=t::campaigns::review_empty_title body=t::campaigns::review_empty_body/>
    }
}
