//! The exact tables as CSV: `GET /api/v1/analytics/{rfm,deciles}.csv`, and the same by ticket.

use access::ticket;
use analytics::{
    Table,
    buyers::{Question, decile, rfm},
    csv,
};
use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use kernel::id::WorkspaceId;

use super::{deciles::GROUPS, query::BuyersQuery, rfm::SCORES, ticket::PURPOSE};
use crate::{
    http::{
        auth::{Operator, needs::ReportsRead},
        extract::{Locale, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// Which analysis is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Rfm,
    Deciles,
}

impl Which {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Rfm => "rfm",
            Self::Deciles => "deciles",
        }
    }

    fn question(self, query: &BuyersQuery) -> Result<Question, ApiError> {
        let groups = match self {
            Self::Rfm => SCORES,
            Self::Deciles => GROUPS,
        };
        Ok(query.question(groups)?)
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
    answer(&app, operator.workspace, Which::Rfm, &query, &locale).await
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
    answer(&app, operator.workspace, Which::Deciles, &query, &locale).await
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
    let member = |name: &str| ticket.payload.get(name).cloned().unwrap_or_default();
    let which = match member("analysis").as_str() {
        Some("rfm") => Which::Rfm,
        Some("deciles") => Which::Deciles,
        _ => return Err(ApiError::not_found()),
    };
    let query = serde_json::from_value(member("query")).map_err(|_| ApiError::not_found())?;
    let locale = member("locale");
    let locale = locale.as_str().unwrap_or_default();
    answer(&app, ticket.workspace, which, &query, locale).await
}

/// Counts; what cannot be asked is refused.
pub(super) async fn table(
    app: &App,
    workspace: WorkspaceId,
    which: Which,
    query: &BuyersQuery,
    locale: &str,
) -> Result<Table, ApiError> {
    let question = which.question(query)?;
    let (db, now) = (app.db.reader(), app.now());
    let is_english = locale.starts_with("en");
    Ok(match which {
        Which::Rfm => {
            let found = rfm::find(db, workspace, question, now).await?;
            found.table(is_english)
        }
        Which::Deciles => {
            let found = decile::find(db, workspace, question, now).await?;
            found.table(is_english)
        }
    })
}

async fn answer(
    app: &App,
    workspace: WorkspaceId,
    which: Which,
    query: &BuyersQuery,
    locale: &str,
) -> Result<Response, ApiError> {
    let table = table(app, workspace, which, query, locale).await?;
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
