//! A one-time link: it signs in, or lets the first owner choose name, address and password.

use api_types::session::SetUp;
use leptos::{ev, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use wasm_bindgen_futures::spawn_local;

use super::frame::Frame;
use crate::{
    api::{
        ApiError, Submit,
        session::{self, Link, Setup},
    },
    i18n as t,
    routes::Route,
    state::locale,
    ui::{Button, ButtonKind, ButtonLink, ButtonSize, FieldKind, FormError, Skeleton, TextField},
};

#[derive(Clone)]
enum Step {
    Opening,
    Choosing(Setup),
    Failed(ApiError),
}

/// Opens the link once; a link that was used or is too old says so.
#[component]
pub fn Welcome(
    /// The token of the link.
    token: String,
) -> impl IntoView {
    let step = RwSignal::new(Step::Opening);
    let enter = {
        let navigate = use_navigate();
        // The link must not stay in the history: it is spent.
        move || {
            navigate(
                &Route::Home.path(),
                NavigateOptions {
                    replace: true,
                    ..NavigateOptions::default()
                },
            );
        }
    };
    spawn_local({
        let (token, enter) = (token.clone(), enter.clone());
        async move {
            match session::open_link(&token).await {
                Ok(Link::Session(session)) => {
                    session::accept(*session);
                    enter();
                }
                Ok(Link::Setup(setup)) => {
                    step.try_set(Step::Choosing(setup));
                }
                Err(error) => {
                    step.try_set(Step::Failed(error));
                }
            }
        }
    });
    move || {
        match step.get() {
        Step::Opening => {
            view! { <Frame title=t::session::opening_title say=t::session::opening_say><Skeleton lines=2/></Frame> }.into_any()
        }
        Step::Choosing(setup) => view! { <Choose token=token.clone() setup=setup on_done=enter.clone()/> }.into_any(),
        Step::Failed(error) => view! { <Spent error=error/> }.into_any(),
    }
    }
}

#[component]
fn Spent(error: ApiError) -> impl IntoView {
    let is_spent = matches!(error.status, 400..500) && error.status != 429;
    let sentence = move || {
        if is_spent {
            t::session::spent_say().to_owned()
        } else {
            error.sentence()
        }
    };
    view! {
        <Frame title=t::session::spent_title say=sentence>
            <ButtonLink to=Route::Home label=t::session::to_sign_in/>
        </Frame>
    }
}

#[component]
fn Choose(
    token: String,
    setup: Setup,
    on_done: impl Fn() + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let (name, company) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (email, password) = (RwSignal::new(setup.email), RwSignal::new(String::new()));
    let is_first_owner = setup.is_first_owner;
    let submit = Submit::default();
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let answers = SetUp {
            token: token.clone(),
            name: name.get_untracked().trim().to_owned(),
            email: email.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
            workspace_name: is_first_owner.then(|| company.get_untracked().trim().to_owned()),
            locale: Some(locale::current().as_str().to_owned()),
        };
        let on_done = on_done.clone();
        submit.run(async move { session::set_up(&answers).await }, move |()| {
            on_done();
        });
    };
    view! {
        <Frame title=t::session::setup_title say=move || if is_first_owner { t::session::setup_say() } else { t::session::join_say() }>
            <form class="form" on:submit=on_submit>
                {is_first_owner.then(|| view! { <TextField label=t::session::company value=company error=submit.field("/workspace_name") required=true autocomplete="organization"/> })}
                <TextField label=t::session::name value=name error=submit.field("/name") required=true autocomplete="name"/>
                <TextField label=t::session::email kind=FieldKind::Email value=email error=submit.field("/email") required=true/>
                <TextField
                    label=t::session::password
                    kind=FieldKind::NewPassword
                    value=password
                    hint=t::session::password_hint
                    error=submit.field("/password")
                    required=true
                />
                <FormError submit=submit fields=&["/workspace_name", "/name", "/email", "/password"]/>
                <Button kind=ButtonKind::Primary size=ButtonSize::Large label=t::session::begin submit=true busy=submit.busy()/>
            </form>
        </Frame>
    }
}
