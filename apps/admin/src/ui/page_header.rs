//! The head of a page and of its sections.

use leptos::{prelude::*, text_prop::TextProp};

use crate::ui::{Definition, text};

/// Title, count, and the page's one primary button on the right. Also names the browser tab.
#[component]
pub fn PageHeader(
    /// The title.
    #[prop(into)]
    title: TextProp,
    /// How many there are: `2,431人`.
    #[prop(optional, into)]
    count: Option<TextProp>,
    /// One sentence under the title.
    #[prop(optional, into)]
    say: Option<TextProp>,
    /// What stands above the title: a badge.
    #[prop(optional, into)]
    above: Option<ViewFn>,
    /// The buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let title = text(title);
    Effect::new({
        let title = title.clone();
        move |_| document().set_title(&format!("{} — Enishi", title()))
    });
    view! {
        <header class="head">
            <div>
                {above.map(|above| view! { <div class="head-above">{above.run()}</div> })}
                <div class="head-t">
                    <h1 class="t-title" tabindex="-1">{title}</h1>
                    {count.map(|count| view! { <span class="count">{text(count)}</span> })}
                </div>
                {say.map(|say| view! { <p class="t-say ink-2">{text(say)}</p> })}
            </div>
            {children.map(|children| view! { <div class="acts">{children()}</div> })}
        </header>
    }
}

/// A region of the page: a hairline, a sentence as its title, the content on paper.
#[component]
pub fn Section(
    /// The title.
    #[prop(into)]
    title: TextProp,
    /// What stands small behind it: a count, a period.
    #[prop(optional, into)]
    note: Option<TextProp>,
    /// The definition of what is shown.
    #[prop(optional, into)]
    definition: Option<TextProp>,
    /// The link on the right.
    #[prop(optional, into)]
    more: Option<ViewFn>,
    /// The content.
    children: Children,
) -> impl IntoView {
    let term = title.clone();
    view! {
        <section class="sec">
            <div class="sec-h">
                <h2 class="t-head">{text(title)}</h2>
                {note.map(|note| view! { <span class="ink-3 t-small">{text(note)}</span> })}
                {definition.map(|tip| view! { <Definition term=term tip=tip/> })}
                {more.map(|more| view! { <span class="more">{more.run()}</span> })}
            </div>
            {children()}
        </section>
    }
}
