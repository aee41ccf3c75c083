//! Keys that work everywhere: `Ctrl K`, `/`, `G` then a letter.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

use crate::{
    routes::{Area, use_go},
    ui::palette::use_palette,
};

/// How long after `G` the letter counts, in milliseconds.
const CHORD_MS: f64 = 1_200.0;

/// Whether the key goes into a field, or belongs to a kana conversion or another program.
pub fn is_typing(event: &ev::KeyboardEvent) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.is_composing() {
        return true;
    }
    event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .is_some_and(|element| {
            matches!(
                element.closest("input, textarea, select, [contenteditable], dialog"),
                Ok(Some(_))
            )
        })
}

/// Whether no control has the focus, so that Enter is free to mean "open this row".
pub fn is_at_rest() -> bool {
    document()
        .active_element()
        .is_none_or(|element| !matches!(element.closest("a, button"), Ok(Some(_))))
}

thread_local! {
    static LAST_G: std::cell::Cell<f64> = const { std::cell::Cell::new(0.0) };
}

/// Whether the key is the second of `G` + letter.
pub fn is_chord(event: &ev::KeyboardEvent) -> bool {
    event.time_stamp() - LAST_G.get() < CHORD_MS && LAST_G.get() > 0.0
}

/// Listens while the shell is shown.
pub fn listen() {
    let (go, palette) = (use_go(), use_palette());
    let handle = window_event_listener(ev::keydown, move |event| {
        let key = event.key().to_lowercase();
        if key == "k" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            palette.toggle();
            return;
        }
        if is_typing(&event) {
            return;
        }
        if is_chord(&event) {
            LAST_G.set(0.0);
            if let Some(area) = area_of(&key) {
                event.prevent_default();
                go(&area.route());
            }
            return;
        }
        match key.as_str() {
            "g" => LAST_G.set(event.time_stamp()),
            "/" => {
                event.prevent_default();
                if !focus_search() {
                    palette.toggle();
                }
            }
            _ => {}
        }
    });
    on_cleanup(move || handle.remove());
}

fn area_of(key: &str) -> Option<Area> {
    match key {
        "h" => Some(Area::Home),
        "c" => Some(Area::Customers),
        "s" => Some(Area::Segments),
        "m" => Some(Area::Campaigns),
        "a" => Some(Area::Analytics),
        _ => None,
    }
}

fn focus_search() -> bool {
    let field = document().query_selector("[data-search]").ok().flatten();
    field
        .and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok())
        .is_some_and(|field| field.focus().is_ok())
}
