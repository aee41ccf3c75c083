//! The lone sheet on which one signs in.

use leptos::{prelude::*, text_prop::TextProp};

use crate::{
    app::rail::{LanguageSwitch, ThemeSwitch},
    ui::{Knot, text},
};

/// Knot, one sentence, the form, and the language.
#[component]
pub fn Frame(
    /// The title.
    #[prop(into)]
    title: TextProp,
    /// One sentence under it.
    #[prop(into)]
    say: TextProp,
    /// The form.
    children: Children,
) -> impl IntoView {
    let title = text(title);
    Effect::new({
        let title = title.clone();
        move |_| document().set_title(&format!("{} — Enishi", title()))
    });
    view! {
        <main class="alone">
            <div class="alone-b">
                <span class="brand"><Knot/> "Enishi"</span>
                <h1 class="t-title">{title}</h1>
                <p class="t-say ink-2">{text(say)}</p>
                {children()}
            </div>
            <div class="alone-f"><LanguageSwitch/> <ThemeSwitch/></div>
        </main>
    }
}
