//! Two rules as two circles whose areas are true to the counts.

use api_types::segments::SegmentOverlap;
use leptos::prelude::*;

use super::super::logic::circles::{Circles, circles};
use crate::{format, i18n as t};

const WIDTH: f64 = 300.0;
const RADIUS: f64 = 56.0;
/// How wide the lens must be for its words.
const ROOM: f64 = 40.0;

/// Draws how the rule and one other overlap.
pub(super) fn picture(found: &SegmentOverlap, other: &str) -> impl IntoView + use<> {
    let count = |rules: &[usize]| {
        let part = found.parts.iter().find(|part| part.rules == rules);
        part.map_or(0, |part| part.n)
    };
    let (n_a, n_both, n_b) = (count(&[0]), count(&[0, 1]), count(&[1]));
    let drawn = circles(n_a, n_both, n_b, WIDTH, RADIUS);
    let Circles { x_a, r_a, x_b, r_b } = drawn;
    let (from, to) = ((x_b - r_b).max(x_a - r_a), (x_a + r_a).min(x_b + r_b));
    let middle = f64::midpoint(from, to);
    let is_narrow = to - from < ROOM;
    let number = format::integer;
    let (only_a, both, only_b) = (number(n_a), number(n_both), number(n_b));
    let spoken = t::segments::OverlapSpoken {
        both: &both,
        only_a: &only_a,
        only_b: &only_b,
        other,
    }
    .say();
    let share = format::rate_figure(n_both, n_a + n_both).joined();
    let (has_a, has_both, has_b) = (n_a > 0, n_both > 0, n_b > 0);
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
