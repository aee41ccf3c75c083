//! The links of the message with who clicked them.

use api_types::reports::LinkReport;
use leptos::prelude::*;

use super::Page;
use crate::{
    api::{load, reports},
    format, i18n as t,
    pages::analytics::definitions::{ends, share},
    ui::{InlineError, Section, Skeleton},
};

#[component]
pub(super) fn Links(page: Page) -> impl IntoView {
    let clicks = Memo::new(move |_| {
        page.report.with(|report| {
            report
                .figures
                .iter()
                .map(|figure| figure.value)
                .sum::<i64>()
        })
    });
    let links = load(
        move || (page.id.get_value(), clicks.get()),
        |(id, _), signal| async move { reports::links(&id, &signal).await },
    );
    let known = Memo::new(move |_| links.value());
    let body = move || match (known.get(), links.error()) {
        (Some(links), _) if links.is_empty() => {
            view! { <p class="ink-3 t-small">{t::analytics::links_empty}</p> }.into_any()
        }
        (Some(links), _) => table(page, links).into_any(),
        (None, Some(error)) => {
            view! { <InlineError error=error on_retry=move || links.reload()/> }.into_any()
        }
        (None, None) => view! { <Skeleton lines=4/> }.into_any(),
    };
    view! { <Section title=t::analytics::links_title note=t::analytics::links_note>{body}</Section> }
}

fn table(page: Page, links: Vec<LinkReport>) -> impl IntoView {
    let row = move |link: LinkReport| {
        let interval =
            ends(Some(link.clicks)).map(|(low, high)| t::analytics::Range { high, low }.say());
        let label = if link.label.trim().is_empty() {
            t::analytics::links_nameless().to_owned()
        } else {
            link.label.clone()
        };
        let place = if link.n_urls > 1 {
            t::analytics::links_many(link.n_urls)
        } else {
            link.url.clone()
        };
        let people = page.people(&format!("link:{}", link.position));
        view! {
            <tr>
                <td><b>{label}</b><div class="rep-url ink-3" title=link.url>{place}</div></td>
                <td class="num"><a href=people data-noscroll="true">{format::integer(link.clicks.numerator)}</a></td>
                <td class="num">{share(Some(link.clicks)).joined()} <span class="sub only-d-i">{interval}</span></td>
                <td class="num only-d-c">{format::integer(link.clicks_raw)}</td>
                <td class="num only-d-c">{format::integer(link.presses)}</td>
            </tr>
        }
    };
    view! {
        <div class="tbl-x">
            <table class="tbl" aria-label=t::analytics::links_title>
                <thead>
                    <tr>
                        <th scope="col">{t::analytics::links_link}</th>
                        <th class="num" scope="col">{t::analytics::links_clicks}</th>
                        <th class="num" scope="col">{t::analytics::links_rate}</th>
                        <th class="num only-d-c" scope="col">{t::analytics::links_raw}</th>
                        <th class="num only-d-c" scope="col">{t::analytics::links_presses}</th>
                    </tr>
                </thead>
                <tbody>{links.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}
