//! The form of purchase cycle and dormancy.

use api_types::computed::{ComputedAttribute, ComputedAttributes};
use leptos::{ev, prelude::*};

use super::{Desk, logic::DormancyForm};
use crate::{
    api::Load,
    i18n as t,
    ui::{Choice, FormError, NumberField, RadioGroup, Section, TextField},
};

/// Where each field's error points.
const FIELDS: &[&str] = &[
    "/rule/dormancy/purchase_days",
    "/rule/dormancy/after/days",
    "/rule/dormancy/after/cycles/times",
    "/rule/dormancy/after/cycles/at_least",
    "/rule/dormancy/after/cycles/at_most",
    "/rule/dormancy/after/cycles/otherwise",
];

/// The form.
#[component]
pub(super) fn Dormancy(
    /// The stored rule, if there is one.
    held: Option<ComputedAttribute>,
    /// What is read again after a change.
    found: Load<ComputedAttributes>,
) -> impl IntoView {
    let desk = Desk::new("dormancy", held.as_ref(), found);
    let form = held.map_or_else(DormancyForm::default, |one| DormancyForm::of(&one.rule));
    let submit = desk.submit;
    let (mode, times) = (RwSignal::new(form.mode), RwSignal::new(form.times));
    let (days, purchase_days) = (RwSignal::new(form.days), RwSignal::new(form.purchase_days));
    let (at_least, at_most) = (RwSignal::new(form.at_least), RwSignal::new(form.at_most));
    let otherwise = RwSignal::new(form.otherwise);
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let form = DormancyForm {
            mode: mode.get_untracked(),
            days: days.get_untracked(),
            purchase_days: purchase_days.get_untracked(),
            times: times.get_untracked(),
            at_least: at_least.get_untracked(),
            at_most: at_most.get_untracked(),
            otherwise: otherwise.get_untracked(),
        };
        desk.save(form.rule());
    };
    let modes = vec![
        Choice::new("days", t::computed::mode_days),
        Choice::new("cycles", t::computed::mode_cycles),
    ];
    let fields = move || {
        if mode.with(|mode| mode == "cycles") {
            view! {
                <TextField label=t::computed::times value=times hint=t::computed::times_hint error=submit.field("/rule/dormancy/after/cycles/times")/>
                <div class="set-two">
                    <NumberField label=t::computed::at_least value=at_least unit=t::computed::day_unit error=submit.field("/rule/dormancy/after/cycles/at_least")/>
                    <NumberField label=t::computed::at_most value=at_most unit=t::computed::day_unit error=submit.field("/rule/dormancy/after/cycles/at_most")/>
                </div>
                <NumberField label=t::computed::otherwise value=otherwise unit=t::computed::day_unit error=submit.field("/rule/dormancy/after/cycles/otherwise")/>
            }
            .into_any()
        } else {
            view! {
                <NumberField label=t::computed::after_days value=days unit=t::computed::day_unit error=submit.field("/rule/dormancy/after/days")/>
            }
            .into_any()
        }
    };
    view! {
        <Section title=t::computed::dormancy>
            <p class="t-small ink-2">{t::computed::dormancy_about}</p>
            <div class="cols set-rule">
                <form class="form set-form" on:submit=on_submit>
                    <RadioGroup label=t::computed::mode value=mode choices=modes/>
                    {fields}
                    <NumberField label=t::computed::purchase_days value=purchase_days unit=t::computed::day_unit hint=t::computed::purchase_days_hint error=submit.field("/rule/dormancy/purchase_days")/>
                    <FormError submit=submit fields=FIELDS/>
                    {desk.buttons()}
                </form>
                {desk.facts()}
            </div>
        </Section>
    }
}
