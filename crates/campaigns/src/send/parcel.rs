//! What a lane carries at a time: one message, or a pack of the same content.

use std::collections::HashMap;

use channel_core::{Channel, Message, Prepared, Refusal};
use kernel::time::Millis;

use crate::ledger::Reserved;

/// Messages that go to the provider in one request, with their rows.
pub(super) struct Parcel {
    pub(super) members: Vec<(Reserved, Load)>,
    /// The name of the request, when it is a pack.
    pub(super) pack: Option<String>,
    /// When it was first handed over, if nobody knows what came of it.
    pub(super) again_since: Option<Millis>,
}

/// A message on its way to the wire.
pub(super) enum Load {
    /// Signing may cost, and is left to the lanes.
    Rendered(Box<Message>),
    Prepared(Box<Prepared>),
}

impl Load {
    pub(super) fn prepare(self, channel: &dyn Channel) -> Result<Prepared, Refusal> {
        match self {
            Self::Rendered(message) => channel.prepare(*message),
            Self::Prepared(prepared) => Ok(*prepared),
        }
    }
}

impl Parcel {
    /// One message by itself.
    pub(super) fn alone(row: Reserved, load: Load) -> Self {
        Self {
            members: vec![(row, load)],
            pack: None,
            again_since: None,
        }
    }
}

/// Names a pack. No other has the name: its first member is in one pack of each attempt.
fn name_of(first: &Reserved) -> String {
    format!("{PREFIX}{}-{}", first.key.id.raw(), first.attempts + 1)
}

const PREFIX: &str = "pack-";

/// Tells whether a name on the wire is a pack's.
pub(super) fn is_pack(message_id: &str) -> bool {
    message_id.starts_with(PREFIX)
}

/// Puts together what has the same content, as far as the channel carries several in one request; returns the rows
/// whose message cannot be made besides.
pub(super) fn pack(
    channel: &dyn Channel,
    made: Vec<(Reserved, Message)>,
) -> (Vec<Parcel>, Vec<(Reserved, Refusal)>) {
    let most = channel.max_pack();
    if most <= 1 {
        let alone = |(row, message)| Parcel::alone(row, Load::Rendered(Box::new(message)));
        return (made.into_iter().map(alone).collect(), Vec::new());
    }
    let (mut parcels, mut refused): (Vec<Parcel>, Vec<(Reserved, Refusal)>) = Default::default();
    // Which parcel of a content has room.
    let mut open: HashMap<[u8; 32], usize> = HashMap::new();
    for (row, message) in made {
        let prepared = match channel.prepare(message) {
            Ok(prepared) => prepared,
            Err(refusal) => {
                refused.push((row, refusal));
                continue;
            }
        };
        // A test is nobody's business but the house's.
        let key = channel.pack_key(&prepared).filter(|_| !row.is_test);
        let load = Load::Prepared(Box::new(prepared));
        let with_room = key
            .and_then(|key| parcels.get_mut(*open.get(&key)?))
            .filter(|parcel| parcel.members.len() < most);
        match (with_room, key) {
            (Some(parcel), _) => parcel.members.push((row, load)),
            (None, key) => {
                if let Some(key) = key {
                    open.insert(key, parcels.len());
                }
                parcels.push(Parcel::alone(row, load));
            }
        }
    }
    for parcel in &mut parcels {
        if let [(first, _), _, ..] = parcel.members.as_slice() {
            parcel.pack = Some(name_of(first));
        }
    }
    (parcels, refused)
}
