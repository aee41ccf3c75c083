//! `POST /api/v1/analytics/{rfm,deciles,bands,retention}/ticket`.

use access::ticket::{self, Ticket};
use api_types::imports::DownloadTicket;
use axum::{Json, extract::State};

use super::{
    bands::BandsQuery,
    download::{self, Which},
    query::BuyersQuery,
    retention::RetentionQuery,
};
use crate::{
    http::{
        auth::{Operator, needs::ReportsRead},
        extract::{Locale, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// The purpose of download tickets.
pub(super) const PURPOSE: &str = "analysis_csv";

/// Gives a single-use address for the cells of the RFM analysis as CSV, for a browser's plain link.
#[utoipa::path(post, path = "/api/v1/analytics/rfm/ticket", operation_id = "create_rfm_ticket", tag = "reports",
    params(BuyersQuery), responses((status = 200, body = DownloadTicket)))]
pub(super) async fn rfm_ticket(
    operator: Operator<ReportsRead>,
    ValidQuery(query): ValidQuery<BuyersQuery>,
    Locale(locale): Locale,
    State(app): State<App>,
) -> Result<Json<DownloadTicket>, ApiError> {
    give(&app, &operator, &Which::Rfm(query), &locale).await
}

/// Gives a single-use address for the groups of the decile analysis as CSV, for a browser's plain link.
#[utoipa::path(post, path = "/api/v1/analytics/deciles/ticket", operation_id = "create_deciles_ticket", tag = "reports",
    params(BuyersQuery), responses((status = 200, body = DownloadTicket)))]
pub(super) async fn deciles_ticket(
    operator: Operator<ReportsRead>,
    ValidQuery(query): ValidQuery<BuyersQuery>,
    Locale(locale): Locale,
    State(app): State<App>,
) -> Result<Json<DownloadTicket>, ApiError> {
    give(&app, &operator, &Which::Deciles(query), &locale).await
}

/// Gives a single-use address for the bands of lifetime value as CSV, for a browser's plain link.
#[utoipa::path(post, path = "/api/v1/analytics/bands/ticket", operation_id = "create_bands_ticket", tag = "reports",
    params(BandsQuery), responses((status = 200, body = DownloadTicket)))]
pub(super) async fn bands_ticket(
    operator: Operator<ReportsRead>,
    ValidQuery(query): ValidQuery<BandsQuery>,
    Locale(locale): Locale,
    State(app): State<App>,
) -> Result<Json<DownloadTicket>, ApiError> {
    give(&app, &operator, &Which::Bands(query), &locale).await
}

/// Gives a single-use address for the curves of retention as CSV, for a browser's plain link.
#[utoipa::path(post, path = "/api/v1/analytics/retention/ticket", operation_id = "create_retention_ticket", tag = "reports",
    params(RetentionQuery), responses((status = 200, body = DownloadTicket)))]
pub(super) async fn retention_ticket(
    operator: Operator<ReportsRead>,
    ValidQuery(query): ValidQuery<RetentionQuery>,
    Locale(locale): Locale,
    State(app): State<App>,
) -> Result<Json<DownloadTicket>, ApiError> {
    give(&app, &operator, &Which::Retention(query), &locale).await
}

async fn give(
    app: &App,
    operator: &Operator<ReportsRead>,
    which: &Which,
    locale: &str,
) -> Result<Json<DownloadTicket>, ApiError> {
    // Asked once before, so that a wrong question is refused here and not behind a link.
    download::table(app, operator.workspace, which, locale).await?;
    let tx = app.db.begin().await?;
    let ticket = Ticket {
        workspace: operator.workspace,
        user: operator.user(),
        purpose: PURPOSE.to_owned(),
        payload: serde_json::json!({ "which": which, "locale": locale }),
    };
    let token = ticket::create(&tx, &ticket, app.now()).await?;
    tx.commit().await?;
    Ok(Json(DownloadTicket {
        url: format!("/download/analysis/{token}"),
    }))
}
