//! The form of lead scores: what gives points, how they fade, who fits, and how many would stand where.

use api_types::computed::{ComputedAttribute, ComputedAttributes};
use leptos::{ev, prelude::*};
use serde_json::Value;

use super::{
    Desk,
    logic::{ActionForm, FitForm, ScoreForm, TestForm},
    preview::Preview,
    remover,
};
use crate::{
    api::{Load, Submit},
    i18n as t,
    ui::{
        Button, ButtonSize, Choice, FormError, Icon, IconButton, NumberField, Section, SelectField,
        TextField,
    },
};

/// Where each field's error points, beside those of the rows.
const FIELDS: &[&str] = &["/rule/score/half_life", "/rule/score/threshold"];
/// The most rows of a list.
const MOST: usize = 50;

/// A row while it is typed: of an action, or of a condition of fit, which has fewer fields.
#[derive(Clone, Copy)]
struct Row {
    /// The event, or the attribute.
    name: RwSignal<String>,
    points: RwSignal<Option<i64>>,
    kind: RwSignal<String>,
    value: RwSignal<String>,
    label: RwSignal<String>,
    per_day: RwSignal<Option<i64>>,
    after_minutes: RwSignal<Option<i64>>,
    property: RwSignal<String>,
}

impl Row {
    fn of(own: ActionForm) -> Self {
        let kind = Some(own.test.kind).filter(|kind| !kind.is_empty());
        Self {
            name: RwSignal::new(own.event),
            points: RwSignal::new(own.points),
            kind: RwSignal::new(kind.unwrap_or_else(|| "is".to_owned())),
            value: RwSignal::new(own.test.value),
            label: RwSignal::new(own.label),
            per_day: RwSignal::new(own.per_day),
            after_minutes: RwSignal::new(own.after_minutes),
            property: RwSignal::new(own.property),
        }
    }

    fn of_fit(own: FitForm) -> Self {
        Self::of(ActionForm {
            event: own.attribute,
            points: own.points,
            test: own.test,
            ..ActionForm::default()
        })
    }

    fn action(self) -> ActionForm {
        ActionForm {
            event: self.name.get_untracked(),
            label: self.label.get_untracked(),
            points: self.points.get_untracked(),
            per_day: self.per_day.get_untracked(),
            after_minutes: self.after_minutes.get_untracked(),
            property: self.property.get_untracked(),
            test: TestForm {
                kind: self.kind.get_untracked(),
                value: self.value.get_untracked(),
            },
        }
    }

    fn fit(self) -> FitForm {
        let own = self.action();
        FitForm {
            attribute: own.event,
            test: own.test,
            points: own.points,
        }
    }
}

/// The form while it is typed.
#[derive(Clone, Copy)]
struct Fields {
    actions: RwSignal<Vec<Row>>,
    fit: RwSignal<Vec<Row>>,
    half_life: RwSignal<Option<i64>>,
    threshold: RwSignal<Option<i64>>,
    grades: [RwSignal<Option<i64>>; 3],
}

impl Fields {
    fn of(form: ScoreForm) -> Self {
        Self {
            actions: RwSignal::new(form.actions.into_iter().map(Row::of).collect()),
            fit: RwSignal::new(form.fit.into_iter().map(Row::of_fit).collect()),
            half_life: RwSignal::new(form.half_life),
            threshold: RwSignal::new(form.threshold),
            grades: form.grades.map(RwSignal::new),
        }
    }

    fn form(self) -> ScoreForm {
        ScoreForm {
            actions: self
                .actions
                .get_untracked()
                .into_iter()
                .map(Row::action)
                .collect(),
            half_life: self.half_life.get_untracked(),
            threshold: self.threshold.get_untracked(),
            fit: self.fit.get_untracked().into_iter().map(Row::fit).collect(),
            grades: self.grades.map(|grade| grade.get_untracked()),
        }
    }
}

/// The form.
#[component]
pub(super) fn Score(
    /// The stored rule, if there is one.
    held: Option<ComputedAttribute>,
    /// What is read again after a change.
    found: Load<ComputedAttributes>,
) -> impl IntoView {
    let desk = Desk::new("score", held.as_ref(), found);
    let rule = held.map_or(Value::Null, |one| one.rule);
    let labels = [
        t::computed::act_form(),
        t::computed::act_search(),
        t::computed::act_click(),
        t::computed::act_session(),
        t::computed::act_view(),
        t::computed::act_error(),
    ];
    let fields = Fields::of(ScoreForm::of(&rule, ScoreForm::usual(labels)));
    let submit = desk.submit;
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        desk.save(fields.form().rule());
    };
    view! {
        <Section title=t::computed::score>
            <p class="t-small ink-2">{t::computed::score_about}</p>
            <div class="cols set-rule">
                <form class="form set-form" on:submit=on_submit>
                    {actions(fields.actions, submit)}
                    <div class="set-two">
                        <NumberField label=t::computed::half_life value=fields.half_life unit=t::computed::day_unit hint=t::computed::half_life_hint error=submit.field("/rule/score/half_life")/>
                        <NumberField label=t::computed::threshold value=fields.threshold unit=t::computed::points_unit hint=t::computed::threshold_hint error=submit.field("/rule/score/threshold")/>
                    </div>
                    {fit(fields, submit)}
                    <FormError submit=submit fields=FIELDS under="/rule/score/"/>
                    {desk.buttons()}
                </form>
                <div>
                    {desk.facts()}
                    <Preview rule=Callback::new(move |()| fields.form().rule())/>
                </div>
            </div>
        </Section>
    }
}

/// What the server says against a row, wherever in it.
pub(super) fn fault(submit: Submit, pointer: String) -> impl Fn() -> Option<String> {
    move || {
        let error = submit.error()?;
        let mut own = error.errors.iter().filter(|field| {
            let rest = field.pointer.strip_prefix(pointer.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        own.next().map(|field| field.message.clone())
    }
}

fn tests() -> Vec<Choice> {
    vec![
        Choice::new("is", t::computed::test_is),
        Choice::new("contains", t::computed::test_contains),
        Choice::new("at_least", t::computed::test_at_least),
        Choice::new("at_most", t::computed::test_at_most),
        Choice::new("exists", t::computed::test_exists),
    ]
}

fn adder(rows: RwSignal<Vec<Row>>) -> impl Fn(()) {
    move |()| {
        let new = Row::of(ActionForm::default());
        rows.update(|rows| rows.push(new));
    }
}

fn actions(rows: RwSignal<Vec<Row>>, submit: Submit) -> impl IntoView {
    let row = move |(place, row): (usize, Row)| {
        let name = move || row.name.get();
        view! {
            <fieldset class="rank-row" aria-label=name>
                <TextField label=t::computed::act_event value=row.name/>
                <NumberField label=t::computed::points value=row.points unit=t::computed::points_unit/>
                <NumberField label=t::computed::per_day value=row.per_day unit=t::computed::times_a_day/>
                <IconButton icon=Icon::Trash2 label=move || t::computed::rank_remove(name()) size=ButtonSize::Small on_press=remover(rows, place, submit)/>
                <details class="row-more">
                    <summary class="link t-small">{move || Some(row.label.get()).filter(|label| !label.is_empty()).unwrap_or_else(|| t::computed::act_more().to_owned())}</summary>
                    <div class="set-two">
                        <TextField label=t::computed::act_label value=row.label/>
                        <NumberField label=t::computed::after_minutes value=row.after_minutes unit=t::computed::minutes_unit hint=t::computed::after_minutes_hint/>
                    </div>
                    <TextField label=t::computed::act_property value=row.property hint=t::computed::act_property_hint/>
                    <div class="set-two">
                        <SelectField label=t::computed::test value=row.kind choices=Signal::stored(tests())/>
                        <TextField label=t::computed::test_value value=row.value hint=t::computed::test_value_hint/>
                    </div>
                </details>
                <span class="err" role="alert">{fault(submit, format!("/rule/score/actions/{place}"))}</span>
            </fieldset>
        }
    };
    let is_full = Signal::derive(move || rows.with(Vec::len) >= MOST);
    view! {
        <p class="lbl">{t::computed::actions}</p>
        <p class="t-small ink-3">{t::computed::actions_hint}</p>
        {move || rows.get().into_iter().enumerate().map(row).collect_view()}
        <span class="err" role="alert">{fault(submit, "/rule/score/actions".to_owned())}</span>
        <div><Button label=t::computed::act_add icon=Icon::Plus size=ButtonSize::Small disabled=is_full on_press=adder(rows)/></div>
    }
}

fn fit(fields: Fields, submit: Submit) -> impl IntoView {
    let rows = fields.fit;
    let row = move |(place, row): (usize, Row)| {
        let name = move || row.name.get();
        view! {
            <fieldset class="rank-row" aria-label=name>
                <TextField label=t::computed::fit_attribute value=row.name/>
                <SelectField label=t::computed::test value=row.kind choices=Signal::stored(tests())/>
                <NumberField label=t::computed::points value=row.points unit=t::computed::points_unit/>
                <IconButton icon=Icon::Trash2 label=move || t::computed::rank_remove(name()) size=ButtonSize::Small on_press=remover(rows, place, submit)/>
                <div class="row-more"><TextField label=t::computed::test_value value=row.value hint=t::computed::test_value_hint/></div>
                <span class="err" role="alert">{fault(submit, format!("/rule/score/fit/{place}"))}</span>
            </fieldset>
        }
    };
    let [a, b, c] = fields.grades;
    let grades = move || {
        rows.with(|rows| !rows.is_empty()).then(|| {
            view! {
                <div class="row-three">
                    <NumberField label="A" value=a unit=t::computed::points_unit/>
                    <NumberField label="B" value=b unit=t::computed::points_unit/>
                    <NumberField label="C" value=c unit=t::computed::points_unit/>
                    <span class="err" role="alert">{fault(submit, "/rule/score/grades".to_owned())}</span>
                </div>
            }
        })
    };
    let is_full = Signal::derive(move || rows.with(Vec::len) >= MOST);
    view! {
        <p class="lbl">{t::computed::fit}</p>
        <p class="t-small ink-3">{t::computed::fit_hint}</p>
        {move || rows.get().into_iter().enumerate().map(row).collect_view()}
        {grades}
        <div><Button label=t::computed::fit_add icon=Icon::Plus size=ButtonSize::Small disabled=is_full on_press=adder(rows)/></div>
    }
}
