//! Customers as users of the admin see them: the list, one person's page, and changes by hand.

mod edit;
mod glance;
mod list;
mod mask;
mod order;
mod page;
mod several;

use kernel::{id::ProfileId, invalid::Invalid, page::BadCursor};
use sea_orm::DbErr;

pub use edit::{Edit, NewCustomer, create, edit};
pub use glance::{Glance, Reach, glance};
pub use list::{CustomerFilter, CustomerSummary, count, list};
pub use mask::{masked_email, masked_line, masked_phone};
pub use order::{Order, OrderLine, orders};
pub use page::{ConsentState, Customer, Identity, Suppression, Totals, find, living};
pub use several::several;

/// Why a customer cannot be shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum CustomerError {
    /// There is no such customer in the workspace.
    #[error("no such customer")]
    NotFound,
    /// A customer with this external id or address exists already.
    #[error("a customer with this id or address exists already")]
    Exists(ProfileId),
    /// Somebody changed the customer meanwhile; the present version is given.
    #[error("the customer was changed meanwhile")]
    Conflict(i64),
    /// Fields are wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The position of a page is not one of ours.
    #[error(transparent)]
    Cursor(#[from] BadCursor),
    /// A statement failed.
    #[error("the database refused")]
    Db(#[from] DbErr),
}
