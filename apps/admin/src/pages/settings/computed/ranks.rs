//! The form of ranks: the steps, the period, the grace, and how many would stand where.

use api_types::computed::{ComputedAttribute, ComputedAttributes};
use leptos::{ev, prelude::*};
use serde_json::Value;

use super::{
    Desk,
    logic::{RankForm, RanksForm},
    preview::Preview,
};
use crate::{
    api::{Load, Submit},
    format, i18n as t,
    ui::{
        Button, ButtonSize, Choice, FormError, Icon, IconButton, NumberField, RadioGroup, Section,
        SelectField, TextField,
    },
};

/// Where each field's error points, beside those of the ranks.
const FIELDS: &[&str] = &[
    "/rule/rank/period/days",
    "/rule/rank/period/months",
    "/rule/rank/period/year/from_month",
    "/rule/rank/grace/days",
];
/// The most ranks.
const MOST: usize = 10;

/// A rank while it is typed.
#[derive(Clone, Copy)]
struct Row {
    name: RwSignal<String>,
    spend: RwSignal<Option<i64>>,
    orders: RwSignal<Option<i64>>,
}

impl Row {
    fn of(form: RankForm) -> Self {
        Self {
            name: RwSignal::new(form.name),
            spend: RwSignal::new(form.spend),
            orders: RwSignal::new(form.orders),
        }
    }

    fn form(self) -> RankForm {
        RankForm {
            name: self.name.get_untracked(),
            spend: self.spend.get_untracked(),
            orders: self.orders.get_untracked(),
        }
    }
}

/// The form while it is typed.
#[derive(Clone, Copy)]
struct Fields {
    rows: RwSignal<Vec<Row>>,
    period: RwSignal<String>,
    length: RwSignal<Option<i64>>,
    from_month: RwSignal<Option<i64>>,
    grace: RwSignal<String>,
    grace_days: RwSignal<Option<i64>>,
    fall: RwSignal<String>,
}

impl Fields {
    fn of(form: RanksForm) -> Self {
        Self {
            rows: RwSignal::new(form.ranks.into_iter().map(Row::of).collect()),
            period: RwSignal::new(form.period),
            length: RwSignal::new(form.length),
            from_month: RwSignal::new(form.from_month),
            grace: RwSignal::new(form.grace),
            grace_days: RwSignal::new(form.grace_days),
            fall: RwSignal::new(form.fall),
        }
    }

    fn form(self) -> RanksForm {
        RanksForm {
            ranks: self
                .rows
                .get_untracked()
                .into_iter()
                .map(Row::form)
                .collect(),
            period: self.period.get_untracked(),
            length: self.length.get_untracked(),
            from_month: self.from_month.get_untracked(),
            grace: self.grace.get_untracked(),
            grace_days: self.grace_days.get_untracked(),
            fall: self.fall.get_untracked(),
        }
    }
}

/// The form.
#[component]
pub(super) fn Ranks(
    /// The stored rule, if there is one.
    held: Option<ComputedAttribute>,
    /// What is read again after a change.
    found: Load<ComputedAttributes>,
    /// The currency of money.
    currency: String,
) -> impl IntoView {
    let digits = format::number::minor_digits(&currency);
    let desk = Desk::new("rank", held.as_ref(), found);
    let rule = StoredValue::new(held.map_or(Value::Null, |one| one.rule));
    let names = [
        t::computed::rank_1(),
        t::computed::rank_2(),
        t::computed::rank_3(),
    ];
    let usual = RanksForm::usual(names, digits);
    let fields = Fields::of(rule.with_value(|rule| RanksForm::of(rule, usual, digits)));
    let submit = desk.submit;
    let written = move || rule.with_value(|rule| fields.form().rule(rule, digits));
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        desk.save(written());
    };
    view! {
        <Section title=t::computed::ranks>
            <p class="t-small ink-2">{t::computed::ranks_about}</p>
            <div class="cols set-rule">
                <form class="form set-form" on:submit=on_submit>
                    {steps(fields, submit, currency)}
                    {times(fields, submit)}
                    <FormError submit=submit fields=FIELDS under="/rule/rank/ranks/"/>
                    {desk.buttons()}
                </form>
                <div>
                    {desk.facts()}
                    <Preview rule=Callback::new(move |()| written())/>
                </div>
            </div>
        </Section>
    }
}

fn steps(fields: Fields, submit: Submit, currency: String) -> impl IntoView {
    let row = move |(place, row): (usize, Row)| {
        let error = move |field: &'static str| {
            let pointer = format!("/rule/rank/ranks/{place}{field}");
            Signal::derive(move || submit.error().and_then(|error| error.field(&pointer)))
        };
        let currency = currency.clone();
        let name = row.name;
        let remove = move |()| {
            submit.forget();
            fields.rows.update(|rows| {
                rows.remove(place);
            });
        };
        view! {
            <fieldset class="rank-row" aria-label=move || name.get()>
                <TextField label=move || t::computed::rank_name((place + 1).to_string()) value=row.name error=error("/name")/>
                <NumberField label=move || t::computed::money_in(&currency) value=row.spend error=error("/spend")/>
                <NumberField label=t::computed::loyal_orders value=row.orders unit=t::computed::times_a_day error=error("/orders")/>
                <IconButton icon=Icon::Trash2 label=move || t::computed::rank_remove(name.get()) size=ButtonSize::Small on_press=remove/>
                <span class="err" role="alert">{error("")}</span>
            </fieldset>
        }
    };
    let add = move |()| {
        let new = Row::of(RankForm::default());
        fields.rows.update(|rows| rows.push(new));
    };
    let is_full = Signal::derive(move || fields.rows.with(Vec::len) >= MOST);
    view! {
        <p class="lbl">{t::computed::rank_steps}</p>
        <p class="t-small ink-3">{t::computed::rank_steps_hint}</p>
        {move || fields.rows.get().into_iter().enumerate().map(row.clone()).collect_view()}
        <div><Button label=t::computed::rank_add icon=Icon::Plus size=ButtonSize::Small disabled=is_full on_press=add/></div>
    }
}

fn times(fields: Fields, submit: Submit) -> impl IntoView {
    let periods = vec![
        Choice::new("months", t::computed::period_months),
        Choice::new("days", t::computed::period_days),
        Choice::new("year", t::computed::period_year),
    ];
    let length = move || {
        match fields.period.get().as_str() {
        "year" => view! { <NumberField label=t::computed::from_month value=fields.from_month unit=t::computed::month_unit error=submit.field("/rule/rank/period/year/from_month")/> }.into_any(),
        "months" => view! { <NumberField label=t::computed::period_length value=fields.length unit=t::computed::months_unit error=submit.field("/rule/rank/period/months")/> }.into_any(),
        _ => view! { <NumberField label=t::computed::period_length value=fields.length unit=t::computed::day_unit error=submit.field("/rule/rank/period/days")/> }.into_any(),
    }
    };
    let graces = Signal::stored(vec![
        Choice::new("none", t::computed::grace_none),
        Choice::new("days", t::computed::grace_days),
        Choice::new("next_period", t::computed::grace_next),
    ]);
    let kept = move || {
        (fields.grace.with(|grace| grace == "days")).then(|| {
            view! { <NumberField label=t::computed::grace_length value=fields.grace_days unit=t::computed::day_unit error=submit.field("/rule/rank/grace/days")/> }
        })
    };
    let falls = vec![
        Choice::new("to_earned", t::computed::fall_earned),
        Choice::new("one_step", t::computed::fall_step),
    ];
    let fall = StoredValue::new(falls);
    view! {
        <RadioGroup label=t::computed::period value=fields.period choices=periods/>
        {length}
        <SelectField label=t::computed::grace value=fields.grace choices=graces hint=t::computed::grace_hint/>
        {kept}
        {move || fields.grace.with(|grace| grace != "none").then(|| view! { <RadioGroup label=t::computed::fall value=fields.fall choices=fall.get_value()/> })}
    }
}
