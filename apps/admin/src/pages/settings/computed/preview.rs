//! How many customers would stand where by the rule in a form.

use api_types::computed::{PreviewComputedAttribute, PreviewedStandings};
use leptos::prelude::*;
use serde_json::Value;

use crate::{
    api::{Submit, settings},
    format, i18n as t,
    pages::customers::standing,
    state::session,
    ui::{Button, CountBar, FormError},
};

/// The button, and what it found.
#[component]
pub(super) fn Preview(
    /// Returns the rule as it stands in the form.
    #[prop(into)]
    rule: Callback<(), Value>,
) -> impl IntoView {
    let submit = Submit::default();
    let found: RwSignal<Option<PreviewedStandings>> = RwSignal::new(None);
    let ask = move |()| {
        let body = PreviewComputedAttribute { rule: rule.run(()) };
        submit.run(
            async move { settings::preview_computed(&body).await },
            move |view| found.set(Some(view)),
        );
    };
    let is_closed = Signal::derive(|| !session::may("segments:write"));
    view! {
        <h3 class="lbl">{t::computed::preview}</h3>
        <div><Button label=t::computed::preview_ask busy=submit.busy() disabled=is_closed on_press=ask/></div>
        <FormError submit=submit/>
        <div aria-live="polite">{move || found.get().map(table)}</div>
    }
}

#[expect(clippy::cast_precision_loss, reason = "a bar of some hundred pixels")]
fn table(found: PreviewedStandings) -> impl IntoView {
    let all = found.looked_at.max(1) as f64;
    let row = |one: api_types::computed::StandingCount| {
        let share = one.customers as f64 / all;
        let name = match one.standing.as_str() {
            "" => t::computed::nobody().to_owned(),
            name => standing(name),
        };
        view! {
            <tr>
                <td>{name}</td>
                <td class="bar-c"><CountBar share=share/></td>
                <td class="num">{format::integer(one.customers)} " " <span class="sub">{format::number::percent(Some(share))}</span></td>
            </tr>
        }
    };
    let note = if found.looked_at < found.customers {
        t::computed::PreviewSample {
            all: format::integer(found.customers),
            n: format::integer(found.looked_at),
        }
        .say()
    } else {
        t::computed::preview_all(format::integer(found.customers))
    };
    view! {
        <p class="t-small ink-3">{note}</p>
        <table class="tbl tbl-dense bars" aria-label=t::computed::preview><tbody>{found.counts.into_iter().map(row).collect_view()}</tbody></table>
    }
}
