//! Fields one types into: label above, hint below, the error in the hint's place.

use std::time::Duration;

use leptos::{leptos_dom::helpers::debounce, prelude::*, text_prop::TextProp};

use crate::{
    format, i18n as t,
    ui::{Icon, id, text},
};

/// What a text field takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldKind {
    /// Any line.
    #[default]
    Text,
    /// A mail address.
    Email,
    /// A password one has.
    Password,
    /// A password one chooses.
    NewPassword,
    /// A web address.
    Url,
}

impl FieldKind {
    const fn input_type(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Email => "email",
            Self::Password | Self::NewPassword => "password",
            Self::Url => "url",
        }
    }

    const fn autocomplete(self) -> &'static str {
        match self {
            Self::Text | Self::Url => "off",
            Self::Email => "username",
            Self::Password => "current-password",
            Self::NewPassword => "new-password",
        }
    }
}

/// What kind of moment a date field takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateKind {
    /// A day, `2026-07-14`.
    #[default]
    Date,
    /// A time of day, `10:42`.
    Time,
    /// Both, `2026-07-14T10:42`.
    DateTime,
}

/// The frame round every field; the ids of hint and error are `{id}-h` and `{id}-e`.
#[component]
pub fn FieldFrame(
    /// The id of the control.
    id: String,
    /// The word above it.
    label: TextProp,
    /// A hint below.
    hint: Option<TextProp>,
    /// What is wrong, if anything.
    error: Signal<Option<String>>,
    /// The control.
    children: Children,
) -> impl IntoView {
    let (hint_id, error_id) = (format!("{id}-h"), format!("{id}-e"));
    view! {
        <div class="field">
            <label for=id>{text(label)}</label>
            {children()}
            {hint.map(|hint| view! { <span class="hint" id=hint_id class:sr=move || error.with(Option::is_some)>{text(hint)}</span> })}
            <span class="err-slot" id=error_id aria-live="polite">
                {move || error.get().map(|error| view! { <span class="err">{Icon::CircleAlert.small()} {error}</span> })}
            </span>
        </div>
    }
}

pub(crate) fn described(id: &str) -> String {
    format!("{id}-h {id}-e")
}

/// A line of text.
#[component]
pub fn TextField(
    /// The word above it.
    #[prop(into)]
    label: TextProp,
    /// The text.
    value: RwSignal<String>,
    /// What it takes.
    #[prop(optional)]
    kind: FieldKind,
    /// A hint below.
    #[prop(optional, into)]
    hint: Option<TextProp>,
    /// An example in the empty field.
    #[prop(optional, into)]
    placeholder: TextProp,
    /// What is wrong, if anything.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Whether it cannot be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Whether it must be filled.
    #[prop(optional)]
    required: bool,
    /// The `autocomplete` word where the kind's own does not fit.
    #[prop(optional, into)]
    autocomplete: Option<&'static str>,
) -> impl IntoView {
    let id = id::next("f");
    view! {
        <FieldFrame id=id.clone() label=label hint=hint error=error>
            <input
                id=id.clone()
                class="in"
                class:is-bad=move || error.with(Option::is_some)
                class:is-off=disabled
                type=kind.input_type()
                autocomplete=autocomplete.unwrap_or(kind.autocomplete())
                placeholder=text(placeholder)
                required=required
                disabled=disabled
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described(&id)
                bind:value=value
            />
        </FieldFrame>
    }
}

/// Several lines of text.
#[component]
pub fn TextArea(
    /// The word above it.
    #[prop(into)]
    label: TextProp,
    /// The text.
    value: RwSignal<String>,
    /// How many lines it shows.
    #[prop(default = 4)]
    rows: u32,
    /// A hint below.
    #[prop(optional, into)]
    hint: Option<TextProp>,
    /// What is wrong, if anything.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Whether it cannot be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let id = id::next("f");
    view! {
        <FieldFrame id=id.clone() label=label hint=hint error=error>
            <textarea
                id=id.clone()
                class="in"
                class:is-bad=move || error.with(Option::is_some)
                rows=rows
                disabled=disabled
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described(&id)
                bind:value=value
            ></textarea>
        </FieldFrame>
    }
}

/// A whole number; full-width digits and grouping commas are understood.
#[component]
pub fn NumberField(
    /// The word above it.
    #[prop(into)]
    label: TextProp,
    /// The number, `None` while the field holds none.
    value: RwSignal<Option<i64>>,
    /// What stands behind it, small: 人, %, 日.
    #[prop(optional, into)]
    unit: Option<TextProp>,
    /// A hint below.
    #[prop(optional, into)]
    hint: Option<TextProp>,
    /// What is wrong, if anything.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Whether it cannot be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let id = id::next("f");
    let typed = RwSignal::new(
        value
            .get_untracked()
            .map(format::integer)
            .unwrap_or_default(),
    );
    // A change from outside shows; one's own typing is left as typed until the field is left.
    Effect::new(move |_| {
        let value = value.get();
        if format::number::parse(&typed.get_untracked()) != value {
            typed.set(value.map(format::integer).unwrap_or_default());
        }
    });
    let is_odd = Memo::new(move |_| {
        !typed.with(|text| text.trim().is_empty()) && format::number::parse(&typed.get()).is_none()
    });
    let error = Signal::derive(move || {
        error
            .get()
            .or_else(|| is_odd.get().then(|| t::ui::not_a_number().to_owned()))
    });
    view! {
        <FieldFrame id=id.clone() label=label hint=hint error=error>
            <span class="inu">
                <input
                    id=id.clone()
                    class="in num"
                    class:is-bad=move || error.with(Option::is_some)
                    class:is-off=disabled
                    inputmode="numeric"
                    autocomplete="off"
                    disabled=disabled
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=described(&id)
                    prop:value=typed
                    on:input:target=move |event| {
                        typed.set(event.target().value());
                        value.set(format::number::parse(&typed.get_untracked()));
                    }
                    on:change=move |_| if let Some(number) = value.get_untracked() { typed.set(format::integer(number)) }
                />
                {unit.map(|unit| view! { <span class="ink-3">{text(unit)}</span> })}
            </span>
        </FieldFrame>
    }
}

/// A day, a time of day, or both, as the workspace's clocks show it.
#[component]
pub fn DateField(
    /// The word above it.
    #[prop(into)]
    label: TextProp,
    /// The value as ISO 8601 without a zone; see `format::zone::instant` for the way back.
    value: RwSignal<String>,
    /// What it takes.
    #[prop(optional)]
    kind: DateKind,
    /// A hint below; name the zone here when it matters.
    #[prop(optional, into)]
    hint: Option<TextProp>,
    /// What is wrong, if anything.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let id = id::next("f");
    let input_type = match kind {
        DateKind::Date => "date",
        DateKind::Time => "time",
        DateKind::DateTime => "datetime-local",
    };
    view! {
        <FieldFrame id=id.clone() label=label hint=hint error=error>
            <input
                id=id.clone()
                class="in"
                class:is-bad=move || error.with(Option::is_some)
                type=input_type
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described(&id)
                bind:value=value
            />
        </FieldFrame>
    }
}

/// The search of a page: waits until one pauses, and never fires inside a kana conversion.
#[component]
pub fn SearchField(
    /// Its name, shown while empty.
    #[prop(into)]
    label: TextProp,
    /// What is searched; set when one pauses.
    value: RwSignal<String>,
) -> impl IntoView {
    let name = text(label);
    let search: Box<dyn FnMut(String)> = Box::new(debounce(
        Duration::from_millis(300),
        move |typed: String| value.set(typed),
    ));
    let search = StoredValue::new_local(search);
    let is_composing = StoredValue::new(false);
    let heard = move |text: String| search.update_value(|search| search(text));
    view! {
        <div class="in-wrap" role="search">
            {Icon::Search.view()}
            <input
                class="in"
                type="search"
                data-search=""
                aria-label=name.clone()
                placeholder=name
                autocomplete="off"
                prop:value=value
                on:input:target=move |event| {
                    if !is_composing.get_value() {
                        heard(event.target().value());
                    }
                }
                on:compositionstart=move |_| is_composing.set_value(true)
                on:compositionend=move |event| {
                    is_composing.set_value(false);
                    heard(event_target_value(&event));
                }
            />
        </div>
    }
}
