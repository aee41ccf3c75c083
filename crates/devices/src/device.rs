//! A device as it is kept.

use std::fmt;

use kernel::{
    id::{DeviceId, ProfileId, SenderId},
    time::Millis,
};
use ring::digest;
use sea_orm::FromQueryResult;

/// By whom a device is reached. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(i16)]
pub enum Kind {
    /// A browser, by the push service that it chose.
    Browser = 1,
    /// An app, by Apple.
    Apns = 2,
    /// An app that is being developed, by Apple's sandbox.
    ApnsSandbox = 3,
    /// An app, by Firebase.
    Fcm = 4,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Browser, Self::Apns, Self::ApnsSandbox, Self::Fcm];

    /// Returns the stored number.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// Reads a stored number; what is none is a browser.
    pub fn from_code(code: i16) -> Self {
        let known = Self::ALL.into_iter().find(|kind| kind.code() == code);
        known.unwrap_or(Self::Browser)
    }

    /// Returns the stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Apns => "apns",
            Self::ApnsSandbox => "apns_sandbox",
            Self::Fcm => "fcm",
        }
    }

    /// Reads a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Why a device takes no pushes any more. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i16)]
pub enum Why {
    /// Its service knows it no more.
    Service = 1,
    /// Its owner turned pushes off.
    Owner = 2,
    /// She has registered more than anybody has.
    TooMany = 3,
    /// The company removed it.
    Company = 4,
}

impl Why {
    pub(crate) const fn code(self) -> i16 {
        self as i16
    }

    const fn from_code(code: i16) -> Self {
        match code {
            2 => Self::Owner,
            3 => Self::TooMany,
            4 => Self::Company,
            _ => Self::Service,
        }
    }

    /// Returns the stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Owner => "owner",
            Self::TooMany => "too_many",
            Self::Company => "company",
        }
    }
}

/// A device. What names it lets others send, so `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// For whose pushes it was registered.
    pub sender: SenderId,
    /// By whom it is reached.
    pub kind: Kind,
    /// What names it to its service; empty when it is gone.
    pub token: String,
    /// As people call it.
    pub name: String,
    /// Whose it is.
    pub owner: ProfileId,
    /// When it was last registered.
    pub registered_at: Millis,
    /// When it was last heard of.
    pub last_seen_at: Millis,
    /// When it went, and why.
    pub gone: Option<(Millis, Why)>,
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("gone", &self.gone)
            .finish_non_exhaustive()
    }
}

/// Returns what tells one device from another without naming it.
pub fn fingerprint(kind: Kind, address: &str) -> String {
    let text = format!("{} {address}", kind.as_str());
    hex::encode(digest::digest(&digest::SHA256, text.as_bytes()))
}

#[derive(FromQueryResult)]
pub(crate) struct Row {
    pub(crate) id: i64,
    sender_id: i64,
    kind: i16,
    pub(crate) token: String,
    name: String,
    pub(crate) profile_id: i64,
    registered_at: i64,
    last_seen_at: i64,
    gone_at: Option<i64>,
    gone_why: Option<i16>,
}

impl From<Row> for Device {
    fn from(row: Row) -> Self {
        Self {
            id: DeviceId::from_raw(row.id),
            sender: SenderId::from_raw(row.sender_id),
            kind: Kind::from_code(row.kind),
            token: row.token,
            name: row.name,
            owner: ProfileId::from_raw(row.profile_id),
            registered_at: Millis(row.registered_at),
            last_seen_at: Millis(row.last_seen_at),
            gone: row
                .gone_at
                .map(|at| (Millis(at), Why::from_code(row.gone_why.unwrap_or(1)))),
        }
    }
}

pub(crate) const COLUMNS: &str = "d.id, d.sender_id, d.kind, d.token, d.name, d.profile_id, d.registered_at, \
                                  d.last_seen_at, d.gone_at, d.gone_why";
