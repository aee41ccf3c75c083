//! The entry point in the browser: replaces the painted skeleton by the living page.

fn main() {
    console_error_panic_hook::set_once();
    if let Some(skeleton) = leptos::prelude::document().get_element_by_id("boot") {
        skeleton.remove();
    }
    leptos::mount::mount_to_body(admin::app::App);
}
