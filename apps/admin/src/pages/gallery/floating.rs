//! What floats, what is written, and what is not there.

use leptos::prelude::*;

use crate::{
    api::ApiError,
    i18n as t,
    routes::Route,
    state::toast::use_toasts,
    ui::{
        Button, ButtonKind, ButtonLink, CodeArea, CodeError, ConfirmByTyping, EmptyFiltered,
        EmptyState, FileDrop, Icon, InlineError, Menu, MenuItem, MenuLine, PreviewFrame, Section,
        Sheet, TextField,
    },
};

pub(super) fn dialogs() -> impl IntoView {
    let (dialog, sheet, toasts) = (RwSignal::new(false), RwSignal::new(false), use_toasts());
    let lines = Signal::derive(|| {
        vec![
            MenuLine::from(MenuItem::new(Icon::Eye, t::gallery::view_as, || ())),
            MenuLine::from(MenuItem::new(Icon::Copy, t::gallery::copy, || ())),
            MenuLine::Rule,
            MenuLine::from(MenuItem::new(Icon::CircleStop, t::gallery::stop, || ()).danger()),
            MenuLine::from(
                MenuItem::new(Icon::Pause, t::gallery::stop, || ()).blocked(t::gallery::stop_why),
            ),
        ]
    });
    let footer = move || view! { <Button kind=ButtonKind::Primary label=t::common::save on_press=move || sheet.set(false)/> };
    view! {
        <Section title=t::gallery::floating>
            <div class="tools">
                <Button label=t::gallery::open_dialog on_press=move || dialog.set(true)/>
                <Button label=t::gallery::open_sheet on_press=move || sheet.set(true)/>
                <Button label=t::gallery::say_toast on_press=move || toasts.say(t::common::saved())/>
                <Button
                    label=t::gallery::undo_toast
                    on_press=move || toasts.say_undoable(t::gallery::stopped_toast(), move || toasts.say(t::common::saved()))
                />
                <Button label=t::gallery::fail_toast on_press=move || toasts.fail(t::error::server())/>
                <Menu label=t::gallery::menu lines=lines/>
            </div>
            <ConfirmByTyping
                open=dialog
                title=t::gallery::dialog_title
                warning=t::gallery::dialog_warning
                word="C-00318"
                action=t::gallery::erase
                on_confirm=move || dialog.set(false)
            />
            <Sheet open=sheet title=t::gallery::sheet_title footer=footer>
                <TextField label=t::gallery::name value=RwSignal::new(String::new())/>
            </Sheet>
        </Section>
    }
}

pub(super) fn source() -> impl IntoView {
    let code = RwSignal::new(
        "<mjml>\n  <mj-body>\n    <mj-text>{{ customer.name }}</mj-text>\n  </mj-body\n</mjml>"
            .to_owned(),
    );
    let errors = Signal::derive(|| {
        vec![CodeError {
            line: 4,
            column: 3,
            message: t::gallery::code_error("mj-body"),
        }]
    });
    let toasts = use_toasts();
    let on_file = UnsyncCallback::new(move |file: web_sys::File| {
        toasts.say(t::gallery::chosen_file(file.name()));
    });
    view! {
        <Section title=t::gallery::source>
            <div class="cols g-two">
                <CodeArea label=t::gallery::code value=code errors=errors rows=8/>
                <PreviewFrame title=t::gallery::preview src=Signal::stored(String::new()) height=200/>
            </div>
            <FileDrop label=t::gallery::file hint=t::gallery::file_hint accept=".csv,text/csv" on_file=on_file/>
        </Section>
    }
}

pub(super) fn empties() -> impl IntoView {
    let failure = ApiError {
        request_id: "req_7f3a".to_owned(),
        ..ApiError::unreachable()
    };
    view! {
        <Section title=t::gallery::empties>
            <div class="g-three">
                <EmptyState title=t::gallery::empty_title body=t::gallery::empty_body>
                    <ButtonLink to=Route::NewCampaign kind=ButtonKind::Primary icon=Icon::Plus label=t::gallery::create/>
                </EmptyState>
                <EmptyFiltered on_clear=|| ()/>
                <InlineError error=failure on_retry=|| ()/>
            </div>
        </Section>
    }
}

pub(super) fn icons() -> impl IntoView {
    let icon = |icon: &Icon| view! { <span title=format!("{icon:?}")>{icon.view()}</span> };
    view! { <Section title=t::gallery::icons><div class="tools">{Icon::ALL.iter().map(icon).collect_view()}</div></Section> }
}
