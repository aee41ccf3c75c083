//! A place to drop a file.

use leptos::{ev, prelude::*, text_prop::TextProp};

use crate::{
    i18n as t,
    ui::{Icon, id, text},
};

/// A place to drop a file or to choose one.
#[component]
pub fn FileDrop(
    /// What is wanted: 顧客のCSV.
    #[prop(into)]
    label: TextProp,
    /// What is accepted, in words.
    #[prop(into)]
    hint: TextProp,
    /// What the chooser offers: `.csv,text/csv`.
    #[prop(into)]
    accept: String,
    /// Called with the file, which lives in the browser's own memory until it is sent.
    on_file: UnsyncCallback<web_sys::File>,
) -> impl IntoView {
    let (is_over, id) = (RwSignal::new(false), id::next("file"));
    let on_drop = move |event: ev::DragEvent| {
        event.prevent_default();
        is_over.set(false);
        let file = event
            .data_transfer()
            .and_then(|data| data.files())
            .and_then(|files| files.get(0));
        if let Some(file) = file {
            on_file.run(file);
        }
    };
    let on_over = move |event: ev::DragEvent| {
        event.prevent_default();
        is_over.set(true);
    };
    view! {
        <div class="drop" class:is-over=is_over on:dragover=on_over on:dragleave=move |_| is_over.set(false) on:drop=on_drop>
            {Icon::Upload.view()}
            <label for=id.clone()><b>{text(label)}</b> <span class="drop-l">{t::ui::choose_file}</span></label>
            <span class="t-small ink-3">{text(hint)}</span>
            <input
                id=id
                class="sr"
                type="file"
                accept=accept
                on:change:target=move |event| {
                    if let Some(file) = event.target().files().and_then(|files| files.get(0)) {
                        on_file.run(file);
                    }
                    // The same file may be chosen again after it was mended.
                    event.target().set_value("");
                }
            />
        </div>
    }
}
