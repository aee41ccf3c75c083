//! Whether somebody is signed in, one signal for the whole page.

use std::sync::OnceLock;

use leptos::{prelude::*, reactive::graph::Observer};

use crate::{
    api::session::{self, Session},
    format,
    state::locale,
};

/// The state of being signed in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SessionState {
    /// Not known yet: the cookie is being tried.
    #[default]
    Starting,
    /// Nobody is.
    SignedOut,
    /// The server did not answer.
    Unreachable,
    /// Somebody is.
    SignedIn(Session),
}

static STATE: OnceLock<ArcRwSignal<SessionState>> = OnceLock::new();

fn signal() -> &'static ArcRwSignal<SessionState> {
    STATE.get_or_init(ArcRwSignal::default)
}

/// Reads the state, subscribing only where somebody can be told of a change.
fn read<T>(read: impl FnOnce(&SessionState) -> T) -> T {
    if Observer::get().is_some() {
        signal().with(read)
    } else {
        signal().with_untracked(read)
    }
}

/// Returns the state; reactive.
pub fn current() -> SessionState {
    signal().get()
}

/// Returns the session if somebody is signed in; reactive.
pub fn signed_in() -> Option<Session> {
    read(|state| {
        if let SessionState::SignedIn(session) = state {
            Some(session.clone())
        } else {
            None
        }
    })
}

/// Whether the person signed in holds a permission; reactive. Hide or disable what would be refused.
pub fn may(permission: &str) -> bool {
    read(|state| matches!(state, SessionState::SignedIn(session) if session.may(permission)))
}

/// Returns the currency of the workspace's reports; reactive.
pub fn currency() -> String {
    signed_in().map_or_else(|| "JPY".to_owned(), |session| session.workspace.currency)
}

/// Tries the cookie.
pub fn start() {
    signal().set(SessionState::Starting);
    wasm_bindgen_futures::spawn_local(async {
        if let Err(error) = session::refresh().await {
            let is_down = error.status == 0 || error.status >= 500;
            signal().set(if is_down {
                SessionState::Unreachable
            } else {
                SessionState::SignedOut
            });
        }
    });
}

/// Takes up a session; zone and language follow it.
pub(crate) fn enter(session: Session) {
    format::set_zone(&session.workspace.time_zone);
    locale::suggest(&session.user.locale);
    let state = SessionState::SignedIn(session);
    // A renewed token changes nothing that a page shows: do not draw it again.
    if signal().with_untracked(|present| *present != state) {
        signal().set(state);
    }
}

pub(crate) fn leave() {
    signal().set(SessionState::SignedOut);
}
