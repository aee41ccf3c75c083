//! Keys with which shops, sites and apps report what customers do.

use api_types::session::{CreateWriteKey, WriteKeyView};
use leptos::{ev, prelude::*};

use super::{
    api_keys::{Revoke, key_state},
    copy::FreshKey,
    places::{Place, Places},
    snippets::Snippets,
};
use crate::{
    api::{Load, Page, Submit, load, settings},
    format, i18n as t,
    ui::{
        Button, ButtonKind, Choice, Column, DataTable, EmptyState, FormError, Icon, PageHeader,
        Phone, RadioGroup, Sheet, TextField, table::Row, use_list_query,
    },
};

/// The page of the write keys.
#[component]
pub(super) fn WriteKeys() -> impl IntoView {
    let keys = load(
        || (),
        |(), signal| async move { settings::write_keys(&signal).await },
    );
    let (is_making, ending) = (
        RwSignal::new(false),
        RwSignal::new(None::<(String, String)>),
    );
    let made = RwSignal::new(None::<WriteKeyView>);
    Effect::new(move |_| {
        if !is_making.get() {
            made.set(None);
        }
    });
    view! {
        <PageHeader title=t::settings::write_keys say=t::settings::write_keys_about>
            <Button kind=ButtonKind::Primary icon=Icon::Plus label=t::settings::key_make on_press=move || is_making.set(true)/>
        </PageHeader>
        <Places here=Place::WriteKeys/>
        <DataTable
            label=t::settings::write_keys
            columns=columns(ending)
            load=keys
            row=Row::new(|key: &WriteKeyView| key.id.clone())
            list=use_list_query(&[])
            page_size=4
            empty=|| view! { <EmptyState title=t::settings::write_keys_empty_title body=t::settings::write_keys_empty_body/> }
        />
        <Snippets keys=keys/>
        <Sheet open=is_making title=t::settings::key_make stays=Signal::derive(move || made.with(Option::is_some))>
            <KeyForm keys=keys made=made on_done=move || is_making.set(false)/>
        </Sheet>
        <Revoke
            ending=ending
            body=t::settings::write_key_revoke_body
            on_revoke=move |(id, submit, done): (String, Submit, Callback<()>)| {
                submit.run(async move { settings::revoke_write_key(&id).await }, move |()| {
                    keys.reload();
                    done.run(());
                });
            }
        />
    }
}

/// Returns the word for what a key may do.
fn power(name: &str) -> &'static str {
    if name == "server" {
        t::settings::power_server()
    } else {
        t::settings::power_browser()
    }
}

fn columns(ending: RwSignal<Option<(String, String)>>) -> Vec<Column<WriteKeyView>> {
    let name = |key: &WriteKeyView| view! { <b>{key.name.clone()}</b> };
    let kind = |key: &WriteKeyView| {
        let own = key.power.clone();
        move || power(&own)
    };
    let shown = |key: &WriteKeyView| {
        let text = key.key.clone().unwrap_or_else(|| format!("{}…", key.hint));
        view! { <code class="set-hint">{text}</code> }
    };
    let made = |key: &WriteKeyView| {
        let at = format::millis(&key.created_at);
        move || format::date(at)
    };
    let state =
        move |key: &WriteKeyView| key_state(&key.id, &key.name, key.revoked_at.as_deref(), ending);
    vec![
        Column::new(t::settings::key_name, name).on_phone(Phone::Title),
        Column::new(t::settings::power, kind),
        Column::new(t::settings::key, shown),
        Column::new(t::settings::made_at, made).number(),
        Column::new(t::settings::state, state).number(),
    ]
}

#[component]
fn KeyForm(
    keys: Load<Page<WriteKeyView>>,
    made: RwSignal<Option<WriteKeyView>>,
    #[prop(into)] on_done: Callback<()>,
) -> impl IntoView {
    let (name, kind) = (
        RwSignal::new(String::new()),
        RwSignal::new("server".to_owned()),
    );
    let submit = Submit::default();
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let key = CreateWriteKey {
            name: name.get_untracked().trim().to_owned(),
            power: kind.get_untracked(),
        };
        submit.run(
            async move { settings::create_write_key(&key).await },
            move |key| {
                keys.reload();
                made.set(Some(key));
            },
        );
    };
    let about = move || {
        if kind.with(|kind| kind == "server") {
            t::settings::power_server_about()
        } else {
            t::settings::power_browser_about()
        }
    };
    move || {
        if let Some(key) = made.get() {
            let is_secret = key.power == "server";
            view! {
                <FreshKey name=key.name value=key.key.unwrap_or_default() is_secret=is_secret on_done=on_done/>
            }
            .into_any()
        } else {
            let kinds = vec![
                Choice::new("server", t::settings::power_server),
                Choice::new("browser", t::settings::power_browser),
            ];
            view! {
                <form class="form" on:submit=on_submit>
                    <TextField label=t::settings::key_name value=name hint=t::settings::write_key_name_hint error=submit.field("/name") required=true/>
                    <RadioGroup label=t::settings::power value=kind choices=kinds/>
                    <p class="t-small ink-3 set-under">{about}</p>
                    <FormError submit=submit fields=&["/name"]/>
                    <div><Button kind=ButtonKind::Primary icon=Icon::Key label=t::settings::key_make submit=true busy=submit.busy()/></div>
                </form>
            }
            .into_any()
        }
    }
}
