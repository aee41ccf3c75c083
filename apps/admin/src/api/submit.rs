//! One writing call of a form or a button: busy meanwhile, its error afterwards, never twice at once.

use std::future::Future;

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::api::error::ApiError;

/// The state of a writing call; `Copy`, to be passed to fields and buttons.
#[derive(Clone, Copy)]
pub struct Submit {
    busy: RwSignal<bool>,
    error: RwSignal<Option<ApiError>>,
}

impl Default for Submit {
    fn default() -> Self {
        Self {
            busy: RwSignal::new(false),
            error: RwSignal::new(None),
        }
    }
}

impl Submit {
    /// Runs a call unless one is under way; `then` sees the answer, an error is kept for the form.
    pub fn run<T: 'static>(
        self,
        call: impl Future<Output = Result<T, ApiError>> + 'static,
        then: impl FnOnce(T) + 'static,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.error.set(None);
        spawn_local(async move {
            let answer = call.await;
            self.busy.try_set(false);
            match answer {
                Ok(value) => then(value),
                Err(error) => {
                    self.error.try_set(Some(error));
                }
            }
        });
    }

    /// Whether the call is under way; for the button.
    pub fn busy(self) -> Signal<bool> {
        self.busy.into()
    }

    /// Returns what went wrong; reactive.
    pub fn error(self) -> Option<ApiError> {
        self.error.get()
    }

    /// Returns the message of one field, by its JSON pointer; for the field's `error`.
    pub fn field(self, pointer: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.error
                .with(|error| error.as_ref().and_then(|error| error.field(pointer)))
        })
    }

    /// Takes the error away, when what it complained of has been changed.
    pub fn forget(self) {
        self.error.set(None);
    }
}
