//! The data of each type, as `docs/webhooks.md` documents it.

use std::collections::BTreeMap;

use kernel::{
    cause::Cause,
    feed::{Change, ChangeKind},
    id::{CampaignId, DeliveryId, LinkId, ProfileId, SegmentId},
    time::Millis,
};
use profiles::{
    event::MACHINE,
    names,
    outgoing::{MessageEvent, Permission, Suppressed},
};
use serde_json::{Value as Json, json};

use super::Told;
use crate::EventType;

/// The number of LINE in the ledger.
const LINE: i16 = 2;
/// Push, in the ledger.
const PUSH: i16 = 3;

/// What ids are called.
pub(super) struct Names {
    pub(super) segments: BTreeMap<i64, String>,
    pub(super) external_ids: BTreeMap<i64, String>,
}

impl Names {
    fn customer(&self, profile: i64) -> Json {
        json!({"id": ProfileId::from_raw(profile).to_string(), "external_id": self.external_ids.get(&profile)})
    }

    /// Entering, leaving, merging.
    pub(super) fn turn(&self, change: &Change, at: Millis) -> Option<Told> {
        let event = match change.kind {
            ChangeKind::SegmentEnter => EventType::SegmentEntered,
            ChangeKind::SegmentLeave => EventType::SegmentLeft,
            ChangeKind::Merge => EventType::CustomerMerged,
            _ => return None,
        };
        let customer = self.customer(change.profile.raw());
        let data = if event == EventType::CustomerMerged {
            json!({"customer": customer, "merged_id": ProfileId::from_raw(change.a).to_string()})
        } else {
            let cause = i16::try_from(change.b).ok().and_then(Cause::from_code);
            json!({
                "customer": customer,
                "segment": {"id": SegmentId::from_raw(change.a).to_string(), "name": self.segments.get(&change.a)},
                "cause": cause.map(Cause::name),
            })
        };
        Some(Told { event, at, data })
    }

    /// What became of a message.
    pub(super) fn message(&self, event: &MessageEvent) -> Option<Told> {
        let kind = match event.name_id {
            names::MESSAGE_SENT => EventType::MessageAccepted,
            names::MESSAGE_BOUNCED => EventType::MessageFailed,
            names::MESSAGE_OPENED => EventType::MessageOpened,
            names::MESSAGE_CLICKED => EventType::MessageClicked,
            names::MESSAGE_UNSUBSCRIBED => EventType::MessageUnsubscribed,
            names::MESSAGE_COMPLAINED => EventType::MessageComplained,
            _ => return None,
        };
        let mut data = json!({
            "customer": self.customer(event.profile_id),
            "channel": match event.channel {
                Some(LINE) => "line",
                Some(PUSH) => "push",
                _ => "email",
            },
            "campaign_id": event.campaign_id.map(|id| CampaignId::from_raw(id).to_string()),
            "delivery_id": event.delivery_id.map(|id| DeliveryId::from_raw(id).to_string()),
        });
        let said = |key: &str| {
            event
                .properties
                .as_ref()
                .and_then(|all| all.get(key))
                .cloned()
        };
        match kind {
            EventType::MessageFailed => {
                for (name, key) in [("kind", "kind"), ("reason", "class"), ("code", "code")] {
                    set(&mut data, name, said(key).into());
                }
            }
            EventType::MessageOpened | EventType::MessageClicked => {
                set(&mut data, "is_machine", json!(event.flags & MACHINE != 0));
                if kind == EventType::MessageClicked {
                    let link = event.link_id.map(|id| LinkId::from_raw(id).to_string());
                    set(&mut data, "link_id", link.into());
                }
            }
            _ => {}
        }
        Some(Told {
            event: kind,
            at: Millis(event.occurred_at),
            data,
        })
    }

    /// Permissions as they stand now.
    pub(super) fn consent(&self, profile: i64, at: Millis, all: &[Permission]) -> Told {
        let own = all.iter().filter(|one| one.profile_id == profile);
        let own: Vec<Json> = own
            .map(|one| json!({"channel": one.channel, "purpose": one.purpose, "granted": one.granted}))
            .collect();
        Told {
            event: EventType::ConsentChanged,
            at,
            data: json!({"customer": self.customer(profile), "consents": own}),
        }
    }

    /// An address that must not be written to.
    pub(super) fn suppressed(&self, one: &Suppressed) -> Told {
        Told {
            event: EventType::AddressSuppressed,
            at: Millis(one.created_at),
            data: json!({
                "customer": one.profile_id.map(|profile| self.customer(profile)),
                "channel": one.channel,
                "reason": one.reason,
                "delivery_id": one.delivery_id.map(|id| DeliveryId::from_raw(id).to_string()),
            }),
        }
    }
}

fn set(data: &mut Json, name: &str, value: Json) {
    if let Some(members) = data.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}
