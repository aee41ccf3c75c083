//! Earlier versions of a segment: what changed in each, and the way back.

use api_types::segment_versions::{SegmentChange, SegmentVersionView};
use leptos::prelude::*;
use serde_json::Value;

use super::editor::said;
use crate::{
    api::{Loaded, load, segments as api},
    format, i18n as t,
    ui::{Button, ButtonSize, Icon, InlineError, Sheet, Skeleton},
};

/// The list of versions, opened from the head of the page.
#[component]
pub(crate) fn Versions(
    /// The segment, and the version that was saved last.
    saved: Signal<Option<(String, i64)>>,
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Puts the rule of a version into the builder; the number says which.
    #[prop(into)]
    on_use: Callback<(i64, Value)>,
) -> impl IntoView {
    view! {
        <Sheet open=open title=t::segments::history_title>
            {move || open.get().then(|| saved.get()).flatten().map(|(id, present)| view! { <List id=id present=present on_use=on_use/> })}
        </Sheet>
    }
}

#[component]
fn List(id: String, present: i64, on_use: Callback<(i64, Value)>) -> impl IntoView {
    let versions = load(
        move || id.clone(),
        |id, signal| async move { api::versions(&id, Some(&signal)).await },
    );
    move || match versions.get() {
        Loaded::Loading => view! { <Skeleton lines=6/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || versions.reload()/> }.into_any()
        }
        Loaded::Ready(versions) => {
            let line = |version| view! { <Version version=version present=present on_use=on_use/> };
            view! { <ul class="sv">{versions.into_iter().map(line).collect_view()}</ul> }.into_any()
        }
    }
}

#[component]
fn Version(
    version: SegmentVersionView,
    present: i64,
    on_use: Callback<(i64, Value)>,
) -> impl IntoView {
    let number = version.version;
    let who = version
        .saved_by
        .unwrap_or_else(|| t::segments::someone().to_owned());
    let when = t::segments::SavedWhen {
        when: format::date_time(format::millis(&version.saved_at)),
        who,
    }
    .say();
    let document = StoredValue::new(version.document);
    let back = move || on_use.run((number, document.get_value()));
    let sentence = version.sentence;
    let changes = version.changes.into_iter().map(change).collect_view();
    view! {
        <li>
            <div class="sv-h">
                <span><b>{t::segments::history_version(number)}</b> " " <span class="ink-3 t-small">{when}</span></span>
                {if number == present {
                    view! { <span class="ink-2 t-small">{t::segments::history_current}</span> }.into_any()
                } else {
                    view! { <Button size=ButtonSize::Small label=t::segments::history_use on_press=back/> }.into_any()
                }}
            </div>
            <p class="t-small">{move || said(&sentence)}</p>
            <ul class="sv-c">{changes}</ul>
        </li>
    }
}

fn change(change: SegmentChange) -> impl IntoView {
    let (icon, word) = match change.kind.as_str() {
        "added" => (Icon::Plus, t::segments::change_added()),
        "removed" => (Icon::Minus, t::segments::change_removed()),
        "moved" => (Icon::ArrowRight, t::segments::change_moved()),
        _ => (Icon::Pencil, t::segments::change_changed()),
    };
    let is_moved = change.kind == "moved";
    // A condition that only moved says the same as before.
    let before = change.before.filter(|_| !is_moved);
    let before = before.map(|text| view! { <del>{move || said(&text)}</del> });
    let after = change
        .after
        .map(|text| view! { <ins>{move || said(&text)}</ins> });
    view! { <li><span class="ink-3" title=word>{icon.small()}<span class="sr">{word}</span></span><span>{before} {after}</span></li> }
}
