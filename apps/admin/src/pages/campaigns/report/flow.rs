//! From everybody who matched to those who were sent to: upright where there is room, lying where there is not.

use leptos::prelude::*;

use super::{Page, logic};
use crate::{
    charts::{
        Funnel, FunnelStep, StepKind,
        axis::tick_label,
        measure::Measured,
        scale::{self, Baseline, Linear},
    },
    format, i18n as t,
    ui::{ChartCard, ChartState, ChartTable},
};

const HEIGHT: f64 = 272.0;
const BOTTOM: f64 = 212.0;
/// Below this width of a step its label would not be read.
const SLOT: f64 = 76.0;

#[component]
pub(super) fn Flow(page: Page) -> impl IntoView {
    let report = page.report;
    let steps =
        Memo::new(move |_| report.with(|report| logic::steps(report, |group| page.people(group))));
    let sent = move || report.with(|report| report.steps.last().map_or(0, |step| step.count));
    let matched = move || report.with(|report| report.matched);
    let title = move || {
        t::analytics::FlowTitle {
            matched: format::integer(matched()),
            sent: format::integer(sent()),
        }
        .say()
    };
    let state = Signal::derive(move || {
        if matched() == 0 {
            ChartState::TooLittle(t::analytics::flow_empty().to_owned())
        } else {
            ChartState::Ready
        }
    });
    let table = Signal::derive(move || ChartTable {
        head: vec![
            t::analytics::flow_step().to_owned(),
            t::analytics::flow_count().to_owned(),
        ],
        rows: steps.with(|steps| {
            let row = |step: &FunnelStep| vec![step.label.clone(), step.count.to_string()];
            steps.iter().map(row).collect()
        }),
    });
    let chart = move || {
        let draw = move |width: f64| {
            let steps = steps.get();
            #[expect(clippy::cast_precision_loss, reason = "a dozen steps")]
            let slot = width / steps.len().max(1) as f64;
            if slot < SLOT {
                let spoken = t::analytics::FlowSpoken {
                    matched: format::integer(matched()),
                    sent: format::integer(sent()),
                }
                .say();
                return view! { <Funnel label=spoken steps=Signal::derive(move || steps.clone())/> }.into_any();
            }
            let spoken = t::analytics::FlowSpoken {
                matched: format::integer(matched()),
                sent: format::integer(sent()),
            }
            .say();
            upright(&steps, width, slot, spoken)
        };
        view! { <Measured draw=draw/> }
    };
    view! {
        <ChartCard title=title note=t::analytics::flow_note state=state height=272 chart=chart table=table foot=t::analytics::flow_foot/>
    }
}

fn upright(steps: &[FunnelStep], width: f64, slot: f64, spoken: String) -> AnyView {
    let most = steps.iter().map(|step| step.count).max().unwrap_or(0);
    let ticks = scale::ticks(std::iter::once(float(most)), Baseline::Zero);
    let top = ticks.last().copied().unwrap_or(1.0);
    let y = Linear::new((0.0, top), (BOTTOM, 22.0));
    let rule = |tick: &f64| {
        let at = y.at(*tick);
        view! {
            <line x1="0" x2=width y1=at y2=at class=if *tick == 0.0 { "g-axis" } else { "g-grid" }></line>
            {(*tick > 0.0).then(|| view! { <text x="0" y=at - 4.0>{tick_label(*tick)}</text> })}
        }
    };
    let mut left = 0;
    let mut bars = Vec::with_capacity(steps.len());
    for (at, step) in steps.iter().enumerate() {
        let (low, high) = match step.kind {
            StepKind::Start | StepKind::End => (0, step.count),
            StepKind::Loss | StepKind::Holdout => (left - step.count, left),
        };
        left = match step.kind {
            StepKind::Start | StepKind::End => high,
            StepKind::Loss | StepKind::Holdout => low,
        };
        let has_next = at + 1 < steps.len();
        #[expect(clippy::cast_precision_loss, reason = "a dozen steps")]
        let x = slot * (at as f64 + 0.5);
        bars.push(bar(
            step,
            (y.at(float(low)), y.at(float(high)), y.at(float(left))),
            x,
            slot,
            has_next,
        ));
    }
    view! {
        <svg class="tx flow" width=width height=HEIGHT role="group" aria-label=spoken>
            {ticks.iter().map(rule).collect_view()}
            {bars}
        </svg>
    }
    .into_any()
}

fn bar(
    step: &FunnelStep,
    (low, high, left): (f64, f64, f64),
    x: f64,
    slot: f64,
    has_next: bool,
) -> AnyView {
    let thick = (slot * 0.6).min(64.0);
    let is_end = matches!(step.kind, StepKind::Start | StepKind::End);
    let (class, words) = match step.kind {
        StepKind::Start => ("g-start", format::integer(step.count)),
        StepKind::End => ("g-end", format::integer(step.count)),
        StepKind::Loss => ("g-loss", format::integer(-step.count)),
        StepKind::Holdout => ("g-hold", format::integer(-step.count)),
    };
    let label_class = if is_end { "k b" } else { "m" };
    let words_at = if is_end { high - 6.0 } else { low + 15.0 };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a handful of characters"
    )]
    let room = (slot / if step.label.is_ascii() { 6.5 } else { 12.5 }) as usize;
    let line = |(at, text): (usize, String)| {
        #[expect(clippy::cast_precision_loss, reason = "two lines")]
        let y = BOTTOM + 20.0 + 16.0 * at as f64;
        view! { <text x=x y=y text-anchor="middle" class=label_class>{text}</text> }
    };
    // The name of a link is what is written in it: the step, then how many.
    let drawn = view! {
        <rect x=x - slot / 2.0 y="16" width=slot height=BOTTOM - 16.0 class="flow-hit"></rect>
        <rect x=x - thick / 2.0 y=high width=thick height=(low - high).max(2.0) class=class></rect>
        {logic::lines(&step.label, room.max(4)).into_iter().enumerate().map(line).collect_view()}
        <text x=x y=words_at text-anchor="middle" class=if is_end { "k b flow-n" } else { "k" }>{words}</text>
        {has_next.then(|| view! { <line x1=x + thick / 2.0 x2=x + slot - thick / 2.0 y1=left y2=left class="g-joint"></line> })}
    };
    match &step.href {
        Some(href) => {
            view! { <g><a href=href.clone() data-noscroll="true">{drawn}</a></g> }.into_any()
        }
        None => drawn.into_any(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "pixels")]
fn float(value: i64) -> f64 {
    value as f64
}
