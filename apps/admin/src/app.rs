//! The frame round every page: providers, the router, the gate of the session, the shell.

pub mod bar;
pub mod find;
pub mod rail;
pub mod shortcuts;

use leptos::prelude::*;
use leptos_router::{
    components::{FlatRoutes, Route as RouteDef, Router},
    hooks::use_location,
    path,
};

use crate::{
    i18n as t, pages,
    routes::Route,
    state::{
        locale,
        session::{self, SessionState},
        theme::Theme,
        toast::Toasts,
    },
    ui::{
        Button, EmptyState, Icon, Skeleton, ToastRegion,
        palette::{Palette, PaletteState},
    },
};

/// The page's address as a route, for whoever needs to know where one is.
#[derive(Clone, Copy)]
pub struct Here(Memo<Route>);

impl Here {
    /// Returns the route; reactive.
    pub fn get(self) -> Route {
        self.0.get()
    }
}

/// The whole admin.
#[component]
pub fn App() -> impl IntoView {
    locale::init();
    Theme::provide();
    Toasts::provide();
    PaletteState::provide();
    session::start();
    // One wildcard route: which page an address means is decided in `routes::Route` alone, so links are typed and the
    // compiler sees every page.
    view! {
        <Router>
            <FlatRoutes fallback=|| ()>
                <RouteDef path=path!("/*any") view=Gate/>
            </FlatRoutes>
        </Router>
    }
}

/// What a session decides: sign in first, or the page.
#[component]
fn Gate() -> impl IntoView {
    let location = use_location();
    let route = Memo::new(move |_| Route::parse(&location.pathname.get()));
    provide_context(Here(route));
    bar::provide_crumb();
    let stage = Memo::new(move |_| stage(&route.get(), &session::current()));
    move || match stage.get() {
        Stage::Welcome(token) => view! { <pages::session::Welcome token=token/> }.into_any(),
        Stage::Starting => view! { <Frame><Skeleton lines=3/></Frame> }.into_any(),
        Stage::SignIn => view! { <pages::session::SignIn/> }.into_any(),
        Stage::Unreachable => view! { <Unreachable/> }.into_any(),
        Stage::Inside => view! { <Shell route=route/> }.into_any(),
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    Welcome(String),
    Starting,
    SignIn,
    Unreachable,
    Inside,
}

fn stage(route: &Route, session: &SessionState) -> Stage {
    match (route, session) {
        (Route::Welcome(token), _) => Stage::Welcome(token.clone()),
        // The gallery shows parts, not data: it needs nobody.
        (Route::Gallery | Route::Example, _) | (_, SessionState::SignedIn(_)) => Stage::Inside,
        (_, SessionState::Starting) => Stage::Starting,
        (_, SessionState::SignedOut) => Stage::SignIn,
        (_, SessionState::Unreachable) => Stage::Unreachable,
    }
}

#[component]
fn Shell(route: Memo<Route>) -> impl IntoView {
    shortcuts::listen();
    find::install();
    pages::fetch_rest();
    view! {
        <Frame>
            {move || {
                pages::view(route.get())
            }}
        </Frame>
        <Palette/>
    }
}

/// Rail, bar and bottom tabs round a page.
#[component]
fn Frame(children: Children) -> impl IntoView {
    view! {
        <a class="skip" href="#page">{t::shell::skip}</a>
        <div class="app">
            <rail::Rail/>
            <div class="main">
                <bar::PhoneHead/>
                <bar::Bar/>
                <main class="page" id="page" tabindex="-1">{children()}</main>
            </div>
        </div>
        <rail::TabBar/>
        <ToastRegion/>
    }
}

#[component]
fn Unreachable() -> impl IntoView {
    view! {
        <main class="alone">
            <EmptyState title=t::session::unreachable_title body=t::session::unreachable_body>
                <Button icon=Icon::RefreshCw label=t::ui::retry on_press=session::start/>
            </EmptyState>
        </main>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_works_whether_or_not_somebody_is_signed_in() {
        let link = Route::Welcome("t".to_owned());
        for state in [
            SessionState::Starting,
            SessionState::SignedOut,
            SessionState::Unreachable,
        ] {
            assert_eq!(stage(&link, &state), Stage::Welcome("t".to_owned()));
        }
        assert_eq!(stage(&Route::Home, &SessionState::SignedOut), Stage::SignIn);
        assert_eq!(
            stage(&Route::Home, &SessionState::Starting),
            Stage::Starting
        );
    }
}
