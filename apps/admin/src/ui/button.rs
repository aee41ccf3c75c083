//! Buttons and links that look like buttons. One primary a page.

use leptos::{prelude::*, text_prop::TextProp};

use crate::{
    routes::Route,
    ui::{Icon, text},
};

/// What a button is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing the page is for.
    Primary,
    /// Everything else.
    #[default]
    Secondary,
    /// Beside other things: no border.
    Quiet,
    /// What cannot be taken back.
    Danger,
}

/// How tall a button is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonSize {
    /// 28 px, in rows.
    Small,
    /// 32 px.
    #[default]
    Medium,
    /// 44 px, under a thumb.
    Large,
}

impl ButtonKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "btn-primary",
            Self::Secondary => "",
            Self::Quiet => "btn-quiet",
            Self::Danger => "btn-danger",
        }
    }
}

impl ButtonSize {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Small => "btn-s",
            Self::Medium => "",
            Self::Large => "btn-l",
        }
    }
}

fn class(kind: ButtonKind, size: ButtonSize) -> String {
    format!("btn {} {}", kind.as_str(), size.as_str())
}

/// A button with its word.
#[component]
pub fn Button(
    /// The word on it.
    #[prop(into)]
    label: TextProp,
    /// What it is for.
    #[prop(optional)]
    kind: ButtonKind,
    /// How tall it is.
    #[prop(optional)]
    size: ButtonSize,
    /// The icon before the word.
    #[prop(optional, into)]
    icon: Option<Icon>,
    /// Whether it cannot be pressed now; say beside it why.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Whether what it started is under way; it cannot be pressed meanwhile.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Whether it sends its form; then it needs no `on_press`.
    #[prop(optional)]
    submit: bool,
    /// What it does.
    #[prop(optional, into)]
    on_press: Option<Callback<()>>,
) -> impl IntoView {
    let shown = move || match (busy.get(), icon) {
        (true, _) => Some(Icon::LoaderCircle.view()),
        (false, icon) => icon.map(Icon::view),
    };
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=class(kind, size)
            class:btn-busy=busy
            disabled=move || disabled.get() || busy.get()
            aria-busy=move || busy.get().then_some("true")
            on:click=move |_| {
                if let Some(on_press) = on_press {
                    on_press.run(());
                }
            }
        >
            {shown}
            {text(label)}
        </button>
    }
}

/// A link that looks like a button.
#[component]
pub fn ButtonLink(
    /// Where it leads.
    #[prop(into)]
    to: Signal<Route>,
    /// The word on it.
    #[prop(into)]
    label: TextProp,
    /// What it is for.
    #[prop(optional)]
    kind: ButtonKind,
    /// How tall it is.
    #[prop(optional)]
    size: ButtonSize,
    /// The icon before the word.
    #[prop(optional, into)]
    icon: Option<Icon>,
) -> impl IntoView {
    view! {
        <a class=class(kind, size) href=move || to.get().path()>
            {icon.map(Icon::view)}
            {text(label)}
        </a>
    }
}

/// A button that is an icon only; its name is spoken and shown under the pointer.
#[component]
pub fn IconButton(
    /// The icon.
    icon: Icon,
    /// Its name.
    #[prop(into)]
    label: TextProp,
    /// How tall it is.
    #[prop(optional)]
    size: ButtonSize,
    /// Whether it cannot be pressed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// What it does.
    #[prop(into)]
    on_press: Callback<()>,
) -> impl IntoView {
    let name = text(label);
    view! {
        <button
            type="button"
            class=format!("{} btn-icon", class(ButtonKind::Quiet, size))
            aria-label=name.clone()
            title=name
            disabled=disabled
            on:click=move |_| on_press.run(())
        >
            {icon.view()}
        </button>
    }
}
