//! Light and dark. `static/boot.js` has set the attribute before the first paint; this only changes it.

use leptos::prelude::*;

use crate::state::storage;

const KEY: &str = "enishi.theme";

/// Whether the page is dark at this moment, as a context signal.
#[derive(Clone, Copy)]
pub struct Theme(RwSignal<bool>);

impl Theme {
    /// Provides the theme that the page was painted with.
    pub fn provide() -> Self {
        let dark = document()
            .document_element()
            .and_then(|root| root.get_attribute("data-theme"))
            .is_some_and(|theme| theme == "dark");
        let theme = Self(RwSignal::new(dark));
        provide_context(theme);
        theme
    }

    /// Returns whether the page is dark.
    pub fn is_dark(self) -> bool {
        self.0.get()
    }

    /// Switches and remembers.
    pub fn toggle(self) {
        let dark = !self.0.get_untracked();
        let name = if dark { "dark" } else { "light" };
        storage::write(KEY, name);
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-theme", name);
        }
        self.0.set(dark);
    }
}
