//! The draft while it is being drawn.

use api_types::line_menus::{
    LineMenuAction, LineMenuArea, LineMenuDocument, LineMenuView, SaveLineMenu,
};
use leptos::prelude::*;

use super::layout::{Layout, Place};

/// LINE's most areas.
pub(super) const MOST: usize = 20;
/// What is drawn on while there is no picture: LINE's large one.
pub(super) const BLANK: (i64, i64) = (2_500, 1_686);

/// The draft; `Copy`, to be passed to every part.
#[derive(Clone, Copy)]
pub(super) struct State {
    pub(super) name: RwSignal<String>,
    pub(super) bar: RwSignal<String>,
    pub(super) is_open: RwSignal<bool>,
    pub(super) areas: RwSignal<Vec<LineMenuArea>>,
    /// The area whose action is shown.
    pub(super) chosen: RwSignal<Option<usize>>,
    /// What the server holds.
    pub(super) saved: RwSignal<LineMenuView>,
}

impl State {
    pub(super) fn new(menu: &LineMenuView) -> Self {
        let document = menu.document.clone();
        Self {
            name: RwSignal::new(menu.name.clone()),
            bar: RwSignal::new(document.bar),
            is_open: RwSignal::new(document.is_open),
            chosen: RwSignal::new((!document.areas.is_empty()).then_some(0)),
            areas: RwSignal::new(document.areas),
            saved: RwSignal::new(menu.clone()),
        }
    }

    /// Returns the size of the picture.
    pub(super) fn size(self) -> (i64, i64) {
        self.saved
            .with(|menu| menu.image.map_or(BLANK, |size| (size.width, size.height)))
    }

    fn document(self) -> LineMenuDocument {
        LineMenuDocument {
            bar: self.bar.get(),
            is_open: self.is_open.get(),
            areas: self.areas.get(),
        }
    }

    /// Tells whether there is something to save.
    pub(super) fn is_dirty(self) -> bool {
        let document = self.document();
        self.saved
            .with(|saved| saved.document != document || saved.name != self.name.get())
    }

    /// Returns what is to be saved.
    pub(super) fn body(self) -> SaveLineMenu {
        untrack(|| SaveLineMenu {
            name: self.name.get(),
            document: self.document(),
            version: self.saved.with(|saved| saved.version),
        })
    }

    /// Moves an area.
    pub(super) fn place(self, at: usize, (x, y, width, height): Place) {
        self.areas.update(|areas| {
            if let Some(area) = areas.get_mut(at) {
                (area.x, area.y, area.width, area.height) = (x, y, width, height);
            }
        });
    }

    /// Changes what is said of an area.
    pub(super) fn change(self, at: usize, change: impl FnOnce(&mut LineMenuArea)) {
        let before = self.areas.with_untracked(|areas| areas.get(at).cloned());
        let Some(before) = before else { return };
        let mut after = before.clone();
        change(&mut after);
        if after != before {
            self.areas.update(|areas| {
                if let Some(area) = areas.get_mut(at) {
                    *area = after;
                }
            });
        }
    }

    /// Adds an area and chooses it.
    pub(super) fn add(self, place: Place) -> Option<usize> {
        let at = self.areas.with_untracked(Vec::len);
        if at >= MOST {
            return None;
        }
        self.areas.update(|areas| areas.push(blank(place)));
        self.chosen.set(Some(at));
        Some(at)
    }

    /// Removes an area; the one before it is chosen.
    pub(super) fn remove(self, at: usize) {
        self.chosen.set(None);
        self.areas.update(|areas| {
            if at < areas.len() {
                areas.remove(at);
            }
        });
        let left = self.areas.with_untracked(Vec::len);
        self.chosen
            .set((left > 0).then(|| at.min(left.saturating_sub(1))));
    }

    /// Divides the picture anew; what areas do stays with them, in their order.
    pub(super) fn divide(self, layout: Layout) {
        let places = layout.places(untrack(|| self.size()));
        let old = self.areas.get_untracked();
        let mut old = old.into_iter();
        let areas: Vec<LineMenuArea> = places
            .into_iter()
            .map(|(x, y, width, height)| LineMenuArea {
                x,
                y,
                width,
                height,
                ..old.next().unwrap_or_else(|| blank((x, y, width, height)))
            })
            .collect();
        self.chosen.set(None);
        self.areas.set(areas);
        self.chosen.set(Some(0));
    }
}

fn blank((x, y, width, height): Place) -> LineMenuArea {
    LineMenuArea {
        x,
        y,
        width,
        height,
        label: String::new(),
        action: LineMenuAction::Uri { uri: String::new() },
    }
}
