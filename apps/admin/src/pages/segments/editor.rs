//! The rule being edited: its document, the way back, and what it counts at this moment.

use std::time::Duration;

use api_types::{
    FieldError,
    lists::ListView,
    segments::{BothLanguages, SegmentNode, SegmentPreview, SegmentView, SegmentVocabulary},
};
use leptos::prelude::*;
use serde_json::Value;
use wasm_bindgen_futures::spawn_local;
use web_sys::AbortController;

use super::logic::{self, ROOT};
use crate::{
    api::{ApiError, Load, lists, load, segments as api},
    state::locale::{self, Locale},
};

const PAUSE: Duration = Duration::from_millis(250);
/// Typing within this time is one step back.
const ONE_STEP_MS: i64 = 1_200;
const MAX_STEPS: usize = 100;

/// The editor of one rule; `Copy`, to be passed to every row.
#[derive(Clone, Copy)]
pub(crate) struct Editor {
    document: RwSignal<Value>,
    past: RwSignal<Vec<Value>>,
    last_typed: StoredValue<(String, i64)>,
    preview: RwSignal<Option<SegmentPreview>>,
    is_asking: RwSignal<bool>,
    is_moved: RwSignal<bool>,
    error: RwSignal<Option<ApiError>>,
    current: RwSignal<Option<String>>,
    /// What conditions can speak of.
    pub(crate) vocabulary: Load<SegmentVocabulary>,
    /// The other segments.
    pub(crate) segments: Load<Vec<SegmentView>>,
    /// Lists of people.
    pub(crate) lists: Load<Vec<ListView>>,
}

/// Returns the text of the page's language.
pub(crate) fn said(text: &BothLanguages) -> String {
    match locale::current() {
        Locale::Ja => text.ja.clone(),
        Locale::En => text.en.clone(),
    }
}

impl Editor {
    /// Begins with a document and counts it.
    pub(crate) fn begin(document: &Value) -> Self {
        let editor = Self {
            document: RwSignal::new(logic::normal(document)),
            past: RwSignal::new(Vec::new()),
            last_typed: StoredValue::new((String::new(), 0)),
            preview: RwSignal::new(None),
            is_asking: RwSignal::new(true),
            is_moved: RwSignal::new(false),
            error: RwSignal::new(None),
            current: RwSignal::new(None),
            vocabulary: load(
                || (),
                |(), signal| async move { api::vocabulary(Some(&signal)).await },
            ),
            segments: load(
                || (),
                |(), signal| async move { api::all(Some(&signal)).await },
            ),
            lists: load(
                || (),
                |(), signal| async move { lists::latest(&signal).await },
            ),
        };
        editor.count_along();
        editor
    }

    /// Returns the document, following it.
    pub(crate) fn document(self) -> Value {
        self.document.get()
    }

    /// Returns the document as it is now.
    pub(crate) fn document_now(self) -> Value {
        self.document.get_untracked()
    }

    /// Reads the document in place, following it.
    pub(crate) fn read<T>(self, read: impl FnOnce(&Value) -> T) -> T {
        self.document.with(read)
    }

    /// Follows the value at a pointer.
    pub(crate) fn at(self, pointer: impl Into<String>) -> Memo<Option<Value>> {
        let pointer = pointer.into();
        Memo::new(move |_| {
            self.document
                .with(|document| document.pointer(&pointer).cloned())
        })
    }

    /// Puts a value at a pointer; typing on at the same place is one step back.
    pub(crate) fn set(self, pointer: &str, value: Value) {
        if self
            .document
            .with_untracked(|document| document.pointer(pointer) == Some(&value))
        {
            return;
        }
        let now = crate::format::zone::now();
        let goes_on = self
            .last_typed
            .with_value(|(place, at)| place == pointer && now - at < ONE_STEP_MS);
        if !goes_on {
            self.remember();
        }
        self.last_typed.set_value((pointer.to_owned(), now));
        self.document
            .update(|document| logic::set(document, pointer, value));
    }

    /// Changes the tree; what was counted stands at other places then and is taken off.
    pub(crate) fn change<T>(self, change: impl FnOnce(&mut Value) -> T) -> Option<T> {
        self.remember();
        self.last_typed.set_value((String::new(), 0));
        self.is_moved.set(true);
        self.document.try_update(change)
    }

    /// Adds a condition to a group and goes to it.
    pub(crate) fn add(self, group: &str, node: Value) {
        let group = group.to_owned();
        let at = self
            .change(move |document| logic::add(document, &group, node))
            .flatten();
        if let Some(at) = at {
            self.go_to(&at);
        }
    }

    fn remember(self) {
        let document = self.document.get_untracked();
        self.past.update(|past| {
            if past.len() >= MAX_STEPS {
                past.remove(0);
            }
            past.push(document);
        });
    }

    /// Whether there is a way back.
    pub(crate) fn can_undo(self) -> bool {
        self.past.with(|past| !past.is_empty())
    }

    /// Takes the last step back.
    pub(crate) fn undo(self) {
        if let Some(document) = self.past.try_update(Vec::pop).flatten() {
            self.is_moved.set(true);
            self.document.set(document);
        }
    }

    /// Forgets the way here; after loading another version.
    pub(crate) fn restart(self, document: &Value) {
        self.past.set(Vec::new());
        self.is_moved.set(true);
        self.document.set(logic::normal(document));
    }

    /// Whether a row is the one last gone to.
    pub(crate) fn is_current(self, pointer: &str) -> bool {
        self.current
            .with(|current| current.as_deref() == Some(pointer))
    }

    /// Scrolls to a row and puts the focus on its first control.
    pub(crate) fn go_to(self, pointer: &str) {
        self.current.set(Some(pointer.to_owned()));
        let id = row_id(pointer);
        set_timeout(move || focus_in(&id), Duration::from_millis(30));
    }

    /// Returns what the server counted last.
    pub(crate) fn preview(self) -> Option<SegmentPreview> {
        self.preview.get()
    }

    /// Whether what is shown is older than the document.
    pub(crate) fn is_asking(self) -> bool {
        self.is_asking.get()
    }

    /// Returns why it could not be counted, when that is not one row's fault.
    pub(crate) fn failure(self) -> Option<ApiError> {
        self.error.get().filter(|error| error.errors.is_empty())
    }

    /// Whether the rule can be counted and saved as it stands.
    pub(crate) fn is_sound(self) -> bool {
        self.error.with(Option::is_none)
    }

    /// Returns what was counted for a row, unless rows have moved since.
    pub(crate) fn counted(self, pointer: &str) -> Option<SegmentNode> {
        if self.is_moved.get() {
            return None;
        }
        self.preview.with(|preview| {
            preview
                .as_ref()?
                .nodes
                .iter()
                .find(|node| node.pointer == pointer)
                .cloned()
        })
    }

    /// Returns the share of everybody that a row selects.
    #[expect(clippy::cast_precision_loss, reason = "a bar of some hundred pixels")]
    pub(crate) fn share(self, pointer: &str) -> f64 {
        let everybody = self
            .preview
            .with(|preview| preview.as_ref().map_or(0, |preview| preview.everybody));
        let count = self.counted(pointer).map_or(0, |node| node.count);
        if everybody > 0 {
            count as f64 / everybody as f64
        } else {
            0.0
        }
    }

    /// Returns what is wrong or doubtful at a row itself, not at the rows inside it.
    pub(crate) fn remarks(self, item: &logic::Item) -> Vec<(bool, String)> {
        let full = format!("/document{}", item.inner);
        let is_here = |error: &FieldError| {
            error.pointer.strip_prefix(&full).is_some_and(|rest| {
                (rest.is_empty() || rest.starts_with('/'))
                    && !(item.kind.is_group()
                        && rest.trim_start_matches('/').split('/').nth(1).is_some())
            })
        };
        let wrong = self.error.with(|error| {
            let found = error
                .as_ref()
                .map(|error| error.errors.clone())
                .unwrap_or_default();
            found
                .into_iter()
                .filter(is_here)
                .map(|error| (true, error.message))
                .collect::<Vec<_>>()
        });
        let doubtful = self.preview.with(|preview| {
            let found = preview
                .as_ref()
                .map(|preview| preview.warnings.clone())
                .unwrap_or_default();
            found
                .into_iter()
                .filter(is_here)
                .map(|error| (false, error.message))
                .collect::<Vec<_>>()
        });
        [wrong, doubtful].concat()
    }

    /// Asks again, after a failure.
    pub(crate) fn recount(self) {
        self.document.notify();
    }

    /// Counts whenever the document has rested for a moment; an older answer is broken off and never shown.
    fn count_along(self) {
        let running = StoredValue::new_local(None::<AbortController>);
        let timer = StoredValue::new(None::<TimeoutHandle>);
        let is_first = StoredValue::new(true);
        Effect::new(move |_| {
            let document = self.document.get();
            self.is_asking.set(true);
            if let Some(timer) = timer.get_value() {
                timer.clear();
            }
            let wait = if is_first.get_value() {
                Duration::ZERO
            } else {
                PAUSE
            };
            is_first.set_value(false);
            let handle = set_timeout_with_handle(move || self.ask(document, running), wait).ok();
            timer.set_value(handle);
        });
        on_cleanup(move || {
            if let Some(Some(timer)) = timer.try_get_value() {
                timer.clear();
            }
            let _ = running.try_update_value(|running| {
                if let Some(running) = running.take() {
                    running.abort();
                }
            });
        });
    }

    fn ask(self, document: Value, running: StoredValue<Option<AbortController>, LocalStorage>) {
        let Ok(controller) = AbortController::new() else {
            return;
        };
        let signal = controller.signal();
        let former = running.try_update_value(|running| running.replace(controller));
        if let Some(Some(former)) = former {
            former.abort();
        }
        spawn_local(async move {
            let answer = api::preview(document, Some(&signal)).await;
            if signal.aborted() {
                return;
            }
            self.is_asking.try_set(false);
            match answer {
                Ok(preview) => {
                    self.error.try_set(None);
                    self.preview.try_set(Some(preview));
                    self.is_moved.try_set(false);
                }
                Err(error) => {
                    self.error.try_set(Some(error));
                }
            }
        });
    }

    /// Returns the conditions in the order of the sentence, with what they say.
    pub(crate) fn clauses(self) -> Vec<(String, String)> {
        let Some(preview) = self.preview.get() else {
            return Vec::new();
        };
        let is_leaf = |node: &&SegmentNode| {
            self.document.with_untracked(|document| {
                let item = logic::item(document, &node.pointer);
                !item.kind.is_group() && item.inner == node.pointer
            })
        };
        let found = preview.nodes.iter().filter(is_leaf);
        let (without, with): (Vec<_>, Vec<_>) =
            found.partition(|node| node.pointer.contains("/not"));
        // What is left out stands behind everything else.
        [with, without]
            .concat()
            .into_iter()
            .map(|node| (node.pointer.clone(), said(&node.sentence)))
            .collect()
    }

    /// Whether the rule is the empty one.
    pub(crate) fn is_empty(self) -> bool {
        self.document
            .with(|document| logic::items(document, ROOT).is_empty())
    }
}

/// Returns the element id of a row.
pub(crate) fn row_id(pointer: &str) -> String {
    format!("row{}", pointer.replace('/', "-"))
}

fn focus_in(id: &str) {
    use wasm_bindgen::JsCast;
    let Some(row) = document().get_element_by_id(id) else {
        return;
    };
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    row.scroll_into_view_with_scroll_into_view_options(&options);
    if let Ok(Some(control)) = row.query_selector(".ctl select, .ctl button, .ctl input")
        && let Ok(control) = control.dyn_into::<web_sys::HtmlElement>()
    {
        let _ = control.focus();
    }
}
