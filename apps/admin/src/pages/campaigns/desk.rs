//! The draft on its thread: five facing cards, the goal, and the launch bar with the one reason why not yet.

use api_types::campaigns::CampaignView;
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use super::{
    draft::{Draft, Saving},
    logic::{self, Card},
    numbers,
    sheet::Sheets,
    words,
};
use crate::{
    api::{Submit, campaigns as api},
    app::bar::use_crumb,
    format, i18n as t,
    routes::Route,
    state::{session, toast::use_toasts},
    ui::{
        Badge, Button, ButtonKind, ButtonLink, ButtonSize, Dialog, Icon, InlineError, PageHeader,
        Section, TextField, Tone,
    },
};

/// The page of a draft.
#[component]
pub(crate) fn Desk(
    /// The draft as it was read.
    campaign: CampaignView,
) -> impl IntoView {
    let draft = Draft::begin(campaign);
    use_crumb(move || title(draft));
    let open_card = use_card();
    let is_naming = RwSignal::new(draft.name.get_untracked().trim().is_empty());
    let above = ViewFn::from(move || {
        view! {
            <Badge icon=Icon::Pencil label=t::campaigns::draft/>
            " "
            <a class="t-small goal-l" href=move || card_path(draft, Card::Goal)>
                {move || t::campaigns::goal_line(draft.answer(Card::Goal))}
            </a>
        }
    });
    view! {
        <PageHeader title=move || title(draft) above=above>
            <SaveState draft=draft/>
            <Button icon=Icon::Pencil kind=ButtonKind::Quiet label=t::campaigns::rename on_press=move || is_naming.set(true)/>
        </PageHeader>
        <h2 class="sr">{t::campaigns::five}</h2>
        <ol class="five">{Card::FIVE.into_iter().map(|card| view! { <CardView draft=draft card=card/> }).collect_view()}</ol>
        <Section title=t::campaigns::before_launch note=move || counted_at(draft)>
            <numbers::Waterfall id=draft.id() review=draft.review/>
        </Section>
        <LaunchBar draft=draft/>
        <Sheets draft=draft open=open_card/>
        <Naming draft=draft open=is_naming/>
        <Conflict draft=draft/>
    }
}

fn title(draft: Draft) -> String {
    let name = draft.name.get();
    if name.trim().is_empty() {
        t::campaigns::nameless().to_owned()
    } else {
        name
    }
}

fn counted_at(draft: Draft) -> String {
    let review = draft.review.value().flatten();
    review
        .map(|review| t::campaigns::counted_at(format::clock(format::millis(&review.at))))
        .unwrap_or_default()
}

/// The card that the address names, as a signal that changes the address.
fn use_card() -> RwSignal<Option<Card>> {
    let map = use_query_map();
    let navigate = use_navigate();
    let read = move || {
        map.with(|map| map.get("card"))
            .and_then(|word| Card::of(&format!("/{word}")))
    };
    let card = RwSignal::new(untrack(read));
    let location = leptos_router::hooks::use_location();
    Effect::new(move |_| {
        let named = read();
        if card.get_untracked() != named {
            card.set(named);
        }
    });
    Effect::new(move |_| {
        if card.get().is_none() && untrack(read).is_some() {
            let path = location.pathname.get_untracked();
            navigate(
                &path,
                NavigateOptions {
                    scroll: false,
                    replace: true,
                    ..NavigateOptions::default()
                },
            );
        }
    });
    card
}

pub(super) fn card_path(draft: Draft, card: Card) -> String {
    format!(
        "{}?card={}",
        Route::Campaign(draft.id()).path(),
        card.as_str()
    )
}

#[component]
fn CardView(draft: Draft, card: Card) -> impl IntoView {
    let (name, asks) = words::card(card);
    let is_tied = Memo::new(move |_| {
        draft.read(|document| card.is_answered(document)) && draft.wrong_with(card).is_empty()
    });
    let wrong = move || {
        let found = draft.wrong_with(card);
        let is_open = !draft.read(|document| card.is_answered(document));
        // An open card says so in its sentence already.
        let found = found
            .into_iter()
            .filter(move |error| !(is_open && error.code == "missing"));
        let line = |error: api_types::FieldError| {
            let fix = fix_of(&error.pointer, &error.code);
            view! {
                <span class="st st-danger card-e">
                    {Icon::CircleAlert.view()} <span>{error.message} {fix.map(|to| view! { " " <a href=to.path()>{t::campaigns::to_the_fix}</a> })}</span>
                </span>
            }
        };
        found.map(line).collect_view()
    };
    let act = move || {
        if draft.read(|document| card.is_answered(document)) {
            t::ui::edit()
        } else {
            t::campaigns::answer_it()
        }
    };
    view! {
        <li class:open=move || !is_tied.get()>
            <h3>
                <b>{name}</b>
                <span class="en">{asks}</span>
                <a href=move || card_path(draft, card) aria-label=move || t::campaigns::ActOn { act: act(), name: name() }.say()>{act}</a>
            </h3>
            <div>
                <p class="t-say" class:ink-3=move || !draft.read(|document| card.is_answered(document))>{move || draft.answer(card)}</p>
                {wrong}
            </div>
            <dl>{move || numbers::facts(draft, card)}</dl>
        </li>
    }
}

/// Returns where a thing is mended that is not mended in the cards.
fn fix_of(pointer: &str, code: &str) -> Option<Route> {
    match (Card::of(pointer), code) {
        (Some(Card::Channel), "postal_address") => Some(Route::SettingsPage("company".to_owned())),
        (Some(Card::Channel), "unknown") => Some(Route::SettingsPage("senders".to_owned())),
        (Some(Card::Contents), "unknown") => Some(Route::Contents),
        _ => None,
    }
}

#[component]
fn SaveState(draft: Draft) -> impl IntoView {
    let words = move || {
        match draft.saving() {
        Saving::Saved(None) => ().into_any(),
        Saving::Saved(Some(at)) => {
            view! { <span class="st">{Icon::Check.view()} {t::campaigns::saved_at(format::clock(at))}</span> }.into_any()
        }
        Saving::Under => view! { <span class="st">{Icon::RefreshCw.view()} {t::campaigns::saving}</span> }.into_any(),
        Saving::Failed(error) => view! {
            <span class="st st-danger" role="alert">{Icon::CircleAlert.view()} {move || error.sentence()}</span>
            <Button size=ButtonSize::Small label=t::ui::retry on_press=move || draft.save_now()/>
        }
        .into_any(),
        // Whoever closed the question gets it again.
        Saving::Conflict => view! {
            <span class="st st-warn">{Icon::TriangleAlert.view()} {t::campaigns::conflict_title}</span>
            <Button size=ButtonSize::Small label=t::campaigns::conflict_decide on_press=move || draft.save_now()/>
        }
        .into_any(),
    }
    };
    view! { <span class="saved" aria-live="polite">{words}</span> }
}

#[component]
fn LaunchBar(draft: Draft) -> impl IntoView {
    let summary = move || {
        let count = draft.review.value().flatten().map(|review| review.sendable);
        let when = draft.read(|document| document.timing.as_ref().map(words::timing_sentence));
        match (count, when) {
            (Some(count), Some(when)) => t::campaigns::WhenToWhom { count, when }.say(),
            (Some(count), None) => t::campaigns::to_whom(count),
            (None, Some(when)) => when,
            (None, None) => t::campaigns::nothing_decided().to_owned(),
        }
    };
    let is_ready = Memo::new(move |_| {
        draft
            .readiness
            .value()
            .is_some_and(|readiness| readiness.ready)
    });
    let why_not = move || {
        if let Some(error) = draft.readiness.error() {
            return view! { <span class="st st-danger">{Icon::CircleAlert.view()} {error.sentence()}</span> }.into_any();
        }
        let missing = draft.missing();
        match logic::first_reason(&missing) {
            Some(first) => {
                let rest = i64::try_from(missing.len()).unwrap_or(i64::MAX);
                let href = Card::of(&first.pointer).map(|card| card_path(draft, card));
                let words = t::campaigns::StillOpen { count: rest, message: &first.message }.say();
                let word = match href {
                    Some(href) => view! { <a class="why-a" href=href>{words}</a> }.into_any(),
                    None => words.into_any(),
                };
                view! { <span class="st st-danger why-n">{Icon::CircleAlert.view()} <span>{word}</span></span> }.into_any()
            }
            None if is_ready.get() => {
                view! { <span class="st st-good">{Icon::CircleCheck.view()} {t::campaigns::all_there}</span> }.into_any()
            }
            None => view! { <span class="st">{Icon::RefreshCw.view()} {t::campaigns::checking}</span> }.into_any(),
        }
    };
    let go = move || {
        if is_ready.get() {
            let to = Route::CampaignReview(draft.id());
            view! { <ButtonLink to=to kind=ButtonKind::Primary size=ButtonSize::Large icon=Icon::Send label=t::campaigns::to_review/> }
                .into_any()
        } else {
            view! { <Button kind=ButtonKind::Primary size=ButtonSize::Large icon=Icon::Send label=t::campaigns::to_review disabled=true/> }
                .into_any()
        }
    };
    let review_failed = move || {
        draft.review.error().map(
            |error| view! { <InlineError error=error on_retry=move || draft.review.reload()/> },
        )
    };
    view! {
        {review_failed}
        <div class="launch" role="region" aria-label=t::campaigns::launch>
            <div aria-live="polite">
                <b>{summary}</b>
                {why_not}
            </div>
            {move || session::may("campaigns:write").then_some(go)}
        </div>
    }
}

#[component]
fn Naming(draft: Draft, open: RwSignal<bool>) -> impl IntoView {
    let footer = ViewFn::from(
        move || view! { <Button kind=ButtonKind::Primary label=t::campaigns::done on_press=move || open.set(false)/> },
    );
    view! {
        <Dialog open=open title=t::campaigns::name_title footer=footer>
            <TextField label=t::campaigns::name value=draft.name hint=t::campaigns::name_hint required=true/>
        </Dialog>
    }
}

#[component]
fn Conflict(draft: Draft) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(draft.saving() == Saving::Conflict));
    let reading = Submit::default();
    let toasts = use_toasts();
    let read = move |then: fn(Draft, CampaignView)| {
        let id = draft.id();
        reading.run(async move { api::find(&id, None).await }, move |view| {
            open.set(false);
            if logic::State::read(&view.summary.state) == logic::State::Draft {
                then(draft, view);
            } else {
                // It was launched meanwhile: there is nothing left to edit.
                toasts.say(t::campaigns::launched_meanwhile());
                let _ = window().location().reload();
            }
        });
    };
    let footer = ViewFn::from(move || {
        view! {
            <Button label=t::campaigns::keep_mine busy=reading.busy() on_press=move || read(|draft, view| draft.insist(view.summary.version))/>
            <Button kind=ButtonKind::Primary label=t::campaigns::take_theirs busy=reading.busy() on_press=move || read(Draft::take)/>
        }
    });
    view! {
        <Dialog open=open title=t::campaigns::conflict_title footer=footer>
            <p class="t-small ink-2">{t::campaigns::conflict_body}</p>
            {move || reading.error().map(|error| view! { <p class="st st-danger" role="alert">{error.sentence()}</p> })}
        </Dialog>
    }
}

/// Marks what a check found.
pub(super) fn check(tone: Tone, word: fn() -> &'static str) -> impl IntoView {
    let (class, icon) = match tone {
        Tone::Good => ("st st-good", Icon::CircleCheck),
        Tone::Warn => ("st st-warn", Icon::TriangleAlert),
        _ => ("st st-danger", Icon::CircleAlert),
    };
    view! { <span class=class>{icon.view()} {word}</span> }
}
