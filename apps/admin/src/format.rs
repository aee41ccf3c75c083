//! Numbers, money and dates as each language writes them. Pure but for the language of the moment.

pub mod fold;
pub mod number;
pub mod time;
pub mod zone;

pub use fold::folded;
pub use number::{Figure, integer, money, money_short, percent, points, rate_figure, short};
pub use time::{clock, date, date_long, date_time, day_key, elapsed, millis, remaining};
pub use zone::set_zone;
