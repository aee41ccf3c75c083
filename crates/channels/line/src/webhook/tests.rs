use serde_json::json;

use super::*;

/// The vector of LINE's own documentation.
const SECRET: &str = "8c570fa6dd201bb328f1c1eac23a96d8";
const BODY: &str = r#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}"#;
const SIGNATURE: &str = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=";

const USER: &str = "U0123456789abcdef0123456789abcdef";

fn secret() -> Secret {
    Secret::new(SECRET)
}

fn read_events(events: &Value) -> Hook {
    let body =
        json!({ "destination": "U8e742f61d673b39c7fff3cecb7536ef0", "events": events }).to_string();
    let signature = signature(&secret(), body.as_bytes());
    read(&secret(), Some(&signature), body.as_bytes()).unwrap()
}

fn event(kind: &str, more: &Value) -> Value {
    let mut event = json!({
        "type": kind, "mode": "active", "timestamp": 1_795_330_800_000_i64, "webhookEventId": "01FZ74A0TDDPYRVKNK77XKC3ZR",
        "deliveryContext": { "isRedelivery": false }, "source": { "type": "user", "userId": USER },
        "replyToken": "nHuyWiB7yP5Zw52FIkcQobQuGDXCTA",
    });
    for (name, value) in more.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

fn kind(name: &str, more: &Value) -> InboundKind {
    let hook = read_events(&json!([event(name, more)]));
    assert_eq!(hook.unreadable, 0);
    hook.events.into_iter().next().unwrap().kind
}

#[test]
fn the_official_vector_passes_and_any_changed_byte_does_not() {
    let hook = read(&secret(), Some(SIGNATURE), BODY.as_bytes()).unwrap();
    assert_eq!(
        hook.destination.as_str(),
        "U8e742f61d673b39c7fff3cecb7536ef0"
    );
    assert!(hook.events.is_empty(), "LINE tries the address out");
    assert_eq!(signature(&secret(), BODY.as_bytes()), SIGNATURE);
    for index in 0..BODY.len() {
        let mut changed = BODY.as_bytes().to_vec();
        changed[index] ^= 1;
        let refused = read(&secret(), Some(SIGNATURE), &changed);
        assert!(
            matches!(refused, Err(InboundError::BadSignature)),
            "{index}"
        );
    }
    let wrong = [
        None,
        Some(""),
        Some("x"),
        Some("GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDL"),
        Some(&SIGNATURE[1..]),
    ];
    for given in wrong {
        let refused = read(&secret(), given, BODY.as_bytes());
        assert!(
            matches!(refused, Err(InboundError::BadSignature)),
            "{given:?}"
        );
    }
    let other = Secret::new("another");
    assert!(read(&other, Some(SIGNATURE), BODY.as_bytes()).is_err());
}

#[test]
fn what_cannot_be_read_has_a_name() {
    let signed = |body: &[u8]| read(&secret(), Some(&signature(&secret(), body)), body);
    for bad in [
        &b""[..],
        b"{",
        b"[]",
        b"{}",
        b"{\"destination\":\"U1\",\"events\":[]}",
        b"\xff\xfe",
        b"{\"destination\":\"U8e742f61d673b39c7fff3cecb7536ef0\",\"events\":{}}",
    ] {
        assert!(
            matches!(signed(bad), Err(InboundError::Malformed(_))),
            "{bad:?}"
        );
    }
    let deep = format!(
        "{{\"destination\":\"U8e742f61d673b39c7fff3cecb7536ef0\",\"events\":[{}",
        "[".repeat(5_000)
    );
    assert!(matches!(
        signed(deep.as_bytes()),
        Err(InboundError::Malformed(_))
    ));
    let huge = vec![b' '; LARGEST + 1];
    assert!(matches!(signed(&huge), Err(InboundError::TooLarge { .. })));
}

#[test]
fn each_event_says_what_happened() {
    let none = json!({});
    assert_eq!(
        kind("follow", &json!({ "follow": { "isUnblocked": true } })),
        InboundKind::Followed {
            after_block: Some(true)
        }
    );
    assert_eq!(
        kind("follow", &none),
        InboundKind::Followed { after_block: None }
    );
    assert_eq!(kind("unfollow", &none), InboundKind::Blocked);
    let wrote = json!({ "message": { "type": "text", "id": "468789577898262530", "text": "こんにちは 🍎", "quoteToken": "q" } });
    assert_eq!(
        kind("message", &wrote),
        InboundKind::Wrote {
            message_id: "468789577898262530".to_owned(),
            what: "text".to_owned(),
            text: Some("こんにちは 🍎".to_owned())
        }
    );
    assert_eq!(
        kind("unsend", &json!({ "unsend": { "messageId": "468" } })),
        InboundKind::Unsent {
            message_id: "468".to_owned()
        }
    );
}

#[test]
fn buttons_links_and_beacons_say_what_happened() {
    let pressed =
        json!({ "postback": { "data": "a=1", "params": { "datetime": "2026-04-01T09:00" } } });
    assert_eq!(
        kind("postback", &pressed),
        InboundKind::Pressed {
            data: "a=1".to_owned(),
            choices: vec![("datetime".to_owned(), "2026-04-01T09:00".to_owned())]
        }
    );
    let linked = |result: &str| {
        kind(
            "accountLink",
            &json!({ "link": { "result": result, "nonce": "n" } }),
        )
    };
    assert_eq!(
        linked("ok"),
        InboundKind::AccountLinked {
            nonce: "n".to_owned()
        }
    );
    assert_eq!(
        linked("failed"),
        InboundKind::AccountLinkFailed {
            nonce: "n".to_owned()
        }
    );
    let beacon = json!({ "beacon": { "hwid": "374591320", "type": "enter" } });
    assert_eq!(
        kind("beacon", &beacon),
        InboundKind::Beacon {
            hardware_id: "374591320".to_owned(),
            what: "enter".to_owned()
        }
    );
}

#[test]
fn the_unknown_is_accepted_and_does_nothing() {
    for name in [
        "messageEdited",
        "membership",
        "videoPlayComplete",
        "activated",
    ] {
        assert_eq!(
            kind(name, &json!({ "new": [1] })),
            InboundKind::Other {
                what: name.to_owned()
            }
        );
    }
    assert_eq!(
        kind("postback", &json!({})),
        InboundKind::Other {
            what: "postback".to_owned()
        }
    );
    let group = json!({ "source": { "type": "group", "groupId": "C1", "userId": USER }, "message": { "type": "text", "id": "1", "text": "a" } });
    assert_eq!(
        kind("message", &group),
        InboundKind::Other {
            what: "message".to_owned()
        }
    );
    let hook = read_events(
        &json!([{ "type": "follow" }, 7, event("unfollow", &json!({ "source": null }))]),
    );
    assert_eq!((hook.unreadable, hook.events.len()), (2, 1));
    assert_eq!(hook.events[0].recipient, None);
}

#[test]
fn a_repeat_says_so_and_has_the_same_name() {
    let mut again = event("follow", &json!({}));
    again["deliveryContext"]["isRedelivery"] = true.into();
    let hook = read_events(&json!([event("follow", &json!({})), again]));
    let [first, second] = &hook.events[..] else {
        panic!("two events")
    };
    assert_eq!(first.dedupe_key, second.dedupe_key);
    assert_eq!((first.is_repeat, second.is_repeat), (false, true));
    assert_eq!(first.at, Millis(1_795_330_800_000));
    assert_eq!(first.recipient.as_ref().unwrap().as_str(), USER);
    assert_eq!(
        first.reply_token.as_deref(),
        Some("nHuyWiB7yP5Zw52FIkcQobQuGDXCTA")
    );
}

proptest::proptest! {
    #[test]
    fn whatever_is_signed_it_is_read_or_refused(body in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
        let _ = read(&secret(), Some(&signature(&secret(), &body)), &body);
    }
}
