//! What the command palette finds beyond the pages: customers, campaigns, segments, emails.

use api_types::{campaigns::CampaignSummary, contents::ContentSummary, customers::CustomerSummary};

use crate::{
    api::{
        Page,
        campaigns::{self, Wanted},
        client, segments,
    },
    app::rail,
    format, i18n as t,
    pages::campaigns::state_word,
    routes::{Area, Route},
    state::session,
    ui::{
        Icon,
        palette::{Hit, Search, search, use_palette},
    },
};

/// How many of a kind are shown.
const EACH: usize = 5;

/// Lets the palette find what the person signed in may read.
pub fn install() {
    use_palette().set_searches(all());
}

fn all() -> Vec<Search> {
    vec![
        search(|typed| async move { campaigns(typed).await.unwrap_or_default() }),
        search(|typed| async move { segments(typed).await.unwrap_or_default() }),
        search(|typed| async move { contents(typed).await.unwrap_or_default() }),
        search(|typed| async move { customers(typed).await.unwrap_or_default() }),
    ]
}

/// A search that fails finds nothing: the palette goes on with the others.
async fn campaigns(search: String) -> Option<Vec<Hit>> {
    if !session::may("campaigns:read") {
        return None;
    }
    let wanted = Wanted {
        search,
        ..Wanted::default()
    };
    let found = campaigns::list(&wanted, EACH, None).await.ok()?;
    let hit = |one: CampaignSummary| Hit {
        icon: rail::icon(Area::Campaigns),
        note: state_word(&one.state).to_owned(),
        label: one.name,
        to: Route::Campaign(one.id),
    };
    Some(found.items.into_iter().map(hit).collect())
}

async fn segments(typed: String) -> Option<Vec<Hit>> {
    if !session::may("segments:read") {
        return None;
    }
    let part = format::folded(typed.trim());
    let found = segments::all(None).await.ok()?;
    let hits = found
        .into_iter()
        .filter(|one| format::folded(&one.name).contains(&part))
        .take(EACH)
        .map(|one| Hit {
            icon: rail::icon(Area::Segments),
            label: one.name,
            note: rail::name(Area::Segments).to_owned(),
            to: Route::Segment(one.id),
        });
    Some(hits.collect())
}

async fn contents(search: String) -> Option<Vec<Hit>> {
    if !session::may("contents:read") {
        return None;
    }
    let query = client::query(&[("search", Some(search)), ("limit", Some(EACH.to_string()))]);
    let found: Page<ContentSummary> = client::get(&format!("/contents{query}"), None).await.ok()?;
    let hit = |one: ContentSummary| Hit {
        icon: Icon::Mail,
        label: one.name,
        note: t::palette::email().to_owned(),
        to: Route::Content(one.id),
    };
    Some(found.items.into_iter().map(hit).collect())
}

async fn customers(search: String) -> Option<Vec<Hit>> {
    if !session::may("profiles:read") {
        return None;
    }
    let query = client::query(&[("search", Some(search)), ("limit", Some(EACH.to_string()))]);
    let found: Page<CustomerSummary> = client::get(&format!("/customers{query}"), None)
        .await
        .ok()?;
    let hit = |one: CustomerSummary| Hit {
        icon: Icon::User,
        label: one
            .full_name
            .or_else(|| one.email.clone())
            .or_else(|| one.external_id.clone())
            .unwrap_or_else(|| t::palette::nameless().to_owned()),
        note: one.external_id.unwrap_or_default(),
        to: Route::Customer(one.id),
    };
    Some(found.items.into_iter().map(hit).collect())
}
