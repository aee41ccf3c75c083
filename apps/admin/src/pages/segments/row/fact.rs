//! A condition about a field or attribute.
#![expect(clippy::needless_pass_by_value, reason = "a component owns its props")]
#![expect(
    clippy::too_many_lines,
    reason = "a view is easier to follow whole than in pieces"
)]

use leptos::prelude::*;
use serde_json::{Value, json};

use super::{
    events::{texts, toggled},
    measure::{AnniversaryControls, CircleControls, PropertyMeasure},
};
use crate::{
    i18n as t,
    pages::segments::{
        control::{MomentBox, NumberBox, Pick, TextBox, TextsBox},
        editor::{Editor, said},
        logic::test::{self, Shape},
        picker::Picker,
    },
    ui::Choice,
};

/// The source of a fact as one text: `field.email`, `attribute.birthday`.
fn source_word(of: Option<Value>) -> String {
    let of = of.unwrap_or_default();
    let part = |name: &str| {
        of.get(name)
            .and_then(Value::as_str)
            .map(|key| format!("{name}.{key}"))
    };
    part("field")
        .or_else(|| part("attribute"))
        .unwrap_or_default()
}

#[component]
pub(super) fn FactControls(editor: Editor, at: String) -> impl IntoView {
    let of = editor.at(format!("{at}/fact/of"));
    let source = Memo::new(move |_| source_word(of.get()));
    let word = Memo::new(move |_| {
        let source = source.get();
        editor.vocabulary.with(|vocabulary| {
            let vocabulary = vocabulary.ready()?;
            let (family, key) = source.split_once('.')?;
            let words = if family == "field" {
                &vocabulary.fields
            } else {
                &vocabulary.attributes
            };
            words
                .iter()
                .find(|word| word.key == key)
                .map(|word| (word.value_type.clone(), word.values.clone()))
        })
    });
    let values = Signal::derive(move || {
        let known = word.get().map(|(_, values)| values).unwrap_or_default();
        let choice = |value: &api_types::segments::VocabularyName| {
            Choice::new(value.key.clone(), said(&value.label))
        };
        known.iter().map(choice).collect::<Vec<_>>()
    });
    let value_type = Memo::new(move |_| word.get().map(|(value_type, _)| value_type));
    let sources = Signal::derive(move || {
        let vocabulary = editor.vocabulary.value().unwrap_or_default();
        let entry = |family: &'static str| {
            move |word: &api_types::segments::VocabularyWord| {
                Choice::new(format!("{family}.{}", word.key), said(&word.label))
            }
        };
        let attributes = vocabulary.attributes.iter().map(entry("attribute"));
        attributes
            .chain(vocabulary.fields.iter().map(entry("field")))
            .collect::<Vec<_>>()
    });
    let chosen = Signal::derive(move || vec![source.get()]);
    let place = StoredValue::new(format!("{at}/fact"));
    let pick_source = move |to: String| {
        let Some((family, key)) = to.split_once('.') else {
            return;
        };
        let is_same_type = {
            let vocabulary = editor.vocabulary.value().unwrap_or_default();
            let words = if family == "field" {
                vocabulary.fields
            } else {
                vocabulary.attributes
            };
            words
                .into_iter()
                .find(|word| word.key == key)
                .map(|word| word.value_type)
        };
        let former = editor
            .document_now()
            .pointer(&format!("{}/test", place.get_value()))
            .cloned()
            .unwrap_or_default();
        let first = is_same_type.as_deref().map_or("exists", |of| {
            let words = test::words_of(of);
            let now = test::word(&former);
            words
                .iter()
                .find(|word| **word == now)
                .or_else(|| words.first())
                .copied()
                .unwrap_or("exists")
        });
        let fact = json!({"of": { family: key }, "test": test::make(first, &former)});
        editor.set(&place.get_value(), fact);
    };
    let test_at = format!("{at}/fact/test");
    view! {
        <Picker label=t::segments::attribute chosen=chosen choices=sources nothing=t::segments::choose on_pick=pick_source/>
        <span class="say-w">{t::segments::w_is}</span>
        <TestControls editor=editor at=test_at value_type=value_type values=values/>
    }
}

/// The comparison of a value and its operand, in the order of the language.
#[component]
fn TestControls(
    editor: Editor,
    at: String,
    #[prop(into)] value_type: Signal<Option<String>>,
    #[prop(into)] values: Signal<Vec<Choice>>,
) -> impl IntoView {
    let held = editor.at(at.clone());
    let word = Memo::new(move |_| test::word(&held.get().unwrap_or_default()));
    let choices = Signal::derive(move || {
        let now = word.get();
        let family = now
            .split_once('.')
            .map_or("text", |(family, _)| family)
            .to_owned();
        let of = value_type.get().unwrap_or(family);
        test::words_of(&of)
            .iter()
            .map(|word| Choice::new(*word, label(word)))
            .collect::<Vec<_>>()
    });
    let place = StoredValue::new(at);
    let pick = move |to: String| {
        let former = held.get_untracked().unwrap_or_default();
        editor.set(&place.get_value(), test::make(&to, &former));
    };
    let shape = Memo::new(move |_| (test::shape(&word.get()), test::operand_at(&word.get())));
    let operand = move || {
        let (shape, operand) = shape.get();
        let at = format!("{}{operand}", place.get_value());
        // What is known to be one of a few is chosen; parts of it, and what is free, is typed.
        let is_whole = matches!(
            word.get().as_str(),
            "text.equals" | "text.not_equals" | "text.in" | "text.not_in"
        );
        if is_whole && values.with(|values| !values.is_empty()) {
            return view! { <KnownValues editor=editor at=at values=values/> }.into_any();
        }
        operand_view(editor, shape, at)
    };
    view! {
        {operand}
        <Pick label=t::segments::comparison value=word choices=choices on_pick=pick/>
    }
}

/// One or several of the values that an attribute can have.
#[component]
fn KnownValues(editor: Editor, at: String, values: Signal<Vec<Choice>>) -> impl IntoView {
    let held = editor.at(at.clone());
    let many = held.get_untracked().is_some_and(|held| held.is_array());
    let chosen = Signal::derive(move || {
        let held = held.get().unwrap_or_default();
        let one = held
            .as_str()
            .filter(|one| !one.is_empty())
            .map(str::to_owned);
        one.map_or_else(|| texts(Some(held)), |one| vec![one])
    });
    let pick = move |value: String| {
        let new = if many {
            json!(toggled(chosen.get_untracked(), value))
        } else {
            json!(value)
        };
        editor.set(&at, new);
    };
    view! { <Picker label=t::segments::value chosen=chosen choices=values nothing=t::segments::choose many=many on_pick=pick/> }
}

/// Draws the controls of an operand.
pub(super) fn operand_view(editor: Editor, shape: Shape, at: String) -> AnyView {
    match shape {
        Shape::Nothing => ().into_any(),
        Shape::Text => view! { <TextBox editor=editor pointer=at label=t::segments::value/> }.into_any(),
        Shape::Texts => view! { <TextsBox editor=editor pointer=at label=t::segments::values/> }.into_any(),
        Shape::Numbers | Shape::Months => {
            view! { <TextsBox editor=editor pointer=at label=t::segments::values numbers=true/> }.into_any()
        }
        Shape::Number => view! { <NumberBox editor=editor pointer=at label=t::segments::value fractions=true/> }.into_any(),
        Shape::Numbers2 => view! {
            <NumberBox editor=editor pointer=format!("{at}/0") label=t::segments::at_least_value fractions=true/>
            <span class="say-w">{t::segments::w_to}</span>
            <NumberBox editor=editor pointer=format!("{at}/1") label=t::segments::at_most_value fractions=true/>
        }
        .into_any(),
        Shape::Moment => view! { <MomentBox editor=editor pointer=at/> }.into_any(),
        Shape::Moments => view! {
            <MomentBox editor=editor pointer=format!("{at}/0")/>
            <span class="say-w">{t::segments::w_to}</span>
            <MomentBox editor=editor pointer=format!("{at}/1")/>
        }
        .into_any(),
        Shape::Anniversary => view! { <AnniversaryControls editor=editor at=at/> }.into_any(),
        Shape::Circle => view! { <CircleControls editor=editor at=at/> }.into_any(),
        Shape::Property => view! { <PropertyMeasure editor=editor at=at/> }.into_any(),
    }
}

/// Says a test in the list.
pub(super) fn label(word: &str) -> fn() -> &'static str {
    match word {
        "text.equals" | "number.equals" => t::segments::is_equal,
        "text.not_equals" | "number.not_equals" => t::segments::is_not_equal,
        "text.contains" => t::segments::contains,
        "text.not_contains" => t::segments::not_contains,
        "text.starts_with" => t::segments::starts_with,
        "text.ends_with" => t::segments::ends_with,
        "text.matches" => t::segments::matches,
        "place.near" => t::segments::near,
        "place.farther" => t::segments::farther,
        "text.in" | "number.in" => t::segments::is_in,
        "text.not_in" | "number.not_in" => t::segments::is_not_in,
        "number.at_least" => t::segments::at_least,
        "number.at_most" => t::segments::at_most,
        "number.greater_than" => t::segments::greater_than,
        "number.less_than" => t::segments::less_than,
        "number.between" | "date.between" => t::segments::between,
        "boolean.true" => t::segments::is_yes,
        "boolean.false" => t::segments::is_no,
        "date.on" => t::segments::date_on,
        "date.not_on" => t::segments::date_not_on,
        "date.before" => t::segments::date_before,
        "date.after" => t::segments::date_after,
        "date.on_or_before" => t::segments::date_until,
        "date.on_or_after" => t::segments::date_from,
        "date.this_month" => t::segments::this_month,
        "date.month_in" => t::segments::month_in,
        "date.anniversary" => t::segments::anniversary,
        "list.any_of" => t::segments::any_of,
        "list.all_of" => t::segments::all_of,
        "list.none_of" => t::segments::none_of,
        "missing" => t::segments::missing,
        _ => t::segments::exists,
    }
}
