//! The triangle: a row a group, a column a month after the first order, the stronger the more.

use api_types::analytics::{CurvePoint, RetentionCurve, RetentionView};
use leptos::prelude::*;

use super::name;
use crate::{format, i18n as t};

/// The strongest of the colours.
const STEPS: f64 = 6.0;

/// Returns the points that are measured.
pub(super) fn points<'a>(curve: &'a RetentionCurve, measure: &str) -> &'a [Option<CurvePoint>] {
    if measure == "lost" {
        &curve.lost
    } else {
        &curve.retained
    }
}

/// Draws it; columns of which nobody knows anything yet are left out.
pub(super) fn grid(view: &RetentionView, measure: &str) -> impl IntoView + use<> {
    let known = points(&view.whole, measure);
    let n = known
        .iter()
        .rposition(Option::is_some)
        .map_or(0, |last| last + 1);
    let head = (0..n)
        .map(|after| view! { <th scope="col">{t::retention::after(i64::try_from(after).unwrap_or_default())}</th> })
        .collect_view();
    let rows = view.curves.iter().filter(|curve| curve.customers > 0);
    let rows = rows.map(|curve| row(curve, measure, n, "")).collect_view();
    let whole = row(&view.whole, measure, n, "heat-all");
    view! {
        <div class="tbl-x">
            <table class="heat heat-t" aria-label=t::retention::title>
                <thead><tr><th scope="col"></th><th class="num" scope="col">{t::retention::customers}</th>{head}</tr></thead>
                <tbody>{rows}{whole}</tbody>
            </table>
        </div>
    }
}

fn row(
    curve: &RetentionCurve,
    measure: &str,
    n: usize,
    class: &'static str,
) -> impl IntoView + use<> {
    let cells = points(curve, measure)
        .iter()
        .take(n)
        .map(|point| cell(point.as_ref()))
        .collect_view();
    view! {
        <tr class=class>
            <th scope="row">{name(curve)}</th>
            <td class="num">{format::integer(curve.customers)}</td>
            {cells}
        </tr>
    }
}

fn cell(point: Option<&CurvePoint>) -> impl IntoView + use<> {
    let Some(point) = point else {
        return view! { <td class="heat-n" aria-label=t::retention::not_over></td> }.into_any();
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "one of seven colours"
    )]
    let step = (point.rate * STEPS).ceil().clamp(0.0, STEPS) as u8;
    let tip = t::retention::Point {
        n: format::integer(point.n),
        of: format::integer(point.of),
        low: format::number::percent(Some(point.low)),
        high: format::number::percent(Some(point.high)),
    }
    .say();
    view! { <td class=format!("heat-v heat-{step}") title=tip>{format::number::decimal(point.rate * 100.0, 0)}</td> }
        .into_any()
}
