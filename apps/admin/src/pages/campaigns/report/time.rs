//! One metric over time: the thread.

use api_types::reports::SeriesView;
use leptos::prelude::*;

use super::Page;
use crate::{
    api::{load, reports},
    charts::{LineChart, Series, SeriesKind},
    format, i18n as t,
    state::session,
    ui::{ChartCard, ChartState, ChartTable, Choice, Segmented},
};

/// What may be drawn.
const METRICS: [&str; 5] = [
    "opens",
    "clicks",
    "conversions_window",
    "revenue_last_touch",
    "unsubscribes",
];

#[component]
pub(super) fn Time(page: Page) -> impl IntoView {
    // A number that has grown means that the line has, too.
    let version = Memo::new(move |_| {
        page.report.with(|report| {
            report
                .figures
                .iter()
                .map(|figure| figure.value)
                .sum::<i64>()
        })
    });
    let series = load(
        move || (page.id.get_value(), version.get()),
        |(id, _), signal| async move { reports::series(&id, &signal).await },
    );
    let chosen = RwSignal::new(drawable(page).next().unwrap_or_default().to_owned());
    let known = Memo::new(move |_| series.value().unwrap_or_default());
    let is_known = Memo::new(move |_| series.with(|state| state.ready().is_some()));
    let state = Signal::derive(move || match (is_known.get(), series.error()) {
        (false, Some(error)) => ChartState::Failed(error),
        (false, None) => ChartState::Loading,
        (true, _) if known.with(|series| series.starts.is_empty()) => {
            ChartState::TooLittle(t::analytics::time_empty().to_owned())
        }
        (true, _) => ChartState::Ready,
    });
    let table = Signal::derive(move || known.with(|series| table(series, page)));
    let note = move || {
        if known.with(|series| series.bucket == "hour") {
            t::analytics::time_hour()
        } else {
            t::analytics::time_day()
        }
    };
    let chart = move || view! { <Drawn page=page known=known chosen=chosen/> };
    view! {
        <ChartCard
            title=t::analytics::time_title
            note=note
            state=state
            height=290
            chart=chart
            table=table
            on_retry=move || series.reload()
        />
    }
}

/// Returns what may be drawn of this campaign: what its channel tells.
fn drawable(page: Page) -> impl Iterator<Item = &'static str> {
    let told: Vec<String> = page.report.with_untracked(|report| {
        let figures = report.figures.iter();
        figures.map(|figure| figure.metric.clone()).collect()
    });
    METRICS
        .into_iter()
        .filter(move |metric| told.iter().any(|told| told == metric))
}

/// The line of the metric chosen, and the choice.
#[component]
fn Drawn(page: Page, known: Memo<SeriesView>, chosen: RwSignal<String>) -> impl IntoView {
    let name = move || page.definitions.name(&chosen.get());
    let is_money = Memo::new(move |_| chosen.with(|chosen| chosen.starts_with("revenue")));
    let lines =
        Signal::derive(move || known.with(|series| vec![line(series, &chosen.get(), name())]));
    let positions = Signal::derive(move || known.with(labels));
    let spoken = move || t::analytics::time_spoken(name());
    let choices = drawable(page)
        .map(|metric| Choice::new(metric, move || page.definitions.name(metric)))
        .collect::<Vec<_>>();
    let drawn = move || {
        let value = if is_money.get() {
            money as fn(f64) -> String
        } else {
            count
        };
        view! { <LineChart label=spoken series=lines positions=positions value=value/> }
    };
    view! {
        <div class="rep-time">
            <div class="rep-choose"><Segmented label=t::analytics::time_choose value=chosen choices=choices/></div>
            {drawn}
        </div>
    }
}

#[expect(clippy::cast_possible_truncation, reason = "counts are whole numbers")]
fn count(value: f64) -> String {
    format::integer(value.round() as i64)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "money is whole minor units"
)]
fn money(value: f64) -> String {
    format::money_short(value.round() as i64, &session::currency()).joined()
}

fn line(series: &SeriesView, metric: &str, name: String) -> Series {
    let found = series.lines.iter().find(|line| line.metric == metric);
    #[expect(clippy::cast_precision_loss, reason = "drawn in pixels")]
    let values = found.map_or_else(Vec::new, |line| {
        line.values
            .iter()
            .map(|value| Some(*value as f64))
            .collect()
    });
    Series {
        name,
        kind: SeriesKind::Thread,
        values,
        band: None,
    }
}

fn labels(series: &SeriesView) -> Vec<String> {
    let is_hour = series.bucket == "hour";
    let label = |start: &String| {
        let at = format::time::millis(start);
        if is_hour {
            format::clock(at)
        } else {
            format::date(at)
        }
    };
    series.starts.iter().map(label).collect()
}

fn table(series: &SeriesView, page: Page) -> ChartTable {
    let head = std::iter::once(t::analytics::time_at().to_owned())
        .chain(
            series
                .lines
                .iter()
                .map(|line| page.definitions.name(&line.metric)),
        )
        .collect();
    let row = |(at, start): (usize, &String)| {
        let values = series
            .lines
            .iter()
            .map(|line| line.values.get(at).copied().unwrap_or_default().to_string());
        std::iter::once(format::date_time(format::time::millis(start)))
            .chain(values)
            .collect()
    };
    ChartTable {
        head,
        rows: series.starts.iter().enumerate().map(row).collect(),
    }
}
