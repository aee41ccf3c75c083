//! Customers.

use api_types::{
    computed::CustomerComputed,
    customers::{
        CreateCustomer, CustomerCount, CustomerSummary, CustomerView, OrderView, PatchCustomer,
        TimelineView,
    },
    devices::DeviceView,
    line::LineStanding,
    memberships::MembershipView,
};
use web_sys::AbortSignal;

use super::{
    ApiError, Page,
    client::{self, encoded},
};

/// Which customers are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Part of a name, address or number.
    pub search: String,
    /// `anonymous`, `known` or neither.
    pub who: String,
    /// The cursor of the page.
    pub after: String,
}

impl Wanted {
    fn is_anonymous(&self) -> Option<String> {
        match self.who.as_str() {
            "anonymous" => Some("true".to_owned()),
            "known" => Some("false".to_owned()),
            _ => None,
        }
    }
}

/// Counts customers, up to where a headline says "more than".
pub async fn count(wanted: &Wanted, signal: &AbortSignal) -> Result<CustomerCount, ApiError> {
    let query = client::query(&[
        ("search", Some(wanted.search.clone())),
        ("is_anonymous", wanted.is_anonymous()),
    ]);
    client::get(&format!("/customers/count{query}"), Some(signal)).await
}

/// Lists customers, the newest first.
pub async fn list(
    wanted: &Wanted,
    limit: usize,
    signal: &AbortSignal,
) -> Result<Page<CustomerSummary>, ApiError> {
    let query = client::query(&[
        ("search", Some(wanted.search.clone())),
        ("is_anonymous", wanted.is_anonymous()),
        ("after", Some(wanted.after.clone())),
        ("limit", Some(limit.to_string())),
    ]);
    client::get(&format!("/customers{query}"), Some(signal)).await
}

/// Returns one customer.
pub async fn get(id: &str, signal: &AbortSignal) -> Result<CustomerView, ApiError> {
    client::get(&format!("/customers/{}", encoded(id)), Some(signal)).await
}

/// Lists what happened with a customer, the newest first.
pub async fn timeline(
    id: &str,
    after: Option<String>,
    signal: Option<&AbortSignal>,
) -> Result<Page<TimelineView>, ApiError> {
    let query = client::query(&[("after", after), ("limit", Some("50".to_owned()))]);
    client::get(
        &format!("/customers/{}/timeline{query}", encoded(id)),
        signal,
    )
    .await
}

/// Lists the segments that a customer is in, then those that she has left.
pub async fn segments(
    id: &str,
    after: Option<String>,
    signal: Option<&AbortSignal>,
) -> Result<Page<MembershipView>, ApiError> {
    let query = client::query(&[("after", after), ("limit", Some("20".to_owned()))]);
    client::get(
        &format!("/customers/{}/segments{query}", encoded(id)),
        signal,
    )
    .await
}

/// Lists a customer's orders, the newest first.
pub async fn orders(
    id: &str,
    after: Option<String>,
    signal: Option<&AbortSignal>,
) -> Result<Page<OrderView>, ApiError> {
    let query = client::query(&[("after", after), ("limit", Some("20".to_owned()))]);
    client::get(&format!("/customers/{}/orders{query}", encoded(id)), signal).await
}

/// Makes a customer.
pub async fn create(customer: &CreateCustomer) -> Result<CustomerView, ApiError> {
    client::post("/customers", customer).await
}

/// Changes a customer, if nobody else has meanwhile.
pub async fn patch(id: &str, change: &PatchCustomer) -> Result<CustomerView, ApiError> {
    client::patch(&format!("/customers/{}", encoded(id)), change).await
}

/// Tells why a customer stands where she stands.
pub async fn computed(id: &str, signal: &AbortSignal) -> Result<CustomerComputed, ApiError> {
    client::get(
        &format!("/customers/{}/computed", encoded(id)),
        Some(signal),
    )
    .await
}

/// Tells how a customer stands to the LINE accounts.
pub async fn line(id: &str, signal: &AbortSignal) -> Result<Vec<LineStanding>, ApiError> {
    client::get(&format!("/customers/{}/line", encoded(id)), Some(signal)).await
}

/// Parts a customer from her LINE account.
pub async fn unlink_line(id: &str, account: &str) -> Result<(), ApiError> {
    client::delete(&format!(
        "/customers/{}/line/{}",
        encoded(id),
        encoded(account)
    ))
    .await
}

/// Lists a customer's devices that take pushes, and those that do no more.
pub async fn devices(id: &str, signal: &AbortSignal) -> Result<Vec<DeviceView>, ApiError> {
    client::get(&format!("/customers/{}/devices", encoded(id)), Some(signal)).await
}

/// Takes a device off a customer.
pub async fn remove_device(id: &str, device: &str) -> Result<(), ApiError> {
    client::delete(&format!(
        "/customers/{}/devices/{}",
        encoded(id),
        encoded(device)
    ))
    .await
}
