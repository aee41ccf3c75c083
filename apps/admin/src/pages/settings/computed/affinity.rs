//! The form of tastes: what gives points, of what they are told, and how many would have which favourite.

use api_types::computed::{ComputedAttribute, ComputedAttributes};
use leptos::{ev, prelude::*};
use serde_json::Value;

use super::{
    Desk,
    logic::{AffinityForm, NamedForm},
    preview::Preview,
    remover,
    score::fault,
};
use crate::{
    api::{Load, Submit},
    format, i18n as t,
    ui::{
        Button, ButtonSize, Choice, FormError, Icon, IconButton, NumberField, Section, SelectField,
        TextField,
    },
};

/// Where each field's error points, beside those of the rows.
const FIELDS: &[&str] = &[
    "/rule/affinity/half_life",
    "/rule/affinity/acts",
    "/rule/affinity/days",
    "/rule/affinity/category/depth",
    "/rule/affinity/brand/property",
];

/// A row while it is typed.
#[derive(Clone, Copy)]
struct Row {
    name: RwSignal<String>,
    number: RwSignal<Option<i64>>,
    held: Option<i64>,
}

impl Row {
    fn of(own: NamedForm) -> Self {
        Self {
            name: RwSignal::new(own.name),
            number: RwSignal::new(own.number),
            held: own.held,
        }
    }

    fn form(self) -> NamedForm {
        NamedForm {
            name: self.name.get_untracked(),
            number: self.number.get_untracked(),
            held: self.held,
        }
    }
}

/// The form while it is typed.
#[derive(Clone, Copy)]
struct Fields {
    actions: RwSignal<Vec<Row>>,
    bands: RwSignal<Vec<Row>>,
    /// Half-life, acts, days, depth.
    numbers: [RwSignal<Option<i64>>; 4],
    category: RwSignal<String>,
    brand: RwSignal<String>,
}

impl Fields {
    fn of(form: AffinityForm) -> Self {
        let rows = |all: Vec<NamedForm>| RwSignal::new(all.into_iter().map(Row::of).collect());
        Self {
            actions: rows(form.actions),
            bands: rows(form.bands),
            numbers: [form.half_life, form.acts, form.days, form.depth].map(RwSignal::new),
            category: RwSignal::new(form.category),
            brand: RwSignal::new(form.brand),
        }
    }

    fn form(self) -> AffinityForm {
        let rows = |all: RwSignal<Vec<Row>>| {
            let all = all.get_untracked().into_iter();
            all.map(Row::form).collect()
        };
        let [half_life, acts, days, depth] = self.numbers.map(|number| number.get_untracked());
        AffinityForm {
            actions: rows(self.actions),
            bands: rows(self.bands),
            half_life,
            acts,
            days,
            depth,
            category: self.category.get_untracked(),
            brand: self.brand.get_untracked(),
        }
    }
}

/// The form.
#[component]
pub(super) fn Affinity(
    /// The stored rule, if there is one.
    held: Option<ComputedAttribute>,
    /// What is read again after a change.
    found: Load<ComputedAttributes>,
    /// The currency of money.
    currency: String,
) -> impl IntoView {
    let digits = format::number::minor_digits(&currency);
    let desk = Desk::new("affinity", held.as_ref(), found);
    let rule = held.map_or(Value::Null, |one| one.rule);
    let fields = Fields::of(AffinityForm::of(&rule, digits));
    let submit = desk.submit;
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        desk.save(fields.form().rule(digits));
    };
    let [half_life, acts, days, depth] = fields.numbers;
    let categories = vec![
        Choice::new("levels", t::computed::taste_levels),
        Choice::new("whole", t::computed::taste_whole),
        Choice::new("none", t::computed::taste_none),
    ];
    let category = fields.category;
    let levels = move || {
        category.with(|own| own == "levels").then(|| {
            view! { <NumberField label=t::computed::taste_depth value=depth unit=t::computed::taste_depth_unit error=submit.field("/rule/affinity/category/depth")/> }
        })
    };
    view! {
        <Section title=t::computed::tastes>
            <p class="t-small ink-2">{t::computed::tastes_about}</p>
            <div class="cols set-rule">
                <form class="form set-form" on:submit=on_submit>
                    {actions(fields.actions, submit)}
                    <div class="set-two">
                        <NumberField label=t::computed::half_life value=half_life unit=t::computed::day_unit hint=t::computed::taste_half_life_hint error=submit.field("/rule/affinity/half_life")/>
                        <NumberField label=t::computed::taste_acts value=acts unit=t::computed::times_unit hint=t::computed::taste_acts_hint error=submit.field("/rule/affinity/acts")/>
                    </div>
                    <NumberField label=t::computed::taste_days value=days unit=t::computed::day_unit error=submit.field("/rule/affinity/days")/>
                    <div class="set-two">
                        <SelectField label=t::computed::taste_category value=category choices=Signal::stored(categories)/>
                        {levels}
                    </div>
                    <TextField label=t::computed::taste_brand value=fields.brand hint=t::computed::taste_brand_hint error=submit.field("/rule/affinity/brand/property")/>
                    {bands(fields.bands, currency, submit)}
                    <FormError submit=submit fields=FIELDS under="/rule/affinity/"/>
                    {desk.buttons()}
                </form>
                <div>
                    {desk.facts()}
                    <Preview rule=Callback::new(move |()| fields.form().rule(digits))/>
                </div>
            </div>
        </Section>
    }
}

fn adder(rows: RwSignal<Vec<Row>>) -> impl Fn(()) {
    move |()| rows.update(|rows| rows.push(Row::of(NamedForm::default())))
}

fn actions(rows: RwSignal<Vec<Row>>, submit: Submit) -> impl IntoView {
    let row = move |(place, row): (usize, Row)| {
        let name = move || row.name.get();
        view! {
            <fieldset class="rank-row" aria-label=name>
                <TextField label=t::computed::act_event value=row.name/>
                <NumberField label=t::computed::points value=row.number unit=t::computed::points_unit/>
                <IconButton icon=Icon::Trash2 label=move || t::computed::rank_remove(name()) size=ButtonSize::Small on_press=remover(rows, place, submit)/>
                <span class="err" role="alert">{fault(submit, format!("/rule/affinity/actions/{place}"))}</span>
            </fieldset>
        }
    };
    let is_full = Signal::derive(move || rows.with(Vec::len) >= 20);
    view! {
        <p class="lbl">{t::computed::actions}</p>
        <p class="t-small ink-3">{t::computed::taste_actions_hint}</p>
        {move || rows.get().into_iter().enumerate().map(row).collect_view()}
        <div><Button label=t::computed::act_add icon=Icon::Plus size=ButtonSize::Small disabled=is_full on_press=adder(rows)/></div>
    }
}

fn bands(rows: RwSignal<Vec<Row>>, currency: String, submit: Submit) -> impl IntoView {
    let row = move |(place, row): (usize, Row)| {
        let name = move || row.name.get();
        view! {
            <fieldset class="rank-row" aria-label=name>
                <TextField label=t::computed::taste_band value=row.name/>
                <NumberField label=t::computed::taste_from value=row.number unit=t::computed::money_unit/>
                <IconButton icon=Icon::Trash2 label=move || t::computed::rank_remove(name()) size=ButtonSize::Small on_press=remover(rows, place, submit)/>
                <span class="err" role="alert">{fault(submit, format!("/rule/affinity/price/{place}"))}</span>
            </fieldset>
        }
    };
    let is_full = Signal::derive(move || rows.with(Vec::len) >= 10);
    view! {
        <p class="lbl">{t::computed::taste_bands}</p>
        <p class="t-small ink-3">{t::computed::taste_bands_hint} " " {move || t::computed::money_in(&currency)}</p>
        {move || rows.get().into_iter().enumerate().map(row).collect_view()}
        <div><Button label=t::computed::taste_band_add icon=Icon::Plus size=ButtonSize::Small disabled=is_full on_press=adder(rows)/></div>
    }
}
