//! The curves: everybody, and the largest groups.

use api_types::analytics::{CurvePoint, RetentionCurve, RetentionView};
use leptos::{prelude::*, text_prop::TextProp};

use super::{grid::points, name};
use crate::{
    charts::{LineChart, Series, SeriesKind},
    format, i18n as t,
    ui::{ChartCard, ChartState, ChartTable},
};

/// How many groups are drawn beside everybody; the table has them all.
const DRAWN: usize = 5;
/// How many half-width letters the end of a line has room for.
const ROOM: usize = 10;

/// The chart.
#[component]
pub fn Curves(
    /// The answer.
    view: StoredValue<RetentionView>,
    /// `retained` or `lost`.
    measure: RwSignal<String>,
    /// What is measured.
    #[prop(into)]
    tip: TextProp,
) -> impl IntoView {
    let series = Signal::derive(move || view.with_value(|view| series(view, &measure.get())));
    let positions = Signal::derive(move || {
        let n = view.with_value(|view| known(&view.whole, &measure.get()));
        (0..n)
            .map(|after| t::retention::after(i64::try_from(after).unwrap_or_default()))
            .collect::<Vec<_>>()
    });
    let state = Signal::derive(move || {
        let n = view.with_value(|view| known(&view.whole, &measure.get()));
        if n > 1 {
            ChartState::Ready
        } else {
            ChartState::TooLittle(t::retention::too_early().to_owned())
        }
    });
    let chart = move || {
        view! { <LineChart label=t::retention::title series=series positions=positions value=|rate| format::number::percent(Some(rate / 100.0))/> }
    };
    let table = Signal::derive(move || view.with_value(|view| table(view, &measure.get())));
    let title = move || {
        measure.with(|measure| match measure.as_str() {
            "lost" => t::retention::lost_title(),
            _ => t::retention::retained_title(),
        })
    };
    view! { <ChartCard title=title note=t::retention::chart_note definition=tip state=state chart=chart table=table/> }
}

/// Returns up to which month anything is known.
fn known(curve: &RetentionCurve, measure: &str) -> usize {
    let last = points(curve, measure).iter().rposition(Option::is_some);
    last.map_or(0, |last| last + 1)
}

fn series(view: &RetentionView, measure: &str) -> Vec<Series> {
    let rates = |curve: &RetentionCurve| -> Vec<Option<f64>> {
        let points = points(curve, measure)
            .iter()
            .take(known(&view.whole, measure));
        points
            .map(|point| point.map(|point| 100.0 * point.rate))
            .collect()
    };
    let interval =
        |point: &Option<CurvePoint>| point.map(|point| (100.0 * point.low, 100.0 * point.high));
    // Months make a triangle, which the table shows; a dozen lines would show nothing.
    let groups = view
        .curves
        .iter()
        .filter(|_| view.by != "month")
        .take(DRAWN);
    let mut all: Vec<Series> = (1..)
        .zip(groups)
        .map(|(place, curve)| Series {
            name: short(&name(curve)),
            kind: SeriesKind::Category(place),
            values: rates(curve),
            band: None,
        })
        .collect();
    all.push(Series {
        name: name(&view.whole),
        kind: SeriesKind::Thread,
        values: rates(&view.whole),
        band: Some(
            points(&view.whole, measure)
                .iter()
                .take(known(&view.whole, measure))
                .map(interval)
                .collect(),
        ),
    });
    all
}

/// The end of a line has room for few letters; the table has the whole name.
fn short(name: &str) -> String {
    let width = |letter: char| if letter.is_ascii() { 1 } else { 2 };
    let mut left = ROOM;
    let fits = |letter: &char| {
        let own = width(*letter);
        let is_in = own <= left;
        left = left.saturating_sub(own);
        is_in
    };
    let start: String = name.chars().take_while(fits).collect();
    if start.len() == name.len() {
        start
    } else {
        format!("{start}…")
    }
}

fn table(view: &RetentionView, measure: &str) -> ChartTable {
    let head = [
        t::retention::group(),
        t::retention::customers(),
        t::retention::months_after(),
        t::retention::of(),
        t::retention::n(),
        t::retention::rate(),
        t::retention::interval(),
    ];
    let rows = view.curves.iter().chain([&view.whole]).flat_map(|curve| {
        let points = points(curve, measure).iter().enumerate();
        points.filter_map(move |(after, point)| {
            let point = (*point)?;
            let percent = |share| format::number::percent(Some(share));
            Some(vec![
                name(curve),
                format::integer(curve.customers),
                after.to_string(),
                format::integer(point.of),
                format::integer(point.n),
                percent(point.rate),
                format!("{}–{}", percent(point.low), percent(point.high)),
            ])
        })
    });
    ChartTable {
        head: head.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}
