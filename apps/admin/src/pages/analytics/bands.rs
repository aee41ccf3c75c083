//! Bands of lifetime value (LTV): few above, many below, and what each brings.

use api_types::analytics::{ValueBand, ValueBandsView};
use leptos::prelude::*;

use super::{
    buyers::{self, Export, ListState, Pages, bound},
    logic,
};
use crate::{
    api::{analytics as api, load},
    format, i18n as t,
    routes::Route,
    ui::{
        Button, ButtonKind, ButtonSize, Choice, CountBar, DateField, Icon, IconButton, ListQuery,
        PageHeader, Section, SelectField, TextField, list_query::use_list_query,
    },
};

/// What the address says besides the page.
const FILTERS: &[&str] = &["as_of", "days", "breaks", "margin"];
/// The most amounts between bands.
const MOST: usize = 9;

/// The page of bands.
#[component]
pub fn Bands() -> impl IntoView {
    let state = use_list_query(FILTERS);
    let found = load(
        move || buyers::asked(&state.get()),
        |query, signal| async move { api::bands(&query, &signal).await },
    );
    let body = move || {
        buyers::shown(
            found,
            |view| view.total.buyers,
            move |view| whole(&view, state).into_any(),
        )
    };
    view! {
        <Pages here=Route::Bands/>
        <PageHeader title=t::buyers::bands_title say=t::buyers::bands_say>
            <Export analysis="bands" state=state/>
        </PageHeader>
        <Asked state=state/>
        {body}
    }
}

/// Window, day and margin.
#[component]
fn Asked(state: ListState) -> impl IntoView {
    let days = Signal::derive(|| {
        let mut choices = vec![Choice::new("ever", t::buyers::ever)];
        choices
            .extend([365, 730, 1_095].map(|days: i64| {
                Choice::new(days.to_string(), move || t::buyers::last_days(days))
            }));
        choices
    });
    view! {
        <div class="ask-row">
            <SelectField label=t::buyers::window value=bound(state, "days", "ever") choices=days/>
            <DateField label=t::buyers::as_of value=bound(state, "as_of", "") hint=t::buyers::as_of_hint/>
            <TextField label=t::buyers::margin value=bound(state, "margin", "") placeholder="30" hint=t::buyers::margin_hint/>
        </div>
    }
}

fn whole(view: &ValueBandsView, state: ListState) -> impl IntoView + use<> {
    let note = t::buyers::TotalNote {
        buyers: format::integer(view.total.buyers),
        counted: buyers::counted(&view.frame),
    }
    .say();
    let has_profit = view.margin.is_some();
    let most = view.bands.iter().map(|band| band.sum.buyers).max();
    let most = most.unwrap_or(0);
    let rows: Vec<_> = view
        .bands
        .iter()
        .map(|band| row(view, band, most))
        .collect();
    let (say, others) = (highest(view), view.others);
    let limits = limits(view, state);
    view! {
        {say.map(|say| view! { <p class="t-say bd-say">{say}</p> })}
        <Section title=t::buyers::bands_table note=note definition=t::buyers::bands_def>
            <div class="tbl-x">
                <table class="tbl tbl-dense bd" aria-label=t::buyers::bands_table>
                    <thead>
                        <tr>
                            <th scope="col">{t::buyers::col_band}</th>
                            <th class="num" scope="col">{t::buyers::col_buyers}</th>
                            <th class="num" scope="col">{t::buyers::col_share}</th>
                            <th class="num" scope="col">{t::buyers::col_amount}</th>
                            <th class="num" scope="col">{t::buyers::col_share_money}</th>
                            <th class="num" scope="col">{t::buyers::col_cumulative}</th>
                            {has_profit.then(|| view! { <th class="num" scope="col">{t::buyers::col_profit}</th> })}
                            <th scope="col" aria-label=t::buyers::to_segment></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="t-small ink-3">{t::buyers::bands_others(others)}</p>
        </Section>
        {limits}
    }
}

/// Says what the highest band is worth; nothing where there is only one.
fn highest(view: &ValueBandsView) -> Option<String> {
    let first = view.bands.iter().find(|band| band.sum.buyers > 0)?;
    let (people, share) = (first.people?, first.share?);
    (view.bands.len() > 1).then(|| {
        let (name, people) = (
            name(first, &view.frame.currency),
            format::percent(Some(people)),
        );
        t::buyers::BandsHighest {
            band: name,
            people,
            share: format::percent(Some(share)),
        }
        .say()
    })
}

/// What a band is called: `¥100,000以上`.
fn name(band: &ValueBand, currency: &str) -> String {
    let money = |amount| format::money(amount, currency);
    match (band.from, band.until) {
        (Some(from), None) => t::buyers::band_from(money(from)),
        (Some(from), Some(until)) => t::buyers::BandBetween {
            from: money(from),
            until: money(until),
        }
        .say(),
        (None, Some(until)) => t::buyers::band_below(money(until)),
        (None, None) => t::buyers::band_all().to_owned(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a bar of some hundred pixels")]
fn row(view: &ValueBandsView, band: &ValueBand, most: i64) -> impl IntoView + use<> {
    let currency = &view.frame.currency;
    let name = name(band, currency);
    let condition = logic::band(&view.frame, &view.breaks, band.number);
    let to = (!view.breaks.is_empty())
        .then(|| buyers::segment_link(std::slice::from_ref(&condition), &name));
    let people = band.sum.buyers as f64 / most.max(1) as f64;
    let spoken = name.clone();
    view! {
        <tr>
            <th scope="row" class="nowrap">{name}</th>
            <td class="num">{format::integer(band.sum.buyers)}<CountBar share=people/></td>
            <td class="num">{format::percent(band.people)}</td>
            <td class="num">{format::money(band.sum.amount, currency)}</td>
            <td class="num">{format::percent(band.share)}<CountBar share=band.share.unwrap_or(0.0)/></td>
            <td class="num">{format::percent(band.cumulative)}</td>
            {band.profit.map(|profit| view! { <td class="num">{format::money(profit, currency)}</td> })}
            <td class="nowrap">{to.map(|to| view! {
                <a class="link" rel="external" href=to aria-label=t::buyers::to_segment_of(&spoken)>{t::buyers::to_segment}</a>
            })}</td>
        </tr>
    }
}

/// The amounts between the bands, to be changed.
fn limits(view: &ValueBandsView, state: ListState) -> impl IntoView + use<> {
    let per = 10_i64.pow(format::number::minor_digits(&view.frame.currency));
    let shown = |amount: &i64| RwSignal::new(format::integer(amount / per));
    let amounts = RwSignal::new(view.breaks.iter().map(shown).collect::<Vec<_>>());
    let is_wrong = RwSignal::new(false);
    let apply = move || {
        let typed = amounts.with_untracked(|all| {
            all.iter()
                .map(|one| one.get_untracked())
                .collect::<Vec<_>>()
        });
        match logic::amounts(&typed, per) {
            Some(breaks) => {
                is_wrong.set(false);
                state.change(|query| set(query, "breaks", &breaks));
            }
            None => is_wrong.set(true),
        }
    };
    let rows = move || {
        let row = |(place, amount): (usize, RwSignal<String>)| {
            view! {
                <span class="bd-one">
                    <input class="in in-n" inputmode="numeric" autocomplete="off" aria-label=t::buyers::break_label bind:value=amount/>
                    <IconButton icon=Icon::X label=t::buyers::break_less size=ButtonSize::Small on_press=move |()| amounts.update(|all| { all.remove(place); })/>
                </span>
            }
        };
        amounts
            .get()
            .into_iter()
            .enumerate()
            .map(row)
            .collect_view()
    };
    let error = move || {
        is_wrong
            .get()
            .then(|| view! { <p class="err" role="alert">{t::buyers::breaks_wrong}</p> })
    };
    let hint = if view.is_suggested {
        t::buyers::breaks_suggested
    } else {
        t::buyers::breaks_own
    };
    view! {
        <Section title=t::buyers::breaks_title note=hint>
            <div class="bd-row">
                {rows}
                <Show when=move || amounts.with(Vec::len) < MOST>
                    <Button kind=ButtonKind::Quiet size=ButtonSize::Small icon=Icon::Plus label=t::buyers::break_more
                        on_press=move || amounts.update(|all| all.push(RwSignal::new(String::new())))/>
                </Show>
            </div>
            {error}
            <div class="bd-row">
                <Button label=t::buyers::breaks_apply on_press=apply/>
                <Button kind=ButtonKind::Quiet label=t::buyers::breaks_suggest on_press=move || state.change(|query| set(query, "breaks", ""))/>
            </div>
        </Section>
    }
}

fn set(query: &mut ListQuery, name: &str, value: &str) {
    for filter in &mut query.filters {
        if filter.0 == name {
            value.clone_into(&mut filter.1);
        }
    }
}
