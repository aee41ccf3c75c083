//! The pages, one folder an area. [`view`] is the only place that says which page an address shows.

pub mod analytics;
pub mod campaigns;
pub mod contents;
pub mod customers;
#[cfg(feature = "gallery")]
pub mod example;
#[cfg(feature = "gallery")]
pub mod gallery;
pub mod home;
pub mod imports;
pub mod inbox;
pub mod lists;
pub mod menus;
pub mod not_found;
pub mod products;
pub mod replies;
pub mod segments;
pub mod session;
pub mod settings;

mod lazy;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::routes::Route;

/// Draws the page of a route. What everybody meets first comes with the shell, the rest when it is first opened.
pub fn view(route: Route) -> AnyView {
    match route {
        Route::Home => {
            focus();
            view! { <home::Home/> }.into_any()
        }
        #[cfg(feature = "gallery")]
        Route::Gallery => view! { <gallery::Gallery/> }.into_any(),
        #[cfg(feature = "gallery")]
        Route::Example => view! { <example::Example/> }.into_any(),
        route => lazy::view(route),
    }
}

/// Fetches the pages that did not come with the shell, in the background.
pub fn fetch_rest() {
    lazy::fetch_rest();
}

/// A new page begins at its top, for eyes and for screen readers.
fn focus() {
    request_animation_frame(|| {
        if let Some(title) = document().query_selector("#page h1").ok().flatten()
            && let Ok(title) = title.dyn_into::<web_sys::HtmlElement>()
        {
            let _ = title.focus();
        }
    });
}
