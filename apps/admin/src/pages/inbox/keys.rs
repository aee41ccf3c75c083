//! Arrows and `J`/`K` in the inbox.

use leptos::{ev, prelude::*};

use crate::app::shortcuts;

/// Calls `step` with −1 or +1 while the page is shown.
pub(super) fn listen(step: impl Fn(isize) + 'static) {
    let handle = window_event_listener(ev::keydown, move |event| {
        if shortcuts::is_typing(&event) || shortcuts::is_chord(&event) {
            return;
        }
        let by = match event.key().as_str() {
            "j" => 1,
            "k" => -1,
            // Inside the message the arrows scroll it.
            "ArrowDown" if is_in_list() => 1,
            "ArrowUp" if is_in_list() => -1,
            _ => return,
        };
        event.prevent_default();
        step(by);
    });
    on_cleanup(move || handle.remove());
}

fn is_in_list() -> bool {
    document()
        .active_element()
        .is_none_or(|element| !matches!(element.closest(".ib-v, .rail, .bar"), Ok(Some(_))))
}
