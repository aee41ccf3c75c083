//! When: at once, at an instant, or when it is that time where each person is.

use api_types::campaigns::Timing;
use chrono::NaiveDateTime;
use leptos::prelude::*;

use crate::{
    format::{self, zone::typed_instant},
    i18n as t,
    pages::campaigns::draft::Draft,
    ui::{Choice, DateField, Note, RadioGroup, field::DateKind},
};

fn fields(timing: Option<Timing>) -> (String, String) {
    match timing {
        None => (String::new(), String::new()),
        Some(Timing::Now {}) => ("now".to_owned(), String::new()),
        Some(Timing::At { at }) => {
            let local = format::zone::local(format::millis(&at)).format("%Y-%m-%dT%H:%M");
            ("at".to_owned(), local.to_string())
        }
        Some(Timing::LocalTime { date, time }) => {
            ("local_time".to_owned(), format!("{date}T{time}"))
        }
    }
}

fn timing(kind: &str, when: &str) -> Option<Timing> {
    match kind {
        "now" => Some(Timing::Now {}),
        "at" => typed_instant(when).map(|at| Timing::At { at }),
        "local_time" => {
            let local = NaiveDateTime::parse_from_str(when, "%Y-%m-%dT%H:%M").ok()?;
            let (date, time) = (
                local.format("%Y-%m-%d").to_string(),
                local.format("%H:%M").to_string(),
            );
            Some(Timing::LocalTime { date, time })
        }
        _ => None,
    }
}

#[component]
pub(super) fn TimingSheet(draft: Draft) -> impl IntoView {
    let (kind, when) = fields(draft.read_now(|document| document.timing.clone()));
    let (kind, when) = (RwSignal::new(kind), RwSignal::new(when));
    Effect::new(move |before: Option<(String, String)>| {
        let now = (kind.get(), when.get());
        if before.is_some_and(|before| before != now) {
            let timing = timing(&now.0, &now.1);
            draft.change(|document| document.timing = timing);
        }
        now
    });
    let kinds = vec![
        Choice::new("now", t::campaigns::timing_now),
        Choice::new("at", t::campaigns::timing_at),
        Choice::new("local_time", t::campaigns::timing_local),
    ];
    let is_past = Signal::derive(move || {
        let chosen = (kind.get() == "at")
            .then(|| typed_instant(&when.get()))
            .flatten();
        let is_past = chosen.is_some_and(|at| format::millis(&at) < format::zone::now());
        is_past.then(|| t::campaigns::in_the_past().to_owned())
    });
    let zone = move || {
        let zone = format::zone::zone();
        if kind.get() == "local_time" {
            t::campaigns::own_zone_hint(zone)
        } else {
            t::campaigns::zone_hint(zone)
        }
    };
    view! {
        <RadioGroup label=t::campaigns::timing_asks value=kind choices=kinds/>
        {move || {
            matches!(kind.get().as_str(), "at" | "local_time").then(|| {
                view! { <DateField label=t::campaigns::day_and_time value=when kind=DateKind::DateTime hint=zone error=is_past/> }
            })
        }}
        {move || (kind.get() == "now").then(|| view! { <Note>{t::campaigns::now_note}</Note> })}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_time_keeps_its_wall_clock_and_half_a_date_is_no_answer() {
        let local = Timing::LocalTime {
            date: "2026-07-15".to_owned(),
            time: "10:00".to_owned(),
        };
        let (kind, when) = fields(Some(local.clone()));
        assert_eq!(timing(&kind, &when), Some(local));
        assert_eq!(timing("at", "2026-07-15T"), None);
        assert_eq!(timing("now", ""), Some(Timing::Now {}));
    }
}
