//! Webhooks of providers, signed by other people's code and read beside django-anymail.

use std::{collections::BTreeSet, process::Command};

use channel_core::{InboundError, InboundRequest};
use channel_email::{
    provider_events::{
        self, Envelope, EnvelopeKind, EventKind, Proof, Provider, ProviderEvent, SnsHosts, proves,
    },
    returned::Permanence,
};
use kernel::time::{DAY, Millis};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{feed, python};

const NOW: Millis = Millis(1_800_000_000_000);
const TOPIC: &str = "arn:aws:sns:ap-northeast-1:123456789012:mail";
const CERTIFICATE: &str = include_str!("fixtures/sns.pem");
const P256: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fixtures/p256.pem");
const RSA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fixtures/rsa2048.pem");

/// Lets the providers speak.
fn told(jobs: &[Value]) -> Vec<Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/providers.py");
    let mut python = Command::new(python());
    let output = feed(
        python.args(["-W", "ignore", script]),
        json!({"jobs": jobs}).to_string().as_bytes(),
    );
    serde_json::from_str(&output).unwrap()
}

fn job(provider: Provider, payload: &Value) -> Value {
    let mut job = json!({"provider": provider.as_str(), "at": NOW.0, "payload": payload});
    match provider {
        Provider::Sendgrid => job["key_file"] = json!(P256),
        Provider::Mailgun => job["key"] = json!("key-0"),
        Provider::Postmark => job["key"] = json!("hook:ひみつ"),
        Provider::Ses => {
            job["key_file"] = json!(RSA);
            job["topic"] = json!(TOPIC);
            job["version"] = json!("1");
            job["subject"] = json!("Amazon SES Email Event Notification");
            job["certificate"] = json!("https://sns.ap-northeast-1.amazonaws.com/Simple-0.pem");
        }
    }
    job
}

/// What proves each provider's calls.
fn proof(provider: Provider) -> Proof {
    match provider {
        Provider::Sendgrid => Proof::Sendgrid { key: public_key() },
        Provider::Mailgun => Proof::Mailgun {
            key: "key-0".to_owned(),
        },
        Provider::Postmark | Provider::Ses => Proof::Login {
            user: "hook".to_owned(),
            password: "ひみつ".to_owned(),
        },
    }
}

fn public_key() -> String {
    crate::support::run(Command::new("openssl").args(["pkey", "-pubout", "-in", P256]))
}

fn headers(call: &Value) -> Vec<(String, String)> {
    let all = call["headers"].as_object().unwrap().iter();
    all.map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap().to_owned()))
        .collect()
}

fn check(proof: &Proof, call: &Value, body: &[u8], now: Millis) -> Result<(), InboundError> {
    let headers = headers(call);
    let request = InboundRequest {
        query: "",
        headers: &headers,
        body,
        received_at: now,
    };
    proves(proof, &request)
}

/// Proves a call and reads it.
fn events(provider: Provider, call: &Value) -> Vec<ProviderEvent> {
    let body = call["body"].as_str().unwrap();
    if provider == Provider::Ses {
        let envelope = Envelope::read(None, body.as_bytes()).unwrap();
        envelope
            .certificate(TOPIC, &SnsHosts::default(), NOW)
            .unwrap();
        envelope.verify(CERTIFICATE.as_bytes()).unwrap();
        return provider_events::read(provider, envelope.message().as_bytes())
            .unwrap()
            .events;
    }
    check(&proof(provider), call, body.as_bytes(), NOW).unwrap();
    provider_events::read(provider, body.as_bytes())
        .unwrap()
        .events
}

fn verdict(kind: &EventKind) -> String {
    match kind {
        EventKind::Bounced(bounce) => {
            let permanence = match bounce.meaning.permanence {
                Permanence::Hard => "hard",
                Permanence::Soft => "soft",
            };
            format!("{permanence} {}", bounce.meaning.class.as_str())
        }
        other => other.as_str().to_owned(),
    }
}

/// What anymail may call what we call so.
fn agrees(ours: &str, theirs: &str) -> bool {
    match theirs {
        "bounced" => ours.starts_with("hard") || ours.starts_with("soft"),
        "rejected" => {
            ours.starts_with("hard")
                || ours.starts_with("soft")
                || matches!(ours, "complained" | "unsubscribed")
        }
        "complained" | "unsubscribed" | "deferred" | "delivered" | "opened" | "clicked" => {
            ours == theirs
        }
        _ => ours == "other",
    }
}

/// Where we know better than anymail, and why.
const KNOWN_BETTER: [&str; 5] = [
    // The provider's memory of a complaint, which anymail calls a bounce; and of an unsubscription.
    "mailgun suppress-complaint",
    "mailgun suppress-unsubscribe",
    // A filter's report, not a person's complaint.
    "postmark SpamNotification",
    // Neither is a word about the address or the message.
    "postmark Unknown",
    "postmark SMTPApiError",
];

fn sendgrid(more: &Value) -> Value {
    let mut event = json!({"email": "hanako@example.jp", "timestamp": 1_799_999_990, "sg_event_id": "ZyjAM5rnQmuI1KFInHQ3Nw",
        "sg_message_id": "wrfRRvF7Q0GgwUo2CvDmEA.filter0425.13037.57168B4A1D.0", "smtp-id": "<77.abc@shop.example.jp>"});
    for (name, value) in more.as_object().unwrap() {
        event[name] = value.clone();
    }
    json!([event])
}

fn mailgun(more: &Value) -> Value {
    let mut data = json!({"event": "complained", "id": "hTWCTD81RtiDN", "timestamp": 1_799_999_990.153, "recipient": "hanako@example.jp",
        "message": {"headers": {"to": "hanako@example.jp", "message-id": "77.abc@shop.example.jp"}},
        "envelope": {"sender": "b+token@bounce.shop.example.jp"}});
    for (name, value) in more.as_object().unwrap() {
        data[name] = value.clone();
    }
    data
}

fn postmark(kind: &str, details: &str) -> Value {
    json!({"RecordType": "Bounce", "ID": 901_542_550, "Type": kind, "MessageID": "2706ee8a-737c-4285-b032-ccd317af53ed",
        "Email": "hanako@example.jp", "Details": details, "Description": "", "BouncedAt": "2026-04-27T16:28:50.3963933-04:00",
        "Metadata": {"enishi": "77.abc"}, "Content": "…"})
}

fn ses_bounce(sort: &str, more: &str, status: &str, said: &str) -> Value {
    json!({"notificationType": "Bounce",
        "bounce": {"bounceType": sort, "bounceSubType": more, "feedbackId": "0100-1",
            "bouncedRecipients": [{"emailAddress": "hanako@example.jp", "status": status, "diagnosticCode": said, "action": "failed"}]},
        "mail": mail()})
}

fn mail() -> Value {
    json!({"messageId": "00000138111222aa", "source": "b+token@bounce.shop.example.jp", "destination": ["hanako@example.jp"],
        "headers": [{"name": "From", "value": "縁 <news@shop.example.jp>"}, {"name": "Message-ID", "value": "<77.abc@shop.example.jp>"}]})
}

/// An event in the words of a provider, and what we make of it.
#[derive(Deserialize)]
struct Case {
    provider: String,
    name: String,
    expected: String,
    payload: Value,
}

fn cases(provider: Provider) -> Vec<Case> {
    let all: Vec<Case> =
        serde_json::from_str(include_str!("fixtures/provider_events.json")).unwrap();
    let of_it = |case: &Case| case.provider == provider.as_str();
    all.into_iter().filter(of_it).collect()
}

#[test]
fn every_event_is_read_as_anymail_reads_it_and_finds_our_message() {
    let mut better = BTreeSet::new();
    for provider in Provider::ALL {
        let cases = cases(provider);
        let jobs: Vec<Value> = cases
            .iter()
            .map(|case| job(provider, &case.payload))
            .collect();
        for (case, call) in cases.iter().zip(told(&jobs)) {
            let name = format!("{} {}", case.provider, case.name);
            assert_eq!(call["is_accepted"], true, "{name}: anymail takes it");
            let (ours, theirs) = (events(provider, &call), call["events"].as_array().unwrap());
            assert_eq!((ours.len(), theirs.len()), (1, 1), "{name}");
            let seen = verdict(&ours[0].kind);
            assert_eq!(seen, case.expected, "{name}");
            assert_eq!(
                ours[0].recipient.as_deref(),
                theirs[0]["recipient"].as_str(),
                "{name}"
            );
            if !agrees(&seen, theirs[0]["type"].as_str().unwrap()) {
                better.insert(name);
            }
        }
    }
    assert_eq!(better, KNOWN_BETTER.map(str::to_owned).into());
}

#[test]
fn our_own_name_of_a_message_is_found_where_each_provider_keeps_it() {
    let marked = json!({"event": "bounce", "reason": "Bounced", "enishi": "88.def", "smtp-id": "<x@ismtpd>"});
    let tagged = {
        let mut payload = ses_bounce("Permanent", "General", "", "");
        payload["mail"]["tags"] = json!({"enishi": ["88.def"], "ses:source-ip": ["192.0.2.1"]});
        payload
    };
    for (provider, payload, id, path) in [
        (Provider::Sendgrid, sendgrid(&marked), "88.def", None),
        (
            Provider::Sendgrid,
            sendgrid(&json!({"event": "bounce"})),
            "77.abc@shop.example.jp",
            None,
        ),
        (
            Provider::Mailgun,
            mailgun(&json!({})),
            "77.abc@shop.example.jp",
            Some("b+token@bounce.shop.example.jp"),
        ),
        (
            Provider::Mailgun,
            mailgun(&json!({"user-variables": {"enishi": "88.def"}})),
            "88.def",
            Some("b+token@bounce.shop.example.jp"),
        ),
        (
            Provider::Postmark,
            postmark("HardBounce", ""),
            "77.abc",
            None,
        ),
        (
            Provider::Ses,
            tagged,
            "88.def",
            Some("b+token@bounce.shop.example.jp"),
        ),
        (
            Provider::Ses,
            ses_bounce("Permanent", "General", "", ""),
            "77.abc@shop.example.jp",
            Some("b+token@bounce.shop.example.jp"),
        ),
    ] {
        let call = told(&[job(provider, &payload)]).remove(0);
        let about = events(provider, &call).remove(0).about;
        assert_eq!(about.message_id.as_deref(), Some(id), "{provider:?}");
        assert_eq!(about.return_path.as_deref(), path, "{provider:?}");
    }
}

#[test]
fn a_call_of_somebody_else_or_of_yesterday_proves_nothing() {
    for provider in [Provider::Sendgrid, Provider::Mailgun, Provider::Postmark] {
        let payload = &cases(provider)[0].payload;
        let call = told(&[job(provider, payload)]).remove(0);
        let body = call["body"].as_str().unwrap().as_bytes();
        let (own, none) = (proof(provider), json!({"headers": {}}));
        assert!(check(&own, &call, body, NOW).is_ok(), "{provider:?}");
        let refused =
            |what: Result<(), InboundError>| matches!(what, Err(InboundError::BadSignature));
        if provider != Provider::Mailgun {
            assert!(
                refused(check(&own, &none, body, NOW)),
                "{provider:?}: unsigned"
            );
        }
        if provider != Provider::Postmark {
            assert_eq!(call["is_forgery_accepted"], false);
            assert!(
                refused(check(&own, &call, body, NOW.plus(DAY + 1_000))),
                "{provider:?}: late"
            );
            assert!(
                refused(check(&own, &call, body, NOW.plus(-600_000))),
                "{provider:?}: ahead"
            );
            let forged = String::from_utf8_lossy(body)
                .replace("17", "18")
                .replace("180000", "180001");
            assert!(
                refused(check(&own, &call, forged.as_bytes(), NOW)),
                "{provider:?}: changed"
            );
        }
    }
}

#[test]
fn another_secret_proves_nothing_and_none_proves_nothing_either() {
    for provider in [Provider::Sendgrid, Provider::Mailgun, Provider::Postmark] {
        let payload = &cases(provider)[0].payload;
        let call = told(&[job(provider, payload)]).remove(0);
        let body = call["body"].as_str().unwrap().as_bytes();
        for other in [
            Proof::Mailgun {
                key: "key-1".to_owned(),
            },
            Proof::Mailgun { key: String::new() },
            Proof::Sendgrid {
                key: "nothing".to_owned(),
            },
            Proof::Login {
                user: "hook".to_owned(),
                password: String::new(),
            },
            Proof::Login {
                user: "hook".to_owned(),
                password: "ひみつ!".to_owned(),
            },
            Proof::Header {
                name: "X-Hook".to_owned(),
                value: String::new(),
            },
        ] {
            let answer = check(&other, &call, body, NOW);
            assert!(answer.is_err(), "{provider:?} with {other:?}");
        }
    }
    let call = json!({"headers": {"X-Hook": "ひみつ"}});
    let header = |value: &str| Proof::Header {
        name: "X-Hook".to_owned(),
        value: value.to_owned(),
    };
    assert!(check(&header("ひみつ"), &call, b"{}", NOW).is_ok());
    assert!(check(&header("ひみ"), &call, b"{}", NOW).is_err());
}

#[test]
fn an_envelope_of_sns_is_proved_in_both_versions_and_only_for_its_own_topic() {
    let payload = ses_bounce("Permanent", "General", "5.1.1", "😀 unknown");
    for version in ["1", "2"] {
        for subject in [json!(null), json!("件名")] {
            let mut job = job(Provider::Ses, &payload);
            job["version"] = json!(version);
            job["subject"] = subject;
            let call = told(&[job]).remove(0);
            let body = call["body"].as_str().unwrap();
            let envelope = Envelope::read(Some("Notification"), body.as_bytes()).unwrap();
            let hosts = SnsHosts::default();
            assert!(envelope.certificate(TOPIC, &hosts, NOW).is_ok());
            assert!(
                envelope
                    .certificate("arn:aws:sns:other", &hosts, NOW)
                    .is_err()
            );
            assert!(
                envelope
                    .certificate(TOPIC, &hosts, NOW.plus(DAY + 1))
                    .is_err()
            );
            assert!(envelope.verify(CERTIFICATE.as_bytes()).is_ok(), "{version}");
            let other = include_str!("fixtures/server.pem");
            assert!(envelope.verify(other.as_bytes()).is_err());
            assert!(envelope.verify(b"no certificate").is_err());
            for (from, to) in [
                ("hanako", "tarosan"),
                ("2027-01-15", "2027-01-14"),
                (
                    if version == "1" {
                        "\"SignatureVersion\": \"1\""
                    } else {
                        "\"SignatureVersion\": \"2\""
                    },
                    if version == "1" {
                        "\"SignatureVersion\": \"2\""
                    } else {
                        "\"SignatureVersion\": \"1\""
                    },
                ),
            ] {
                assert!(body.contains(from), "{from}");
                let forged = Envelope::read(None, body.replace(from, to).as_bytes()).unwrap();
                assert!(
                    forged.verify(CERTIFICATE.as_bytes()).is_err(),
                    "{version} {from}"
                );
            }
            assert!(Envelope::read(Some("SubscriptionConfirmation"), body.as_bytes()).is_err());
            let unsigned = body.replace("\"Signature\"", "\"Sig\"");
            let unsigned = Envelope::read(None, unsigned.as_bytes());
            assert!(matches!(unsigned, Err(InboundError::BadSignature)));
        }
    }
}

#[test]
fn the_address_that_confirms_a_subscription_is_signed_too() {
    let mut ask = job(Provider::Ses, &json!("You have chosen to subscribe"));
    ask["kind"] = json!("SubscriptionConfirmation");
    ask["visit"] = json!("https://sns.ap-northeast-1.amazonaws.com/?Action=ConfirmSubscription");
    let call = told(&[ask]).remove(0);
    let body = call["body"].as_str().unwrap();
    let envelope = Envelope::read(None, body.as_bytes()).unwrap();
    assert!(envelope.verify(CERTIFICATE.as_bytes()).is_ok());
    assert!(matches!(envelope.kind(), EnvelopeKind::Confirmation { .. }));
    let elsewhere = body.replace("?Action=Confirm", "?Action=Delete");
    let elsewhere = Envelope::read(None, elsewhere.as_bytes()).unwrap();
    assert!(elsewhere.verify(CERTIFICATE.as_bytes()).is_err());
}
