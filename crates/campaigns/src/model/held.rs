//! Why a campaign holds itself.

use serde::{Deserialize, Serialize};

/// Why a campaign holds itself; a person lets it go on or calls it off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Held {
    /// Too many of those who were written to have removed the app or turned its pushes off.
    DevicesLost {
        /// How many were written to.
        sent: i64,
        /// How many of them were lost.
        lost: i64,
        /// How many of a hundred the sender bears.
        percent: u32,
    },
}
