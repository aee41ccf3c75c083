//! The company: name, clocks, language, how closely people are followed, the address in every footer.

use api_types::session::{ChangeWorkspace, WorkspaceView};
use leptos::{ev, prelude::*};

use super::places::{Place, Places};
use crate::{
    api::{self, Load, Loaded, Submit, load, settings},
    i18n as t,
    state::{session, toast::use_toasts},
    ui::{
        Button, ButtonKind, Choice, FormError, InlineError, Note, PageHeader, RadioGroup,
        SelectField, Skeleton, TextArea, TextField, Tone,
    },
};

/// Zones that are offered; one that is set already is offered besides.
const ZONES: [&str; 12] = [
    "Asia/Tokyo",
    "Asia/Seoul",
    "Asia/Shanghai",
    "Asia/Taipei",
    "Asia/Singapore",
    "Australia/Sydney",
    "Europe/London",
    "Europe/Paris",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "UTC",
];

/// The page of the company.
#[component]
pub(super) fn Company() -> impl IntoView {
    let workspace = load(
        || (),
        |(), signal| async move { settings::workspace(&signal).await },
    );
    let body = move || match workspace.get() {
        Loaded::Loading => view! { <Skeleton lines=8/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || workspace.reload()/> }.into_any()
        }
        Loaded::Ready(present) => view! { <Form present=present workspace=workspace/> }.into_any(),
    };
    view! {
        <PageHeader title=t::settings::company say=t::settings::company_about/>
        <Places here=Place::Company/>
        {body}
    }
}

#[component]
fn Form(present: WorkspaceView, workspace: Load<WorkspaceView>) -> impl IntoView {
    let (name, zone) = (
        RwSignal::new(present.name),
        RwSignal::new(present.time_zone),
    );
    let (locale, mode) = (
        RwSignal::new(present.locale),
        RwSignal::new(present.tracking_mode),
    );
    let address = RwSignal::new(present.postal_address);
    let (submit, toasts) = (Submit::default(), use_toasts());
    let version = present.version;
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let change = ChangeWorkspace {
            version,
            name: Some(name.get_untracked().trim().to_owned()),
            time_zone: Some(zone.get_untracked()),
            locale: Some(locale.get_untracked()),
            tracking_mode: Some(mode.get_untracked()),
            postal_address: Some(address.get_untracked().trim().to_owned()),
        };
        submit.run(
            async move {
                let changed = settings::change_workspace(&change).await?;
                // Name and zone of the session follow, so that rail and dates do.
                let _ = api::session::refresh().await;
                Ok(changed)
            },
            move |changed| {
                toasts.say(t::common::saved());
                workspace.set(changed);
            },
        );
    };
    let is_closed = Signal::derive(|| !session::may("settings:write"));
    let zones = Signal::derive(move || {
        let own = zone.get();
        let mut zones: Vec<String> = ZONES.iter().map(|zone| (*zone).to_owned()).collect();
        if !zones.contains(&own) {
            zones.insert(0, own);
        }
        zones
            .into_iter()
            .map(|zone| Choice::new(zone.clone(), zone))
            .collect()
    });
    let languages = vec![
        Choice::new("ja", t::shell::japanese),
        Choice::new("en", t::shell::english),
    ];
    let modes = vec![
        Choice::new("required", t::settings::tracking_required),
        Choice::new("notice", t::settings::tracking_notice),
    ];
    let conflict = move || {
        submit.error().filter(api::ApiError::is_conflict).map(|_| {
            view! {
                <Note tone=Tone::Warn>
                    {t::settings::conflict}
                    " "
                    <button type="button" class="link" on:click=move |_| workspace.reload()>{t::settings::reload}</button>
                </Note>
            }
        })
    };
    view! {
        <form class="form set-form" on:submit=on_submit>
            {move || is_closed.get().then(|| view! { <Note>{t::settings::read_only}</Note> })}
            <TextField label=t::settings::company_name value=name error=submit.field("/name") disabled=is_closed required=true autocomplete="organization"/>
            <div class="set-two">
                <SelectField label=t::settings::zone value=zone choices=zones hint=t::settings::zone_hint error=submit.field("/time_zone") disabled=is_closed/>
                <SelectField label=t::settings::language value=locale choices=Signal::stored(languages) hint=t::settings::language_hint error=submit.field("/locale") disabled=is_closed/>
            </div>
            <RadioGroup label=t::settings::tracking value=mode choices=modes/>
            <p class="t-small ink-3 set-under">
                {move || if mode.with(|mode| mode == "notice") { t::settings::tracking_notice_about() } else { t::settings::tracking_required_about() }}
            </p>
            <TextArea label=t::settings::postal value=address rows=3 hint=t::settings::postal_hint error=submit.field("/postal_address") disabled=is_closed/>
            {conflict}
            {move || {
                submit
                    .error()
                    .is_some_and(|error| !error.is_conflict())
                    .then(|| view! { <FormError submit=submit fields=&["/name", "/time_zone", "/locale", "/postal_address"]/> })
            }}
            <div><Button kind=ButtonKind::Primary label=t::common::save submit=true busy=submit.busy() disabled=is_closed/></div>
        </form>
    }
}
