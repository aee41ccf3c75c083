//! A file for a list, and what became of it.

use api_types::lists::{ListLine, ListReport, ListView};
use leptos::prelude::*;

use crate::{
    api::{Submit, lists},
    format, i18n as t,
    state::session,
    ui::{Button, Choice, FileDrop, FormError, Icon, RadioGroup, Section, ThreadBar},
};

/// Chooses and sends a file.
#[component]
pub(super) fn Upload(
    /// The list.
    id: StoredValue<String>,
    /// How many lines of the last file mean nobody.
    #[prop(into)]
    n_unknown: Signal<i64>,
    /// Called with the list as it is afterwards.
    on_done: Callback<(ListView,)>,
) -> impl IntoView {
    let mode = RwSignal::new("add".to_owned());
    let (submit, share) = (Submit::default(), RwSignal::new(0.0_f64));
    let report = RwSignal::new(None::<ListReport>);
    let on_file = UnsyncCallback::new(move |file: web_sys::File| {
        share.set(0.0);
        report.set(None);
        let (id, mode) = (id.get_value(), mode.get_untracked());
        submit.run(
            async move {
                lists::upload(&id, &mode, &file, move |now| {
                    share.try_set(now);
                })
                .await
            },
            move |done| {
                on_done.run((done.list.clone(),));
                report.set(Some(done));
            },
        );
    });
    let modes = vec![
        Choice::new("add", t::lists::mode_add),
        Choice::new("take", t::lists::mode_take),
        Choice::new("replace", t::lists::mode_replace),
    ];
    let body = move || {
        if submit.busy().get() {
            let label = move || {
                if share.get() < 1.0 {
                    t::lists::sending()
                } else {
                    t::lists::looking_up()
                }
            };
            view! {
                <div class="im-send" role="status">
                    <p class="t-small ink-2">{label}</p>
                    <ThreadBar share=share label=t::lists::upload/>
                </div>
            }
            .into_any()
        } else {
            view! { <FileDrop label=t::lists::drop hint=t::lists::drop_hint accept=".csv,.tsv,.txt,text/csv,text/plain" on_file=on_file/> }
                .into_any()
        }
    };
    let done = move || report.get().map(|report| view! { <Done report=report/> });
    let lines = move || report.get().map(unknown_lines);
    view! {
        <Section title=t::lists::upload>
            <div class="im-new">
                <RadioGroup label=t::lists::mode value=mode choices=modes/>
                {body}
                <FormError submit=submit/>
                {done}
                <Unknown id=id n=n_unknown/>
                {lines}
            </div>
        </Section>
    }
}

/// The way to all lines that mean nobody; the answer names a hundred of them.
#[component]
fn Unknown(id: StoredValue<String>, n: Signal<i64>) -> impl IntoView {
    let submit = Submit::default();
    let export = move || {
        submit.run(
            async move { lists::unknown_ticket(&id.get_value()).await },
            |ticket| {
                let _ = window().location().assign(&ticket.url);
            },
        );
    };
    move || {
        let is_shown = n.get() > 0 && session::may("pii:read");
        is_shown.then(|| view! {
            <div class="row-g li-un">
                <span class="t-small ink-2">{move || t::lists::unknown_note(n.get())}</span>
                <Button icon=Icon::Download label=t::lists::unknown_csv busy=submit.busy() on_press=export/>
            </div>
            <FormError submit=submit/>
        })
    }
}

#[component]
fn Done(report: ListReport) -> impl IntoView {
    let n = |n: u64| format::integer(i64::try_from(n).unwrap_or(i64::MAX));
    let counts = [
        (t::lists::n_lines as fn() -> &'static str, report.n_lines),
        (t::lists::n_found, report.n_found),
        (t::lists::n_added, report.n_added),
        (t::lists::n_removed, report.n_removed),
        (t::lists::n_duplicates, report.n_duplicates),
        (t::lists::n_unknown, report.n_unknown),
    ];
    let counts = counts.map(|(label, count)| {
        view! { <tr><th scope="row">{label}</th><td class="num">{n(count)}</td></tr> }
    });
    view! {
        <div role="status">
            <table class="tbl tbl-dense" aria-label=t::lists::done>
                <tbody>{counts.into_iter().collect_view()}</tbody>
            </table>
        </div>
    }
}

/// The first lines that mean nobody, in a window of their own: a hundred would hide who is on the list.
fn unknown_lines(report: ListReport) -> Option<impl IntoView> {
    let n = |n: u64| format::integer(i64::try_from(n).unwrap_or(i64::MAX));
    let n_rest = report.n_unknown.saturating_sub(report.unknown.len() as u64);
    let line = move |line: ListLine| {
        view! { <tr><td class="num">{n(line.line)}</td><td>{line.text}</td></tr> }
    };
    let rest = (n_rest > 0).then(|| {
        view! { <p class="t-small ink-2">{t::lists::and_more(n(n_rest))}</p> }
    });
    (!report.unknown.is_empty()).then(|| view! {
        <div class="li-lines" role="region" tabindex="0" aria-label=t::lists::n_unknown>
            <table class="tbl tbl-dense" aria-label=t::lists::n_unknown>
                <thead><tr><th class="num">{t::lists::line}</th><th>{t::lists::n_unknown}</th></tr></thead>
                <tbody>{report.unknown.into_iter().map(line).collect_view()}</tbody>
            </table>
            {rest}
        </div>
    })
}
