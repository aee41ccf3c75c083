//! What can be done with a campaign from its row: copied, called off, removed.

use api_types::campaigns::CampaignSummary;
use leptos::prelude::*;

use crate::{
    api::{Load, Page, Submit, campaigns as api},
    i18n as t,
    pages::campaigns::logic::State,
    routes::{Route, use_go},
    state::{session, toast::use_toasts},
    ui::{
        Button, ButtonKind, ConfirmByTyping, Dialog, FormError, Icon, MenuItem, MenuLine, TextField,
    },
};

/// What is being done with which row.
#[derive(Clone, Copy)]
pub(super) struct Deeds {
    campaigns: Load<Page<CampaignSummary>>,
    row: RwSignal<CampaignSummary>,
    is_copying: RwSignal<bool>,
    is_cancelling: RwSignal<bool>,
    is_removing: RwSignal<bool>,
    name: RwSignal<String>,
    submit: Submit,
}

impl Deeds {
    pub(super) fn new(campaigns: Load<Page<CampaignSummary>>) -> Self {
        Self {
            campaigns,
            row: RwSignal::new(CampaignSummary::default()),
            is_copying: RwSignal::new(false),
            is_cancelling: RwSignal::new(false),
            is_removing: RwSignal::new(false),
            name: RwSignal::new(String::new()),
            submit: Submit::default(),
        }
    }

    fn ask(self, row: CampaignSummary, open: RwSignal<bool>) {
        self.submit.forget();
        self.name.set(t::campaigns::copy_of(&row.name));
        self.row.set(row);
        open.set(true);
    }

    pub(super) fn lines(self, row: &CampaignSummary) -> Vec<MenuLine> {
        let state = State::read(&row.state);
        let may = session::may("campaigns:write");
        let line = |icon: Icon,
                    label: fn() -> &'static str,
                    open: RwSignal<bool>,
                    why: Option<fn() -> &'static str>| {
            let own = row.clone();
            let item = MenuItem::new(icon, label, move || self.ask(own.clone(), open));
            match why {
                Some(why) => item.blocked(why),
                None => item,
            }
        };
        let blocked = |is_possible: bool| -> Option<fn() -> &'static str> {
            if !may {
                Some(t::error::forbidden)
            } else if is_possible {
                None
            } else {
                Some(t::campaigns::not_in_this_state)
            }
        };
        vec![
            MenuLine::from(line(
                Icon::Copy,
                t::campaigns::copy,
                self.is_copying,
                blocked(true),
            )),
            MenuLine::from(line(
                Icon::CircleStop,
                t::campaigns::cancel_it,
                self.is_cancelling,
                blocked(state.allows("cancel")),
            )),
            MenuLine::Rule,
            MenuLine::from(
                line(
                    Icon::Trash2,
                    t::campaigns::remove,
                    self.is_removing,
                    blocked(state.allows("remove")),
                )
                .danger(),
            ),
        ]
    }
}

#[component]
pub(super) fn CopyDialog(deeds: Deeds) -> impl IntoView {
    let go = StoredValue::new(use_go());
    let copy = move || {
        let (id, name) = (deeds.row.get_untracked().id, deeds.name.get_untracked());
        deeds
            .submit
            .run(async move { api::copy(&id, name).await }, move |view| {
                deeds.is_copying.set(false);
                go.with_value(|go| go(&Route::Campaign(view.summary.id)));
            });
    };
    let is_nameless = Signal::derive(move || deeds.name.with(|name| name.trim().is_empty()));
    let footer = ViewFn::from(move || {
        view! {
            <Button label=t::common::cancel on_press=move || deeds.is_copying.set(false)/>
            <Button kind=ButtonKind::Primary icon=Icon::Copy label=t::campaigns::copy disabled=is_nameless busy=deeds.submit.busy() on_press=copy/>
        }
    });
    view! {
        <Dialog open=deeds.is_copying title=t::campaigns::copy_title footer=footer>
            <TextField label=t::campaigns::name value=deeds.name required=true error=deeds.submit.field("/name")/>
            {move || deeds.submit.error().map(|_| view! { <FormError submit=deeds.submit fields=&["/name"]/> })}
        </Dialog>
    }
}

#[component]
pub(super) fn CancelDialog(deeds: Deeds) -> impl IntoView {
    let toasts = use_toasts();
    let cancel = move || {
        let id = deeds.row.get_untracked().id;
        deeds
            .submit
            .run(async move { api::act(&id, "cancel").await }, move |_| {
                deeds.is_cancelling.set(false);
                deeds.campaigns.reload();
                toasts.say(t::campaigns::was_cancelled());
            });
    };
    let footer = ViewFn::from(move || {
        view! {
            <Button label=t::campaigns::let_it_go_on on_press=move || deeds.is_cancelling.set(false)/>
            <Button kind=ButtonKind::Danger icon=Icon::CircleStop label=t::campaigns::cancel_it busy=deeds.submit.busy() on_press=cancel/>
        }
    });
    view! {
        <Dialog open=deeds.is_cancelling title=t::campaigns::cancel_title footer=footer>
            <p class="t-small ink-2">{t::campaigns::cancel_body}</p>
            {move || deeds.submit.error().map(|_| view! { <FormError submit=deeds.submit/> })}
        </Dialog>
    }
}

/// A draft is gone for good, so its removal is typed.
#[component]
pub(super) fn RemoveDialog(deeds: Deeds) -> impl IntoView {
    let toasts = use_toasts();
    let remove = Callback::new(move |()| {
        let row = deeds.row.get_untracked();
        deeds
            .submit
            .run(async move { api::remove(&row.id).await }, move |()| {
                deeds.is_removing.set(false);
                deeds.campaigns.reload();
                toasts.say(t::campaigns::was_removed());
            });
    });
    Effect::new(move |_| {
        if let Some(error) = deeds.submit.error()
            && deeds.is_removing.get_untracked()
        {
            toasts.fail(error.sentence());
        }
    });
    move || {
        let word = deeds.row.get().name;
        let word = if word.trim().is_empty() {
            t::campaigns::remove_word().to_owned()
        } else {
            word
        };
        view! {
            <ConfirmByTyping
                open=deeds.is_removing
                title=t::campaigns::remove_title
                warning=t::campaigns::remove_body
                word=word
                action=t::campaigns::remove
                busy=deeds.submit.busy()
                on_confirm=remove
            />
        }
    }
}
