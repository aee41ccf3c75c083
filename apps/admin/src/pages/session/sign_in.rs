//! Address and password.

use leptos::{ev, prelude::*};
use wasm_bindgen_futures::spawn_local;

use super::frame::Frame;
use crate::{
    api::{ApiError, session},
    i18n as t,
    ui::{Button, ButtonKind, ButtonSize, FieldKind, Note, TextField, Tone},
};

/// The page one sees when nobody is signed in; the address asked for opens afterwards.
#[component]
pub fn SignIn() -> impl IntoView {
    let (email, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (busy, error) = (RwSignal::new(false), RwSignal::new(None::<ApiError>));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        error.set(None);
        spawn_local(async move {
            let answer =
                session::sign_in(email.get_untracked().trim(), &password.get_untracked()).await;
            busy.try_set(false);
            if let Err(failure) = answer {
                error.try_set(Some(failure));
            }
        });
    };
    let sentence = move |error: &ApiError| match error.status {
        // Which of the two was wrong is not said, here or by the server.
        400 | 401 | 403 | 422 => t::session::wrong().to_owned(),
        _ => error.sentence(),
    };
    view! {
        <Frame title=t::session::title say=t::session::say>
            <form class="form" on:submit=submit>
                <TextField label=t::session::email kind=FieldKind::Email value=email required=true/>
                <TextField label=t::session::password kind=FieldKind::Password value=password required=true/>
                {move || error.get().map(|error| view! { <Note tone=Tone::Danger><span role="alert">{move || sentence(&error)}</span></Note> })}
                <Button kind=ButtonKind::Primary size=ButtonSize::Large label=t::session::enter submit=true busy=busy/>
            </form>
        </Frame>
    }
}
