//! Short remarks at the foot of the page, with undo where there is one.

use std::{sync::Arc, time::Duration};

use leptos::prelude::*;

const SHOWN: Duration = Duration::from_secs(7);

/// One remark.
#[derive(Clone)]
pub struct Toast {
    /// Tells toasts apart.
    pub id: u32,
    /// What happened, one sentence.
    pub text: String,
    /// Whether it is a failure; such a toast stays until it is closed.
    pub is_failure: bool,
    /// Takes it back.
    pub undo: Option<Arc<dyn Fn() + Send + Sync>>,
}

/// The toasts on show; take it with [`use_toasts`].
#[derive(Clone, Copy)]
pub struct Toasts {
    items: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

impl Toasts {
    /// Provides the context.
    pub fn provide() -> Self {
        let toasts = Self {
            items: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
        };
        provide_context(toasts);
        toasts
    }

    /// Says what has been done.
    pub fn say(self, text: impl Into<String>) {
        self.push(text.into(), false, None);
    }

    /// Says what has been done and offers to take it back.
    pub fn say_undoable(self, text: impl Into<String>, undo: impl Fn() + Send + Sync + 'static) {
        self.push(text.into(), false, Some(Arc::new(undo)));
    }

    /// Says what went wrong.
    pub fn fail(self, text: impl Into<String>) {
        self.push(text.into(), true, None);
    }

    /// Takes one away.
    pub fn dismiss(self, id: u32) {
        self.items
            .try_update(|items| items.retain(|toast| toast.id != id));
    }

    /// Returns those on show.
    pub fn items(self) -> Vec<Toast> {
        self.items.get()
    }

    fn push(self, text: String, is_failure: bool, undo: Option<Arc<dyn Fn() + Send + Sync>>) {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        self.items.update(|items| {
            // Three at once are as many as one reads.
            if items.len() >= 3 {
                items.remove(0);
            }
            items.push(Toast {
                id,
                text,
                is_failure,
                undo,
            });
        });
        if !is_failure {
            set_timeout(move || self.dismiss(id), SHOWN);
        }
    }
}

/// Returns the toasts of the page.
pub fn use_toasts() -> Toasts {
    expect_context()
}
