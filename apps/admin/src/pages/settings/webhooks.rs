//! Programs of the company that are told of what happens.

mod deliveries;
mod form;
mod secret;

use api_types::webhooks::WebhookView;
use leptos::prelude::*;

use super::places::{Place, Places};
use crate::{
    api::{Load, Page, Submit, load, webhooks},
    format, i18n as t,
    state::toast::use_toasts,
    ui::{
        Button, ButtonKind, Column, DataTable, Dialog, EmptyState, FormError, Icon, Menu, MenuItem,
        MenuLine, PageHeader, Phone, Sheet, Status, Tone, table::Row, use_list_query,
    },
};
use deliveries::Deliveries;
use form::WebhookForm;
use secret::Secret;

/// What lies open above the list.
#[derive(Clone, Debug, PartialEq)]
enum Above {
    Nothing,
    New,
    Edit(WebhookView),
    Secret(WebhookView),
    Deliveries(WebhookView),
    Remove(WebhookView),
}

/// The page of the webhooks.
#[component]
pub(super) fn Webhooks() -> impl IntoView {
    let all = load(
        || (),
        |(), signal| async move { webhooks::list(&signal).await },
    );
    let above = RwSignal::new(Above::Nothing);
    view! {
        <PageHeader title=t::webhooks::title say=t::webhooks::about>
            <Button kind=ButtonKind::Primary icon=Icon::Plus label=t::webhooks::new on_press=move || above.set(Above::New)/>
        </PageHeader>
        <Places here=Place::Webhooks/>
        <DataTable
            label=t::webhooks::title
            columns=columns(above)
            load=all
            row=Row::new(|webhook: &WebhookView| webhook.id.clone())
            list=use_list_query(&[])
            page_size=3
            empty=|| view! { <EmptyState title=t::webhooks::empty_title body=t::webhooks::empty_body/> }
        />
        <Sheets above=above all=all/>
        <Remove above=above all=all/>
    }
}

fn columns(above: RwSignal<Above>) -> Vec<Column<WebhookView>> {
    let place = |webhook: &WebhookView| {
        view! { <b class="set-hint">{webhook.url.clone()}</b> <span class="sub">{webhook.description.clone()}</span> }
    };
    let types = |webhook: &WebhookView| {
        let n = i64::try_from(webhook.types.len()).unwrap_or(0);
        move || {
            if n == 0 {
                t::webhooks::all_types().to_owned()
            } else {
                t::webhooks::n_types(n)
            }
        }
    };
    let last = |webhook: &WebhookView| {
        let at = webhook.last_success_at.as_deref().map(format::millis);
        move || at.map_or_else(|| t::webhooks::never().to_owned(), format::date_time)
    };
    let acts = move |webhook: &WebhookView| view! { <Acts webhook=webhook.clone() above=above/> };
    vec![
        Column::new(t::webhooks::url, place).on_phone(Phone::Title),
        Column::new(t::webhooks::state, state),
        Column::new(t::webhooks::told_of, types),
        Column::new(t::webhooks::last_success, last).number(),
        Column::new(t::webhooks::acts, acts)
            .number()
            .on_phone(Phone::Corner),
    ]
}

type Word = fn() -> &'static str;

fn state(webhook: &WebhookView) -> impl IntoView + use<> {
    let reason = webhook.disabled_reason.as_deref();
    let (tone, icon, word, about): (Tone, Icon, Word, Word) = match reason {
        None if webhook.paused_until.is_some() => {
            use t::webhooks::{paused, paused_about};
            (Tone::Warn, Icon::CirclePause, paused, paused_about)
        }
        None => {
            use t::webhooks::{on, on_about};
            (Tone::Good, Icon::CircleCheck, on, on_about)
        }
        Some("gone") => {
            use t::webhooks::{gone, gone_about};
            (Tone::Danger, Icon::CircleStop, gone, gone_about)
        }
        Some("exhausted") => {
            use t::webhooks::{exhausted, exhausted_about};
            (Tone::Danger, Icon::CircleStop, exhausted, exhausted_about)
        }
        Some(_) => {
            use t::webhooks::{off, off_about};
            (Tone::Neutral, Icon::CirclePause, off, off_about)
        }
    };
    view! { <Status tone=tone icon=icon label=word help=about/> }
}

#[component]
fn Acts(webhook: WebhookView, above: RwSignal<Above>) -> impl IntoView {
    use t::webhooks::{deliveries, remove, secret};
    let (name, toasts, submit) = (webhook.url.clone(), use_toasts(), Submit::default());
    let lines = Signal::derive(move || {
        let open = |icon, label: Word, what: Above| {
            MenuItem::new(icon, label, move || above.set(what.clone()))
        };
        let own = webhook.clone();
        let test = MenuItem::new(Icon::Send, t::webhooks::test, move || {
            let (own, shown) = (own.clone(), own.clone());
            submit.run(async move { webhooks::test(&own.id).await }, move |_| {
                toasts.say(t::webhooks::tested());
                above.set(Above::Deliveries(shown));
            });
        });
        vec![
            MenuLine::from(open(
                Icon::Clock,
                deliveries,
                Above::Deliveries(webhook.clone()),
            )),
            MenuLine::from(test),
            MenuLine::from(open(Icon::Key, secret, Above::Secret(webhook.clone()))),
            MenuLine::from(open(
                Icon::Pencil,
                t::common::edit,
                Above::Edit(webhook.clone()),
            )),
            MenuLine::Rule,
            MenuLine::from(open(Icon::Trash2, remove, Above::Remove(webhook.clone())).danger()),
        ]
    });
    view! { <Menu label=move || t::settings::acts_of(&name) lines=lines/> }
}

#[component]
fn Sheets(above: RwSignal<Above>, all: Load<Page<WebhookView>>) -> impl IntoView {
    let open = RwSignal::new(false);
    let is_sheet = |above: &Above| !matches!(above, Above::Nothing | Above::Remove(_));
    Effect::new(move |_| open.set(above.with(is_sheet)));
    Effect::new(move |_| {
        // Only what lies open is put away: setting it anew would wake the effect above, and that one this.
        if !open.get() && above.with_untracked(is_sheet) {
            above.set(Above::Nothing);
            all.reload();
        }
    });
    let title = move || {
        above.with(|above| match above {
            Above::Edit(_) => t::webhooks::edit(),
            Above::Secret(_) => t::webhooks::secret(),
            Above::Deliveries(_) => t::webhooks::deliveries(),
            _ => t::webhooks::new(),
        })
    };
    view! {
        <Sheet open=open title=title>
            {move || match above.get() {
                Above::New => view! { <WebhookForm present=None all=all open=open/> }.into_any(),
                Above::Edit(webhook) => view! { <WebhookForm present=Some(webhook) all=all open=open/> }.into_any(),
                Above::Secret(webhook) => view! { <Secret webhook=webhook/> }.into_any(),
                Above::Deliveries(webhook) => view! { <Deliveries webhook=webhook/> }.into_any(),
                Above::Nothing | Above::Remove(_) => ().into_any(),
            }}
        </Sheet>
    }
}

#[component]
fn Remove(above: RwSignal<Above>, all: Load<Page<WebhookView>>) -> impl IntoView {
    let (open, submit, toasts) = (RwSignal::new(false), Submit::default(), use_toasts());
    Effect::new(move |_| open.set(above.with(|above| matches!(above, Above::Remove(_)))));
    Effect::new(move |_| {
        if !open.get() {
            submit.forget();
            if matches!(above.get_untracked(), Above::Remove(_)) {
                above.set(Above::Nothing);
            }
        }
    });
    let remove = move || {
        let Above::Remove(webhook) = above.get_untracked() else {
            return;
        };
        submit.run(
            async move { webhooks::remove(&webhook.id).await },
            move |()| {
                open.set(false);
                all.reload();
                toasts.say(t::webhooks::removed());
            },
        );
    };
    let footer = move || {
        view! {
            <Button label=t::common::cancel on_press=move || open.set(false)/>
            <Button kind=ButtonKind::Danger icon=Icon::Trash2 label=t::webhooks::remove busy=submit.busy() on_press=remove/>
        }
    };
    let title = move || match above.get() {
        Above::Remove(webhook) => t::webhooks::remove_title(webhook.url),
        _ => String::new(),
    };
    view! {
        <Dialog open=open title=title footer=footer>
            <p class="t-small ink-2">{t::webhooks::remove_body}</p>
            <FormError submit=submit/>
        </Dialog>
    }
}
