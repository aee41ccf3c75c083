//! The answers of an account, and one to try them with.

use api_types::{line_replies::LineReplyView, senders::SenderView};
use leptos::prelude::*;

use super::{form::ReplyForm, tester::Tester};
use crate::{
    api::{Load, Loaded, Submit, line_replies, load, settings},
    app::bar::use_crumb,
    i18n as t,
    routes::Route,
    state::session,
    ui::{
        Button, ButtonKind, ButtonLink, ButtonSize, Choice, Confirm, EmptyState, Icon, InlineError,
        PageHeader, Section, SelectField, Sheet, Skeleton, Status, Tone,
    },
};

/// All answers.
#[component]
pub fn ReplyList() -> impl IntoView {
    use_crumb(t::replies::title);
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
                    <PageHeader title=t::replies::title say=t::replies::say/>
                    <EmptyState title=t::menus::no_account_title body=t::replies::no_account_body>
                        <ButtonLink to=Route::SettingsPage("senders".to_owned()) label=t::menus::no_account_do/>
                    </EmptyState>
                }
                .into_any();
            }
            view! { <Accounts accounts=accounts/> }.into_any()
        }
    }
}

/// What lies open beside the list.
#[derive(Clone, PartialEq)]
enum Beside {
    Nothing,
    New,
    Edit(Box<LineReplyView>),
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
    let rules = load(
        move || account.get(),
        |account, signal| async move { line_replies::list(&account, &signal).await },
    );
    let beside = RwSignal::new(Beside::Nothing);
    view! {
        <PageHeader title=t::replies::title say=t::replies::say>
            <ButtonLink to=Route::LineMenus icon=Icon::Layers label=t::menus::title/>
            {move || session::may("campaigns:launch").then(|| view! {
                <Button kind=ButtonKind::Primary icon=Icon::Plus label=t::replies::new on_press=move || beside.set(Beside::New)/>
            })}
        </PageHeader>
        {(!is_one).then(|| view! { <SelectField label=t::menus::account value=account choices=Signal::stored(choices)/> })}
        <Rows rules=rules beside=beside/>
        <Section title=t::replies::tester note=t::replies::tester_note><Tester account=account/></Section>
        <Editor account=account rules=rules beside=beside/>
    }
}

#[component]
fn Rows(rules: Load<Vec<LineReplyView>>, beside: RwSignal<Beside>) -> impl IntoView {
    move || match rules.get() {
        Loaded::Loading => view! { <Skeleton lines=4/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || rules.reload()/> }.into_any()
        }
        Loaded::Ready(found) if found.is_empty() => {
            view! { <EmptyState title=t::replies::empty_title body=t::replies::empty_body/> }
                .into_any()
        }
        Loaded::Ready(found) => {
            let row = |rule: LineReplyView| view! { <Line rule=rule rules=rules beside=beside/> };
            let rows = found.into_iter().map(row).collect_view();
            view! { <ul class="rp-list">{rows}</ul> }.into_any()
        }
    }
}

#[component]
fn Line(
    rule: LineReplyView,
    rules: Load<Vec<LineReplyView>>,
    beside: RwSignal<Beside>,
) -> impl IntoView {
    let (is_asked, submit) = (RwSignal::new(false), Submit::default());
    let (id, own) = (rule.id.clone(), Box::new(rule.clone()));
    let (id, own) = (StoredValue::new(id), StoredValue::new(own));
    let remove = move || {
        submit.run(
            async move { line_replies::remove(&id.get_value()).await },
            move |()| {
                is_asked.set(false);
                rules.reload();
            },
        );
    };
    let (accepted, failed) = (rule.n_accepted, rule.n_failed);
    let how: fn() -> &'static str = if rule.how == "contains" {
        t::replies::contains
    } else {
        t::replies::exact
    };
    let (tone, icon, word): (Tone, Icon, fn() -> &'static str) = if rule.enabled {
        (Tone::Good, Icon::CircleCheck, t::replies::on)
    } else {
        (Tone::Neutral, Icon::CirclePause, t::replies::off)
    };
    let words = rule.keywords.join("・");
    view! {
        <li class="rp-row">
            <div>
                <b>{rule.name}</b> " " <Status tone=tone icon=icon label=word/>
                <div class="t-small ink-2">{how} ": " {words}</div>
            </div>
            <span class="t-small num">{move || t::replies::n_answered(accepted)}
                {(failed > 0).then(|| view! { " " <span class="st st-warn">{t::replies::n_failed(failed)}</span> })}
            </span>
            {move || session::may("campaigns:launch").then(|| view! {
                <span class="row-g">
                    <Button size=ButtonSize::Small icon=Icon::Pencil label=t::replies::edit on_press=move || beside.set(Beside::Edit(own.get_value()))/>
                    <Button size=ButtonSize::Small kind=ButtonKind::Quiet icon=Icon::Trash2 label=t::replies::remove on_press=move || is_asked.set(true)/>
                </span>
            })}
            <Confirm open=is_asked title=t::replies::remove_title warning=t::replies::remove_body action=t::replies::remove submit=submit on_confirm=remove/>
        </li>
    }
}

#[component]
fn Editor(
    account: RwSignal<String>,
    rules: Load<Vec<LineReplyView>>,
    beside: RwSignal<Beside>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(beside.with(|beside| *beside != Beside::Nothing)));
    Effect::new(move |_| {
        if !open.get() && beside.with_untracked(|beside| *beside != Beside::Nothing) {
            beside.set(Beside::Nothing);
        }
    });
    let title = move || match beside.get() {
        Beside::Edit(rule) => rule.name,
        _ => t::replies::new().to_owned(),
    };
    let done = Callback::new(move |()| {
        open.set(false);
        rules.reload();
    });
    let form = move || {
        let present = match beside.get() {
            Beside::Nothing => return None,
            Beside::New => None,
            Beside::Edit(rule) => Some(*rule),
        };
        Some(view! { <ReplyForm account=account.get_untracked() present=present on_done=done/> })
    };
    view! { <Sheet open=open title=title>{form}</Sheet> }
}
