//! Long work: how far, how fast, how long still.

use leptos::{prelude::*, text_prop::TextProp};

use crate::{format, i18n as t, ui::text};

/// Where a delivery stands on its thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThreadPhase {
    /// Not yet begun.
    Planned,
    /// Under way.
    #[default]
    Running,
    /// Through.
    Done,
}

/// The thread that fills while a campaign is sent.
#[component]
pub fn ThreadBar(
    /// How far, 0 to 1.
    #[prop(into)]
    share: Signal<f64>,
    /// Where it stands.
    #[prop(optional, into)]
    phase: Signal<ThreadPhase>,
    /// What it measures; spoken.
    #[prop(into)]
    label: TextProp,
) -> impl IntoView {
    let class = move || match phase.get() {
        ThreadPhase::Planned => "thr plan",
        ThreadPhase::Running => "thr",
        ThreadPhase::Done => "thr done",
    };
    let percent = move || format!("{:.1}%", share.get().clamp(0.0, 1.0) * 100.0);
    let now = move || format!("{:.0}", share.get().clamp(0.0, 1.0) * 100.0);
    view! {
        <div
            class=class
            role="progressbar"
            aria-label=text(label)
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=now
            style=("--p", percent)
        >
            <i></i>
        </div>
    }
}

/// A thin bar that counts people.
#[component]
pub fn CountBar(
    /// How much of the whole, 0 to 1.
    #[prop(into)]
    share: Signal<f64>,
) -> impl IntoView {
    let percent = move || format!("{:.1}%", share.get().clamp(0.0, 1.0) * 100.0);
    view! { <div class="bar-n f" aria-hidden="true" style=("--p", percent)></div> }
}

/// Work under way: the thread, the count, the rate and the time left.
#[component]
pub fn Progress(
    /// What is being done.
    #[prop(into)]
    label: TextProp,
    /// How many are done.
    #[prop(into)]
    done: Signal<i64>,
    /// How many there are; `None` while not known.
    #[prop(into)]
    total: Signal<Option<i64>>,
    /// How many a second, as measured by the server.
    #[prop(optional, into)]
    per_second: Signal<Option<f64>>,
    /// Stop, if it can be stopped.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    #[expect(clippy::cast_precision_loss, reason = "a bar of some hundred pixels")]
    let share = Signal::derive(move || {
        total
            .get()
            .filter(|total| *total > 0)
            .map_or(0.0, |total| done.get() as f64 / total as f64)
    });
    let phase = Signal::derive(move || match total.get() {
        Some(total) if total > 0 && done.get() >= total => ThreadPhase::Done,
        _ if done.get() > 0 => ThreadPhase::Running,
        _ => ThreadPhase::Planned,
    });
    let counts = move || match total.get() {
        Some(total) => format!(
            "{} / {}",
            format::integer(done.get()),
            format::integer(total)
        ),
        None => format::integer(done.get()),
    };
    let pace = move || pace(done.get(), total.get(), per_second.get());
    view! {
        <div class="progress">
            <span class="t-small ink-2">{text(label.clone())}</span>
            <ThreadBar share=share phase=phase label=label/>
            <span class="num t-small">{counts} <span class="ink-3">{pace}</span></span>
            {children.map(|children| children())}
        </div>
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "rounded for reading"
)]
fn pace(done: i64, total: Option<i64>, per_second: Option<f64>) -> String {
    let Some(rate) = per_second.filter(|rate| *rate > 0.0) else {
        return String::new();
    };
    let speed = t::ui::per_second(format::integer(rate.round() as i64));
    match total.map(|total| total - done).filter(|left| *left > 0) {
        Some(left) => format!(
            "・{speed}・{}",
            format::remaining((left as f64 / rate).ceil() as i64)
        ),
        None => format!("・{speed}"),
    }
}
