//! The left side: name, language, subject, preheader, body, text.
#![expect(
    clippy::large_types_passed_by_value,
    reason = "a bundle of signals, copied into closures like any signal"
)]

use leptos::prelude::*;

use super::{page::Unsaved, state::State, variables::Variables};
use crate::{
    i18n as t,
    pages::contents::logic::{self, LOCALES},
    state::toast::use_toasts,
    ui::{Button, ButtonKind, Checkbox, Choice, CodeArea, EmptyState, Icon, Tabs, TextField},
};

/// The left side of the editor.
#[component]
pub fn Source(
    /// The state of the editor.
    state: State,
) -> impl IntoView {
    let choices = vec![
        Choice::new("ja", t::contents::locale_ja),
        Choice::new("en", t::contents::locale_en),
    ];
    let is_open = RwSignal::new(false);
    view! {
        <section class="ed-s">
            <TextField label=t::contents::name value=state.name error=name_error(state)/>
            <div class="ed-t">
                <Tabs label=t::contents::language value=state.tab choices=choices/>
                <span class="grow"></span>
                <Unsaved state=state/>
                <button
                    type="button"
                    class="btn btn-sm"
                    aria-expanded=move || if is_open.get() { "true" } else { "false" }
                    on:click=move |_| is_open.update(|open| *open = !*open)
                >
                    {Icon::Plus.view()}
                    {t::contents::insert}
                </button>
            </div>
            {move || is_open.get().then(|| view! { <Variables state=state/> })}
            {LOCALES.map(|locale| view! { <Language state=state locale=locale/> })}
        </section>
    }
}

fn name_error(state: State) -> Signal<Option<String>> {
    Signal::derive(move || {
        state.failure.with(|failure| {
            failure
                .as_ref()
                .and_then(|failure| failure.field("/document/name"))
        })
    })
}

/// The fields of one language; hidden, not taken away, while the other is in view, so that undo survives.
#[component]
fn Language(state: State, locale: &'static str) -> impl IntoView {
    let fields = state.fields(locale);
    let is_there = move || fields.exists.get();
    view! {
        <div class="ed-l" hidden=move || state.tab.with(|tab| tab != locale)>
            <Show when=is_there fallback=move || view! { <Missing state=state locale=locale/> }>
                <Written state=state locale=locale/>
            </Show>
        </div>
    }
}

#[component]
fn Written(state: State, locale: &'static str) -> impl IntoView {
    let fields = state.fields(locale);
    let toasts = use_toasts();
    let marks = move |field: &'static str| {
        Signal::derive(move || {
            state.failure.with(|failure| {
                failure
                    .as_ref()
                    .map(|failure| logic::marks(&failure.errors, locale, field))
                    .unwrap_or_default()
            })
        })
    };
    let first = move |field: &'static str| {
        let marks = marks(field);
        Signal::derive(move || marks.with(|marks| marks.first().map(|mark| mark.message.clone())))
    };
    let is_spare = move || {
        state
            .saved
            .with(|saved| saved.document.default_locale != locale)
    };
    let drop = move || {
        let kept = untrack(|| state.document().variants.get(locale).cloned());
        fields.fill(None);
        toasts.say_undoable(t::contents::dropped_locale(), move || {
            fields.fill(kept.as_ref());
        });
    };
    let name = move |field: &str| format!("{locale}/{field}");
    view! {
        <div data-field=name("subject") on:focusin=move |_| state.enter("subject")>
            <TextField label=t::contents::subject value=fields.subject error=first("subject")/>
        </div>
        <div data-field=name("preheader") on:focusin=move |_| state.enter("preheader")>
            <TextField label=t::contents::preheader hint=t::contents::preheader_hint value=fields.preheader error=first("preheader")/>
        </div>
        <div data-field=name("mjml") on:focusin=move |_| state.enter("mjml")>
            <CodeArea label=t::contents::body value=fields.mjml errors=marks("mjml") rows=24/>
        </div>
        <p class="hint">{t::contents::editor_hint}</p>
        <Checkbox label=t::contents::own_text checked=fields.has_text on_change=move |on: bool| fields.has_text.set(on)/>
        {move || (!fields.has_text.get()).then(|| view! { <p class="hint">{t::contents::text_hint}</p> })}
        {move || fields.has_text.get().then(|| view! {
            <div data-field=name("text") on:focusin=move |_| state.enter("text")>
                <CodeArea label=t::contents::text_part value=fields.text errors=marks("text") rows=10/>
            </div>
        })}
        {move || is_spare().then(|| view! {
            <div class="tools"><Button kind=ButtonKind::Quiet icon=Icon::Minus label=t::contents::drop_locale on_press=drop/></div>
        })}
    }
}

#[component]
fn Missing(state: State, locale: &'static str) -> impl IntoView {
    let add = move || {
        let document = untrack(|| state.document());
        let original = document.variants.get(&document.default_locale);
        let original = original.or_else(|| document.variants.values().next());
        state.fields(locale).fill(original);
    };
    view! {
        <EmptyState title=t::contents::no_locale_title body=t::contents::no_locale_body>
            <Button icon=Icon::Copy label=t::contents::add_locale on_press=add/>
        </EmptyState>
    }
}
