//! Standing among buyers: who is a buyer, what is compared, and where the groups begin.
//!
//! An order counts unless it was called off; a refund takes off money at its own time. Values are held as
//! *merit*: the greater, the better. Of recency that is the days since the last order, negated.

mod cut;
mod days;
pub(crate) mod tally;

pub(crate) use cut::{Limits, Merit};
pub(crate) use days::DayCount;
pub use tally::{Placed, Tally, tally};

pub use crate::sql::placed_sql;
