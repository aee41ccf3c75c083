//! The chat as its reader sees it, with the menu below; taps do what they would do.

use api_types::line_menus::{LineMenuAction, LineMenuArea};
use leptos::prelude::*;

use super::{state::State, words};
use crate::{
    api::{line_menus, load},
    i18n as t,
    ui::{Button, ButtonSize, Icon},
};

/// What is on the phone's screen: this menu, or one that a tab leads to.
#[derive(Clone, PartialEq)]
struct Screen {
    bar: String,
    size: (i64, i64),
    areas: Vec<LineMenuArea>,
    picture: Option<String>,
}

fn bar_of(screen: Screen) -> String {
    if screen.bar.is_empty() {
        t::menus::bar_empty().to_owned()
    } else {
        screen.bar
    }
}

/// A phone with the chat.
#[component]
pub(super) fn Phone(
    state: State,
    /// The picture of this menu as a data address.
    picture: Signal<Option<String>>,
) -> impl IntoView {
    // The menu that a tab led to; none while this one is on show.
    let visited = RwSignal::new(None::<String>);
    let (said, is_open) = (RwSignal::new(None::<String>), RwSignal::new(true));
    let other = load(
        move || visited.get(),
        |id, signal| async move {
            let Some(id) = id else { return Ok(None) };
            let menu = line_menus::find(&id, &signal).await?;
            let image = line_menus::image(&id, &signal).await.ok();
            Ok(Some((menu, image)))
        },
    );
    let own = move || Screen {
        bar: state.bar.get(),
        size: state.size(),
        areas: state.areas.get(),
        picture: picture.get(),
    };
    let screen = Memo::new(move |_| {
        visited.get()?;
        let (menu, image) = other.value().flatten()?;
        Some(Screen {
            size: menu
                .image
                .map_or(super::state::BLANK, |size| (size.width, size.height)),
            bar: menu.document.bar,
            areas: menu.document.areas,
            picture: image.map(|image| format!("data:{};base64,{}", image.media_type, image.data)),
        })
    });
    let screen = Memo::new(move |_| screen.get().unwrap_or_else(own));
    let tap = Callback::new(move |(area,): (LineMenuArea,)| match area.action {
        LineMenuAction::Switch { menu } => {
            let is_home = state.saved.with_untracked(|saved| saved.id == menu);
            visited.set((!is_home).then_some(menu));
            said.set(None);
        }
        action => said.set(Some(words_of(&action))),
    });
    let back = move || {
        visited.get().map(|_| {
            view! { <Button size=ButtonSize::Small icon=Icon::ChevronLeft label=t::menus::back_to_own on_press=move || visited.set(None)/> }
        })
    };
    view! {
        <div class="mn-phone" role="group" aria-label=t::menus::preview>
            <div class="mn-chat">
                <span class="mn-bubble">{t::menus::preview_greeting}</span>
                {move || said.get().map(|said| view! { <span class="mn-bubble is-own">{said}</span> })}
            </div>
            {move || is_open.get().then(|| view! { <Shown screen=screen.get() tap=tap/> })}
            <button type="button" class="mn-bar" aria-expanded=move || if is_open.get() { "true" } else { "false" }
                on:click=move |_| is_open.update(|open| *open = !*open)>
                {move || bar_of(screen.get())}
                " ▾"
            </button>
        </div>
        <div class="row-g">{back}<span class="t-small ink-3">{t::menus::preview_hint}</span></div>
    }
}

fn words_of(action: &LineMenuAction) -> String {
    match action {
        LineMenuAction::Uri { uri } if uri.is_empty() => t::menus::nothing_yet().to_owned(),
        LineMenuAction::Uri { uri } => t::menus::opens(uri),
        LineMenuAction::Message { text } => text.clone(),
        LineMenuAction::Postback { display_text, .. } if !display_text.is_empty() => {
            display_text.clone()
        }
        LineMenuAction::Postback { data, .. } => t::menus::tells(data),
        LineMenuAction::Switch { .. } => String::new(),
    }
}

#[component]
fn Shown(screen: Screen, tap: Callback<(LineMenuArea,)>) -> impl IntoView {
    let (width, height) = screen.size;
    let areas = screen.areas.into_iter().enumerate().map(|(at, area)| {
        let (own, typed) = (area.clone(), area.clone());
        let name = t::menus::AreaName {
            letter: words::letter(at),
            does: words::action(&area.action).to_owned(),
        }
        .say();
        view! {
            <rect class="mn-tap" role="button" tabindex="0" aria-label=name x=area.x y=area.y width=area.width height=area.height
                on:click=move |_| tap.run((own.clone(),))
                on:keydown=move |event| if event.key() == "Enter" { tap.run((typed.clone(),)); }/>
        }
    });
    view! {
        <svg class="mn-shown" viewBox=format!("0 0 {width} {height}") role="group" aria-label=t::menus::preview_menu>
            <rect class="mn-blank" width="100%" height="100%"/>
            {screen.picture.map(|href| view! { <image href=href width="100%" height="100%" preserveAspectRatio="none"/> })}
            {areas.collect_view()}
        </svg>
    }
}
