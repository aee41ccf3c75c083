//! States and remarks: always an icon and a word, never a colour alone.

use leptos::{prelude::*, text_prop::TextProp};

use crate::ui::{Icon, Tooltip, text};

/// How a state is to be taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to do.
    #[default]
    Neutral,
    /// Under way.
    Act,
    /// As it should be.
    Good,
    /// Look at it.
    Warn,
    /// Stopped or broken.
    Danger,
}

impl Tone {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Neutral => "",
            Self::Act => "act",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Danger => "danger",
        }
    }

    fn class(self, base: &str) -> String {
        if self == Self::Neutral {
            base.to_owned()
        } else {
            format!("{base} {base}-{}", self.as_str())
        }
    }
}

/// A state in a row: icon, word and, under the pointer, the sentence that explains it.
#[component]
pub fn Status(
    /// How it is to be taken.
    tone: Tone,
    /// Its icon.
    icon: Icon,
    /// Its word.
    #[prop(into)]
    label: TextProp,
    /// One sentence: what this state means.
    #[prop(optional, into)]
    help: Option<TextProp>,
) -> impl IntoView {
    let word = text(label);
    let body = move || view! { <span class=tone.class("st")>{icon.view()} {word.clone()}</span> };
    match help {
        Some(help) => view! { <Tooltip tip=help>{body()}</Tooltip> }.into_any(),
        None => body().into_any(),
    }
}

/// A state on a tinted ground, beside a title.
#[component]
pub fn Badge(
    /// How it is to be taken.
    #[prop(optional)]
    tone: Tone,
    /// Its icon.
    icon: Icon,
    /// Its word.
    #[prop(into)]
    label: TextProp,
) -> impl IntoView {
    view! { <span class=tone.class("badge")>{icon.view()} {text(label)}</span> }
}

/// A remark in the page.
#[component]
pub fn Note(
    /// How it is to be taken.
    #[prop(optional)]
    tone: Tone,
    /// What is said; an action may stand in it.
    children: Children,
) -> impl IntoView {
    let icon = match tone {
        Tone::Good => Icon::CircleCheck,
        Tone::Warn => Icon::TriangleAlert,
        Tone::Danger => Icon::CircleAlert,
        Tone::Neutral | Tone::Act => Icon::Info,
    };
    view! {
        <div class=tone.class("note")>
            {icon.view()} <div>{children()}</div>
        </div>
    }
}
