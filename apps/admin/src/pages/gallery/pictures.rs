//! Charts in their frame, in every state.

use leptos::prelude::*;

use crate::{
    api::ApiError,
    charts::{
        Bar, BarChart, BarList, BarRow, Funnel, FunnelStep, LineChart, Series, SeriesKind,
        StepKind, scale::Baseline,
    },
    format::{self, Figure},
    i18n as t,
    ui::{ChartCard, ChartState, ChartTable, Section},
};

const TREATED: [f64; 26] = [
    3580.0, 3620.0, 3525.0, 3600.0, 3700.0, 3525.0, 3600.0, 3670.0, 3770.0, 3740.0, 3650.0, 3690.0,
    3800.0, 3760.0, 3755.0, 3780.0, 3915.0, 3790.0, 3785.0, 3860.0, 3895.0, 3860.0, 3860.0, 3950.0,
    3860.0, 3939.0,
];

fn yen(value: f64) -> String {
    format!("¥{}", format::number::decimal(value, 0))
}

fn series() -> Vec<Series> {
    let band = |width: f64| {
        TREATED
            .iter()
            .map(|value| Some((value - width, value + width)))
            .collect()
    };
    let rest: Vec<f64> = TREATED
        .iter()
        .enumerate()
        .map(|(at, value)| value - 8.0 - f64::from(u32::try_from(at).unwrap_or(0)) * 9.0)
        .collect();
    vec![
        Series {
            name: t::gallery::compared().to_owned(),
            kind: SeriesKind::Comparison,
            values: rest.iter().copied().map(Some).collect(),
            band: Some(
                rest.iter()
                    .map(|value| Some((value - 95.0, value + 95.0)))
                    .collect(),
            ),
        },
        Series {
            name: t::gallery::treated().to_owned(),
            kind: SeriesKind::Thread,
            values: TREATED.map(Some).to_vec(),
            band: Some(band(30.0)),
        },
    ]
}

fn exact() -> ChartTable {
    ChartTable {
        head: vec![
            t::gallery::week().to_owned(),
            t::gallery::treated().to_owned(),
        ],
        rows: TREATED
            .iter()
            .enumerate()
            .map(|(at, value)| vec![t::gallery::week_n(at + 1), yen(*value)])
            .collect(),
    }
}

pub(super) fn charts() -> impl IntoView {
    let positions = Signal::derive(|| (1..=26).map(t::gallery::week_n).collect::<Vec<_>>());
    let line = move || {
        view! { <LineChart label=t::gallery::chart_title series=Signal::derive(series) positions=positions value=yen baseline=Baseline::Near/> }
    };
    let step = |label: fn() -> &'static str, kind, count| FunnelStep {
        label: label().to_owned(),
        kind,
        count,
        href: Some("/customers".to_owned()),
    };
    let steps = Signal::derive(move || {
        vec![
            step(t::gallery::matches, StepKind::Start, 612),
            step(t::gallery::consent, StepKind::Loss, 74),
            step(t::gallery::holdout, StepKind::Holdout, 27),
            step(t::gallery::caps, StepKind::Loss, 94),
            step(t::gallery::send, StepKind::End, 417),
        ]
    });
    let bars = Signal::derive(|| {
        let heights = [
            320.0, 410.0, 380.0, 0.0, 520.0, 610.0, 590.0, 340.0, 430.0, 405.0, 380.0, 560.0,
            640.0, 612.0,
        ];
        let bar = |(at, height): (usize, &f64)| Bar {
            label: format!("7/{}", at + 1),
            value: (at != 3).then_some(*height),
        };
        heights.iter().enumerate().map(bar).collect::<Vec<_>>()
    });
    let funnel = move || view! { <Funnel label=t::gallery::funnel_title steps=steps/> };
    let columns = move || view! { <BarChart label=t::gallery::bars_title bars=bars value=|value| format::number::decimal(value, 0)/> };
    let ready = Signal::stored(ChartState::Ready);
    view! {
        <ChartCard title=t::gallery::chart_title note=t::gallery::chart_note definition=t::gallery::revenue_definition state=ready chart=line table=Signal::derive(exact) foot=t::gallery::chart_foot/>
        <div class="cols g-two">
            <ChartCard title=t::gallery::funnel_title note=t::gallery::funnel_note state=ready chart=funnel table=Signal::derive(exact) height=200/>
            <ChartCard title=t::gallery::bars_title note=t::gallery::bars_note state=ready chart=columns table=Signal::derive(exact) height=200/>
        </div>
        <Section title=t::gallery::reasons note=t::gallery::reasons_note><BarList label=t::gallery::reasons rows=Signal::derive(reasons)/></Section>
    }
}

fn reasons() -> Vec<BarRow> {
    let row = |label: &str, value: i32, is_rest| BarRow {
        label: label.to_owned(),
        note: String::new(),
        value: f64::from(value),
        figure: Figure {
            digits: value.to_string(),
            unit: t::gallery::cap_unit().to_owned(),
        },
        to: Some(crate::routes::Route::Customers),
        is_rest,
    };
    vec![
        row(t::gallery::caps(), 131, false),
        row(t::gallery::holdout(), 84, true),
        row(t::gallery::consent(), 62, false),
        row(t::gallery::quiet(), 19, false),
    ]
}

pub(super) fn states() -> impl IntoView {
    let failed = ChartState::Failed(ApiError {
        status: 503,
        ..ApiError::default()
    });
    let none = Signal::stored(ChartTable::default());
    view! {
        <div class="g-three">
            <ChartCard title=t::gallery::loading state=Signal::stored(ChartState::Loading) chart=|| () table=none height=140/>
            <ChartCard title=t::gallery::too_little state=Signal::derive(|| ChartState::TooLittle(t::gallery::needed().to_owned())) chart=|| () table=none height=140/>
            <ChartCard title=t::gallery::failed state=Signal::stored(failed) chart=|| () table=none on_retry=|| () height=140/>
        </div>
    }
}
