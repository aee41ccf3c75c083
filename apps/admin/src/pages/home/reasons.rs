//! Silence is shown: why messages were not sent.

use api_types::reports::{HomeView, StepView};
use leptos::prelude::*;

use crate::{
    charts::{BarList, BarRow},
    format::{self, Figure},
    i18n as t,
    pages::analytics::definitions::by_language,
    ui::Section,
};

#[component]
pub(super) fn Reasons(home: Memo<HomeView>) -> impl IntoView {
    let rows =
        Signal::derive(move || home.with(|home| home.reasons.iter().map(row).collect::<Vec<_>>()));
    let total = move || home.with(|home| home.reasons.iter().map(|step| step.count).sum::<i64>());
    view! {
        <div id="why">
            <Section title=t::home::reasons_title note=move || t::home::reasons_note(total())>
                <Show when=move || total() != 0 fallback=|| view! { <p class="ink-3 t-small">{t::home::reasons_none}</p> }>
                    <BarList label=t::home::reasons_title rows=rows/>
                </Show>
            </Section>
        </div>
    }
}

fn row(step: &StepView) -> BarRow {
    #[expect(clippy::cast_precision_loss, reason = "a bar of some hundred pixels")]
    let value = step.count as f64;
    BarRow {
        label: by_language(&step.name_ja, &step.name_en).to_owned(),
        note: String::new(),
        value,
        figure: Figure {
            digits: format::integer(step.count),
            unit: t::home::unit_messages().to_owned(),
        },
        to: None,
        is_rest: false,
    }
}
