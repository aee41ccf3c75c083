//! What a mail server's answer means.
//!
//! Enhanced status codes (RFC 3463) go before the bare reply code. An answer that blames the sender
//! (5.7.x: policy, reputation, authentication) never suppresses a recipient, and neither does one
//! that might mean either: a wrongly suppressed customer is lost in silence, a wrongly kept one
//! bounces again and is counted.

use std::time::Duration;

use channel_core::{
    Answer, Outcome, Reason, ReasonClass, Stage, SuppressReason, without_addresses,
};

const MINUTE: Duration = Duration::from_mins(1);

/// Words in answers without an enhanced code that speak of the sender.
const SENDER_WORDS: &[&str] = &[
    "spam",
    "block",
    "blacklist",
    "listed",
    "policy",
    "reputation",
    "spf",
    "dkim",
    "dmarc",
    "rbl",
    "reverse dns",
    "ptr ",
    "relay",
    "access denied",
    "authentication",
    "sender",
];

/// Words in answers without an enhanced code that say that nobody is there.
const NOBODY_WORDS: &[&str] = &[
    "user unknown",
    "unknown user",
    "unknown recipient",
    "recipient unknown",
    "unknown address",
    "no such user",
    "no such recipient",
    "no such mailbox",
    "no such address",
    "no mailbox here",
    "does not exist",
    "doesn't exist",
    "user not found",
    "invalid recipient",
    "invalid mailbox",
    "not a valid mailbox",
    "mailbox not found",
    "unknown local",
];

/// Classifies an answer.
pub(crate) fn classify(answer: &Answer) -> Outcome {
    match answer.code {
        None => unanswered(answer),
        Some(200..=299) => Outcome::Accepted {
            provider_ref: without_addresses(&answer.text),
        },
        Some(code @ 500..=599) => refused(code, answer),
        // Other codes are for now, and for none of them has the server taken the message.
        Some(code) => postponed(code, answer),
    }
}

fn unanswered(answer: &Answer) -> Outcome {
    let class = if answer.timed_out {
        ReasonClass::Timeout
    } else {
        ReasonClass::Connection
    };
    let reason = Reason::new(class, None, &answer.text);
    match answer.stage {
        Stage::AfterHandover => Outcome::Unknown { reason },
        Stage::BeforeHandover => Outcome::NotAccepted {
            retry_after: MINUTE / 2,
            reason,
        },
    }
}

fn postponed(code: u16, answer: &Answer) -> Outcome {
    let (class, pause) = match (code, enhanced(&answer.text)) {
        (_, Some([_, 2, 2])) => (ReasonClass::MailboxFull, 60 * MINUTE),
        (454, _) => (ReasonClass::Authentication, 5 * MINUTE),
        // Greylisting and "too fast" share 4.7.x.
        (_, Some([_, 7, _])) => (ReasonClass::RateLimited, 5 * MINUTE),
        (421, _) => (ReasonClass::Busy, MINUTE),
        (450, _) => (ReasonClass::Busy, 5 * MINUTE),
        _ => (ReasonClass::Busy, 2 * MINUTE),
    };
    let retry_after = answer.retry_after.unwrap_or(pause);
    Outcome::NotAccepted {
        retry_after,
        reason: Reason::new(class, Some(code), &answer.text),
    }
}

fn refused(code: u16, answer: &Answer) -> Outcome {
    let class = match (code, enhanced(&answer.text)) {
        (530 | 534 | 535 | 538, _) => ReasonClass::Authentication,
        (_, Some(status)) => by_status(code, status),
        (_, None) => by_words(code, &answer.text.to_lowercase()),
    };
    let reason = Reason::new(class, Some(code), &answer.text);
    match class {
        // Our own account is refused: no message is at fault, so none is given up.
        ReasonClass::Authentication => Outcome::NotAccepted {
            retry_after: 5 * MINUTE,
            reason,
        },
        ReasonClass::UnknownRecipient | ReasonClass::RecipientDisabled => Outcome::Suppress {
            why: SuppressReason::HardBounce,
            reason,
        },
        ReasonClass::InvalidAddress => Outcome::Suppress {
            why: SuppressReason::Invalid,
            reason,
        },
        _ => Outcome::Dropped { reason },
    }
}

fn by_status(code: u16, status: [u16; 3]) -> ReasonClass {
    match status {
        [_, 1, 1 | 2 | 6 | 10] => ReasonClass::UnknownRecipient,
        [_, 1, 3] => ReasonClass::InvalidAddress,
        [_, 1, 7 | 8] | [_, 7, _] => ReasonClass::Policy,
        [_, 2, 1] => ReasonClass::RecipientDisabled,
        [_, 2, 2] => ReasonClass::MailboxFull,
        [_, 2, 3] | [_, 3, 4] => ReasonClass::TooBig,
        [_, 6, _] => ReasonClass::Content,
        _ if code == 552 => ReasonClass::MailboxFull,
        _ => ReasonClass::Other,
    }
}

fn by_words(code: u16, text: &str) -> ReasonClass {
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match code {
        _ if has(SENDER_WORDS) => ReasonClass::Policy,
        550 | 551 | 553 | 554 if has(NOBODY_WORDS) => ReasonClass::UnknownRecipient,
        552 => ReasonClass::MailboxFull,
        _ => ReasonClass::Other,
    }
}

/// Reads the enhanced status code at the start of an answer.
pub(crate) fn enhanced(text: &str) -> Option<[u16; 3]> {
    let mut parts = text.split_whitespace().next()?.split('.');
    let mut next = || {
        let part = parts.next()?;
        let short = (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        short.then(|| part.parse().ok())?
    };
    let status = [next()?, next()?, next()?];
    (parts.next().is_none() && matches!(status, [2 | 4 | 5, ..])).then_some(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(code: u16, text: &str) -> (&'static str, ReasonClass) {
        let outcome = classify(&Answer::reply(Stage::BeforeHandover, code, text));
        (outcome.as_str(), outcome.reason().unwrap().class)
    }

    use ReasonClass::{
        Authentication, Busy, Content, InvalidAddress, MailboxFull, Other, Policy, RateLimited,
        RecipientDisabled, TooBig, UnknownRecipient,
    };

    const ANSWERS: &[(u16, &str, &str, ReasonClass)] = &[
        (421, "4.3.2 shutting down", "not_accepted", Busy),
        (421, "", "not_accepted", Busy),
        (450, "4.2.2 mailbox full", "not_accepted", MailboxFull),
        (450, "4.2.0 greylisted", "not_accepted", Busy),
        (450, "4.7.1 try later", "not_accepted", RateLimited),
        (421, "4.7.28 rate limited", "not_accepted", RateLimited),
        (451, "4.3.0 local error", "not_accepted", Busy),
        (452, "4.3.1 disk full", "not_accepted", Busy),
        (
            454,
            "4.7.0 TLS not available",
            "not_accepted",
            Authentication,
        ),
        (535, "5.7.8 bad credentials", "not_accepted", Authentication),
        (
            530,
            "5.7.0 must issue STARTTLS",
            "not_accepted",
            Authentication,
        ),
        (550, "5.1.1 <a@b.jp>: unknown", "suppress", UnknownRecipient),
        (550, "5.1.2 no such domain", "suppress", UnknownRecipient),
        (501, "5.1.3 bad address syntax", "suppress", InvalidAddress),
        (550, "5.1.10 null MX", "suppress", UnknownRecipient),
        (550, "5.2.1 mailbox disabled", "suppress", RecipientDisabled),
        (552, "5.2.2 over quota", "dropped", MailboxFull),
        (552, "quota exceeded", "dropped", MailboxFull),
        (552, "5.3.4 message too big", "dropped", TooBig),
        (550, "5.7.1 rejected as spam", "dropped", Policy),
        (550, "5.7.26 unauthenticated", "dropped", Policy),
        (550, "5.1.8 sender refused", "dropped", Policy),
        (554, "5.6.0 bad content", "dropped", Content),
        (
            550,
            "5.4.1 recipient rejected: access denied",
            "dropped",
            Other,
        ),
        (550, "5.1.0 rejected", "dropped", Other),
        (
            550,
            "Unknown user a..b@docomo.ne.jp",
            "suppress",
            UnknownRecipient,
        ),
        (550, "No such user here", "suppress", UnknownRecipient),
        (
            550,
            "user unknown, your IP is listed at rbl.example",
            "dropped",
            Policy,
        ),
        (550, "relay not permitted", "dropped", Policy),
        (550, "Requested action not taken", "dropped", Other),
        (554, "Transaction failed", "dropped", Other),
        (502, "5.5.2 not implemented", "dropped", Other),
        (354, "unexpected", "not_accepted", Busy),
    ];

    #[test]
    fn answers_are_classified() {
        for (code, text, outcome, reason) in ANSWERS {
            assert_eq!(class(*code, text), (*outcome, *reason), "{code} {text}");
        }
    }

    #[test]
    fn silence_is_in_doubt_only_after_the_hand_over() {
        let before = classify(&Answer::broken(Stage::BeforeHandover, "reset"));
        assert!(before.may_send_again());
        for answer in [
            Answer::broken(Stage::AfterHandover, "x"),
            Answer::timed_out(Stage::AfterHandover),
        ] {
            assert_eq!(classify(&answer).as_str(), "unknown");
        }
        // A refusal after the final dot is an answer: the server does not have the message.
        assert!(classify(&Answer::reply(Stage::AfterHandover, 451, "4.3.0 x")).may_send_again());
    }

    #[test]
    fn enhanced_codes_are_read_only_where_they_stand() {
        assert_eq!(enhanced("5.1.1 unknown"), Some([5, 1, 1]));
        assert_eq!(enhanced("5.7.26"), Some([5, 7, 26]));
        for text in [
            "",
            "192.0.2.1 is blocked",
            "5.1 x",
            "3.1.1 x",
            "see 5.1.1",
            "5.1.1.1 x",
            "5.1234.1",
        ] {
            assert_eq!(enhanced(text), None, "{text}");
        }
    }
}
