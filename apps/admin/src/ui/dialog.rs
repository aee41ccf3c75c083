//! Dialogs and sheets on the browser's own `<dialog>`: it holds the focus, closes on Esc and covers everything.

use leptos::{html, prelude::*, text_prop::TextProp};

use crate::{
    api::Submit,
    i18n as t,
    ui::{Button, ButtonKind, FormError, Icon, IconButton, TextField, id, text},
};

/// A question in the middle of the page.
#[component]
pub fn Dialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Its title, a sentence.
    #[prop(into)]
    title: TextProp,
    /// The body.
    children: ChildrenFn,
    /// The buttons; the last one acts.
    #[prop(optional, into)]
    footer: Option<ViewFn>,
) -> impl IntoView {
    view! { <Modal class="dialog" open=open title=title stays=Signal::stored(false) body=ViewFn::from(move || children()) footer=footer/> }
}

/// A page at the right edge, for editing beside what is edited.
#[component]
pub fn Sheet(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Its title.
    #[prop(into)]
    title: TextProp,
    /// Whether a press beside it leaves it open: it shows what is shown once.
    #[prop(optional, into)]
    stays: Signal<bool>,
    /// The body.
    children: ChildrenFn,
    /// The buttons; the last one acts.
    #[prop(optional, into)]
    footer: Option<ViewFn>,
) -> impl IntoView {
    view! { <Modal class="dialog sheet" open=open title=title stays=stays body=ViewFn::from(move || children()) footer=footer/> }
}

#[component]
fn Modal(
    class: &'static str,
    open: RwSignal<bool>,
    title: TextProp,
    stays: Signal<bool>,
    body: ViewFn,
    footer: Option<ViewFn>,
) -> impl IntoView {
    let (node, title_id) = (NodeRef::<html::Dialog>::new(), id::next("d"));
    Effect::new(move |_| {
        let (is_open, Some(dialog)) = (open.get(), node.get()) else {
            return;
        };
        if is_open && !dialog.open() {
            let _ = dialog.show_modal();
        } else if !is_open && dialog.open() {
            dialog.close();
        }
    });
    let content = {
        let title_id = title_id.clone();
        move || {
            open.get().then(|| {
                view! {
                    <header>
                        <h2 class="t-head" id=title_id.clone()>{text(title.clone())}</h2>
                        <IconButton icon=Icon::X label=t::common::close on_press=move || open.set(false)/>
                    </header>
                    <div class="dialog-b">{body.run()}</div>
                    {footer.clone().map(|footer| view! { <footer>{footer.run()}</footer> })}
                }
            })
        }
    };
    view! {
        <dialog
            class=class
            node_ref=node
            aria-labelledby=title_id
            on:close=move |_| open.set(false)
            on:mousedown=move |event| {
                // Only the backdrop is the dialog element itself under the pointer.
                let is_backdrop = node.get_untracked().is_some_and(|dialog| event.target().as_ref() == Some(dialog.as_ref()));
                if is_backdrop && !stays.get_untracked() {
                    open.set(false);
                }
            }
        >
            {content}
        </dialog>
    }
}

/// Asks once more before something is done that is easily made again.
#[component]
pub fn Confirm(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// What will happen, as a question.
    #[prop(into)]
    title: TextProp,
    /// What is lost and what stays.
    #[prop(into)]
    warning: TextProp,
    /// The word on the button.
    #[prop(into)]
    action: TextProp,
    /// The deed under way; why it was refused is told here, and forgotten when this closes.
    submit: Submit,
    /// The deed.
    #[prop(into)]
    on_confirm: Callback<()>,
) -> impl IntoView {
    Effect::new(move |_| {
        if !open.get() {
            submit.forget();
        }
    });
    let footer = ViewFn::from(move || {
        view! {
            <Button label=t::common::cancel on_press=move || open.set(false)/>
            <Button kind=ButtonKind::Danger label=action.clone() busy=submit.busy() on_press=on_confirm/>
        }
    });
    view! {
        <Dialog open=open title=title footer=footer>
            <p class="t-small ink-2">{text(warning.clone())}</p>
            <FormError submit=submit/>
        </Dialog>
    }
}

/// Asks for a word to be typed before something is done that cannot be taken back.
#[component]
pub fn ConfirmByTyping(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// What will happen, as a title.
    #[prop(into)]
    title: TextProp,
    /// What is lost and what stays, in sentences.
    #[prop(into)]
    warning: TextProp,
    /// The word to type.
    #[prop(into)]
    word: String,
    /// The word on the button.
    #[prop(into)]
    action: TextProp,
    /// Whether the deed is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// The deed.
    #[prop(into)]
    on_confirm: Callback<()>,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    Effect::new(move |_| {
        if !open.get() {
            typed.set(String::new());
        }
    });
    let expected = word.clone();
    let is_wrong = Signal::derive(move || typed.with(|typed| typed.trim() != expected));
    let footer = ViewFn::from(move || {
        view! {
            <Button label=t::common::cancel on_press=move || open.set(false)/>
            <Button kind=ButtonKind::Danger icon=Icon::Trash2 label=action.clone() disabled=is_wrong busy=busy on_press=on_confirm/>
        }
    });
    view! {
        <Dialog open=open title=title footer=footer>
            <p class="t-small ink-2">{text(warning.clone())}</p>
            <TextField
                label={
                    let word = word.clone();
                    move || t::ui::type_to_confirm(&word)
                }
                value=typed
            />
        </Dialog>
    }
}
