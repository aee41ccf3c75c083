//! `J`, `K`, `X` and `Enter` in a table.

use leptos::{ev, prelude::*};

use super::Row;
use crate::{
    api::{Load, Page},
    app::shortcuts,
    routes::use_go,
    ui::Selection,
};

/// Which row the keys are at.
#[derive(Clone, Copy)]
pub(super) struct Keys(RwSignal<Option<usize>>);

impl Keys {
    pub(super) fn is_at(self, row: usize) -> bool {
        self.0.get() == Some(row)
    }
}

pub(super) fn listen<T: Clone + Send + Sync + 'static>(
    load: Load<Page<T>>,
    row: Row<T>,
    selection: Option<Selection>,
) -> Keys {
    let cursor = RwSignal::new(None::<usize>);
    let go = use_go();
    // Another page begins at its top.
    Effect::new(move |_| {
        load.with(|_| ());
        cursor.set(None);
    });
    let at_cursor = move || {
        let at = cursor.get_untracked()?;
        untrack(|| load.with(|state| state.ready().and_then(|page| page.items.get(at).cloned())))
    };
    let count =
        move || untrack(|| load.with(|state| state.ready().map_or(0, |page| page.items.len())));
    let handle = window_event_listener(ev::keydown, move |event| {
        if shortcuts::is_typing(&event) || shortcuts::is_chord(&event) || count() == 0 {
            return;
        }
        match event.key().as_str() {
            "j" => cursor.update(|at| *at = Some(at.map_or(0, |at| (at + 1).min(count() - 1)))),
            "k" => cursor.update(|at| *at = Some(at.map_or(0, |at| at.saturating_sub(1)))),
            "x" => {
                if let (Some(selection), Some(item)) = (selection, at_cursor()) {
                    selection.toggle(&(row.id)(&item));
                }
            }
            "Enter" if shortcuts::is_at_rest() => {
                if let (Some(to), Some(item)) = (row.to, at_cursor()) {
                    go(&to(&item));
                }
            }
            _ => return,
        }
        scroll_into_view();
    });
    on_cleanup(move || handle.remove());
    Keys(cursor)
}

fn scroll_into_view() {
    request_animation_frame(|| {
        if let Ok(Some(row)) = document().query_selector("tr.is-cursor") {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            row.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}
