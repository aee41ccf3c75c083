//! A LINE account's settings: what LINE's console shows, copied over. LINE itself tells the account's name.

use api_types::senders::{LineAccountView, WriteLine};
use leptos::prelude::*;

use crate::{
    api::Submit,
    i18n as t,
    ui::{FieldKind, NumberField, TextField},
};

/// What is typed.
#[derive(Clone, Copy)]
pub(super) struct LineTyped {
    channel_id: RwSignal<String>,
    secret: RwSignal<String>,
    login_id: RwSignal<String>,
    login_secret: RwSignal<String>,
    per_second: RwSignal<Option<i64>>,
    /// What has no field here stays as it is.
    present: StoredValue<Option<LineAccountView>>,
}

impl LineTyped {
    pub(super) fn new(present: Option<&LineAccountView>) -> Self {
        let text = |read: fn(&LineAccountView) -> String| present.map(read).unwrap_or_default();
        Self {
            channel_id: RwSignal::new(text(|line| line.channel_id.clone())),
            secret: RwSignal::new(String::new()),
            login_id: RwSignal::new(text(|line| {
                line.login_channel_id.clone().unwrap_or_default()
            })),
            login_secret: RwSignal::new(String::new()),
            per_second: RwSignal::new(present.and_then(|line| line.per_second).map(i64::from)),
            present: StoredValue::new(present.cloned()),
        }
    }

    pub(super) fn read(self) -> WriteLine {
        let filled = |signal: RwSignal<String>| {
            let text = signal.get_untracked().trim().to_owned();
            (!text.is_empty()).then_some(text)
        };
        let present = self.present.get_value();
        WriteLine {
            channel_id: filled(self.channel_id).unwrap_or_default(),
            channel_secret: filled(self.secret),
            credentials: present.as_ref().map(|line| line.credentials.clone()),
            token: None,
            login_channel_id: filled(self.login_id),
            login_channel_secret: filled(self.login_secret),
            lanes: present.map(|line| line.lanes),
            per_second: self
                .per_second
                .get_untracked()
                .and_then(|n| u32::try_from(n).ok()),
        }
    }
}

/// The fields of an account.
#[component]
pub(super) fn LineFields(typed: LineTyped, submit: Submit) -> impl IntoView {
    let kept = |has: bool| {
        move || {
            if has {
                t::settings::line_secret_kept()
            } else {
                t::settings::password_hint()
            }
        }
    };
    let (has_secret, has_login) = typed.present.with_value(|line| {
        line.as_ref().map_or((false, false), |line| {
            (line.has_secret, line.has_login_secret)
        })
    });
    view! {
        <TextField label=t::settings::line_channel_id value=typed.channel_id hint=t::settings::line_channel_id_hint error=submit.field("/line/channel_id") required=true autocomplete="off"/>
        <TextField label=t::settings::line_channel_secret kind=FieldKind::NewPassword value=typed.secret hint=kept(has_secret) error=submit.field("/line/channel_secret") required=!has_secret/>
        <TextField label=t::settings::line_login_id value=typed.login_id hint=t::settings::line_login_hint error=submit.field("/line/login_channel_id") autocomplete="off"/>
        <TextField label=t::settings::line_login_secret kind=FieldKind::NewPassword value=typed.login_secret hint=kept(has_login) error=submit.field("/line/login_channel_secret")/>
        <NumberField label=t::settings::per_second value=typed.per_second unit=t::settings::per_second_unit hint=t::settings::line_per_second_hint error=submit.field("/line/per_second")/>
    }
}
