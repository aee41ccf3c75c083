//! How a person stands to the LINE accounts, and parting her from one.

use api_types::line::LineStanding;
use leptos::prelude::*;

use crate::{
    api::{Load, Loaded, Submit, customers, load},
    format, i18n as t,
    state::{session, toast::use_toasts},
    ui::{Button, ButtonSize, Confirm, Icon, InlineError, Section, Skeleton, Status, Tone},
};

/// The section; nothing when she has no LINE account.
#[component]
pub(super) fn Line(
    /// The customer.
    id: String,
) -> impl IntoView {
    let own = id.clone();
    let standings = load(
        move || own.clone(),
        |id, signal| async move { customers::line(&id, &signal).await },
    );
    let id = StoredValue::new(id);
    let parting = RwSignal::new(None::<LineStanding>);
    let body = move || match standings.get() {
        Loaded::Loading => view! { <Skeleton lines=2/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || standings.reload()/> }.into_any()
        }
        Loaded::Ready(all) if all.is_empty() => {
            view! { <p class="t-small ink-3">{t::customers::no_line}</p> }.into_any()
        }
        Loaded::Ready(all) => {
            let rows = all.into_iter().map(|own| standing(own, parting));
            view! { <ul class="cu-cons">{rows.collect_view()}</ul> }.into_any()
        }
    };
    view! {
        <Section title=t::customers::channel_line>{body}</Section>
        <Part id=id parting=parting standings=standings/>
    }
}

fn standing(own: LineStanding, parting: RwSignal<Option<LineStanding>>) -> impl IntoView {
    let at = format::millis(&own.state_at);
    let (tone, icon, label): (Tone, Icon, fn() -> &'static str) = match own.state.as_str() {
        "following" => (Tone::Good, Icon::Check, t::customers::line_following),
        "blocked" => (Tone::Danger, Icon::Ban, t::customers::line_blocked),
        _ => (Tone::Neutral, Icon::Clock, t::customers::line_unknown),
    };
    let linked = own.linked_at.as_deref().map(format::millis);
    let (name, address) = (own.account_name.clone(), own.account_address.clone());
    let picture = own.picture_url.clone().map(|address| {
        view! { <img class="li-pic" alt="" src=address loading="lazy" referrerpolicy="no-referrer"/> }
    });
    let called = own.display_name.clone().map(|called| {
        view! { <span class="li-name">{picture} <b>{move || t::customers::line_called(&called)}</b></span> }
    });
    let part = linked.is_some().then_some(move || {
        let own = own.clone();
        session::may("profiles:write").then(|| {
            view! { <Button size=ButtonSize::Small label=t::customers::line_part on_press=move || parting.set(Some(own.clone()))/> }
        })
    });
    view! {
        <li>
            <span>{Icon::MessageCircle.view()} " " {name} " " <small>{address}</small></span>
            <Status tone=tone icon=icon label=label/>
            {called}
            <small>{move || t::customers::since(format::date(at))}</small>
            {linked.map(|at| view! { <small>{move || t::customers::line_linked_at(format::date(at))}</small> })}
            {part}
        </li>
    }
}

#[component]
fn Part(
    id: StoredValue<String>,
    parting: RwSignal<Option<LineStanding>>,
    standings: Load<Vec<LineStanding>>,
) -> impl IntoView {
    let (open, submit, toasts) = (RwSignal::new(false), Submit::default(), use_toasts());
    Effect::new(move |_| open.set(parting.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && parting.with_untracked(Option::is_some) {
            parting.set(None);
        }
    });
    let part = move || {
        let Some(own) = parting.get_untracked() else {
            return;
        };
        let id = id.get_value();
        submit.run(
            async move { customers::unlink_line(&id, &own.account).await },
            move |()| {
                open.set(false);
                standings.reload();
                toasts.say(t::customers::line_parted());
            },
        );
    };
    view! {
        <Confirm open=open title=t::customers::line_part_title warning=t::customers::line_part_body action=t::customers::line_part submit=submit on_confirm=part/>
    }
}
