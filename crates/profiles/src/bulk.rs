//! Loading many customers, order lines or events in one transaction with few statements.
//!
//! The CSV import and the sample company use it. Everything written is marked as imported: it fires no
//! trigger. A loader keeps the dictionary of products and categories it has seen; after a failed
//! transaction it must be dropped, because that dictionary may name rows that were rolled back.
//! Before the transaction of order lines or events is begun, [`BulkLoader::make_room`] is told their times.

mod customers;
mod events;
mod lines;
mod orders;
mod people;
mod terms;

use std::sync::Arc;

use chrono::NaiveDate;
use kernel::{id::WorkspaceId, money::Currency, time::Millis};
use sea_orm::{DbErr, prelude::async_trait::async_trait};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use storage::{Db, StorageError};

use crate::{
    context::Ctx,
    import::{ProductRow, Refusal},
    partition::Partitions,
    source::Source,
};

pub use people::CustomerKey;
pub use terms::{Terms, clean_category};

/// Bit of `event.flags`: the event was imported and fires no trigger.
pub const IMPORTED: i32 = 2;
/// Bit of `event.flags`: the event was derived from others, not observed.
pub const DERIVED: i32 = 4;
/// Bit of `event.flags`: the amount is in another currency than the workspace's and left out of sums.
pub const FOREIGN: i32 = 8;

/// A customer as a file names one; what is `None` stays as it is.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct CustomerRow {
    /// Id in the shop's own system, normalised.
    pub external_id: Option<String>,
    /// Email address, normalised.
    pub email: Option<String>,
    /// Telephone number, normalised.
    pub phone: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Given name.
    pub given_name: Option<String>,
    /// Whole name; made of the two when absent.
    pub full_name: Option<String>,
    /// Language tag.
    pub locale: Option<String>,
    /// IANA zone.
    pub time_zone: Option<String>,
    /// Attributes to set; null takes one away.
    pub attributes: Map<String, Json>,
    /// Consents that the row brings.
    pub consents: Vec<RowConsent>,
    /// When the customer was first seen, if it is known.
    pub first_seen_at: Option<Millis>,
}

/// A consent that a row brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowConsent {
    /// Channel.
    pub channel: String,
    /// Purpose.
    pub purpose: String,
    /// Yes or no.
    pub granted: bool,
    /// Which wording was agreed to.
    pub text_version: Option<String>,
    /// What proves it.
    pub proof: Option<String>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OrderLineRow {
    /// Order number.
    pub order_no: String,
    /// Number of the line within the order; worked out of the contents when absent.
    pub line_no: Option<String>,
    /// Who ordered.
    pub customer: CustomerKey,
    /// When.
    pub occurred_at: Millis,
    /// Product code.
    pub sku: Option<String>,
    /// Product name, for the catalogue.
    pub product_name: Option<String>,
    /// Category path, `A > B > C`.
    pub category: Option<String>,
    /// How many.
    pub quantity: i64,
    /// Amount of the line in minor units; negative for what was given back.
    pub amount: i64,
    /// Currency of the amount.
    pub currency: Currency,
}

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRow {
    /// Who; unknown customers are created.
    pub customer: CustomerKey,
    /// Number of the event's name; see [`crate::names`].
    pub name_id: i32,
    /// When.
    pub occurred_at: Millis,
    /// Product code.
    pub sku: Option<String>,
    /// Category path.
    pub category: Option<String>,
    /// Amount in minor units of the workspace's currency.
    pub amount: Option<i64>,
    /// How many.
    pub quantity: Option<i64>,
    /// Further bits of `event.flags`, such as [`DERIVED`].
    pub flags: i32,
    /// Everything else.
    pub properties: Option<Json>,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowOutcome {
    /// It changed something.
    Taken,
    /// It was there already.
    Repeated,
    /// It was taken but for something that could not be.
    Partly(Refusal),
    /// It cannot be taken.
    Refused(Refusal),
}

/// A product met for the first time in an order line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetProduct {
    /// Its term.
    pub term: i64,
    /// Product code.
    pub sku: String,
    /// Its name, when the line gave one.
    pub name: Option<String>,
    /// Its category path, when the line gave one.
    pub category: Option<String>,
    /// What one cost on that line, rounded down.
    pub price: Option<i64>,
    /// The line's currency.
    pub currency: Currency,
}

/// Where products go, out of files and out of the lines of orders; the catalogue implements it.
#[async_trait]
pub trait Catalogue: Send + Sync {
    /// Adds products that the catalogue does not have yet and leaves the others as they are.
    async fn meet(&self, ctx: Ctx<'_>, products: &[MetProduct]) -> Result<(), DbErr>;

    /// Creates or updates products and tells what became of each row, in order.
    async fn load(&self, ctx: Ctx<'_>, rows: &[ProductRow]) -> Result<Vec<RowOutcome>, DbErr>;
}

/// Loads rows of one workspace.
pub struct BulkLoader {
    workspace: WorkspaceId,
    currency: Currency,
    source: Source,
    /// Rows with an id from here on were written by this import.
    since: i64,
    terms: Terms,
    partitions: Partitions,
    catalogue: Option<Arc<dyn Catalogue>>,
}

impl BulkLoader {
    /// Makes a loader; `currency` is the one that the workspace reports in.
    ///
    /// `since` is an id taken before the first row is loaded: it tells lines of this load from older ones.
    pub fn new(workspace: WorkspaceId, currency: Currency, since: i64) -> Self {
        Self {
            workspace,
            currency,
            source: Source::Import,
            since,
            terms: Terms::default(),
            partitions: Partitions::default(),
            catalogue: None,
        }
    }

    /// Makes products of order lines known to the catalogue.
    #[must_use]
    pub fn with_catalogue(mut self, catalogue: Arc<dyn Catalogue>) -> Self {
        self.catalogue = Some(catalogue);
        self
    }

    /// Makes room in the event table for rows of some instants, which later calls of this loader will write.
    ///
    /// A transaction that has touched events cannot do it, so it comes before `begin`.
    pub async fn make_room(
        &self,
        db: &Db,
        now: Millis,
        instants: &[Millis],
    ) -> Result<(), StorageError> {
        self.partitions.ensure(db, now, instants).await
    }

    /// Creates or updates customers and tells what became of each row, in order.
    pub async fn customers(
        &mut self,
        ctx: Ctx<'_>,
        rows: &[CustomerRow],
    ) -> Result<Vec<RowOutcome>, DbErr> {
        debug_assert_eq!(ctx.workspace, self.workspace);
        ctx.lock().await?;
        customers::load(ctx, self.source, rows).await
    }

    /// Adds order lines with their orders and events; a line that is there already changes nothing.
    pub async fn order_lines(
        &mut self,
        ctx: Ctx<'_>,
        rows: &[OrderLineRow],
    ) -> Result<Vec<RowOutcome>, DbErr> {
        debug_assert_eq!(ctx.workspace, self.workspace);
        ctx.lock().await?;
        orders::load(self, ctx, rows).await
    }

    /// Adds events; every row is taken.
    pub async fn events(&mut self, ctx: Ctx<'_>, rows: &[EventRow]) -> Result<(), DbErr> {
        debug_assert_eq!(ctx.workspace, self.workspace);
        ctx.lock().await?;
        events::load(self, ctx, rows).await
    }
}

/// Returns a day as attributes hold it.
pub fn day_text(day: NaiveDate) -> String {
    day.format("%Y-%m-%d").to_string()
}
