//! The form of lifecycle stages.

use api_types::computed::{ComputedAttribute, ComputedAttributes};
use leptos::{ev, prelude::*};
use serde_json::Value;

use super::{Desk, logic::StagesForm};
use crate::{
    api::Load,
    format, i18n as t,
    ui::{FormError, Note, NumberField, Section},
};

/// Where each field's error points.
const FIELDS: &[&str] = &[
    "/rule/lifecycle/repeat_orders",
    "/rule/lifecycle/loyal/days",
    "/rule/lifecycle/loyal/orders",
    "/rule/lifecycle/loyal/spend",
];

/// The form; there are no stages before there is a rule of dormancy.
#[component]
pub(super) fn Stages(
    /// The stored rule, if there is one.
    held: Option<ComputedAttribute>,
    /// What is read again after a change.
    found: Load<ComputedAttributes>,
    /// Whether a rule of dormancy is kept up.
    has_dormancy: bool,
    /// The currency of money.
    currency: String,
) -> impl IntoView {
    let digits = format::number::minor_digits(&currency);
    let desk = Desk::new("lifecycle", held.as_ref(), found);
    let rule = held.map_or(Value::Null, |one| one.rule);
    let form = StagesForm::of(&rule, digits);
    let submit = desk.submit;
    let (repeat_orders, days) = (RwSignal::new(form.repeat_orders), RwSignal::new(form.days));
    let (orders, spend) = (RwSignal::new(form.orders), RwSignal::new(form.spend));
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let form = StagesForm {
            repeat_orders: repeat_orders.get_untracked(),
            days: days.get_untracked(),
            orders: orders.get_untracked(),
            spend: spend.get_untracked(),
        };
        desk.save(form.rule(&rule, digits));
    };
    let body = if has_dormancy {
        view! {
            <div class="cols set-rule">
                <form class="form set-form" on:submit=on_submit>
                    <NumberField label=t::computed::repeat_orders value=repeat_orders unit=t::computed::times_unit error=submit.field("/rule/lifecycle/repeat_orders")/>
                    <p class="lbl">{t::computed::loyal}</p>
                    <NumberField label=t::computed::loyal_days value=days unit=t::computed::day_unit hint=t::computed::loyal_days_hint error=submit.field("/rule/lifecycle/loyal/days")/>
                    <div class="set-two">
                        <NumberField label=t::computed::loyal_orders value=orders unit=t::computed::times_unit error=submit.field("/rule/lifecycle/loyal/orders")/>
                        <NumberField label=t::computed::loyal_spend value=spend unit=t::computed::money_unit hint=move || t::computed::money_in(&currency) error=submit.field("/rule/lifecycle/loyal/spend")/>
                    </div>
                    <FormError submit=submit fields=FIELDS/>
                    {desk.buttons()}
                </form>
                {desk.facts()}
            </div>
        }
        .into_any()
    } else {
        view! { <Note>{t::computed::stages_needs}</Note> }.into_any()
    };
    view! {
        <Section title=t::computed::stages>
            <p class="t-small ink-2">{t::computed::stages_about}</p>
            {body}
        </Section>
    }
}
