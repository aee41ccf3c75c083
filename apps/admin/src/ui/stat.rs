//! A row of figures between hairlines.

use leptos::{prelude::*, text_prop::TextProp};

use crate::{
    format::Figure,
    routes::Route,
    ui::{Definition, Icon, text},
};

/// Which direction is good: a rising opt-out rate points up and is bad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    #[default]
    Higher,
    /// Less is better.
    Lower,
}

/// The row; up to four figures.
#[component]
pub fn Stats(
    /// The figures.
    children: Children,
) -> impl IntoView {
    view! { <div class="stats">{children()}</div> }
}

/// A figure with its unit small and grey behind.
#[component]
pub fn FigureView(
    /// The figure.
    figure: Figure,
) -> impl IntoView {
    let unit = (!figure.unit.is_empty()).then(|| view! { <span class="u">{figure.unit}</span> });
    view! {
        <span class="nw">{figure.digits} {unit}</span>
    }
}

/// One figure of the row.
#[component]
pub fn Stat(
    /// What is counted.
    #[prop(into)]
    label: TextProp,
    /// The figure, `None` while it is being counted.
    #[prop(into)]
    figure: Signal<Option<Figure>>,
    /// The exact number, shown under the pointer where the figure is short.
    #[prop(optional, into)]
    exact: Option<TextProp>,
    /// The metric's definition.
    #[prop(optional, into)]
    definition: Option<TextProp>,
    /// The people behind it.
    #[prop(optional, into)]
    to: Option<Route>,
    /// What stands below: the comparison, the interval.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let value = move || match figure.get() {
        None => view! { <span class="sk sk-fig"></span> }.into_any(),
        Some(figure) => match to.clone() {
            Some(to) => {
                view! { <a class="fig-a" href=to.path()><FigureView figure=figure/></a> }.into_any()
            }
            None => view! { <FigureView figure=figure/> }.into_any(),
        },
    };
    let term = label.clone();
    view! {
        <div class="stat">
            <div class="k">{text(label)} {definition.map(|tip| view! { <Definition term=term tip=tip/> })}</div>
            <div class="v" title=exact.map(text)>{value}</div>
            <div class="d">{children.map(|children| children())}</div>
        </div>
    }
}

/// A change against before: the arrow is the direction, the colour the judgement, the words say it all.
#[component]
pub fn Change(
    /// The difference; its sign is the direction.
    difference: f64,
    /// Which direction is good.
    #[prop(optional)]
    better: Better,
    /// The words.
    #[prop(into)]
    label: TextProp,
) -> impl IntoView {
    let (class, icon) = match (difference, better) {
        (d, _) if d.abs() < f64::EPSILON => ("flat", None),
        (d, Better::Higher) if d > 0.0 => ("up is-good", Some(Icon::ArrowUp)),
        (d, Better::Lower) if d > 0.0 => ("up is-bad", Some(Icon::ArrowUp)),
        (_, Better::Higher) => ("down is-bad", Some(Icon::ArrowDown)),
        (_, Better::Lower) => ("down is-good", Some(Icon::ArrowDown)),
    };
    view! { <span class=class>{icon.map(Icon::view)} {text(label)}</span> }
}
