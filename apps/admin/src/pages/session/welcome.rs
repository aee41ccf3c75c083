//! A one-time link: it signs in, or lets the first owner choose name, address and password.

use leptos::{ev, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use wasm_bindgen_futures::spawn_local;

use super::frame::Frame;
use crate::{
    api::{
        ApiError,
        session::{self, Link, Setup, SetupAnswers},
    },
    i18n as t,
    routes::Route,
    ui::{Button, ButtonKind, ButtonLink, ButtonSize, FieldKind, Note, Skeleton, TextField, Tone},
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
            )
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
    let (name, company) = (
        RwSignal::new(String::new()),
        RwSignal::new(setup.workspace_name),
    );
    let (email, password) = (RwSignal::new(setup.email), RwSignal::new(String::new()));
    let (busy, error) = (RwSignal::new(false), RwSignal::new(None::<ApiError>));
    let field = move |pointer: &'static str| {
        Signal::derive(move || {
            error.with(|error| error.as_ref().and_then(|error| error.field(pointer)))
        })
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        error.set(None);
        let answers = SetupAnswers {
            token: token.clone(),
            name: name.get_untracked().trim().to_owned(),
            email: email.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
            workspace_name: company.get_untracked().trim().to_owned(),
        };
        let on_done = on_done.clone();
        spawn_local(async move {
            let answer = session::set_up(&answers).await;
            busy.try_set(false);
            match answer {
                Ok(()) => on_done(),
                Err(failure) => {
                    error.try_set(Some(failure));
                }
            }
        });
    };
    // What points at a field stands there; the rest above the button.
    let rest = move || {
        let error = error.get().filter(|error| error.errors.is_empty())?;
        Some(
            view! { <Note tone=Tone::Danger><span role="alert">{move || error.sentence()}</span></Note> },
        )
    };
    view! {
        <Frame title=t::session::setup_title say=t::session::setup_say>
            <form class="form" on:submit=submit>
                <TextField label=t::session::company value=company error=field("/workspace_name") required=true autocomplete="organization"/>
                <TextField label=t::session::name value=name error=field("/name") required=true autocomplete="name"/>
                <TextField label=t::session::email kind=FieldKind::Email value=email error=field("/email") required=true/>
                <TextField
                    label=t::session::password
                    kind=FieldKind::NewPassword
                    value=password
                    hint=t::session::password_hint
                    error=field("/password")
                    required=true
                />
                {rest}
                <Button kind=ButtonKind::Primary size=ButtonSize::Large label=t::session::begin submit=true busy=busy/>
            </form>
        </Frame>
    }
}
