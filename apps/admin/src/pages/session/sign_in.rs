//! Address and password.

use leptos::{ev, prelude::*};

use super::frame::Frame;
use crate::{
    api::{ApiError, Submit, session},
    i18n as t,
    ui::{Button, ButtonKind, ButtonSize, FieldKind, FormError, TextField},
};

/// The page one sees when nobody is signed in; the address asked for opens afterwards.
#[component]
pub fn SignIn() -> impl IntoView {
    let (email, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = Submit::default();
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let (email, password) = (email.get_untracked(), password.get_untracked());
        submit.run(
            async move {
                session::sign_in(email.trim(), &password)
                    .await
                    .map_err(without_hint)
            },
            |()| {},
        );
    };
    view! {
        <Frame title=t::session::title say=t::session::say>
            <form class="form" on:submit=on_submit>
                <TextField label=t::session::email kind=FieldKind::Email value=email required=true/>
                <TextField label=t::session::password kind=FieldKind::Password value=password required=true/>
                <FormError submit=submit/>
                <Button
                    kind=ButtonKind::Primary
                    size=ButtonSize::Large
                    label=t::session::enter
                    submit=true
                    busy=submit.busy()
                />
            </form>
        </Frame>
    }
}

/// Which of the two was wrong is not said, here or by the server.
fn without_hint(error: ApiError) -> ApiError {
    if !matches!(error.status, 400 | 401 | 403 | 422) {
        return error;
    }
    let detail = Some(t::session::wrong().to_owned());
    ApiError {
        detail,
        errors: Vec::new(),
        ..error
    }
}
