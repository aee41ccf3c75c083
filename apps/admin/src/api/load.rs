//! Reading into a page: what is there stays while newer is fetched, leaving the page ends the call.
//!
//! This is a plain signal and not Leptos' `Resource`, because a table needs three states at once - rows on show, a
//! newer answer under way, the last attempt failed - and `Suspense` knows one.

use std::{future::Future, rc::Rc};

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, AbortSignal};

use crate::api::error::ApiError;

/// How far a reading has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Loaded<T> {
    /// Nothing to show yet.
    Loading,
    /// The answer, perhaps of the query before while the next is under way.
    Ready(T),
    /// The first attempt failed.
    Failed(ApiError),
}

impl<T> Loaded<T> {
    /// Returns the answer if there is one.
    pub fn ready(&self) -> Option<&T> {
        if let Self::Ready(value) = self {
            Some(value)
        } else {
            None
        }
    }
}

/// A reading under way or done; `Copy`, to be passed to components.
pub struct Load<T: Send + Sync + 'static> {
    state: RwSignal<Loaded<T>>,
    is_busy: RwSignal<bool>,
    again: Trigger,
}

impl<T: Send + Sync + 'static> Clone for Load<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Load<T> {}

impl<T: Clone + Send + Sync + 'static> Load<T> {
    /// Returns the state, following its changes.
    pub fn get(self) -> Loaded<T> {
        self.state.get()
    }

    /// Returns the answer if there is one, following its changes.
    pub fn value(self) -> Option<T> {
        self.state.with(|state| state.ready().cloned())
    }

    /// Reads the state in place, following its changes.
    pub fn with<R>(self, read: impl FnOnce(&Loaded<T>) -> R) -> R {
        self.state.with(read)
    }

    /// Returns the error if the reading failed.
    pub fn error(self) -> Option<ApiError> {
        self.state.with(|state| {
            if let Loaded::Failed(error) = state {
                Some(error.clone())
            } else {
                None
            }
        })
    }

    /// Whether a call is under way.
    pub fn is_busy(self) -> bool {
        self.is_busy.get()
    }

    /// Asks again; what is on show stays.
    pub fn reload(self) {
        self.again.notify();
    }

    /// Puts an answer in place without asking, after a change whose result is known.
    pub fn set(self, value: T) {
        self.state.set(Loaded::Ready(value));
    }

    /// Changes the answer in place.
    pub fn update(self, change: impl FnOnce(&mut T)) {
        self.state.update(|state| {
            if let Loaded::Ready(value) = state {
                change(value);
            }
        });
    }

    /// Makes a load that never asks anything; for the gallery and tests.
    pub fn fixed(state: Loaded<T>) -> Self {
        Self {
            state: RwSignal::new(state),
            is_busy: RwSignal::new(false),
            again: Trigger::new(),
        }
    }
}

/// Reads `fetch(key)` now and whenever the key changes or [`Load::reload`] is called.
///
/// A newer key aborts the call of the older one; leaving the page aborts what is under way.
pub fn load<K, T, Fut>(
    key: impl Fn() -> K + Send + Sync + 'static,
    fetch: impl Fn(K, AbortSignal) -> Fut + 'static,
) -> Load<T>
where
    K: Clone + PartialEq + Send + Sync + 'static,
    T: Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<T, ApiError>> + 'static,
{
    let load = Load {
        state: RwSignal::new(Loaded::Loading),
        is_busy: RwSignal::new(true),
        again: Trigger::new(),
    };
    let key = Memo::new(move |_| key());
    let fetch = Rc::new(fetch);
    let answered = StoredValue::new(None::<K>);
    Effect::new(move |_| {
        load.again.track();
        let key = key.get();
        let Ok(controller) = AbortController::new() else {
            return;
        };
        let signal = controller.signal();
        // Runs before the effect runs again and when the page is left.
        on_cleanup({
            let controller = send_wrapper(controller);
            move || controller.abort()
        });
        load.is_busy.set(true);
        let call = fetch(key.clone(), signal.clone());
        spawn_local(async move {
            let answer = call.await;
            if signal.aborted() {
                return;
            }
            // A failed refresh does not take away what one is reading, unless that answered another question.
            let is_refresh = answered
                .try_with_value(|last| last.as_ref() == Some(&key))
                .unwrap_or_default();
            if answer.is_ok() {
                let _ = answered.try_update_value(|last| *last = Some(key));
            }
            settle(load, answer, is_refresh);
        });
    });
    load
}

fn settle<T: Clone + Send + Sync + 'static>(
    load: Load<T>,
    answer: Result<T, ApiError>,
    is_refresh: bool,
) {
    load.is_busy.try_set(false);
    let state = match answer {
        Ok(value) => Loaded::Ready(value),
        Err(error) if is_refresh && !error.is_not_found() => return,
        Err(error) => Loaded::Failed(error),
    };
    load.state.try_set(state);
}

fn send_wrapper<T>(value: T) -> leptos::__reexports::send_wrapper::SendWrapper<T> {
    leptos::__reexports::send_wrapper::SendWrapper::new(value)
}
