//! Everything about a message that needs no database: done by the caller's task, beside the writer.

use kernel::{money::Currency, time::Millis};
use ring::digest;
use serde_json::{Value as Json, json};

use super::{
    commerce::{self, Draft},
    message::{Call, Message},
    receipt_key::ReceiptKey,
    refusal::Refusal,
    time,
    trait_map::{self, Traits},
};
use crate::{
    identity::{Claim, Key, KeyKind, normal},
    names,
    source::Source,
};

const MAX_MESSAGE_ID_CHARS: usize = 100;

/// A message that can be taken as far as it can be judged alone.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) call: Call,
    /// Absent when the sender gave no message id: then nothing tells a repeat.
    pub(super) receipt: Option<ReceiptKey>,
    pub(super) content: i64,
    pub(super) claim: Claim,
    /// A browser's alias names this id; if a customer has it, the alias would merge two people.
    pub(super) probe: Option<Key>,
    pub(super) occurred_at: Millis,
    pub(super) draft: Option<Draft>,
    pub(super) traits: Traits,
    pub(super) raw: String,
}

impl Prepared {
    /// Tells whether the message records behaviour, which asks for tracking consent.
    pub(super) fn is_behaviour(&self) -> bool {
        self.draft
            .as_ref()
            .is_some_and(|draft| !draft.name_id.is_some_and(names::is_service))
    }
}

/// Judges a message alone.
pub(super) fn prepare(
    message: Message,
    source: Source,
    received: Millis,
    home: Currency,
) -> Result<Prepared, (String, Refusal)> {
    match judge(&message, source, received, home) {
        Ok(prepared) => Ok(Prepared {
            raw: message.raw,
            ..prepared
        }),
        Err(refusal) => Err((message.raw, refusal)),
    }
}

fn judge(
    message: &Message,
    source: Source,
    received: Millis,
    home: Currency,
) -> Result<Prepared, Refusal> {
    if message
        .message_id
        .as_ref()
        .is_some_and(|id| id.chars().count() > MAX_MESSAGE_ID_CHARS)
    {
        return Err(Refusal::MessageIdTooLong);
    }
    let mut traits = match message.call {
        Call::Identify => trait_map::sort_out(&message.traits, &message.context),
        _ => Traits::default(),
    };
    let (keys, probe) = keys(message, source, &mut traits)?;
    let mut draft = commerce::draft(message, home)?;
    let when = time::when(
        message.timestamp.as_ref(),
        message.sent_at.as_ref(),
        received,
    );
    if let (Some(draft), Some(said)) = (&mut draft, when.disbelieved) {
        draft
            .line
            .properties
            .insert("original_timestamp".to_owned(), said);
    }
    let is_alias = message.call == Call::Alias;
    Ok(Prepared {
        call: message.call,
        receipt: message
            .message_id
            .as_deref()
            .map(|id| ReceiptKey::new(source, id)),
        content: content_hash(message),
        claim: Claim {
            keys,
            source,
            is_alias,
            seen_at: when.at.0,
        },
        probe,
        occurred_at: when.at,
        draft,
        traits,
        raw: String::new(),
    })
}

fn keys(
    message: &Message,
    source: Source,
    traits: &mut Traits,
) -> Result<(Vec<Key>, Option<Key>), Refusal> {
    let mut keys = Vec::new();
    let mut bad = None;
    for (kind, value) in [
        (KeyKind::External, &message.user_id),
        (KeyKind::Anonymous, &message.anonymous_id),
    ] {
        match value.as_deref().map(normal::id) {
            Some(Ok(id)) => keys.push(Key::new(kind, id)),
            Some(Err(normal::Malformed::Empty)) | None => {}
            Some(Err(_)) => {
                bad = Some(Refusal::BadId(shorten(
                    value.as_deref().unwrap_or_default(),
                )));
            }
        }
    }
    if keys.is_empty() {
        return Err(bad.unwrap_or(Refusal::NoIdentity));
    }
    traits.notes.extend(bad);
    let mut probe = None;
    if message.call == Call::Alias {
        let previous = message
            .previous_id
            .as_deref()
            .ok_or(Refusal::MissingField("previousId"))?;
        let previous = normal::id(previous).map_err(|_| Refusal::BadId(shorten(previous)))?;
        let external = Key::new(KeyKind::External, previous.clone());
        // The specification does not say which kind of id the previous one is.
        if source.is_trusted() {
            keys.push(external);
        } else {
            probe = Some(external);
        }
        keys.push(Key::new(KeyKind::Anonymous, previous));
    }
    let facts = &traits.facts;
    keys.extend(
        facts
            .email
            .clone()
            .map(|email| Key::new(KeyKind::Email, email)),
    );
    keys.extend(
        facts
            .phone
            .clone()
            .map(|phone| Key::new(KeyKind::Phone, phone)),
    );
    keys.dedup();
    Ok((keys, probe))
}

fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

/// A hash of what the sender meant; what a retry changes (sentAt, context) is left out.
fn content_hash(message: &Message) -> i64 {
    let Message {
        user_id,
        anonymous_id,
        previous_id,
        group_id,
        event,
        name,
        properties,
        traits,
        ..
    } = message;
    let call = format!("{:?}", message.call);
    let content: Json = json!([
        call,
        user_id,
        anonymous_id,
        previous_id,
        group_id,
        event,
        name,
        properties,
        traits
    ]);
    let hash = digest::digest(&digest::SHA256, content.to_string().as_bytes());
    let mut first = [0; 8];
    for (to, from) in first.iter_mut().zip(hash.as_ref()) {
        *to = *from;
    }
    i64::from_be_bytes(first)
}
