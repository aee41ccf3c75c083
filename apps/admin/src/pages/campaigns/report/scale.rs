//! The three outcomes on one scale. The third stays empty until somebody is held back: it is not guessed.

use api_types::reports::RateView;
use leptos::prelude::*;

use super::Page;
use crate::{
    charts::scale::{self, Baseline},
    format::{self, number},
    i18n as t,
    pages::analytics::definitions::{ends, figure, share},
    ui::{ChartCard, ChartState, ChartTable, Definition, FigureView},
};

/// The outcomes that can be counted: metric, its money, mark.
const OUTCOMES: [(&str, &str, &str); 2] = [
    ("conversions_window", "revenue_window", "sc-rest"),
    ("conversions_last_touch", "revenue_last_touch", "sc-own"),
];

#[component]
pub(super) fn Scale(page: Page) -> impl IntoView {
    let report = page.report;
    let rate = move |metric: &str| {
        report.with(|report| figure(&report.figures, metric).rate.unwrap_or_default())
    };
    let ticks = Memo::new(move |_| {
        let highs = OUTCOMES.map(|(metric, _, _)| rate(metric).high.unwrap_or(0.0) * 100.0);
        scale::ticks(highs.into_iter().chain([1.0]), Baseline::Zero)
    });
    let state = Signal::derive(move || {
        if rate("conversions_window").denominator == 0 {
            ChartState::TooLittle(t::analytics::scale_empty().to_owned())
        } else {
            ChartState::Ready
        }
    });
    let table = Signal::derive(move || {
        let row = |(metric, money, _): (&str, &str, &str)| {
            let found = rate(metric);
            let (low, high) = ends(Some(found)).unwrap_or_default();
            let revenue = report.with(|report| figure(&report.figures, money).value);
            let whole = [found.numerator.to_string(), found.denominator.to_string()];
            let name = page.definitions.name(metric);
            let mut cells = vec![name, share(Some(found)).digits, low, high];
            cells.extend(whole);
            cells.push(revenue.to_string());
            cells
        };
        ChartTable {
            head: vec![
                t::analytics::scale_outcome().to_owned(),
                "%".to_owned(),
                "95% low".to_owned(),
                "95% high".to_owned(),
                "n".to_owned(),
                "N".to_owned(),
                report.with(|report| report.currency.clone()),
            ],
            rows: OUTCOMES.into_iter().map(row).collect(),
        }
    });
    let chart = move || {
        view! {
            <div class="three">
                {OUTCOMES.map(|(metric, money, mark)| outcome(page, metric, money, mark, ticks)).into_iter().collect_view()}
                {effect(ticks)}
                {axis(ticks)}
            </div>
        }
    };
    view! { <ChartCard title=t::analytics::scale_title note=t::analytics::scale_note state=state height=250 chart=chart table=table/> }
}

fn outcome(
    page: Page,
    metric: &'static str,
    money: &'static str,
    mark: &'static str,
    ticks: Memo<Vec<f64>>,
) -> impl IntoView {
    let report = page.report;
    let rate =
        move || report.with(|report| figure(&report.figures, metric).rate.unwrap_or_default());
    let (name, meaning) = match metric {
        "conversions_window" => (t::analytics::scale_window as fn() -> &'static str, None),
        _ => (
            t::analytics::scale_touch as fn() -> &'static str,
            Some(t::analytics::scale_touch_is()),
        ),
    };
    let meaning = move || match meaning {
        Some(_) => t::analytics::scale_touch_is().to_owned(),
        None => t::analytics::scale_window_is(report.with(|report| report.window_days)),
    };
    let interval =
        move || ends(Some(rate())).map(|(low, high)| t::analytics::Range { high, low }.say());
    let revenue = move || {
        report.with(|report| format::money(figure(&report.figures, money).value, &report.currency))
    };
    let people = move || {
        let rate = rate();
        t::analytics::PeopleOf {
            part: format::integer(rate.numerator),
            whole: format::integer(rate.denominator),
        }
        .say()
    };
    view! {
        <div class="tr">
            <div>
                <b>{name}</b>
                " "
                <Definition term=name tip=move || page.definitions.formula(metric)/>
                <p class="t-small ink-3">{meaning}</p>
            </div>
            <div class="tv">
                <span class="fig">{move || view! { <FigureView figure=share(Some(rate()))/> }}</span>
                <span class="t-small ink-3">{interval}</span>
            </div>
            {move || drawn(rate(), mark, &ticks.get())}
            <span class="num">
                <a href=page.people(metric) data-noscroll="true">{people}</a>
                <br/>
                <span class="ink-3 t-small">{revenue}</span>
            </span>
        </div>
    }
}

fn effect(ticks: Memo<Vec<f64>>) -> impl IntoView {
    view! {
        <div class="tr">
            <div>
                <b>{t::analytics::scale_effect}</b>
                <p class="t-small ink-3">{t::analytics::scale_effect_is}</p>
            </div>
            <div class="tv"><span class="fig ink-3">"–"</span></div>
            {move || view! { <div class="sc-none hatch" data-ticks=ticks.with(Vec::len)><span>{t::analytics::scale_unknown}</span></div> }}
            <span class="num"></span>
        </div>
    }
}

/// A point with its interval; percent of the width, so that no measuring is needed.
fn drawn(rate: RateView, mark: &'static str, ticks: &[f64]) -> impl IntoView + use<> {
    let top = ticks.last().copied().unwrap_or(1.0).max(f64::EPSILON);
    let at = move |share: f64| format!("{:.2}%", (share * 100.0 / top * 100.0).clamp(0.0, 100.0));
    let rules = ticks
        .iter()
        .map(|tick| {
            let x = at(tick / 100.0);
            view! { <line x1=x.clone() x2=x y1="0" y2="68" class=if *tick == 0.0 { "g-axis" } else { "g-grid" }></line> }
        })
        .collect_view();
    let interval = rate.low.zip(rate.high).map(|(low, high)| {
        let (low, high) = (at(low), at(high));
        view! {
            <line x1=low.clone() x2=high.clone() y1="34" y2="34"></line>
            <line x1=low.clone() x2=low y1="29" y2="39"></line>
            <line x1=high.clone() x2=high y1="29" y2="39"></line>
        }
    });
    let point = rate
        .value
        .map(|value| view! { <circle cx=at(value) cy="34" r="5"></circle> });
    view! {
        <svg width="100%" height="68" aria-hidden="true">
            {rules}
            <g class=format!("sc {mark}")>{interval} {point}</g>
        </svg>
    }
}

fn axis(ticks: Memo<Vec<f64>>) -> impl IntoView {
    let labels = move || {
        let ticks = ticks.get();
        let top = ticks.last().copied().unwrap_or(1.0).max(f64::EPSILON);
        let last = ticks.len().saturating_sub(1);
        let label = |(at, tick): (usize, &f64)| {
            let unit = if at == last { "%" } else { "" };
            let text = format!("{}{unit}", number::decimal(*tick, usize::from(top < 5.0)));
            let anchor = match at {
                0 => "start",
                at if at == last => "end",
                _ => "middle",
            };
            let x = format!("{:.2}%", tick / top * 100.0);
            view! { <text x=x y="14" text-anchor=anchor>{text}</text> }
        };
        ticks.iter().enumerate().map(label).collect_view()
    };
    view! {
        <div class="tr ax" aria-hidden="true">
            <div></div>
            <div></div>
            <svg class="tx" width="100%" height="20">{labels}</svg>
            <span></span>
        </div>
    }
}
