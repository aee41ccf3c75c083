//! What is sent, and which settings are none.

use std::sync::Arc;

use channel_core::{
    Outcome,
    conformance::provider::Act,
    dial::{AllowList, Dialler},
};
use channel_sms::{Secret, SmsChannel, SmsConfig, SmsConfigError};

use kernel::time::SystemClock;

use crate::support::{ACCOUNT, HANAKO, HOOK, TOKEN, at, channel, config, message, provider, send};

#[tokio::test]
async fn a_message_is_one_form() {
    let provider = provider(vec![]).await;
    let outcome = send(
        &*at(provider.port),
        message(42, HANAKO, "春の感謝祭 & 🌸\nhttps://s.example.jp/a?b=1"),
    )
    .await;
    let accepted = Outcome::Accepted {
        provider_ref: "SM0123456789abcdef0123456789abcdef".to_owned(),
    };
    assert_eq!(outcome.unwrap(), accepted);
    let seen = provider.seen();
    let [request] = &seen[..] else {
        panic!("{seen:?}")
    };
    assert_eq!(
        request.line,
        format!("POST /2010-04-01/Accounts/{ACCOUNT}/Messages.json")
    );
    assert_eq!(
        request.header("content-type"),
        "application/x-www-form-urlencoded"
    );
    assert!(
        request
            .header("authorization")
            .starts_with("Basic QUMwMTIz")
    );
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&request.body)
        .into_owned()
        .collect();
    let expected = [
        ("To", HANAKO),
        ("From", "+815012345678"),
        ("Body", "春の感謝祭 & 🌸\nhttps://s.example.jp/a?b=1"),
        ("StatusCallback", &format!("{HOOK}?delivery=42")),
        ("ValidityPeriod", "3600"),
    ];
    assert_eq!(
        form,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[tokio::test]
async fn a_service_chooses_the_number() {
    let provider = provider(vec![]).await;
    let service = format!("MG{}", "0f".repeat(16));
    let channel = channel(SmsConfig {
        from: service.clone(),
        ..config(&format!("http://127.0.0.1:{}", provider.port))
    });
    send(&*channel, message(1, HANAKO, "春")).await.unwrap();
    let form = String::from_utf8(provider.seen().remove(0).body).unwrap();
    assert!(
        form.contains(&format!("MessagingServiceSid={service}")) && !form.contains("From="),
        "{form}"
    );
}

#[tokio::test]
async fn whoever_stopped_messages_is_not_written_to_again() {
    let said = r#"{"code":21610,"message":"Attempt to send to unsubscribed recipient +819012345678","status":400}"#;
    let provider = provider(vec![Act::status(400, said)]).await;
    let outcome = send(&*at(provider.port), message(1, HANAKO, "春"))
        .await
        .unwrap();
    let Outcome::Suppress { why, reason } = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(why.as_str(), "opted_out");
    assert!(
        !reason.detail.contains("+8190"),
        "no number is kept in the ledger: {}",
        reason.detail
    );
}

#[tokio::test]
async fn two_messages_share_a_connection() {
    let provider = provider(vec![]).await;
    let channel = at(provider.port);
    let mut lane = channel.open();
    for n in 1..=2 {
        let prepared = channel.prepare(message(n, HANAKO, "春")).unwrap();
        lane.ready(&prepared).await.unwrap();
        lane.deliver(&prepared).await;
    }
    assert_eq!((provider.seen().len(), provider.connections()), (2, 1));
}

#[test]
fn settings_that_cannot_work_are_refused() {
    type Change = fn(&mut SmsConfig, &str);
    let changes: [(SmsConfigError, Change, &[&str]); 4] = [
        (
            SmsConfigError::BadHost,
            |config, text| text.clone_into(&mut config.host),
            &[
                "",
                "api.twilio.com",
                "ftp://api.twilio.com",
                "https://api.twilio.com/x",
                "https://0x7f.1",
            ],
        ),
        (
            SmsConfigError::BadAccount,
            |config, text| text.clone_into(&mut config.account),
            &[
                "",
                "AC1",
                "MG0123456789abcdef0123456789abcdef",
                "AC0123456789abcdef0123456789abcde/",
            ],
        ),
        (
            SmsConfigError::BadFrom,
            |config, text| text.clone_into(&mut config.from),
            &["", "青葉", "A name that is long", "12", "+81", "AO&BA"],
        ),
        (
            SmsConfigError::BadHook,
            |config, text| text.clone_into(&mut config.hook),
            &[
                "",
                "crm.example.jp",
                "https://crm.example.jp/a?b=1",
                "https://crm.example.jp/#a",
            ],
        ),
    ];
    assert_eq!(fault(named()), None);
    for (expected, change, texts) in changes {
        for text in texts {
            let mut config = named();
            change(&mut config, text);
            assert_eq!(fault(config), Some(expected), "{text:?}");
        }
    }
    let shown = format!("{:?}", named());
    assert!(!shown.contains(TOKEN), "{shown}");
}

/// Settings that work.
fn named() -> SmsConfig {
    SmsConfig::new(ACCOUNT, Secret::new(TOKEN), "AOBA", HOOK)
}

fn fault(config: SmsConfig) -> Option<SmsConfigError> {
    let dialler = Dialler::new(AllowList::default());
    SmsChannel::new(config, &dialler, Arc::new(SystemClock)).err()
}
