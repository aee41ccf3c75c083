//! What a person has to do, the stopped things first.

use api_types::reports::{HomeView, WaitingView};
use leptos::prelude::*;

use crate::{
    i18n as t,
    routes::Route,
    ui::{ButtonLink, ButtonSize, Icon, Section, Status, Tone},
};

#[component]
pub(super) fn WaitingList(home: Memo<HomeView>) -> impl IntoView {
    let count = move || home.with(|home| i64::try_from(home.waiting.len()).unwrap_or_default());
    let lines = move || home.with(|home| home.waiting.iter().map(line).collect_view());
    view! {
        <Section title=t::home::waiting_title note=move || t::home::waiting_count(count())>
            <Show when=move || count() != 0 fallback=|| view! { <p class="ink-3 t-small">{t::home::waiting_none}</p> }>
                <ul>{lines}</ul>
            </Show>
        </Section>
    }
}

fn line(one: &WaitingView) -> impl IntoView + use<> {
    let campaign = || Route::Campaign(one.id.clone());
    let (tone, icon, word, said, to, action) = match one.kind.as_str() {
        "paused" => (
            Tone::Warn,
            Icon::CirclePause,
            t::home::paused(),
            t::home::paused_left(one.left.unwrap_or_default()),
            campaign(),
            t::home::paused_do(),
        ),
        "import_failed" => (
            Tone::Danger,
            Icon::CircleAlert,
            t::home::import_failed(),
            t::home::import_failed_why(one.code.clone().unwrap_or_default()),
            Route::Import(one.id.clone()),
            t::home::import_failed_do(),
        ),
        _ if one.missing.is_empty() => (
            Tone::Good,
            Icon::CircleCheck,
            t::home::draft_ready(),
            t::home::draft_all().to_owned(),
            Route::CampaignReview(one.id.clone()),
            t::home::draft_ready_do(),
        ),
        _ => (
            Tone::Neutral,
            Icon::Pencil,
            t::home::draft(),
            t::home::draft_missing(cards(&one.missing)),
            campaign(),
            t::home::draft_do(),
        ),
    };
    let to = Signal::derive(move || to.clone());
    view! {
        <li class="need">
            <div><Status tone=tone icon=icon label=word/></div>
            <div>
                <b>{one.name.clone()}</b>
                <p class="t-small ink-2">{said}</p>
            </div>
            <ButtonLink size=ButtonSize::Small to=to label=action/>
        </li>
    }
}

fn cards(missing: &[String]) -> String {
    let word = |card: &String| match card.as_str() {
        "target" => t::home::card_target(),
        "offer" => t::home::card_offer(),
        "timing" => t::home::card_timing(),
        "channel" => t::home::card_channel(),
        "contents" => t::home::card_contents(),
        _ => t::home::card_goal(),
    };
    let words: Vec<&str> = missing.iter().map(word).collect();
    words.join(crate::pages::analytics::definitions::by_language(
        "・", ", ",
    ))
}
