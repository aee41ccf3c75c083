//! One import, whichever step it is at: columns to name, rows being taken, or the result.

use api_types::imports::ImportView;
use leptos::prelude::*;

use super::{mapping::Columns, run::Run, words};
use crate::{
    api::{Load, Loaded, imports, load},
    app::bar::use_crumb,
    i18n as t,
    routes::Route,
    state::poll::{Pace, poll},
    ui::{ButtonLink, EmptyState, InlineError, PageHeader, Skeleton},
};

/// One import.
#[component]
pub fn ImportPage(
    /// Which one.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    let own = id.clone();
    let import = load(
        move || own.clone(),
        |id, signal| async move { imports::get(&id, &signal).await },
    );
    let name = move || {
        import
            .value()
            .map(|import| import.file_name)
            .unwrap_or_default()
    };
    use_crumb(name);
    poll(
        move || match import.value() {
            Some(import) if import.state == "running" => Pace::Busy,
            Some(import) if import.state == "paused" => Pace::Waiting,
            _ => Pace::Still,
        },
        move || import.reload(),
    );
    let shape = Memo::new(move |_| {
        import.with(|state| match state {
            Loaded::Loading => 0,
            Loaded::Ready(import) if import.state == "uploaded" => 1,
            Loaded::Ready(_) => 2,
            Loaded::Failed(error) if error.is_not_found() => 3,
            Loaded::Failed(_) => 4,
        })
    });
    move || {
        let id = id.clone();
        match shape.get() {
            0 => view! { <Skeleton lines=8/> }.into_any(),
            1 => view! { <Head import=import/> <Columns id=id import=import/> }.into_any(),
            2 => view! { <Head import=import/> <Run id=id import=import/> }.into_any(),
            3 => view! {
                <PageHeader title=t::imports::title/>
                <EmptyState title=t::imports::gone_title body=t::imports::gone_body>
                    <ButtonLink to=Route::Imports label=t::imports::to_list/>
                </EmptyState>
            }
            .into_any(),
            _ => import
                .error()
                .map(|error| view! { <InlineError error=error on_retry=move || import.reload()/> })
                .into_any(),
        }
    }
}

#[component]
fn Head(import: Load<ImportView>) -> impl IntoView {
    let title = move || {
        let import = import.value();
        import.map_or_else(String::new, |import| import.file_name)
    };
    let meta = move || {
        import.value().map(|import| {
            let size = size(import.file_bytes);
            let kind = words::kind(&import.kind);
            view! { <p class="cu-meta"><span>{kind}</span> <span>{size}</span> {words::state(&import)}</p> }
        })
    };
    view! {
        <div class="cu-head">
            <PageHeader title=title/>
            {meta}
        </div>
    }
}

/// Writes a size for reading.
fn size(bytes: i64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let bytes = bytes as f64;
    match bytes {
        bytes if bytes < 1_000.0 => format!("{bytes:.0} B"),
        bytes if bytes < 1_000_000.0 => format!("{:.0} kB", bytes / 1e3),
        bytes if bytes < 1_000_000_000.0 => format!("{:.1} MB", bytes / 1e6),
        bytes => format!("{:.2} GB", bytes / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_round() {
        assert_eq!(size(999), "999 B");
        assert_eq!(size(74_300_000), "74.3 MB");
    }
}
