//! A plain source editor: line numbers, and marks at the lines that are wrong.

use std::collections::BTreeSet;

use leptos::{ev, html, prelude::*, text_prop::TextProp};

use crate::ui::{Icon, id, text};

/// Something wrong at a place of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// The height of a line in pixels, as the style sheet has it.
const LINE: usize = 20;

/// The editor.
#[component]
pub fn CodeArea(
    /// What is edited.
    #[prop(into)]
    label: TextProp,
    /// The source.
    value: RwSignal<String>,
    /// What is wrong with it; a press on one goes to its place.
    #[prop(optional, into)]
    errors: Signal<Vec<CodeError>>,
    /// How many lines are in view.
    #[prop(default = 24)]
    rows: u32,
) -> impl IntoView {
    let (area, scroll, id) = (
        NodeRef::<html::Textarea>::new(),
        RwSignal::new(0),
        id::next("code"),
    );
    let go_to = move |line: usize, column: usize| {
        let Some(area) = area.get_untracked() else {
            return;
        };
        let at = value.with_untracked(|text| offset(text, line, column));
        let _ = area.focus();
        let _ = area.set_selection_range(at, at);
        // Browsers do not scroll to where a program puts the caret.
        let top = i32::try_from(line.saturating_sub(4) * LINE).unwrap_or_default();
        area.set_scroll_top(top);
    };
    let is_free = RwSignal::new(false);
    let on_key = move |event: ev::KeyboardEvent| on_key(&event, area, value, is_free);
    let go_to = Callback::from(go_to);
    view! {
        <div class="field">
            <label for=id.clone()>{text(label)}</label>
            <div class="code">
                <Margin value=value errors=errors scroll=scroll/>
                <textarea
                    id=id.clone()
                    node_ref=area
                    spellcheck="false"
                    autocapitalize="off"
                    wrap="off"
                    rows=rows
                    aria-describedby=format!("{id}-e")
                    aria-invalid=move || errors.with(|errors| (!errors.is_empty()).then_some("true"))
                    bind:value=value
                    on:keydown=on_key
                    on:focus=move |_| is_free.set(false)
                    on:scroll:target=move |event| scroll.set(event.target().scroll_top())
                ></textarea>
            </div>
            <Problems id=format!("{id}-e") errors=errors go_to=go_to/>
        </div>
    }
}

/// Numbers beside the text, and bands under the wrong lines: the text stands above them on nothing.
#[component]
fn Margin(
    value: RwSignal<String>,
    errors: Signal<Vec<CodeError>>,
    scroll: RwSignal<i32>,
) -> impl IntoView {
    let count = Memo::new(move |_| value.with(|text| text.split('\n').count()));
    let wrong = Memo::new(move |_| {
        let lines = errors.with(|errors| errors.iter().map(|error| error.line).collect::<Vec<_>>());
        lines.into_iter().collect::<BTreeSet<_>>()
    });
    let shift = move || format!("translateY(-{}px)", scroll.get());
    let numbers = move || {
        let wrong = wrong.get();
        (1..=count.get())
            .map(|line| view! { <span class:is-wrong=wrong.contains(&line)>{line}</span> })
            .collect_view()
    };
    let bands = move || {
        let top = |line: usize| format!("{}px", line.saturating_sub(1) * LINE);
        let band = |line| view! { <i style:top=top(line)></i> };
        wrong.get().into_iter().map(band).collect_view()
    };
    view! {
        <div class="code-n" aria-hidden="true"><div style:transform=shift>{numbers}</div></div>
        <div class="code-m" aria-hidden="true"><div style:transform=shift>{bands}</div></div>
    }
}

#[component]
fn Problems(
    id: String,
    errors: Signal<Vec<CodeError>>,
    go_to: Callback<(usize, usize)>,
) -> impl IntoView {
    let problem = move |error: CodeError| {
        view! {
            <li>
                {Icon::CircleAlert.small()}
                <button type="button" class="link" on:click=move |_| go_to.run((error.line, error.column))>
                    {format!("{}:{}", error.line, error.column)}
                </button>
                {error.message}
            </li>
        }
    };
    view! {
        <ul class="code-e" id=id aria-live="polite">
            {move || errors.get().into_iter().map(problem).collect_view()}
        </ul>
    }
}

/// A tab is two spaces here; Esc gives the Tab key back to the page.
fn on_key(
    event: &ev::KeyboardEvent,
    area: NodeRef<html::Textarea>,
    value: RwSignal<String>,
    is_free: RwSignal<bool>,
) {
    match event.key().as_str() {
        "Escape" => is_free.set(true),
        "Tab" if !is_free.get_untracked() && !event.shift_key() && !event.is_composing() => {
            event.prevent_default();
            if let Some(area) = area.get_untracked() {
                insert(&area, "  ");
                value.set(area.value());
            }
        }
        _ => {}
    }
}

fn insert(area: &web_sys::HtmlTextAreaElement, text: &str) {
    let start = area.selection_start().ok().flatten().unwrap_or_default();
    let end = area.selection_end().ok().flatten().unwrap_or(start);
    let _ = area.set_range_text_with_start_and_end(text, start, end);
    let after =
        start.saturating_add(u32::try_from(text.encode_utf16().count()).unwrap_or_default());
    let _ = area.set_selection_range(after, after);
}

/// Returns the offset of a place (line and column from 1) in UTF-16 units, which is how browsers count.
pub fn offset(text: &str, line: usize, column: usize) -> u32 {
    let before: usize = text
        .split('\n')
        .take(line.saturating_sub(1))
        .map(|line| line.encode_utf16().count() + 1)
        .sum();
    let within: usize = text
        .split('\n')
        .nth(line.saturating_sub(1))
        .map_or(0, |line| {
            line.chars()
                .take(column.saturating_sub(1))
                .map(char::len_utf16)
                .sum()
        });
    u32::try_from(before + within).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::offset;

    #[test]
    fn a_place_is_counted_as_browsers_count() {
        let text = "ab\n𠮷野家\nc";
        assert_eq!(offset(text, 1, 1), 0);
        assert_eq!(offset(text, 2, 2), 5);
        assert_eq!(offset(text, 3, 9), 9);
    }
}
