//! What the first rows would become, always for the mapping on the page.

use api_types::imports::{PreviewRowView, StartImport};
use leptos::prelude::*;

use super::{logic, words};
use crate::{
    api::{Loaded, imports, load},
    i18n as t,
    ui::{Icon, Note, Section, Skeleton, Status, Tone},
};

/// The first rows, read by the mapping.
#[component]
pub(super) fn Preview(id: String, start: Signal<StartImport>) -> impl IntoView {
    let rows = load(
        move || {
            let start = start.get();
            (id.clone(), start.encoding, start.delimiter, start.mapping)
        },
        |(id, encoding, delimiter, mapping), _signal| async move {
            let start = StartImport {
                encoding,
                delimiter,
                mapping,
            };
            imports::preview(&id, &start).await
        },
    );
    let body = move || match rows.get() {
        Loaded::Loading => view! { <Skeleton lines=5/> }.into_any(),
        Loaded::Failed(error) => {
            let lines = if error.errors.is_empty() {
                vec![error.sentence()]
            } else {
                error.errors.into_iter().map(|own| own.message).collect()
            };
            let line = |line: String| view! { <span class="line">{line}</span> };
            view! { <Note tone=Tone::Warn>{lines.into_iter().map(line).collect_view()}</Note> }
                .into_any()
        }
        Loaded::Ready(rows) if rows.is_empty() => {
            view! { <p class="t-small ink-3">{t::imports::no_rows}</p> }.into_any()
        }
        Loaded::Ready(rows) => view! {
            <div class="tbl-x" class:is-stale=move || false>
                <table class="tbl tbl-r im-rows">
                    <thead>
                        <tr>
                            <th scope="col" class="num">{t::imports::line}</th>
                            <th scope="col">{t::imports::becomes}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any(),
    };
    view! {
        <Section title=t::imports::preview note=t::imports::preview_about>{body}</Section>
    }
}

fn row(row: PreviewRowView) -> impl IntoView {
    let becomes = match (row.row, row.reason) {
        (Some(fields), _) => {
            let pair = |(name, value): (String, String)| {
                let name = move || words::field(&name);
                view! { <span class="im-pair"><small>{name}</small> {value}</span> }
            };
            let pairs = logic::told(&fields).into_iter().map(pair).collect_view();
            view! { <span class="im-pairs">{pairs}</span> }.into_any()
        }
        (None, reason) => {
            let reason = reason.unwrap_or_default();
            view! { <Status tone=Tone::Danger icon=Icon::CircleAlert label=reason/> }.into_any()
        }
    };
    view! {
        <tr>
            <td class="num ph-title">{row.line}</td>
            <td>{becomes}</td>
        </tr>
    }
}
