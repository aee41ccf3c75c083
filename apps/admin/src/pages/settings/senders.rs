//! From whom messages come, and by which way they leave.

use api_types::senders::{SenderToday, SenderView};
use leptos::prelude::*;

use super::{
    dkim::DkimForm,
    domain::Domain,
    line_state::LineAccount,
    places::{Place, Places},
    push_state::PushSite,
    sender_form::SenderForm,
};
use crate::{
    api::{Load, Page, Submit, load, settings},
    format, i18n as t,
    state::{session, toast::use_toasts},
    ui::{
        Button, ButtonKind, Column, DataTable, Dialog, EmptyState, FormError, Icon, Menu, MenuItem,
        MenuLine, PageHeader, Phone, Sheet, Status, Tone, table::Row, use_list_query,
    },
};

/// What lies open beside the list.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Beside {
    Nothing,
    New,
    Edit(SenderView),
    Dkim(SenderView),
    Line(SenderView),
    Push(SenderView),
    Domain(SenderView),
    Archive(SenderView),
}

/// The page of the senders.
#[component]
pub(super) fn Senders() -> impl IntoView {
    let senders = load(
        || (),
        |(), signal| async move { settings::senders(&signal).await },
    );
    let beside = RwSignal::new(Beside::Nothing);
    let add = move || {
        session::may("settings:write").then(|| {
            view! { <Button kind=ButtonKind::Primary icon=Icon::Plus label=t::settings::sender_new on_press=move || beside.set(Beside::New)/> }
        })
    };
    view! {
        <PageHeader title=t::settings::senders say=t::settings::senders_about>{add}</PageHeader>
        <Places here=Place::Senders/>
        <DataTable
            label=t::settings::senders
            columns=columns(beside)
            load=senders
            row=Row::new(|sender: &SenderView| sender.id.clone())
            list=use_list_query(&[])
            page_size=3
            empty=|| view! { <EmptyState title=t::settings::senders_empty_title body=t::settings::senders_empty_body/> }
        />
        <Sheets beside=beside senders=senders/>
        <Archive beside=beside senders=senders/>
    }
}

fn columns(beside: RwSignal<Beside>) -> Vec<Column<SenderView>> {
    let name = |sender: &SenderView| {
        view! { <b>{sender.from_name.clone()}</b> <span class="sub">{sender.from_address.clone()}</span> }
    };
    let way = |sender: &SenderView| {
        let host = sender
            .smtp
            .as_ref()
            .map(|smtp| format!("{}:{}", smtp.host, smtp.port));
        if sender.line.is_some() {
            return view! { <Status tone=Tone::Good icon=Icon::MessageCircle label=t::settings::line/> }.into_any();
        }
        if sender.push.is_some() {
            return view! { <Status tone=Tone::Good icon=Icon::Smartphone label=t::settings::push/> }.into_any();
        }
        match host {
            Some(host) => view! { <Status tone=Tone::Neutral icon=Icon::Send label=host/> }.into_any(),
            None => view! { <Status tone=Tone::Neutral icon=Icon::ShieldCheck label=t::settings::sandbox help=t::settings::sandbox_about/> }
                .into_any(),
        }
    };
    let pace = |sender: &SenderView| {
        let today = sender.smtp.as_ref().map(|smtp| smtp.today.clone());
        let under = today.map(|today| view! { <Today today=today/> });
        let mail = sender.smtp.as_ref().and_then(|smtp| smtp.per_second);
        let rate = mail
            .or_else(|| sender.line.as_ref().and_then(|line| line.per_second))
            .or_else(|| sender.push.as_ref().and_then(|push| push.per_second));
        let is_real = sender.smtp.is_some() || sender.line.is_some() || sender.push.is_some();
        let rate = move || match (rate, is_real) {
            (Some(rate), _) => t::settings::n_per_second(i64::from(rate)),
            (None, true) => t::settings::no_limit().to_owned(),
            (None, false) => "–".to_owned(),
        };
        view! { {rate} {under} }
    };
    let dkim = |sender: &SenderView| {
        match &sender.smtp {
        None => view! { "–" }.into_any(),
        Some(smtp) => match &smtp.dkim {
            Some(dkim) => view! { <Status tone=Tone::Good icon=Icon::BadgeCheck label=format!("{} / {}", dkim.domain, dkim.selector)/> }
                .into_any(),
            None => view! { <Status tone=Tone::Warn icon=Icon::TriangleAlert label=t::settings::unsigned help=t::settings::unsigned_about/> }
                .into_any(),
        },
    }
    };
    let acts = move |sender: &SenderView| view! { <Acts sender=sender.clone() beside=beside/> };
    vec![
        Column::new(t::settings::from, name).on_phone(Phone::Title),
        Column::new(t::settings::way, way),
        Column::new(t::settings::pace, pace).number(),
        Column::new(t::settings::dkim, dkim).defined(t::settings::dkim_definition),
        Column::new(t::settings::acts, acts)
            .number()
            .on_phone(Phone::Corner),
    ]
}

/// How a sender stands today: its share of the day, and whether others stand in for it.
#[component]
fn Today(today: SenderToday) -> impl IntoView {
    let used = today.limit.map(|limit| {
        let used = today.used;
        let words = move || {
            t::settings::DayUsed {
                used: format::integer(used),
                limit: format::integer(i64::from(limit)),
            }
            .say()
        };
        view! { <span class="sub">{words}</span> }
    });
    let until = today.trouble_until.as_deref().map(format::millis);
    let trouble = today.trouble.map(|trouble| {
        let word = match trouble.as_str() {
            "away" => t::settings::trouble_away,
            "bounces" => t::settings::trouble_bounces,
            _ => t::settings::trouble_quota,
        };
        let about =
            move || t::settings::trouble_about(until.map(format::date_time).unwrap_or_default());
        view! { <Status tone=Tone::Warn icon=Icon::TriangleAlert label=word help=about/> }
    });
    view! { {used} {trouble} }
}

#[component]
fn Acts(sender: SenderView, beside: RwSignal<Beside>) -> impl IntoView {
    let name = sender.from_name.clone();
    let lines = Signal::derive(move || {
        let (edit, dkim, archive) = (sender.clone(), sender.clone(), sender.clone());
        let is_line = sender.line.is_some();
        let line = sender.clone();
        let line_line = MenuItem::new(Icon::MessageCircle, t::settings::line_state, move || {
            beside.set(Beside::Line(line.clone()));
        });
        let is_push = sender.push.is_some();
        let push = sender.clone();
        let push_line = MenuItem::new(Icon::Smartphone, t::settings::push_site, move || {
            beside.set(Beside::Push(push.clone()));
        });
        let domain = sender.clone();
        let domain_line = MenuItem::new(Icon::ShieldCheck, t::settings::domain_check, move || {
            beside.set(Beside::Domain(domain.clone()));
        });
        let dkim_line = MenuItem::new(Icon::BadgeCheck, t::settings::dkim_set, move || {
            beside.set(Beside::Dkim(dkim.clone()));
        });
        let (dkim_line, domain_line) = if sender.smtp.is_some() {
            (dkim_line, domain_line)
        } else {
            let why = t::settings::dkim_smtp_only;
            (dkim_line.blocked(why), domain_line.blocked(why))
        };
        let edit_line = MenuItem::new(Icon::Pencil, t::common::edit, move || {
            beside.set(Beside::Edit(edit.clone()));
        });
        let mut lines = vec![MenuLine::from(edit_line)];
        if is_line {
            lines.push(line_line.into());
        } else if is_push {
            lines.push(push_line.into());
        } else {
            lines.extend([dkim_line.into(), domain_line.into()]);
        }
        let put_away = MenuItem::new(Icon::Trash2, t::settings::archive, move || {
            beside.set(Beside::Archive(archive.clone()));
        });
        lines.extend([MenuLine::Rule, put_away.danger().into()]);
        lines
    });
    move || {
        let name = name.clone();
        session::may("settings:write")
            .then(|| view! { <Menu label=move || t::settings::acts_of(&name) lines=lines/> })
    }
}

const fn is_sheet(beside: &Beside) -> bool {
    matches!(
        beside,
        Beside::New
            | Beside::Edit(_)
            | Beside::Dkim(_)
            | Beside::Line(_)
            | Beside::Push(_)
            | Beside::Domain(_)
    )
}

#[component]
fn Sheets(beside: RwSignal<Beside>, senders: Load<Page<SenderView>>) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        open.set(beside.with(is_sheet));
    });
    Effect::new(move |_| {
        // Only what lies open is put away: setting it anew would wake the effect above, and that one this.
        let is_open = beside.with_untracked(is_sheet);
        if !open.get() && is_open {
            beside.set(Beside::Nothing);
        }
    });
    let title = move || {
        beside.with(|beside| match beside {
            Beside::Edit(_) => t::settings::sender_edit(),
            Beside::Dkim(_) => t::settings::dkim_set(),
            Beside::Line(_) => t::settings::line_state(),
            Beside::Push(_) => t::settings::push_site(),
            Beside::Domain(_) => t::settings::domain_check(),
            _ => t::settings::sender_new(),
        })
    };
    let on_line = Callback::new(move |sender: SenderView| {
        beside.set(if sender.push.is_some() {
            Beside::Push(sender)
        } else {
            Beside::Line(sender)
        });
    });
    view! {
        <Sheet open=open title=title>
            {move || match beside.get() {
                Beside::New => view! { <SenderForm present=None senders=senders open=open on_line=on_line/> }.into_any(),
                Beside::Edit(sender) => view! { <SenderForm present=Some(sender) senders=senders open=open on_line=on_line/> }.into_any(),
                Beside::Line(sender) => view! { <LineAccount sender=sender/> }.into_any(),
                Beside::Push(sender) => view! { <PushSite sender=sender/> }.into_any(),
                Beside::Dkim(sender) => view! { <DkimForm present=sender senders=senders/> }.into_any(),
                Beside::Domain(sender) => view! { <Domain id=sender.id/> }.into_any(),
                _ => ().into_any(),
            }}
        </Sheet>
    }
}

#[component]
fn Archive(beside: RwSignal<Beside>, senders: Load<Page<SenderView>>) -> impl IntoView {
    let (open, submit, toasts) = (RwSignal::new(false), Submit::default(), use_toasts());
    Effect::new(move |_| open.set(beside.with(|beside| matches!(beside, Beside::Archive(_)))));
    Effect::new(move |_| {
        if !open.get() {
            submit.forget();
            if matches!(beside.get_untracked(), Beside::Archive(_)) {
                beside.set(Beside::Nothing);
            }
        }
    });
    let archive = move || {
        let Beside::Archive(sender) = beside.get_untracked() else {
            return;
        };
        submit.run(
            async move { settings::archive_sender(&sender.id).await },
            move |()| {
                open.set(false);
                senders.reload();
                toasts.say(t::settings::archived());
            },
        );
    };
    let footer = move || {
        view! {
            <Button label=t::common::cancel on_press=move || open.set(false)/>
            <Button kind=ButtonKind::Danger icon=Icon::Trash2 label=t::settings::archive busy=submit.busy() on_press=archive/>
        }
    };
    let title = move || match beside.get() {
        Beside::Archive(sender) => t::settings::archive_title(sender.from_name),
        _ => String::new(),
    };
    view! {
        <Dialog open=open title=title footer=footer>
            <p class="t-small ink-2">{t::settings::archive_body}</p>
            <FormError submit=submit/>
        </Dialog>
    }
}
