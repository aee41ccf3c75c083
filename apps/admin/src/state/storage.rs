//! Small choices kept in the browser. Nothing secret ever goes here.

/// Returns the stored value of a key, or `None` where storage is absent or closed to the page.
pub fn read(key: &str) -> Option<String> {
    leptos::prelude::window()
        .local_storage()
        .ok()??
        .get_item(key)
        .ok()?
}

/// Stores a value; a browser that refuses storage merely forgets the choice.
pub fn write(key: &str, value: &str) {
    if let Ok(Some(storage)) = leptos::prelude::window().local_storage() {
        let _ = storage.set_item(key, value);
    }
}
