//! Analyses of buyers.

use api_types::{
    analytics::{DecilesView, GiveRfmName, RetentionView, RfmName, RfmView, ValueBandsView},
    computed::LifecycleView,
    imports::DownloadTicket,
};
use web_sys::AbortSignal;

use super::{
    ApiError,
    client::{self, encoded},
};

/// Counts buyers by recency, frequency and money; `query` is the address's own.
pub async fn rfm(query: &str, signal: &AbortSignal) -> Result<RfmView, ApiError> {
    client::get(&format!("/analytics/rfm{query}"), Some(signal)).await
}

/// Calls a group of the RFM analysis something else.
pub async fn rename(key: &str, name: String) -> Result<RfmName, ApiError> {
    let path = format!("/analytics/rfm/names/{}", encoded(key));
    client::put(&path, &GiveRfmName { name }).await
}

/// Gives a group of the RFM analysis its given name back.
pub async fn reset_name(key: &str) -> Result<(), ApiError> {
    client::delete(&format!("/analytics/rfm/names/{}", encoded(key))).await
}

/// Counts buyers by money in groups.
pub async fn deciles(query: &str, signal: &AbortSignal) -> Result<DecilesView, ApiError> {
    client::get(&format!("/analytics/deciles{query}"), Some(signal)).await
}

/// Counts buyers by the money they have brought, between fixed amounts.
pub async fn bands(query: &str, signal: &AbortSignal) -> Result<ValueBandsView, ApiError> {
    client::get(&format!("/analytics/bands{query}"), Some(signal)).await
}

/// Asks for the address of an analysis (`rfm`, `deciles`, `bands`, `retention`) as CSV, good once.
pub async fn ticket(analysis: &str, query: &str) -> Result<DownloadTicket, ApiError> {
    client::post(&format!("/analytics/{analysis}/ticket{query}"), &()).await
}

/// Counts customers by lifecycle stage.
pub async fn lifecycle(query: &str, signal: &AbortSignal) -> Result<LifecycleView, ApiError> {
    client::get(&format!("/analytics/lifecycle{query}"), Some(signal)).await
}

/// Counts who comes back and who is lost after the first order.
pub async fn retention(query: &str, signal: &AbortSignal) -> Result<RetentionView, ApiError> {
    client::get(&format!("/analytics/retention{query}"), Some(signal)).await
}
