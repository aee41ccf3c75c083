//! The thread: a customer's timeline, and the five answers of a campaign.

use leptos::{prelude::*, text_prop::TextProp};

use crate::{
    format, i18n as t,
    routes::Route,
    ui::{Icon, text},
};

/// Who spoke.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Voice {
    /// The customer did something: a knot on the thread.
    #[default]
    Theirs,
    /// We did: a ring on the thread.
    Ours,
    /// We did not, and say why: a dashed ring beside the thread.
    NotSent,
}

/// The thread that runs down; newest first.
#[component]
pub fn Timeline(
    /// What it is the story of; spoken.
    #[prop(into)]
    label: TextProp,
    /// Days, items and gaps.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="tlleg" aria-hidden="true">
            <span><i></i>{t::ui::thread_theirs}</span>
            <span><i class="o"></i>{t::ui::thread_ours}</span>
            <span><i class="n"></i>{t::ui::thread_not}</span>
        </div>
        <ol class="tl" aria-label=text(label)>{children()}</ol>
    }
}

/// The head of a day.
#[component]
pub fn TimelineDay(
    /// Any instant of the day.
    at: i64,
) -> impl IntoView {
    view! {
        <li class="day"><span></span><span></span><h3>{move || format::date_long(at)}</h3></li>
    }
}

/// One thing that happened, or did not.
#[component]
pub fn TimelineItem(
    /// When.
    at: i64,
    /// Who spoke.
    #[prop(optional)]
    voice: Voice,
    /// What kind of thing.
    icon: Icon,
    /// What, in a few words.
    #[prop(into)]
    title: TextProp,
    /// What it was about, and where that is: a campaign.
    #[prop(optional_no_strip)]
    about: Option<(String, Route)>,
    /// More, small.
    #[prop(optional, into)]
    note: Option<TextProp>,
    /// The amount, at the right.
    #[prop(optional, into)]
    amount: Option<TextProp>,
    /// The reasons of what was not sent, or anything else below.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let (class, spoken): (_, fn() -> &'static str) = match voice {
        Voice::Theirs => ("", t::ui::thread_theirs),
        Voice::Ours => ("us", t::ui::thread_ours),
        Voice::NotSent => ("not", t::ui::thread_not),
    };
    view! {
        <li class=class>
            <time>{move || format::clock(at)}</time>
            <span class="k"></span>
            <div class="c">
                <div class="h">
                    {icon.view()}
                    <span><span class="sr">{spoken}</span> <b>{text(title)}</b> {about.map(|(name, to)| view! { <a class="about" href=to.path()>{name}</a> })}</span>
                    {amount.map(|amount| view! { <span class="amt">{text(amount)}</span> })}
                </div>
                {note.map(|note| view! { <div class="s">{text(note)}</div> })}
                {children.map(|children| view! { <div class="why">{children()}</div> })}
            </div>
        </li>
    }
}

/// Days folded away: the thread is dashed.
#[component]
pub fn TimelineGap(
    /// How many there are: `24件`.
    #[prop(into)]
    label: TextProp,
    /// Unfolds them.
    #[prop(into)]
    on_open: Callback<()>,
) -> impl IntoView {
    view! {
        <li class="gap">
            <span></span>
            <span class="k"></span>
            <div class="c"><button type="button" class="link" on:click=move |_| on_open.run(())>{text(label)}</button></div>
        </li>
    }
}

/// One of the five answers of a campaign.
#[derive(Clone)]
pub struct Answer {
    /// The question: 対象.
    pub title: TextProp,
    /// What it asks: 誰に.
    pub asks: TextProp,
    /// The present answer in one sentence, or what is missing.
    pub sentence: TextProp,
    /// Whether it is answered: then the thread is tied.
    pub is_tied: Signal<bool>,
    /// Where it is changed.
    pub to: Route,
    /// Live figures: name and value.
    pub facts: Signal<Vec<(String, AnyFigure)>>,
}

/// A figure of an answer, already formatted: digits and unit.
pub type AnyFigure = format::Figure;

/// The five answers on one thread; where one is missing the thread is dashed and the knot hollow.
#[component]
pub fn FiveCards(
    /// Target, offer, timing, channel, contents.
    answers: Vec<Answer>,
) -> impl IntoView {
    let card = |answer: Answer| {
        let facts = move || {
            let fact = |(name, figure): (String, AnyFigure)| {
                view! { <div><dt>{name}</dt><dd><b>{figure.digits}</b><span class="u">{figure.unit}</span></dd></div> }
            };
            answer.facts.get().into_iter().map(fact).collect_view()
        };
        let name = answer.title.clone();
        view! {
            <li class:open=move || !answer.is_tied.get()>
                <h3>
                    <b>{text(answer.title)}</b>
                    <span class="en">{text(answer.asks)}</span>
                    <a href=answer.to.path() aria-label=move || t::ui::edit_of(name.get())>{t::ui::edit}</a>
                </h3>
                <p class="t-say">{text(answer.sentence)}</p>
                <dl>{facts}</dl>
            </li>
        }
    };
    view! { <ol class="five">{answers.into_iter().map(card).collect_view()}</ol> }
}
