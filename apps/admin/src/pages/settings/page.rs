//! One page of the settings, by its name in the address.
#![expect(clippy::needless_pass_by_value, reason = "a component owns its props")]

use leptos::prelude::*;

use super::{
    api_keys::ApiKeys, audience::Audience, audit::Audit, company::Company, computed::Computed,
    members::Members, places::Place, senders::Senders, test_audience::TestAudience,
    webhooks::Webhooks, write_keys::WriteKeys,
};
use crate::{app::bar::use_crumb, pages::not_found::NotFound};

/// One page of the settings.
#[component]
pub fn SettingsPage(
    /// Which one.
    #[prop(into)]
    name: String,
) -> impl IntoView {
    let Some(place) = Place::parse(&name) else {
        return view! { <NotFound/> }.into_any();
    };
    use_crumb(move || place.title());
    match place {
        Place::Company => view! { <Company/> }.into_any(),
        Place::Senders => view! { <Senders/> }.into_any(),
        Place::TestAudience => view! { <TestAudience/> }.into_any(),
        Place::Members => view! { <Members/> }.into_any(),
        Place::ApiKeys => view! { <ApiKeys/> }.into_any(),
        Place::WriteKeys => view! { <WriteKeys/> }.into_any(),
        Place::Webhooks => view! { <Webhooks/> }.into_any(),
        Place::Computed => view! { <Computed/> }.into_any(),
        Place::Audience => view! { <Audience/> }.into_any(),
        Place::Audit => view! { <Audit/> }.into_any(),
    }
}
