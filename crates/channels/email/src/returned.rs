//! Mail that comes back: delivery reports, complaints, and programs that answer by themselves.
//!
//! [`read`] takes a whole message as it arrived and says, for each recipient that it speaks of, what became of the
//! message. Reports after RFC 3464 and complaints after RFC 5965 are read by their fields; the many mail servers that
//! write prose instead are read by what they have in common: an address alone or in brackets, near what a server
//! answered. A letter of a person is none of these, and yields nothing.
//!
//! **Hard** is said only where the address itself is gone: nobody of that name, no such host, moved away, a domain that
//! takes no mail. All else is **soft**, however final the server calls it: a refusal because of the sender, the content or
//! a filter says nothing of the address, and a wrongly suppressed customer is lost in silence. Japanese carriers make the
//! difference plain: they answer "user unknown" to RCPT when there is no such user, and to the end of DATA when the
//! receiver's filter refuses the sender.

mod answer;
mod auto;
mod complaint;
mod letter;
mod meaning;
mod notification;
mod prose;
mod report;
mod words;

pub use meaning::{Meaning, Permanence};
pub(crate) use notification::notices as notification_notices;

use letter::Letter;

/// The most of a message that is looked at. Who reads messages of strangers need keep no more.
pub const MAX_BYTES: usize = 512 << 10;
/// The most recipients of one message; servers report one, or a few.
const MAX_NOTICES: usize = 100;

/// What a message says of one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The address as it stands there, without brackets; none where it was blotted out.
    pub recipient: Option<String>,
    /// The address to which the message was sent, where the server names it beside the one that it made of it.
    pub sent_to: Option<String>,
    /// What became of the message.
    pub kind: NoticeKind,
    /// The enhanced status code (RFC 3463) that the server gave, such as `5.1.1`.
    pub status: Option<String>,
    /// What the server answered, in one line.
    pub detail: String,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeKind {
    /// It came back.
    Returned(Meaning),
    /// It has not arrived yet; the server goes on trying.
    Delayed,
    /// It has arrived.
    Delivered,
    /// The receiver complained; the type is that of the report, such as `abuse`.
    Complained(String),
    /// A program answered in the receiver's name; the message has arrived.
    AutoReplied,
}

/// What a message says, and of which sent message it speaks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Returned {
    /// One for each recipient; none when the message is a letter like any other.
    pub notices: Vec<Notice>,
    /// The envelope sender of the message that it is about, where it is given back.
    pub return_path: Option<String>,
    /// The `Message-ID` of the message that it is about, without brackets.
    pub message_id: Option<String>,
}

/// Says what the words of a server mean that a provider passes on, the moment of them unsaid.
pub(crate) fn meaning_of(status: Option<&str>, text: &str) -> Meaning {
    meaning::of(&meaning::Said {
        status,
        text,
        command: answer::command(text),
        form: meaning::Form::Fields,
    })
}

/// Finds an enhanced status code (RFC 3463) in a server's words.
pub(crate) fn status_in(text: &str) -> Option<String> {
    answer::status(text)
}

/// Reads a message.
pub fn read(raw: &[u8]) -> Returned {
    let letter = Letter::open(raw.get(..MAX_BYTES).unwrap_or(raw));
    let mut notices = notification::read(&letter)
        .or_else(|| complaint::read(&letter))
        .or_else(|| auto::read(&letter))
        .or_else(|| report::read(&letter))
        .or_else(|| prose::read(&letter))
        .unwrap_or_default();
    notices.truncate(MAX_NOTICES);
    Returned {
        return_path: letter
            .original("return-path")
            .or_else(|| complaint::mail_from(&letter))
            .or_else(|| notification::source(&letter))
            .map(|path| path.trim().trim_matches(['<', '>']).to_owned()),
        message_id: (!notices.is_empty())
            .then(|| letter.original("message-id"))
            .flatten()
            .map(|id| id.trim().trim_matches(['<', '>']).to_owned()),
        notices,
    }
}
