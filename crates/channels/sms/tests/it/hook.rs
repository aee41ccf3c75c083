//! What the provider tells, and what only pretends to be told by it.

use channel_core::{Inbound, InboundError, InboundKind, InboundRequest, SuppressReason};
use channel_sms::{Secret, signature};

use crate::support::{ACCOUNT, AT, HANAKO, HOOK, TOKEN, at};

fn fields(more: &[(&str, &str)]) -> Vec<(String, String)> {
    let usual = [
        ("AccountSid", ACCOUNT),
        ("MessageSid", "SM42"),
        ("From", "+815012345678"),
        ("To", HANAKO),
    ];
    let all = usual
        .iter()
        .filter(|(name, _)| more.iter().all(|(other, _)| other != name))
        .chain(more);
    all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn hear(
    query: &str,
    fields: &[(String, String)],
    signature: &str,
) -> Result<Vec<Inbound>, InboundError> {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    let headers = [("x-twilio-signature".to_owned(), signature.to_owned())];
    at(8_080).parse_inbound(&InboundRequest {
        query,
        headers: &headers,
        body: form.finish().as_bytes(),
        received_at: AT,
    })
}

/// As the provider itself would call.
fn told(query: &str, more: &[(&str, &str)]) -> Inbound {
    let fields = fields(more);
    let url = if query.is_empty() {
        HOOK.to_owned()
    } else {
        format!("{HOOK}?{query}")
    };
    let signature = signature(&Secret::new(TOKEN), &url, &fields);
    hear(query, &fields, &signature).unwrap().remove(0)
}

#[tokio::test]
async fn what_became_of_a_message_is_heard() {
    let heard = told("delivery=42", &[("MessageStatus", "delivered")]);
    assert_eq!(heard.kind, InboundKind::Delivered);
    assert_eq!(
        (heard.delivery_id, heard.dedupe_key.as_str()),
        (Some(42), "SM42:delivered")
    );
    assert_eq!(heard.recipient.unwrap().as_str(), HANAKO);

    let heard = told(
        "delivery=42",
        &[("MessageStatus", "undelivered"), ("ErrorCode", "30005")],
    );
    let InboundKind::Bounced { suppress, reason } = heard.kind else {
        panic!("{:?}", heard.kind)
    };
    assert_eq!(suppress, Some(SuppressReason::HardBounce));
    assert_eq!(reason.class.as_str(), "unknown_recipient");
    let heard = told("delivery=42", &[("MessageStatus", "sent")]);
    assert_eq!(
        heard.kind,
        InboundKind::Other {
            what: "sent".to_owned()
        }
    );
    assert_eq!(
        told("", &[("MessageStatus", "delivered")]).delivery_id,
        None
    );
}

#[tokio::test]
async fn one_word_takes_her_off_and_other_words_are_a_message() {
    for (text, opt_out) in [("停止", ""), ("ＳＴＯＰ", ""), ("arrêt", "STOP")] {
        let heard = told(
            "delivery=42",
            &[("Body", text), ("OptOutType", opt_out), ("From", HANAKO)],
        );
        assert_eq!(heard.kind, InboundKind::Unsubscribed, "{text}");
        assert_eq!(heard.recipient.unwrap().as_str(), HANAKO);
        assert_eq!(
            heard.delivery_id, None,
            "an answer belongs to no message of ours"
        );
    }
    let heard = told("", &[("Body", "停止しないで"), ("From", HANAKO)]);
    let InboundKind::Wrote { text, .. } = heard.kind else {
        panic!("{:?}", heard.kind)
    };
    assert_eq!(text.as_deref(), Some("停止しないで"));
}

#[tokio::test]
async fn only_the_provider_is_heard() {
    let fields = fields(&[("MessageStatus", "delivered")]);
    let good = signature(&Secret::new(TOKEN), &format!("{HOOK}?delivery=42"), &fields);
    assert!(hear("delivery=42", &fields, &good).is_ok());
    let refused =
        |result: Result<_, InboundError>| matches!(result, Err(InboundError::BadSignature));
    assert!(
        refused(hear("delivery=43", &fields, &good)),
        "another message"
    );
    assert!(refused(hear("", &fields, &good)), "another address");
    let mut changed = fields.clone();
    changed.push(("ErrorCode".to_owned(), "30005".to_owned()));
    assert!(
        refused(hear("delivery=42", &changed, &good)),
        "one field more"
    );
    for forged in [
        "",
        "AAAA",
        "not base64!",
        &signature(&Secret::new("x"), &format!("{HOOK}?delivery=42"), &fields),
    ] {
        assert!(refused(hear("delivery=42", &fields, forged)), "{forged:?}");
    }
}

#[tokio::test]
async fn what_is_signed_and_still_no_notice_is_refused() {
    for (name, value) in [
        ("AccountSid", "AC00000000000000000000000000000000"),
        ("MessageSid", ""),
    ] {
        let fields = fields(&[("MessageStatus", "delivered"), (name, value)]);
        let signature = signature(&Secret::new(TOKEN), HOOK, &fields);
        assert!(
            matches!(
                hear("", &fields, &signature),
                Err(InboundError::Malformed(_))
            ),
            "{name}"
        );
    }
    let huge = fields(&[("Body", &"あ".repeat(30_000))]);
    assert!(matches!(
        hear("", &huge, "AAAA"),
        Err(InboundError::TooLarge { .. })
    ));
}
