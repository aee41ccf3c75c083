//! From everybody who matches to those one sends to: a waterfall in the order of decision.

use leptos::{prelude::*, text_prop::TextProp};

use crate::{
    charts::{
        measure::Measured,
        scale::{self, Baseline, Linear},
    },
    format, i18n as t,
};

/// What a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// Everybody at the beginning.
    Start,
    /// Those who fall away for a reason.
    Loss,
    /// Those held back to measure the effect.
    Holdout,
    /// Those who remain.
    End,
}

/// A step of the waterfall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunnelStep {
    /// Its name.
    pub label: String,
    /// What it is.
    pub kind: StepKind,
    /// How many people: of a loss, how many fall away.
    pub count: i64,
    /// The people behind it.
    pub href: Option<String>,
}

const ROW: f64 = 36.0;
const THICK: f64 = 20.0;

/// The waterfall.
#[component]
pub fn Funnel(
    /// What it shows, in one sentence; spoken.
    #[prop(into)]
    label: TextProp,
    /// The steps.
    #[prop(into)]
    steps: Signal<Vec<FunnelStep>>,
) -> impl IntoView {
    let draw = move |width: f64| {
        let steps = steps.get();
        let rows = spans(&steps);
        let ticks = scale::ticks(rows.iter().map(|(_, high)| float(*high)), Baseline::Zero);
        let longest = steps
            .iter()
            .map(|step| room(&step.label))
            .fold(0.0, f64::max);
        let left = (longest + 14.0).clamp(104.0, (width * 0.45).max(104.0));
        let x = Linear::new(
            (0.0, ticks.last().copied().unwrap_or(1.0)),
            (left, width - 64.0),
        );
        #[expect(clippy::cast_precision_loss, reason = "a dozen steps")]
        let top = |at: usize| at as f64 * ROW + 8.0;
        let bottom = top(steps.len());
        let marks = ticks
            .iter()
            .map(|tick| mark(x.at(*tick), *tick, bottom))
            .collect_view();
        let bars = steps
            .iter()
            .zip(&rows)
            .enumerate()
            .map(|(at, (step, span))| bar(step, *span, x, top(at), left, at + 1 < steps.len()))
            .collect_view();
        view! {
            <svg class="tx funnel" width=width height=bottom + 24.0 role="group" aria-label=label.get().into_owned()>
                {marks}
                {bars}
            </svg>
        }
        .into_any()
    };
    view! { <Measured draw=draw/> }
}

/// About how wide a label is: kana and kanji are as wide as they are high.
fn room(label: &str) -> f64 {
    let wide = |c: char| if c.is_ascii() { 7.0 } else { 12.5 };
    label.chars().map(wide).sum()
}

fn mark(x: f64, tick: f64, bottom: f64) -> impl IntoView {
    view! {
        <line x1=x x2=x y1="0" y2=bottom class="g-grid"></line>
        <text x=x y=bottom + 16.0 text-anchor="middle">{crate::charts::axis::tick_label(tick)}</text>
    }
}

fn bar(
    step: &FunnelStep,
    (low, high): (i64, i64),
    x: Linear,
    top: f64,
    left: f64,
    has_next: bool,
) -> AnyView {
    let (from, to) = (x.at(float(low)), x.at(float(high)));
    let is_end = matches!(step.kind, StepKind::Start | StepKind::End);
    let class = match step.kind {
        StepKind::Start => "g-start",
        StepKind::Loss => "g-loss",
        StepKind::Holdout => "g-hold",
        StepKind::End => "g-end",
    };
    let words = if is_end {
        t::ui::people(step.count)
    } else {
        format::integer(-step.count)
    };
    let joint = if step.kind == StepKind::Start {
        to
    } else {
        from
    };
    let drawn = view! {
        <text x=left - 10.0 y=top + 15.0 text-anchor="end" class=if is_end { "k b" } else { "m" }>{step.label.clone()}</text>
        <rect x=from y=top width=(to - from).max(1.0) height=THICK class=class></rect>
        {has_next.then(|| view! { <line x1=joint x2=joint y1=top + THICK y2=top + ROW class="g-joint"></line> })}
        <text x=to + 8.0 y=top + 15.0 class=if is_end { "k b" } else { "m" }>{words.clone()}</text>
    };
    match &step.href {
        // Its name is what is written: the step and how many.
        Some(href) => view! { <g><a href=href.clone()>{drawn}</a></g> }.into_any(),
        None => drawn.into_any(),
    }
}

/// Returns where each step's bar begins and ends.
fn spans(steps: &[FunnelStep]) -> Vec<(i64, i64)> {
    let mut left = 0;
    let mut spans = Vec::with_capacity(steps.len());
    for step in steps {
        match step.kind {
            StepKind::Start | StepKind::End => {
                left = step.count;
                spans.push((0, step.count));
            }
            StepKind::Loss | StepKind::Holdout => {
                spans.push((left - step.count, left));
                left -= step.count;
            }
        }
    }
    spans
}

#[expect(clippy::cast_precision_loss, reason = "pixels")]
fn float(value: i64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_hang_from_what_was_left() {
        let step = |kind, count| FunnelStep {
            label: String::new(),
            kind,
            count,
            href: None,
        };
        let steps = [
            step(StepKind::Start, 612),
            step(StepKind::Loss, 74),
            step(StepKind::Holdout, 27),
            step(StepKind::End, 511),
        ];
        assert_eq!(spans(&steps), [(0, 612), (538, 612), (511, 538), (0, 511)]);
    }
}
