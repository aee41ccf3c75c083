//! All campaigns: where each stands, how far it has come, and what can be done with it.

mod deeds;

use std::collections::BTreeMap;

use api_types::campaigns::{CampaignSummary, ProgressView};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use self::deeds::{CancelDialog, CopyDialog, Deeds, RemoveDialog};
use super::{logic::State, words};
use crate::{
    api::{
        Load, Page,
        campaigns::{self as api, Wanted},
        load,
    },
    format, i18n as t,
    routes::Route,
    state::{
        poll::{Pace, poll},
        session,
    },
    ui::{
        ButtonKind, ButtonLink, Choice, Column, DataTable, EmptyState, Icon, Menu, PageHeader,
        Phone, SearchField, SelectField, Status, ThreadBar,
        list_query::ListState,
        progress::ThreadPhase,
        table::{Row, whole},
        use_list_query,
    },
};

const PAGE: usize = 50;

type Progresses = RwSignal<BTreeMap<String, ProgressView>>;

/// The list.
#[component]
pub fn CampaignList() -> impl IntoView {
    let list = use_list_query(&["state"]);
    let campaigns = load(
        move || {
            let query = list.get();
            Wanted {
                state: query.filter("state").to_owned(),
                search: query.q,
                after: query.after,
            }
        },
        |wanted, signal| async move { api::list(&wanted, PAGE, Some(&signal)).await },
    );
    let progress: Progresses = RwSignal::new(BTreeMap::new());
    follow(campaigns, progress);
    let deeds = Deeds::new(campaigns);
    let count = move || {
        whole(campaigns, list)
            .map(t::campaigns::count_of)
            .unwrap_or_default()
    };
    let primary = || {
        session::may("campaigns:write").then(|| {
            view! { <ButtonLink to=Route::NewCampaign kind=ButtonKind::Primary icon=Icon::Plus label=t::campaigns::new_title/> }
        })
    };
    view! {
        <PageHeader title=t::campaigns::list_title count=count>{primary}</PageHeader>
        <div class="tools">
            <SearchField label=t::campaigns::search value=list.search()/>
            <States list=list/>
        </div>
        <DataTable
            label=t::campaigns::list_title
            columns=columns(progress, deeds)
            load=campaigns
            row=Row::new(|campaign: &CampaignSummary| campaign.id.clone()).opens(|campaign| Route::Campaign(campaign.id.clone()))
            list=list
            page_size=PAGE
            empty=|| view! {
                <EmptyState title=t::campaigns::list_empty_title body=t::campaigns::list_empty_body>
                    <ButtonLink to=Route::NewCampaign icon=Icon::Plus label=t::campaigns::new_title/>
                </EmptyState>
            }
        />
        <CopyDialog deeds=deeds/>
        <CancelDialog deeds=deeds/>
        <RemoveDialog deeds=deeds/>
    }
}

/// The choice of a state, which stands in the address like the search.
#[component]
fn States(list: ListState) -> impl IntoView {
    let state = RwSignal::new(untrack(|| list.get()).filter("state").to_owned());
    Effect::new(move |_| {
        let chosen = state.get();
        if untrack(|| list.get()).filter("state") != chosen {
            list.change(|query| query.filters = vec![("state".to_owned(), chosen)]);
        }
    });
    Effect::new(move |_| {
        let named = list.get().filter("state").to_owned();
        if state.get_untracked() != named {
            state.set(named);
        }
    });
    let choices = Signal::derive(|| {
        let mut choices = vec![Choice::new("", t::campaigns::all_states)];
        choices.extend(
            State::ALL
                .into_iter()
                .map(|state| Choice::new(state.as_str(), words::state(state).2)),
        );
        choices
    });
    view! { <div class="tools-s"><SelectField label=t::campaigns::state value=state choices=choices/></div> }
}

/// Reads the progress of what has begun, and again while something moves.
fn follow(campaigns: Load<Page<CampaignSummary>>, progress: Progresses) {
    let rows = move || campaigns.value().map(|page| page.items).unwrap_or_default();
    let turn = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let begun: Vec<_> = rows()
            .into_iter()
            .filter(|row| State::read(&row.state).has_begun())
            .collect();
        turn.update_value(|turn| *turn = turn.wrapping_add(1));
        let own = turn.get_value();
        spawn_local(async move {
            for row in begun {
                if turn.try_get_value() != Some(own) {
                    return;
                }
                if let Ok(found) = api::progress(&row.id, None).await {
                    progress.try_update(|progress| progress.insert(row.id, found));
                }
            }
        });
    });
    let pace = move || {
        let states: Vec<State> = rows().iter().map(|row| State::read(&row.state)).collect();
        if states.contains(&State::Running) {
            Pace::Busy
        } else if states.contains(&State::Scheduled) {
            Pace::Waiting
        } else {
            Pace::Still
        }
    };
    poll(pace, move || campaigns.reload());
}

fn columns(progress: Progresses, deeds: Deeds) -> Vec<Column<CampaignSummary>> {
    let name = |campaign: &CampaignSummary| {
        let name = campaign.name.clone();
        let href = Route::Campaign(campaign.id.clone()).path();
        view! { <a class="nm" href=href>{move || if name.trim().is_empty() { t::campaigns::nameless().to_owned() } else { name.clone() }}</a> }
    };
    let state = |campaign: &CampaignSummary| {
        let (tone, icon, word, help) = words::state(State::read(&campaign.state));
        view! { <Status tone=tone icon=icon label=word help=help/> }
    };
    let thread = move |campaign: &CampaignSummary| {
        let (id, state) = (campaign.id.clone(), State::read(&campaign.state));
        view! { <Thread id=id state=state progress=progress/> }
    };
    let sent = move |campaign: &CampaignSummary| {
        let id = campaign.id.clone();
        move || {
            let found = progress.with(|progress| {
                progress
                    .get(&id)
                    .map(|found| (found.accepted, to_send(found)))
            });
            found.map(|(sent, all)| view! { {format::integer(sent)} <span class="ink-3">" / " {format::integer(all)}</span> <span class="u">{t::campaigns::unit_messages}</span> })
        }
    };
    let when = |campaign: &CampaignSummary| {
        let at = campaign
            .finished_at
            .as_deref()
            .or(campaign.plan_at.as_deref())
            .unwrap_or(&campaign.updated_at);
        let at = format::millis(at);
        move || format::date_time(at)
    };
    let menu = move |campaign: &CampaignSummary| {
        let campaign = campaign.clone();
        view! { <Menu label=t::campaigns::row_actions lines=Signal::derive(move || deeds.lines(&campaign))/> }
    };
    vec![
        Column::new(t::campaigns::name, name).on_phone(Phone::Title),
        Column::new(t::campaigns::state, state),
        Column::new(t::campaigns::progress, thread),
        Column::new(t::campaigns::sent, sent).number(),
        Column::new(t::campaigns::when, when).number(),
        Column::new(t::campaigns::row_actions, menu)
            .number()
            .on_phone(Phone::Corner),
    ]
}

/// How many were or are to be written to.
fn to_send(progress: &ProgressView) -> i64 {
    progress.total - progress.not_sent
}

#[component]
fn Thread(id: String, state: State, progress: Progresses) -> impl IntoView {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a thread of some hundred pixels"
    )]
    let share = Signal::derive(move || {
        progress.with(|progress| {
            let found = progress
                .get(&id)
                .map(|found| (found.total - found.waiting, found.total));
            found
                .filter(|(_, all)| *all > 0)
                .map_or(0.0, |(done, all)| done as f64 / all as f64)
        })
    });
    let phase = match state {
        State::Draft | State::Scheduled => ThreadPhase::Planned,
        State::Finished => ThreadPhase::Done,
        State::Running | State::Paused | State::Cancelled => ThreadPhase::Running,
    };
    state
        .has_begun()
        .then(|| view! { <ThreadBar share=share phase=phase label=t::campaigns::progress/> })
}
