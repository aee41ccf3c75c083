//! The overview of the settings: what there is, in a sentence each.

use leptos::prelude::*;

use super::places::Place;
use crate::{
    i18n as t,
    ui::{Icon, PageHeader},
};

/// The overview of the settings.
#[component]
pub fn Settings() -> impl IntoView {
    let line = |place: Place| {
        view! {
            <li>
                <a href=place.route().path()>
                    {place.icon().view()}
                    <span><b>{move || place.title()}</b> <small>{move || place.about()}</small></span>
                    {Icon::ChevronRight.view()}
                </a>
            </li>
        }
    };
    view! {
        <PageHeader title=t::settings::title say=t::settings::say/>
        <ul class="set-list">
            {move || Place::ALL.into_iter().filter(|place| place.is_open()).map(line).collect_view()}
        </ul>
    }
}
