//! A new segment: from nothing, from a template named in the address, or from a rule and a name that stand in it.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    builder::{Builder, Start},
    editor::said,
    logic,
};
use crate::{
    api::{Loaded, load, segments as api},
    i18n as t,
    ui::{InlineError, PageHeader, Skeleton},
};

/// The builder of a new segment.
#[component]
pub fn NewSegment() -> impl IntoView {
    let (template, name, document) = use_query_map().with_untracked(|map| {
        let document = map.get("document");
        let document = document.and_then(|text| serde_json::from_str(&text).ok());
        (map.get("template"), map.get("name"), document)
    });
    let Some(key) = template else {
        let start = Start {
            document: document.unwrap_or_else(logic::everybody),
            name: name.unwrap_or_default(),
            ..Start::default()
        };
        return view! { <Builder start=start/> }.into_any();
    };
    let templates = load(
        || (),
        |(), signal| async move { api::templates(Some(&signal)).await },
    );
    let state = Memo::new(move |_| match templates.get() {
        Loaded::Loading => 0,
        Loaded::Failed(_) => 1,
        Loaded::Ready(_) => 2,
    });
    let body = move || {
        match state.get() {
        0 => view! { <PageHeader title=t::segments::new_title/> <Skeleton lines=6/> }.into_any(),
        1 => templates
            .error()
            .map(|error| view! { <PageHeader title=t::segments::new_title/> <InlineError error=error on_retry=move || templates.reload()/> })
            .into_any(),
        _ => {
            let found = untrack(|| templates.value()).unwrap_or_default();
            let start = found.into_iter().find(|template| template.key == key).map_or_else(
                || Start { document: logic::everybody(), ..Start::default() },
                |template| Start {
                    name: said(&template.name),
                    description: said(&template.description),
                    document: template.document,
                    template: Some(template.key),
                    saved: None,
                },
            );
            view! { <Builder start=start/> }.into_any()
        }
    }
    };
    body.into_any()
}
