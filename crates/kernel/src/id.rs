//! Identifiers: one 64-bit number inside, one prefixed UUIDv7 outside.
//!
//! A row id carries the millisecond, the node and a counter, so it sorts by creation and needs no
//! round trip to the database. The public id is the same number in the clothes of a UUIDv7 plus a
//! 52-bit check, so no look-up table is needed and a mistyped id is refused before any query.
//! See `docs/adr/0002-ids-and-time.md`.

use std::{
    fmt,
    marker::PhantomData,
    str::FromStr,
    sync::atomic::{AtomicI64, Ordering},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use uuid::Uuid;

use crate::time::Clock;

/// 2020-01-01T00:00:00Z; 41 bits of milliseconds last until 2089.
const EPOCH_MS: i64 = 1_577_836_800_000;
const TAIL_BITS: u32 = 22;
const NODE_BITS: u32 = 8;
const COUNTER_BITS: u32 = TAIL_BITS - NODE_BITS;
const CHECK_MASK: u64 = (1 << 52) - 1;

/// What an id names; gives the prefix that the API shows.
pub trait Kind {
    /// The prefix of the public id, without the underscore.
    const PREFIX: &'static str;
}

/// A typed 64-bit id; shown as `<prefix>_<uuid>`.
pub struct Id<K>(i64, PhantomData<fn() -> K>);

/// Why a text is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id of the form {expected}_…")]
pub struct ParseIdError {
    /// The prefix that was expected.
    pub expected: &'static str,
}

impl<K> Id<K> {
    /// Wraps the number that the database holds.
    pub const fn from_raw(raw: i64) -> Self {
        Self(raw, PhantomData)
    }

    /// Returns the number that the database holds.
    pub const fn raw(self) -> i64 {
        self.0
    }
}

impl<K: Kind> Id<K> {
    /// Returns the UUIDv7 of this id.
    pub fn uuid(self) -> Uuid {
        let raw = self.0.cast_unsigned();
        let millis = (raw >> TAIL_BITS) + EPOCH_MS.cast_unsigned();
        let tail = raw & ((1 << TAIL_BITS) - 1);
        let high = (millis << 16) | (0x7 << 12) | (tail >> 10);
        let low = (0b10 << 62) | ((tail & 0x3ff) << 52) | Self::check(raw);
        Uuid::from_u64_pair(high, low)
    }

    /// Reads the id out of a UUID made by [`Id::uuid`]; `None` for any other UUID.
    pub fn from_uuid(uuid: Uuid) -> Option<Self> {
        let (high, low) = uuid.as_u64_pair();
        let millis = (high >> 16).checked_sub(EPOCH_MS.cast_unsigned())?;
        let tail = ((high & 0xfff) << 10) | ((low >> 52) & 0x3ff);
        let raw = (millis << TAIL_BITS) | tail;
        let id = Self::from_raw(i64::try_from(raw).ok()?);
        (id.uuid() == uuid).then_some(id)
    }

    /// Spreads the id and its prefix over 52 bits (`SplitMix64` finaliser); a checksum, not a secret.
    fn check(raw: u64) -> u64 {
        let seed = K::PREFIX
            .bytes()
            .fold(0u64, |hash, byte| (hash << 8) ^ u64::from(byte));
        let mut mixed = raw.wrapping_add(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) & CHECK_MASK
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> std::hash::Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", K::PREFIX, self.uuid().as_simple())
    }
}
impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl<K: Kind> FromStr for Id<K> {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.strip_prefix(K::PREFIX)
            .and_then(|rest| rest.strip_prefix('_'))
            .and_then(|uuid| Uuid::try_parse(uuid).ok())
            .and_then(Self::from_uuid)
            .ok_or(ParseIdError {
                expected: K::PREFIX,
            })
    }
}
impl<K: Kind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// Where new row ids come from; handed in so that tests are repeatable.
pub trait IdSource: Send + Sync {
    /// Returns an id that was never returned before and is greater than the last one.
    fn next_raw(&self) -> i64;

    /// Returns the first of `n` consecutive ids.
    fn next_block(&self, n: usize) -> i64;
}

/// Returns a fresh typed id.
pub fn fresh<K>(ids: &dyn IdSource) -> Id<K> {
    Id::from_raw(ids.next_raw())
}

/// Row ids of the form millisecond · node · counter.
///
/// A burst beyond 16,384 ids in a millisecond borrows from the next milliseconds instead of waiting.
pub struct Snowflake<C> {
    clock: C,
    node: u8,
    last: AtomicI64,
}

impl<C: Clock> Snowflake<C> {
    /// Makes a source for one server node; two live nodes must not share a number.
    pub const fn new(clock: C, node: u8) -> Self {
        Self {
            clock,
            node,
            last: AtomicI64::new(0),
        }
    }

    /// Drops the node bits, so that consecutive ticks are consecutive numbers.
    fn tick_now(&self) -> i64 {
        (self.clock.now().0 - EPOCH_MS).max(1) << COUNTER_BITS
    }

    fn id_of(&self, tick: i64) -> i64 {
        let counter = tick & ((1 << COUNTER_BITS) - 1);
        ((tick >> COUNTER_BITS) << TAIL_BITS) | (i64::from(self.node) << COUNTER_BITS) | counter
    }
}

impl<C: Clock> IdSource for Snowflake<C> {
    fn next_raw(&self) -> i64 {
        self.next_block(1)
    }

    fn next_block(&self, n: usize) -> i64 {
        let span = i64::try_from(n.max(1)).unwrap_or(1).min(1 << COUNTER_BITS);
        let mask = (1 << COUNTER_BITS) - 1;
        let now = self.tick_now();
        let mut first = 0;
        // The closure never returns None, so the update always succeeds.
        let _ = self
            .last
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |last| {
                first = now.max(last + 1);
                // A block must not straddle a millisecond: its ids would not be consecutive numbers.
                if (first & mask) + span > mask + 1 {
                    first = (first | mask) + 1;
                }
                Some(first + span - 1)
            });
        self.id_of(first)
    }
}

/// The largest block that [`IdSource::next_block`] hands out at once.
pub const MAX_BLOCK: usize = 1 << COUNTER_BITS;

/// Marker types, one per kind of id.
pub mod kind {
    use super::Kind;

    /// A workspace: one company with its own customers.
    pub enum Workspace {}
    /// A person who signs in.
    pub enum User {}
    /// A customer.
    pub enum Profile {}
    /// Something that happened to or by a customer.
    pub enum Event {}
    /// A customer's order.
    pub enum Order {}
    /// A saved segment.
    pub enum Segment {}
    /// An uploaded list of people.
    pub enum List {}
    /// A saved email document.
    pub enum Content {}
    /// A campaign.
    pub enum Campaign {}
    /// One row of the delivery ledger.
    pub enum Delivery {}
    /// A product of the catalogue.
    pub enum Product {}
    /// A CSV import.
    pub enum Import {}
    /// A durable job.
    pub enum Job {}
    /// A sign-in session (family of refresh tokens).
    pub enum Session {}
    /// An API key.
    pub enum ApiKey {}
    /// A write key of the tracking API.
    pub enum WriteKey {}
    /// A tracked link.
    pub enum Link {}
    /// A message held by the sandbox inbox.
    pub enum Captured {}
    /// An entry of the audit or access log.
    pub enum Audit {}
    /// A sender identity (from address with its transport).
    pub enum Sender {}
    /// A row kept aside because it could not be taken.
    pub enum Quarantined {}
    /// A program that is told of what happens.
    pub enum Webhook {}
    /// Something that programs are told of; its public form is the id that receivers know repeats by.
    pub enum WebhookMessage {}
    /// Telling one program of one thing.
    pub enum WebhookDelivery {}
    /// A browser or an app that takes pushes.
    pub enum Device {}
    /// A rich menu of a LINE account.
    pub enum Menu {}
    /// A rich menu as it was published.
    pub enum MenuPublication {}
    /// What a LINE account answers to words that it knows.
    pub enum ReplyRule {}

    impl Kind for Workspace {
        const PREFIX: &'static str = "wsp";
    }
    impl Kind for User {
        const PREFIX: &'static str = "usr";
    }
    impl Kind for Profile {
        const PREFIX: &'static str = "prf";
    }
    impl Kind for Event {
        const PREFIX: &'static str = "evt";
    }
    impl Kind for Order {
        const PREFIX: &'static str = "ord";
    }
    impl Kind for Segment {
        const PREFIX: &'static str = "seg";
    }
    impl Kind for List {
        const PREFIX: &'static str = "lst";
    }
    impl Kind for Content {
        const PREFIX: &'static str = "cnt";
    }
    impl Kind for Campaign {
        const PREFIX: &'static str = "cmp";
    }
    impl Kind for Delivery {
        const PREFIX: &'static str = "dlv";
    }
    impl Kind for Product {
        const PREFIX: &'static str = "prd";
    }
    impl Kind for Import {
        const PREFIX: &'static str = "imp";
    }
    impl Kind for Job {
        const PREFIX: &'static str = "job";
    }
    impl Kind for Session {
        const PREFIX: &'static str = "ses";
    }
    impl Kind for ApiKey {
        const PREFIX: &'static str = "key";
    }
    impl Kind for WriteKey {
        const PREFIX: &'static str = "wrk";
    }
    impl Kind for Link {
        const PREFIX: &'static str = "lnk";
    }
    impl Kind for Captured {
        const PREFIX: &'static str = "msg";
    }
    impl Kind for Audit {
        const PREFIX: &'static str = "aud";
    }
    impl Kind for Sender {
        const PREFIX: &'static str = "snd";
    }
    impl Kind for Webhook {
        const PREFIX: &'static str = "whk";
    }
    impl Kind for WebhookMessage {
        const PREFIX: &'static str = "whm";
    }
    impl Kind for WebhookDelivery {
        const PREFIX: &'static str = "whd";
    }
    impl Kind for Device {
        const PREFIX: &'static str = "dev";
    }
    impl Kind for Menu {
        const PREFIX: &'static str = "rmn";
    }
    impl Kind for ReplyRule {
        const PREFIX: &'static str = "lrr";
    }
    impl Kind for MenuPublication {
        const PREFIX: &'static str = "rmp";
    }
    impl Kind for Quarantined {
        const PREFIX: &'static str = "qua";
    }
}

/// Id of a workspace.
pub type WorkspaceId = Id<kind::Workspace>;
/// Id of a person who signs in.
pub type UserId = Id<kind::User>;
/// Id of a customer.
pub type ProfileId = Id<kind::Profile>;
/// Id of an event.
pub type EventId = Id<kind::Event>;
/// Id of an order.
pub type OrderId = Id<kind::Order>;
/// Id of a segment.
pub type SegmentId = Id<kind::Segment>;
/// Id of an uploaded list of people.
pub type ListId = Id<kind::List>;
/// Id of a saved email document.
pub type ContentId = Id<kind::Content>;
/// Id of a campaign.
pub type CampaignId = Id<kind::Campaign>;
/// Id of a delivery.
pub type DeliveryId = Id<kind::Delivery>;
/// Id of a product.
pub type ProductId = Id<kind::Product>;
/// Id of an import.
pub type ImportId = Id<kind::Import>;
/// Id of a job.
pub type JobId = Id<kind::Job>;
/// Id of a session.
pub type SessionId = Id<kind::Session>;
/// Id of an API key.
pub type ApiKeyId = Id<kind::ApiKey>;
/// Id of a write key.
pub type WriteKeyId = Id<kind::WriteKey>;
/// Id of a tracked link.
pub type LinkId = Id<kind::Link>;
/// Id of a captured message.
pub type CapturedId = Id<kind::Captured>;
/// Id of an audit entry.
pub type AuditId = Id<kind::Audit>;
/// Id of a sender.
pub type SenderId = Id<kind::Sender>;
/// Id of a quarantined row.
pub type QuarantinedId = Id<kind::Quarantined>;
/// See [`kind::Webhook`].
pub type WebhookId = Id<kind::Webhook>;
/// See [`kind::WebhookMessage`].
pub type WebhookMessageId = Id<kind::WebhookMessage>;
/// See [`kind::WebhookDelivery`].
pub type WebhookDeliveryId = Id<kind::WebhookDelivery>;
/// Id of a browser or an app that takes pushes.
pub type DeviceId = Id<kind::Device>;
/// See [`kind::Menu`].
pub type MenuId = Id<kind::Menu>;
/// See [`kind::ReplyRule`].
pub type ReplyRuleId = Id<kind::ReplyRule>;
/// See [`kind::MenuPublication`].
pub type PublicationId = Id<kind::MenuPublication>;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::time::Millis;

    struct Fixed(i64);
    impl Clock for Fixed {
        fn now(&self) -> Millis {
            Millis(self.0)
        }
    }

    proptest! {
        #[test]
        fn every_row_id_reads_back_from_its_public_form(raw in 0..i64::MAX) {
            let id = ProfileId::from_raw(raw);
            let shown = id.to_string();
            prop_assert_eq!(shown.parse::<ProfileId>(), Ok(id));
            prop_assert_eq!(id.uuid().get_version_num(), 7);
            prop_assert!(shown.replace("prf", "seg").parse::<SegmentId>().is_err());
        }
    }

    #[test]
    fn a_mistyped_digit_is_refused() {
        let shown = ProfileId::from_raw(7_000_000_000_123).to_string();
        let wrong: String = shown
            .char_indices()
            .map(|(i, c)| {
                if i == 20 {
                    if c == 'a' { 'b' } else { 'a' }
                } else {
                    c
                }
            })
            .collect();
        assert!(wrong.parse::<ProfileId>().is_err());
        for text in [
            "",
            "prf_",
            "prf",
            "seg_x",
            "prf_01890a5d-ac96-774b-bcce-b302099a8057",
        ] {
            assert!(text.parse::<ProfileId>().is_err(), "{text}");
        }
    }

    #[test]
    fn ids_grow_even_when_the_clock_stands_still_or_a_block_overflows_the_millisecond() {
        let source = Snowflake::new(Fixed(1_767_225_600_000), 3);
        let mut last = 0;
        for n in [1, 10_000, 10_000, 16_384, 1, 5] {
            let first = source.next_block(n);
            assert!(first > last);
            let end = first + i64::try_from(n).unwrap() - 1;
            assert_eq!(
                first >> TAIL_BITS,
                end >> TAIL_BITS,
                "a block stays in one millisecond"
            );
            last = end;
        }
    }

    #[test]
    fn nodes_never_collide() {
        let a = Snowflake::new(Fixed(1_767_225_600_000), 1);
        let b = Snowflake::new(Fixed(1_767_225_600_000), 2);
        assert_ne!(a.next_raw(), b.next_raw());
    }
}
