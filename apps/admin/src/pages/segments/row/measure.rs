//! Measures of events, and the numbers of an anniversary.
#![expect(clippy::needless_pass_by_value, reason = "a component owns its props")]

use leptos::prelude::*;
use serde_json::json;

use super::fact;
use crate::{
    i18n as t,
    pages::segments::{
        control::{NumberBox, Pick, TextBox, TextsBox},
        editor::Editor,
        logic::test,
    },
    ui::Choice,
};

/// A property's key and what must hold of it.
#[component]
pub(super) fn PropertyMeasure(editor: Editor, at: String) -> impl IntoView {
    let place = StoredValue::new(format!("{at}/test"));
    let held = editor.at(place.get_value());
    let word = Memo::new(move |_| test::word(&held.get().unwrap_or_default()));
    let choices = Signal::derive(|| {
        let words = [
            "at_least",
            "at_most",
            "greater_than",
            "less_than",
            "equals",
            "between",
        ];
        words
            .into_iter()
            .map(|word| Choice::new(word, fact::label(&format!("number.{word}"))))
            .collect::<Vec<_>>()
    });
    let pick = move |to: String| {
        let former = held
            .get_untracked()
            .unwrap_or_else(|| json!({"at_least": 1}));
        editor.set(&place.get_value(), test::make(&to, &former));
    };
    let operand = move || {
        let word = word.get();
        let at = format!("{}/{word}", place.get_value());
        fact::operand_view(editor, test::shape(&word), at)
    };
    view! {
        <TextBox editor=editor pointer=format!("{at}/key") label=t::segments::property/>
        <span class="say-w">{t::segments::w_is}</span>
        {operand}
        <Pick label=t::segments::comparison value=word choices=choices on_pick=pick/>
    }
}

/// From how many days on until how many, and which anniversaries.
#[component]
pub(super) fn AnniversaryControls(editor: Editor, at: String) -> impl IntoView {
    view! {
        <NumberBox editor=editor pointer=format!("{at}/from") label=t::segments::days_from/>
        <span class="say-w">{t::segments::w_days_from}</span>
        <NumberBox editor=editor pointer=format!("{at}/until") label=t::segments::days_until/>
        <span class="say-w">{t::segments::w_days_until}</span>
        <span class="say-w">{t::segments::w_turns}</span>
        <TextsBox editor=editor pointer=format!("{at}/turns") label=t::segments::turns numbers=true/>
    }
}

/// The coordinates of a place and a distance.
#[component]
pub(super) fn CircleControls(editor: Editor, at: String) -> impl IntoView {
    view! {
        <span class="say-p">
            <span class="say-w">{t::segments::w_lat}</span>
            <NumberBox editor=editor pointer=format!("{at}/lat") label=t::segments::lat fractions=true/>
        </span>
        <span class="say-p">
            <span class="say-w">{t::segments::w_lng}</span>
            <NumberBox editor=editor pointer=format!("{at}/lng") label=t::segments::lng fractions=true/>
        </span>
        <span class="say-p">
            <span class="say-w">{t::segments::w_place}</span>
            <NumberBox editor=editor pointer=format!("{at}/metres") label=t::segments::metres/>
            <span class="say-w">{t::segments::w_metres}</span>
        </span>
    }
}

/// The comparison of where an event happened.
#[component]
pub(super) fn PlaceFilter(editor: Editor, at: String) -> impl IntoView {
    let place = StoredValue::new(format!("{at}/test"));
    let held = editor.at(place.get_value());
    let word = Memo::new(move |_| test::word(&held.get().unwrap_or_default()));
    let choices = Signal::derive(|| {
        let words = ["place.near", "place.farther"];
        words
            .map(|word| Choice::new(word, fact::label(word)))
            .to_vec()
    });
    let pick = move |to: String| {
        let former = held.get_untracked().unwrap_or_default();
        editor.set(&place.get_value(), test::make(&to, &former));
    };
    let circle = move || {
        let word = word.get();
        let at = format!("{}{}", place.get_value(), test::operand_at(&word));
        fact::operand_view(editor, test::shape(&word), at)
    };
    view! {
        {circle}
        <Pick label=t::segments::comparison value=word choices=choices on_pick=pick/>
    }
}

/// Says a measure of what happened.
pub(super) fn measure_label(word: &str) -> fn() -> &'static str {
    match word {
        "average.amount.at_least" => t::segments::average_at_least,
        "average.amount.at_most" => t::segments::average_at_most,
        "average.amount.between" => t::segments::average_between,
        "minimum.amount.at_least" => t::segments::minimum_at_least,
        "maximum.amount.at_least" => t::segments::maximum_at_least,
        "maximum.amount.at_most" => t::segments::maximum_at_most,
        "average.quantity.at_least" => t::segments::average_quantity,
        "distinct.product.at_least" => t::segments::distinct_products,
        "distinct.category.at_least" => t::segments::distinct_categories,
        "distinct.order.at_least" => t::segments::distinct_orders,
        "sum" => t::segments::property_sum,
        "average.property" => t::segments::property_average,
        "minimum.property" => t::segments::property_minimum,
        "maximum.property" => t::segments::property_maximum,
        "distinct.property" => t::segments::property_distinct,
        _ => t::segments::other_test,
    }
}
