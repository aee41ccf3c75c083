//! The settings of a sender of pushes: apps beside the browsers, and when a campaign holds itself.

use api_types::senders::{PushView, WriteApns, WriteFcm, WritePush};
use leptos::prelude::*;

use crate::{
    api::Submit,
    i18n as t,
    ui::{NumberField, Switch, TextArea, TextField},
};

/// What is typed.
#[derive(Clone, Copy)]
pub(super) struct PushTyped {
    has_apns: RwSignal<bool>,
    team_id: RwSignal<String>,
    key_id: RwSignal<String>,
    topic: RwSignal<String>,
    key: RwSignal<String>,
    has_fcm: RwSignal<bool>,
    account: RwSignal<String>,
    per_second: RwSignal<Option<i64>>,
    percent: RwSignal<Option<i64>>,
    after: RwSignal<Option<i64>>,
    /// What has no field here stays as it is.
    present: StoredValue<Option<PushView>>,
}

fn number(signal: RwSignal<Option<i64>>) -> Option<u32> {
    signal.get_untracked().and_then(|n| u32::try_from(n).ok())
}

fn filled(signal: RwSignal<String>) -> String {
    signal.get_untracked().trim().to_owned()
}

impl PushTyped {
    pub(super) fn new(present: Option<&PushView>) -> Self {
        let apns = present.and_then(|push| push.apns.as_ref());
        let of = |read: fn(&PushView) -> u32, usual: i64| {
            RwSignal::new(Some(present.map_or(usual, |push| i64::from(read(push)))))
        };
        Self {
            has_apns: RwSignal::new(apns.is_some()),
            team_id: RwSignal::new(apns.map(|apns| apns.team_id.clone()).unwrap_or_default()),
            key_id: RwSignal::new(apns.map(|apns| apns.key_id.clone()).unwrap_or_default()),
            topic: RwSignal::new(apns.map(|apns| apns.topic.clone()).unwrap_or_default()),
            key: RwSignal::new(String::new()),
            has_fcm: RwSignal::new(present.is_some_and(|push| push.fcm.is_some())),
            account: RwSignal::new(String::new()),
            per_second: RwSignal::new(present.and_then(|push| push.per_second).map(i64::from)),
            percent: of(|push| push.guard_percent, 2),
            after: of(|push| push.guard_after, 200),
            present: StoredValue::new(present.cloned()),
        }
    }

    pub(super) fn read(self) -> WritePush {
        let given = |signal| Some(filled(signal)).filter(|text| !text.is_empty());
        WritePush {
            apns: self.has_apns.get_untracked().then(|| WriteApns {
                team_id: filled(self.team_id),
                key_id: filled(self.key_id),
                topic: filled(self.topic),
                key: given(self.key),
            }),
            fcm: self.has_fcm.get_untracked().then(|| WriteFcm {
                account: given(self.account),
            }),
            lanes: self
                .present
                .with_value(|push| push.as_ref().map(|push| push.lanes)),
            per_second: number(self.per_second),
            guard_percent: number(self.percent),
            guard_after: number(self.after),
        }
    }
}

/// The fields of a sender of pushes.
#[component]
pub(super) fn PushFields(typed: PushTyped, submit: Submit) -> impl IntoView {
    let (has_key, has_account) = typed.present.with_value(|push| {
        let push = push.as_ref();
        let key = push.and_then(|push| push.apns.as_ref());
        let account = push.and_then(|push| push.fcm.as_ref());
        (
            key.is_some_and(|apns| apns.has_key),
            account.is_some_and(|fcm| fcm.has_account),
        )
    });
    let hint = |is_kept: bool, else_say: fn() -> &'static str| {
        move || {
            if is_kept {
                t::settings::line_secret_kept()
            } else {
                else_say()
            }
        }
    };
    let key_hint = hint(has_key, t::settings::apns_key_hint);
    let account_hint = hint(has_account, t::settings::fcm_account_hint);
    view! {
        <Switch label=t::settings::push_apns checked=typed.has_apns on_change=move |on| typed.has_apns.set(on)/>
        {move || typed.has_apns.get().then(|| view! {
            <TextField label=t::settings::apns_topic value=typed.topic placeholder="jp.example.shop" error=submit.field("/push/apns/topic") required=true autocomplete="off"/>
            <div class="set-two">
                <TextField label=t::settings::apns_team value=typed.team_id error=submit.field("/push/apns/team_id") required=true autocomplete="off"/>
                <TextField label=t::settings::apns_key_id value=typed.key_id error=submit.field("/push/apns/key_id") required=true autocomplete="off"/>
            </div>
            <TextArea label=t::settings::apns_key value=typed.key rows=4 hint=key_hint error=submit.field("/push/apns/key")/>
        })}
        <Switch label=t::settings::push_fcm checked=typed.has_fcm on_change=move |on| typed.has_fcm.set(on)/>
        {move || typed.has_fcm.get().then(|| view! {
            <TextArea label=t::settings::fcm_account value=typed.account rows=4 hint=account_hint error=submit.field("/push/fcm/account")/>
        })}
        <div class="set-two">
            <NumberField label=t::settings::guard_percent value=typed.percent hint=t::settings::guard_percent_hint error=submit.field("/push/guard_percent")/>
            <NumberField label=t::settings::guard_after value=typed.after hint=t::settings::guard_after_hint error=submit.field("/push/guard_after")/>
        </div>
        <NumberField label=t::settings::per_second value=typed.per_second unit=t::settings::per_second_unit hint=t::settings::push_per_second_hint error=submit.field("/push/per_second")/>
    }
}
