//! The menus of an account, and who sees which.

use api_types::{
    line_menus::{CreateLineMenu, LineMenuDocument, LineMenuView},
    senders::SenderView,
};
use leptos::prelude::*;

use super::{rules::Rules, words};
use crate::{
    api::{Load, Loaded, Submit, line_menus, load, settings},
    app::bar::use_crumb,
    i18n as t,
    routes::{Route, use_go},
    state::{
        poll::{Pace, poll},
        session,
    },
    ui::{
        Button, ButtonKind, ButtonLink, Choice, Dialog, EmptyState, FormError, Icon, InlineError,
        PageHeader, Section, SelectField, Skeleton, Status, TextField,
    },
};

/// All menus.
#[component]
pub fn MenuList() -> impl IntoView {
    use_crumb(t::menus::title);
    let senders = load(
        || (),
        |(), signal| async move { settings::senders(&signal).await },
    );
    move || match senders.get() {
        Loaded::Loading => view! { <Skeleton lines=6/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || senders.reload()/> }.into_any()
        }
        Loaded::Ready(page) => {
            let mut accounts = page.items;
            accounts.retain(|sender| sender.line.is_some());
            if accounts.is_empty() {
                return view! {
                    <PageHeader title=t::menus::title say=t::menus::say/>
                    <EmptyState title=t::menus::no_account_title body=t::menus::no_account_body>
                        <ButtonLink to=Route::SettingsPage("senders".to_owned()) label=t::menus::no_account_do/>
                    </EmptyState>
                }
                .into_any();
            }
            view! { <Accounts accounts=accounts/> }.into_any()
        }
    }
}

#[component]
fn Accounts(accounts: Vec<SenderView>) -> impl IntoView {
    let first = accounts.first().map(|sender| sender.id.clone());
    let account = RwSignal::new(first.unwrap_or_default());
    let choices: Vec<Choice> = accounts
        .iter()
        .map(|sender| Choice::new(sender.id.clone(), sender.from_name.clone()))
        .collect();
    let is_one = choices.len() == 1;
    let menus = load(
        move || account.get(),
        |account, signal| async move { line_menus::list(&account, &signal).await },
    );
    let pace = move || {
        let is_moving = menus
            .value()
            .is_some_and(|menus| menus.iter().any(|menu| menu.state == "publishing"));
        if is_moving { Pace::Busy } else { Pace::Still }
    };
    poll(pace, move || menus.reload());
    let is_naming = RwSignal::new(false);
    view! {
        <PageHeader title=t::menus::title say=t::menus::say>
            <ButtonLink to=Route::LineReplies icon=Icon::MessageCircle label=t::replies::title/>
            {move || session::may("contents:write").then(|| view! {
                <Button kind=ButtonKind::Primary icon=Icon::Plus label=t::menus::new on_press=move || is_naming.set(true)/>
            })}
        </PageHeader>
        {(!is_one).then(|| view! { <SelectField label=t::menus::account value=account choices=Signal::stored(choices)/> })}
        <Cards menus=menus/>
        <NewMenu open=is_naming account=account/>
        {move || {
            let account = account.get();
            view! { <Section title=t::menus::who note=t::menus::who_note><Rules account=account menus=menus/></Section> }
        }}
    }
}

#[component]
fn Cards(menus: Load<Vec<LineMenuView>>) -> impl IntoView {
    move || match menus.get() {
        Loaded::Loading => view! { <Skeleton lines=4/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || menus.reload()/> }.into_any()
        }
        Loaded::Ready(found) if found.is_empty() => {
            view! { <EmptyState title=t::menus::empty_title body=t::menus::empty_body/> }.into_any()
        }
        Loaded::Ready(found) => {
            let card = |menu: LineMenuView| view! { <li><Card menu=menu/></li> };
            let cards = found.into_iter().map(card).collect_view();
            view! { <ul class="mn-cards">{cards}</ul> }.into_any()
        }
    }
}

#[component]
fn Card(menu: LineMenuView) -> impl IntoView {
    let (tone, icon, word, help) = words::state(&menu);
    let (n, has_taps) = (menu.n_taps, menu.number > 0);
    let to = Route::LineMenu(menu.id.clone()).path();
    view! {
        <a class="mn-card" href=to>
            <Thumb id=menu.id has_image=menu.image.is_some()/>
            <b>{menu.name}</b>
        </a>
        <div class="row-g">
            <Status tone=tone icon=icon label=word help=help/>
            {has_taps.then(|| view! { <span class="t-small ink-3 num">{move || t::menus::n_taps(n)}</span> })}
        </div>
    }
}

#[component]
fn Thumb(id: String, has_image: bool) -> impl IntoView {
    let image = load(
        move || id.clone(),
        move |id, signal| async move {
            if !has_image {
                return Ok(None);
            }
            line_menus::image(&id, &signal).await.map(Some)
        },
    );
    view! {
        <span class="mn-thumb" aria-hidden="true">
            {move || match image.value().flatten() {
                Some(image) => view! { <img alt="" src=format!("data:{};base64,{}", image.media_type, image.data)/> }.into_any(),
                None => Icon::Image.view().into_any(),
            }}
        </span>
    }
}

#[component]
fn NewMenu(open: RwSignal<bool>, account: RwSignal<String>) -> impl IntoView {
    let (name, submit, go) = (RwSignal::new(String::new()), Submit::default(), use_go());
    let go = StoredValue::new(go);
    let create = move || {
        let body = CreateLineMenu {
            name: name.get_untracked(),
            document: LineMenuDocument {
                bar: t::menus::bar_default().to_owned(),
                is_open: true,
                areas: Vec::new(),
            },
        };
        let account = account.get_untracked();
        submit.run(
            async move { line_menus::create(&account, &body).await },
            move |made| go.with_value(|go| go(&Route::LineMenu(made.id))),
        );
    };
    let footer = ViewFn::from(move || {
        view! {
            <Button label=t::common::cancel on_press=move || open.set(false)/>
            <Button kind=ButtonKind::Primary label=t::menus::create busy=submit.busy() on_press=create/>
        }
    });
    view! {
        <Dialog open=open title=t::menus::new footer=footer>
            <TextField label=t::menus::name value=name hint=t::menus::name_hint error=submit.field("/name")/>
            <FormError submit=submit fields=&["/name"]/>
        </Dialog>
    }
}
