//! Addresses beside the members' that may get test mails.

use api_types::contents::TestRecipientView;
use leptos::{ev, prelude::*};

use super::places::{Place, Places};
use crate::{
    api::{Load, Page, Submit, load, settings},
    i18n as t,
    state::{session, toast::use_toasts},
    ui::{
        Button, ButtonKind, Column, DataTable, EmptyState, FormError, Icon, PageHeader, Phone,
        Sheet, TextField, table::Row, use_list_query,
    },
};

/// The page of the test audience.
#[component]
pub(super) fn TestAudience() -> impl IntoView {
    let people = load(
        || (),
        |(), signal| async move { settings::test_audience(&signal).await },
    );
    let is_adding = RwSignal::new(false);
    let add = move || {
        session::may("settings:write").then(|| {
            view! { <Button kind=ButtonKind::Primary icon=Icon::Plus label=t::settings::test_add on_press=move || is_adding.set(true)/> }
        })
    };
    view! {
        <PageHeader title=t::settings::test_audience say=t::settings::test_audience_about>{add}</PageHeader>
        <Places here=Place::TestAudience/>
        <DataTable
            label=t::settings::test_audience
            columns=columns(people)
            load=people
            row=Row::new(|person: &TestRecipientView| person.address.clone())
            list=use_list_query(&[])
            page_size=4
            empty=|| view! { <EmptyState title=t::settings::test_empty_title body=t::settings::test_empty_body/> }
        />
        <Sheet open=is_adding title=t::settings::test_add><AddForm people=people open=is_adding/></Sheet>
    }
}

fn columns(people: Load<Page<TestRecipientView>>) -> Vec<Column<TestRecipientView>> {
    let label = |person: &TestRecipientView| view! { <b>{person.label.clone()}</b> };
    let address = |person: &TestRecipientView| person.address.clone();
    let acts = move |person: &TestRecipientView| {
        view! { <Remove person=person.clone() people=people/> }
    };
    vec![
        Column::new(t::settings::test_label, label).on_phone(Phone::Title),
        Column::new(t::settings::test_address, address),
        Column::new(t::settings::acts, acts).number(),
    ]
}

/// Takes an address out at once: it is entered again as quickly.
#[component]
fn Remove(person: TestRecipientView, people: Load<Page<TestRecipientView>>) -> impl IntoView {
    let (submit, toasts) = (Submit::default(), use_toasts());
    let address = StoredValue::new(person.address);
    let remove = move || {
        let address = address.get_value();
        submit.run(
            async move { settings::remove_test_recipient(&address).await },
            move |()| {
                people.reload();
                toasts.say(t::settings::test_removed());
            },
        );
    };
    move || {
        session::may("settings:write").then(|| {
            view! {
                <Button icon=Icon::Trash2 label=t::settings::test_remove busy=submit.busy() on_press=remove/>
                <FormError submit=submit/>
            }
        })
    }
}

#[component]
fn AddForm(people: Load<Page<TestRecipientView>>, open: RwSignal<bool>) -> impl IntoView {
    let (label, address) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = Submit::default();
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let person = TestRecipientView {
            address: address.get_untracked().trim().to_owned(),
            label: label.get_untracked().trim().to_owned(),
        };
        submit.run(
            async move { settings::put_test_recipient(&person).await },
            move |_| {
                label.set(String::new());
                address.set(String::new());
                open.set(false);
                people.reload();
            },
        );
    };
    view! {
        <form class="form" on:submit=on_submit>
            <TextField label=t::settings::test_label value=label hint=t::settings::test_label_hint error=submit.field("/label") required=true/>
            <TextField label=t::settings::test_address value=address error=submit.field("/address") required=true/>
            <FormError submit=submit fields=&["/label", "/address"]/>
            <div><Button kind=ButtonKind::Primary icon=Icon::Plus label=t::settings::test_add submit=true busy=submit.busy()/></div>
        </form>
    }
}
