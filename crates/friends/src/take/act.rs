//! One thing that a person did, and the event that tells of it.

use channel_core::InboundKind;
use kernel::{
    id::{ProfileId, SenderId},
    time::Millis,
};
use profiles::{event::OwnEvent, names};
use serde_json::{Map, Value as Json};

use super::{FriendKey, is_id};
use crate::menu::tap::{self, Tap};

/// LINE's longest text.
const LONGEST_TEXT: usize = 5_000;
/// LINE's longest data of a button, with room.
const LONGEST_DATA: usize = 1_000;

/// One thing that a person did.
pub(super) struct Act {
    pub(super) account: SenderId,
    pub(super) user: String,
    pub(super) at: Millis,
    pub(super) kind: InboundKind,
}

impl Act {
    /// Returns what a person did; `None` for what nobody here acts on.
    pub(super) fn of(
        account: SenderId,
        user: String,
        at: Millis,
        kind: &InboundKind,
    ) -> Option<Self> {
        let is_known = match kind {
            InboundKind::Followed { .. }
            | InboundKind::Blocked
            | InboundKind::Pressed { .. }
            | InboundKind::Beacon { .. }
            | InboundKind::Watched { .. }
            | InboundKind::AccountLinked { .. } => true,
            InboundKind::Wrote { message_id, .. } => is_id(message_id),
            _ => false,
        };
        is_known.then(|| Self {
            account,
            user,
            at,
            kind: kind.clone(),
        })
    }

    pub(super) fn friend(&self) -> FriendKey {
        (self.account.raw(), self.user.clone())
    }

    /// Returns the account and LINE's name of the message that was written.
    pub(super) fn message(&self) -> Option<(i64, &str)> {
        match &self.kind {
            InboundKind::Wrote { message_id, .. } => Some((self.account.raw(), message_id)),
            _ => None,
        }
    }

    /// Returns the area of a rich menu that was tapped.
    pub(super) fn tap(&self) -> Option<Tap> {
        match &self.kind {
            InboundKind::Pressed { data, .. } => tap::read(data).map(|(tap, _)| tap),
            _ => None,
        }
    }

    /// Returns the event of the timeline; linking writes its own.
    pub(super) fn event(&self, profile: ProfileId, is_unsent: bool) -> Option<OwnEvent> {
        let (name_id, mut detail) = self.detail(is_unsent)?;
        detail.push(("account", self.account.to_string().into()));
        let properties: Map<String, Json> = detail
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect();
        Some(OwnEvent {
            profile,
            name_id,
            occurred_at: self.at,
            campaign: None,
            delivery: None,
            link: None,
            flags: 0,
            properties: Some(properties.into()),
        })
    }

    fn detail(&self, is_unsent: bool) -> Option<(i32, Vec<(&'static str, Json)>)> {
        Some(match &self.kind {
            InboundKind::Followed { after_block } => {
                let is_unblocked = after_block.unwrap_or(false);
                (
                    names::LINE_FOLLOWED,
                    vec![("is_unblocked", is_unblocked.into())],
                )
            }
            InboundKind::Blocked => (names::LINE_BLOCKED, Vec::new()),
            InboundKind::Wrote {
                message_id,
                what,
                text,
            } => {
                let mut detail = vec![
                    ("message_id", message_id.as_str().into()),
                    ("what", plain(what, 50).into()),
                ];
                match text {
                    _ if is_unsent => detail.push(("is_unsent", true.into())),
                    Some(text) => detail.push(("text", plain(text, LONGEST_TEXT).into())),
                    None => {}
                }
                (names::LINE_MESSAGE_RECEIVED, detail)
            }
            InboundKind::Pressed { data, choices } => {
                let choices: Map<String, Json> = choices
                    .iter()
                    .take(10)
                    .map(|(name, value)| (plain(name, 50), plain(value, 200).into()))
                    .collect();
                let (tap, own) =
                    tap::read(data).map_or((None, data.as_str()), |(tap, own)| (Some(tap), own));
                let mut detail = vec![("data", plain(own, LONGEST_DATA).into())];
                if let Some(tap) = tap {
                    detail.push(("menu_publication", tap.publication.to_string().into()));
                    detail.push(("menu_area", tap.area.into()));
                }
                if !choices.is_empty() {
                    detail.push(("choices", choices.into()));
                }
                (names::LINE_POSTBACK, detail)
            }
            InboundKind::Beacon { hardware_id, what } => (
                names::LINE_BEACON,
                vec![
                    ("hardware_id", plain(hardware_id, 50).into()),
                    ("what", plain(what, 50).into()),
                ],
            ),
            InboundKind::Watched { video_id } => (
                names::LINE_VIDEO_WATCHED,
                vec![("video_id", plain(video_id, 200).into())],
            ),
            _ => return None,
        })
    }
}

/// Returns a text of at most so many characters, without the one that PostgreSQL cannot keep.
fn plain(text: &str, longest: usize) -> String {
    text.chars()
        .filter(|sign| *sign != '\0')
        .take(longest)
        .collect()
}
