//! How few messages leave on the first days of a sender.

use api_types::senders::Warmup;
use leptos::prelude::*;

use crate::{
    api::Submit,
    format, i18n as t,
    ui::{DateField, Switch, TextField},
};

/// What many providers advise: about twice as many each day or two.
const USUAL: [u32; 10] = [
    50, 100, 500, 1_000, 5_000, 10_000, 20_000, 40_000, 70_000, 100_000,
];

/// What is typed.
#[derive(Clone, Copy)]
pub(super) struct WarmupTyped {
    is_on: RwSignal<bool>,
    start: RwSignal<String>,
    days: RwSignal<String>,
}

impl WarmupTyped {
    pub(super) fn new(present: Option<&Warmup>) -> Self {
        let days = present.map_or_else(|| USUAL.to_vec(), |warmup| warmup.days.clone());
        let days: Vec<String> = days.iter().map(u32::to_string).collect();
        Self {
            is_on: RwSignal::new(present.is_some()),
            start: RwSignal::new(
                present
                    .map(|warmup| warmup.start.clone())
                    .unwrap_or_default(),
            ),
            days: RwSignal::new(days.join(", ")),
        }
    }

    pub(super) fn read(self) -> Option<Warmup> {
        self.is_on.get_untracked().then(|| Warmup {
            start: self.start.get_untracked(),
            days: self.days.with_untracked(|days| numbers(days)),
        })
    }
}

/// Reads limits; what is no number becomes 0, which the server refuses beside the field.
fn numbers(text: &str) -> Vec<u32> {
    let parts = text.split([',', '、', '，', ' ', '\n']);
    parts
        .filter(|part| !part.trim().is_empty())
        .map(|part| {
            let n = format::number::parse(part.trim());
            n.and_then(|n| u32::try_from(n).ok()).unwrap_or_default()
        })
        .collect()
}

/// Asks for the schedule.
#[component]
pub(super) fn WarmupFields(typed: WarmupTyped, submit: Submit) -> impl IntoView {
    view! {
        <h3 class="t-h3">{t::settings::warmup}</h3>
        <p class="t-small ink-3 set-under">{t::settings::warmup_about}</p>
        <Switch label=t::settings::warmup_on checked=typed.is_on on_change=move |is_on| typed.is_on.set(is_on)/>
        {move || typed.is_on.get().then(|| view! {
            <DateField label=t::settings::warmup_start value=typed.start error=submit.field("/smtp/warmup/start")/>
            <TextField label=t::settings::warmup_days value=typed.days hint=t::settings::warmup_days_hint error=submit.field("/smtp/warmup/days") autocomplete="off"/>
        })}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_people_write_them() {
        assert_eq!(numbers("50, 100、５００ 1000"), [50, 100, 500, 1_000]);
        assert_eq!(numbers("50, many"), [50, 0]);
        assert_eq!(numbers(" "), [0; 0]);
    }
}
