//! Ten people whom the rule means, each leading to their page.

use api_types::segments::SegmentPerson;
use leptos::prelude::*;

use super::editor::Editor;
use crate::{
    api::{Loaded, load, segments as api},
    format, i18n as t,
    routes::Route,
    ui::{Icon, Section, Skeleton},
};

/// The examples; they follow what was counted, not every key.
#[component]
pub(crate) fn Examples(
    /// The rule.
    editor: Editor,
) -> impl IntoView {
    let seed = RwSignal::new(0_u32);
    let people = load(
        move || {
            let is_counted = editor.preview().is_some() && !editor.is_asking() && editor.is_sound();
            (is_counted.then(|| editor.document_now()), seed.get())
        },
        |(document, seed), signal| async move {
            match document {
                Some(document) => api::examples(document, seed, Some(&signal)).await.map(Some),
                None => Ok(None),
            }
        },
    );
    // While the next count is under way the last people stay.
    let shown = RwSignal::new(None::<Vec<SegmentPerson>>);
    Effect::new(move |_| {
        if let Some(Some(found)) = people.value() {
            shown.set(Some(found));
        }
    });
    let row = |person: SegmentPerson| {
        let name = display_name(&person);
        let at = format::millis(&person.last_seen_at);
        view! {
            <tr>
                <td><a class="nm" href=Route::Customer(person.id).path()>{name}</a></td>
                <td class="num ink-2">{person.external_id}</td>
                <td class="num">{move || format::date(at)}</td>
            </tr>
        }
    };
    let body = move || {
        match (shown.get(), people.get()) {
        (_, Loaded::Failed(error)) => view! { <p class="t-small ink-2">{move || error.sentence()}</p> }.into_any(),
        (None, _) => view! { <Skeleton lines=10/> }.into_any(),
        (Some(found), _) if found.is_empty() => view! { <p class="t-small ink-2">{t::segments::nobody}</p> }.into_any(),
        (Some(found), _) => view! {
            <table class="tbl tbl-dense" aria-label=t::segments::examples>
                <thead><tr><th>{t::segments::name_column}</th><th class="num">{t::segments::number_column}</th><th class="num">{t::segments::last_seen}</th></tr></thead>
                <tbody>{found.into_iter().map(row).collect_view()}</tbody>
            </table>
        }
        .into_any(),
    }
    };
    let more = ViewFn::from(move || {
        view! {
            <button type="button" class="link" on:click=move |_| seed.update(|seed| *seed = seed.wrapping_add(1))>
                {Icon::RefreshCw.small()} {t::segments::other_ten}
            </button>
        }
    });
    view! { <Section title=t::segments::examples more=more>{body}</Section> }
}

/// Returns how a person is called in a list.
pub(crate) fn display_name(person: &SegmentPerson) -> String {
    let name = person.name.clone().filter(|name| !name.trim().is_empty());
    name.or_else(|| person.external_id.clone())
        .unwrap_or_else(|| t::segments::nameless().to_owned())
}
