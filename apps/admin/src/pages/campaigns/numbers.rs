//! The figures of the cards, and the way from those who match to those who are written to.

use api_types::campaigns::{ChannelCard, ContentsSource, Offer, PersonBehind, ReviewView};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate, use_query_map},
};

use super::{draft::Draft, logic::Card, words};
use crate::{
    api::{Load, Loaded, Page, campaigns as api, load, segments},
    charts::{Funnel, FunnelStep, StepKind},
    format, i18n as t,
    routes::Route,
    ui::{Button, InlineError, Sheet, Skeleton},
};

fn fact(name: fn() -> &'static str, digits: String, unit: &'static str) -> AnyView {
    view! { <div><dt>{name}</dt><dd><b>{digits}</b><span class="u">{unit}</span></dd></div> }
        .into_any()
}

fn people(name: fn() -> &'static str, count: i64) -> AnyView {
    let figure = format::short(count);
    view! { <div><dt>{name}</dt><dd title=format::integer(count)><b>{figure.digits}</b><span class="u">{figure.unit}{t::campaigns::unit_people()}</span></dd></div> }
        .into_any()
}

/// Returns the live figures of a card.
pub(crate) fn facts(draft: Draft, card: Card) -> Vec<AnyView> {
    let review = draft.review.value().flatten();
    match card {
        Card::Target => review.as_ref().map_or_else(Vec::new, of_target),
        Card::Offer => {
            draft.read(|document| document.offer.as_ref().map_or_else(Vec::new, of_offer))
        }
        Card::Timing => review.as_ref().map_or_else(Vec::new, of_timing),
        Card::Channel => of_channel(draft, review.as_ref()),
        Card::Contents => of_contents(draft),
        Card::Goal => Vec::new(),
    }
}

fn of_target(review: &ReviewView) -> Vec<AnyView> {
    vec![
        people(t::campaigns::matched, review.matched),
        people(t::campaigns::left_out, review.matched - review.sendable),
        people(t::campaigns::sendable, review.sendable),
    ]
}

fn of_offer(offer: &Offer) -> Vec<AnyView> {
    match offer {
        Offer::Coupon {
            code, expires_at, ..
        } => {
            let until = expires_at.as_deref().map(|at| {
                let day = format::date(format::millis(at));
                fact(t::campaigns::coupon_until, day, "")
            });
            let code = fact(t::campaigns::coupon_code, code.clone(), "");
            std::iter::once(code).chain(until).collect()
        }
        Offer::Products {
            block, category, ..
        } => {
            let word = if block == "last_order" {
                t::campaigns::block_last_order()
            } else {
                t::campaigns::block_popular()
            };
            let only = category
                .clone()
                .map(|path| fact(t::campaigns::category, path, ""));
            std::iter::once(fact(t::campaigns::products_from, word.to_owned(), ""))
                .chain(only)
                .collect()
        }
        _ => Vec::new(),
    }
}

fn of_timing(review: &ReviewView) -> Vec<AnyView> {
    let Some((first, last)) = review
        .first_due_at
        .as_deref()
        .zip(review.last_due_at.as_deref())
    else {
        return Vec::new();
    };
    let due = |name, at| fact(name, format::date_time(format::millis(at)), "");
    let mut rows = vec![due(t::campaigns::first_due as fn() -> &'static str, first)];
    if first != last {
        rows.push(due(t::campaigns::last_due, last));
    }
    rows
}

fn of_channel(draft: Draft, review: Option<&ReviewView>) -> Vec<AnyView> {
    let sender = draft.read(|document| {
        let channel = document.channel.as_ref();
        channel.map(|card| {
            let by: fn() -> &'static str = match card {
                ChannelCard::Email { .. } => t::campaigns::by_email,
                ChannelCard::Line { .. } => t::campaigns::by_line,
                ChannelCard::Push { .. } => t::campaigns::by_push,
            };
            (card.sender().to_owned(), by)
        })
    });
    let Some((sender, by)) = sender else {
        return Vec::new();
    };
    let known = draft.known().senders;
    let way = known.iter().find(|own| own.id == sender).map(|found| {
        fact(
            t::campaigns::way,
            words::way(&found.transport)().to_owned(),
            "",
        )
    });
    let count = review.map(|review| people(by, review.sendable));
    count.into_iter().chain(way).collect()
}

fn of_contents(draft: Draft) -> Vec<AnyView> {
    let source = draft.read(|document| {
        let contents = document.contents.as_ref();
        contents.map(|contents| contents.source.clone())
    });
    let Some(ContentsSource::Saved(id)) = source else {
        return Vec::new();
    };
    let known = draft.known().contents;
    let Some(content) = known.into_iter().find(|content| content.id == id) else {
        return Vec::new();
    };
    let languages = content.locales.join("・");
    vec![
        view! { <div class="fact-s"><dt>{t::campaigns::subject}</dt><dd title=content.subject.clone()>{content.subject.clone()}</dd></div> }.into_any(),
        fact(t::campaigns::languages, languages, ""),
    ]
}

/// The waterfall; each step opens its people.
#[component]
pub(crate) fn Waterfall(
    /// The campaign.
    id: String,
    /// Whom it reaches.
    review: Load<Option<ReviewView>>,
) -> impl IntoView {
    let behind = use_behind();
    let path = StoredValue::new(use_location().pathname.get_untracked());
    let steps = Signal::derive(move || {
        let Some(review) = review.value().flatten() else {
            return Vec::new();
        };
        let step = |label: String, kind: StepKind, count: i64, behind: Option<&str>| FunnelStep {
            label,
            kind,
            count,
            href: behind.map(|behind| format!("{}?behind={behind}", path.get_value())),
        };
        let mut steps = vec![step(
            t::campaigns::matched().to_owned(),
            StepKind::Start,
            review.matched,
            None,
        )];
        let losses = review.steps.iter().filter(|loss| loss.count > 0);
        steps.extend(losses.map(|loss| {
            step(
                words::reason(&loss.reason),
                StepKind::Loss,
                loss.count,
                Some(&loss.reason),
            )
        }));
        steps.push(step(
            t::campaigns::sendable().to_owned(),
            StepKind::End,
            review.sendable,
            Some("sendable"),
        ));
        steps
    });
    let shape = Memo::new(move |_| match review.get() {
        Loaded::Loading => 0,
        Loaded::Failed(_) => 1,
        Loaded::Ready(None) => 2,
        Loaded::Ready(Some(_)) => 3,
    });
    let body = move || match shape.get() {
        0 => view! { <Skeleton lines=6/> }.into_any(),
        1 => review
            .error()
            .map(|error| view! { <InlineError error=error on_retry=move || review.reload()/> })
            .into_any(),
        2 => view! { <p class="t-small ink-2">{t::campaigns::no_target_yet}</p> }.into_any(),
        _ => view! { <Funnel label=t::campaigns::waterfall steps=steps/> }.into_any(),
    };
    let id = StoredValue::new(id);
    view! {
        <div class="wf">{body}</div>
        {move || behind.get().map(|word| view! { <Behind id=id.get_value() word=word/> })}
    }
}

fn use_behind() -> Memo<Option<String>> {
    let map = use_query_map();
    Memo::new(move |_| {
        map.with(|map| map.get("behind"))
            .filter(|word| !word.is_empty())
    })
}

/// The people behind a number, at the right edge.
#[component]
fn Behind(id: String, word: String) -> impl IntoView {
    let open = RwSignal::new(true);
    let (navigate, location) = (use_navigate(), use_location());
    Effect::new(move |_| {
        if !open.get() {
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
    let after = RwSignal::new(None::<String>);
    let asked = word.clone();
    let found = load(
        move || after.get(),
        move |after, signal| {
            let (id, word) = (id.clone(), asked.clone());
            async move {
                named(
                    api::people(&id, &word, after, Some(&signal)).await?,
                    &signal,
                )
                .await
            }
        },
    );
    let title = move || {
        if word == "sendable" {
            t::campaigns::sendable().to_owned()
        } else {
            words::reason(&word)
        }
    };
    let body = move || match found.get() {
        Loaded::Loading => view! { <Skeleton lines=8/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || found.reload()/> }.into_any()
        }
        Loaded::Ready(page) => {
            let row = |(id, name): (String, String)| view! { <li><a href=Route::Customer(id).path()>{name}</a></li> };
            let next = page.next.clone();
            view! {
                <ul class="uses">{page.items.into_iter().map(row).collect_view()}</ul>
                {next.map(|next| view! { <Button label=t::campaigns::more_people on_press=move || after.set(Some(next.clone()))/> })}
            }
            .into_any()
        }
    };
    view! { <Sheet open=open title=title>{body}</Sheet> }
}

/// Gives people their names; who cannot be read keeps the id.
async fn named(
    page: Page<PersonBehind>,
    signal: &web_sys::AbortSignal,
) -> Result<Page<(String, String)>, crate::api::ApiError> {
    let mut items = Vec::with_capacity(page.items.len());
    for person in page.items {
        let name = segments::customer_name(&person.profile, signal).await;
        items.push((person.profile, name));
    }
    Ok(Page {
        items,
        next: page.next,
    })
}
