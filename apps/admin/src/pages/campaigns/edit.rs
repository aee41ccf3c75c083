//! One campaign: a draft is its five cards, anything launched is what becomes of it.

use api_types::campaigns::CampaignView;
use leptos::prelude::*;

use super::{desk::Desk, logic::State, running::Running};
use crate::{
    api::{Load, Loaded, campaigns as api, load},
    i18n as t,
    ui::{InlineError, PageHeader, Skeleton},
};

/// One campaign.
#[component]
pub fn CampaignPage(
    /// Which one.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    let campaign = read(id);
    // Drawn anew when a draft becomes a launched one, not at every look.
    let shape = Memo::new(move |_| {
        campaign.with(|state| match state {
            Loaded::Loading => Shape::Loading,
            Loaded::Failed(_) => Shape::Failed,
            Loaded::Ready(view) if State::read(&view.summary.state) == State::Draft => Shape::Draft,
            Loaded::Ready(_) => Shape::Launched,
        })
    });
    move || match shape.get() {
        Shape::Loading => {
            view! { <PageHeader title=t::campaigns::edit_title/> <Skeleton lines=8/> }.into_any()
        }
        Shape::Failed => failed(campaign),
        Shape::Draft => untrack(|| campaign.value())
            .map(|view| view! { <Desk campaign=view/> })
            .into_any(),
        Shape::Launched => view! { <Running campaign=campaign/> }.into_any(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Loading,
    Failed,
    Draft,
    Launched,
}

/// Reads a campaign into a page.
pub(super) fn read(id: String) -> Load<CampaignView> {
    load(
        move || id.clone(),
        |id, signal| async move { api::find(&id, Some(&signal)).await },
    )
}

pub(super) fn failed(campaign: Load<CampaignView>) -> AnyView {
    let error = campaign.error();
    error
        .map(|error| view! { <PageHeader title=t::campaigns::edit_title/> <InlineError error=error on_retry=move || campaign.reload()/> })
        .into_any()
}
