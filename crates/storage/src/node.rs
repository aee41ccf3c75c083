//! Node numbers: two servers on one database must not make the same ids.

use std::time::Duration;

use kernel::time::{MINUTE, Millis};
use ring::rand::{SecureRandom, SystemRandom};

use crate::{Db, StorageError, sql};

/// How long a number is held without being renewed.
const LEASE: i64 = 10 * MINUTE;
/// How often the holder renews it.
pub const RENEW_EVERY: Duration = Duration::from_mins(2);

/// A number held by this process.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    number: u8,
    token: i64,
}

impl Node {
    /// Returns the number.
    pub fn number(&self) -> u8 {
        self.number
    }

    /// Holds the number for longer.
    pub async fn renew(&self, db: &Db, now: Millis) -> Result<(), StorageError> {
        let tx = db.begin().await?;
        let binds = [
            i64::from(self.number).into(),
            self.token.into(),
            now.plus(LEASE).0.into(),
        ];
        let touched = sql::exec(
            &tx,
            "UPDATE server_node SET lease_until = $3 WHERE node = $1 AND token = $2",
            binds,
        )
        .await?;
        tx.commit().await?;
        if touched == 1 {
            Ok(())
        } else {
            Err(StorageError::NodeLost(self.number))
        }
    }
}

/// Takes the lowest number that no live server holds.
pub async fn claim(db: &Db, now: Millis) -> Result<Node, StorageError> {
    let mut random = [0; 8];
    SystemRandom::new()
        .fill(&mut random)
        .map_err(|_| StorageError::Random)?;
    let token = i64::from_be_bytes(random);
    for number in 0..=u8::MAX {
        let tx = db.begin().await?;
        let n_claimed = sql::exec(
            &tx,
            "INSERT INTO server_node (node, token, lease_until) VALUES ($1, $2, $3)
             ON CONFLICT (node) DO UPDATE SET token = excluded.token, lease_until = excluded.lease_until
             WHERE server_node.lease_until < $4",
            [i64::from(number).into(), token.into(), now.plus(LEASE).0.into(), now.0.into()],
        )
        .await?;
        tx.commit().await?;
        if n_claimed == 1 {
            return Ok(Node { number, token });
        }
    }
    Err(StorageError::NoNode)
}
