//! The right pane: one message as its receiver sees it.

use api_types::senders::CapturedView;
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::page::{Mail, address};
use crate::{
    api::{Loaded, inbox, load},
    format, i18n as t,
    ui::{Button, ButtonKind, Choice, EmptyState, Icon, InlineError, PreviewFrame, Skeleton, Tabs},
};

/// One message.
#[component]
pub(super) fn Message(id: String, it: Mail) -> impl IntoView {
    let navigate = use_navigate();
    let back = Callback::from(move || {
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(
            &it.search.with_untracked(|search| address(search, "")),
            options,
        );
    });
    let message = load(
        move || id.clone(),
        |id, signal| async move { inbox::get(&id, &signal).await },
    );
    let body = move || match message.get() {
        Loaded::Loading => view! { <Skeleton lines=8/> }.into_any(),
        Loaded::Failed(error) if error.is_not_found() => {
            view! { <EmptyState title=t::inbox::gone_title body=t::inbox::gone_body/> }.into_any()
        }
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || message.reload()/> }.into_any()
        }
        Loaded::Ready(message) => view! { <Opened message=message/> }.into_any(),
    };
    view! {
        <div class="ib-back">
            <Button kind=ButtonKind::Quiet icon=Icon::ChevronLeft label=t::inbox::back on_press=back/>
        </div>
        {body}
    }
}

#[component]
fn Opened(message: CapturedView) -> impl IntoView {
    let tab = RwSignal::new("seen".to_owned());
    let is = move |name: &'static str| tab.with(|tab| tab == name);
    let n_links = i64::try_from(message.links.len()).unwrap_or_default();
    let tabs = vec![
        Choice::new("seen", t::inbox::tab_seen),
        Choice::new("text", t::inbox::tab_text),
        Choice::new("headers", t::inbox::tab_headers),
        Choice::new("links", move || t::inbox::tab_links(n_links)),
    ];
    let src = message.preview_url.clone();
    let links = message.links.clone();
    let text = message.text.clone();
    let headers = message.headers.clone();
    // The frame stays mounted behind the other tabs: its address opens once.
    view! {
        <Head message=message/>
        <Tabs label=t::inbox::views value=tab choices=tabs/>
        <div class="ib-t" hidden=move || !is("seen")>
            <PreviewFrame title=t::inbox::tab_seen src=Signal::stored(src) height=720/>
        </div>
        <div class="ib-t" hidden=move || !is("text")>
            <pre class="ib-text" tabindex="0">{text}</pre>
        </div>
        <div class="ib-t" hidden=move || !is("headers")>
            <dl class="facts ib-hd">
                {headers
                    .into_iter()
                    .map(|header| view! { <div><dt>{header.name}</dt><dd>{header.value}</dd></div> })
                    .collect_view()}
            </dl>
        </div>
        <div class="ib-t" hidden=move || !is("links")><Links links=links/></div>
    }
}

#[component]
fn Head(message: CapturedView) -> impl IntoView {
    let summary = message.summary;
    let at = format::millis(&summary.captured_at);
    let subject = summary.subject.clone();
    let subject = move || {
        if subject.is_empty() {
            t::inbox::no_subject().to_owned()
        } else {
            subject.clone()
        }
    };
    let preheader = (!summary.preheader.is_empty())
        .then(|| view! { <p class="t-small ink-3">{summary.preheader}</p> });
    let from = if summary.from_name.is_empty() {
        summary.from_address
    } else {
        format!("{} <{}>", summary.from_name, summary.from_address)
    };
    view! {
        <header class="ib-head">
            <h2 class="t-head">{subject}</h2>
            {preheader}
            <dl>
                <div><dt>{t::inbox::from}</dt><dd>{from}</dd></div>
                <div><dt>{t::inbox::to}</dt><dd>{summary.recipient}</dd></div>
                <div><dt>{t::inbox::date}</dt><dd>{move || format::date_time(at)}</dd></div>
            </dl>
        </header>
    }
}

#[component]
fn Links(links: Vec<String>) -> impl IntoView {
    if links.is_empty() {
        return view! { <p class="t-small ink-3">{t::inbox::no_links}</p> }.into_any();
    }
    let line = |address: String| {
        let shown = address.clone();
        view! {
            <li>
                <a href=address target="_blank" rel="noopener noreferrer external">
                    {Icon::ExternalLink.small()}
                    {shown}
                </a>
            </li>
        }
    };
    view! {
        <p class="t-small ink-3">{t::inbox::links_note}</p>
        <ul class="ib-links">{links.into_iter().map(line).collect_view()}</ul>
    }
    .into_any()
}
