//! The named parts and the spans of the scores, as exact tables.

use api_types::analytics::{RfmPart, RfmScore, RfmView};
use leptos::prelude::*;

use super::{
    super::{buyers, definitions::Definitions, logic},
    rename::{PartName, called},
};
use crate::{
    format, i18n as t,
    ui::{CountBar, Definition},
};

/// Writes the values of a score: `2〜4日`.
pub(super) fn span(score: &RfmScore, unit: fn(i64) -> String) -> String {
    match (score.least, score.most) {
        (Some(least), Some(most)) if least == most => unit(least),
        (Some(least), Some(most)) => t::buyers::Span {
            from: format::integer(least),
            to: unit(most),
        }
        .say(),
        _ => "–".to_owned(),
    }
}

/// The named parts with the way into a segment of each.
#[component]
pub fn Parts(
    /// The analysis.
    view: StoredValue<RfmView>,
) -> impl IntoView {
    let rows = move || {
        view.with_value(|view| view.parts.iter().map(|part| row(view, part)).collect_view())
    };
    view! {
        <div class="tbl-x">
            <table class="tbl tbl-dense" aria-label=t::buyers::parts_title>
                <thead>
                    <tr>
                        <th scope="col">{t::buyers::col_part}</th>
                        <th class="num" scope="col">{t::buyers::col_buyers}</th>
                        <th class="num" scope="col">{t::buyers::col_share}</th>
                        <th class="num" scope="col">{t::buyers::col_amount}</th>
                        <th scope="col" aria-label=t::buyers::to_segment></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row(view: &RfmView, part: &RfmPart) -> impl IntoView + use<> {
    let own = RwSignal::new(part.own.clone());
    let held = StoredValue::new(part.clone());
    let name = move || held.with_value(|part| own.with(|own| called(own.as_deref(), part)));
    let scores = [("R", &part.r), ("F", &part.f), ("M", &part.m)].map(|(letter, scores)| {
        let scores: Vec<String> = scores.iter().map(u32::to_string).collect();
        format!("{letter}{}", scores.join("·"))
    });
    let condition = logic::cube(&view.frame, [&part.r, &part.f, &part.m]);
    let to = move || buyers::segment_link(std::slice::from_ref(&condition), &name());
    let whole = view.total.buyers;
    #[expect(
        clippy::cast_precision_loss,
        reason = "a bar is a few hundred pixels long"
    )]
    let share = part.sum.buyers as f64 / whole.max(1) as f64;
    view! {
        <tr>
            <td><PartName part=held own=own/><div class="ink-3 t-small">{scores.join(" ")}</div></td>
            <td class="num">{format::integer(part.sum.buyers)}<CountBar share=share/></td>
            <td class="num">{format::rate_figure(part.sum.buyers, whole).joined()}</td>
            <td class="num">{format::money(part.sum.amount, &view.frame.currency)}</td>
            <td class="nowrap"><a class="link" rel="external" href=to aria-label=move || t::buyers::to_segment_of(name())>{t::buyers::to_segment}</a></td>
        </tr>
    }
}

/// How many have each score, and which values it spans.
#[component]
pub fn Axes(
    /// The analysis.
    view: StoredValue<RfmView>,
    /// What the axes mean.
    definitions: Definitions,
) -> impl IntoView {
    let currency = view.with_value(|view| view.frame.currency.clone());
    let rows = move || {
        view.with_value(|view| {
            let scores = view
                .recency
                .iter()
                .zip(&view.frequency)
                .zip(&view.monetary)
                .rev();
            scores
                .map(|((r, f), m)| {
                    let money = match (m.least, m.most) {
                        (Some(least), Some(most)) => t::buyers::Span {
                            from: format::money(least, &currency),
                            to: format::money(most, &currency),
                        }
                        .say(),
                        _ => "–".to_owned(),
                    };
                    view! {
                        <tr>
                            <td>{r.score}</td>
                            <td class="num">{span(r, t::buyers::days)}</td>
                            <td class="num ink-3">{format::integer(r.buyers)}</td>
                            <td class="num">{span(f, t::buyers::orders)}</td>
                            <td class="num ink-3">{format::integer(f.buyers)}</td>
                            <td class="num">{money}</td>
                            <td class="num ink-3">{format::integer(m.buyers)}</td>
                        </tr>
                    }
                })
                .collect_view()
        })
    };
    let axis = move |key: &'static str| {
        view! {
            <th class="num" scope="col">
                {move || definitions.name(key)}
                <Definition term=move || definitions.name(key) tip=move || definitions.formula(key)/>
            </th>
            <th class="num ink-3" scope="col">{t::buyers::col_buyers}</th>
        }
    };
    view! {
        <div class="tbl-x">
            <table class="tbl tbl-dense" aria-label=t::buyers::axes_title>
                <thead><tr><th scope="col">{t::buyers::col_score}</th>{axis("recency")}{axis("frequency")}{axis("monetary")}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
