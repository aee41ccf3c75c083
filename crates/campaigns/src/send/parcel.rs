//! What a lane carries at a time: one message, or a pack of the same content.

use std::{collections::HashMap, fmt::Write as _};

use channel_core::{Channel, Message, Prepared, Refusal};
use kernel::{id::IdSource, time::Millis};
use tokio::sync::OwnedSemaphorePermit;

use crate::ledger::Reserved;

/// Messages that go to the provider in one request, with their rows.
pub(super) struct Parcel {
    pub(super) members: Vec<(Reserved, Load)>,
    /// The name of the request, when it is a pack.
    pub(super) pack: Option<String>,
    /// When it was first handed over, if nobody knows what came of it.
    pub(super) again_since: Option<Millis>,
    /// Its share of what may wait for a lane; given back when a lane takes it.
    pub(super) room: Option<OwnedSemaphorePermit>,
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
            room: None,
        }
    }
}

/// Names a pack: by an id that no other has, and by what it says, so that it is never repeated with other words.
fn name_of(id: i64, content: &[u8; 32]) -> String {
    format!("{PREFIX}{id}-{}", digest(content))
}

const PREFIX: &str = "pack-";

/// Tells whether a name on the wire is a pack's.
pub(super) fn is_pack(message_id: &str) -> bool {
    message_id.starts_with(PREFIX)
}

/// Tells whether a message says what the pack of this name said.
pub(super) fn says(message_id: &str, channel: &dyn Channel, message: Message) -> bool {
    let prepared = channel.prepare(message).ok();
    let content = prepared.and_then(|prepared| channel.pack_key(&prepared));
    content.is_some_and(|content| message_id.ends_with(&format!("-{}", digest(&content))))
}

fn digest(content: &[u8; 32]) -> String {
    content
        .iter()
        .take(16)
        .fold(String::new(), |mut hex, byte| {
            // Writing into a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// Puts together what has the same content, as far as the channel carries several in one request; returns the rows
/// whose message cannot be made besides.
pub(super) fn pack(
    channel: &dyn Channel,
    ids: &dyn IdSource,
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
    let mut contents: Vec<Option<[u8; 32]>> = Vec::new();
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
                contents.push(key);
            }
        }
    }
    for (parcel, content) in parcels.iter_mut().zip(contents) {
        if let (true, Some(content)) = (parcel.members.len() > 1, content) {
            parcel.pack = Some(name_of(ids.next_raw(), &content));
        }
    }
    (parcels, refused)
}
