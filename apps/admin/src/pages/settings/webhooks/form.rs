//! Where a webhook listens and what it is told of.

use api_types::webhooks::{WebhookTypeView, WebhookView, WriteWebhook};
use leptos::{ev, prelude::*};

use super::super::copy::CopyText;
use crate::{
    api::{Load, Loaded, Page, Submit, load, webhooks},
    i18n as t,
    state::toast::use_toasts,
    ui::{
        Button, ButtonKind, Checkbox, Choice, FieldKind, FormError, Icon, InlineError, RadioGroup,
        Skeleton, Switch, TextField,
    },
};

/// What is typed.
#[derive(Clone, Copy)]
struct Typed {
    url: RwSignal<String>,
    description: RwSignal<String>,
    /// `all` or `some`.
    breadth: RwSignal<String>,
    types: RwSignal<Vec<String>>,
    enabled: RwSignal<bool>,
}

impl Typed {
    fn new(present: Option<&WebhookView>) -> Self {
        let types = present.map(|own| own.types.clone()).unwrap_or_default();
        let breadth = if types.is_empty() { "all" } else { "some" };
        Self {
            url: RwSignal::new(present.map(|own| own.url.clone()).unwrap_or_default()),
            description: RwSignal::new(
                present
                    .map(|own| own.description.clone())
                    .unwrap_or_default(),
            ),
            breadth: RwSignal::new(breadth.to_owned()),
            types: RwSignal::new(types),
            enabled: RwSignal::new(present.is_none_or(|own| own.enabled)),
        }
    }

    fn read(self, version: Option<i64>) -> WriteWebhook {
        let is_all = self.breadth.with_untracked(|breadth| breadth == "all");
        WriteWebhook {
            url: self.url.get_untracked().trim().to_owned(),
            description: self.description.get_untracked().trim().to_owned(),
            types: if is_all {
                Vec::new()
            } else {
                self.types.get_untracked()
            },
            enabled: Some(self.enabled.get_untracked()),
            version,
        }
    }
}

/// The form of a new or present webhook; a new one's secret follows.
#[component]
pub(super) fn WebhookForm(
    /// The one that is changed.
    present: Option<WebhookView>,
    all: Load<Page<WebhookView>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let typed = Typed::new(present.as_ref());
    let version = present.as_ref().map(|own| own.version);
    let id = StoredValue::new(present.map(|own| own.id));
    let (submit, toasts) = (Submit::default(), use_toasts());
    let made = RwSignal::new(None::<WebhookView>);
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let webhook = typed.read(version);
        submit.run(
            async move { webhooks::write(id.get_value().as_deref(), &webhook).await },
            move |written| {
                all.reload();
                toasts.say(t::common::saved());
                if written.secret.is_some() {
                    made.set(Some(written));
                } else {
                    open.set(false);
                }
            },
        );
    };
    let breadths = vec![
        Choice::new("all", t::webhooks::all_types),
        Choice::new("some", t::webhooks::some_types),
    ];
    let breadths = StoredValue::new(breadths);
    move || {
        match made.get() {
        Some(fresh) => view! {
            <div class="form">
                <p class="t-small ink-2">{t::webhooks::secret_made}</p>
                <CopyText label=t::webhooks::secret value=Signal::stored(fresh.secret.unwrap_or_default())/>
                <div><Button kind=ButtonKind::Primary icon=Icon::Check label=t::settings::key_done on_press=move || open.set(false)/></div>
            </div>
        }
        .into_any(),
        None => view! {
            <form class="form" on:submit=on_submit>
                <TextField label=t::webhooks::url kind=FieldKind::Url value=typed.url hint=t::webhooks::url_hint placeholder="https://example.jp/hooks" error=submit.field("/url") required=true autocomplete="off"/>
                <TextField label=t::webhooks::description value=typed.description hint=t::webhooks::description_hint error=submit.field("/description") autocomplete="off"/>
                <RadioGroup label=t::webhooks::told_of value=typed.breadth choices=breadths.get_value()/>
                <Types typed=typed/>
                <Switch label=t::webhooks::enabled checked=typed.enabled on_change=move |is_on: bool| typed.enabled.set(is_on)/>
                <FormError submit=submit fields=&["/url", "/description"]/>
                <div><Button kind=ButtonKind::Primary label=t::common::save submit=true busy=submit.busy()/></div>
            </form>
        }
        .into_any(),
    }
    }
}

/// The types one by one, where not all are wanted.
#[component]
fn Types(typed: Typed) -> impl IntoView {
    let known = load(
        || (),
        |(), signal| async move { webhooks::types(&signal).await },
    );
    let line = move |one: WebhookTypeView| {
        let (own, changed) = (one.name.clone(), one.name.clone());
        let is_on = Signal::derive(move || typed.types.with(|types| types.contains(&own)));
        let change = move |is_on: bool| {
            typed.types.update(|types| {
                types.retain(|name| *name != changed);
                if is_on {
                    types.push(changed.clone());
                }
            });
        };
        let label = format!("{} ({})", one.description, one.name);
        view! { <Checkbox label=label checked=is_on on_change=change/> }
    };
    move || {
        let is_some = typed.breadth.with(|breadth| breadth == "some");
        is_some.then(|| match known.get() {
            Loaded::Loading => view! { <Skeleton lines=6/> }.into_any(),
            Loaded::Failed(error) => {
                view! { <InlineError error=error on_retry=move || known.reload()/> }.into_any()
            }
            Loaded::Ready(types) => {
                view! { <div class="set-scopes">{types.into_iter().map(line).collect_view()}</div> }
                    .into_any()
            }
        })
    }
}
