//! Recency, frequency and money: the grid, its axes, its named parts.

pub mod grid;
pub mod parts;

use api_types::analytics::RfmView;
use leptos::prelude::*;

use super::{
    buyers::{self, Asked, Export, Pages},
    definitions::Definitions,
};
use crate::{
    api::{analytics as api, load},
    format, i18n as t,
    routes::Route,
    ui::{EmptyState, InlineError, PageHeader, Section, Skeleton, list_query::use_list_query},
};

/// The page of RFM.
#[component]
pub fn Rfm() -> impl IntoView {
    let definitions = Definitions::read();
    let state = use_list_query(buyers::FILTERS);
    let found = load(
        move || buyers::asked(&state.get()),
        |query, signal| async move { api::rfm(&query, &signal).await },
    );
    let body = move || match (found.value(), found.error()) {
        (_, Some(error)) => {
            view! { <InlineError error=error on_retry=move || found.reload()/> }.into_any()
        }
        (Some(view), None) if view.total.buyers == 0 => {
            view! { <EmptyState title=t::buyers::nobody_title body=t::buyers::nobody_body/> }
                .into_any()
        }
        (Some(view), None) => whole(view, definitions).into_any(),
        (None, None) => view! { <Skeleton lines=10/> }.into_any(),
    };
    view! {
        <Pages here=Route::Rfm/>
        <PageHeader title=t::buyers::rfm_title say=t::buyers::rfm_say>
            <Export analysis="rfm" state=state/>
        </PageHeader>
        <Asked state=state groups=&["5", "3", "4"]/>
        {body}
    }
}

fn whole(view: RfmView, definitions: Definitions) -> impl IntoView {
    let note = t::buyers::TotalNote {
        buyers: format::integer(view.total.buyers),
        counted: buyers::counted(&view.frame),
    }
    .say();
    let view = StoredValue::new(view);
    view! {
        <Section title=t::buyers::grid_title note=note definition=move || definitions.formula("buyers")>
            <grid::Grid view=view definitions=definitions/>
        </Section>
        <Section title=t::buyers::parts_title note=t::buyers::parts_note definition=t::buyers::parts_def>
            <parts::Parts view=view/>
        </Section>
        <Section title=t::buyers::axes_title>
            <parts::Axes view=view definitions=definitions/>
        </Section>
    }
}
