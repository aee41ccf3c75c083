//! The last 30 days, and how every number is counted.

use api_types::reports::{HomeView, MetricView, PeriodView};
use leptos::prelude::*;

use super::{
    buyers::Pages,
    definitions::{Definitions, by_language, ends, figure, share, value},
};
use crate::{
    api::{load, reports},
    i18n as t,
    routes::Route,
    ui::{InlineError, PageHeader, Section, Skeleton},
};

/// The reports.
#[component]
pub fn Analytics() -> impl IntoView {
    let definitions = Definitions::read();
    let home = load(
        || (),
        |(), signal| async move { reports::home(&signal).await },
    );
    let known = Memo::new(move |_| home.value());
    let totals = move || match (known.get(), home.error()) {
        (Some(home), _) => totals(&home, definitions).into_any(),
        (None, Some(error)) => {
            view! { <InlineError error=error on_retry=move || home.reload()/> }.into_any()
        }
        (None, None) => view! { <Skeleton lines=8/> }.into_any(),
    };
    let moving = move || {
        let campaigns = known.get().map(|home| home.moving).unwrap_or_default();
        (!campaigns.is_empty()).then(|| {
            let line = |one: api_types::reports::MovingView| {
                let to = Route::CampaignReport(one.campaign_id).path();
                view! { <li><a class="nm" href=to>{one.name}</a></li> }
            };
            view! { <Section title=t::analytics::reports_title><ul class="rep-list">{campaigns.into_iter().map(line).collect_view()}</ul></Section> }
        })
    };
    let rows = move || definitions.all().iter().map(definition).collect_view();
    view! {
        <Pages here=Route::Analytics/>
        <PageHeader title=t::analytics::overview_title say=t::analytics::overview_say/>
        <Section title=t::analytics::totals_title note=t::analytics::totals_note>{totals}</Section>
        {moving}
        <Section title=t::analytics::definitions>
            <div class="tbl-x">
                <table class="tbl rep-def" aria-label=t::analytics::definitions>
                    <thead>
                        <tr><th scope="col">{t::analytics::col_metric}</th><th scope="col">{t::analytics::col_formula}</th></tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </Section>
    }
}

fn definition(metric: &MetricView) -> impl IntoView + use<> {
    let rate = metric
        .rate
        .as_ref()
        .map(|rate| by_language(&rate.name_ja, &rate.name_en).to_owned());
    let name = by_language(&metric.name_ja, &metric.name_en).to_owned();
    let formula = by_language(&metric.formula_ja, &metric.formula_en).to_owned();
    view! {
        <tr>
            <td><b>{name}</b>{rate.map(|rate| view! { <div class="ink-3 t-small">{rate}</div> })}</td>
            <td>{formula}</td>
        </tr>
    }
}

fn totals(home: &HomeView, definitions: Definitions) -> impl IntoView + use<> {
    let month: PeriodView = home
        .periods
        .iter()
        .find(|period| period.days == 30)
        .cloned()
        .unwrap_or_default();
    let currency = home.currency.clone();
    let rows = move || {
        let all = definitions.all();
        let row = |now: &api_types::reports::FigureView| {
            let metric = all.iter().find(|metric| metric.key == now.metric)?;
            let before = figure(&month.before, &now.metric);
            let interval =
                ends(now.rate).map(|(low, high)| t::analytics::Range { high, low }.say());
            Some(view! {
                <tr>
                    <td>{by_language(&metric.name_ja, &metric.name_en).to_owned()}</td>
                    <td class="num">{value(now, &metric.unit, &currency)}</td>
                    <td class="num">{now.rate.map(|rate| share(Some(rate)).joined())}</td>
                    <td class="num ink-3 only-d-c">{interval}</td>
                    <td class="num">{value(&before, &metric.unit, &currency)}</td>
                </tr>
            })
        };
        month.figures.iter().filter_map(row).collect_view()
    };
    view! {
        <div class="tbl-x">
            <table class="tbl tbl-dense" aria-label=t::analytics::totals_title>
                <thead>
                    <tr>
                        <th scope="col">{t::analytics::col_metric}</th>
                        <th class="num" scope="col">{t::analytics::col_value}</th>
                        <th class="num" scope="col">{t::analytics::col_rate}</th>
                        <th class="num only-d-c" scope="col">{t::analytics::col_interval}</th>
                        <th class="num" scope="col">{t::analytics::col_before}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
