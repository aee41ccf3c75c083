//! The exact tables as CSV: `GET /api/v1/analytics/{rfm,deciles,bands,retention}.csv`, and the same by ticket.

use access::ticket;
use analytics::{
    Table,
    buyers::{band, decile, rfm},
    csv,
};
use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use kernel::id::WorkspaceId;
use serde::{Deserialize, Serialize};

use super::{
    bands::BandsQuery,
    deciles::GROUPS,
    query::BuyersQuery,
    retention::{self, RetentionQuery},
    rfm::SCORES,
    ticket::PURPOSE,
};
use crate::{
    http::{
        auth::{Operator, needs::ReportsRead},
        extract::{Locale, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// Which analysis is wanted, and what is asked of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "analysis", content = "query", rename_all = "snake_case")]
pub(super) enum Which {
    Rfm(BuyersQuery),
    Deciles(BuyersQuery),
    Bands(BandsQuery),
    Retention(RetentionQuery),
}

impl Which {
    const fn as_str(&self) -> &'static str {
        match self {
            Self::Rfm(_) => "rfm",
            Self::Deciles(_) => "deciles",
            Self::Bands(_) => "bands",
            Self::Retention(_) => "retention",
        }
    }
}

/// Writes the cells of the RFM analysis as CSV.
#[utoipa::path(get, path = "/api/v1/analytics/rfm.csv", operation_id = "download_rfm", tag = "reports",
    params(BuyersQuery), responses((status = 200, body = String, content_type = "text/csv")))]
pub(super) async fn rfm_csv(
    operator: Operator<ReportsRead>,
    ValidQuery(query): ValidQuery<BuyersQuery>,
    Locale(locale): Locale,
    State(app): State<App>,
) -> Result<Response, ApiError> {
    answer(&app, operator.workspace, &Which::Rfm(query), &locale).await
}

/// Writes the groups of the decile analysis as CSV.
#[utoipa::path(get, path = "/api/v1/analytics/deciles.csv", operation_id = "download_deciles", tag = "reports",
    params(BuyersQuery), responses((status = 200, body = String, content_type = "text/csv")))]
pub(super) async fn deciles_csv(
    operator: Operator<ReportsRead>,
    ValidQuery(query): ValidQuery<BuyersQuery>,
    Locale(locale): Locale,
    State(app): State<App>,
) -> Result<Response, ApiError> {
    answer(&app, operator.workspace, &Which::Deciles(query), &locale).await
}

/// Writes the bands of lifetime value as CSV.
#[utoipa::path(get, path = "/api/v1/analytics/bands.csv", operation_id = "download_bands", tag = "reports",
    params(BandsQuery), responses((status = 200, body = String, content_type = "text/csv")))]
pub(super) async fn bands_csv(
    operator: Operator<ReportsRead>,
    ValidQuery(query): ValidQuery<BandsQuery>,
    Locale(locale): Locale,
    State(app): State<App>,
) -> Result<Response, ApiError> {
    answer(&app, operator.workspace, &Which::Bands(query), &locale).await
}

/// Writes the curves of retention and churn as CSV, a row a group and month.
#[utoipa::path(get, path = "/api/v1/analytics/retention.csv", operation_id = "download_retention", tag = "reports",
    params(RetentionQuery), responses((status = 200, body = String, content_type = "text/csv")))]
pub(super) async fn retention_csv(
    operator: Operator<ReportsRead>,
    ValidQuery(query): ValidQuery<RetentionQuery>,
    Locale(locale): Locale,
    State(app): State<App>,
) -> Result<Response, ApiError> {
    answer(&app, operator.workspace, &Which::Retention(query), &locale).await
}

pub(super) async fn by_ticket(
    State(app): State<App>,
    Path(token): Path<String>,
) -> Result<Response, ApiError> {
    let tx = app.db.begin().await?;
    let ticket = ticket::consume(&tx, &token, PURPOSE, app.now())
        .await?
        .ok_or_else(ApiError::not_found)?;
    tx.commit().await?;
    let locale = ticket.payload.get("locale").cloned().unwrap_or_default();
    let which = ticket.payload.get("which").cloned().unwrap_or_default();
    let which = serde_json::from_value(which).map_err(|_| ApiError::not_found())?;
    let locale = locale.as_str().unwrap_or_default();
    answer(&app, ticket.workspace, &which, locale).await
}

/// Counts; what cannot be asked is refused.
pub(super) async fn table(
    app: &App,
    workspace: WorkspaceId,
    which: &Which,
    locale: &str,
) -> Result<Table, ApiError> {
    let (db, now) = (app.db.reader(), app.now());
    let is_english = locale.starts_with("en");
    Ok(match which {
        Which::Rfm(query) => {
            let found = rfm::find(db, workspace, query.question(SCORES)?, now).await?;
            found.table(is_english)
        }
        Which::Deciles(query) => {
            let found = decile::find(db, workspace, query.question(GROUPS)?, now).await?;
            found.table(is_english)
        }
        Which::Bands(query) => {
            let found = band::find(db, workspace, query.question()?, now).await?;
            found.table(is_english)
        }
        Which::Retention(query) => retention::counted(app, workspace, query)
            .await?
            .table(is_english),
    })
}

async fn answer(
    app: &App,
    workspace: WorkspaceId,
    which: &Which,
    locale: &str,
) -> Result<Response, ApiError> {
    let table = table(app, workspace, which, locale).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{}.csv\"", which.as_str()),
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, csv(&table)).into_response())
}
