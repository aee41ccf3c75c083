//! What today brings.

use api_types::reports::HomeView;
use leptos::prelude::*;

use super::{day, figures, logic, moving, reasons, waiting};
use crate::{
    api::{load, reports},
    format, i18n as t,
    pages::analytics::definitions::Definitions,
    routes::Route,
    state::{
        poll::{Pace, poll},
        session,
    },
    ui::{ButtonKind, ButtonLink, EmptyState, Icon, InlineError, PageHeader, Skeleton},
};

/// What today brings.
#[component]
pub fn Home() -> impl IntoView {
    let found = load(
        || (),
        |(), signal| async move { reports::home(&signal).await },
    );
    let home = Memo::new(move |_| found.value().unwrap_or_default());
    let is_known = Memo::new(move |_| found.with(|state| state.ready().is_some()));
    poll(
        move || {
            if home.with(|home| home.moving.iter().any(|one| one.state == "running")) {
                Pace::Busy
            } else {
                Pace::Waiting
            }
        },
        move || found.reload(),
    );
    let title = move || format::date_long(home.with(logic::now));
    let say = move || {
        if is_known.get() {
            home.with(logic::sentence)
        } else {
            String::new()
        }
    };
    let body = move || match (is_known.get(), found.error()) {
        (true, _) => view! { <Body home=home/> }.into_any(),
        (false, Some(error)) => {
            view! { <InlineError error=error on_retry=move || found.reload()/> }.into_any()
        }
        (false, None) => view! { <Skeleton lines=12/> }.into_any(),
    };
    view! {
        <PageHeader title=title say=say>
            <Show when=|| session::may("campaigns:write")>
                <ButtonLink kind=ButtonKind::Primary icon=Icon::Plus to=Route::NewCampaign label=t::home::new_campaign/>
            </Show>
        </PageHeader>
        {body}
    }
}

#[component]
fn Body(home: Memo<HomeView>) -> impl IntoView {
    let definitions = Definitions::read();
    let is_new = Memo::new(move |_| home.with(|home| home.n_campaigns == 0));
    move || {
        if is_new.get() {
            view! {
                <figures::Figures home=home definitions=definitions/>
                <EmptyState title=t::home::start_title body=t::home::start_body>
                    <Show when=|| session::may("profiles:write")>
                        <ButtonLink icon=Icon::Upload to=Route::Imports label=t::home::take_in/>
                    </Show>
                </EmptyState>
            }
            .into_any()
        } else {
            view! {
                <day::Day home=home/>
                <figures::Figures home=home definitions=definitions/>
                <div class="cols home-cols">
                    <div class="stack">
                        <figures::Trend home=home definitions=definitions/>
                        <moving::Moving home=home/>
                    </div>
                    <div class="stack">
                        <waiting::WaitingList home=home/>
                        <reasons::Reasons home=home/>
                    </div>
                </div>
            }
            .into_any()
        }
    }
}
