//! Rows being taken, and the result.

use api_types::imports::{ImportView, RefusedRowView};
use leptos::prelude::*;

use super::words;
use crate::{
    api::{Load, Submit, imports, load},
    format::{self, Figure},
    i18n as t,
    routes::Route,
    state::{session, toast::use_toasts},
    ui::{
        Button, ButtonKind, ButtonLink, Column, DataTable, EmptyState, FormError, Icon, Note,
        Phone, Progress, Section, Stat, Stats, Tone, table::Row, use_list_query,
    },
};

/// An import that was started.
#[component]
pub(super) fn Run(id: String, import: Load<ImportView>) -> impl IntoView {
    let state = Memo::new(move |_| {
        import
            .value()
            .map(|import| import.state)
            .unwrap_or_default()
    });
    let figure = move |read: fn(&ImportView) -> i64| {
        Signal::derive(move || {
            import.value().map(|import| Figure {
                digits: format::integer(read(&import)),
                unit: t::imports::rows_unit().to_owned(),
            })
        })
    };
    let failure = move || {
        let code = import.value().and_then(|import| import.error_code)?;
        Some(view! { <Note tone=Tone::Danger>{move || words::failure(&code)}</Note> })
    };
    let own = id.clone();
    let moving = move || {
        matches!(state.get().as_str(), "running" | "paused")
            .then(|| view! { <Moving id=own.clone() import=import state=state/> })
    };
    let next = move || {
        let import = import.value().filter(|import| import.state == "done")?;
        let to = match import.kind.as_str() {
            "products" => Route::Products,
            _ => Route::Customers,
        };
        Some(
            view! { <div class="im-acts"><ButtonLink to=to icon=Icon::ArrowRight label=t::imports::see_them/></div> },
        )
    };
    view! {
        {moving}
        {failure}
        <div class="im-stats">
            <Stats>
                <Stat label=t::imports::taken figure=figure(|import| import.n_taken) definition=t::imports::taken_definition/>
                <Stat label=t::imports::repeated figure=figure(|import| import.n_repeated) definition=t::imports::repeated_definition/>
                <Stat label=t::imports::refused figure=figure(|import| import.n_refused) definition=t::imports::refused_definition/>
            </Stats>
        </div>
        {next}
        <Refused id=id import=import/>
    }
}

/// How far it has come, and the buttons that hold it.
#[component]
fn Moving(id: String, import: Load<ImportView>, state: Memo<String>) -> impl IntoView {
    let read = move || import.value().and_then(|import| import.progress);
    let done = Signal::derive(move || read().map_or(0, |own| own.done));
    let total = Signal::derive(move || read().map(|own| own.total).filter(|total| *total > 0));
    #[expect(clippy::cast_precision_loss, reason = "a rate for reading")]
    let rate = Signal::derive(move || {
        let is_running = state.with(|state| state == "running");
        read()
            .filter(|_| is_running)
            .map(|own| own.rate_per_s as f64)
    });
    let submit = Submit::default();
    let id = StoredValue::new(id);
    let act = move |deed: &'static str| {
        submit.run(
            async move { imports::act(&id.get_value(), deed).await },
            move |changed| import.set(changed),
        );
    };
    let hold = move || {
        if state.with(|state| state == "running") {
            view! { <Button icon=Icon::Pause label=t::imports::pause busy=submit.busy() on_press=move || act("pause")/> }.into_any()
        } else {
            view! { <Button kind=ButtonKind::Primary icon=Icon::Play label=t::imports::resume busy=submit.busy() on_press=move || act("resume")/> }.into_any()
        }
    };
    let may = move || session::may("profiles:write");
    view! {
        <div class="im-run">
            <Progress label=t::imports::taking done=done total=total per_second=rate/>
            <p class="t-small ink-3">{t::imports::may_leave}</p>
            {move || may().then(|| view! {
                <div class="im-acts">
                    {hold}
                    <Button kind=ButtonKind::Danger icon=Icon::CircleStop label=t::imports::cancel busy=submit.busy() on_press=move || act("cancel")/>
                </div>
            })}
            <FormError submit=submit/>
        </div>
    }
}

/// The rows put aside, with the reason of each and the file to mend them in.
#[component]
fn Refused(id: String, import: Load<ImportView>) -> impl IntoView {
    let n_refused = Memo::new(move |_| import.value().map_or(0, |import| import.n_refused));
    let list = use_list_query(&[]);
    let own = id.clone();
    // More rows put aside are read as they come, at the pace of the page.
    let rows = load(
        move || (own.clone(), list.get().after, n_refused.get()),
        |(id, after, _), signal| async move { imports::refused(&id, &after, &signal).await },
    );
    let (submit, toasts) = (Submit::default(), use_toasts());
    let id = StoredValue::new(id);
    let download = move || {
        submit.run(
            async move { imports::refused_file(&id.get_value()).await },
            move |url| {
                if window().location().assign(&url).is_err() {
                    toasts.fail(t::imports::no_download());
                }
            },
        );
    };
    let button = move || {
        session::may("pii:read").then(|| {
            view! { <Button icon=Icon::Download label=t::imports::download busy=submit.busy() on_press=download/> }
        })
    };
    move || {
        (n_refused.get() > 0).then(|| {
            view! {
                <Section title=t::imports::refused_rows note=t::imports::refused_about more=button>
                    <FormError submit=submit/>
                    <DataTable
                        label=t::imports::refused_rows
                        columns=columns()
                        load=rows
                        row=Row::new(|row: &RefusedRowView| row.line.to_string())
                        list=list
                        page_size=5
                        empty=|| view! { <EmptyState title=t::imports::no_rows body=t::imports::refused_about/> }
                    />
                </Section>
            }
        })
    }
}

fn columns() -> Vec<Column<RefusedRowView>> {
    let line = |row: &RefusedRowView| format::integer(row.line);
    let reason = |row: &RefusedRowView| row.reason.clone();
    let raw = |row: &RefusedRowView| {
        let raw = row.raw.clone();
        view! { <span class="set-hint ink-3">{move || raw.clone().unwrap_or_else(|| t::imports::hidden().to_owned())}</span> }
    };
    vec![
        Column::new(t::imports::line, line).number(),
        Column::new(t::imports::reason, reason).on_phone(Phone::Title),
        Column::new(t::imports::raw, raw),
    ]
}
