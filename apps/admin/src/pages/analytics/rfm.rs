//! Recency, frequency and money: the grid, its axes, its named parts.

pub mod grid;
pub mod parts;
pub mod rename;

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
    ui::{PageHeader, Section, list_query::use_list_query},
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
    let body = move || {
        buyers::shown(
            found,
            |view| view.total.buyers,
            move |view| whole(view, definitions).into_any(),
        )
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
