//! What a form was refused for, where no single field is at fault.

use leptos::prelude::*;

use crate::{
    api::Submit,
    ui::{Note, Tone},
};

/// The remark above a form's button; what points at a field stands at that field instead.
#[component]
pub fn FormError(
    /// The form's call.
    submit: Submit,
    /// The pointers that the form shows at its fields; an error elsewhere is listed here.
    #[prop(optional)]
    fields: &'static [&'static str],
    /// What pointers begin with that the form shows at its fields, too.
    #[prop(optional)]
    under: Option<&'static str>,
) -> impl IntoView {
    move || {
        let error = submit.error()?;
        let elsewhere: Vec<String> = error
            .errors
            .iter()
            .filter(|field| !fields.contains(&field.pointer.as_str()))
            .filter(|field| !under.is_some_and(|under| field.pointer.starts_with(under)))
            .map(|field| field.message.clone())
            .collect();
        if elsewhere.is_empty() && !error.errors.is_empty() {
            return None;
        }
        let lines: Vec<String> = if elsewhere.is_empty() {
            vec![error.sentence()]
        } else {
            elsewhere
        };
        let lines = lines
            .into_iter()
            .map(|line| view! { <span class="line">{line}</span> });
        Some(
            view! { <Note tone=Tone::Danger><span role="alert">{lines.collect_view()}</span></Note> },
        )
    }
}
