//! The small controls that stand inside a sentence.

use leptos::{prelude::*, text_prop::TextProp};
use serde_json::{Value, json};

use super::editor::Editor;
use crate::{
    format, i18n as t,
    ui::{Choice, Icon, text},
};

/// A word that can be chosen: the browser's own list, drawn as an underlined word.
#[component]
pub(crate) fn Pick(
    /// What is chosen; spoken.
    #[prop(into)]
    label: TextProp,
    /// The value chosen.
    #[prop(into)]
    value: Signal<String>,
    /// The entries; a value that is none of them is shown as it is.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// Called with the new value.
    #[prop(into)]
    on_pick: Callback<(String,)>,
) -> impl IntoView {
    let options = move || {
        let chosen = value.get();
        let mut choices = choices.get();
        if !choices.iter().any(|choice| choice.value == chosen) {
            choices.push(Choice::new(chosen.clone(), chosen.clone()));
        }
        let option = |choice: Choice| {
            let is_chosen = choice.value == chosen;
            view! { <option value=choice.value selected=is_chosen>{text(choice.label)}</option> }
        };
        choices.into_iter().map(option).collect_view()
    };
    view! {
        <span class="v pick-v">
            <select aria-label=text(label) on:change:target=move |event| on_pick.run((event.target().value(),))>
                {options}
            </select>
            {Icon::ChevronDown.view()}
        </span>
    }
}

/// A number in a sentence, bound to a place of the document.
#[component]
pub(crate) fn NumberBox(
    /// The rule.
    editor: Editor,
    /// Where the number stands.
    #[prop(into)]
    pointer: String,
    /// What it is; spoken.
    #[prop(into)]
    label: TextProp,
    /// How many units of the document make one that is typed: 100 for dollars kept in cents.
    #[prop(default = 1)]
    per: i64,
    /// Whether a fraction is understood.
    #[prop(optional)]
    fractions: bool,
) -> impl IntoView {
    let held = editor.at(pointer.clone());
    let show = move |value: Option<Value>| match value {
        Some(Value::Number(number)) => match number.as_i64() {
            Some(whole) if whole % per == 0 => (whole / per).to_string(),
            _ => number.to_string(),
        },
        _ => String::new(),
    };
    let typed = RwSignal::new(show(held.get_untracked()));
    let read = move |text: &str| -> Option<Value> {
        if let Some(whole) = format::number::parse(text) {
            return Some(json!(whole.saturating_mul(per)));
        }
        let number: f64 = text.trim().parse().ok()?;
        (fractions && number.is_finite()).then(|| json!(number))
    };
    Effect::new(move |_| {
        let held = held.get();
        if read(&typed.get_untracked()) != held {
            typed.set(show(held));
        }
    });
    let is_bad = move || read(&typed.get()).is_none();
    view! {
        <input
            class="in in-n"
            class:is-bad=is_bad
            inputmode="decimal"
            autocomplete="off"
            aria-label=text(label)
            aria-invalid=move || is_bad().then_some("true")
            prop:value=typed
            on:input:target=move |event| {
                typed.set(event.target().value());
                if let Some(value) = read(&typed.get_untracked()) {
                    editor.set(&pointer, value);
                }
            }
        />
    }
}

/// A text in a sentence.
#[component]
pub(crate) fn TextBox(
    /// The rule.
    editor: Editor,
    /// Where the text stands.
    #[prop(into)]
    pointer: String,
    /// What it is; spoken.
    #[prop(into)]
    label: TextProp,
) -> impl IntoView {
    let held = editor.at(pointer.clone());
    let shown = move || {
        held.get()
            .and_then(|held| held.as_str().map(str::to_owned))
            .unwrap_or_default()
    };
    view! {
        <input
            class="in in-t"
            autocomplete="off"
            aria-label=text(label)
            prop:value=shown
            on:input:target=move |event| editor.set(&pointer, json!(event.target().value()))
        />
    }
}

/// Several texts in a sentence, parted by commas.
#[component]
pub(crate) fn TextsBox(
    /// The rule.
    editor: Editor,
    /// Where the list stands.
    #[prop(into)]
    pointer: String,
    /// What it is; spoken.
    #[prop(into)]
    label: TextProp,
    /// Whether the entries are numbers.
    #[prop(optional)]
    numbers: bool,
) -> impl IntoView {
    let held = editor.at(pointer.clone());
    let show = |value: Option<Value>| {
        let items = value
            .and_then(|value| value.as_array().cloned())
            .unwrap_or_default();
        let one = |item: &Value| {
            item.as_str()
                .map_or_else(|| item.to_string(), str::to_owned)
        };
        items.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let read = move |text: &str| {
        let parts = text
            .split([',', '、', '，'])
            .map(str::trim)
            .filter(|part| !part.is_empty());
        if numbers {
            let one = |part: &str| match format::number::parse(part) {
                Some(whole) => Some(json!(whole)),
                None => part.parse::<f64>().ok().map(|number| json!(number)),
            };
            Value::Array(parts.filter_map(one).collect())
        } else {
            Value::Array(parts.map(|part| json!(part)).collect())
        }
    };
    let typed = RwSignal::new(show(held.get_untracked()));
    Effect::new(move |_| {
        let held = held.get();
        if held.as_ref() != Some(&read(&typed.get_untracked())) {
            typed.set(show(held));
        }
    });
    view! {
        <input
            class="in in-t"
            autocomplete="off"
            aria-label=text(label)
            placeholder=t::segments::comma_separated
            prop:value=typed
            on:input:target=move |event| {
                typed.set(event.target().value());
                editor.set(&pointer, read(&typed.get_untracked()));
            }
        />
    }
}

/// What kind of moment it is, as one word: `ago.days`, `date`.
fn moment_word(held: Option<Value>) -> String {
    let usual = "ago.days".to_owned();
    let Some(Value::Object(members)) = held else {
        return usual;
    };
    match members.into_iter().next() {
        Some((key, Value::Object(span))) => {
            let unit = span.keys().next().map_or("days", String::as_str);
            format!("{key}.{unit}")
        }
        Some((key, _)) => key,
        None => usual,
    }
}

/// A moment in a sentence: a day, or so long ago or ahead.
#[component]
pub(crate) fn MomentBox(
    /// The rule.
    editor: Editor,
    /// Where the moment stands.
    #[prop(into)]
    pointer: String,
    /// Whether only what has passed can be chosen.
    #[prop(optional)]
    past: bool,
) -> impl IntoView {
    let held = editor.at(pointer.clone());
    let word = Memo::new(move |_| moment_word(held.get()));
    let choices = Signal::derive(move || moments(past));
    let place = StoredValue::new(pointer);
    let pick = move |to: String| {
        let length = held.get_untracked().and_then(|held| {
            held.as_object()?
                .values()
                .next()?
                .as_object()?
                .values()
                .next()
                .cloned()
        });
        let value = match to.split_once('.') {
            Some((key, unit)) => json!({ key: { unit: length.unwrap_or_else(|| json!(30)) } }),
            None if to == "instant" => {
                let today = format::day_key(format::zone::now());
                json!({ "instant": format::zone::typed_instant(&format!("{today}T00:00")) })
            }
            None => json!({"date": format::day_key(format::zone::now())}),
        };
        editor.set(&place.get_value(), value);
    };
    let control = move || {
        let (word, pointer) = (word.get(), place.get_value());
        if let Some((key, unit)) = word.split_once('.') {
            let pointer = format!("{pointer}/{key}/{unit}");
            view! { <NumberBox editor=editor pointer=pointer label=t::segments::length/> }
                .into_any()
        } else {
            let has_clock = word == "instant";
            view! { <DayBox editor=editor pointer=pointer has_clock=has_clock/> }.into_any()
        }
    };
    view! {
        {control}
        <Pick label=t::segments::moment value=word choices=choices on_pick=pick/>
    }
}

fn moments(past: bool) -> Vec<Choice> {
    let mut choices = vec![
        Choice::new("ago.days", t::segments::days_ago),
        Choice::new("ago.weeks", t::segments::weeks_ago),
        Choice::new("ago.hours", t::segments::hours_ago),
        Choice::new("date", t::segments::the_day),
        Choice::new("instant", t::segments::the_instant),
    ];
    if !past {
        choices.push(Choice::new("ahead.days", t::segments::days_ahead));
    }
    choices
}

#[component]
fn DayBox(editor: Editor, pointer: String, has_clock: bool) -> impl IntoView {
    let held = editor.at(pointer.clone());
    let shown = move || {
        let held = held.get().unwrap_or_default();
        match (held.get("date"), held.get("instant")) {
            (Some(Value::String(day)), _) => day.clone(),
            (_, Some(Value::String(instant))) => {
                let local = format::zone::local(format::millis(instant));
                local.format("%Y-%m-%dT%H:%M").to_string()
            }
            _ => String::new(),
        }
    };
    let kind = if has_clock { "datetime-local" } else { "date" };
    view! {
        <input
            class="in in-d"
            type=kind
            aria-label=t::segments::the_day
            prop:value=shown
            on:input:target=move |event| {
                let typed = event.target().value();
                if has_clock {
                    if let Some(instant) = format::zone::typed_instant(&typed) {
                        editor.set(&pointer, json!({ "instant": instant }));
                    }
                } else if !typed.is_empty() {
                    editor.set(&pointer, json!({ "date": typed }));
                }
            }
        />
    }
}
