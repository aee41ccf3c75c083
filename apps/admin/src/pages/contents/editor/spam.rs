//! What spam filters would say of the letter, and whether its links lead somewhere.

use api_types::contents::{CheckedLink, LinksView, PreviewContent, SpamHitView, SpamView};
use leptos::prelude::*;

use super::state::State;
use crate::{
    api::{Submit, contents as api},
    i18n as t,
    pages::contents::logic::Spot,
    ui::{Button, ButtonSize, FormError, Icon, Status, Tone},
};

/// The verdict of filters, with a way to each place.
#[component]
pub fn Spam(
    /// The state of the editor.
    state: State,
) -> impl IntoView {
    let report = Memo::new(move |_| {
        let shown = state.shown.get();
        shown
            .map(|shown| shown.spam)
            .filter(|spam| !spam.standing.is_empty())
    });
    view! {
        {move || report.get().map(|report| view! {
            <div class="checks">
                <h2 class="t-sub">{t::contents::spam}</h2>
                <p class="t-small ink-3">{t::contents::spam_about}</p>
                <Verdict report=report.clone()/>
                <ul aria-live="polite">
                    {report.hits.into_iter().map(|hit| view! { <Hit state=state hit=hit/> }).collect_view()}
                </ul>
            </div>
        })}
    }
}

#[component]
fn Verdict(report: SpamView) -> impl IntoView {
    let (tone, icon, word): (_, _, fn() -> &'static str) = match report.standing.as_str() {
        "good" => (Tone::Good, Icon::CircleCheck, t::contents::spam_good),
        "fair" => (Tone::Warn, Icon::TriangleAlert, t::contents::spam_fair),
        _ => (Tone::Danger, Icon::CircleAlert, t::contents::spam_bad),
    };
    let (points, limit) = (points(report.points), points(report.limit));
    let count = move || {
        t::contents::SpamPoints {
            points: points.clone(),
            limit: limit.clone(),
        }
        .say()
    };
    view! { <p><Status tone=tone icon=icon label=word/> " " <span class="num t-small ink-3">{count}</span></p> }
}

#[component]
fn Hit(state: State, hit: SpamHitView) -> impl IntoView {
    let way = Spot::read(&hit.pointer, None, None).map(|spot| {
        view! { <button type="button" class="link" on:click=move |_| state.go_to(spot.clone())>{t::contents::go_field}</button> }
    });
    view! {
        <li>
            <span class="num ink-2">"+" {points(hit.points)}</span>
            <span>{hit.message} " " {way}</span>
        </li>
    }
}

fn points(points: f32) -> String {
    crate::format::number::decimal(f64::from(points), 1)
}

/// The links, visited when the author asks.
#[component]
pub fn Links(
    /// The state of the editor.
    state: State,
) -> impl IntoView {
    let submit = Submit::default();
    let found = RwSignal::new(None::<LinksView>);
    let look = move |()| {
        let asked = untrack(|| PreviewContent {
            document: Some(state.document()),
            customer_id: state
                .customer
                .with(|customer| customer.as_ref().map(|customer| customer.id.clone())),
            locale: Some(state.tab.get()),
            ..PreviewContent::default()
        });
        submit.run(
            async move { api::check_links(&asked).await },
            move |answer| found.set(Some(answer)),
        );
    };
    view! {
        <div class="checks">
            <h2 class="t-sub">{t::contents::links}</h2>
            <p class="t-small ink-3">{t::contents::links_about}</p>
            <div><Button label=t::contents::links_check icon=Icon::Link size=ButtonSize::Small busy=submit.busy() on_press=look/></div>
            <FormError submit=submit/>
            <ul aria-live="polite">
                {move || found.get().map(|found| found_view(&found))}
            </ul>
        </div>
    }
}

fn found_view(found: &LinksView) -> impl IntoView + use<> {
    let more = i64::from(found.left_out);
    let is_empty = found.links.is_empty();
    let lines = found.links.iter().cloned();
    view! {
        {is_empty.then(|| view! { <li><span class="ink-3">{t::contents::links_none}</span></li> })}
        {lines.map(|link| view! { <Line link=link/> }).collect_view()}
        {(more > 0).then(|| view! { <li><span></span><span class="ink-3">{move || t::contents::links_left_out(more)}</span></li> })}
    }
}

#[component]
fn Line(link: CheckedLink) -> impl IntoView {
    let (tone, icon, word): (_, _, fn() -> &'static str) = match link.state.as_str() {
        "ok" => (Tone::Good, Icon::CircleCheck, t::contents::link_ok),
        "gone" => (Tone::Danger, Icon::CircleAlert, t::contents::link_gone),
        "failing" => (Tone::Danger, Icon::CircleAlert, t::contents::link_failing),
        "private" => (Tone::Warn, Icon::TriangleAlert, t::contents::link_private),
        "unsure" => (Tone::Neutral, Icon::Info, t::contents::link_unsure),
        _ => (
            Tone::Danger,
            Icon::CircleAlert,
            t::contents::link_unreachable,
        ),
    };
    let status = link
        .status
        .filter(|_| link.state != "ok")
        .map(|status| format!(" ({status})"));
    view! {
        <li class="checks-w">
            <Status tone=tone icon=icon label=word/>
            <span>{link.url} <span class="ink-3">{status}</span></span>
        </li>
    }
}
