//! A menu behind a button.

use leptos::{ev, html::Button as ButtonTag, prelude::*, text_prop::TextProp};
use wasm_bindgen::JsCast;

use crate::ui::{Icon, float, text};

/// One line of a menu.
#[derive(Clone)]
pub struct MenuItem {
    icon: Icon,
    label: TextProp,
    is_danger: bool,
    why_not: Option<TextProp>,
    on_press: Callback<()>,
}

impl MenuItem {
    /// Makes a line.
    pub fn new(
        icon: Icon,
        label: impl Into<TextProp>,
        on_press: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        Self {
            icon,
            label: label.into(),
            is_danger: false,
            why_not: None,
            on_press: Callback::from(on_press),
        }
    }

    /// Marks what cannot be taken back.
    #[must_use]
    pub fn danger(mut self) -> Self {
        self.is_danger = true;
        self
    }

    /// Keeps the line in its place but says why it cannot be pressed.
    #[must_use]
    pub fn blocked(mut self, why: impl Into<TextProp>) -> Self {
        self.why_not = Some(why.into());
        self
    }
}

/// A line of a menu, or the rule between two groups.
#[derive(Clone)]
pub enum MenuLine {
    /// Something to press.
    Item(MenuItem),
    /// A hairline.
    Rule,
}

impl From<MenuItem> for MenuLine {
    fn from(item: MenuItem) -> Self {
        Self::Item(item)
    }
}

/// A button that opens a menu; arrows move, Esc closes and returns to the button.
#[component]
pub fn Menu(
    /// The name of the button.
    #[prop(into)]
    label: TextProp,
    /// Its icon.
    #[prop(default = Icon::Ellipsis)]
    icon: Icon,
    /// The lines, drawn afresh at every opening.
    #[prop(into)]
    lines: Signal<Vec<MenuLine>>,
    /// Whether the button shows its word beside the icon.
    #[prop(optional)]
    wordy: bool,
    /// What the button shows instead of its icon: the first letter of a name in a ring.
    #[prop(optional, into)]
    face: Option<TextProp>,
) -> impl IntoView {
    let (place, button) = (RwSignal::new(None), NodeRef::<ButtonTag>::new());
    let name = text(label);
    let close = move || {
        place.set(None);
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    let toggle = move |_| {
        if place.get_untracked().is_some() {
            place.set(None);
        } else {
            place.set(float::below(button, 224.0));
        }
    };
    let on_key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Escape" if place.get_untracked().is_some() => {
            event.stop_propagation();
            close();
        }
        "ArrowDown" => step(&event, 1),
        "ArrowUp" => step(&event, -1),
        _ => {}
    };
    close_outside(place);
    let class = match (wordy, &face) {
        (_, Some(_)) => "me",
        (true, None) => "btn",
        (false, None) => "btn btn-quiet btn-icon",
    };
    let face = match face {
        Some(face) => view! { <span aria-hidden="true">{text(face)}</span> }.into_any(),
        None => icon.view().into_any(),
    };
    let spoken = (!wordy).then(|| name.clone());
    let word = wordy.then_some(name);
    view! {
        <span class="menu-w" on:keydown=on_key>
            <button
                type="button"
                class=class
                node_ref=button
                aria-haspopup="menu"
                aria-expanded=move || if place.with(Option::is_some) { "true" } else { "false" }
                aria-label=spoken
                on:click=toggle
            >
                {face}
                {word}
            </button>
            {move || place.get().map(|at| view! { <Lines at=at lines=lines place=place/> })}
        </span>
    }
}

#[component]
fn Lines(
    at: float::Place,
    lines: Signal<Vec<MenuLine>>,
    place: RwSignal<Option<float::Place>>,
) -> impl IntoView {
    let line = move |line: MenuLine| match line {
        MenuLine::Rule => view! { <hr/> }.into_any(),
        MenuLine::Item(item) => {
            let is_blocked = item.why_not.is_some();
            view! {
                <button
                    type="button"
                    role="menuitem"
                    class:is-danger=item.is_danger
                    aria-disabled=is_blocked.then_some("true")
                    title=item.why_not.map(text)
                    on:click=move |_| if !is_blocked { place.set(None); item.on_press.run(()) }
                >
                    {item.icon.view()}
                    {text(item.label)}
                </button>
            }
            .into_any()
        }
    };
    view! {
        <span class="menu menu-f" role="menu" style:left=at.left() style:top=at.top()>
            {lines.get_untracked().into_iter().map(line).collect_view()}
        </span>
    }
}

/// Closes the menu when something beside it is pressed.
fn close_outside(place: RwSignal<Option<float::Place>>) {
    let outside = window_event_listener(ev::pointerdown, move |event| {
        let inside = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if place.get_untracked().is_some()
            && inside.is_none_or(|element| !matches!(element.closest(".menu-w"), Ok(Some(_))))
        {
            place.set(None);
        }
    });
    on_cleanup(move || outside.remove());
}

/// Moves the focus by one line, round the ends.
fn step(event: &ev::KeyboardEvent, by: i32) {
    let Some(menu) = event
        .current_target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
    else {
        return;
    };
    let Ok(items) = menu.query_selector_all("[role=menuitem]") else {
        return;
    };
    let count = i32::try_from(items.length()).unwrap_or_default();
    if count == 0 {
        return;
    }
    event.prevent_default();
    let active = document().active_element();
    let at = (0..count).find(|at| active.as_deref() == items.item(at.cast_unsigned()).as_ref());
    let next = at.map_or(if by > 0 { 0 } else { count - 1 }, |at| {
        (at + by).rem_euclid(count)
    });
    if let Some(item) = items
        .item(next.cast_unsigned())
        .and_then(|node| node.dyn_into::<web_sys::HtmlElement>().ok())
    {
        let _ = item.focus();
    }
}
