//! The bar above a page: where one is, the command field, who one is.

use leptos::{prelude::*, text_prop::TextProp};

use crate::{
    api::session as api,
    app::{
        Here,
        rail::{self, JumpButton},
    },
    i18n as t,
    routes::Route,
    state::session,
    ui::{Icon, Knot, Menu, MenuItem, MenuLine, palette::use_palette, text},
};

/// The name of the thing a page shows, set by the page for the crumbs; the area stands before it by itself.
#[derive(Clone, Copy)]
pub struct Crumb(RwSignal<Option<TextProp>>);

/// Names what the page shows until the page is left.
pub fn use_crumb(name: impl Into<TextProp>) {
    if let Some(Crumb(crumb)) = use_context::<Crumb>() {
        crumb.set(Some(name.into()));
        on_cleanup(move || {
            crumb.try_set(None);
        });
    }
}

/// The bar on a wide screen.
#[component]
pub fn Bar() -> impl IntoView {
    let palette = use_palette();
    view! {
        <header class="bar">
            <Crumbs/>
            <span class="grow"></span>
            <button type="button" class="jump" on:click=move |_| palette.toggle()>
                {Icon::Search.small()}
                {t::shell::jump}
                <kbd>"Ctrl K"</kbd>
            </button>
            <Me/>
        </header>
    }
}

#[component]
fn Crumbs() -> impl IntoView {
    let here = expect_context::<Here>();
    let crumb = use_context::<Crumb>();
    let leaf = move || crumb.and_then(|Crumb(crumb)| crumb.get());
    let area = move || {
        let route = here.get();
        route.area().map(|area| {
            if route == area.route() && leaf().is_none() {
                view! { <span aria-current="page">{rail::name(area)}</span> }.into_any()
            } else {
                view! { <a href=area.route().path()>{rail::name(area)}</a> }.into_any()
            }
        })
    };
    let rest = move || {
        leaf().map(|name| {
            view! {
                <i aria-hidden="true">"/"</i>
                <span class="crumb-l" aria-current="page">{text(name)}</span>
            }
        })
    };
    view! { <nav class="crumb" aria-label=t::shell::crumbs>{area} {rest}</nav> }
}

#[component]
fn Me() -> impl IntoView {
    let name = move || {
        session::signed_in()
            .map(|session| session.user.name)
            .unwrap_or_default()
    };
    let go = crate::routes::use_go();
    let lines = Signal::derive(move || {
        let go = go.clone();
        vec![
            MenuLine::from(MenuItem::new(
                Icon::Settings,
                t::shell::settings,
                move || go(&Route::Settings),
            )),
            MenuLine::Rule,
            MenuLine::from(MenuItem::new(Icon::LogOut, t::shell::sign_out, || {
                wasm_bindgen_futures::spawn_local(api::sign_out());
            })),
        ]
    });
    move || {
        let name = name();
        (!name.is_empty()).then(|| {
            let label = name.clone();
            let face: String = name.chars().take(1).collect();
            view! { <Menu face=face label=move || t::shell::me(&label) lines=lines/> }
        })
    }
}

/// The head on a phone.
#[component]
pub fn PhoneHead() -> impl IntoView {
    let here = expect_context::<Here>();
    let name = move || here.get().area().map(rail::name);
    view! {
        <header class="mhead">
            <a class="brand" href=Route::Home.path() aria-label="Enishi"><Knot/></a>
            <b>{name}</b>
            <span class="grow"></span>
            <JumpButton/>
        </header>
    }
}

/// Provides the place for the page's own crumb.
pub fn provide_crumb() {
    provide_context(Crumb(RwSignal::new(None)));
}
