mod flex;
mod template;

use serde_json::json;

use super::*;

/// Returns what is wrong with one message, as pointers and codes.
fn wrong(message: &Value) -> Vec<(String, String)> {
    let found = Messages::check(json!([message]), "/m");
    let errors = found.err().unwrap_or_default().0;
    for error in &errors {
        assert!(!error.message.en.is_empty() && !error.message.ja.is_empty());
        assert_ne!(error.message.en, error.message.ja);
    }
    errors
        .into_iter()
        .map(|error| {
            let pointer = error.pointer.strip_prefix("/m/0").unwrap().to_owned();
            (pointer, error.code)
        })
        .collect()
}

#[track_caller]
fn good(message: &Value) {
    assert_eq!(wrong(message), [], "{message}");
}

#[track_caller]
fn bad(message: &Value, pointer: &str, code: &str) {
    let found = wrong(message);
    let wanted = (pointer.to_owned(), code.to_owned());
    assert!(found.contains(&wanted), "{found:?} in {message}");
}

fn text(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

const PICTURE: &str = "https://img.example.jp/a.png";

#[test]
fn a_text_has_five_thousand_units() {
    good(&text(&"あ".repeat(5_000)));
    bad(&text(&"あ".repeat(5_001)), "/text", "too_long");
    good(&text(&"🍎".repeat(2_500)));
    bad(
        &text(&format!("{}a", "🍎".repeat(2_500))),
        "/text",
        "too_long",
    );
    bad(&text(""), "/text", "too_short");
    bad(&text("a\0b"), "/text", "bad_character");
    bad(&json!({ "type": "text", "text": 5 }), "/text", "wrong_kind");
    bad(&json!({ "type": "text" }), "/text", "required");
}

#[test]
fn a_request_has_one_to_five_messages() {
    let of = |count| Messages::check(Value::Array(vec![text("a"); count]), "/m");
    assert!(of(1).is_ok() && of(5).is_ok());
    assert_eq!(of(0).unwrap_err().0[0].code, "too_few");
    assert_eq!(of(6).unwrap_err().0[0].code, "too_many");
    let not_json = Messages::parse("[{\"type\":}]", "/m").unwrap_err();
    assert_eq!(not_json.0[0].place, Some((1, 10)));
    let deep = "[".repeat(10_000);
    assert_eq!(
        Messages::parse(&deep, "/m").unwrap_err().0[0].code,
        "bad_json"
    );
    for odd in [
        json!(null),
        json!({}),
        json!([null]),
        json!([[]]),
        json!([{}]),
    ] {
        assert!(Messages::check(odd, "/m").is_err());
    }
    let many = Messages::check(Value::Array(vec![json!({}); 1_000_000]), "/m").unwrap_err();
    assert!(many.0.len() <= 50, "a hostile document gets few errors");
}

#[test]
fn unknown_names_and_types_are_refused_where_they_stand() {
    bad(
        &json!({ "type": "text", "text": "a", "txt": 1 }),
        "/txt",
        "unknown_field",
    );
    bad(
        &json!({ "type": "text", "text": "a", "a/b~": 1 }),
        "/a~1b~0",
        "unknown_field",
    );
    bad(&json!({ "type": "nonsense" }), "/type", "unknown_type");
    bad(&json!({ "type": 7 }), "/type", "unknown_type");
    bad(&json!({ "text": "a" }), "/type", "required");
}

#[test]
fn a_line_emoji_stands_for_a_dollar_counted_in_units() {
    let with = |body: &str, indexes: &[u64]| {
        let emojis: Vec<Value> = indexes
            .iter()
            .map(|index| json!({ "index": index, "productId": "5ac1bfd5040ab15980c9b435", "emojiId": "001" }))
            .collect();
        json!({ "type": "text", "text": body, "emojis": emojis })
    };
    good(&with("$ 春 $", &[0, 4]));
    good(&with("🍎$", &[2]));
    bad(&with("🍎$", &[1]), "/emojis/0/index", "no_placeholder");
    bad(&with("$$", &[0, 0]), "/emojis/1/index", "duplicate");
    bad(&with("$", &[1]), "/emojis/0/index", "no_placeholder");
    let twenty: Vec<u64> = (0..20).collect();
    good(&with(&"$".repeat(21), &twenty));
    let more: Vec<u64> = (0..21).collect();
    bad(&with(&"$".repeat(21), &more), "/emojis", "too_many");
}

#[test]
fn each_placeholder_of_text_v2_has_its_substitute() {
    let of = |text: &str, substitution: Value| json!({ "type": "textV2", "text": text, "substitution": substitution });
    let user = json!({ "type": "mention", "mentionee": { "type": "user", "userId": "U0123456789abcdef0123456789abcdef" } });
    let emoji = json!({ "type": "emoji", "productId": "p", "emojiId": "001" });
    good(&of(
        "{you} さん {{そのまま}} {smile}",
        json!({ "you": user, "smile": emoji }),
    ));
    good(&json!({ "type": "textV2", "text": "plain" }));
    bad(&of("{you}", json!({})), "/text", "no_substitute");
    bad(&of("{you", json!({ "you": user })), "/text", "bad_braces");
    bad(&of("you}", json!({ "you": user })), "/text", "bad_braces");
    bad(
        &of("{a b}", json!({ "a b": user })),
        "/substitution/a b",
        "bad_format",
    );
    bad(
        &of(
            "{you}",
            json!({ "you": { "type": "mention", "mentionee": { "type": "user", "userId": "Uxyz" } } }),
        ),
        "/substitution/you/mentionee/userId",
        "bad_format",
    );
    let many = |count: usize| -> Value {
        (0..count)
            .map(|n| (format!("k{n}"), emoji.clone()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    good(&of("{k1}", many(100)));
    bad(&of("{k1}", many(101)), "/substitution", "too_many");
}

#[test]
fn files_are_https_and_two_thousand_characters() {
    let image = |url: &str| json!({ "type": "image", "originalContentUrl": url, "previewImageUrl": PICTURE });
    let long = |length: usize| format!("https://img.example.jp/{}", "a".repeat(length - 23));
    good(&image(&long(2_000)));
    bad(&image(&long(2_001)), "/originalContentUrl", "too_long");
    bad(
        &image("http://img.example.jp/a"),
        "/originalContentUrl",
        "bad_address",
    );
    bad(
        &image("javascript:alert(1)"),
        "/originalContentUrl",
        "bad_address",
    );
    bad(&image("https://"), "/originalContentUrl", "bad_address");
    bad(
        &image("https://img.example.jp/春.png"),
        "/originalContentUrl",
        "not_encoded",
    );
    bad(
        &image("https://img.example.jp/a b"),
        "/originalContentUrl",
        "not_encoded",
    );
    bad(&image(""), "/originalContentUrl", "too_short");
}

#[test]
fn thirteen_quick_replies_fit() {
    let replies = |count: usize| {
        let item = json!({ "type": "action", "imageUrl": PICTURE, "action": { "type": "message", "label": "a", "text": "a" } });
        json!({ "type": "text", "text": "a", "quickReply": { "items": vec![item; count] } })
    };
    good(&replies(13));
    bad(&replies(14), "/quickReply/items", "too_many");
    bad(&replies(0), "/quickReply/items", "too_few");
}

#[test]
fn an_imagemap_is_measured_in_1040() {
    let area = json!({ "x": 0, "y": 0, "width": 520, "height": 520 });
    let map = |width: u32, actions: usize, base: &str| {
        json!({ "type": "imagemap", "altText": "a", "baseUrl": base, "baseSize": { "width": width, "height": 585 },
            "actions": vec![json!({ "type": "uri", "linkUri": "https://e.jp/", "area": area }); actions] })
    };
    good(&map(1_040, 50, "https://img.example.jp/map"));
    bad(
        &map(1_040, 51, "https://img.example.jp/map"),
        "/actions",
        "too_many",
    );
    bad(
        &map(1_041, 1, "https://img.example.jp/map"),
        "/baseSize/width",
        "out_of_range",
    );
    bad(
        &map(1_040, 1, "https://img.example.jp/map?v=1"),
        "/baseUrl",
        "bad_address",
    );
}

#[test]
fn the_small_types_keep_their_limits() {
    good(&json!({ "type": "sticker", "packageId": "446", "stickerId": "1988" }));
    bad(
        &json!({ "type": "sticker", "packageId": "x", "stickerId": "1" }),
        "/packageId",
        "bad_format",
    );
    good(
        &json!({ "type": "audio", "originalContentUrl": "https://e.jp/a.m4a", "duration": 60_000 }),
    );
    bad(
        &json!({ "type": "audio", "originalContentUrl": "https://e.jp/a.m4a", "duration": 0 }),
        "/duration",
        "out_of_range",
    );
    good(
        &json!({ "type": "video", "originalContentUrl": "https://e.jp/a.mp4", "previewImageUrl": PICTURE, "trackingId": "t-1" }),
    );
    bad(
        &json!({ "type": "video", "originalContentUrl": "https://e.jp/a.mp4", "previewImageUrl": PICTURE, "trackingId": "あ" }),
        "/trackingId",
        "bad_format",
    );
    let place = |title: &str, latitude: f64| json!({ "type": "location", "title": title, "address": "東京都", "latitude": latitude, "longitude": 139.7 });
    good(&place(&"字".repeat(100), 35.6));
    bad(&place(&"字".repeat(101), 35.6), "/title", "too_long");
    bad(&place("店", 90.5), "/latitude", "out_of_range");
    good(&json!({ "type": "coupon", "couponId": "01JYN", "deliveryTag": "a".repeat(30) }));
    bad(
        &json!({ "type": "coupon", "couponId": "01JYN", "deliveryTag": "a".repeat(31) }),
        "/deliveryTag",
        "too_long",
    );
}

#[test]
fn messages_show_no_words_and_read_back() {
    let messages = Messages::check(json!([text("秘密")]), "").unwrap();
    assert_eq!(format!("{messages:?}"), "Messages([\"text\"])");
    let json = serde_json::to_string(&messages).unwrap();
    assert_eq!(serde_json::from_str::<Messages>(&json).unwrap(), messages);
    assert!(serde_json::from_str::<Messages>("[{\"type\":\"text\"}]").is_err());
}

proptest::proptest! {
    #[test]
    fn whatever_is_written_the_check_ends(json in "[\\[\\]{}\":,a-z0-9 \u{3042}]{0,200}") {
        let _ = Messages::parse(&json, "/m");
    }

    #[test]
    fn whatever_the_braces_the_check_ends(text in "[{}a-c$\u{1f34e}\u{3042}]{1,40}") {
        let _ = Messages::check(json!([{ "type": "textV2", "text": text }]), "");
        let _ = Messages::check(json!([{ "type": "text", "text": text, "emojis": [{ "index": 3, "productId": "p", "emojiId": "1" }] }]), "");
    }
}
