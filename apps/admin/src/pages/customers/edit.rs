//! Changing what is known of a customer by hand.

use api_types::customers::{AttributeValue, CustomerView, PatchCustomer};
use leptos::{ev, prelude::*};
use serde_json::Value;

use super::logic::{self, Form};
use crate::{
    api::{ApiError, Load, Submit, customers},
    i18n as t,
    state::toast::use_toasts,
    ui::{
        Button, ButtonKind, Choice, FieldKind, FormError, Note, SelectField, Sheet, TextField, Tone,
    },
};

/// The fields of a person, new or present.
#[derive(Clone, Copy, Default)]
pub(super) struct Fields {
    pub(super) email: RwSignal<String>,
    pub(super) phone: RwSignal<String>,
    pub(super) family_name: RwSignal<String>,
    pub(super) given_name: RwSignal<String>,
    pub(super) full_name: RwSignal<String>,
    pub(super) locale: RwSignal<String>,
    pub(super) time_zone: RwSignal<String>,
}

impl Fields {
    pub(super) fn of(form: &Form) -> Self {
        Self {
            email: RwSignal::new(form.email.clone()),
            phone: RwSignal::new(form.phone.clone()),
            family_name: RwSignal::new(form.family_name.clone()),
            given_name: RwSignal::new(form.given_name.clone()),
            full_name: RwSignal::new(form.full_name.clone()),
            locale: RwSignal::new(form.locale.clone()),
            time_zone: RwSignal::new(form.time_zone.clone()),
        }
    }

    pub(super) fn read(self) -> Form {
        Form {
            email: self.email.get_untracked(),
            phone: self.phone.get_untracked(),
            family_name: self.family_name.get_untracked(),
            given_name: self.given_name.get_untracked(),
            full_name: self.full_name.get_untracked(),
            locale: self.locale.get_untracked(),
            time_zone: self.time_zone.get_untracked(),
        }
    }
}

/// The pointers of [`Person`]'s fields.
pub(super) const POINTERS: &[&str] = &[
    "/email",
    "/phone",
    "/family_name",
    "/given_name",
    "/full_name",
    "/locale",
    "/time_zone",
    "/external_id",
];

/// The fields of a person.
#[component]
pub(super) fn Person(fields: Fields, submit: Submit) -> impl IntoView {
    view! {
        <div class="set-two">
            <TextField label=t::customers::family_name value=fields.family_name error=submit.field("/family_name")/>
            <TextField label=t::customers::given_name value=fields.given_name error=submit.field("/given_name")/>
        </div>
        <TextField label=t::customers::full_name value=fields.full_name error=submit.field("/full_name")/>
        <TextField label=t::customers::email kind=FieldKind::Email value=fields.email error=submit.field("/email") autocomplete="off"/>
        <TextField label=t::customers::phone value=fields.phone error=submit.field("/phone")/>
        <div class="set-two">
            <TextField label=t::customers::language value=fields.locale placeholder="ja" error=submit.field("/locale")/>
            <TextField label=t::customers::zone value=fields.time_zone placeholder="Asia/Tokyo" error=submit.field("/time_zone")/>
        </div>
    }
}

/// The form beside the page.
#[component]
pub(super) fn EditSheet(open: RwSignal<bool>, customer: Load<CustomerView>) -> impl IntoView {
    view! {
        <Sheet open=open title=t::customers::edit_title>
            {move || untrack(|| customer.value()).map(|present| view! { <EditForm present=present customer=customer open=open/> })}
        </Sheet>
    }
}

/// An attribute and what its field holds.
type Typed = (AttributeValue, RwSignal<String>);

#[component]
fn EditForm(
    present: CustomerView,
    customer: Load<CustomerView>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let before = StoredValue::new(Form::of(&present));
    let fields = Fields::of(&before.get_value());
    let attributes: Vec<Typed> = present
        .attributes
        .iter()
        .filter(|attribute| !logic::is_hidden(attribute))
        .map(|attribute| {
            (
                attribute.clone(),
                RwSignal::new(logic::typed(&attribute.value)),
            )
        })
        .collect();
    let (id, version) = (
        StoredValue::new(present.id.clone()),
        RwSignal::new(present.version),
    );
    let (submit, toasts) = (Submit::default(), use_toasts());
    let wrong = RwSignal::new(None::<String>);
    let (new_key, new_value) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let typed = StoredValue::new(attributes.clone());
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let mut facts = fields.read().changes(&before.get_value());
        match typed.with_value(|typed| changed(typed)) {
            Ok(attributes) => facts.attributes = attributes,
            Err(label) => return wrong.set(Some(t::customers::does_not_fit(label))),
        }
        wrong.set(None);
        let key = new_key.get_untracked().trim().to_owned();
        if !key.is_empty() {
            facts
                .attributes
                .insert(key, new_value.get_untracked().trim().into());
        }
        let change = PatchCustomer {
            version: version.get_untracked(),
            facts,
        };
        submit.run(
            async move { customers::patch(&id.get_value(), &change).await },
            move |changed| {
                open.set(false);
                customer.set(changed);
                toasts.say(t::common::saved());
            },
        );
    };
    view! {
        <form class="form" on:submit=on_submit>
            <Person fields=fields submit=submit/>
            {attributes.into_iter().map(attribute).collect_view()}
            <div class="set-two">
                <TextField label=t::customers::new_key value=new_key error=submit.field("/attributes")/>
                <TextField label=t::customers::new_value value=new_value/>
            </div>
            {move || wrong.get().map(|text| view! { <Note tone=Tone::Danger>{text}</Note> })}
            <Conflict submit=submit id=id version=version/>
            {move || {
                submit
                    .error()
                    .is_some_and(|error| error.slug != "conflict")
                    .then(|| view! { <FormError submit=submit fields=POINTERS/> })
            }}
            <div><Button kind=ButtonKind::Primary label=t::common::save submit=true busy=submit.busy()/></div>
        </form>
    }
}

fn attribute((attribute, value): Typed) -> AnyView {
    let label = attribute.label;
    match attribute.value_type.as_str() {
        "boolean" => {
            let choices = vec![
                Choice::new("", "–"),
                Choice::new("true", t::customers::yes),
                Choice::new("false", t::customers::no),
            ];
            view! { <SelectField label=label value=value choices=Signal::stored(choices)/> }
                .into_any()
        }
        "list" => {
            view! { <TextField label=label value=value hint=t::customers::list_hint/> }.into_any()
        }
        _ => view! { <TextField label=label value=value/> }.into_any(),
    }
}

/// Returns the attributes that were changed, or the label of one that does not fit its type.
fn changed(typed: &[Typed]) -> Result<serde_json::Map<String, Value>, String> {
    let mut changed = serde_json::Map::new();
    for (attribute, text) in typed {
        let text = text.get_untracked();
        if text == logic::typed(&attribute.value) {
            continue;
        }
        let Some(value) = logic::value(&text, &attribute.value_type) else {
            return Err(attribute.label.clone());
        };
        changed.insert(attribute.key.clone(), value);
    }
    Ok(changed)
}

/// Somebody saved first: what is typed stays, and may be saved knowingly over the newer version.
#[component]
fn Conflict(submit: Submit, id: StoredValue<String>, version: RwSignal<i64>) -> impl IntoView {
    let again = Submit::default();
    let take = move |_| {
        let Ok(controller) = web_sys::AbortController::new() else {
            return;
        };
        again.run(
            async move { customers::get(&id.get_value(), &controller.signal()).await },
            move |newest| {
                version.set(newest.version);
                submit.forget();
            },
        );
    };
    move || {
        let is_conflict = |error: &ApiError| error.slug == "conflict";
        submit.error().filter(is_conflict).map(|_| {
            view! {
                <Note tone=Tone::Warn>
                    {t::customers::conflict} " "
                    <button type="button" class="link" on:click=take>{t::customers::overwrite}</button>
                </Note>
            }
        })
    }
}
