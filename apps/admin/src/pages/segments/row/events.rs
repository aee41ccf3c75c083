//! A condition about what the customer did.
#![expect(clippy::needless_pass_by_value, reason = "a component owns its props")]

use api_types::products::ProductView;
use leptos::prelude::*;
use serde_json::{Value, json};

use super::{
    clock::{HourFilter, WeekdayFilter},
    fact::operand_view,
    measure::{PlaceFilter, measure_label},
    since::SinceControls,
    window::WindowControls,
};
use crate::{
    api::{load, segments as api},
    format, i18n as t,
    pages::segments::{
        control::{NumberBox, Pick},
        editor::{Editor, said},
        logic::{
            self,
            test::{self, Shape},
        },
        picker::{Picker, last_part},
    },
    state::{
        locale::{self, Locale},
        session,
    },
    ui::{Choice, Icon, MenuItem, MenuLine},
};

#[component]
pub(super) fn EventsControls(editor: Editor, at: String) -> impl IntoView {
    let base = format!("{at}/events");
    let of = base.clone();
    // Japanese ends with the deed, English begins with it; the order of the controls is the order of the sentence.
    move || {
        let base = of.clone();
        let names = view! { <Names editor=editor at=base.clone()/> };
        let filters = view! { <Filters editor=editor at=base.clone()/> };
        let within = view! { <WindowControls editor=editor at=format!("{base}/within")/> };
        let since = view! { <SinceControls editor=editor at=base.clone()/> };
        let count = view! { <CountControls editor=editor at=format!("{base}/test")/> };
        match locale::current() {
            Locale::Ja => {
                view! { {since} {names} {filters} <span class="say-w">{t::segments::w_object}</span> {within} {count} }
                    .into_any()
            }
            Locale::En => view! { {names} {filters} {count} {within} {since} }.into_any(),
        }
    }
}

/// Returns the texts of a list.
pub(super) fn texts(value: Option<Value>) -> Vec<String> {
    let items = value
        .and_then(|value| value.as_array().cloned())
        .unwrap_or_default();
    items
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// Puts a value into a list or takes it out.
pub(super) fn toggled(mut list: Vec<String>, value: String) -> Vec<String> {
    match list.iter().position(|own| *own == value) {
        Some(at) => {
            list.remove(at);
        }
        None => list.push(value),
    }
    list
}

#[component]
pub(super) fn Names(editor: Editor, at: String) -> impl IntoView {
    let place = StoredValue::new(format!("{at}/names"));
    let held = editor.at(place.get_value());
    let chosen = Signal::derive(move || texts(held.get()));
    let choices = Signal::derive(move || {
        let vocabulary = editor.vocabulary.value().unwrap_or_default();
        let entry = |name: &api_types::segments::VocabularyName| {
            Choice::new(name.key.clone(), said(&name.label))
        };
        vocabulary.events.iter().map(entry).collect::<Vec<_>>()
    });
    let pick = move |value: String| {
        editor.set(
            &place.get_value(),
            json!(toggled(texts(held.get_untracked()), value)),
        );
    };
    view! { <Picker label=t::segments::event chosen=chosen choices=choices nothing=t::segments::choose many=true on_pick=pick/> }
}

/// Returns which controls a filter has; a place is asked of a property.
fn kind_of(filter: &Value) -> String {
    if filter.pointer("/property/test/place").is_some() {
        return "place".to_owned();
    }
    filter
        .as_object()
        .and_then(|members| members.keys().next().cloned())
        .unwrap_or_default()
}

#[component]
pub(super) fn Filters(editor: Editor, at: String) -> impl IntoView {
    let place = StoredValue::new(format!("{at}/where"));
    let kinds = editor.at(place.get_value());
    // A filter is drawn anew when its kind changes, not while its values do.
    let rows = Memo::new(move |_| {
        let filters = kinds
            .get()
            .and_then(|filters| filters.as_array().cloned())
            .unwrap_or_default();
        filters.iter().map(kind_of).enumerate().collect::<Vec<_>>()
    });
    let filter = move |(index, kind): (usize, String)| {
        let at = format!("{}/{index}", place.get_value());
        let control = match kind.as_str() {
            "category" => {
                view! { <Category editor=editor at=format!("{at}/category")/> }.into_any()
            }
            "product" => view! { <Product editor=editor at=format!("{at}/product")/> }.into_any(),
            "amount" => {
                view! { <Comparison editor=editor at=format!("{at}/amount") is_money=true/> }
                    .into_any()
            }
            "quantity" => {
                view! { <Comparison editor=editor at=format!("{at}/quantity") is_money=false/> }
                    .into_any()
            }
            "weekday" => {
                view! { <WeekdayFilter editor=editor at=format!("{at}/weekday")/> }.into_any()
            }
            "place" => {
                view! { <PlaceFilter editor=editor at=format!("{at}/property")/> }.into_any()
            }
            "hour" => view! { <HourFilter editor=editor at=format!("{at}/hour")/> }.into_any(),
            _ => view! { <span class="ink-3">{t::segments::other_filter}</span> }.into_any(),
        };
        let remove = move |_| {
            editor.change(move |document| {
                if let Some(list) = document
                    .pointer_mut(&place.get_value())
                    .and_then(Value::as_array_mut)
                    && index < list.len()
                {
                    list.remove(index);
                }
            });
        };
        view! {
            <span class="flt">
                {control}
                <button type="button" class="flt-x" aria-label=t::segments::remove_filter title=t::segments::remove_filter on:click=remove>
                    {Icon::X.view()}
                </button>
            </span>
        }
    };
    move || rows.get().into_iter().map(filter).collect_view()
}

/// A message of the catalogue.
type Word = fn() -> &'static str;

/// Returns what narrows a choice of events, as lines of a menu.
pub(crate) fn filter_lines(editor: Editor, at: &str) -> Vec<MenuLine> {
    let kinds: [(Icon, Word, &'static str); 6] = [
        (Icon::Layers, t::segments::by_category, "category"),
        (Icon::Package, t::segments::by_product, "product"),
        (Icon::ShoppingBag, t::segments::by_amount, "amount"),
        (Icon::Calendar, t::segments::by_weekday, "weekday"),
        (Icon::Clock, t::segments::by_hour, "hour"),
        (Icon::Globe, t::segments::by_place, "place"),
    ];
    let line = |(icon, label, kind): (Icon, Word, &'static str)| {
        let at = at.to_owned();
        let add = move || add_filter(editor, &at, kind);
        MenuLine::from(MenuItem::new(icon, label, add))
    };
    kinds.into_iter().map(line).collect()
}

/// Adds a filter to a choice of events.
fn add_filter(editor: Editor, at: &str, kind: &'static str) {
    let place = format!("{at}/where");
    let fresh = match kind {
        "category" | "product" => json!({ kind: {"in": []} }),
        "weekday" => json!({ kind: ["saturday", "sunday"] }),
        "place" => {
            json!({"property": {"key": "place", "test": logic::test::make("place.near", &Value::Null)}})
        }
        "hour" => json!({ kind: {"from": 9, "until": 18} }),
        _ => json!({ kind: {"at_least": 1} }),
    };
    editor.change(move |document| {
        let mut filters = document
            .pointer(&place)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        filters.push(fresh);
        logic::set(document, &place, Value::Array(filters));
    });
}

/// The side of a list filter that holds: `in` or `not_in`.
fn side(value: Option<&Value>) -> &'static str {
    if value.is_some_and(|value| value.get("not_in").is_some()) {
        "not_in"
    } else {
        "in"
    }
}

#[component]
fn OneOf(
    editor: Editor,
    at: String,
    label: fn() -> &'static str,
    #[prop(into)] choices: Signal<Vec<Choice>>,
    #[prop(optional, into)] on_search: Option<Callback<(String,)>>,
) -> impl IntoView {
    let place = StoredValue::new(at.clone());
    let held = editor.at(at);
    let values = move |held: Option<Value>| {
        texts(
            held.as_ref()
                .and_then(|held| held.get(side(Some(held))).cloned()),
        )
    };
    let chosen = Signal::derive(move || values(held.get()));
    let which = Memo::new(move |_| side(held.get().as_ref()).to_owned());
    let pick = move |value: String| {
        let held = held.get_untracked();
        let list = toggled(values(held.clone()), value);
        editor.set(&place.get_value(), json!({ side(held.as_ref()): list }));
    };
    let turn = move |to: String| {
        let list = values(held.get_untracked());
        editor.set(&place.get_value(), json!({ to: list }));
    };
    let sides = Signal::derive(|| {
        vec![
            Choice::new("in", t::segments::side_in),
            Choice::new("not_in", t::segments::side_not_in),
        ]
    });
    let picker = match on_search {
        Some(search) => {
            view! { <Picker label=label chosen=chosen choices=choices nothing=t::segments::choose many=true on_pick=pick on_search=search/> }
                .into_any()
        }
        None => {
            view! { <Picker label=label chosen=chosen choices=choices nothing=t::segments::choose many=true on_pick=pick/> }
                .into_any()
        }
    };
    // "One of these" goes without saying.
    let turned = move || {
        (which.get() == "not_in").then(
            || view! { <Pick label=t::segments::side value=which choices=sides on_pick=turn/> },
        )
    };
    view! { {picker} {turned} }
}

#[component]
fn Category(editor: Editor, at: String) -> impl IntoView {
    let choices = Signal::derive(move || {
        let paths = editor.vocabulary.value().unwrap_or_default().categories;
        let entry = |path: String| {
            let depth = path.matches(" > ").count();
            Choice::new(
                path.clone(),
                format!("{}{}", "\u{2003}".repeat(depth), last_part(&path)),
            )
        };
        paths.into_iter().map(entry).collect::<Vec<_>>()
    });
    view! { <OneOf editor=editor at=at label=t::segments::category choices=choices/> }
}

#[component]
fn Product(editor: Editor, at: String) -> impl IntoView {
    let part = RwSignal::new(String::new());
    let found = load(
        move || part.get(),
        |part, signal| async move { api::products(&part, Some(&signal)).await },
    );
    let choices = Signal::derive(move || {
        let entry = |product: ProductView| Choice::new(product.sku, product.name);
        found
            .value()
            .unwrap_or_default()
            .into_iter()
            .map(entry)
            .collect::<Vec<_>>()
    });
    let search = Callback::new(move |(typed,): (String,)| part.set(typed));
    view! { <OneOf editor=editor at=at label=t::segments::product choices=choices on_search=search/> }
}

/// Returns how many minor units a unit of the workspace's money has.
pub(super) fn per_unit(is_money: bool) -> i64 {
    if is_money {
        10_i64.pow(format::number::minor_digits(&session::currency()))
    } else {
        1
    }
}

fn compare_words() -> Vec<&'static str> {
    vec![
        "at_least",
        "at_most",
        "greater_than",
        "less_than",
        "equals",
        "between",
    ]
}

#[component]
fn Comparison(editor: Editor, at: String, is_money: bool) -> impl IntoView {
    let place = StoredValue::new(at.clone());
    let held = editor.at(at);
    let word = Memo::new(move |_| test::word(&held.get().unwrap_or_default()));
    let choices = Signal::derive(move || {
        let name = |word: &str| format!("amount.{word}");
        compare_words()
            .into_iter()
            .map(|word| {
                Choice::new(
                    word,
                    if is_money {
                        count_label(&name(word))
                    } else {
                        count_label(&format!("quantity.{word}"))
                    },
                )
            })
            .collect::<Vec<_>>()
    });
    let pick = move |to: String| {
        editor.set(
            &place.get_value(),
            test::make(&to, &held.get_untracked().unwrap_or_default()),
        );
    };
    let numbers = move || {
        let word = word.get();
        let at = format!("{}{}", place.get_value(), test::operand_at(&word));
        numbers(editor, &word, &at, is_money)
    };
    view! { <span class="say-w">{t::segments::w_each}</span> {numbers} <Pick label=t::segments::comparison value=word choices=choices on_pick=pick/> }
}

fn numbers(editor: Editor, word: &str, at: &str, is_money: bool) -> AnyView {
    let per = per_unit(is_money);
    if word.ends_with("between") {
        view! {
            <NumberBox editor=editor pointer=format!("{at}/0") label=t::segments::at_least_value per=per/>
            <span class="say-w">{t::segments::w_to}</span>
            <NumberBox editor=editor pointer=format!("{at}/1") label=t::segments::at_most_value per=per/>
        }
        .into_any()
    } else {
        view! { <NumberBox editor=editor pointer=at.to_owned() label=t::segments::value per=per/> }
            .into_any()
    }
}

/// How often, how much, or when last: the end of the sentence.
#[component]
fn CountControls(editor: Editor, at: String) -> impl IntoView {
    let place = StoredValue::new(at.clone());
    let held = editor.at(at);
    let word = Memo::new(move |_| test::word(&held.get().unwrap_or_default()));
    let choices = Signal::derive(|| {
        test::EVENT_WORDS
            .iter()
            .map(|word| Choice::new(*word, count_label(word)))
            .collect::<Vec<_>>()
    });
    let pick = move |to: String| {
        editor.set(
            &place.get_value(),
            test::make(&to, &held.get_untracked().unwrap_or_default()),
        );
    };
    let operand = move || {
        let word = word.get();
        let at = format!("{}{}", place.get_value(), test::operand_at(&word));
        match test::shape(&word) {
            Shape::Number | Shape::Numbers2 => numbers(editor, &word, &at, word.contains("amount")),
            shape => operand_view(editor, shape, at),
        }
    };
    let chooser = move || view! { <Pick label=t::segments::comparison value=word choices=choices on_pick=pick/> };
    move || match locale::current() {
        Locale::Ja => view! { {operand} {chooser()} }.into_any(),
        Locale::En => view! { {chooser()} {operand} }.into_any(),
    }
}

/// Says a test of what happened.
pub(super) fn count_label(word: &str) -> fn() -> &'static str {
    match word {
        "count.times.at_least" => t::segments::times_at_least,
        "count.times.at_most" => t::segments::times_at_most,
        "count.times.equals" => t::segments::times_equal,
        "count.times.between" => t::segments::times_between,
        "amount.at_least" => t::segments::amount_at_least,
        "amount.at_most" => t::segments::amount_at_most,
        "amount.greater_than" => t::segments::amount_more,
        "amount.less_than" => t::segments::amount_less,
        "amount.equals" => t::segments::amount_equal,
        "amount.between" => t::segments::amount_between,
        "quantity.at_least" => t::segments::quantity_at_least,
        "quantity.at_most" => t::segments::quantity_at_most,
        "quantity.greater_than" => t::segments::quantity_more,
        "quantity.less_than" => t::segments::quantity_less,
        "quantity.equals" => t::segments::quantity_equal,
        "quantity.between" => t::segments::quantity_between,
        "count.lines.at_least" => t::segments::lines_at_least,
        "latest.on_or_after" => t::segments::latest_from,
        "latest.before" => t::segments::latest_before,
        "first.on_or_after" => t::segments::first_from,
        "first.before" => t::segments::first_before,
        "never" => t::segments::never,
        _ => measure_label(word),
    }
}
