//! Naming the columns: the guess, what it makes of the first rows, and the start.

use api_types::imports::{ImportView, InspectionView, StartImport};
use leptos::prelude::*;

use super::{
    logic::{Consent, Mapping},
    preview::Preview,
    words,
};
use crate::{
    api::{Load, Loaded, Submit, imports, load},
    format, i18n as t,
    ui::{
        Button, ButtonKind, ButtonSize, Checkbox, Choice, FormError, Icon, InlineError, Note,
        Section, SelectField, Skeleton, TextField, Tone,
    },
};

/// The step between upload and start.
#[component]
pub(super) fn Columns(id: String, import: Load<ImportView>) -> impl IntoView {
    let (encoding, delimiter) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let own = id.clone();
    let looked = load(
        move || (own.clone(), encoding.get(), delimiter.get()),
        |(id, encoding, delimiter), signal| async move {
            imports::inspect(&id, &encoding, &delimiter, &signal).await
        },
    );
    move || match looked.get() {
        Loaded::Loading => view! { <Skeleton lines=8/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || looked.reload()/> }.into_any()
        }
        Loaded::Ready(file) => {
            let id = id.clone();
            view! { <Form id=id file=file encoding=encoding delimiter=delimiter import=import/> }
                .into_any()
        }
    }
}

#[component]
fn Form(
    id: String,
    file: InspectionView,
    encoding: RwSignal<String>,
    delimiter: RwSignal<String>,
    import: Load<ImportView>,
) -> impl IntoView {
    let mapping =
        RwSignal::new(serde_json::from_value::<Mapping>(file.mapping.clone()).unwrap_or_default());
    let (read_as, split_by) = (file.encoding.clone(), file.delimiter.clone());
    let start = Signal::derive(move || StartImport {
        encoding: read_as.clone(),
        delimiter: split_by.clone(),
        mapping: mapping.with(|mapping| serde_json::to_value(mapping).unwrap_or_default()),
    });
    let submit = Submit::default();
    let own = StoredValue::new(id.clone());
    let on_start = move || {
        let start = start.get_untracked();
        submit.run(
            async move { imports::start(&own.get_value(), &start).await },
            move |started| import.set(started),
        );
    };
    let cancel = Submit::default();
    let on_cancel = move || {
        cancel.run(
            async move { imports::act(&own.get_value(), "cancel").await },
            move |cancelled| import.set(cancelled),
        );
    };
    let warnings = file
        .warnings
        .clone()
        .into_iter()
        .map(|warning| view! { <Note tone=Tone::Warn>{warning.message}</Note> })
        .collect_view();
    let kind = file.import.kind.clone();
    view! {
        <div class="im-map">
            {warnings}
            <Reading file=file.clone() encoding=encoding delimiter=delimiter mapping=mapping/>
            <Section title=t::imports::columns note=t::imports::columns_about>
                <Table file=file mapping=mapping/>
            </Section>
            {(kind == "customers").then(|| view! { <AllConsent mapping=mapping/> })}
            <Preview id=id start=start/>
            <FormError submit=submit/>
            <FormError submit=cancel/>
            <div class="im-acts">
                <Button kind=ButtonKind::Primary size=ButtonSize::Large icon=Icon::Play label=t::imports::start busy=submit.busy() on_press=on_start/>
                <Button size=ButtonSize::Large label=t::imports::discard busy=cancel.busy() on_press=on_cancel/>
            </div>
        </div>
    }
}

/// How the file is read: letters, columns, dates, money.
#[component]
fn Reading(
    file: InspectionView,
    encoding: RwSignal<String>,
    delimiter: RwSignal<String>,
    mapping: RwSignal<Mapping>,
) -> impl IntoView {
    let encodings = vec![
        Choice::new("utf-8", "UTF-8"),
        Choice::new("shift_jis", "Shift_JIS (CP932)"),
    ];
    let delimiters = vec![
        Choice::new(",", t::imports::comma),
        Choice::new("\t", t::imports::tab),
        Choice::new(";", t::imports::semicolon),
    ];
    let orders = vec![
        Choice::new("ymd", t::imports::ymd),
        Choice::new("mdy", t::imports::mdy),
        Choice::new("dmy", t::imports::dmy),
    ];
    let chosen_encoding = follow(file.encoding, move |value| encoding.set(value));
    let chosen_delimiter = follow(file.delimiter, move |value| {
        delimiter.set(if value == "\t" {
            "tab".to_owned()
        } else {
            value
        });
    });
    let date_order = follow(
        mapping.with_untracked(|own| own.date_order.clone()),
        move |value| {
            mapping.update(|own| own.date_order = value);
        },
    );
    let zone = follow(
        mapping.with_untracked(|own| own.time_zone.clone()),
        move |value| {
            mapping.update(|own| own.time_zone = value);
        },
    );
    let currency = follow(
        mapping.with_untracked(|own| own.currency.clone()),
        move |value| {
            mapping.update(|own| own.currency = value.trim().to_uppercase());
        },
    );
    let has_header = Signal::derive(move || mapping.with(|own| own.has_header));
    view! {
        <Section title=t::imports::reading note=t::imports::reading_about>
            <div class="im-read">
                <SelectField label=t::imports::encoding value=chosen_encoding choices=Signal::stored(encodings)/>
                <SelectField label=t::imports::delimiter value=chosen_delimiter choices=Signal::stored(delimiters)/>
                <SelectField label=t::imports::date_order value=date_order choices=Signal::stored(orders)/>
                <TextField label=t::imports::time_zone value=zone/>
                <TextField label=t::imports::currency value=currency/>
            </div>
            <Checkbox label=t::imports::has_header checked=has_header on_change=move |is_on: bool| mapping.update(|own| own.has_header = is_on)/>
        </Section>
    }
}

/// A text signal whose later changes are handed on.
fn follow(first: String, then: impl Fn(String) + 'static) -> RwSignal<String> {
    let value = RwSignal::new(first);
    Effect::new(move |previous: Option<String>| {
        let now = value.get();
        if previous.is_some_and(|previous| previous != now) {
            then(now.clone());
        }
        now
    });
    value
}

#[component]
fn Table(file: InspectionView, mapping: RwSignal<Mapping>) -> impl IntoView {
    let n_columns = mapping
        .with_untracked(|own| own.n_columns)
        .max(file.header.len());
    let row = |column: usize| {
        let samples: Vec<String> = file
            .rows
            .iter()
            .filter_map(|row| row.get(column))
            .filter(|value| !value.trim().is_empty())
            .take(3)
            .cloned()
            .collect();
        let name = file.header.get(column).cloned().unwrap_or_default();
        view! { <Line column=column name=name samples=samples kind=file.import.kind.clone() mapping=mapping/> }
    };
    view! {
        <div class="tbl-x">
            <table class="tbl tbl-r im-cols">
                <thead>
                    <tr>
                        <th scope="col">{t::imports::column}</th>
                        <th scope="col">{t::imports::samples}</th>
                        <th scope="col">{t::imports::means}</th>
                    </tr>
                </thead>
                <tbody>{(0..n_columns).map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Line(
    column: usize,
    name: String,
    samples: Vec<String>,
    kind: String,
    mapping: RwSignal<Mapping>,
) -> impl IntoView {
    let number = format::integer(i64::try_from(column + 1).unwrap_or_default());
    let shown = if name.is_empty() {
        t::imports::nth_column(&number)
    } else {
        name.clone()
    };
    let label = shown.clone();
    let options = move || {
        let own = mapping.with(|mapping| mapping.field_of(column));
        let leave =
            view! { <option value="" selected=own.is_empty()>{t::imports::left_out}</option> };
        let fields = words::fields(&kind)
            .iter()
            .map(|field| view! { <option value=*field selected=*field == own>{words::field(field)}</option> })
            .collect_view();
        view! { {leave} {fields} }
    };
    let is_attribute = Memo::new(move |_| mapping.with(|own| own.field_of(column) == "attribute"));
    let attribute = move || {
        is_attribute
            .get()
            .then(|| view! { <Attribute column=column mapping=mapping/> })
    };
    view! {
        <tr>
            <td class="ph-title"><b>{shown}</b></td>
            <td data-label=t::imports::samples><span class="im-samples ink-3">{samples.join(" / ")}</span></td>
            <td data-label=t::imports::means>
                <span class="im-means">
                    <span class="sel-wrap">
                        <select
                            class="in"
                            aria-label=move || t::imports::means_of(&label)
                            on:change:target=move |event| mapping.update(|own| own.set(column, &event.target().value(), &name))
                        >
                            {options}
                        </select>
                        {Icon::ChevronDown.small()}
                    </span>
                    {attribute}
                </span>
            </td>
        </tr>
    }
}

/// The key and type of a column that becomes an attribute.
#[component]
fn Attribute(column: usize, mapping: RwSignal<Mapping>) -> impl IntoView {
    let read = move |pick: fn(&super::logic::Column) -> Option<String>| {
        mapping.with(|own| own.of(column).and_then(pick).unwrap_or_default())
    };
    let types = [
        ("text", t::imports::type_text as fn() -> &'static str),
        ("number", t::imports::type_number),
        ("boolean", t::imports::type_boolean),
        ("date", t::imports::type_date),
        ("list", t::imports::type_list),
    ];
    let options = move || {
        let own = read(|column| column.value_type.clone());
        types
            .into_iter()
            .map(|(name, word)| view! { <option value=name selected=name == own>{word()}</option> })
            .collect_view()
    };
    view! {
        <input
            class="in"
            aria-label=t::imports::attribute_key
            prop:value=move || read(|column| column.key.clone())
            on:change:target=move |event| mapping.update(|own| own.set_key(column, &event.target().value()))
        />
        <span class="sel-wrap">
            <select
                class="in"
                aria-label=t::imports::attribute_type
                on:change:target=move |event| mapping.update(|own| own.set_type(column, &event.target().value()))
            >
                {options}
            </select>
            {Icon::ChevronDown.small()}
        </span>
    }
}

/// A consent that everybody in the file gave elsewhere; whoever says so names where.
#[component]
fn AllConsent(mapping: RwSignal<Mapping>) -> impl IntoView {
    let (is_on, source) = (RwSignal::new(false), RwSignal::new(String::new()));
    Effect::new(move |_| {
        let (is_on, source) = (is_on.get(), source.get().trim().to_owned());
        let consents = if is_on && !source.is_empty() {
            vec![Consent {
                channel: "email".to_owned(),
                purpose: "marketing".to_owned(),
                source,
                text_version: None,
            }]
        } else {
            Vec::new()
        };
        if mapping.with_untracked(|own| own.consents != consents) {
            mapping.update(|own| own.consents = consents);
        }
    });
    view! {
        <Section title=t::imports::consent note=t::imports::consent_about>
            <div class="im-consent">
                <Checkbox label=t::imports::consent_all checked=is_on on_change=move |now: bool| is_on.set(now)/>
                {move || is_on.get().then(|| view! { <TextField label=t::imports::consent_source value=source hint=t::imports::consent_source_hint required=true/> })}
            </div>
        </Section>
    }
}
