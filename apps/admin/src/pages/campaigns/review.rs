//! The check before the launch: exact counts, what was checked, a test, and the one button.

use api_types::{
    FieldError,
    campaigns::{CampaignView, ChannelCard, Readiness, ReviewView},
};
use leptos::prelude::*;

use super::{
    desk::check,
    edit,
    line_numbers::Quota,
    logic::{self, Card, State},
    numbers::Waterfall,
    receivers::Receivers,
    sheet::CustomerPick,
    words,
};
use crate::{
    api::{Load, Loaded, Submit, campaigns as api, client::new_key, load, session as account},
    app::bar::use_crumb,
    format, i18n as t,
    routes::{Route, use_go},
    state::{session, toast::use_toasts},
    ui::{
        Button, ButtonKind, ButtonLink, ButtonSize, Dialog, FormError, Icon, PageHeader, Section,
        Skeleton, TextField, Tone,
    },
};

/// The check before the launch.
#[component]
pub fn CampaignReview(
    /// Which one.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    let campaign = edit::read(id.clone());
    let (for_readiness, for_review) = (id.clone(), id);
    let readiness = load(
        || (),
        move |(), signal| {
            let id = for_readiness.clone();
            async move { api::readiness(&id, Some(&signal)).await }
        },
    );
    let review = load(
        || (),
        move |(), signal| {
            let id = for_review.clone();
            async move { api::review(&id, Some(&signal)).await.map(Some) }
        },
    );
    let shape = Memo::new(move |_| match campaign.get() {
        Loaded::Loading => 0,
        Loaded::Failed(_) => 1,
        Loaded::Ready(view) if State::read(&view.summary.state) == State::Draft => 2,
        Loaded::Ready(_) => 3,
    });
    move || match shape.get() {
        0 => {
            view! { <PageHeader title=t::campaigns::review_title/> <Skeleton lines=8/> }.into_any()
        }
        1 => edit::failed(campaign),
        2 => untrack(|| campaign.value())
            .map(|view| view! { <Checked campaign=view readiness=readiness review=review/> })
            .into_any(),
        _ => untrack(|| campaign.value())
            .map(|view| view! { <Gone campaign=view/> })
            .into_any(),
    }
}

/// It was launched already.
#[component]
fn Gone(campaign: CampaignView) -> impl IntoView {
    let (_, _, word, _) = words::state(State::read(&campaign.summary.state));
    use_crumb(campaign.summary.name);
    view! {
        <PageHeader title=t::campaigns::review_title say=move || t::campaigns::is_now(word())/>
        <ButtonLink to=Route::Campaign(campaign.summary.id) label=t::campaigns::to_campaign/>
    }
}

#[component]
fn Checked(
    campaign: CampaignView,
    readiness: Load<Readiness>,
    review: Load<Option<ReviewView>>,
) -> impl IntoView {
    let name = campaign.summary.name.clone();
    use_crumb(name.clone());
    let held = StoredValue::new(campaign);
    let id = move || held.with_value(|campaign| campaign.summary.id.clone());
    let say = move || match review.value().flatten() {
        Some(review) => t::campaigns::FromTo {
            left: format::integer(review.sendable),
            matched: format::integer(review.matched),
        }
        .say(),
        None => String::new(),
    };
    let is_testing = RwSignal::new(false);
    let note = move || {
        let review = review.value().flatten();
        review
            .map(|review| t::campaigns::counted_at(format::clock(format::millis(&review.at))))
            .unwrap_or_default()
    };
    // Tests go to mailboxes of the house; who of it has which id at LINE, or which device, is not known here.
    let is_email = held.with_value(|campaign| {
        !matches!(
            campaign.document.channel,
            Some(ChannelCard::Line { .. } | ChannelCard::Push { .. })
        )
    });
    let again = ViewFn::from(move || {
        let recount = move |_| {
            review.reload();
            readiness.reload();
        };
        view! { <button type="button" class="link" on:click=recount>{Icon::RefreshCw.small()} {t::campaigns::count_again}</button> }
    });
    view! {
        <PageHeader title=move || t::campaigns::review_of(&name) say=say>
            {is_email.then(|| view! { <Button icon=Icon::Mail label=t::campaigns::test_send on_press=move || is_testing.set(true)/> })}
            <ButtonLink to=Route::Campaign(id()) icon=Icon::Pencil label=t::campaigns::back_to_cards/>
        </PageHeader>
        <div class="cols rev">
            <div class="stack">
                <Section title=t::campaigns::waterfall note=note more=again><Waterfall id=id() review=review/></Section>
                <Section title=t::campaigns::checks><Checks id=id() is_line=!is_email readiness=readiness review=review/></Section>
            </div>
            <Receivers campaign=held/>
        </div>
        <Launch campaign=held readiness=readiness review=review/>
        <TestSend id=id() open=is_testing/>
    }
}

#[component]
fn Checks(
    id: String,
    is_line: bool,
    readiness: Load<Readiness>,
    review: Load<Option<ReviewView>>,
) -> impl IntoView {
    let path = Route::Campaign(id.clone()).path();
    let quota = move || {
        let id = id.clone();
        is_line.then(|| view! { <Quota id=id/> })
    };
    let wrong = move |error: FieldError| {
        let href = Card::of(&error.pointer).map_or_else(
            || path.clone(),
            |card| format!("{path}?card={}", card.as_str()),
        );
        view! { <li>{check(Tone::Danger, t::campaigns::lacking)} <span>{error.message}</span> <a href=href>{t::campaigns::mend}</a></li> }
    };
    let good = move |missing: &[FieldError]| {
        let all = Card::FIVE.into_iter().chain([Card::Goal]);
        let fine = all.filter(|card| logic::of_card(missing, *card).is_empty());
        let row = |card: Card| {
            let (name, _) = words::card(card);
            view! { <li>{check(Tone::Good, t::campaigns::fine)} <span>{name}</span></li> }
        };
        fine.map(row).collect_view()
    };
    let sum = move || {
        review.value().flatten().map(|review| {
            let (tone, word): (_, fn() -> &'static str) = if logic::adds_up(&review) {
                (Tone::Good, t::campaigns::fine)
            } else {
                (Tone::Danger, t::campaigns::lacking)
            };
            let nobody = (review.sendable == 0).then(|| {
                view! { <li>{check(Tone::Warn, t::campaigns::careful)} <span>{t::campaigns::nobody_left}</span></li> }
            });
            view! {
                {nobody}
                <li>{check(tone, word)} <span>{t::campaigns::AddsUp { left: format::integer(review.sendable), matched: format::integer(review.matched) }.say()}</span></li>
            }
        })
    };
    move || match readiness.get() {
        Loaded::Loading => view! { <Skeleton lines=6/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <crate::ui::InlineError error=error on_retry=move || readiness.reload()/> }
                .into_any()
        }
        Loaded::Ready(found) => view! {
            <ul class="chk-l">
                {found.missing.iter().cloned().map(wrong.clone()).collect_view()}
                {sum}
                {quota()}
                {good(&found.missing)}
            </ul>
        }
        .into_any(),
    }
}

#[component]
fn Launch(
    campaign: StoredValue<CampaignView>,
    readiness: Load<Readiness>,
    review: Load<Option<ReviewView>>,
) -> impl IntoView {
    // One key for the visit: pressing again after a lost answer launches nothing twice.
    let key = StoredValue::new(new_key());
    let submit = Submit::default();
    let toasts = use_toasts();
    let go = StoredValue::new(use_go());
    let launch = move || {
        let (id, version) =
            campaign.with_value(|campaign| (campaign.summary.id.clone(), campaign.summary.version));
        submit.run(
            async move { api::launch(&id, version, &key.get_value()).await },
            move |view| {
                toasts.say(t::campaigns::launched(&view.summary.name));
                go.with_value(|go| go(&Route::Campaign(view.summary.id)));
            },
        );
    };
    let count = move || review.value().flatten().map(|review| review.sendable);
    let when = move || {
        campaign.with_value(|campaign| {
            campaign
                .document
                .timing
                .as_ref()
                .map(words::timing_sentence)
        })
    };
    let summary = move || match (count(), when()) {
        (Some(count), Some(when)) => t::campaigns::WhenToWhom { count, when }.say(),
        (Some(count), None) => t::campaigns::to_whom(count),
        _ => String::new(),
    };
    let is_ready = move || readiness.value().is_some_and(|readiness| readiness.ready);
    let may = move || session::may("campaigns:launch");
    let reason = move || {
        if !may() {
            return view! { <span class="st st-warn why-n">{Icon::Lock.view()} {t::campaigns::may_not_launch}</span> }.into_any();
        }
        let missing = readiness
            .value()
            .map(|readiness| readiness.missing)
            .unwrap_or_default();
        if let Some(first) = logic::first_reason(&missing) {
            let rest = i64::try_from(missing.len()).unwrap_or(i64::MAX);
            view! { <span class="st st-danger why-n">{Icon::CircleAlert.view()} {t::campaigns::StillOpen { count: rest, message: &first.message }.say()}</span> }.into_any()
        } else {
            let due = review
                .value()
                .flatten()
                .and_then(|review| review.first_due_at.zip(review.last_due_at));
            due.map(|(first, last)| {
                let (first, last) = (
                    format::date_time(format::millis(&first)),
                    format::date_time(format::millis(&last)),
                );
                let words = if first == last {
                    t::campaigns::due_at(first)
                } else {
                    t::campaigns::DueBetween { first, last }.say()
                };
                view! { <span class="st">{Icon::Clock.view()} {words}</span> }
            })
            .into_any()
        }
    };
    let changed = move || {
        submit.error().filter(crate::api::ApiError::is_conflict).map(|error| {
            view! {
                <div class="note note-warn" role="alert">
                    {Icon::TriangleAlert.view()}
                    <div>
                        {error.sentence()} " "
                        <a href=Route::Campaign(campaign.with_value(|campaign| campaign.summary.id.clone())).path()>{t::campaigns::look_again}</a>
                    </div>
                </div>
            }
        })
    };
    let failed = move || {
        submit
            .error()
            .filter(|error| !error.is_conflict())
            .map(|_| view! { <FormError submit=submit/> })
    };
    view! {
        {changed}
        {failed}
        <div class="launch" role="region" aria-label=t::campaigns::launch>
            <div aria-live="polite"><b>{summary}</b> {reason}</div>
            <Button
                kind=ButtonKind::Primary
                size=ButtonSize::Large
                icon=Icon::Send
                label=move || count().map_or_else(|| t::campaigns::launch().to_owned(), t::campaigns::launch_to)
                disabled=Signal::derive(move || !is_ready() || !may() || review.is_busy())
                busy=submit.busy()
                on_press=launch
            />
        </div>
    }
}

/// Sends the campaign as it is to a few addresses, rendered for a real customer.
#[component]
fn TestSend(id: String, open: RwSignal<bool>) -> impl IntoView {
    let own = session::signed_in()
        .map(|session: account::Session| session.user.email)
        .unwrap_or_default();
    let addresses = RwSignal::new(own);
    let customer = RwSignal::new(None::<(String, String)>);
    let submit = Submit::default();
    let toasts = use_toasts();
    let id = StoredValue::new(id);
    let send = move || {
        let list = logic::addresses(&addresses.get_untracked());
        let Some((profile, _)) = customer.get_untracked() else {
            return;
        };
        submit.run(
            async move { api::test(&id.get_value(), list, profile).await },
            move |queued| {
                open.set(false);
                toasts.say(t::campaigns::test_queued(
                    i64::try_from(queued.queued).unwrap_or(i64::MAX),
                ));
            },
        );
    };
    let cannot = Signal::derive(move || {
        let count = addresses.with(|text| logic::addresses(text).len());
        customer.with(Option::is_none) || count == 0 || count > 10
    });
    let footer = ViewFn::from(move || {
        view! {
            <Button label=t::common::cancel on_press=move || open.set(false)/>
            <Button kind=ButtonKind::Primary icon=Icon::Mail label=t::campaigns::test_send disabled=cannot busy=submit.busy() on_press=send/>
        }
    });
    view! {
        <Dialog open=open title=t::campaigns::test_title footer=footer>
            <p class="t-small ink-2">{t::campaigns::test_body}</p>
            <TextField label=t::campaigns::test_to value=addresses hint=t::campaigns::test_hint error=submit.field("/addresses")/>
            <CustomerPick customer=customer/>
            {move || submit.error().map(|_| view! { <FormError submit=submit fields=&["/addresses"]/> })}
        </Dialog>
    }
}
