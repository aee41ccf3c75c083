//! The builder: the sentence, the total, the tree, and beside them whom it means.
#![expect(
    clippy::large_types_passed_by_value,
    reason = "a bundle of signals, copied into closures like any signal"
)]

use api_types::segments::{CreateSegment, SaveSegment, SegmentView};
use leptos::{ev, prelude::*};
use serde_json::Value;

use super::{
    editor::{Editor, row_id, said},
    growth::Growth,
    logic::sentence,
    overlap::Overlap,
    people::Examples,
    remarks::Remarks,
    tree::Tree,
    uses::Uses,
    versions::Versions,
    vip::Vip,
    why::Why,
};
use crate::{
    api::{Submit, segments as api},
    app::{bar::use_crumb, shortcuts},
    format, i18n as t,
    routes::{Route, use_go},
    state::{session, toast::use_toasts},
    ui::{
        Button, ButtonKind, Dialog, FormError, Icon, InlineError, PageHeader, TextArea, TextField,
    },
};

/// What the builder begins with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Start {
    /// The rule.
    pub(crate) document: Value,
    /// The name.
    pub(crate) name: String,
    /// What it is for.
    pub(crate) description: String,
    /// The template that it comes from.
    pub(crate) template: Option<String>,
    /// The saved segment, none for a new one.
    pub(crate) saved: Option<SegmentView>,
}

/// The name, the rule, and what they were when last saved.
#[derive(Clone, Copy)]
struct Sheet {
    editor: Editor,
    name: RwSignal<String>,
    description: RwSignal<String>,
    saved: RwSignal<Option<SegmentView>>,
    template: StoredValue<Option<String>>,
    submit: Submit,
    is_conflict: RwSignal<bool>,
    is_naming: RwSignal<bool>,
    is_looking_back: RwSignal<bool>,
}

impl Sheet {
    fn is_changed(self) -> bool {
        let name = self.name.get();
        let description = self.description.get();
        let document = self.editor.document();
        self.saved.with(|saved| {
            saved.as_ref().is_none_or(|saved| {
                saved.name != name
                    || saved.description != description
                    || super::logic::normal(&saved.document) != document
            })
        })
    }

    fn save(self, over: Option<i64>, then: impl FnOnce(SegmentView, bool) + 'static) {
        let (name, description) = (self.name.get_untracked(), self.description.get_untracked());
        let document = self.editor.document_now();
        let saved = self.saved.get_untracked();
        let template = self.template.get_value();
        let is_new = saved.is_none();
        self.submit.run(
            async move {
                match saved {
                    Some(saved) => {
                        let version = over.unwrap_or(saved.version);
                        api::save(
                            &saved.id,
                            &SaveSegment {
                                version,
                                name,
                                description,
                                document,
                            },
                        )
                        .await
                    }
                    None => {
                        api::create(&CreateSegment {
                            name,
                            description,
                            document,
                            template,
                        })
                        .await
                    }
                }
            },
            move |view| {
                self.saved.set(Some(view.clone()));
                self.is_conflict.set(false);
                self.is_naming.set(false);
                then(view, is_new);
            },
        );
    }
}

/// The builder of a new or a saved segment.
#[component]
pub(crate) fn Builder(
    /// What it begins with.
    start: Start,
) -> impl IntoView {
    let sheet = Sheet {
        editor: Editor::begin(&start.document),
        name: RwSignal::new(start.name),
        description: RwSignal::new(start.description),
        saved: RwSignal::new(start.saved),
        template: StoredValue::new(start.template),
        submit: Submit::default(),
        is_conflict: RwSignal::new(false),
        is_naming: RwSignal::new(false),
        is_looking_back: RwSignal::new(false),
    };
    let editor = sheet.editor;
    use_crumb(move || title(sheet));
    undo_by_key(editor);
    Effect::new(move |_| {
        if sheet
            .submit
            .error()
            .is_some_and(|error| error.is_conflict())
        {
            sheet.is_conflict.set(true);
        }
    });
    let uses = Memo::new(move |_| {
        sheet
            .saved
            .with(|saved| saved.as_ref().map(|saved| saved.id.clone()))
    });
    view! {
        <Head sheet=sheet/>
        <Sentence editor=editor/>
        <div class="sg">
            <section class="tree" aria-label=t::segments::conditions>
                <Total editor=editor/>
                {move || editor.failure().map(|error| view! { <InlineError error=error on_retry=move || editor.recount()/> })}
                <Tree editor=editor/>
                <Why editor=editor/>
            </section>
            <div class="stack">
                <Remarks editor=editor own=uses.into()/>
                <Overlap editor=editor own=uses.into()/>
                <Examples editor=editor/>
                {move || uses.get().map(|id| view! { <Uses id=id/> <Vip saved=sheet.saved/> })}
            </div>
        </div>
        {move || sheet.saved.get().map(|saved| view! { <Growth id=saved.id version=saved.version/> })}
        <Naming sheet=sheet/>
        <Conflict sheet=sheet/>
        <LookingBack sheet=sheet/>
    }
}

fn title(sheet: Sheet) -> String {
    let name = sheet.name.get();
    if name.trim().is_empty() {
        t::segments::new_title().to_owned()
    } else {
        name
    }
}

fn undo_by_key(editor: Editor) {
    let handle = window_event_listener(ev::keydown, move |event| {
        let is_undo =
            (event.ctrl_key() || event.meta_key()) && !event.shift_key() && event.key() == "z";
        if is_undo && !shortcuts::is_typing(&event) {
            event.prevent_default();
            editor.undo();
        }
    });
    on_cleanup(move || handle.remove());
}

#[component]
fn Head(sheet: Sheet) -> impl IntoView {
    let editor = sheet.editor;
    let version = move || {
        sheet.saved.with(|saved| match saved {
            Some(saved) => t::segments::version(saved.version),
            None => t::segments::unsaved().to_owned(),
        })
    };
    let above = ViewFn::from(move || view! { <div class="t-small ink-3">{version}</div> });
    let save = use_save(sheet);
    let may = move || session::may("segments:write");
    let has_history = move || {
        let saved = |saved: &Option<SegmentView>| saved.as_ref().is_some_and(|one| one.version > 1);
        sheet.saved.with(saved)
    };
    let press = move || {
        if sheet.name.get_untracked().trim().is_empty() {
            sheet.is_naming.set(true);
        } else {
            save(None);
        }
    };
    let cannot_save = Signal::derive(move || !may() || !editor.is_sound() || !sheet.is_changed());
    view! {
        <PageHeader title=move || title(sheet) above=above>
            {move || has_history().then(|| view! {
                <Button kind=ButtonKind::Quiet icon=Icon::Clock label=t::segments::history on_press=move || sheet.is_looking_back.set(true)/>
            })}
            <Button kind=ButtonKind::Quiet icon=Icon::Pencil label=t::segments::rename on_press=move || sheet.is_naming.set(true)/>
            <Button icon=Icon::History label=t::common::undo disabled=Signal::derive(move || !editor.can_undo()) on_press=move || editor.undo()/>
            <Button kind=ButtonKind::Primary label=t::common::save disabled=cannot_save busy=sheet.submit.busy() on_press=press/>
        </PageHeader>
        {move || {
            sheet.submit.error().filter(|error| !error.is_conflict()).map(|_| view! { <FormError submit=sheet.submit/> })
        }}
    }
}

/// The earlier versions; one that is taken up is a step in the builder like any other, and can be undone.
#[component]
fn LookingBack(sheet: Sheet) -> impl IntoView {
    let toasts = use_toasts();
    let saved = Signal::derive(move || {
        sheet.saved.with(|saved| {
            saved
                .as_ref()
                .map(|saved| (saved.id.clone(), saved.version))
        })
    });
    let take = move |(number, document): (i64, Value)| {
        sheet
            .editor
            .change(|present| *present = super::logic::normal(&document));
        sheet.is_looking_back.set(false);
        toasts.say(t::segments::history_used(number));
    };
    view! { <Versions saved=saved open=sheet.is_looking_back on_use=take/> }
}

/// Returns what saves, over another version if told so.
fn use_save(sheet: Sheet) -> impl Fn(Option<i64>) + Copy + Send + Sync + 'static {
    let toasts = use_toasts();
    let go = StoredValue::new(use_go());
    move |over| {
        sheet.save(over, move |view, is_new| {
            toasts.say(t::common::saved());
            if is_new {
                go.with_value(|go| go(&Route::Segment(view.id)));
            }
        });
    }
}

#[component]
fn Sentence(editor: Editor) -> impl IntoView {
    let pieces = move || {
        let whole = editor
            .preview()
            .map(|preview| said(&preview.sentence))
            .unwrap_or_default();
        sentence::pieces(&whole, &editor.clauses())
    };
    let piece = move |piece: sentence::Piece| {
        match piece.pointer {
            Some(pointer) => {
                let row = row_of(&pointer);
                // A link and not a button, because only a link breaks over lines.
                let href = format!("#{}", row_id(&row));
                let jump = move |event: ev::MouseEvent| {
                    event.prevent_default();
                    editor.go_to(&row);
                };
                view! { <a class="say-l" href=href on:click=jump>{piece.text}</a> }.into_any()
            }
            None => piece.text.into_any(),
        }
    };
    view! {
        <p class="t-say say" aria-live="polite">
            {move || {
                let pieces = pieces();
                if pieces.is_empty() {
                    view! { <span class="sk sk-say"></span> }.into_any()
                } else {
                    pieces.into_iter().map(piece).collect_view().into_any()
                }
            }}
        </p>
    }
}

/// Returns the row of a condition, which is outside its exclusion.
fn row_of(pointer: &str) -> String {
    let mut row = pointer;
    while let Some(outer) = row.strip_suffix("/not") {
        row = outer;
    }
    row.to_owned()
}

#[component]
fn Total(editor: Editor) -> impl IntoView {
    let total = move || match editor.preview() {
        Some(preview) => {
            let figure = format::short(preview.total);
            let exact = format::integer(preview.total);
            view! { <span title=exact><span class="hero">{figure.digits}</span><span class="u tot-u">{figure.unit}{t::segments::unit_people}</span></span> }
                .into_any()
        }
        None => view! { <span class="sk sk-hero"></span> }.into_any(),
    };
    let facts = move || {
        editor.preview().map(|preview| {
            let share = format::rate_figure(preview.total, preview.everybody).joined();
            let line = t::segments::OfEverybody {
                all: format::integer(preview.everybody),
                share,
            }
            .say();
            let took = t::segments::took(preview.took_ms);
            let slower = super::logic::source::why_slower(&preview.source);
            let slower = slower.map(|why| view! { <br/> <span class="t-small ink-3">{why}</span> });
            view! { {line} <br/> <span class="st">{Icon::RefreshCw.view()} {took}</span> {slower} }
        })
    };
    let status = move || {
        if editor.is_asking() {
            t::segments::counting()
        } else {
            ""
        }
    };
    view! {
        <div class="tot" class:is-old=move || editor.is_asking() aria-live="polite">
            <div>{total}</div>
            <div class="t-small ink-2">{facts}</div>
            <span class="sr">{status}</span>
        </div>
    }
}

#[component]
fn Naming(sheet: Sheet) -> impl IntoView {
    let save = use_save(sheet);
    let is_nameless = Signal::derive(move || {
        sheet.name.with(|name| name.trim().is_empty()) || !sheet.editor.is_sound()
    });
    let footer = ViewFn::from(move || {
        view! {
            <Button label=t::common::cancel on_press=move || sheet.is_naming.set(false)/>
            <Button kind=ButtonKind::Primary label=t::common::save disabled=is_nameless busy=sheet.submit.busy() on_press=move || save(None)/>
        }
    });
    view! {
        <Dialog open=sheet.is_naming title=t::segments::name_title footer=footer>
            <TextField label=t::segments::name value=sheet.name error=sheet.submit.field("/name") required=true/>
            <TextArea label=t::segments::description value=sheet.description rows=3 hint=t::segments::description_hint error=sheet.submit.field("/description")/>
        </Dialog>
    }
}

#[component]
fn Conflict(sheet: Sheet) -> impl IntoView {
    let save = use_save(sheet);
    let toasts = use_toasts();
    let reading = Submit::default();
    let id = move || {
        sheet
            .saved
            .with_untracked(|saved| saved.as_ref().map(|saved| saved.id.clone()))
    };
    let take_theirs = move || {
        let Some(id) = id() else { return };
        reading.run(async move { api::find(&id, None).await }, move |view| {
            sheet.editor.restart(&view.document);
            sheet.name.set(view.name.clone());
            sheet.description.set(view.description.clone());
            sheet.saved.set(Some(view));
            sheet.is_conflict.set(false);
            toasts.say(t::segments::theirs_taken());
        });
    };
    let keep_mine = move || {
        let Some(id) = id() else { return };
        reading.run(async move { api::find(&id, None).await }, move |view| {
            save(Some(view.version));
        });
    };
    let footer = ViewFn::from(move || {
        view! {
            <Button label=t::segments::take_theirs busy=reading.busy() on_press=take_theirs/>
            <Button kind=ButtonKind::Primary label=t::segments::keep_mine busy=sheet.submit.busy() on_press=keep_mine/>
        }
    });
    view! {
        <Dialog open=sheet.is_conflict title=t::segments::conflict_title footer=footer>
            <p class="t-small ink-2">{t::segments::conflict_body}</p>
        </Dialog>
    }
}
