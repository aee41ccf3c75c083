//! The people who sign in: roles, invitations.

use api_types::session::{Invite, MemberView};
use leptos::{ev, prelude::*};

use super::{
    copy::CopyText,
    places::{Place, Places},
    words,
};
use crate::{
    api::{Load, Page, Submit, load, settings},
    format, i18n as t,
    state::{session, toast::use_toasts},
    ui::{
        Button, ButtonKind, Choice, Column, DataTable, Dialog, EmptyState, FieldKind, FormError,
        Icon, Menu, MenuItem, MenuLine, Note, PageHeader, Phone, SelectField, Sheet, TextField,
        Tone, table::Row, use_list_query,
    },
};

/// The page of the members.
#[component]
pub(super) fn Members() -> impl IntoView {
    let members = load(
        || (),
        |(), signal| async move { settings::members(&signal).await },
    );
    let (is_inviting, leaving) = (RwSignal::new(false), RwSignal::new(None::<MemberView>));
    let count = move || {
        let count = members.value().map(|page| page.items.len());
        count.map_or_else(String::new, |count| {
            t::ui::people(i64::try_from(count).unwrap_or_default())
        })
    };
    view! {
        <PageHeader title=t::settings::members count=count say=t::settings::members_about>
            {move || {
                session::may("members:write")
                    .then(|| {
                        view! { <Button kind=ButtonKind::Primary icon=Icon::UserPlus label=t::settings::invite on_press=move || is_inviting.set(true)/> }
                    })
            }}
        </PageHeader>
        <Places here=Place::Members/>
        <DataTable
            label=t::settings::members
            columns=columns(members, leaving)
            load=members
            row=Row::new(|member: &MemberView| member.user.id.clone())
            list=use_list_query(&[])
            page_size=5
            empty=|| view! { <EmptyState title=t::settings::members_empty_title body=t::settings::members_empty_body/> }
        />
        <Sheet open=is_inviting title=t::settings::invite_title><InviteForm/></Sheet>
        <Leave leaving=leaving members=members/>
    }
}

fn columns(
    members: Load<Page<MemberView>>,
    leaving: RwSignal<Option<MemberView>>,
) -> Vec<Column<MemberView>> {
    let name = |member: &MemberView| {
        let own = member.user.id.clone();
        let is_me = move || session::signed_in().is_some_and(|session| session.user.id == own);
        view! {
            <b>{member.user.name.clone()}</b>
            {move || is_me().then(|| view! { <span class="sub">{t::settings::you}</span> })}
        }
    };
    let email = |member: &MemberView| member.user.email.clone();
    let role = |member: &MemberView| {
        let role = member.role.clone();
        move || words::role(&role)
    };
    let since = |member: &MemberView| {
        let at = format::millis(&member.created_at);
        move || format::date(at)
    };
    let acts = move |member: &MemberView| view! { <Acts member=member.clone() members=members leaving=leaving/> };
    vec![
        Column::new(t::settings::person, name).on_phone(Phone::Title),
        Column::new(t::settings::email, email),
        Column::new(t::settings::role, role),
        Column::new(t::settings::since, since).number(),
        Column::new(t::settings::acts, acts)
            .number()
            .on_phone(Phone::Corner),
    ]
}

/// What can be done with one member; an owner is touched by owners only.
#[component]
fn Acts(
    member: MemberView,
    members: Load<Page<MemberView>>,
    leaving: RwSignal<Option<MemberView>>,
) -> impl IntoView {
    let toasts = use_toasts();
    let name = member.user.name.clone();
    let own_role = member.role.clone();
    let may = move || {
        let is_owner = session::signed_in().is_some_and(|session| session.role == "owner");
        session::may("members:write") && (own_role != "owner" || is_owner)
    };
    let lines = Signal::derive(move || {
        let is_owner = session::signed_in().is_some_and(|session| session.role == "owner");
        let give = |role: &'static str| {
            let (id, before) = (member.user.id.clone(), member.role.clone());
            let deed = move || give_role(toasts, members, id.clone(), before.clone(), role);
            let label = move || t::settings::make_role(words::role(role));
            MenuLine::from(MenuItem::new(Icon::User, label, deed))
        };
        let mut lines: Vec<MenuLine> = words::ROLES
            .into_iter()
            .filter(|role| *role != member.role && (*role != "owner" || is_owner))
            .map(give)
            .collect();
        let leaver = member.clone();
        lines.push(MenuLine::Rule);
        lines.push(MenuLine::from(
            MenuItem::new(Icon::Trash2, t::settings::remove, move || {
                leaving.set(Some(leaver.clone()));
            })
            .danger(),
        ));
        lines
    });
    move || {
        let name = name.clone();
        may().then(|| view! { <Menu label=move || t::settings::acts_of(&name) lines=lines/> })
    }
}

/// Gives a role at once; the toast takes it back.
fn give_role(
    toasts: crate::state::toast::Toasts,
    members: Load<Page<MemberView>>,
    id: String,
    before: String,
    role: &'static str,
) {
    wasm_bindgen_futures::spawn_local(async move {
        match settings::change_role(&id, role).await {
            Ok(member) => {
                members.reload();
                let text = t::settings::RoleGiven {
                    name: &member.user.name,
                    role: words::role(role),
                }
                .say();
                toasts.say_undoable(text, move || {
                    let (id, before) = (id.clone(), before.clone());
                    wasm_bindgen_futures::spawn_local(async move {
                        match settings::change_role(&id, &before).await {
                            Ok(_) => members.reload(),
                            Err(error) => toasts.fail(error.sentence()),
                        }
                    });
                });
            }
            Err(error) => toasts.fail(error.sentence()),
        }
    });
}

#[component]
fn InviteForm() -> impl IntoView {
    let (role, email) = (
        RwSignal::new("marketer".to_owned()),
        RwSignal::new(String::new()),
    );
    let (submit, made) = (Submit::default(), RwSignal::new(None::<String>));
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let email = email.get_untracked().trim().to_owned();
        let invite = Invite {
            role: role.get_untracked(),
            email: (!email.is_empty()).then_some(email),
        };
        submit.run(
            async move { settings::invite(&invite).await },
            move |link| {
                made.set(Some(link.url));
            },
        );
    };
    let roles = Signal::derive(|| {
        let is_owner = session::signed_in().is_some_and(|session| session.role == "owner");
        words::ROLES
            .into_iter()
            .filter(|role| *role != "owner" || is_owner)
            .map(|role| Choice::new(role, move || words::role(role)))
            .collect()
    });
    move || {
        match made.get() {
        Some(url) => view! {
            <Note tone=Tone::Good>{t::settings::invite_made}</Note>
            <CopyText label=t::settings::invite_link value=Signal::stored(url)/>
        }
        .into_any(),
        None => view! {
            <form class="form" on:submit=on_submit>
                <SelectField label=t::settings::role value=role choices=roles error=submit.field("/role")/>
                <p class="t-small ink-3 set-under">{move || role.with(|role| words::role_about(role))}</p>
                <TextField label=t::settings::invite_email kind=FieldKind::Email value=email hint=t::settings::invite_email_hint error=submit.field("/email") autocomplete="off"/>
                <FormError submit=submit fields=&["/role", "/email"]/>
                <div><Button kind=ButtonKind::Primary icon=Icon::Link label=t::settings::invite_make submit=true busy=submit.busy()/></div>
            </form>
        }
        .into_any(),
    }
    }
}

#[component]
fn Leave(leaving: RwSignal<Option<MemberView>>, members: Load<Page<MemberView>>) -> impl IntoView {
    let (submit, toasts) = (Submit::default(), use_toasts());
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(leaving.with(Option::is_some)));
    Effect::new(move |_| {
        // Only a choice that is there is taken back, or the two effects would wake each other for ever.
        if !open.get() && leaving.with_untracked(Option::is_some) {
            leaving.set(None);
            submit.forget();
        }
    });
    let name =
        move || leaving.with(|member| member.as_ref().map(|member| member.user.name.clone()));
    let remove = move || {
        let Some(member) = leaving.get_untracked() else {
            return;
        };
        submit.run(
            async move { settings::remove_member(&member.user.id).await },
            move |()| {
                open.set(false);
                members.reload();
                toasts.say(t::settings::removed());
            },
        );
    };
    let footer = move || {
        view! {
            <Button label=t::common::cancel on_press=move || open.set(false)/>
            <Button kind=ButtonKind::Danger icon=Icon::Trash2 label=t::settings::remove busy=submit.busy() on_press=remove/>
        }
    };
    view! {
        <Dialog open=open title=move || t::settings::remove_title(name().unwrap_or_default()) footer=footer>
            <p class="t-small ink-2">{t::settings::remove_body}</p>
            <FormError submit=submit/>
        </Dialog>
    }
}
