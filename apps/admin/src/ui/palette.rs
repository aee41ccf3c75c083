//! The command palette: `Ctrl K` goes anywhere. Kana finds kanji through each entry's reading.
//!
//! Pages and areas are always there; what else is found is up to the searches given to [`PaletteState::set_searches`].

mod places;

use std::{future::Future, pin::Pin, rc::Rc, time::Duration};

use leptos::{ev, html, leptos_dom::helpers::debounce, prelude::*};
use wasm_bindgen_futures::spawn_local;

use crate::{
    i18n as t,
    routes::{Route, use_go},
    ui::Icon,
};

/// Something the palette can go to.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Its icon.
    pub icon: Icon,
    /// Its name.
    pub label: String,
    /// What stands grey at the right.
    pub note: String,
    /// Where it leads.
    pub to: Route,
}

/// Finds things of one kind by what is typed.
pub type Search = Rc<dyn Fn(String) -> Pin<Box<dyn Future<Output = Vec<Hit>>>>>;

/// Makes a search of an async function.
pub fn search<F, Fut>(find: F) -> Search
where
    F: Fn(String) -> Fut + 'static,
    Fut: Future<Output = Vec<Hit>> + 'static,
{
    Rc::new(move |text| Box::pin(find(text)))
}

/// Whether the palette is open, and what it searches.
#[derive(Clone, Copy)]
pub struct PaletteState {
    is_open: RwSignal<bool>,
    searches: StoredValue<Vec<Search>, LocalStorage>,
}

impl PaletteState {
    /// Provides the context.
    pub fn provide() -> Self {
        let state = Self {
            is_open: RwSignal::new(false),
            searches: StoredValue::new_local(Vec::new()),
        };
        provide_context(state);
        state
    }

    /// Opens or closes it.
    pub fn toggle(self) {
        self.is_open.update(|open| *open = !*open);
    }

    /// Sets the searches over the workspace's own things; each is asked once one pauses in typing.
    pub fn set_searches(self, searches: Vec<Search>) {
        self.searches.set_value(searches);
    }
}

/// Returns the palette of the page.
pub fn use_palette() -> PaletteState {
    expect_context()
}

/// The palette itself; one in the shell.
#[component]
pub fn Palette() -> impl IntoView {
    let state = use_palette();
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let (is_open, Some(dialog)) = (state.is_open.get(), node.get()) else {
            return;
        };
        if is_open && !dialog.open() {
            let _ = dialog.show_modal();
        } else if !is_open && dialog.open() {
            dialog.close();
        }
    });
    let on_backdrop = move |event: ev::MouseEvent| {
        if node
            .get_untracked()
            .is_some_and(|dialog| event.target().as_ref() == Some(dialog.as_ref()))
        {
            state.is_open.set(false);
        }
    };
    view! {
        <dialog class="pal" node_ref=node aria-label=t::palette::title on:close=move |_| state.is_open.set(false) on:mousedown=on_backdrop>
            {move || state.is_open.get().then(|| view! { <Body state=state/> })}
        </dialog>
    }
}

#[component]
fn Body(state: PaletteState) -> impl IntoView {
    let (typed, at, found) = (
        RwSignal::new(String::new()),
        RwSignal::new(0_usize),
        RwSignal::new(Vec::<Vec<Hit>>::new()),
    );
    search_as_typed(state, typed, found);
    let hits = Memo::new(move |_| {
        let mut hits: Vec<Hit> = places::matching(&typed.get(), places::all());
        hits.extend(found.get().into_iter().flatten());
        hits
    });
    let go = use_go();
    let open = move |at: usize| {
        if let Some(hit) = hits.with_untracked(|hits| hits.get(at).cloned()) {
            state.is_open.set(false);
            go(&hit.to);
        }
    };
    let open_key = open.clone();
    let on_key = move |event: ev::KeyboardEvent| {
        let count = hits.with_untracked(Vec::len).max(1);
        match event.key().as_str() {
            _ if event.is_composing() => return,
            "ArrowDown" => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => at.update(|at| *at = (*at + count - 1) % count),
            "Enter" => open_key(at.get_untracked()),
            _ => return,
        }
        event.prevent_default();
    };
    let line = move |(row, hit): (usize, Hit)| {
        let open = open.clone();
        view! {
            <li
                id=format!("pal-{row}")
                role="option"
                class:on=move || at.get() == row
                aria-selected=move || if at.get() == row { "true" } else { "false" }
                on:pointermove=move |_| at.set(row)
                on:click=move |_| open(row)
            >
                {hit.icon.view()}
                {hit.label}
                <span class="r">{hit.note}</span>
            </li>
        }
    };
    view! {
        <div class="pal-in">
            {Icon::Search.view()}
            <input
                autofocus
                role="combobox"
                aria-expanded="true"
                aria-controls="pal-list"
                aria-activedescendant=move || format!("pal-{}", at.get())
                aria-label=t::palette::title
                placeholder=t::palette::placeholder
                autocomplete="off"
                bind:value=typed
                on:input=move |_| at.set(0)
                on:keydown=on_key
            />
        </div>
        <ul id="pal-list" role="listbox" aria-label=t::palette::results>
            {move || hits.get().into_iter().enumerate().map(line.clone()).collect_view()}
        </ul>
        {move || hits.with(Vec::is_empty).then(|| view! { <p class="pal-none">{t::palette::none}</p> })}
        <footer>
            <span><kbd>"↑ ↓"</kbd> {t::palette::choose}</span>
            <span><kbd>"Enter"</kbd> {t::palette::open}</span>
            <span><kbd>"Esc"</kbd> {t::palette::close}</span>
        </footer>
    }
}

/// Asks every search; the answers stand in the order of the searches, whichever comes first.
fn search_as_typed(state: PaletteState, typed: RwSignal<String>, found: RwSignal<Vec<Vec<Hit>>>) {
    let mut ask = debounce(Duration::from_millis(200), move |text: String| {
        let searches = state.searches.try_get_value().unwrap_or_default();
        for (at, search) in searches.into_iter().enumerate() {
            let text = text.clone();
            spawn_local(async move {
                let hits = search(text.clone()).await;
                // An answer to something typed before is no answer any more.
                if typed.try_get_untracked().as_deref() == Some(&text) {
                    found.try_update(|found| {
                        if found.len() <= at {
                            found.resize(at + 1, Vec::new());
                        }
                        if let Some(place) = found.get_mut(at) {
                            *place = hits;
                        }
                    });
                }
            });
        }
    });
    Effect::new(move |_| {
        let text = typed.get();
        found.set(Vec::new());
        if !text.trim().is_empty() {
            ask(text);
        }
    });
}
