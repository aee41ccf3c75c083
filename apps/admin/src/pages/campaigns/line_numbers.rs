//! What LINE counts: the month's messages before a launch, and opens and taps after it.

use api_types::{
    campaigns::ChannelCard,
    line_numbers::{LineInsightView, LineLinkView, LineQuotaView},
};
use leptos::prelude::*;

use super::desk::check;
use crate::{
    api::{Loaded, campaigns as api, load},
    format, i18n as t,
    ui::{InlineError, Note, Section, Skeleton, Tone},
};

/// Lines of the check before the launch: what it takes of the month's messages.
#[component]
pub(super) fn Quota(
    /// The campaign.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    let quota = load(
        move || id.clone(),
        |id, signal| async move { api::line_quota(&id, &signal).await },
    );
    move || {
        match quota.get() {
        Loaded::Loading => view! { <li class="ink-3">{t::campaigns::quota_asking}</li> }.into_any(),
        Loaded::Failed(error) => view! {
            <li>{check(Tone::Warn, t::campaigns::careful)} <span>{t::campaigns::quota_unknown(error.sentence())}</span></li>
        }
        .into_any(),
        Loaded::Ready(quota) => view! { <Told quota=quota/> }.into_any(),
    }
    }
}

#[component]
fn Told(quota: LineQuotaView) -> impl IntoView {
    let units = quota.is_near_units_limit.then(|| {
        let words = t::campaigns::UnitsNear {
            used: format::integer(quota.units_used),
            limit: format::integer(quota.units_limit),
        }
        .say();
        view! { <li>{check(Tone::Warn, t::campaigns::careful)} <span>{words}</span></li> }
    });
    let needed = format::integer(quota.needed);
    let (tone, word, words): (_, fn() -> &'static str, _) = match (quota.left, quota.limit) {
        (Some(left), Some(limit)) => {
            let numbers = t::campaigns::QuotaOf {
                needed,
                left: format::integer(left),
                limit: format::integer(limit),
                used: format::integer(quota.used),
                waiting: format::integer(quota.waiting),
            }
            .say();
            if quota.cut > 0 {
                let words = format!("{numbers} {}", t::campaigns::quota_cut(quota.cut));
                (Tone::Warn, t::campaigns::careful, words)
            } else {
                (Tone::Good, t::campaigns::fine, numbers)
            }
        }
        _ => (
            Tone::Good,
            t::campaigns::fine,
            t::campaigns::quota_free(needed),
        ),
    };
    let cut = (!quota.cut_first.is_empty()).then(|| {
        let link = |id: &String| {
            let href = crate::routes::Route::Customer(id.clone()).path();
            let short: String = id
                .chars()
                .rev()
                .take(6)
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .collect();
            view! { <a href=href>"…" {short}</a> " " }
        };
        let links = quota.cut_first.iter().map(link).collect_view();
        view! { <span class="t-small ink-2">{t::campaigns::quota_cut_first} " " {links}</span> }
    });
    view! {
        <li>{check(tone, word)} <span>{words} " " {cut}</span></li>
        {units}
    }
}

/// What LINE itself says of a campaign, where it was sent through LINE.
#[component]
pub(super) fn LineSays(
    /// The campaign.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    let campaign = load(
        {
            let id = id.clone();
            move || id.clone()
        },
        |id, signal| async move { api::find(&id, Some(&signal)).await },
    );
    let is_line = Memo::new(move |_| {
        campaign.value().is_some_and(|campaign| {
            matches!(campaign.document.channel, Some(ChannelCard::Line { .. }))
                && campaign.summary.state != "draft"
        })
    });
    let id = StoredValue::new(id);
    move || {
        is_line.get().then(|| {
            let id = id.get_value();
            view! { <Insight id=id/> }
        })
    }
}

#[component]
fn Insight(id: String) -> impl IntoView {
    let insight = load(
        move || id.clone(),
        |id, signal| async move { api::line_insight(&id, &signal).await },
    );
    let body = move || match insight.get() {
        Loaded::Loading => view! { <Skeleton lines=3/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || insight.reload()/> }.into_any()
        }
        Loaded::Ready(told) => view! { <Numbers told=told/> }.into_any(),
    };
    view! {
        <Section title=t::campaigns::line_counts note=t::campaigns::line_counts_note definition=t::campaigns::line_counts_definition>{body}</Section>
    }
}

/// A number, or that LINE does not tell it: never zero for what is not known.
fn known(n: Option<i64>) -> String {
    n.map_or_else(|| t::campaigns::under_20().to_owned(), format::integer)
}

#[component]
fn Numbers(told: LineInsightView) -> impl IntoView {
    let near = (told.units_used * 10 >= told.units_limit * 9).then(|| {
        let words = t::campaigns::UnitsNear {
            used: format::integer(told.units_used),
            limit: format::integer(told.units_limit),
        }
        .say();
        view! { <Note tone=Tone::Warn>{words}</Note> }
    });
    let (opened, clicked) = (told.opened, told.clicked);
    let row = |link: LineLinkView| {
        let (clicks, people, title) = (link.clicks, link.unique_clicks, link.url.clone());
        view! {
            <tr>
                <td><span class="rep-url" title=title>{link.url}</span></td>
                <td class="num">{move || known(clicks)}</td>
                <td class="num">{move || known(people)}</td>
            </tr>
        }
    };
    let has_links = !told.links.is_empty();
    let rows = told.links.into_iter().map(row).collect_view();
    view! {
        {near}
        <dl class="facts">
            <div><dt>{t::campaigns::line_opened}</dt><dd class="num">{move || known(opened)}</dd></div>
            <div><dt>{t::campaigns::line_clicked}</dt><dd class="num">{move || known(clicked)}</dd></div>
        </dl>
        {has_links.then(|| view! {
            <div class="tbl-x">
                <table class="tbl">
                    <thead><tr><th>{t::campaigns::line_link}</th><th class="num">{t::campaigns::line_taps}</th><th class="num">{t::campaigns::line_tappers}</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        })}
        {told.is_counting.then(|| view! { <p class="t-small ink-3">{t::campaigns::line_counting}</p> })}
    }
}
