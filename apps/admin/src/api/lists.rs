//! Lists of people.

use api_types::{
    imports::DownloadTicket,
    lists::{ListReport, ListView, SaveList},
    segments::SegmentPerson,
};
use web_sys::{AbortSignal, File};

use super::{
    ApiError, Page,
    client::{self, encoded},
    imports, post, put,
};

fn page_of(after: &str) -> String {
    client::query(&[
        ("after", Some(after.to_owned())),
        ("limit", Some("50".to_owned())),
    ])
}

/// Reads a page of the lists, the latest changed first.
pub async fn list(after: &str, signal: &AbortSignal) -> Result<Page<ListView>, ApiError> {
    client::get(&format!("/lists{}", page_of(after)), Some(signal)).await
}

/// Reads the hundred lists that were changed last, for pickers.
pub async fn latest(signal: &AbortSignal) -> Result<Vec<ListView>, ApiError> {
    let page: Page<ListView> = client::get("/lists?limit=100", Some(signal)).await?;
    Ok(page.items)
}

/// Returns one list.
pub async fn find(id: &str, signal: &AbortSignal) -> Result<ListView, ApiError> {
    client::get(&format!("/lists/{}", encoded(id)), Some(signal)).await
}

/// Reads a page of who is on a list.
pub async fn members(
    id: &str,
    after: &str,
    signal: &AbortSignal,
) -> Result<Page<SegmentPerson>, ApiError> {
    let path = format!("/lists/{}/members{}", encoded(id), page_of(after));
    client::get(&path, Some(signal)).await
}

/// Asks for the address of the last upload's unknown lines as CSV, good once.
pub async fn unknown_ticket(id: &str) -> Result<DownloadTicket, ApiError> {
    post(&format!("/lists/{}/unknown/ticket", encoded(id)), &()).await
}

/// Makes an empty list.
pub async fn create(body: &SaveList) -> Result<ListView, ApiError> {
    post("/lists", body).await
}

/// Calls a list something else.
pub async fn save(id: &str, body: &SaveList) -> Result<ListView, ApiError> {
    put(&format!("/lists/{}", encoded(id)), body).await
}

/// Removes a list for good.
pub async fn remove(id: &str) -> Result<(), ApiError> {
    super::delete(&format!("/lists/{}", encoded(id))).await
}

/// Sends a file to a list.
pub async fn upload(
    id: &str,
    mode: &str,
    file: &File,
    on_share: impl Fn(f64) + Clone + 'static,
) -> Result<ListReport, ApiError> {
    let path = format!("/lists/{}/upload?mode={}", encoded(id), encoded(mode));
    imports::send_file(&path, file, on_share).await
}
