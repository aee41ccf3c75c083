//! `/u/{token}/preferences`: which mails one wants.

use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, Method},
    response::Response,
};
use campaigns::{
    ledger,
    track::{Press, Token},
};
use kernel::id::ProfileId;
use profiles::{
    Ctx, Source,
    consent::{self, ConsentChange, EMAIL, MARKETING},
};
use serde_json::Value;
use storage::sql;

use super::{
    page, seen,
    unsubscribe::{pressed, verified},
};
use crate::{
    http::{extract::Locale, problem::ApiError},
    state::App,
};

/// Something one can subscribe to.
pub(super) struct Choice {
    /// The purpose that is stored.
    pub(super) key: String,
    /// What it is called.
    pub(super) label: String,
    /// Whether it is wanted now.
    pub(super) granted: bool,
}

/// Shows what is wanted now.
pub(super) async fn show(
    State(app): State<App>,
    Path(text): Path<String>,
    locale: Locale,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let token = match verified(&app, &text, &locale).await {
        Ok(token) => token,
        Err(response) => return response,
    };
    pressed(&app, token, seen(&app, &method, &headers), Press::Page).await;
    let company = page::company(&app, token.workspace).await;
    match person(&app, token).await {
        Ok(Some(profile)) => match choices(&app, token, profile, &locale).await {
            Ok(choices) => page::preferences(&locale, &company, &text, &choices, false),
            Err(_) => page::later(&locale),
        },
        Ok(None) => page::unsubscribed(&locale, &company, &text),
        Err(_) => page::later(&locale),
    }
}

/// Saves what is ticked; what is not ticked is withdrawn.
pub(super) async fn save(
    State(app): State<App>,
    Path(text): Path<String>,
    locale: Locale,
    Form(ticked): Form<Vec<(String, String)>>,
) -> Response {
    let token = match verified(&app, &text, &locale).await {
        Ok(token) => token,
        Err(response) => return response,
    };
    match write(&app, token, &locale, &ticked).await {
        Ok(choices) => {
            let company = page::company(&app, token.workspace).await;
            page::preferences(&locale, &company, &text, &choices, true)
        }
        Err(_) => page::later(&locale),
    }
}

async fn write(
    app: &App,
    token: Token,
    locale: &Locale,
    ticked: &[(String, String)],
) -> Result<Vec<Choice>, ApiError> {
    let Some(profile) = person(app, token).await? else {
        return Ok(Vec::new());
    };
    let before = choices(app, token, profile, locale).await?;
    let is_ticked = |key: &str| {
        ticked
            .iter()
            .any(|(name, value)| name == "want" && value == key)
    };
    let everything_off = !before.iter().any(|choice| is_ticked(&choice.key));
    let now = app.now();
    let tx = app.db.begin().await?;
    let ctx = Ctx {
        tx: &tx,
        workspace: token.workspace,
        now,
        ids: &*app.ids,
    };
    let changes: Vec<ConsentChange> = before
        .iter()
        .filter(|choice| choice.granted != is_ticked(&choice.key))
        .map(|choice| ConsentChange {
            profile,
            channel: EMAIL.to_owned(),
            purpose: choice.key.clone(),
            granted: is_ticked(&choice.key),
            text_version: Some("preferences-1".to_owned()),
            source: Source::Form,
            proof: Some("preference page".to_owned()),
            occurred_at: now,
            expires_at: None,
        })
        .collect();
    consent::set_many(ctx, &changes).await?;
    tx.commit().await?;
    if everything_off {
        // Stopping everything also binds the address, whoever it belongs to later.
        app.tracker
            .unsubscribe(token, Some("preference page".to_owned()))
            .await
            .map_err(|error| ApiError::internal(&error))?;
    }
    choices(app, token, profile, locale).await
}

/// Returns the person of a delivery; `None` when they were erased.
async fn person(app: &App, token: Token) -> Result<Option<ProfileId>, ApiError> {
    let row = ledger::find(app.db.reader(), token.workspace, token.delivery).await?;
    Ok(row
        .filter(|row| row.address.is_some())
        .map(|row| row.profile))
}

async fn choices(
    app: &App,
    token: Token,
    profile: ProfileId,
    locale: &Locale,
) -> Result<Vec<Choice>, ApiError> {
    let granted = sql::rows(
        app.db.reader(),
        "SELECT c.purpose FROM consent c WHERE c.profile_id = $1 AND c.workspace_id = $2 AND c.channel = 'email' AND c.granted",
        [profile.raw().into(), token.workspace.raw().into()],
    )
    .await?;
    let mut wanted = Vec::new();
    for row in &granted {
        wanted.push(row.try_get_by_index::<String>(0)?);
    }
    let english = locale.0 == "en";
    let mut all = vec![(
        MARKETING.to_owned(),
        if english {
            "News and offers"
        } else {
            "お知らせとお得な情報"
        }
        .to_owned(),
    )];
    let workspace = access::workspace::find(app.db.reader(), token.workspace).await?;
    let topics = workspace.and_then(|workspace| workspace.settings.get("topics").cloned());
    for topic in topics
        .as_ref()
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let text = |name: &str| {
            topic
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        if !text("key").is_empty() {
            all.push((text("key"), text(if english { "en" } else { "ja" })));
        }
    }
    Ok(all
        .into_iter()
        .map(|(key, label)| Choice {
            granted: wanted.contains(&key),
            key,
            label,
        })
        .collect())
}
