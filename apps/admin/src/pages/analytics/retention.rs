//! Who comes back and who is lost after the first order: a triangle of months, and curves of groups.

pub mod curves;
mod grid;

use api_types::analytics::{RetentionCurve, RetentionView};
use leptos::prelude::*;

use self::{curves::Curves, grid::grid};
use super::{
    apart::{self, Apart},
    buyers::{self, Export, ListState, Pages, bound},
    definitions::by_language,
};
use crate::{
    api::{analytics as api, load, segments},
    format, i18n as t,
    pages::segments::picker::Picker,
    routes::Route,
    ui::{
        Choice, EmptyState, PageHeader, Section, Segmented, SelectField, list_query::use_list_query,
    },
};

/// What the address says besides the page.
const FILTERS: &[&str] = &["by", "segments", "cohorts", "lapse"];

/// The page of retention and churn.
#[component]
pub fn Retention() -> impl IntoView {
    let state = use_list_query(FILTERS);
    let found = load(
        move || {
            let query = state.get();
            let is_asked = query.filter("by") != "segment" || !query.filter("segments").is_empty();
            is_asked.then(|| buyers::asked(&query))
        },
        |query, signal| async move {
            match query {
                Some(query) => api::retention(&query, &signal).await.map(Some),
                None => Ok(None),
            }
        },
    );
    let measure = RwSignal::new("retained".to_owned());
    let body = move || {
        if let Some(None) = found.value() {
            return view! { <EmptyState title=t::retention::no_segments_title body=t::retention::no_segments_body/> }
                .into_any();
        }
        buyers::shown(
            found,
            |view| view.as_ref().map_or(0, |view| view.whole.customers),
            move |view| view.map(|view| whole(view, measure)).into_any(),
        )
    };
    view! {
        <Pages here=Route::Retention/>
        <PageHeader title=t::retention::title say=t::retention::say>
            <Export analysis="retention" state=state/>
        </PageHeader>
        <Asked state=state/>
        {body}
    }
}

/// How customers are told apart, which first orders are looked at, and when somebody is lost.
#[component]
fn Asked(state: ListState) -> impl IntoView {
    let months = Signal::derive(|| {
        [6, 12, 24, 36]
            .map(|n: i64| Choice::new(n.to_string(), move || t::retention::last_months(n)))
            .to_vec()
    });
    let lapses = Signal::derive(|| {
        [30, 60, 90, 180, 365]
            .map(|n: i64| Choice::new(n.to_string(), move || t::retention::lapse_days(n)))
            .to_vec()
    });
    let first = vec![
        Choice::new("month", t::retention::by_month),
        Choice::new("segment", t::retention::by_segment),
    ];
    let is_by_segment = Memo::new(move |_| state.get().filter("by") == "segment");
    view! {
        <div class="ask-row">
            <Apart state=state usual="month" first=first/>
            <SelectField label=t::retention::cohorts value=bound(state, "cohorts", "12") choices=months/>
            <SelectField label=t::retention::lapse value=bound(state, "lapse", "90") choices=lapses/>
        </div>
        <Show when=move || is_by_segment.get()>
            <Segments state=state/>
        </Show>
    }
}

/// Which segments stand beside each other.
#[component]
fn Segments(state: ListState) -> impl IntoView {
    let all = load(
        || (),
        |(), signal| async move { segments::all(Some(&signal)).await },
    );
    let choices = Signal::derive(move || {
        let all = all.value().unwrap_or_default();
        all.into_iter()
            .map(|segment| Choice::new(segment.id, segment.name))
            .collect::<Vec<_>>()
    });
    let chosen = Signal::derive(move || {
        let ids = state.get();
        let ids = ids
            .filter("segments")
            .split(',')
            .filter(|id| !id.is_empty());
        ids.map(str::to_owned).collect::<Vec<_>>()
    });
    let pick = move |id: String| {
        let mut ids = chosen.get_untracked();
        match ids.iter().position(|held| *held == id) {
            Some(place) => {
                ids.remove(place);
            }
            None => ids.push(id),
        }
        state.change(|query| {
            for (name, value) in &mut query.filters {
                if name == "segments" {
                    *value = ids.join(",");
                }
            }
        });
    };
    view! {
        <p class="ask-more">
            {t::retention::segments} " "
            <Picker label=t::retention::segments chosen=chosen choices=choices nothing=t::retention::choose_segments many=true on_pick=pick/>
        </p>
    }
}

/// What a curve is called.
fn name(curve: &RetentionCurve) -> String {
    by_language(&curve.name_ja, &curve.name_en).to_owned()
}

fn whole(view: RetentionView, measure: RwSignal<String>) -> impl IntoView {
    let at = format::millis(&view.counted_at);
    let lapse = i64::from(view.lapse_days);
    let choices = vec![
        Choice::new("retained", t::retention::retained),
        Choice::new("lost", t::retention::lost),
    ];
    let tip = move || {
        measure.with(|measure| match measure.as_str() {
            "lost" => t::retention::lost_def(lapse),
            _ => t::retention::retained_def().to_owned(),
        })
    };
    let counted = t::retention::Counted {
        customers: format::integer(view.whole.customers),
        at: format::date_time(at),
    }
    .say();
    let head = apart::heading(&view.by);
    let view = StoredValue::new(view);
    view! {
        <div class="heat-h">
            <Segmented label=t::retention::measure value=measure choices=choices/>
        </div>
        <Curves view=view measure=measure tip=tip/>
        <Section title=head note=counted definition=tip>
            {move || view.with_value(|view| grid(view, &measure.get()))}
            <p class="t-small ink-3">{t::retention::grid_foot}</p>
        </Section>
    }
}
