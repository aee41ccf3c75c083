//! What becomes of a launched campaign: how far, how fast, held or called off, and why not.

use api_types::campaigns::{CampaignView, HeldView, ProgressView};
use leptos::prelude::*;

use super::{
    logic::{Pace as Speed, State},
    words,
};
use crate::{
    api::{Load, Loaded, Submit, campaigns as api, load},
    app::bar::use_crumb,
    format, i18n as t,
    routes::Route,
    state::{
        poll::{Pace, poll},
        session,
        toast::use_toasts,
    },
    ui::{
        Badge, Button, ButtonKind, ButtonLink, Dialog, Icon, InlineError, Note, PageHeader,
        Progress, Section, Sheet, Skeleton, Stat, Stats, Tone,
    },
};

/// The page of a launched campaign.
#[component]
pub(crate) fn Running(
    /// The campaign.
    campaign: Load<CampaignView>,
) -> impl IntoView {
    let id = StoredValue::new(untrack(|| {
        campaign
            .value()
            .map(|view| view.summary.id)
            .unwrap_or_default()
    }));
    let state = Memo::new(move |_| {
        campaign.with(|state| {
            state
                .ready()
                .map_or(State::Draft, |view| State::read(&view.summary.state))
        })
    });
    let name = move || {
        campaign
            .with(|state| state.ready().map(|view| view.summary.name.clone()))
            .unwrap_or_default()
    };
    use_crumb(name);
    let progress = load(
        || (),
        move |(), signal| async move { api::progress(&id.get_value(), Some(&signal)).await },
    );
    let pace = move || match state.get() {
        State::Running => Pace::Busy,
        State::Scheduled if is_due(campaign) => Pace::Busy,
        State::Scheduled | State::Paused => Pace::Waiting,
        _ => Pace::Still,
    };
    poll(pace, move || progress.reload());
    follow(campaign, progress, state);
    let above = ViewFn::from(move || {
        move || {
            let (tone, icon, word, help) = words::state(state.get());
            view! { <Badge tone=tone icon=icon label=word/> <span class="t-small ink-3 st-help">{help}</span> }
        }
    });
    view! {
        <PageHeader title=name above=above>
            <Deeds id=id state=state campaign=campaign/>
            <ButtonLink to=Route::Inbox icon=Icon::Inbox label=t::campaigns::to_inbox/>
            <ButtonLink to=Signal::derive(move || Route::CampaignReport(id.get_value())) kind=ButtonKind::Primary icon=Icon::ChartColumn label=t::campaigns::to_report/>
        </PageHeader>
        {move || campaign.with(|state| state.ready().and_then(|view| view.summary.held.clone())).map(|why| held(&why))}
        <Moving progress=progress state=state/>
        <Counts id=id progress=progress/>
        <Answers campaign=campaign/>
    }
}

/// Why it holds itself, and what to do about it.
fn held(why: &HeldView) -> impl IntoView + use<> {
    let HeldView::DevicesLost {
        sent,
        lost,
        percent,
    } = *why;
    let said = t::campaigns::HeldDevicesLost {
        lost: format::integer(lost),
        percent,
        sent: format::integer(sent),
    };
    view! { <Note tone=Tone::Warn>{said.say()}</Note> }
}

/// Keeps the campaign and its numbers in step.
fn follow(campaign: Load<CampaignView>, progress: Load<ProgressView>, state: Memo<State>) {
    // Held or called off here, the numbers are others than those on the page, which no poll would renew.
    Effect::new(move |before: Option<State>| {
        let now = state.get();
        if before.is_some_and(|before| before != now) {
            progress.reload();
        }
        now
    });
    // The ledger may say that it has ended before the page has asked for the campaign again.
    Effect::new(move |_| {
        let told = progress.with(|progress| {
            progress
                .ready()
                .map(|progress| State::read(&progress.state))
        });
        if told.is_some_and(|told| told != state.get_untracked()) {
            campaign.reload();
        }
    });
}

#[component]
fn Deeds(
    id: StoredValue<String>,
    state: Memo<State>,
    campaign: Load<CampaignView>,
) -> impl IntoView {
    let submit = Submit::default();
    let toasts = use_toasts();
    let is_asking = RwSignal::new(false);
    let act = move |deed: &'static str, said: fn() -> &'static str| {
        submit.run(
            async move { api::act(&id.get_value(), deed).await },
            move |view| {
                is_asking.set(false);
                campaign.set(view);
                toasts.say(said());
            },
        );
    };
    Effect::new(move |_| {
        if let Some(error) = submit.error() {
            toasts.fail(error.sentence());
            if error.is_conflict() {
                campaign.reload();
            }
        }
    });
    let may = move || session::may("campaigns:launch");
    let footer = ViewFn::from(move || {
        view! {
            <Button label=t::campaigns::let_it_go_on on_press=move || is_asking.set(false)/>
            <Button kind=ButtonKind::Danger icon=Icon::CircleStop label=t::campaigns::cancel_it busy=submit.busy() on_press=move || act("cancel", t::campaigns::was_cancelled)/>
        }
    });
    let buttons = move || {
        let state = state.get();
        let pause = state.allows("pause").then(|| {
            view! { <Button icon=Icon::Pause label=t::campaigns::pause busy=submit.busy() on_press=move || act("pause", t::campaigns::was_paused)/> }
        });
        let resume = state.allows("resume").then(|| {
            view! { <Button icon=Icon::Play label=t::campaigns::resume busy=submit.busy() on_press=move || act("resume", t::campaigns::was_resumed)/> }
        });
        let cancel = state.allows("cancel").then(|| {
            view! { <Button kind=ButtonKind::Danger icon=Icon::CircleStop label=t::campaigns::cancel_it on_press=move || is_asking.set(true)/> }
        });
        may().then(|| view! { {pause} {resume} {cancel} })
    };
    view! {
        {buttons}
        <Dialog open=is_asking title=t::campaigns::cancel_title footer=footer>
            <p class="t-small ink-2">{t::campaigns::cancel_body}</p>
        </Dialog>
    }
}

#[component]
fn Moving(progress: Load<ProgressView>, state: Memo<State>) -> impl IntoView {
    let speed = RwSignal::new(Speed::default());
    let done =
        Signal::derive(move || progress.with(|progress| progress.ready().map_or(0, settled)));
    let total = Signal::derive(move || {
        progress.with(|progress| {
            progress
                .ready()
                .filter(|progress| progress.is_planned)
                .map(|progress| progress.total)
        })
    });
    Effect::new(move |_| {
        if progress.with(|progress| progress.ready().is_some()) {
            let done = done.get();
            speed.update(|speed| *speed = speed.look(done, format::zone::now()));
        }
    });
    let rate = Signal::derive(move || {
        let is_moving =
            state.get() == State::Running && total.get().is_none_or(|total| done.get() < total);
        is_moving
            .then(|| speed.with(|speed| speed.per_second()))
            .flatten()
    });
    let planning = move || {
        let is_planning = progress.with(|progress| {
            progress
                .ready()
                .is_some_and(|progress| !progress.is_planned)
        });
        (is_planning && state.get() == State::Running)
            .then(|| view! { <p class="t-small ink-2">{t::campaigns::planning}</p> })
    };
    let shape = Memo::new(move |_| {
        progress.with(|progress| match progress {
            Loaded::Loading => 0,
            Loaded::Failed(_) => 1,
            Loaded::Ready(_) => 2,
        })
    });
    move || match shape.get() {
        0 => view! { <Skeleton lines=2/> }.into_any(),
        1 => progress
            .error()
            .map(|error| view! { <InlineError error=error on_retry=move || progress.reload()/> })
            .into_any(),
        _ => view! {
            <div class="moving">
                <Progress label=t::campaigns::sending done=done total=total per_second=rate/>
                {planning}
            </div>
        }
        .into_any(),
    }
}

/// Whether a scheduled campaign begins within the minute, or should have begun.
fn is_due(campaign: Load<CampaignView>) -> bool {
    let plan_at =
        campaign.with(|state| state.ready().and_then(|view| view.summary.plan_at.clone()));
    plan_at.is_some_and(|at| format::millis(&at) < format::zone::now() + 60_000)
}

/// How many deliveries have come to an end.
fn settled(progress: &ProgressView) -> i64 {
    progress.accepted + progress.failed + progress.unknown + progress.not_sent
}

#[component]
fn Counts(id: StoredValue<String>, progress: Load<ProgressView>) -> impl IntoView {
    let figure = move |read: fn(&ProgressView) -> i64| {
        Signal::derive(move || {
            progress.with(|progress| {
                progress.ready().map(|progress| {
                    let mut figure = format::short(read(progress));
                    figure.unit.push_str(t::campaigns::unit_messages());
                    figure
                })
            })
        })
    };
    let shown = RwSignal::new(None::<(String, Option<String>)>);
    let row = move |count: api_types::campaigns::DeliveryCount| {
        let word = delivery(&count.state);
        let reason = count
            .reason
            .as_deref()
            .map(words::reason)
            .unwrap_or_default();
        let key = (count.state, count.reason);
        view! {
            <tr>
                <td>{word}</td>
                <td class="ink-2">{reason}</td>
                <td class="num">
                    <button type="button" class="link" on:click=move |_| shown.set(Some(key.clone()))>
                        {format::integer(count.count)}
                    </button>
                    <span class="u">{t::campaigns::unit_messages}</span>
                </td>
            </tr>
        }
    };
    let rows = move || {
        let counts =
            progress.with(|progress| progress.ready().map(|progress| progress.counts.clone()));
        counts
            .unwrap_or_default()
            .into_iter()
            .map(row)
            .collect_view()
    };
    // Before the planning there is nothing to part; a head over nothing would look like a fault.
    let by_state = move || {
        let unplanned = progress.with(|progress| {
            let progress = progress.ready()?;
            let state = State::read(&progress.state);
            progress.counts.is_empty().then_some(state)
        });
        if let Some(state) = unplanned {
            let words = match state {
                State::Cancelled | State::Finished => t::campaigns::never_planned,
                _ => t::campaigns::not_planned,
            };
            return view! { <p class="t-small ink-2">{words}</p> }.into_any();
        }
        view! {
            <table class="tbl" aria-label=t::campaigns::by_state>
                <thead><tr><th>{t::campaigns::state}</th><th>{t::campaigns::reason}</th><th class="num">{t::campaigns::messages}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    };
    view! {
        <Stats>
            <Stat label=t::campaigns::accepted figure=figure(|progress| progress.accepted) definition=t::campaigns::accepted_help/>
            <Stat label=t::campaigns::waiting figure=figure(|progress| progress.waiting) definition=t::campaigns::waiting_help/>
            <Stat label=t::campaigns::not_sent figure=figure(|progress| progress.not_sent) definition=t::campaigns::not_sent_help/>
            <Stat label=t::campaigns::failed figure=figure(|progress| progress.failed + progress.unknown) definition=t::campaigns::failed_help/>
        </Stats>
        <Section title=t::campaigns::by_state>{by_state}</Section>
        {move || shown.get().map(|(state, reason)| view! { <Deliveries id=id.get_value() state=state reason=reason shown=shown/> })}
    }
}

/// The deliveries behind a number.
#[component]
fn Deliveries(
    id: String,
    state: String,
    reason: Option<String>,
    shown: RwSignal<Option<(String, Option<String>)>>,
) -> impl IntoView {
    let open = RwSignal::new(true);
    Effect::new(move |_| {
        if !open.get() {
            shown.set(None);
        }
    });
    let title = match &reason {
        Some(reason) => format!("{}・{}", delivery(&state), words::reason(reason)),
        None => delivery(&state),
    };
    let after = RwSignal::new(None::<String>);
    let found = load(
        move || after.get(),
        move |after, signal| {
            let (id, state, reason) = (id.clone(), state.clone(), reason.clone());
            async move {
                let pairs = [
                    ("state", Some(state)),
                    ("reason", reason),
                    ("after", after),
                    ("limit", Some("50".to_owned())),
                ];
                api::deliveries(&id, &pairs, Some(&signal)).await
            }
        },
    );
    let body = move || match found.get() {
        Loaded::Loading => view! { <Skeleton lines=8/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || found.reload()/> }.into_any()
        }
        Loaded::Ready(page) => {
            let row = |row: api_types::campaigns::DeliveryView| {
                let at = format::millis(row.settled_at.as_deref().unwrap_or(&row.due_at));
                let href = Route::Customer(row.profile.clone()).path();
                view! {
                    <li>
                        <a href=href>{row.address.unwrap_or(row.profile)}</a>
                        <span class="ink-3 t-small">{row.provider_detail}</span>
                        <time class="num ink-3 t-small">{move || format::date_time(at)}</time>
                    </li>
                }
            };
            let next = page.next.clone();
            view! {
                <ul class="uses dlv">{page.items.into_iter().map(row).collect_view()}</ul>
                {next.map(|next| view! { <Button label=t::campaigns::more_people on_press=move || after.set(Some(next.clone()))/> })}
            }
            .into_any()
        }
    };
    view! { <Sheet open=open title=title>{body}</Sheet> }
}

/// Says the state of a delivery.
fn delivery(word: &str) -> String {
    match word {
        "planned" => t::campaigns::delivery_planned(),
        "deferred" => t::campaigns::delivery_deferred(),
        "retry_wait" => t::campaigns::delivery_retry(),
        "reserved" => t::campaigns::delivery_reserved(),
        "handed_over" => t::campaigns::delivery_handed(),
        "accepted" => t::campaigns::delivery_accepted(),
        "failed" => t::campaigns::delivery_failed(),
        "unknown" => t::campaigns::delivery_unknown(),
        "in_doubt" => t::campaigns::delivery_in_doubt(),
        "expired" => t::campaigns::delivery_expired(),
        "suppressed" => t::campaigns::delivery_not_sent(),
        "cancelled" => t::campaigns::cancelled(),
        other => return other.replace('_', " "),
    }
    .to_owned()
}

/// What was decided, to read: the cards of a launched campaign cannot be changed.
#[component]
fn Answers(campaign: Load<CampaignView>) -> impl IntoView {
    let known = load(
        || (),
        |(), signal| async move { super::draft::known(signal).await },
    );
    let cards = move || {
        let known = known.value().unwrap_or_default();
        let document = campaign
            .value()
            .map(|view| view.document)
            .unwrap_or_default();
        let all = super::logic::Card::FIVE
            .into_iter()
            .chain([super::logic::Card::Goal]);
        let row = |card| {
            let (name, _) = words::card(card);
            view! { <div><dt>{name}</dt><dd>{words::answer(card, &document, &known)}</dd></div> }
        };
        all.map(row).collect_view()
    };
    view! { <Section title=t::campaigns::decided><dl class="facts">{cards}</dl></Section> }
}
