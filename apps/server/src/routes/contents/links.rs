//! `POST /api/v1/contents/links`.

use std::collections::BTreeSet;

use api_types::contents::{CheckedLink, LinksView, PreviewContent};
use axum::{Json, extract::State, http::StatusCode};
use channel_core::dial::DialError;
use channel_email::{VisitError, Visitor};
use contents::{CompiledEmail, Data, Footer, FooterCheck, LinkKind, RenderOptions};
use futures::{StreamExt as _, stream};
use tokio::sync::Semaphore;

use super::{data, preview, wire};
use crate::{
    http::{
        auth::{Caller, Operator, needs::ContentsWrite},
        extract::ValidJson,
        problem::ApiError,
    },
    state::App,
    transport,
};

/// Links that are visited at most; a letter with more is looked at in part.
const MOST_LINKS: usize = 60;
/// Links that are visited at a time.
const AT_A_TIME: usize = 6;
/// Letters whose links are visited at a time.
static CHECKS: Semaphore = Semaphore::const_new(2);

/// Visits the links of an email as one customer would get it, and says which lead nowhere.
///
/// Only when it is asked for: nothing is visited by itself. Redirections are followed, answers are not read, and addresses
/// inside the operator's network are not visited. The unsubscribe and preference pages are left out.
#[utoipa::path(post, path = "/api/v1/contents/links", operation_id = "check_content_links", tag = "contents",
    request_body = PreviewContent,
    responses((status = 200, body = LinksView), (status = 404),
        (status = 503, description = "Too many letters are being looked at")))]
pub(super) async fn links(
    operator: Operator<ContentsWrite>,
    State(app): State<App>,
    ValidJson(body): ValidJson<PreviewContent>,
) -> Result<Json<LinksView>, ApiError> {
    let found = addresses(&app, &operator, &body).await?;
    let left_out = u32::try_from(found.len().saturating_sub(MOST_LINKS)).unwrap_or(u32::MAX);
    let _turn = CHECKS.try_acquire().map_err(|_| busy())?;
    let dialler = transport::dialler(&app).map_err(|error| ApiError::internal(&*error))?;
    let visitor = Visitor::new(dialler).map_err(|error| ApiError::internal(&error))?;
    let found: Vec<String> = found.into_iter().take(MOST_LINKS).collect();
    let visits = found.into_iter().map(|url| visit(visitor.clone(), url));
    let mut links: Vec<CheckedLink> = stream::iter(visits)
        .buffer_unordered(AT_A_TIME)
        .collect()
        .await;
    links.sort_by(|one, other| {
        (one.state == "ok", &one.url).cmp(&(other.state == "ok", &other.url))
    });
    Ok(Json(LinksView { links, left_out }))
}

/// Returns the pages that an email leads to, each once.
async fn addresses(
    app: &App,
    caller: &Caller,
    body: &PreviewContent,
) -> Result<BTreeSet<String>, ApiError> {
    let (document, compiled) = preview::document(app, caller, body).await?;
    let (customer, locale) = (body.customer_id.as_deref(), body.locale.as_deref());
    let subject = data::subject(app, caller, customer, locale, None).await?;
    let compiled = match compiled {
        Some(compiled) => compiled,
        None => CompiledEmail::compile(&document, Footer::Ensure)
            .map(std::sync::Arc::new)
            .map_err(|error| wire::problems(error.0))?,
    };
    let options = RenderOptions {
        locale: locale.or(subject.locale.as_deref()),
        timezone: subject.timezone,
        footer: FooterCheck::Skipped,
    };
    let rendered = compiled
        .render(&Data::from_json(&subject.json), &options)
        .map_err(|error| wire::problems(vec![error.0]))?;
    let links = rendered.links();
    let pages = links.iter().filter(|link| link.kind == LinkKind::Web);
    Ok(pages.map(|link| link.url.to_string()).collect())
}

async fn visit(visitor: Visitor, url: String) -> CheckedLink {
    let found = visitor.status(&url).await;
    let state = match &found {
        Ok(status) => state_of(*status),
        Err(VisitError::Dial(DialError::NotAllowed)) => "private",
        Err(_) => "unreachable",
    };
    CheckedLink {
        url,
        state: state.to_owned(),
        status: found.ok().map(|status| status.as_u16()),
    }
}

fn state_of(status: StatusCode) -> &'static str {
    match status.as_u16() {
        200..=299 => "ok",
        404 | 410 => "gone",
        // Shops keep programs out; a person may be let in.
        401 | 403 | 405 | 406 | 429 => "unsure",
        _ => "failing",
    }
}

fn busy() -> ApiError {
    ApiError {
        retry_after: Some(5),
        ..ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "the links of too many letters are being looked at; ask again",
            "ほかのメールのリンクを確かめています。もう一度お試しください",
        )
    }
}
