//! What a campaign did: a sentence first, then the numbers it rests on. Every number opens its people.

mod answers;
mod flow;
mod head;
mod links;
mod logic;
mod people;
mod scale;
mod time;

use api_types::reports::ReportView;
use leptos::prelude::*;

use crate::{
    api::{load, reports},
    app::bar::use_crumb,
    pages::{analytics::definitions::Definitions, campaigns::line_numbers::LineSays},
    routes::Route,
    state::poll::{Pace, poll},
    ui::{InlineError, Skeleton},
};

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Page {
    id: StoredValue<String>,
    report: Memo<ReportView>,
    definitions: Definitions,
}

impl Page {
    /// Returns the address at which the people behind a number stand open.
    fn people(self, group: &str) -> String {
        let path = Route::CampaignReport(self.id.get_value()).path();
        format!("{path}?people={group}")
    }
}

/// What a campaign did.
#[component]
pub fn CampaignReport(
    /// Which one.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    let id = StoredValue::new(id);
    let found = load(
        move || id.get_value(),
        |id, signal| async move { reports::report(&id, &signal).await },
    );
    let report = Memo::new(move |_| found.value().unwrap_or_default());
    let page = Page {
        id,
        report,
        definitions: Definitions::read(),
    };
    use_crumb(move || report.with(|report| report.name.clone()));
    poll(
        move || match report.with(|report| report.state.clone()).as_str() {
            "running" => Pace::Busy,
            "scheduled" | "paused" => Pace::Waiting,
            _ if report.with(|report| report.is_open) => Pace::Waiting,
            _ => Pace::Still,
        },
        move || found.reload(),
    );
    let is_known = Memo::new(move |_| found.with(|state| state.ready().is_some()));
    move || match (is_known.get(), found.error()) {
        (true, _) => view! { <Whole page=page/> }.into_any(),
        (false, Some(error)) => {
            view! { <InlineError error=error on_retry=move || found.reload()/> }.into_any()
        }
        (false, None) => view! { <Skeleton lines=12/> }.into_any(),
    }
}

#[component]
fn Whole(page: Page) -> impl IntoView {
    view! {
        <head::Head page=page/>
        <flow::Flow page=page/>
        <answers::Answers page=page/>
        <scale::Scale page=page/>
        <time::Time page=page/>
        <links::Links page=page/>
        <LineSays id=page.id.get_value()/>
        <people::People page=page/>
    }
}
