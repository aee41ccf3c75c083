//! The pages, one folder an area. [`view`] is the only place that says which page an address shows.

pub mod analytics;
pub mod campaigns;
pub mod contents;
pub mod customers;
#[cfg(feature = "gallery")]
pub mod example;
#[cfg(feature = "gallery")]
pub mod gallery;
pub mod home;
pub mod imports;
pub mod inbox;
pub mod lists;
pub mod not_found;
pub mod products;
pub mod segments;
pub mod session;
pub mod settings;

use leptos::prelude::*;

use crate::routes::Route;

/// Draws the page of a route.
pub fn view(route: Route) -> AnyView {
    match route {
        Route::Home => view! { <home::Home/> }.into_any(),
        Route::Customers => view! { <customers::CustomerList/> }.into_any(),
        Route::Customer(id) => view! { <customers::CustomerPage id=id/> }.into_any(),
        Route::Imports => view! { <imports::ImportList/> }.into_any(),
        Route::NewImport => view! { <imports::NewImport/> }.into_any(),
        Route::Import(id) => view! { <imports::ImportPage id=id/> }.into_any(),
        Route::Segments => view! { <segments::SegmentList/> }.into_any(),
        Route::NewSegment => view! { <segments::NewSegment/> }.into_any(),
        Route::Segment(id) => view! { <segments::SegmentPage id=id/> }.into_any(),
        Route::Lists => view! { <lists::Lists/> }.into_any(),
        Route::List(id) => view! { <lists::ListPage id=id/> }.into_any(),
        Route::Campaigns => view! { <campaigns::CampaignList/> }.into_any(),
        Route::NewCampaign => view! { <campaigns::NewCampaign/> }.into_any(),
        Route::Campaign(id) => view! { <campaigns::CampaignPage id=id/> }.into_any(),
        Route::CampaignReview(id) => view! { <campaigns::CampaignReview id=id/> }.into_any(),
        Route::CampaignReport(id) => view! { <campaigns::CampaignReport id=id/> }.into_any(),
        Route::Contents => view! { <contents::ContentList/> }.into_any(),
        Route::NewContent => view! { <contents::NewContent/> }.into_any(),
        Route::Content(id) => view! { <contents::ContentPage id=id/> }.into_any(),
        Route::Products => view! { <products::ProductList/> }.into_any(),
        Route::Product(id) => view! { <products::ProductPage id=id/> }.into_any(),
        Route::Inbox => view! { <inbox::Inbox/> }.into_any(),
        Route::Message(id) => view! { <inbox::MessagePage id=id/> }.into_any(),
        Route::Analytics => view! { <analytics::Analytics/> }.into_any(),
        Route::Rfm => view! { <analytics::Rfm/> }.into_any(),
        Route::Deciles => view! { <analytics::Deciles/> }.into_any(),
        Route::Lifecycle => view! { <analytics::Lifecycle/> }.into_any(),
        Route::Settings => view! { <settings::Settings/> }.into_any(),
        Route::SettingsPage(name) => view! { <settings::SettingsPage name=name/> }.into_any(),
        #[cfg(feature = "gallery")]
        Route::Gallery => view! { <gallery::Gallery/> }.into_any(),
        #[cfg(feature = "gallery")]
        Route::Example => view! { <example::Example/> }.into_any(),
        _ => view! { <not_found::NotFound/> }.into_any(),
    }
}
