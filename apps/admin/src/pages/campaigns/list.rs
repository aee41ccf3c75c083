//! All campaigns: where each stands, how far it has come, and what can be done with it.
#![expect(
    clippy::too_many_lines,
    reason = "a view is easier to follow whole than in pieces"
)]

use std::collections::BTreeMap;

use api_types::campaigns::{CampaignSummary, ProgressView};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{logic::State, words};
use crate::{
    api::{Load, Page, Submit, campaigns as api, load},
    format, i18n as t,
    routes::{Route, use_go},
    state::{
        poll::{Pace, poll},
        session,
        toast::use_toasts,
    },
    ui::{
        Button, ButtonKind, ButtonLink, Choice, Column, ConfirmByTyping, DataTable, Dialog,
        EmptyState, FormError, Icon, Menu, MenuItem, MenuLine, PageHeader, Phone, SelectField,
        Status, TextField, ThreadBar, progress::ThreadPhase, table::Row, use_list_query,
    },
};

type Progresses = RwSignal<BTreeMap<String, ProgressView>>;

/// The list.
#[component]
pub fn CampaignList() -> impl IntoView {
    let list = use_list_query(&["state"]);
    let campaigns = load(
        move || list.get(),
        |query, signal| async move { api::list(&query.to_query(Some(50)), Some(&signal)).await },
    );
    let progress: Progresses = RwSignal::new(BTreeMap::new());
    follow(campaigns, progress);
    let state = RwSignal::new(untrack(|| list.get()).filter("state").to_owned());
    Effect::new(move |_| {
        let state = state.get();
        if untrack(|| list.get()).filter("state") != state {
            list.change(|query| {
                for (name, value) in &mut query.filters {
                    if name == "state" {
                        state.clone_into(value);
                    }
                }
            });
        }
    });
    Effect::new(move |_| {
        let named = list.get().filter("state").to_owned();
        if state.get_untracked() != named {
            state.set(named);
        }
    });
    let states = Signal::derive(|| {
        let mut choices = vec![Choice::new("", t::campaigns::all_states)];
        choices.extend(
            State::ALL
                .into_iter()
                .map(|state| Choice::new(state.as_str(), words::state(state).2)),
        );
        choices
    });
    let deeds = Deeds::new(campaigns);
    view! {
        <PageHeader title=t::campaigns::list_title>
            {move || {
                session::may("campaigns:write").then(|| {
                    view! { <ButtonLink to=Route::NewCampaign kind=ButtonKind::Primary icon=Icon::Plus label=t::campaigns::new_title/> }
                })
            }}
        </PageHeader>
        <div class="tools tools-s"><SelectField label=t::campaigns::state value=state choices=states/></div>
        <DataTable
            label=t::campaigns::list_title
            columns=columns(progress, deeds)
            load=campaigns
            row=Row::new(|campaign: &CampaignSummary| campaign.id.clone()).opens(|campaign| Route::Campaign(campaign.id.clone()))
            list=list
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

/// What is being done with which row.
#[derive(Clone, Copy)]
struct Deeds {
    campaigns: Load<Page<CampaignSummary>>,
    row: RwSignal<CampaignSummary>,
    is_copying: RwSignal<bool>,
    is_cancelling: RwSignal<bool>,
    is_removing: RwSignal<bool>,
    name: RwSignal<String>,
    submit: Submit,
}

impl Deeds {
    fn new(campaigns: Load<Page<CampaignSummary>>) -> Self {
        Self {
            campaigns,
            row: RwSignal::new(CampaignSummary::default()),
            is_copying: RwSignal::new(false),
            is_cancelling: RwSignal::new(false),
            is_removing: RwSignal::new(false),
            name: RwSignal::new(String::new()),
            submit: Submit::default(),
        }
    }

    fn ask(self, row: CampaignSummary, open: RwSignal<bool>) {
        self.submit.forget();
        self.name.set(t::campaigns::copy_of(&row.name));
        self.row.set(row);
        open.set(true);
    }

    fn lines(self, row: &CampaignSummary) -> Vec<MenuLine> {
        let state = State::read(&row.state);
        let may = session::may("campaigns:write");
        let line = |icon: Icon,
                    label: fn() -> &'static str,
                    open: RwSignal<bool>,
                    why: Option<fn() -> &'static str>| {
            let own = row.clone();
            let item = MenuItem::new(icon, label, move || self.ask(own.clone(), open));
            match why {
                Some(why) => item.blocked(why),
                None => item,
            }
        };
        let blocked = |is_possible: bool| -> Option<fn() -> &'static str> {
            if !may {
                Some(t::error::forbidden)
            } else if is_possible {
                None
            } else {
                Some(t::campaigns::not_in_this_state)
            }
        };
        vec![
            MenuLine::from(line(
                Icon::Copy,
                t::campaigns::copy,
                self.is_copying,
                blocked(true),
            )),
            MenuLine::from(line(
                Icon::CircleStop,
                t::campaigns::cancel_it,
                self.is_cancelling,
                blocked(state.allows("cancel")),
            )),
            MenuLine::Rule,
            MenuLine::from(
                line(
                    Icon::Trash2,
                    t::campaigns::remove,
                    self.is_removing,
                    blocked(state.allows("remove")),
                )
                .danger(),
            ),
        ]
    }
}

#[component]
fn CopyDialog(deeds: Deeds) -> impl IntoView {
    let go = StoredValue::new(use_go());
    let copy = move || {
        let (id, name) = (deeds.row.get_untracked().id, deeds.name.get_untracked());
        deeds
            .submit
            .run(async move { api::copy(&id, name).await }, move |view| {
                deeds.is_copying.set(false);
                go.with_value(|go| go(&Route::Campaign(view.summary.id)));
            });
    };
    let is_nameless = Signal::derive(move || deeds.name.with(|name| name.trim().is_empty()));
    let footer = ViewFn::from(move || {
        view! {
            <Button label=t::common::cancel on_press=move || deeds.is_copying.set(false)/>
            <Button kind=ButtonKind::Primary icon=Icon::Copy label=t::campaigns::copy disabled=is_nameless busy=deeds.submit.busy() on_press=copy/>
        }
    });
    view! {
        <Dialog open=deeds.is_copying title=t::campaigns::copy_title footer=footer>
            <TextField label=t::campaigns::name value=deeds.name required=true error=deeds.submit.field("/name")/>
            {move || deeds.submit.error().map(|_| view! { <FormError submit=deeds.submit fields=&["/name"]/> })}
        </Dialog>
    }
}

#[component]
fn CancelDialog(deeds: Deeds) -> impl IntoView {
    let toasts = use_toasts();
    let cancel = move || {
        let id = deeds.row.get_untracked().id;
        deeds
            .submit
            .run(async move { api::act(&id, "cancel").await }, move |_| {
                deeds.is_cancelling.set(false);
                deeds.campaigns.reload();
                toasts.say(t::campaigns::was_cancelled());
            });
    };
    let footer = ViewFn::from(move || {
        view! {
            <Button label=t::campaigns::let_it_go_on on_press=move || deeds.is_cancelling.set(false)/>
            <Button kind=ButtonKind::Danger icon=Icon::CircleStop label=t::campaigns::cancel_it busy=deeds.submit.busy() on_press=cancel/>
        }
    });
    view! {
        <Dialog open=deeds.is_cancelling title=t::campaigns::cancel_title footer=footer>
            <p class="t-small ink-2">{t::campaigns::cancel_body}</p>
            {move || deeds.submit.error().map(|_| view! { <FormError submit=deeds.submit/> })}
        </Dialog>
    }
}

/// A draft is gone for good, so its removal is typed.
#[component]
fn RemoveDialog(deeds: Deeds) -> impl IntoView {
    let toasts = use_toasts();
    let remove = Callback::new(move |()| {
        let row = deeds.row.get_untracked();
        deeds
            .submit
            .run(async move { api::remove(&row.id).await }, move |()| {
                deeds.is_removing.set(false);
                deeds.campaigns.reload();
                toasts.say(t::campaigns::was_removed());
            });
    });
    Effect::new(move |_| {
        if let Some(error) = deeds.submit.error()
            && deeds.is_removing.get_untracked()
        {
            toasts.fail(error.sentence());
        }
    });
    move || {
        let word = deeds.row.get().name;
        let word = if word.trim().is_empty() {
            t::campaigns::remove_word().to_owned()
        } else {
            word
        };
        view! {
            <ConfirmByTyping
                open=deeds.is_removing
                title=t::campaigns::remove_title
                warning=t::campaigns::remove_body
                word=word
                action=t::campaigns::remove
                busy=deeds.submit.busy()
                on_confirm=remove
            />
        }
    }
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
        Column::new(t::campaigns::row_actions, menu).number(),
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
