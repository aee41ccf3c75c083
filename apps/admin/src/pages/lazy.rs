//! Pages whose code is fetched when the first of its kind is opened.
//!
//! Three files, not one for each page: whatever two of them share becomes a file of its own, and each more doubles how
//! many of these there can be.
#![expect(
    clippy::unnecessary_wraps,
    reason = "a page cannot fail, but fetching its code can, and both come as one answer"
)]

use std::time::Duration;

use leptos::{
    prelude::*,
    task::spawn_local,
    wasm_split::{SplitLoaderError, wasm_split},
};
use wasm_bindgen::JsValue;

use super::{
    analytics, campaigns, contents, customers, imports, inbox, lists, menus, not_found, products,
    replies, segments, settings,
};
use crate::{
    i18n as t,
    routes::Route,
    ui::{Button, EmptyState, Icon, Skeleton},
};

type Fetched = Result<AnyView, SplitLoaderError>;

/// Draws a page, its skeleton until the code is there.
pub(super) fn view(route: Route) -> AnyView {
    let page = Suspend::new(async move {
        let fetched = match &route {
            Route::Customers
            | Route::Customer(_)
            | Route::Imports
            | Route::NewImport
            | Route::Import(_)
            | Route::Products
            | Route::Product(_)
            | Route::Segments
            | Route::NewSegment
            | Route::Segment(_)
            | Route::Lists
            | Route::List(_)
            | Route::Analytics
            | Route::Rfm
            | Route::Deciles
            | Route::Bands
            | Route::Lifecycle
            | Route::Retention => audience_pages(route).await,
            Route::Campaigns
            | Route::NewCampaign
            | Route::Campaign(_)
            | Route::CampaignReview(_)
            | Route::CampaignReport(_)
            | Route::Contents
            | Route::NewContent
            | Route::Content(_)
            | Route::LineMenus
            | Route::LineReplies
            | Route::LineMenu(_)
            | Route::Inbox
            | Route::Message(_) => message_pages(route).await,
            Route::Settings | Route::SettingsPage(_) => settings_pages(route).await,
            _ => Ok(view! { <not_found::NotFound/> }.into_any()),
        };
        super::focus();
        fetched.unwrap_or_else(|_| view! { <Missing/> }.into_any())
    });
    view! { <Suspense fallback=|| view! { <Skeleton lines=3/> }>{page}</Suspense> }.into_any()
}

/// How long the first page has the line for itself.
const FIRST: Duration = Duration::from_secs(2);

/// Fetches the rest once the first page stands, so that the next one opens at once; not where data are to be spared.
pub(super) fn fetch_rest() {
    if spares_data() {
        return;
    }
    set_timeout(
        || {
            spawn_local(async {
                // What fails here is fetched again, and told, when its page is opened.
                let _ = fetch_audience().await;
                let _ = fetch_messages().await;
                let _ = fetch_settings().await;
            });
        },
        FIRST,
    );
}

/// Tells whether the browser was told to spare data; not every browser says.
fn spares_data() -> bool {
    let member = |of: &JsValue, name| js_sys::Reflect::get(of, &JsValue::from_str(name)).ok();
    member(&window().navigator(), "connection")
        .filter(JsValue::is_object)
        .and_then(|connection| member(&connection, "saveData"))
        .is_some_and(|saves| saves.is_truthy())
}

/// Who people are and what they did.
#[wasm_split(audience, wasm_split_path = leptos::wasm_split, fallible, preload(fetch_audience))]
fn audience_pages(route: Route) -> Fetched {
    Ok(match route {
        Route::Customers => view! { <customers::CustomerList/> }.into_any(),
        Route::Customer(id) => view! { <customers::CustomerPage id=id/> }.into_any(),
        Route::Imports => view! { <imports::ImportList/> }.into_any(),
        Route::NewImport => view! { <imports::NewImport/> }.into_any(),
        Route::Import(id) => view! { <imports::ImportPage id=id/> }.into_any(),
        Route::Products => view! { <products::ProductList/> }.into_any(),
        Route::Product(id) => view! { <products::ProductPage id=id/> }.into_any(),
        Route::Segments => view! { <segments::SegmentList/> }.into_any(),
        Route::NewSegment => view! { <segments::NewSegment/> }.into_any(),
        Route::Segment(id) => view! { <segments::SegmentPage id=id/> }.into_any(),
        Route::Lists => view! { <lists::Lists/> }.into_any(),
        Route::List(id) => view! { <lists::ListPage id=id/> }.into_any(),
        Route::Analytics => view! { <analytics::Analytics/> }.into_any(),
        Route::Rfm => view! { <analytics::Rfm/> }.into_any(),
        Route::Deciles => view! { <analytics::Deciles/> }.into_any(),
        Route::Bands => view! { <analytics::Bands/> }.into_any(),
        Route::Lifecycle => view! { <analytics::Lifecycle/> }.into_any(),
        Route::Retention => view! { <analytics::Retention/> }.into_any(),
        _ => view! { <not_found::NotFound/> }.into_any(),
    })
}

/// What is sent to them, and what came of it.
#[wasm_split(messages, wasm_split_path = leptos::wasm_split, fallible, preload(fetch_messages))]
fn message_pages(route: Route) -> Fetched {
    Ok(match route {
        Route::Campaigns => view! { <campaigns::CampaignList/> }.into_any(),
        Route::NewCampaign => view! { <campaigns::NewCampaign/> }.into_any(),
        Route::Campaign(id) => view! { <campaigns::CampaignPage id=id/> }.into_any(),
        Route::CampaignReview(id) => view! { <campaigns::CampaignReview id=id/> }.into_any(),
        Route::CampaignReport(id) => view! { <campaigns::CampaignReport id=id/> }.into_any(),
        Route::Contents => view! { <contents::ContentList/> }.into_any(),
        Route::NewContent => view! { <contents::NewContent/> }.into_any(),
        Route::Content(id) => view! { <contents::ContentPage id=id/> }.into_any(),
        Route::LineReplies => view! { <replies::ReplyList/> }.into_any(),
        Route::LineMenus => view! { <menus::MenuList/> }.into_any(),
        Route::LineMenu(id) => view! { <menus::MenuPage id=id/> }.into_any(),
        Route::Inbox => view! { <inbox::Inbox/> }.into_any(),
        Route::Message(id) => view! { <inbox::MessagePage id=id/> }.into_any(),
        _ => view! { <not_found::NotFound/> }.into_any(),
    })
}

/// How the workspace is set up.
#[wasm_split(settings, wasm_split_path = leptos::wasm_split, fallible, preload(fetch_settings))]
fn settings_pages(route: Route) -> Fetched {
    Ok(match route {
        Route::Settings => view! { <settings::Settings/> }.into_any(),
        Route::SettingsPage(name) => view! { <settings::SettingsPage name=name/> }.into_any(),
        _ => view! { <not_found::NotFound/> }.into_any(),
    })
}

/// The code of a page did not come: the line is down, or the server has been replaced by a newer one.
#[component]
fn Missing() -> impl IntoView {
    let reload = || {
        let _ = window().location().reload();
    };
    view! {
        <EmptyState title=t::ui::page_missing_title body=t::ui::page_missing_body>
            <Button icon=Icon::RefreshCw label=t::ui::reload on_press=reload/>
        </EmptyState>
    }
}
