//! How the rule overlaps with another segment, as a picture true to the numbers.

use api_types::segments::{SegmentOverlap, SegmentView};
use leptos::prelude::*;

use super::{
    editor::Editor,
    logic::circles::{Circles, circles},
};
use crate::{
    api::{Loaded, load, segments as api},
    format, i18n as t,
    ui::{Icon, Skeleton},
};

const WIDTH: f64 = 300.0;
const RADIUS: f64 = 56.0;
/// How wide the lens must be for its words.
const ROOM: f64 = 40.0;

/// The picture, with the segment to compare with.
#[component]
pub(crate) fn Overlap(
    /// The rule.
    editor: Editor,
    /// The segment being edited, which is no comparison.
    own: Signal<Option<String>>,
) -> impl IntoView {
    let others = Memo::new(move |_| {
        let own = own.get();
        let all = editor.segments.value().unwrap_or_default();
        all.into_iter()
            .filter(|segment| Some(&segment.id) != own.as_ref())
            .collect::<Vec<_>>()
    });
    let picked = RwSignal::new(String::new());
    let other = Memo::new(move |_| {
        let picked = picked.get();
        others.with(|others| {
            others
                .iter()
                .find(|segment| segment.id == picked)
                .or_else(|| others.first())
                .cloned()
        })
    });
    let counted = load(
        move || {
            let is_counted = editor.preview().is_some() && !editor.is_asking() && editor.is_sound();
            is_counted
                .then(|| editor.document_now())
                .zip(other.get().map(|other| other.document))
        },
        |pair, signal| async move {
            match pair {
                Some((a, b)) => api::overlap(a, b, Some(&signal)).await.map(Some),
                None => Ok(None),
            }
        },
    );
    let shown = RwSignal::new(None::<SegmentOverlap>);
    Effect::new(move |_| {
        if let Some(Some(found)) = counted.value() {
            shown.set(Some(found));
        }
    });
    let body = move || match (other.get(), shown.get(), counted.get()) {
        (None, ..) => {
            view! { <p class="t-small ink-2">{t::segments::no_overlap_yet}</p> }.into_any()
        }
        (_, _, Loaded::Failed(error)) => {
            view! { <p class="t-small ink-2">{move || error.sentence()}</p> }.into_any()
        }
        (_, None, _) => view! { <Skeleton lines=4/> }.into_any(),
        (Some(other), Some(found), _) => picture(&found, &other.name).into_any(),
    };
    view! {
        <section class="sec sec-0">
            <div class="sec-h">
                <h2 class="t-sub">{t::segments::overlap}</h2>
                <With others=others other=other picked=picked/>
            </div>
            {body}
        </section>
    }
}

/// The choice of what to compare with.
#[component]
fn With(
    others: Memo<Vec<SegmentView>>,
    other: Memo<Option<SegmentView>>,
    picked: RwSignal<String>,
) -> impl IntoView {
    let options = move || {
        let chosen = other.get().map(|other| other.id);
        let option = |segment: SegmentView| {
            let is_chosen = Some(&segment.id) == chosen.as_ref();
            view! { <option value=segment.id selected=is_chosen>{segment.name}</option> }
        };
        others.get().into_iter().map(option).collect_view()
    };
    view! {
        <Show when=move || other.with(Option::is_some)>
            <span class="sel-wrap ov-sel">
                <select class="in in-s" aria-label=t::segments::overlap_with on:change:target=move |event| picked.set(event.target().value())>
                    {options}
                </select>
                {Icon::ChevronDown.small()}
            </span>
        </Show>
    }
}

fn picture(found: &SegmentOverlap, other: &str) -> impl IntoView + use<> {
    let drawn = circles(found.only_a, found.both, found.only_b, WIDTH, RADIUS);
    let Circles { x_a, r_a, x_b, r_b } = drawn;
    let (from, to) = ((x_b - r_b).max(x_a - r_a), (x_a + r_a).min(x_b + r_b));
    let middle = f64::midpoint(from, to);
    let is_narrow = to - from < ROOM;
    let number = format::integer;
    let (only_a, both, only_b) = (
        number(found.only_a),
        number(found.both),
        number(found.only_b),
    );
    let spoken = t::segments::overlap_spoken(&only_a, &both, &only_b, other);
    let share = format::rate_figure(found.both, found.only_a + found.both).joined();
    let (has_a, has_both, has_b) = (found.only_a > 0, found.both > 0, found.only_b > 0);
    let left = (x_a - r_a).max(0.0) - 8.0;
    let right = x_b + r_b + 8.0;
    view! {
        <svg class="tx ov" viewBox="-24 0 348 150" role="img" aria-label=spoken>
            <circle class="ov-a" cx=x_a cy="75" r=r_a></circle>
            <circle class="ov-b" cx=x_b cy="75" r=r_b></circle>
            {(has_both && !is_narrow).then(|| view! {
                <text class="ov-n" x=middle y="76" text-anchor="middle">{both.clone()}</text>
                <text x=middle y="91" text-anchor="middle">{t::segments::overlap_both}</text>
            })}
            // Where the lens has no room its words stand above it, on a line.
            {(has_both && is_narrow).then(|| view! {
                <line class="ov-l" x1=middle x2=middle y1="20" y2="75"></line>
                <text x=middle y="13" text-anchor="middle"><tspan class="ov-n">{both.clone()}</tspan> " " {t::segments::overlap_both}</text>
            })}
            {has_a.then(|| view! {
                <text class="m" x=left y="73" text-anchor="end">{only_a}</text>
                <text x=left y="88" text-anchor="end">{t::segments::overlap_here}</text>
            })}
            {has_b.then(|| view! {
                <text class="m" x=right y="73">{only_b}</text>
                <text x=right y="88">{t::segments::overlap_there}</text>
            })}
        </svg>
        <p class="t-small ink-3 ov-f">{t::segments::overlap_share(share)}</p>
    }
}
