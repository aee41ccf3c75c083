//! Keys for programs that use the REST interface.

use api_types::session::{ApiKeyView, CreateApiKey};
use leptos::{ev, prelude::*};

use super::{
    copy::FreshKey,
    places::{Place, Places},
    words,
};
use crate::{
    api::{Load, Page, Submit, load, settings},
    format, i18n as t,
    state::{session, toast::use_toasts},
    ui::{
        Button, ButtonKind, ButtonSize, Checkbox, Column, DataTable, Dialog, EmptyState, FormError,
        Icon, PageHeader, Phone, Sheet, Status, TextField, Tone, table::Row, use_list_query,
    },
};

/// The page of the API keys.
#[component]
pub(super) fn ApiKeys() -> impl IntoView {
    let keys = load(
        || (),
        |(), signal| async move { settings::api_keys(&signal).await },
    );
    let (is_making, ending) = (
        RwSignal::new(false),
        RwSignal::new(None::<(String, String)>),
    );
    let made = RwSignal::new(None::<ApiKeyView>);
    Effect::new(move |_| {
        if !is_making.get() {
            made.set(None);
        }
    });
    view! {
        <PageHeader title=t::settings::api_keys say=t::settings::api_keys_about>
            <Button kind=ButtonKind::Primary icon=Icon::Plus label=t::settings::key_make on_press=move || is_making.set(true)/>
        </PageHeader>
        <Places here=Place::ApiKeys/>
        <DataTable
            label=t::settings::api_keys
            columns=columns(ending)
            load=keys
            row=Row::new(|key: &ApiKeyView| key.id.clone())
            list=use_list_query(&[])
            page_size=4
            empty=|| view! { <EmptyState title=t::settings::api_keys_empty_title body=t::settings::api_keys_empty_body/> }
        />
        <Sheet open=is_making title=t::settings::key_make stays=Signal::derive(move || made.with(Option::is_some))>
            <KeyForm keys=keys made=made on_done=move || is_making.set(false)/>
        </Sheet>
        <Revoke
            ending=ending
            body=t::settings::api_key_revoke_body
            on_revoke=move |(id, submit, done): (String, Submit, Callback<()>)| {
                submit.run(async move { settings::revoke_api_key(&id).await }, move |()| {
                    keys.reload();
                    done.run(());
                });
            }
        />
    }
}

fn columns(ending: RwSignal<Option<(String, String)>>) -> Vec<Column<ApiKeyView>> {
    let name = |key: &ApiKeyView| {
        view! { <b>{key.name.clone()}</b> <span class="sub set-hint">{format!("{}…", key.hint)}</span> }
    };
    let scopes = |key: &ApiKeyView| {
        let scopes = key.scopes.clone();
        let count = i64::try_from(scopes.len()).unwrap_or_default();
        let all = move || {
            let words: Vec<String> = scopes.iter().map(|scope| words::scope(scope)).collect();
            words.join(t::settings::comma())
        };
        view! { <span title=all>{move || t::settings::n_scopes(count)}</span> }
    };
    let used = |key: &ApiKeyView| {
        let at = key.last_used_at.as_deref().map(format::millis);
        move || {
            at.map_or_else(
                || t::settings::never_used().to_owned(),
                |at| format::elapsed(at, format::zone::now()),
            )
        }
    };
    let made = |key: &ApiKeyView| {
        let at = format::millis(&key.created_at);
        move || format::date(at)
    };
    let state =
        move |key: &ApiKeyView| key_state(&key.id, &key.name, key.revoked_at.as_deref(), ending);
    vec![
        Column::new(t::settings::key_name, name).on_phone(Phone::Title),
        Column::new(t::settings::scopes, scopes),
        Column::new(t::settings::last_used, used),
        Column::new(t::settings::made_at, made).number(),
        Column::new(t::settings::state, state).number(),
    ]
}

/// Draws whether a key is good, and the button that ends it.
pub(super) fn key_state(
    id: &str,
    name: &str,
    revoked_at: Option<&str>,
    ending: RwSignal<Option<(String, String)>>,
) -> AnyView {
    if let Some(at) = revoked_at.map(format::millis) {
        return view! { <Status tone=Tone::Neutral icon=Icon::Ban label=move || t::settings::revoked_on(format::date(at))/> }
            .into_any();
    }
    let own = (id.to_owned(), name.to_owned());
    view! { <Button kind=ButtonKind::Danger size=ButtonSize::Small label=t::settings::revoke on_press=move || ending.set(Some(own.clone()))/> }
        .into_any()
}

/// Asks before a key is ended: what uses it stops at once.
#[component]
pub(super) fn Revoke(
    ending: RwSignal<Option<(String, String)>>,
    body: fn() -> &'static str,
    #[prop(into)] on_revoke: Callback<((String, Submit, Callback<()>),)>,
) -> impl IntoView {
    let (open, submit, toasts) = (RwSignal::new(false), Submit::default(), use_toasts());
    Effect::new(move |_| open.set(ending.with(Option::is_some)));
    Effect::new(move |_| {
        // Only a choice that is there is taken back, or the two effects would wake each other for ever.
        if !open.get() && ending.with_untracked(Option::is_some) {
            ending.set(None);
            submit.forget();
        }
    });
    let name = move || {
        ending.with(|key| {
            key.as_ref()
                .map(|(_, name)| name.clone())
                .unwrap_or_default()
        })
    };
    let revoke = move || {
        let Some((id, _)) = ending.get_untracked() else {
            return;
        };
        let done = Callback::from(move || {
            open.set(false);
            toasts.say(t::settings::revoked());
        });
        on_revoke.run(((id, submit, done),));
    };
    let footer = move || {
        view! {
            <Button label=t::common::cancel on_press=move || open.set(false)/>
            <Button kind=ButtonKind::Danger icon=Icon::Ban label=t::settings::revoke busy=submit.busy() on_press=revoke/>
        }
    };
    view! {
        <Dialog open=open title=move || t::settings::revoke_title(name()) footer=footer>
            <p class="t-small ink-2">{body}</p>
            <FormError submit=submit/>
        </Dialog>
    }
}

#[component]
fn KeyForm(
    keys: Load<Page<ApiKeyView>>,
    made: RwSignal<Option<ApiKeyView>>,
    #[prop(into)] on_done: Callback<()>,
) -> impl IntoView {
    let (name, chosen) = (
        RwSignal::new(String::new()),
        RwSignal::new(Vec::<&'static str>::new()),
    );
    let submit = Submit::default();
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let key = CreateApiKey {
            name: name.get_untracked().trim().to_owned(),
            scopes: chosen
                .get_untracked()
                .into_iter()
                .map(str::to_owned)
                .collect(),
        };
        submit.run(
            async move { settings::create_api_key(&key).await },
            move |key| {
                keys.reload();
                made.set(Some(key));
            },
        );
    };
    let scope = move |scope: &'static str| {
        let is_on = Signal::derive(move || chosen.with(|chosen| chosen.contains(&scope)));
        // Nobody gives away more than they hold.
        let is_closed = Signal::derive(move || !session::may(scope));
        let change = move |is_on: bool| {
            chosen.update(|chosen| {
                chosen.retain(|own| *own != scope);
                if is_on {
                    chosen.push(scope);
                }
            });
        };
        view! { <Checkbox label=move || words::scope(scope) checked=is_on disabled=is_closed on_change=change/> }
    };
    let scopes_error = submit.field("/scopes");
    move || {
        match made.get() {
        Some(key) => view! {
            <FreshKey name=key.name value=key.key.unwrap_or_default() is_secret=true on_done=on_done/>
        }
        .into_any(),
        None => view! {
            <form class="form" on:submit=on_submit>
                <TextField label=t::settings::key_name value=name hint=t::settings::key_name_hint error=submit.field("/name") required=true/>
                <fieldset class="radios set-scopes">
                    <legend class="lbl">{t::settings::scopes}</legend>
                    {words::SCOPES.into_iter().map(scope).collect_view()}
                    {move || scopes_error.get().map(|error| view! { <span class="err t-small" role="alert">{error}</span> })}
                </fieldset>
                <FormError submit=submit fields=&["/name", "/scopes"]/>
                <div><Button kind=ButtonKind::Primary icon=Icon::Key label=t::settings::key_make submit=true busy=submit.busy()/></div>
            </form>
        }
        .into_any(),
    }
    }
}
