//! Reports and the first page.

use api_types::{
    imports::DownloadTicket,
    reports::{HomeView, LinkReport, MetricView, PersonView, ReportView, SeriesView},
};
use web_sys::AbortSignal;

use super::{
    ApiError, Page,
    client::{self, encoded},
};

/// Reads what every metric means.
pub async fn metrics(signal: &AbortSignal) -> Result<Vec<MetricView>, ApiError> {
    client::get("/metrics", Some(signal)).await
}

/// Reads the first page.
pub async fn home(signal: &AbortSignal) -> Result<HomeView, ApiError> {
    client::get("/home", Some(signal)).await
}

/// Reads what a campaign did.
pub async fn report(id: &str, signal: &AbortSignal) -> Result<ReportView, ApiError> {
    client::get(&path(id, ""), Some(signal)).await
}

/// Reads a campaign's numbers over time.
pub async fn series(id: &str, signal: &AbortSignal) -> Result<SeriesView, ApiError> {
    client::get(&path(id, "/series"), Some(signal)).await
}

/// Reads the clicks of each link.
pub async fn links(id: &str, signal: &AbortSignal) -> Result<Vec<LinkReport>, ApiError> {
    client::get(&path(id, "/links"), Some(signal)).await
}

/// Lists the people behind a number.
pub async fn people(
    id: &str,
    metric: &str,
    after: &str,
    signal: &AbortSignal,
) -> Result<Page<PersonView>, ApiError> {
    let query = client::query(&[
        ("metric", Some(metric.to_owned())),
        ("after", Some(after.to_owned())),
        ("limit", Some("50".to_owned())),
    ]);
    client::get(&path(id, &format!("/people{query}")), Some(signal)).await
}

/// Asks for the address of the report as CSV, good once.
pub async fn ticket(id: &str) -> Result<DownloadTicket, ApiError> {
    client::post(&path(id, "/ticket"), &()).await
}

fn path(id: &str, rest: &str) -> String {
    format!("/campaigns/{}/report{rest}", encoded(id))
}
