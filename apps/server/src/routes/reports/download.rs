//! `GET /api/v1/campaigns/{id}/report.csv`, and the same by ticket.

use access::ticket;
use analytics::{Table, csv as write_csv, link, report, series};
use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use kernel::{
    id::{CampaignId, WorkspaceId, kind},
    invalid::Invalid,
};
use serde::Deserialize;

use super::ticket::PURPOSE;
use crate::{
    http::{
        auth::{Operator, needs::ReportsRead},
        extract::{Locale, PathId, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// Which table is wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TableQuery {
    /// `figures` (unless said otherwise), `series`, `links` or `steps`.
    table: Option<String>,
}

/// A table of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Figures,
    Series,
    Links,
    Steps,
}

impl Which {
    const ALL: [Self; 4] = [Self::Figures, Self::Series, Self::Links, Self::Steps];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Figures => "figures",
            Self::Series => "series",
            Self::Links => "links",
            Self::Steps => "steps",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|which| which.as_str() == word)
    }
}

impl TableQuery {
    pub(super) fn table(&self) -> Result<Which, Invalid> {
        let word = self.table.as_deref().unwrap_or("figures");
        Which::parse(word).ok_or_else(|| {
            Invalid::one(
                "/table",
                "unknown",
                "use figures, series, links or steps",
                "figures、series、links、steps のどれかを指定してください",
            )
        })
    }
}

/// Writes a table of the report as CSV.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/report.csv", operation_id = "download_campaign_report", tag = "reports",
    params(("id" = String, Path, description = "cmp_…"), TableQuery),
    responses((status = 200, body = String, content_type = "text/csv")))]
pub(super) async fn csv(
    operator: Operator<ReportsRead>,
    PathId(id): PathId<kind::Campaign>,
    ValidQuery(query): ValidQuery<TableQuery>,
    Locale(locale): Locale,
    State(app): State<App>,
) -> Result<Response, ApiError> {
    answer(&app, operator.workspace, id, query.table()?, &locale).await
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
    let word = |name: &str| {
        let value = ticket.payload.get(name).and_then(|value| value.as_str());
        value.unwrap_or_default().to_owned()
    };
    let id: CampaignId = word("campaign")
        .parse()
        .map_err(|_| ApiError::not_found())?;
    let table = Which::parse(&word("table")).ok_or_else(ApiError::not_found)?;
    answer(&app, ticket.workspace, id, table, &word("locale")).await
}

async fn answer(
    app: &App,
    workspace: WorkspaceId,
    id: CampaignId,
    which: Which,
    locale: &str,
) -> Result<Response, ApiError> {
    let db = app.db.reader();
    let is_english = locale.starts_with("en");
    let table: Table = match which {
        Which::Figures => report::find(db, workspace, id).await?.table(is_english),
        Which::Steps => report::find(db, workspace, id)
            .await?
            .step_table(is_english),
        Which::Links => link::table(&link::list(db, workspace, id).await?, is_english),
        Which::Series => {
            let zone = report::zone_of(db, workspace, id).await?;
            let series = series::find(db, workspace, id, None).await?;
            series.table(&zone, is_english)
        }
    };
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{id}-{}.csv\"", which.as_str()),
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, write_csv(&table)).into_response())
}
