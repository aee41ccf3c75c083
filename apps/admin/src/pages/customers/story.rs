//! The timeline of one customer: theirs and ours on one thread, the newest first.

use std::collections::HashSet;

use api_types::customers::TimelineView;
use leptos::prelude::*;

use super::{
    feed::{self, Feed},
    fold::{self, Fold, Piece},
    words,
};
use crate::{
    api::{Loaded, customers, load},
    format, i18n as t,
    pages::analytics::definitions::by_language,
    routes::Route,
    state::{
        poll::{Pace, poll},
        session,
    },
    ui::{
        EmptyState, InlineError, Skeleton, Timeline, TimelineDay, TimelineGap, TimelineItem, Voice,
    },
};

/// The thread.
#[component]
pub(super) fn Story(id: String) -> impl IntoView {
    let own = id.clone();
    let first = load(
        move || own.clone(),
        |id, signal| async move { customers::timeline(&id, None, Some(&signal)).await },
    );
    let feed = Feed::new(first);
    // What happens now appears, unless one has gone down into the past: the pages below would no longer join.
    poll(
        move || {
            if feed.is_at_top() {
                Pace::Waiting
            } else {
                Pace::Still
            }
        },
        move || first.reload(),
    );
    let id = StoredValue::new(id);
    let opened = RwSignal::new(HashSet::new());
    move || {
        match first.get() {
        Loaded::Loading => view! { <Skeleton lines=10/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || first.reload()/> }.into_any()
        }
        Loaded::Ready(page) if page.items.is_empty() => {
            view! { <EmptyState title=t::customers::story_empty_title body=t::customers::story_empty_body/> }.into_any()
        }
        Loaded::Ready(_) => view! {
            <h2 class="sr">{t::customers::story}</h2>
            <Timeline label=t::customers::story>
                {move || thread(&feed.items(), opened)}
            </Timeline>
            {feed::more(feed, move |after| {
                let id = id.get_value();
                async move { customers::timeline(&id, Some(after), None).await }
            })}
        }
        .into_any(),
    }
    }
}

/// Draws the thread; what was folded opens in its place.
fn thread(items: &[TimelineView], opened: RwSignal<HashSet<String>>) -> AnyView {
    let pieces = opened.with(|opened| fold::pieces(items, |key| opened.contains(key)));
    let piece = |piece: Piece| match piece {
        Piece::Day(at) => view! { <TimelineDay at=at/> }.into_any(),
        Piece::Item(one) => item(*one),
        Piece::Fold(rest) => {
            let key = rest.key.clone();
            let open = move || {
                opened.update(|opened| {
                    opened.insert(key.clone());
                });
            };
            view! { <TimelineGap label=move || folded(&rest) on_open=open/> }.into_any()
        }
    };
    pieces.into_iter().map(piece).collect_view().into_any()
}

/// Says what was folded away.
fn folded(rest: &Fold) -> String {
    let words = if rest.is_of_a_day() {
        t::customers::fold_same(rest.count)
    } else {
        let what = words::told(&rest.like).title;
        let (from, to) = rest.between;
        t::customers::Fold {
            count: rest.count,
            from: format::date(from),
            to: format::date(to),
            what,
        }
        .say()
    };
    if rest.amount == 0 {
        return words;
    }
    let sum = format::money_short(rest.amount, &session::currency()).joined();
    format!("{words}・{}", t::customers::fold_sum(sum))
}

/// The segment that was entered or left.
fn segment_of(item: &TimelineView) -> Option<(String, Route)> {
    let detail = item.detail.as_ref().filter(|_| item.kind == "segment")?;
    let id = detail.get("segment_id")?.as_str()?.to_owned();
    Some((item.name.clone()?, Route::Segment(id)))
}

fn item(item: TimelineView) -> AnyView {
    let at = format::millis(&item.at);
    let told = words::told(&item);
    let amount = item
        .amount
        .filter(|amount| *amount != 0)
        .map(|amount| format::money(amount, &session::currency()))
        .unwrap_or_default();
    let about = item
        .campaign
        .clone()
        .zip(item.campaign_id.clone())
        .map(|(name, id)| (name, Route::CampaignReport(id)))
        .or_else(|| segment_of(&item));
    let outcome = item.outcome.clone();
    let shared = StoredValue::new(item);
    let title = move || shared.with_value(|item| words::told(item).title);
    let note = move || shared.with_value(|item| words::told(item).note);
    let why = outcome.filter(|_| told.voice == Voice::NotSent);
    view! {
        <TimelineItem at=at voice=told.voice icon=told.icon title=title about=about note=note amount=amount>
            {why.map(|why| view! {
                <dl><dt>{t::customers::why}</dt><dd>{move || by_language(&why.name_ja, &why.name_en).to_owned()}</dd></dl>
            })}
        </TimelineItem>
    }
    .into_any()
}
