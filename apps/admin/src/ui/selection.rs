//! Which rows of a table are ticked.

use std::collections::BTreeSet;

use leptos::prelude::*;

/// The ticked rows, or all that match the filter.
#[derive(Clone, Copy)]
pub struct Selection {
    ids: RwSignal<BTreeSet<String>>,
    is_all: RwSignal<bool>,
}

impl Default for Selection {
    fn default() -> Self {
        Self {
            ids: RwSignal::new(BTreeSet::new()),
            is_all: RwSignal::new(false),
        }
    }
}

impl Selection {
    /// Whether a row is ticked.
    pub fn has(self, id: &str) -> bool {
        self.is_all.get() || self.ids.with(|ids| ids.contains(id))
    }

    /// Ticks or unticks one row; unticking one of "all" leaves the ones in view.
    pub fn toggle(self, id: &str) {
        self.is_all.set(false);
        self.ids.update(|ids| {
            if !ids.remove(id) {
                ids.insert(id.to_owned());
            }
        });
    }

    /// Ticks or unticks the rows in view.
    pub fn set_many(self, rows: &[String], is_ticked: bool) {
        self.is_all.set(false);
        self.ids.update(|ids| {
            for id in rows {
                if is_ticked {
                    ids.insert(id.clone())
                } else {
                    ids.remove(id)
                };
            }
        });
    }

    /// Takes all that match the filter, seen or not.
    pub fn select_all(self) {
        self.is_all.set(true);
    }

    /// Whether everything that matches is meant.
    pub fn is_all(self) -> bool {
        self.is_all.get()
    }

    /// Unticks everything.
    pub fn clear(self) {
        self.is_all.set(false);
        self.ids.update(BTreeSet::clear);
    }

    /// Returns how many rows are ticked one by one.
    pub fn len(self) -> usize {
        self.ids.with(BTreeSet::len)
    }

    /// Whether nothing is ticked.
    pub fn is_empty(self) -> bool {
        !self.is_all.get() && self.ids.with(BTreeSet::is_empty)
    }

    /// Returns the ids ticked one by one.
    pub fn ids(self) -> Vec<String> {
        self.ids.with(|ids| ids.iter().cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unticking_one_of_all_leaves_the_ones_in_view() {
        let owner = Owner::new();
        owner.with(|| {
            let selection = Selection::default();
            selection.set_many(&["a".to_owned(), "b".to_owned()], true);
            selection.select_all();
            assert!(selection.has("never seen"));
            selection.toggle("a");
            assert_eq!(selection.ids(), ["b"]);
            assert!(!selection.has("never seen"));
        });
    }
}
