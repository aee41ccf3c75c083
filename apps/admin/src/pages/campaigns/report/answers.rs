//! What happened after delivery: each figure with its rate, its definition and its people.

use leptos::prelude::*;

use super::Page;
use crate::{
    format::{self, Figure},
    i18n as t,
    pages::analytics::definitions::{ends, figure, share},
    ui::{Definition, FigureView, Section},
};

/// The figures in the order of reading; the second of a pair is its raw form.
const FIGURES: [(&str, Option<&str>); 9] = [
    ("sends", None),
    ("delivered", None),
    ("opens", Some("opens_raw")),
    ("clicks", Some("clicks_raw")),
    ("bounces", None),
    ("unsubscribe_clicks", Some("unsubscribe_clicks_raw")),
    ("unsubscribes", None),
    ("complaints", None),
    ("revenue_last_touch", None),
];

#[component]
pub(super) fn Answers(page: Page) -> impl IntoView {
    // What a channel does not tell is not shown as zero. Which channel it is does not change.
    let is_told = |key: &str| {
        page.report.with_untracked(|report| {
            let mut told = report.figures.iter();
            told.any(|figure| figure.metric == key)
        })
    };
    let cells = FIGURES
        .into_iter()
        .filter(|(key, _)| is_told(key))
        .map(|(key, raw)| view! { <Cell page=page metric=key raw=raw/> })
        .collect_view();
    view! {
        <Section title=t::analytics::answers_title note=t::analytics::answers_note>
            <div class="stats rep-stats">{cells}</div>
        </Section>
    }
}

#[component]
fn Cell(page: Page, metric: &'static str, raw: Option<&'static str>) -> impl IntoView {
    let report = page.report;
    let own = Memo::new(move |_| report.with(|report| figure(&report.figures, metric)));
    let name = move || {
        let rate = page.definitions.rate_name(metric);
        if rate.is_empty() {
            page.definitions.name(metric)
        } else {
            rate
        }
    };
    let shown = move || {
        let own = own.get();
        if metric == "revenue_last_touch" {
            let currency = report.with(|report| report.currency.clone());
            return format::money_short(own.value, &currency);
        }
        match own.rate {
            Some(rate) => share(Some(rate)),
            None => Figure {
                digits: format::integer(own.value),
                unit: String::new(),
            },
        }
    };
    let below = move || {
        let own = own.get();
        let mut said = Vec::new();
        if let Some(rate) = own.rate {
            said.push(
                t::analytics::Of {
                    part: format::integer(rate.numerator),
                    whole: format::integer(rate.denominator),
                }
                .say(),
            );
            if let Some((low, high)) = ends(Some(rate)) {
                said.push(t::analytics::Interval { high, low }.say());
            }
        }
        if let Some(raw) = raw {
            let raw = report.with(|report| figure(&report.figures, raw));
            said.push(t::analytics::with_machines(share(raw.rate).joined()));
        }
        let line = |text: String| view! { <div>{text}</div> };
        said.into_iter().map(line).collect_view()
    };
    view! {
        <div class="stat">
            <div class="k">{name} <Definition term=name tip=move || page.definitions.formula(metric)/></div>
            <div class="v">
                <a class="fig-a" href=page.people(metric) data-noscroll="true">{move || view! { <FigureView figure=shown()/> }}</a>
            </div>
            <div class="d">{below}</div>
        </div>
    }
}
