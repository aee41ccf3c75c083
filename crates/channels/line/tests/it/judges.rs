//! What others say about what we send: LINE's own description behind Prism, LINE's own SDK, `PyJWT`, the
//! counting of JavaScript.

use std::{process::Command, sync::Arc, time::Duration};

use channel_core::{Attempt, Channel as _, InboundKind, Notification, Outcome, Pack};
use channel_line::{
    AssertionKey, BatchOperation, Credentials, IdTokenError, IdTokenRules, LineChannel, Messages,
    Narrowcast, Purpose, RetryKey, RichMenu, Secret, Unit, UserId, length, verify_id_token,
};
use kernel::time::{Millis, SECOND, SystemClock};
use line_fake::{Known, LineFake, Options, Rates};
use serde_json::{Map, Value, json};

use crate::{
    support::{START, accepted, message_of, patient_channel, prepared, send, user},
    tools::{self, Prism, feed, judge},
};

fn fixtures() -> Value {
    serde_json::from_str(include_str!("fixtures/messages.json")).unwrap()
}

fn push(messages: &Value) -> Value {
    json!({ "to": user(1), "messages": messages })
}

/// Returns the push requests of the fixtures, good and bad, by name.
fn bodies(kind: &str) -> Map<String, Value> {
    let all = fixtures();
    let named = all[kind].as_object().unwrap().clone();
    named
        .into_iter()
        .map(|(name, value)| (name, push(value.get("messages").unwrap_or(&value))))
        .collect()
}

fn judges_of(name: &str) -> Vec<String> {
    serde_json::from_value(fixtures()["bad"][name]["judges"].clone()).unwrap()
}

async fn platform() -> LineFake {
    let options = Options {
        known: Known::Anybody,
        rates: Rates::Off,
        long_lived: Some("by-hand".to_owned()),
        key: Some(crate::tokens::public_key("kid-1")),
        ..Options::default()
    };
    LineFake::start(options, Arc::new(SystemClock)).await
}

#[test]
fn our_check_agrees_with_the_fixtures() {
    let all = fixtures();
    for (name, messages) in all["good"].as_object().unwrap() {
        let checked = Messages::check(messages.clone(), "");
        assert!(checked.is_ok(), "{name}: {checked:?}");
    }
    for (name, bad) in all["bad"].as_object().unwrap() {
        assert!(
            Messages::check(bad["messages"].clone(), "").is_err(),
            "{name}"
        );
    }
}

#[test]
fn the_official_sdk_reads_what_we_send_and_refuses_what_we_refuse() {
    let said = judge(&json!({ "sdk": [bodies("good")] }));
    for (name, verdict) in said["sdk"].as_object().unwrap() {
        assert_eq!(verdict, "same", "{name}");
    }
    let said = judge(&json!({ "sdk": [bodies("bad")] }));
    for (name, verdict) in said["sdk"].as_object().unwrap() {
        let is_refused = verdict.as_str().unwrap().starts_with("refused");
        let should = judges_of(name).contains(&"sdk".to_owned());
        assert_eq!(is_refused, should, "{name}: {verdict}");
    }
}

/// One test for all, because Prism takes some seconds to start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_own_description_takes_every_call_of_ours_and_every_answer_of_the_fake() {
    let Some(description) = tools::description() else {
        eprintln!(
            "did not run: ENISHI_LINE_OPENAPI names no messaging-api.yml (github.com/line/line-openapi)"
        );
        return;
    };
    let fake = platform().await;
    let folder = tempfile::tempdir().unwrap();
    let prism = Prism::start(&description, &fake.base_url(), folder.path());
    let credentials = Credentials::LongLived(Secret::new("by-hand"));
    let patience = Duration::from_mins(1);
    let channel = patient_channel(&prism.base, credentials, Arc::new(SystemClock), patience);
    every_message(&channel, &fake).await;
    mutants(&prism.base, &fake);
    keys_and_packs(&channel, &fake).await;
    many(&channel).await;
    menus(&channel).await;
    questions(&channel, &fake).await;
    tokens(&prism.base, &fake).await;
    events(&prism.base, &fake);
    assert_eq!(fake.misuses(), Vec::<String>::new());
}

/// Every way of asking for a token, each proved by a call that is made with it.
async fn tokens(base: &str, fake: &LineFake) {
    let channel_id = Options::default().channel_id;
    let jwk = include_str!("fixtures/assertion.jwk.json");
    let key = AssertionKey::parse(jwk, "kid-1").unwrap();
    let before = fake.tokens_issued();
    for credentials in [
        crate::support::stateless(&Options::default()),
        Credentials::StatelessSigned {
            channel_id: channel_id.clone(),
            key: key.clone(),
        },
        Credentials::Signed {
            channel_id,
            key,
            life: Duration::from_hours(24),
        },
    ] {
        let patience = Duration::from_mins(1);
        let channel = patient_channel(base, credentials, Arc::new(SystemClock), patience);
        channel.api().quota().await.unwrap();
    }
    assert_eq!(fake.tokens_issued() - before, 3);
}

/// Every kind of event that the fake makes and the channel reads, and what LINE does not send.
fn events(base: &str, fake: &LineFake) {
    let person = user(1);
    let with = |kind: &str, name: &str, value: Value| {
        let mut event = fake.event(kind, &person);
        event[name] = value;
        event
    };
    let good = [
        with("follow", "follow", json!({ "isUnblocked": true })),
        fake.event("unfollow", &person),
        with(
            "message",
            "message",
            json!({ "type": "text", "id": "468", "text": "こんにちは", "quoteToken": "q" }),
        ),
        with(
            "postback",
            "postback",
            json!({ "data": "a=1", "params": { "date": "2026-04-01" } }),
        ),
        with("unsend", "unsend", json!({ "messageId": "468" })),
        with(
            "accountLink",
            "link",
            json!({ "result": "failed", "nonce": "0123456789" }),
        ),
        with(
            "beacon",
            "beacon",
            json!({ "hwid": "374591320", "type": "enter" }),
        ),
    ];
    let (all, signature) = fake.webhook(&good);
    let secret = Secret::new(Options::default().channel_secret);
    let heard = channel_line::webhook::read(&secret, Some(&signature), all.as_bytes()).unwrap();
    let is_known = |kind: &InboundKind| !matches!(kind, InboundKind::Other { .. });
    assert!(
        heard.events.iter().all(|event| is_known(&event.kind)),
        "{heard:?}"
    );
    let mut bodies = json!({ "all": all, "none": fake.webhook(&[]).0 });
    bodies["no_reply_token"] = all.replace("replyToken", "replyTolken").into();
    bodies["destination"] = all.replace("U8e742f61", "X8e742f61").into();
    bodies["result"] = all.replace("\"failed\"", "\"perhaps\"").into();
    let before = fake.log().len();
    let said = judge(&json!({ "callback": [base, bodies] }));
    let reached = fake.log().len() - before;
    assert_eq!(reached, 2, "the good ones are handed on: {said}");
    for name in ["no_reply_token", "destination", "result"] {
        let status = said["callback"][name].as_u64().unwrap();
        assert!(status == 400 || status == 422, "{name}: {status}");
    }
}

async fn every_message(channel: &LineChannel, fake: &LineFake) {
    let all = fixtures();
    for (n, (name, messages)) in (1..).zip(all["good"].as_object().unwrap()) {
        let outcome = send(channel, message_of(n, &user(n), &messages.to_string())).await;
        assert!(
            matches!(outcome, Outcome::Accepted { .. }),
            "{name}: {outcome:?} {:?}",
            outcome.reason().map(|reason| &reason.detail)
        );
        assert_eq!(&fake.received(&user(n))[0].messages, messages, "{name}");
    }
}

/// What LINE's description refuses never reaches the platform; what it cannot know does.
fn mutants(base: &str, fake: &LineFake) {
    let before = fake.log().len();
    let bad = bodies("bad");
    let said = judge(&json!({ "post": [base, bad] }));
    let mut passed = 0;
    for (name, status) in said["post"].as_object().unwrap() {
        let should = judges_of(name).contains(&"prism".to_owned());
        assert_eq!(*status == 400 || *status == 422, should, "{name}: {status}");
        passed += usize::from(!should);
    }
    assert_eq!(fake.log().len() - before, passed);
}

async fn keys_and_packs(channel: &LineChannel, fake: &LineFake) {
    fake.play([line_fake::Trick::Answer {
        status: 200,
        message: "an answer that LINE does not give".to_owned(),
    }]);
    let message = message_of(800, &user(800), r#"[{"type":"text","text":"a"}]"#);
    let outcome = send(channel, message).await;
    assert_eq!(
        outcome.reason().map(|reason| reason.code),
        Some(Some(500)),
        "Prism reads the answers of the fake, too: {outcome:?}"
    );
    fake.play([line_fake::Trick::TakeAndFail]);
    let message = message_of(900, &user(900), r#"[{"type":"text","text":"一度だけ"}]"#);
    let first = send(channel, message.clone()).await;
    assert!(matches!(first, Outcome::Unknown { .. }), "{first:?}");
    accepted(&send(channel, message).await);
    assert_eq!(fake.received(&user(900)).len(), 1);
    let pack = Pack {
        idempotency_key: "pack".to_owned(),
        messages: prepared(channel, 500),
    };
    let mut lane = channel.open();
    for _ in 0..2 {
        for outcome in lane.deliver_pack(&pack, Attempt::First).await {
            accepted(&outcome);
        }
    }
    assert_eq!(fake.received(&user(500)).len(), 1);
}

async fn many(channel: &LineChannel) {
    let api = channel.api();
    let hello = Messages::check(json!([{ "type": "text", "text": "a" }]), "").unwrap();
    let narrowcast = Narrowcast {
        messages: hello.clone(),
        notification: Notification::Silent,
        recipient: Some(
            json!({ "type": "operator", "and": [{ "type": "audience", "audienceGroupId": 5_614_991_017_776_i64 }] }),
        ),
        demographic: Some(json!({ "type": "gender", "oneOf": ["male"] })),
        max: Some(100),
    };
    let outcome = api
        .narrowcast(&narrowcast, &RetryKey::of("n"))
        .await
        .unwrap();
    api.narrowcast_progress(&accepted(&outcome)).await.unwrap();
    let outcome = api
        .broadcast(&hello, Notification::Silent, &RetryKey::of("b"))
        .await;
    accepted(&outcome.unwrap());
    for purpose in [
        Purpose::Reply,
        Purpose::Push,
        Purpose::Multicast,
        Purpose::Narrowcast,
        Purpose::Broadcast,
    ] {
        api.validate(purpose, &hello).await.unwrap();
    }
}

async fn menus(channel: &LineChannel) {
    let api = channel.api();
    let area = |action: Value| json!({ "bounds": { "x": 0, "y": 0, "width": 1250, "height": 843 }, "action": action });
    let menu = json!({ "size": { "width": 2500, "height": 843 }, "selected": false, "name": "春", "chatBarText": "メニュー", "areas": [
        area(json!({ "type": "richmenuswitch", "richMenuAliasId": "tab-2", "data": "tab=2" })),
        area(json!({ "type": "postback", "data": "a=1", "inputOption": "openRichMenu" })),
        area(json!({ "type": "uri", "label": "店", "uri": "https://shop.example.jp/" })),
    ]});
    let menu = RichMenu::check(menu, "").unwrap();
    let id = api.create_menu(&menu).await.unwrap();
    api.upload_menu_image(&id, b"\x89PNG\r\n\x1a\n....".to_vec())
        .await
        .unwrap();
    let people: Vec<UserId> = (1..=501)
        .map(|n| UserId::parse(&user(n)).unwrap())
        .collect();
    api.link_menu(&people[0], &id).await.unwrap();
    api.link_menu_to_many(&people, &id).await.unwrap();
    api.unlink_menu_of_many(&people).await.unwrap();
    api.unlink_menu(&people[0]).await.unwrap();
    api.set_default_menu(&id).await.unwrap();
    api.set_menu_alias("tab-1", &id).await.unwrap();
    api.set_menu_alias("tab-1", &id).await.unwrap();
    assert_eq!(api.menu_aliases().await.unwrap().len(), 1);
    let operations = [
        BatchOperation::Link {
            from: id.clone(),
            to: id.clone(),
        },
        BatchOperation::Unlink { from: id.clone() },
    ];
    let batch = api.batch_menus(&operations, "resume").await.unwrap();
    api.batch_progress(&batch).await.unwrap();
    assert_eq!(api.menus().await.unwrap().len(), 1);
    api.delete_menu_alias("tab-1").await.unwrap();
    api.delete_menu(&id).await.unwrap();
}

async fn questions(channel: &LineChannel, fake: &LineFake) {
    let api = channel.api();
    fake.befriend(&user(1));
    let person = UserId::parse(&user(1)).unwrap();
    assert!(api.profile(&person).await.unwrap().is_some());
    assert!(!api.followers(None).await.unwrap().user_ids.is_empty());
    assert!(!api.link_token(&person).await.unwrap().is_empty());
    assert_eq!(api.quota().await.unwrap().limit, None);
    api.delivered(channel_line::CountedKind::Push, "20261129")
        .await
        .unwrap();
    let statistics = json!({
        "overview": { "uniqueImpression": 40, "uniqueClick": null },
        "messages": [{ "seq": 1, "impression": 42, "uniqueMediaPlayed": null }],
        "clicks": [{ "seq": 1, "url": "https://shop.example.jp/", "click": 25, "uniqueClick": null, "uniqueClickOfRequest": null }],
    });
    fake.set_unit("spring", statistics);
    api.units_used().await.unwrap();
    let unit = api
        .unit_insight("spring", "20261101", "20261129")
        .await
        .unwrap();
    assert_eq!(
        (unit.unique_impressions, unit.unique_clicks),
        (Some(40), None)
    );
    let hello = Messages::check(json!([{ "type": "text", "text": "a" }]), "").unwrap();
    let token = fake.reply_token(&user(1));
    api.reply(&token, &hello, Notification::Normal)
        .await
        .unwrap();
}

#[tokio::test]
async fn the_official_sdk_reads_the_webhooks_of_the_fake() {
    let fake = platform().await;
    let (body, signature) = fake.webhook(&[fake.event("unfollow", &user(1))]);
    let mut follow = fake.event("follow", &user(1));
    follow["follow"] = json!({ "isUnblocked": true });
    let (second, second_signature) = fake.webhook(&[follow]);
    let ours = r#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}"#;
    let our_signature = channel_line::webhook::signature(
        &Secret::new(Options::default().channel_secret),
        ours.as_bytes(),
    );
    let items = json!({
        "unfollow": [body, signature], "follow": [second, second_signature], "empty": [ours, our_signature],
        "forged": [body.replace("unfollow", "follow"), signature],
    });
    let said = judge(&json!({ "hooks": [Options::default().channel_secret, items] }));
    let expected = json!({ "unfollow": ["UnfollowEvent"], "follow": ["FollowEvent"], "empty": [], "forged": "InvalidSignatureError" });
    assert_eq!(said["hooks"], expected);
}

#[test]
fn pyjwt_verifies_our_assertion() {
    let jwk: Value = serde_json::from_str(include_str!("fixtures/assertion.jwk.json")).unwrap();
    let key = AssertionKey::parse(&jwk.to_string(), "kid-1").unwrap();
    let life = Duration::from_hours(90 * 24);
    let token = key.assertion("1234567890", START, Some(life)).unwrap();
    let said = judge(&json!({ "assertion": [token, jwk, START.0 / SECOND] }));
    let said = &said["assertion"];
    assert_eq!(
        said["header"],
        json!({ "alg": "RS256", "typ": "JWT", "kid": "kid-1" })
    );
    let claims = &said["claims"];
    assert_eq!(
        (&claims["iss"], &claims["sub"]),
        (&json!("1234567890"), &json!("1234567890"))
    );
    assert_eq!(
        claims["token_exp"],
        30 * 24 * 3_600,
        "never more than LINE allows"
    );
    let life = said["life"].as_i64().unwrap();
    assert!((1..=1_800).contains(&life), "{life}");
}

#[test]
fn id_tokens_made_by_pyjwt_are_believed_or_not() {
    let secret = "0123456789abcdef0123456789abcdef";
    let now = START.0 / SECOND;
    let made = judge(&json!({ "id_tokens": [secret, now] }));
    let made = &made["id_tokens"];
    let rules = IdTokenRules {
        channel_id: "1234567890".to_owned(),
        channel_secret: Some(Secret::new(secret)),
        keys: Some(serde_json::from_value(made["keys"].clone()).unwrap()),
        nonce: Some("n-1".to_owned()),
    };
    let verify = |name: &str, rules: &IdTokenRules| {
        verify_id_token(made["tokens"][name].as_str().unwrap(), rules, START)
    };
    for name in ["web", "app"] {
        let identity = verify(name, &rules).unwrap();
        assert_eq!(
            identity.user_id.as_str(),
            "U0123456789abcdef0123456789abcdef"
        );
        assert_eq!(identity.name.as_deref(), Some("縁 花子"));
        assert_eq!(identity.expires_at, Millis((now + 3_600) * SECOND));
    }
    for (name, error) in [
        ("none", IdTokenError::Algorithm),
        ("none_signed", IdTokenError::Algorithm),
        ("hs512", IdTokenError::Algorithm),
        ("wrong_secret", IdTokenError::Signature),
        ("wrong_key", IdTokenError::Signature),
        ("unknown_key", IdTokenError::UnknownKey),
        ("key_as_secret", IdTokenError::Signature),
        ("changed", IdTokenError::Signature),
        ("issuer", IdTokenError::Issuer),
        ("audience", IdTokenError::Audience),
        ("expired", IdTokenError::Expired),
        ("nonce", IdTokenError::Nonce),
        ("subject", IdTokenError::Malformed),
        ("cut", IdTokenError::Malformed),
        ("empty", IdTokenError::Malformed),
    ] {
        assert_eq!(verify(name, &rules), Err(error), "{name}");
    }
    let web_only = IdTokenRules {
        keys: None,
        ..rules.clone()
    };
    assert_eq!(verify("app", &web_only), Err(IdTokenError::UnknownKey));
    let app_only = IdTokenRules {
        channel_secret: None,
        ..rules
    };
    assert_eq!(verify("web", &app_only), Err(IdTokenError::UnknownKey));
}

#[test]
fn javascript_counts_as_we_do() {
    let texts = [
        "",
        "こんにちは",
        "🍎",
        "👨‍👩‍👧‍👦 家族",
        "𠮷野家",
        "🇯🇵🇫🇷",
        "👍🏽",
        "か\u{3099}ぎ",
        "e\u{301}",
        "\r\n",
        "1️⃣",
        "ｶﾞ",
        "한국어",
        "नमस्ते",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    ];
    let script = "const texts = JSON.parse(require('fs').readFileSync(0, 'utf8')); \
        const graphemes = new Intl.Segmenter('ja', { granularity: 'grapheme' }); \
        console.log(JSON.stringify(texts.map(text => [text.length, [...graphemes.segment(text)].length])));";
    let said = feed(
        Command::new("node").args(["-e", script]),
        &json!(texts).to_string(),
    );
    let counted: Vec<(usize, usize)> = serde_json::from_str(&said).unwrap();
    for (text, counted) in texts.iter().zip(counted) {
        let ours = (length(text, Unit::Utf16), length(text, Unit::Grapheme));
        assert_eq!(ours, counted, "{text}");
    }
}
