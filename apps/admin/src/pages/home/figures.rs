//! Four figures, and what happened after delivery over 7 and 30 days.

use api_types::reports::HomeView;
use leptos::prelude::*;

use super::logic;
use crate::{
    format::{self, Figure},
    i18n as t,
    pages::analytics::definitions::{Definitions, by_language, figure, share, value},
    routes::Route,
    ui::{Better, Change, Section, Stat, Stats},
};

fn reach_of(home: &HomeView) -> String {
    let all = format::integer(home.customers);
    let rate = format::percent(home.reachable.value);
    t::home::StatReachOf { all, rate }.say()
}

#[component]
pub(super) fn Figures(home: Memo<HomeView>, definitions: Definitions) -> impl IntoView {
    let count = |value: i64, unit: &str| {
        let (digits, unit) = (format::integer(value), unit.to_owned());
        Figure { digits, unit }
    };
    let money = move |days, key: &str| {
        home.with(|home| {
            let found = figure(&logic::period(home, days).figures, key);
            format::money_short(found.value, &home.currency)
        })
    };
    let week =
        move |key: &str| home.with(|home| figure(&logic::period(home, 7).figures, key).value);
    let touch = Signal::derive(move || Some(money(30, "revenue_last_touch")));
    let reach = Signal::derive(move || {
        let reachable = home.with(|home| home.reachable.numerator);
        Some(count(reachable, t::home::unit_people()))
    });
    let sent = Signal::derive(move || Some(count(week("sends"), t::home::unit_messages())));
    let held = Signal::derive(move || Some(count(week("not_sent"), t::home::unit_messages())));
    let reach_of = move || home.with(reach_of);
    let held_most = move || {
        home.with(|home| {
            home.reasons.first().map(|most| {
                let (count, reason) = (most.count, by_language(&most.name_ja, &most.name_en));
                t::home::StatHeldMost { count, reason }.say()
            })
        })
    };
    view! {
        <Stats>
            <Stat label=t::home::stat_touch figure=touch definition=move || definitions.formula("revenue_last_touch") to=Route::Analytics>
                {move || t::home::stat_touch_of(money(30, "revenue").joined())}
                " "
                {move || home.with(|home| {
                    let month = logic::period(home, 30);
                    let now = figure(&month.figures, "revenue_last_touch").value;
                    let before = figure(&month.before, "revenue_last_touch").value;
                    (before != 0).then(|| change(now, before, Better::Higher, format::money_short((now - before).abs(), &home.currency).joined()))
                })}
            </Stat>
            <Stat label=t::home::stat_reach figure=reach definition=move || definitions.formula("reachable") to=Route::Customers>
                {reach_of}
            </Stat>
            <Stat label=t::home::stat_sent figure=sent definition=move || definitions.formula("sends") to=Route::Campaigns>
                {move || t::home::stat_sent_to(home.with(|home| logic::period(home, 7).recipients))}
            </Stat>
            <Stat label=t::home::stat_held figure=held definition=move || definitions.formula("not_sent")>
                {held_most}
                " "
                <Show when=move || home.with(|home| !home.reasons.is_empty())>
                    <a class="nw why-a" href="#why" rel="external">{t::home::see_reasons}</a>
                </Show>
            </Stat>
        </Stats>
    }
}

#[expect(clippy::cast_precision_loss, reason = "only the sign is looked at")]
fn change(now: i64, before: i64, better: Better, words: String) -> AnyView {
    let label = if now == before {
        t::home::same_as_before().to_owned()
    } else {
        t::home::more_than_before(words)
    };
    view! { <Change difference=(now - before) as f64 better=better label=label/> }.into_any()
}

/// The metrics of the table in the order of reading.
const ROWS: [&str; 8] = [
    "sends",
    "delivered",
    "opens",
    "clicks",
    "unsubscribes",
    "orders",
    "revenue",
    "revenue_last_touch",
];

#[component]
pub(super) fn Trend(home: Memo<HomeView>, definitions: Definitions) -> impl IntoView {
    let rows = move || {
        ROWS.map(|key| home.with(|home| row(home, definitions, key)))
            .into_iter()
            .collect_view()
    };
    let is_empty = Memo::new(move |_| {
        home.with(|home| {
            let month = logic::period(home, 30);
            ["sends", "orders"]
                .into_iter()
                .all(|key| figure(&month.figures, key).value == 0)
        })
    });
    view! {
        <Section title=t::home::trend_title note=t::home::trend_note>
            <Show when=move || !is_empty.get() fallback=|| view! { <p class="ink-3 t-small">{t::home::trend_empty}</p> }>
                <div class="tbl-x">
                    <table class="tbl" aria-label=t::home::trend_title>
                        <thead>
                            <tr>
                                <th scope="col">{t::home::trend_metric}</th>
                                <th class="num" scope="col">{t::home::trend_days(7)}</th>
                                <th class="num" scope="col">{t::home::trend_days(30)}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </Show>
        </Section>
    }
}

fn row(home: &HomeView, definitions: Definitions, key: &'static str) -> AnyView {
    let metrics = definitions.all();
    let Some(metric) = metrics.iter().find(|metric| metric.key == key) else {
        return ().into_any();
    };
    let better = if definitions.is_lower_better(key) {
        Better::Lower
    } else {
        Better::Higher
    };
    let cell = |days: i64| {
        let period = logic::period(home, days);
        let (now, before) = (figure(&period.figures, key), figure(&period.before, key));
        let (shown, difference, is_known) = match (now.rate, before.rate) {
            (Some(rate), other) => {
                let known = other.and_then(|rate| rate.value);
                let difference = rate
                    .value
                    .zip(known)
                    .map_or(0.0, |(now, before)| now - before);
                (
                    share(Some(rate)).joined(),
                    difference,
                    known.is_some() && rate.value.is_some(),
                )
            }
            #[expect(clippy::cast_precision_loss, reason = "only the sign is looked at")]
            (None, _) => (
                value(&now, &metric.unit, &home.currency),
                (now.value - before.value) as f64,
                before.value != 0,
            ),
        };
        let words = if now.rate.is_some() {
            format::points(difference)
        } else if metric.unit == "money" {
            format::money_short(now.value - before.value, &home.currency).joined()
        } else {
            format::integer(now.value - before.value)
        };
        let changed =
            is_known.then(|| view! { <Change difference=difference better=better label=words/> });
        view! { <td class="num"><span class="home-v">{shown}</span><span class="home-c t-small">{changed}</span></td> }
    };
    let name = match metric.rate.as_ref() {
        Some(rate) => by_language(&rate.name_ja, &rate.name_en),
        None => by_language(&metric.name_ja, &metric.name_en),
    };
    let formula = definitions.formula(key);
    view! { <tr><td title=formula>{name.to_owned()}</td>{cell(7)}{cell(30)}</tr> }.into_any()
}
