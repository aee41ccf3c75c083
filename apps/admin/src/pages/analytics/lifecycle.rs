//! Lifecycle stages: where customers are, how far they came, and who moved.

use api_types::computed::{
    LifecycleView, StageCohort, StageCount, StageFlow, StageGroup, StageStep,
};
use leptos::prelude::*;
use serde_json::json;

use super::{
    apart::Apart,
    buyers::{ListState, Pages, bound},
    definitions::by_language,
    logic,
};
use crate::{
    api::{analytics as api, load},
    format, i18n as t,
    pages::customers::standing,
    routes::Route,
    state::poll::{Pace, poll},
    ui::{
        ButtonLink, Choice, CountBar, EmptyState, Icon, InlineError, Note, PageHeader, Section,
        SelectField, Skeleton, Tone, list_query::use_list_query,
    },
};

/// What the address says besides the page.
const FILTERS: &[&str] = &["by", "month"];
/// By what customers are told apart unless chosen.
const USUAL: &str = "channel";

/// The page where the rules are.
fn rules() -> Route {
    Route::SettingsPage("computed".to_owned())
}

/// The page of lifecycle stages.
#[component]
pub fn Lifecycle() -> impl IntoView {
    let state = use_list_query(FILTERS);
    let found = load(
        move || {
            let mut query = state.get();
            for (name, value) in &mut query.filters {
                if name == "by" && value.is_empty() {
                    USUAL.clone_into(value);
                }
            }
            query.to_query(None)
        },
        |query, signal| async move { api::lifecycle(&query, &signal).await },
    );
    // While everybody is computed anew the figures move.
    poll(
        move || {
            let is_moving = found
                .value()
                .is_some_and(|view| view.is_declared && !view.is_whole);
            if is_moving { Pace::Busy } else { Pace::Waiting }
        },
        move || found.reload(),
    );
    let body = move || match (found.value(), found.error()) {
        (_, Some(error)) => {
            view! { <InlineError error=error on_retry=move || found.reload()/> }.into_any()
        }
        (Some(view), None) if !view.is_declared => view! {
            <EmptyState title=t::computed::not_declared_title body=t::computed::not_declared_body>
                <ButtonLink to=rules() label=t::computed::declare/>
            </EmptyState>
        }
        .into_any(),
        (Some(view), None) => whole(&view, state).into_any(),
        (None, None) => view! { <Skeleton lines=10/> }.into_any(),
    };
    view! {
        <Pages here=Route::Lifecycle/>
        <PageHeader title=t::computed::lifecycle_title say=t::computed::lifecycle_say>
            <ButtonLink to=rules() icon=Icon::Settings label=t::computed::rules/>
        </PageHeader>
        {body}
    }
}

fn whole(view: &LifecycleView, state: ListState) -> impl IntoView + use<> {
    let filling =
        (!view.is_whole).then(|| view! { <Note tone=Tone::Act>{t::computed::filling}</Note> });
    let at = format::millis(&view.counted_at);
    let most = view.stages.iter().map(|stage| stage.customers).max();
    let most = most.unwrap_or_default();
    let stages = view
        .stages
        .iter()
        .map(|one| stage(one, most))
        .collect_view();
    let steps = view.steps.iter().map(step).collect_view();
    view! {
        {filling}
        <Section title=t::computed::stages_title note=move || t::computed::as_of(format::date_time(at)) definition=t::computed::stages_def>
            <div class="tbl-x">
                <table class="tbl tbl-dense bars" aria-label=t::computed::stages_title><tbody>{stages}</tbody></table>
            </div>
        </Section>
        <Section title=t::computed::steps_title note=t::computed::steps_note definition=t::computed::steps_def>
            <div class="tbl-x">
                <table class="tbl tbl-dense bars" aria-label=t::computed::steps_title><tbody>{steps}</tbody></table>
            </div>
        </Section>
        {cohorts(&view.cohorts)}
        {groups(view, state)}
        {flows(view.flows.clone(), view.days)}
    }
}

#[expect(clippy::cast_precision_loss, reason = "a bar of some hundred pixels")]
fn share(part: i64, whole: i64) -> f64 {
    if whole > 0 {
        part as f64 / whole as f64
    } else {
        0.0
    }
}

fn stage(one: &StageCount, most: i64) -> impl IntoView + use<> {
    let name = standing(&one.stage);
    let condition = json!({"all": [{"fact": {"of": {"attribute": "computed.stage"},
        "test": {"text": {"equals": one.stage}}}}]});
    let title = t::computed::segment_name(&name);
    let to = logic::segment_address(
        &Route::NewSegment.path(),
        std::slice::from_ref(&condition),
        &title,
    );
    view! {
        <tr>
            <td class="nowrap">{name.clone()}</td>
            <td class="bar-c"><CountBar share=share(one.customers, most)/></td>
            <td class="num">{t::computed::people(one.customers)}</td>
            <td class="num ink-3">{format::number::percent(one.share)}</td>
            <td class="nowrap"><a class="link" rel="external" href=to aria-label=t::computed::to_segment_of(&name)>{t::computed::to_segment}</a></td>
        </tr>
    }
}

fn step(one: &StageStep) -> impl IntoView + use<> {
    let name = t::computed::Step {
        from: standing(&one.from),
        to: standing(&one.to),
    }
    .say();
    let counts = t::computed::StepCounts {
        after: format::integer(one.reached_to),
        before: format::integer(one.reached_from),
    }
    .say();
    view! {
        <tr>
            <td class="nowrap">{name}</td>
            <td class="bar-c"><CountBar share=one.rate.unwrap_or(0.0)/></td>
            <td class="num">{format::number::percent(one.rate)}</td>
            <td class="num ink-3">{counts}</td>
        </tr>
    }
}

/// Months without anybody at the beginning are left out.
fn cohorts(all: &[StageCohort]) -> impl IntoView + use<> {
    let has_anybody = |one: &&StageCohort| one.reached.first().is_some_and(|n| *n > 0);
    let rows: Vec<StageCohort> = all.iter().filter(has_anybody).cloned().collect();
    let head = ["prospect", "new", "repeat", "loyal"]
        .map(|stage| view! { <th class="num" scope="col">{standing(stage)}</th> });
    let row = |one: StageCohort| {
        let first = one.reached.first().copied().unwrap_or_default();
        let cell = |n: &i64| {
            let part = format::number::percent((first > 0).then(|| share(*n, first)));
            view! { <td class="num">{format::integer(*n)} " " <span class="sub">{part}</span></td> }
        };
        let month = one
            .month
            .unwrap_or_else(|| t::computed::cohort_before().to_owned());
        view! { <tr><td class="nowrap">{month}</td>{one.reached.iter().map(cell).collect_view()}</tr> }
    };
    view! {
        <Section title=t::computed::cohorts_title note=t::computed::cohorts_note definition=t::computed::steps_def>
            <div class="tbl-x">
                <table class="tbl tbl-dense" aria-label=t::computed::cohorts_title>
                    <thead><tr><th scope="col">{t::computed::cohort_month}</th>{head.collect_view()}</tr></thead>
                    <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </Section>
    }
}

/// Stages by how customers came or by an attribute, of those first met in one month or in any.
fn groups(view: &LifecycleView, state: ListState) -> impl IntoView + use<> {
    let months = view.cohorts.iter().filter_map(|one| one.month.clone());
    let months: Vec<String> = months.collect();
    let choices = Signal::derive(move || {
        let mut choices = vec![Choice::new("", t::retention::all_months)];
        choices.extend(
            months
                .iter()
                .rev()
                .map(|month| Choice::new(month.clone(), month.clone())),
        );
        choices
    });
    let head = ["prospect", "new", "repeat", "loyal", "dormant"]
        .map(|stage| view! { <th class="num" scope="col">{standing(stage)}</th> });
    let steps = view.steps.iter().map(|one| {
        let name = t::computed::Step {
            from: standing(&one.from),
            to: standing(&one.to),
        }
        .say();
        view! { <th class="num" scope="col">{name}</th> }
    });
    let steps = steps.collect_view();
    let rows = view.groups.iter().map(group).collect_view();
    let body = if view.groups.is_empty() {
        view! { <p class="t-small ink-3">{t::retention::nobody}</p> }.into_any()
    } else {
        view! {
            <div class="tbl-x">
                <table class="tbl tbl-dense" aria-label=t::retention::stages_by>
                    <thead><tr><th scope="col">{t::retention::group}</th>{head.collect_view()}{steps}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <Section title=t::retention::stages_by note=t::retention::stages_by_note definition=t::retention::stages_by_def>
            <div class="ask-row">
                <Apart state=state usual=USUAL/>
                <SelectField label=t::retention::first_month value=bound(state, "month", "") choices=choices/>
            </div>
            {body}
        </Section>
    }
}

fn group(one: &StageGroup) -> impl IntoView + use<> {
    let name = by_language(&one.name_ja, &one.name_en).to_owned();
    let counts = one
        .stages
        .iter()
        .map(|stage| view! { <td class="num">{format::integer(stage.customers)}</td> });
    let steps = one.reached.windows(2).map(|pair| {
        let part = match pair {
            [before, after] if *before > 0 => Some(share(*after, *before)),
            _ => None,
        };
        view! { <td class="num ink-2">{format::number::percent(part)}</td> }
    });
    view! { <tr><td class="nowrap">{name}</td>{counts.collect_view()}{steps.collect_view()}</tr> }
}

fn flows(all: Vec<StageFlow>, days: u32) -> impl IntoView {
    let word =
        |name: Option<&str>| name.map_or_else(|| t::computed::no_stage().to_owned(), standing);
    let row = move |one: StageFlow| {
        view! {
            <tr>
                <td>{word(one.from.as_deref())}</td>
                <td>{word(one.to.as_deref())}</td>
                <td class="num">{format::integer(one.turns)}</td>
            </tr>
        }
    };
    let body = if all.is_empty() {
        view! { <p class="t-small ink-3">{t::computed::flows_none}</p> }.into_any()
    } else {
        view! {
            <div class="tbl-x">
                <table class="tbl tbl-dense" aria-label=move || t::computed::flows_title(days.to_string())>
                    <thead>
                        <tr>
                            <th scope="col">{t::computed::flow_from}</th>
                            <th scope="col">{t::computed::flow_to}</th>
                            <th class="num" scope="col">{t::computed::flow_turns}</th>
                        </tr>
                    </thead>
                    <tbody>{all.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <Section title=move || t::computed::flows_title(days.to_string()) definition=t::computed::flows_def>{body}</Section>
    }
}
