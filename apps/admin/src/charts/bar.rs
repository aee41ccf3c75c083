//! Bars: upright over time, lying for reasons and shares. They begin at zero.

use leptos::{prelude::*, text_prop::TextProp};

use crate::{
    charts::{
        axis::{self, Frame},
        measure::Measured,
        scale::{self, Baseline, Linear},
    },
    format::Figure,
    routes::Route,
    ui::{CountBar, FigureView},
};

/// An upright bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Its name under the axis.
    pub label: String,
    /// Its height; `None` is hatched: not known, never zero.
    pub value: Option<f64>,
}

/// Upright bars over time; they count people, so they are indigo.
#[component]
pub fn BarChart(
    /// What it shows, in one sentence; spoken.
    #[prop(into)]
    label: TextProp,
    /// The bars.
    #[prop(into)]
    bars: Signal<Vec<Bar>>,
    /// How a value is written.
    value: fn(f64) -> String,
    /// The height in pixels.
    #[prop(default = 200.0)]
    height: f64,
) -> impl IntoView {
    let draw = move |width: f64| {
        let bars = bars.get();
        let ticks = scale::ticks(bars.iter().filter_map(|bar| bar.value), Baseline::Zero);
        let frame = Frame {
            left: 48.0,
            right: width - 4.0,
            top: 14.0,
            bottom: height - 28.0,
        };
        let y = Linear::new(
            (
                ticks.first().copied().unwrap_or(0.0),
                ticks.last().copied().unwrap_or(1.0),
            ),
            (frame.bottom, frame.top),
        );
        #[expect(clippy::cast_precision_loss, reason = "bars of a chart are few")]
        let place = |at: usize| {
            frame.left + (frame.right - frame.left) * (at as f64 + 0.5) / bars.len().max(1) as f64
        };
        let slot = place(1) - place(0);
        let thick = (slot * 0.66).clamp(1.0, 40.0);
        let every = scale::label_every(bars.len(), frame.right - frame.left, 52.0);
        let marks: Vec<(f64, String)> = bars
            .iter()
            .enumerate()
            .filter(|(at, _)| at % every == 0)
            .map(|(at, bar)| (place(at), bar.label.clone()))
            .collect();
        let bar = |(at, bar): (usize, &Bar)| {
            let x = place(at) - thick / 2.0;
            let top = bar.value.map_or(frame.top, |value| y.at(value));
            let title = bar
                .value
                .map(|known| format!("{}: {}", bar.label, value(known)));
            view! {
                <rect x=x y=top width=thick height=(y.at(0.0) - top).max(0.0) rx="1" class=if bar.value.is_some() { "g-bar" } else { "g-unknown" }>
                    <title>{title}</title>
                </rect>
            }
        };
        view! {
            <svg class="tx" width=width height=height role="img" aria-label=label.get().into_owned()>
                {axis::horizontal(&ticks, y, frame)}
                {bars.iter().enumerate().map(bar).collect_view()}
                {axis::below(&marks, frame)}
            </svg>
        }
        .into_any()
    };
    view! { <Measured draw=draw/> }
}

/// A lying bar with its name and its figure.
#[derive(Clone, Debug, PartialEq)]
pub struct BarRow {
    /// Its name.
    pub label: String,
    /// What stands small behind the name.
    pub note: String,
    /// Its length.
    pub value: f64,
    /// Its figure.
    pub figure: Figure,
    /// The people behind it.
    pub to: Option<Route>,
    /// Whether it is only for comparison: grey.
    pub is_rest: bool,
}

/// Lying bars, longest measures the rest: reasons, shares, sources.
#[component]
pub fn BarList(
    /// What is listed; spoken.
    #[prop(into)]
    label: TextProp,
    /// The rows.
    #[prop(into)]
    rows: Signal<Vec<BarRow>>,
) -> impl IntoView {
    let longest = move || rows.with(|rows| rows.iter().map(|row| row.value).fold(0.0, f64::max));
    let row = move |row: BarRow| {
        let longest = longest();
        let share = if longest > 0.0 {
            row.value / longest
        } else {
            0.0
        };
        let name = match row.to {
            Some(to) => view! { <a class="nm" href=to.path()>{row.label}</a> }.into_any(),
            None => view! { <span>{row.label}</span> }.into_any(),
        };
        let note = (!row.note.is_empty()).then(|| view! { <span class="sub">{row.note}</span> });
        view! {
            <tr class:is-rest=row.is_rest>
                <td>{name} {note}</td>
                <td class="bar-c"><CountBar share=share/></td>
                <td class="num"><FigureView figure=row.figure/></td>
            </tr>
        }
    };
    view! {
        <table class="tbl tbl-dense bars" aria-label=move || label.get()>
            <tbody>{move || rows.get().into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}
