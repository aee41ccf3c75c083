//! From a rendered text to the form that the provider reads: no network, no chance.

use channel_core::{Content, Message, Prepared, Reason, ReasonClass, Refusal, Sms};
use url::form_urlencoded::Serializer;

use crate::{PhoneNumber, channel::Author, segments};

/// The most characters that the provider takes.
pub const LONGEST: usize = 1_600;
/// The most parts: ten of 67 places are the 670 characters that carriers of Japan take.
pub const MAX_SEGMENTS: usize = 10;
/// The longest that the provider keeps trying.
const LONGEST_TTL: u64 = 36_000;
/// Below this the provider advises against a limit: its own queue may take as long.
const SHORTEST_TTL: u64 = 6;

/// Checks a message, and reads to whom it goes and what it says.
pub(crate) fn check(message: &Message) -> Result<(PhoneNumber, &Sms), Refusal> {
    let Content::Sms(sms) = &message.content else {
        return Err(Refusal::message("the message is not a text message"));
    };
    let to = PhoneNumber::parse(message.recipient.as_str())
        .map_err(|error| Refusal::address(&error.to_string()))?;
    if sms.text.trim().is_empty() {
        return Err(Refusal::message("the text is empty"));
    }
    if sms.text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(Refusal::message("the text has control characters"));
    }
    let parts = segments::count(&sms.text).parts;
    let characters = sms.text.chars().count();
    if parts > MAX_SEGMENTS || characters > LONGEST {
        let why = format!(
            "the text has {characters} characters in {parts} parts; {MAX_SEGMENTS} parts and {LONGEST} characters fit"
        );
        return Err(Refusal::Message(Reason::new(
            ReasonClass::TooBig,
            None,
            &why,
        )));
    }
    if sms
        .ttl
        .is_some_and(|ttl| !(SHORTEST_TTL..=LONGEST_TTL).contains(&ttl.as_secs()))
    {
        return Err(Refusal::message(
            "a text message lives for 6 seconds to 10 hours",
        ));
    }
    Ok((to, sms))
}

/// Writes the form. Its name on the wire is the ledger's number, which the address of the answers carries.
pub(crate) fn prepare(message: Message, author: &Author, hook: &str) -> Result<Prepared, Refusal> {
    let (to, sms) = check(&message)?;
    let wire_id = message.delivery_id.to_string();
    let mut form = Serializer::new(String::new());
    form.append_pair("To", to.as_str());
    match author {
        Author::Number(number) => form.append_pair("From", number),
        Author::Service(sid) => form.append_pair("MessagingServiceSid", sid),
    };
    form.append_pair("Body", &sms.text)
        .append_pair("StatusCallback", &format!("{hook}?delivery={wire_id}"));
    if let Some(ttl) = sms.ttl {
        form.append_pair("ValidityPeriod", &ttl.as_secs().to_string());
    }
    Ok(Prepared {
        sender: match author {
            Author::Number(name) | Author::Service(name) => name.clone(),
        },
        recipient: to.as_str().to_owned(),
        wire_id,
        payload: form.finish().into_bytes(),
        message,
    })
}
