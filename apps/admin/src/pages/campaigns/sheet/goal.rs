//! What for: orders or their money, and for how long.

use api_types::campaigns::Goal;
use leptos::prelude::*;

use crate::{
    i18n as t,
    pages::campaigns::draft::Draft,
    ui::{Choice, NumberField, RadioGroup},
};

#[component]
pub(super) fn GoalSheet(draft: Draft) -> impl IntoView {
    let present = draft.read_now(|document| document.goal.clone());
    let event = RwSignal::new(
        present
            .as_ref()
            .map(|goal| goal.event.clone())
            .unwrap_or_default(),
    );
    let days = RwSignal::new(Some(present.map_or(7, |goal| i64::from(goal.window_days))));
    Effect::new(move |before: Option<(String, Option<i64>)>| {
        let now = (event.get(), days.get());
        if before.is_some_and(|before| before != now)
            && !now.0.is_empty()
            && let Some(window_days) = now
                .1
                .filter(|days| (1..=90).contains(days))
                .and_then(|days| u16::try_from(days).ok())
        {
            let goal = Some(Goal {
                event: now.0.clone(),
                window_days,
            });
            draft.change(|document| document.goal = goal);
        }
        now
    });
    let kinds = vec![
        Choice::new("order", t::campaigns::goal_order),
        Choice::new("revenue", t::campaigns::goal_revenue),
    ];
    let wrong = Signal::derive(move || {
        let is_right = days.get().is_some_and(|days| (1..=90).contains(&days));
        (!is_right).then(|| t::campaigns::days_range().to_owned())
    });
    view! {
        <RadioGroup label=t::campaigns::goal_asks value=event choices=kinds/>
        <NumberField label=t::campaigns::goal_days value=days unit=t::campaigns::unit_days hint=t::campaigns::goal_hint error=wrong/>
    }
}
