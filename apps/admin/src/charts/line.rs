//! Lines over time, labelled at their ends.

use std::fmt::Write as _;

use leptos::{ev, prelude::*, text_prop::TextProp};

use crate::charts::{
    axis::{self, Frame},
    measure::Measured,
    scale::{self, Baseline, Linear},
};

/// What a line is in its chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesKind {
    /// What the chart is about; one a chart.
    Thread,
    /// What it is compared with.
    Comparison,
    /// One of several categories, 1 to 6 in their fixed order.
    Category(u8),
}

impl SeriesKind {
    const fn class(self) -> &'static str {
        match self {
            Self::Thread => "k-thread",
            Self::Comparison => "k-rest",
            Self::Category(1) => "k-1",
            Self::Category(2) => "k-2",
            Self::Category(3) => "k-3",
            Self::Category(4) => "k-4",
            Self::Category(5) => "k-5",
            Self::Category(_) => "k-6",
        }
    }
}

/// A line.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name, written at its end.
    pub name: String,
    /// What it is.
    pub kind: SeriesKind,
    /// Its values by position; `None` breaks the line, for it is never guessed.
    pub values: Vec<Option<f64>>,
    /// The interval round it, low and high.
    pub band: Option<Vec<Option<(f64, f64)>>>,
}

/// The chart.
#[component]
pub fn LineChart(
    /// What it shows, in one sentence; spoken.
    #[prop(into)]
    label: TextProp,
    /// The lines; draw the comparison first.
    #[prop(into)]
    series: Signal<Vec<Series>>,
    /// The name of each position.
    #[prop(into)]
    positions: Signal<Vec<String>>,
    /// How a value is written.
    value: fn(f64) -> String,
    /// Where the axis begins.
    #[prop(optional)]
    baseline: Baseline,
    /// The height in pixels.
    #[prop(default = 240.0)]
    height: f64,
) -> impl IntoView {
    let hovered = RwSignal::new(None::<usize>);
    let draw = move |width: f64| {
        let (series, positions) = (series.get(), positions.get());
        let plot = Plot::new(&series, positions.len(), baseline, width, height);
        let on_move =
            move |event: ev::PointerEvent| hovered.set(plot.nearest(f64::from(event.offset_x())));
        let marks: Vec<(f64, String)> = plot.marks(&positions);
        let readout = {
            let (series, positions) = (series.clone(), positions.clone());
            move || {
                hovered
                    .get()
                    .map(|at| readout(&series, &positions, at, plot, value))
            }
        };
        view! {
            <svg
                class="tx"
                width=width
                height=height
                role="img"
                aria-label=label.get().into_owned()
                on:pointermove=on_move
                on:pointerleave=move |_| hovered.set(None)
            >
                {axis::horizontal(&scale::ticks(values(&series), baseline), plot.y, plot.frame)}
                {axis::below(&marks, plot.frame)}
                {series.iter().map(|one| path(one, plot)).collect_view()}
                {ends(&series, plot, value)}
                {readout}
            </svg>
        }
        .into_any()
    };
    view! { <Measured draw=draw/> }
}

#[derive(Clone, Copy)]
struct Plot {
    frame: Frame,
    x: Linear,
    y: Linear,
    count: usize,
}

impl Plot {
    fn new(series: &[Series], count: usize, baseline: Baseline, width: f64, height: f64) -> Self {
        let ticks = scale::ticks(values(series), baseline);
        let frame = Frame {
            left: 48.0,
            right: width - 92.0,
            top: 14.0,
            bottom: height - 28.0,
        };
        let ends = (
            ticks.first().copied().unwrap_or(0.0),
            ticks.last().copied().unwrap_or(1.0),
        );
        let last = as_f64(count.saturating_sub(1));
        Self {
            frame,
            x: Linear::new((0.0, last), (frame.left, frame.right)),
            y: Linear::new(ends, (frame.bottom, frame.top)),
            count,
        }
    }

    fn marks(self, positions: &[String]) -> Vec<(f64, String)> {
        let every = scale::label_every(self.count, self.frame.right - self.frame.left, 64.0);
        let at = |(at, name): (usize, &String)| (self.x.at(as_f64(at)), name.clone());
        positions
            .iter()
            .enumerate()
            .filter(|(at, _)| at % every == 0)
            .map(at)
            .collect()
    }

    fn nearest(self, x: f64) -> Option<usize> {
        let distance = |at: &usize| (self.x.at(as_f64(*at)) - x).abs();
        (0..self.count).min_by(|a, b| distance(a).total_cmp(&distance(b)))
    }
}

fn values(series: &[Series]) -> impl Iterator<Item = f64> {
    let lines = series
        .iter()
        .flat_map(|one| one.values.iter().flatten().copied());
    let bands = series
        .iter()
        .flat_map(|one| one.band.iter().flatten().flatten())
        .flat_map(|(low, high)| [*low, *high]);
    lines.chain(bands)
}

#[expect(clippy::cast_precision_loss, reason = "positions of a chart are few")]
fn as_f64(value: usize) -> f64 {
    value as f64
}

fn path(series: &Series, plot: Plot) -> impl IntoView + use<> {
    let class = series.kind.class();
    let band = series
        .band
        .as_ref()
        .map(|band| view! { <path d=area(band, plot) class=format!("g-band {class}")></path> });
    view! {
        {band}
        <path d=line(&series.values, plot) class=format!("g-line {class}")></path>
    }
}

fn line(values: &[Option<f64>], plot: Plot) -> String {
    let mut d = String::new();
    let mut is_open = false;
    for (at, value) in values.iter().enumerate() {
        let Some(value) = value else {
            is_open = false;
            continue;
        };
        let command = if is_open { 'L' } else { 'M' };
        let _ = write!(
            d,
            "{command}{:.1} {:.1}",
            plot.x.at(as_f64(at)),
            plot.y.at(*value)
        );
        is_open = true;
    }
    d
}

fn area(band: &[Option<(f64, f64)>], plot: Plot) -> String {
    let known: Vec<(usize, (f64, f64))> = band
        .iter()
        .enumerate()
        .filter_map(|(at, ends)| Some((at, (*ends)?)))
        .collect();
    let high = known
        .iter()
        .map(|(at, (_, high))| (plot.x.at(as_f64(*at)), plot.y.at(*high)));
    let low = known
        .iter()
        .rev()
        .map(|(at, (low, _))| (plot.x.at(as_f64(*at)), plot.y.at(*low)));
    let points: Vec<String> = high
        .chain(low)
        .map(|(x, y)| format!("{x:.1} {y:.1}"))
        .collect();
    if points.is_empty() {
        String::new()
    } else {
        format!("M{}Z", points.join("L"))
    }
}

/// Names and last values at the ends of the lines, moved apart where they would touch.
fn ends(series: &[Series], plot: Plot, value: fn(f64) -> String) -> impl IntoView + use<> {
    let last: Vec<(usize, &Series, f64)> = series
        .iter()
        .filter_map(|one| {
            let (at, last) = one
                .values
                .iter()
                .enumerate()
                .rev()
                .find_map(|(at, value)| Some((at, (*value)?)))?;
            Some((at, one, last))
        })
        .collect();
    let wanted: Vec<f64> = last.iter().map(|(_, _, last)| plot.y.at(*last)).collect();
    let places = scale::spread(&wanted, 36.0, plot.frame.top, plot.frame.bottom - 12.0);
    last.into_iter()
        .zip(places)
        .map(|((at, one, last), place)| {
            let is_thread = one.kind == SeriesKind::Thread;
            view! {
                <circle cx=plot.x.at(as_f64(at)) cy=plot.y.at(last) r="4" class=format!("g-dot {}", one.kind.class())></circle>
                <text x=plot.frame.right + 10.0 y=place + 1.0 class=if is_thread { "k b" } else { "m" }>{one.name.clone()}</text>
                <text x=plot.frame.right + 10.0 y=place + 16.0>{value(last)}</text>
            }
        })
        .collect_view()
}

fn readout(
    series: &[Series],
    positions: &[String],
    at: usize,
    plot: Plot,
    value: fn(f64) -> String,
) -> impl IntoView + use<> {
    let x = plot.x.at(as_f64(at));
    let words: Vec<String> = series
        .iter()
        .filter_map(|one| Some(format!("{} {}", one.name, value((*one.values.get(at)?)?))))
        .collect();
    let text = format!(
        "{}  {}",
        positions.get(at).cloned().unwrap_or_default(),
        words.join("  ")
    );
    let anchor = if x > f64::midpoint(plot.frame.left, plot.frame.right) {
        "end"
    } else {
        "start"
    };
    view! {
        <line x1=x x2=x y1=plot.frame.top y2=plot.frame.bottom class="g-axis"></line>
        <text x=x y=plot.frame.top - 3.0 text-anchor=anchor class="k">{text}</text>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_value_breaks_the_line() {
        let series = [Series {
            name: String::new(),
            kind: SeriesKind::Thread,
            values: vec![Some(1.0), None, Some(3.0), Some(2.0)],
            band: None,
        }];
        let plot = Plot::new(&series, 4, Baseline::Zero, 400.0, 200.0);
        let d = line(&series[0].values, plot);
        assert_eq!(d.matches('M').count(), 2);
        assert_eq!(d.matches('L').count(), 1);
        assert_eq!(plot.nearest(plot.x.at(2.0) + 3.0), Some(2));
    }
}
