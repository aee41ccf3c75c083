//! Lifecycle stages: where customers are, how far they came, and who moved.

use api_types::computed::{LifecycleView, StageCohort, StageCount, StageFlow, StageStep};
use leptos::prelude::*;
use serde_json::json;

use super::{buyers::Pages, logic};
use crate::{
    api::{analytics as api, load},
    format, i18n as t,
    pages::customers::standing,
    routes::Route,
    state::poll::{Pace, poll},
    ui::{
        ButtonLink, CountBar, EmptyState, Icon, InlineError, Note, PageHeader, Section, Skeleton,
        Tone,
    },
};

/// The page where the rules are.
fn rules() -> Route {
    Route::SettingsPage("computed".to_owned())
}

/// The page of lifecycle stages.
#[component]
pub fn Lifecycle() -> impl IntoView {
    let found = load(
        || (),
        |(), signal| async move { api::lifecycle("", &signal).await },
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
        (Some(view), None) => whole(&view).into_any(),
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

fn whole(view: &LifecycleView) -> impl IntoView + use<> {
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
