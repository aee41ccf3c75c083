//! From a rendered email to the bytes on the wire.
//!
//! The same message gives the same bytes, boundary and Message-ID included, so that a retry is
//! recognisable as one. An own writer on `email-encoding` rather than lettre's builder: the builder
//! draws random boundaries and refuses carrier addresses.

pub(crate) mod body;
pub(crate) mod header;
pub(crate) mod iso2022jp;

use channel_core::{Charset, Email, FeedbackId, Mailbox, Message, Refusal, Unsubscribe};
use ring::digest::{Context, SHA256};

use crate::address::EmailAddress;

/// Longest address of an unsubscribe page; it must fit on one line.
const LONGEST_URL: usize = 900;

/// The addresses of a message after reading, which is all that can go wrong with it.
pub(crate) struct Checked {
    pub(crate) from: EmailAddress,
    pub(crate) to: EmailAddress,
    pub(crate) sender: EmailAddress,
    reply_to: Option<EmailAddress>,
}

/// Checks everything that stands in a header.
pub(crate) fn check(message: &Message, email: &Email) -> Result<Checked, Refusal> {
    let to = EmailAddress::parse(message.recipient.as_str())
        .map_err(|error| Refusal::address(&error.to_string()))?;
    let from = own_address("the sender", &email.from)?;
    let reply_to = email
        .reply_to
        .as_ref()
        .map(|box_| own_address("reply-to", box_))
        .transpose()?;
    let sender = match &email.envelope_sender {
        Some(text) => EmailAddress::parse(text)
            .map_err(|error| Refusal::message(&format!("the return path: {error}")))?,
        None => from.clone(),
    };
    header::check_value("the recipient's name", &email.to_name)?;
    header::check_value("the subject", &email.subject)?;
    if email.subject.trim().is_empty() {
        return Err(Refusal::message("the subject is empty"));
    }
    if email.html.is_empty() && email.text.is_empty() {
        return Err(Refusal::message("the message has no body"));
    }
    if let Some(unsubscribe) = &email.unsubscribe {
        check_unsubscribe(unsubscribe)?;
    }
    if let Some(feedback) = &email.feedback_id {
        check_feedback(feedback)?;
    }
    for (name, value) in &email.headers {
        header::check_extra(name, value)?;
    }
    Ok(Checked {
        from,
        to,
        sender,
        reply_to,
    })
}

/// Writes a checked message under its name, and the header by which a provider takes the name along.
pub(crate) fn write(
    message: &Message,
    email: &Email,
    checked: &Checked,
    (id, mark): (&str, Option<(&'static str, String)>),
) -> String {
    let size = email.html.len() + email.text.len();
    let mut out = String::with_capacity(size + size / 2 + 2_048);
    let charset = charset_of(email);
    let mailbox = |out: &mut String, field, name: &str, address: &EmailAddress| {
        header::mailbox(out, field, (name, &address.wire()), charset);
    };
    header::token(&mut out, "Date", &message.at.to_utc().to_rfc2822());
    mailbox(&mut out, "From", &email.from.name, &checked.from);
    if let (Some(answers), Some(address)) = (&email.reply_to, &checked.reply_to) {
        mailbox(&mut out, "Reply-To", &answers.name, address);
    }
    mailbox(&mut out, "To", &email.to_name, &checked.to);
    header::text(&mut out, "Subject", &email.subject, charset);
    header::token(&mut out, "Message-ID", id);
    if let Some((name, value)) = mark {
        header::token(&mut out, name, &value);
    }
    write_list_headers(&mut out, email);
    for (name, value) in &email.headers {
        header::text(&mut out, name, value, charset);
    }
    header::token(&mut out, "MIME-Version", "1.0");
    write_parts(&mut out, message, email, charset);
    out
}

/// Returns the character set of the whole letter: one character that the wanted one has not is enough for UTF-8, since a
/// letter in two sets is read right by fewer programs than either.
fn charset_of(email: &Email) -> Charset {
    if email.charset == Charset::Utf8 {
        return Charset::Utf8;
    }
    let names = [&email.from.name, &email.to_name, &email.subject];
    let bodies = [&email.text, &email.html];
    let answers = email.reply_to.iter().map(|mailbox| &mailbox.name);
    let mut all = names
        .into_iter()
        .chain(bodies)
        .chain(answers)
        .chain(email.headers.iter().map(|(_, value)| value));
    if all.all(|text| text.chars().all(iso2022jp::is_in_iso_2022_jp)) {
        return Charset::Iso2022Jp;
    }
    metrics::counter!("mail_charset_fallbacks_total").increment(1);
    Charset::Utf8
}

/// Returns the Message-ID: the delivery, and a part that nobody else can guess.
pub(crate) fn message_id(message: &Message, from: &EmailAddress) -> String {
    format!(
        "<{}.{}@{}>",
        message.delivery_id,
        digest(message, "message-id"),
        from.domain()
    )
}

fn write_list_headers(out: &mut String, email: &Email) {
    if let Some(unsubscribe) = &email.unsubscribe {
        let mut value = format!("<{}>", unsubscribe.url);
        if let Some(mailto) = &unsubscribe.mailto {
            value.push_str(",\r\n <mailto:");
            value.push_str(mailto);
            value.push('>');
        }
        header::token(out, "List-Unsubscribe", &value);
        // RFC 8058 knows one-click over https only.
        if unsubscribe.url.starts_with("https://") {
            header::token(out, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }
        header::token(out, "Precedence", "bulk");
    }
    if let Some(FeedbackId {
        campaign,
        workspace,
        kind,
        sender,
    }) = &email.feedback_id
    {
        header::token(
            out,
            "Feedback-ID",
            &format!("{campaign}:{workspace}:{kind}:{sender}"),
        );
    }
    // Out-of-office answers to a thousand letters help nobody.
    header::token(out, "Auto-Submitted", "auto-generated");
    header::token(out, "X-Auto-Response-Suppress", "OOF, AutoReply");
}

fn write_parts(out: &mut String, message: &Message, email: &Email, charset: Charset) {
    match (email.text.is_empty(), email.html.is_empty()) {
        (true, _) => body::write(out, "html", &email.html, charset),
        (false, true) => body::write(out, "plain", &email.text, charset),
        (false, false) => {
            // "=_" stands in no quoted-printable or base64 text.
            let boundary = format!("=_{}", digest(message, "boundary"));
            let value = format!("multipart/alternative;\r\n boundary=\"{boundary}\"");
            header::token(out, "Content-Type", &value);
            for (subtype, part) in [("plain", &email.text), ("html", &email.html)] {
                out.push_str("\r\n--");
                out.push_str(&boundary);
                out.push_str("\r\n");
                body::write(out, subtype, part, charset);
            }
            out.push_str("\r\n--");
            out.push_str(&boundary);
            out.push_str("--\r\n");
        }
    }
}

fn digest(message: &Message, what: &str) -> String {
    let mut context = Context::new(&SHA256);
    context.update(what.as_bytes());
    context.update(&message.delivery_id.to_be_bytes());
    context.update(message.idempotency_key.as_bytes());
    hex::encode(context.finish().as_ref().get(..12).unwrap_or_default())
}

fn own_address(what: &str, mailbox: &Mailbox) -> Result<EmailAddress, Refusal> {
    header::check_value(what, &mailbox.name)?;
    EmailAddress::parse(&mailbox.address)
        .map_err(|error| Refusal::message(&format!("{what}: {error}")))
}

fn check_unsubscribe(unsubscribe: &Unsubscribe) -> Result<(), Refusal> {
    let url = &unsubscribe.url;
    let is_plain = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b','))
    };
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    if !is_web || !is_plain(url) || url.len() > LONGEST_URL {
        return Err(Refusal::message(
            "the unsubscribe address is not a plain web address",
        ));
    }
    match &unsubscribe.mailto {
        Some(mailto) if !is_plain(mailto) || mailto.len() > LONGEST_URL => Err(Refusal::message(
            "the unsubscribe mail address is not plain",
        )),
        _ => Ok(()),
    }
}

fn check_feedback(feedback: &FeedbackId) -> Result<(), Refusal> {
    let is_field = |text: &str| {
        (1..=64).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    let FeedbackId {
        campaign,
        workspace,
        kind,
        sender,
    } = feedback;
    let fields_are_good = [campaign, workspace, kind, sender]
        .into_iter()
        .all(|field| is_field(field));
    if fields_are_good && (5..=15).contains(&sender.len()) {
        return Ok(());
    }
    Err(Refusal::message(
        "a part of the Feedback-ID is badly formed (the sender has 5 to 15 characters)",
    ))
}
