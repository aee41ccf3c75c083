//! Who is meant, and who of them may be written to.
//!
//! The review before the launch, the planning and the last check before a message leaves all use
//! [`Person::verdict`], so the numbers that a marketer sees are the numbers that happen.

use std::collections::HashMap;

use chrono_tz::Tz;
use kernel::{
    id::{SegmentId, WorkspaceId},
    time::Millis,
};
use ring::digest;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use segmentation::language::{Document, InSegment, Node};
use storage::{Dialect, sql};

use crate::{model::Target, rowset, way::Way};

mod vip;

pub use vip::Vip;

/// Why a person of the target gets no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Excluded {
    /// Merged into another profile or erased since the audience was worked out.
    Gone,
    /// No email address; not a friend of the LINE account; no device that takes pushes.
    NoAddress,
    /// Marketing was never allowed, or the permission has expired.
    NoConsent,
    /// Marketing was refused.
    Refused,
    /// Has blocked the LINE account.
    Blocked,
    /// The address unsubscribed.
    Unsubscribed,
    /// The mailbox does not exist.
    HardBounce,
    /// The last messages all came back.
    SoftBounce,
    /// The person reported a message as unwanted.
    Complaint,
    /// A user blocked the address.
    Manual,
    /// In a VIP segment, and the campaign is not meant for VIPs.
    Vip,
    /// The same mailbox gets the message already, through another profile.
    SameMailbox,
}

impl Excluded {
    /// Every reason, in the order in which the review shows them.
    pub const ALL: [Self; 12] = [
        Self::Gone,
        Self::NoAddress,
        Self::NoConsent,
        Self::Refused,
        Self::Blocked,
        Self::Unsubscribed,
        Self::HardBounce,
        Self::SoftBounce,
        Self::Complaint,
        Self::Manual,
        Self::Vip,
        Self::SameMailbox,
    ];

    /// Returns the stable word used in the ledger and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::NoAddress => "no_address",
            Self::NoConsent => "no_consent",
            Self::Refused => "refused",
            Self::Blocked => "blocked",
            Self::Unsubscribed => "unsubscribed",
            Self::HardBounce => "hard_bounce",
            Self::SoftBounce => "soft_bounce",
            Self::Complaint => "complaint",
            Self::Manual => "manual",
            Self::Vip => "vip",
            Self::SameMailbox => "same_mailbox",
        }
    }

    /// Reads a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

/// Whether a person gets the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Yes.
    Send,
    /// No, and why.
    Exclude(Excluded),
}

/// What the decision needs to know of a person.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Person {
    /// The person.
    pub id: i64,
    /// 0 while the profile is in use.
    pub state: i16,
    /// The address: of mail, the user id at LINE, or the numbers of the devices that take pushes, with spaces between.
    pub address: Option<String>,
    /// The person's zone.
    pub time_zone: Option<String>,
    /// How the person stands to a LINE account: 0 follows, 1 has blocked, 2 not known; nothing for mail.
    pub friend: Option<i16>,
    /// Whether marketing by this channel was allowed; `None` when nothing was ever said.
    pub granted: Option<bool>,
    /// When the permission ends.
    pub consent_ends: Option<i64>,
    /// Why the address must not be written to, the weightiest reason.
    pub suppressed: Option<String>,
    /// Whether the person is spared what is not meant for VIPs.
    #[sea_orm(skip)]
    pub vip: Vip,
    /// Whether to have become a friend, or to have allowed pushes, is permission enough.
    #[sea_orm(skip)]
    pub is_friend: bool,
}

impl Person {
    /// Decides.
    pub fn verdict(&self, now: Millis) -> Verdict {
        let is_valid = self.consent_ends.is_none_or(|end| end > now.0);
        let why = match (
            self.address.as_deref(),
            self.suppressed.as_deref(),
            self.granted,
        ) {
            _ if self.state != 0 => Excluded::Gone,
            (None, ..) => Excluded::NoAddress,
            _ if self.friend == Some(BLOCKED) => Excluded::Blocked,
            (_, Some("complaint"), _) => Excluded::Complaint,
            (_, Some("hard_bounce"), _) => Excluded::HardBounce,
            (_, Some("manual"), _) => Excluded::Manual,
            (_, Some("soft_bounce"), _) => Excluded::SoftBounce,
            (_, Some(_), _) => Excluded::Unsubscribed,
            (_, None, Some(false)) => Excluded::Refused,
            (_, None, granted) if self.is_friend || (granted == Some(true) && is_valid) => {
                if self.vip != Vip::Spared {
                    return Verdict::Send;
                }
                Excluded::Vip
            }
            (_, None, _) => Excluded::NoConsent,
        };
        Verdict::Exclude(why)
    }

    /// Returns the person's zone, or the workspace's.
    pub fn zone(&self, workspace: Tz) -> Tz {
        let own = self.time_zone.as_deref().and_then(|name| name.parse().ok());
        own.unwrap_or(workspace)
    }

    /// Returns what tells one mailbox from another.
    pub fn mailbox(&self) -> Option<i64> {
        self.address.as_deref().map(mailbox_hash)
    }
}

/// The code of a friend who has blocked the account, in `line_friend`.
const BLOCKED: i16 = 1;
/// Of several user ids that a merge brought together, one that follows; one that has blocked comes last.
const LINE_ADDRESS: &str =
    "(SELECT f.user_id FROM identity i JOIN line_friend f ON f.workspace_id = i.workspace_id
    AND f.account_id = $3 AND f.user_id = i.value WHERE i.profile_id = p.id AND i.kind = 5
    ORDER BY CASE f.state WHEN 0 THEN 0 WHEN 1 THEN 2 ELSE 1 END, f.state_at DESC, f.user_id LIMIT 1)";
const LINE_STATE: &str =
    "(SELECT f.state FROM identity i JOIN line_friend f ON f.workspace_id = i.workspace_id
    AND f.account_id = $3 AND f.user_id = i.value WHERE i.profile_id = p.id AND i.kind = 5
    ORDER BY CASE f.state WHEN 0 THEN 0 WHEN 1 THEN 2 ELSE 1 END, f.state_at DESC, f.user_id LIMIT 1)";

/// Every device that takes the pushes of a site or an app; a person's push goes to all of them.
const DEVICES: &str = "(SELECT string_agg(CAST(d.id AS TEXT), ' ' ORDER BY d.id) FROM device d WHERE d.profile_id = p.id
    AND d.sender_id = $3 AND d.workspace_id = p.workspace_id AND d.gone_at IS NULL)";

/// Reads what the decision about a target needs of many people.
pub async fn people(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    way: Way,
    target: &Target,
    ids: &[i64],
) -> Result<HashMap<i64, Person>, DbErr> {
    let held = segmentation::vip::held(db, workspace, ids).await?;
    let dialect = Dialect::of(db.get_database_backend());
    let (address, friend, account) = match way {
        Way::Email => ("p.email", "NULL", 0),
        Way::Line(account) => (LINE_ADDRESS, LINE_STATE, account.raw()),
        Way::Push(sender) => (DEVICES, "NULL", sender.raw()),
    };
    // Of several reasons the weightiest is told: complaint, hard bounce, manual, soft bounce, unsubscribe happen
    // to stand in that order in the alphabet.
    let text = format!(
        "SELECT t.*, (SELECT MIN(s.reason) FROM suppression s WHERE s.workspace_id = $1 AND s.channel = '{channel}'
            AND s.address = t.address) AS suppressed
         FROM (SELECT p.id, p.state, {address} AS address, CAST({friend} AS SMALLINT) AS friend, p.time_zone,
             c.granted, c.expires_at AS consent_ends
           FROM {asked} u CROSS JOIN profile p
           LEFT JOIN consent c ON c.profile_id = p.id AND c.channel = '{channel}' AND c.purpose = 'marketing'
           WHERE p.id = u.value AND p.workspace_id = $1 AND $3 = $3) t",
        asked = rowset::numbers(dialect, "$2"),
        channel = way.kind().as_str(),
    );
    let binds = [
        workspace.raw().into(),
        rowset::bind_numbers(ids.iter().copied()),
        account.into(),
    ];
    let rows: Vec<Person> = sql::all(db, text, binds).await?;
    let with_vip = |mut person: Person| {
        person.is_friend = matches!(way, Way::Line(_) | Way::Push(_));
        person.vip = Vip::of(held.get(&person.id).map_or(&[], Vec::as_slice), target);
        (person.id, person)
    };
    Ok(rows.into_iter().map(with_vip).collect())
}

/// Returns the rule that selects a target.
pub fn rule(target: &Target) -> Document {
    let segment = |id: &SegmentId| Node::Segment(InSegment { id: *id });
    let mut all = Vec::new();
    if !target.everybody {
        all.push(Node::Any(target.include.iter().map(segment).collect()));
    }
    for id in &target.exclude {
        all.push(Node::Not(Box::new(segment(id))));
    }
    Document::new(Node::All(all))
}

/// Returns a number that is the same for two spellings of one mailbox.
///
/// Only Gmail is known to ignore dots and what follows a plus; other providers, the Japanese carriers
/// above all, are taken at their word.
pub fn mailbox_hash(address: &str) -> i64 {
    let lower = address.trim().to_lowercase();
    let key = match lower.rsplit_once('@') {
        Some((local, "gmail.com" | "googlemail.com")) => {
            let local = local.split('+').next().unwrap_or(local);
            format!("{}@gmail.com", local.replace('.', ""))
        }
        _ => lower,
    };
    let hash = digest::digest(&digest::SHA256, key.as_bytes());
    let mut bytes = [0; 8];
    bytes.copy_from_slice(hash.as_ref().get(..8).unwrap_or(&[0; 8]));
    i64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mailbox_is_one_unit_whatever_its_spelling() {
        assert_eq!(
            mailbox_hash("Hanako.Yamada+shop@gmail.com"),
            mailbox_hash("hanakoyamada@googlemail.com")
        );
        assert_ne!(
            mailbox_hash("hanako.yamada@docomo.ne.jp"),
            mailbox_hash("hanakoyamada@docomo.ne.jp")
        );
    }

    #[test]
    fn the_weightiest_reason_is_told() {
        let person = |email: Option<&str>, granted, ends, suppressed: Option<&str>| Person {
            id: 1,
            state: 0,
            address: email.map(str::to_owned),
            friend: None,
            time_zone: None,
            granted,
            consent_ends: ends,
            suppressed: suppressed.map(str::to_owned),
            is_friend: false,
            vip: Vip::No,
        };
        let now = Millis(100);
        let check = |person: Person, expected| assert_eq!(person.verdict(now), expected);
        check(
            person(Some("a@x.jp"), Some(true), None, None),
            Verdict::Send,
        );
        check(
            person(Some("a@x.jp"), Some(true), Some(101), None),
            Verdict::Send,
        );
        for (person, why) in [
            (person(None, Some(true), None, None), Excluded::NoAddress),
            (
                person(Some("a@x.jp"), None, None, None),
                Excluded::NoConsent,
            ),
            (
                person(Some("a@x.jp"), Some(true), Some(100), None),
                Excluded::NoConsent,
            ),
            (
                person(Some("a@x.jp"), Some(false), None, None),
                Excluded::Refused,
            ),
            (
                person(Some("a@x.jp"), Some(false), None, Some("unsubscribe")),
                Excluded::Unsubscribed,
            ),
            (
                person(Some("a@x.jp"), Some(true), None, Some("hard_bounce")),
                Excluded::HardBounce,
            ),
        ] {
            check(person, Verdict::Exclude(why));
            assert_eq!(Excluded::parse(why.as_str()), Some(why));
        }
        let vip = |granted| Person {
            vip: Vip::Spared,
            ..person(Some("a@x.jp"), granted, None, None)
        };
        check(vip(Some(true)), Verdict::Exclude(Excluded::Vip));
        check(vip(Some(false)), Verdict::Exclude(Excluded::Refused));
    }

    #[test]
    fn a_friend_is_written_to_unless_she_said_no() {
        let verdict = |granted, consent_ends, friend| {
            let person = Person {
                id: 1,
                state: 0,
                address: Some("U1".to_owned()),
                friend: Some(friend),
                time_zone: None,
                granted,
                consent_ends,
                suppressed: None,
                is_friend: true,
                vip: Vip::No,
            };
            person.verdict(Millis(100))
        };
        // To have become a friend is the permission, whatever ran out; only a no is a no.
        assert_eq!(verdict(None, None, 0), Verdict::Send);
        assert_eq!(verdict(Some(true), Some(100), 0), Verdict::Send);
        assert_eq!(verdict(None, None, 2), Verdict::Send);
        let no = |why| Verdict::Exclude(why);
        assert_eq!(verdict(Some(false), None, 0), no(Excluded::Refused));
        assert_eq!(verdict(Some(true), None, 1), no(Excluded::Blocked));
    }
}
