//! What comes of what the providers tell. Of Amazon see also `sns`.

use axum::http::StatusCode;
use kernel::id::WorkspaceId;
use serde_json::{Value, json};
use storage::sql;

use super::{FULL, GONE, POLICY, World, bounce, speak};

const SIGNING: [&str; 3] = ["sendgrid", "mailgun", "postmark"];

const BOUNCED: &str = "SELECT COUNT(*) FROM event WHERE name_id = 41";

#[tokio::test]
async fn an_address_that_is_gone_is_stopped_once_however_often_it_is_told() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        for (n, provider) in (1..).zip(SIGNING) {
            world.sent(n, &[n * 10 + 1, n * 10 + 2]).await;
            // The older of her messages: by its name, not by the latest to the address.
            let payload = bounce(provider, n, Some(n * 10 + 1), GONE);
            let call = speak(vec![world.job(provider, &payload)]).await.remove(0);
            for _ in 0..3 {
                let answer = world.bring(provider, &call).await;
                answer.expect(StatusCode::OK);
            }
            let place = format!("{}: {provider}", test.name());
            assert_eq!(world.stopped(n, "hard_bounce").await, 1, "{place}");
            assert_eq!(world.number(BOUNCED).await, n, "{place}");
            let own = n * 10 + 1;
            let named = format!("{BOUNCED} AND delivery_id = {own} AND campaign_id = {own}");
            assert_eq!(world.number(&named).await, 1, "{place}");
            // Somebody lifts it by hand: an old call brought again does not stop her anew.
            let lift = "DELETE FROM suppression WHERE reason = 'hard_bounce'";
            sql::exec(world.app.kit.db.writer(), lift, [])
                .await
                .unwrap();
            world.bring(provider, &call).await.expect(StatusCode::OK);
            assert_eq!(world.stopped(n, "hard_bounce").await, 0, "{place}");
        }
    }
}

#[tokio::test]
async fn without_our_name_the_latest_message_to_the_address_is_meant() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        for (n, provider) in (1..).zip(SIGNING) {
            world.sent(n, &[n * 10 + 1, n * 10 + 2]).await;
            let status = world.tell(provider, bounce(provider, n, None, GONE)).await;
            assert_eq!(status, StatusCode::OK, "{}: {provider}", test.name());
            let named = format!("{BOUNCED} AND delivery_id = {}", n * 10 + 2);
            assert_eq!(world.number(&named).await, 1, "{}: {provider}", test.name());
            assert_eq!(world.stopped(n, "hard_bounce").await, 1);
        }
        // A customer to whom nothing was sent, and a stranger.
        world.sent(8, &[]).await;
        world
            .tell("sendgrid", bounce("sendgrid", 8, None, GONE))
            .await;
        world
            .tell("sendgrid", bounce("sendgrid", 9, None, GONE))
            .await;
        assert_eq!(world.stopped(8, "hard_bounce").await, 1, "{}", test.name());
        assert_eq!(world.stopped(9, "hard_bounce").await, 0, "{}", test.name());
    }
}

#[tokio::test]
async fn the_third_full_mailbox_stops_an_address_and_our_own_fault_nobody() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        for (n, provider) in (1..).zip(SIGNING) {
            let place = format!("{}: {provider}", test.name());
            let all: Vec<i64> = (1..=3).map(|k| n * 10 + k).collect();
            world.sent(n, &all).await;
            world
                .sent(n + 50, &all.iter().map(|id| id + 500).collect::<Vec<_>>())
                .await;
            for id in &all {
                assert_eq!(world.stopped(n, "soft_bounce").await, 0, "{place}");
                world
                    .tell(provider, bounce(provider, n, Some(*id), FULL))
                    .await;
                let policy = bounce(provider, n + 50, Some(id + 500), POLICY);
                world.tell(provider, policy).await;
            }
            assert_eq!(world.stopped(n, "soft_bounce").await, 1, "{place}");
            let others = format!(
                "SELECT COUNT(*) FROM suppression WHERE address = 'c{}@example.jp'",
                n + 50
            );
            assert_eq!(world.number(&others).await, 0, "{place}");
        }
    }
}

#[tokio::test]
async fn a_complaint_and_a_no_are_heard_and_opens_are_left_to_us() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        let event = |provider: &str, what: &str, n: i64, id: i64| -> Value {
            let to = format!("c{n}@example.jp");
            match provider {
                "sendgrid" => {
                    json!([{"event": match what { "no" => "unsubscribe", "spam" => "spamreport", other => other },
                    "email": to, "sg_event_id": format!("{what}{n}"), "smtp-id": format!("<{id}.abc@shop.example.jp>")}])
                }
                "mailgun" => {
                    json!({"event": match what { "no" => "unsubscribed", "spam" => "complained", _ => "opened" },
                    "recipient": to, "id": what, "timestamp": 1, "user-variables": {"enishi": format!("{id}.abc")}})
                }
                _ => match what {
                    "no" => {
                        json!({"RecordType": "SubscriptionChange", "Recipient": to, "SuppressSending": true,
                        "SuppressionReason": "ManualSuppression", "Metadata": {"enishi": format!("{id}.abc")}})
                    }
                    "spam" => {
                        json!({"RecordType": "SpamComplaint", "Email": to, "ID": 7, "Metadata": {"enishi": format!("{id}.abc")}})
                    }
                    _ => json!({"RecordType": "Open", "Recipient": to}),
                },
            }
        };
        for (n, provider) in (1..).zip(SIGNING) {
            let (place, other) = (format!("{}: {provider}", test.name()), n + 50);
            world.sent(n, &[n]).await;
            world.sent(other, &[other]).await;
            for what in ["open", "spam"] {
                let status = world.tell(provider, event(provider, what, n, n)).await;
                assert_eq!(status, StatusCode::OK, "{place}");
            }
            assert_eq!(world.stopped(n, "complaint").await, 1, "{place}");
            let told =
                format!("SELECT COUNT(*) FROM event WHERE delivery_id = {n} AND name_id = 45");
            assert_eq!(world.number(&told).await, 1, "{place}");
            let all = format!("SELECT COUNT(*) FROM event WHERE delivery_id = {n}");
            assert_eq!(
                world.number(&all).await,
                1,
                "{place}: an open of the provider's is none of ours"
            );
            world
                .tell(provider, event(provider, "no", other, other))
                .await;
            assert_eq!(world.stopped(other, "unsubscribe").await, 1, "{place}");
            let consent = format!(
                "SELECT COUNT(*) FROM consent WHERE profile_id = {other} AND purpose = 'marketing' AND NOT granted"
            );
            assert_eq!(world.number(&consent).await, 1, "{place}");
        }
    }
}

#[tokio::test]
async fn nothing_is_written_down_of_what_nobody_proves() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.sent(1, &[11]).await;
        for provider in SIGNING {
            let place = format!("{}: {provider}", test.name());
            let call = speak(vec![
                world.job(provider, &bounce(provider, 1, Some(11), GONE)),
            ])
            .await
            .remove(0);
            let body = call["body"].as_str().unwrap();
            let path = world.path(provider);
            let mut late = call.clone();
            let mut forged = vec![(call.clone(), body.replace("unknown", "unknowm"))];
            match provider {
                "mailgun" => {
                    forged = vec![(
                        call.clone(),
                        body.replace("\"signature\": \"", "\"signature\": \"0"),
                    )];
                }
                "postmark" => {
                    forged = vec![(
                        json!({"headers": {"Authorization": "Basic aG9vazo="}}),
                        body.to_owned(),
                    )];
                }
                _ => {
                    late["headers"]["X-Twilio-Email-Event-Webhook-Timestamp"] = json!("1700000000");
                    forged.push((late, body.to_owned()));
                }
            }
            forged.push((json!({"headers": {}}), "{\"signature\": {}}".to_owned()));
            for (call, body) in forged {
                let answer = world.post(&path, &call, body).await;
                answer.expect(StatusCode::UNAUTHORIZED);
            }
            let huge = world.post(&path, &call, vec![b' '; (1 << 20) + 1]).await;
            assert_eq!(huge.status, StatusCode::PAYLOAD_TOO_LARGE, "{place}");
            for nobody in [
                path.replace(provider, "ses"),
                path.replace(provider, "unknown"),
                format!("/hooks/mail/snd_00000000000070008000000000000000/{provider}"),
                format!("/hooks/mail/x/{provider}"),
            ] {
                let answer = world.post(&nobody, &call, body.to_owned()).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{place}: {nobody}");
            }
        }
        for table in ["event", "suppression", "provider_event", "provider_hook"] {
            let n = world.number(&format!("SELECT COUNT(*) FROM {table}")).await;
            assert_eq!(n, 0, "{}: {table}", test.name());
        }
        // Proved, and nonsense.
        for (provider, payload) in [
            ("sendgrid", json!({"event": "bounce"})),
            ("postmark", json!({"x": "😀"})),
            ("mailgun", json!({"event": 7})),
        ] {
            let mut job = world.job(provider, &payload);
            job["is_nonsense"] = json!(true);
            let call = speak(vec![job]).await.remove(0);
            assert_eq!(
                world.bring(provider, &call).await.status,
                StatusCode::BAD_REQUEST,
                "{}: {provider}",
                test.name()
            );
        }
    }
}

#[tokio::test]
async fn a_token_of_mailgun_is_good_once_whatever_comes_with_it() {
    let test = testkit::sqlite().await;
    let world = World::new(&test).await;
    world.sent(1, &[11]).await;
    world.sent(2, &[21]).await;
    let call = speak(vec![
        world.job("mailgun", &bounce("mailgun", 1, Some(11), GONE)),
    ])
    .await
    .remove(0);
    world.bring("mailgun", &call).await.expect(StatusCode::OK);
    // The signature covers the time and the token alone.
    let other = call["body"].as_str().unwrap();
    let other = other
        .replace("c1@example.jp", "c2@example.jp")
        .replace("11.abc", "21.abc");
    let answer = world.post(&world.path("mailgun"), &call, other).await;
    answer.expect(StatusCode::OK);
    assert_eq!(world.stopped(1, "hard_bounce").await, 1);
    assert_eq!(world.stopped(2, "hard_bounce").await, 0);
}

#[tokio::test]
async fn a_workspace_hears_of_its_own_messages_alone() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.sent(1, &[11]).await;
        // The same delivery and address, in another workspace.
        let elsewhere = WorkspaceId::from_raw(700_000_000_000_000_002);
        world.app.kit.add_workspace(elsewhere, "よその店").await;
        for text in [
            "UPDATE profile SET workspace_id = $1",
            "UPDATE identity SET workspace_id = $1",
            "UPDATE delivery SET workspace_id = $1",
        ] {
            let binds = [elsewhere.raw().into()];
            sql::exec(world.app.kit.db.writer(), text, binds)
                .await
                .unwrap();
        }
        for provider in SIGNING {
            let status = world
                .tell(provider, bounce(provider, 1, Some(11), GONE))
                .await;
            assert_eq!(status, StatusCode::OK);
        }
        assert_eq!(
            world.number("SELECT COUNT(*) FROM suppression").await,
            0,
            "{}",
            test.name()
        );
        assert_eq!(world.number(BOUNCED).await, 0, "{}", test.name());
    }
}

#[tokio::test]
async fn a_thousand_events_of_one_call_are_all_heard_also_at_once_with_their_repeat() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        let mut events = Vec::new();
        for n in 1..=60 {
            world.sent(n, &[n * 10]).await;
            events.extend(
                bounce("sendgrid", n, Some(n * 10), GONE)
                    .as_array()
                    .unwrap()
                    .clone(),
            );
        }
        for n in 0..940 {
            events.push(json!({"event": "delivered", "email": "x@example.jp", "sg_event_id": format!("d{n}")}));
        }
        let call = speak(vec![world.job("sendgrid", &json!(events))])
            .await
            .remove(0);
        let (first, second) = tokio::join!(
            world.bring("sendgrid", &call),
            world.bring("sendgrid", &call)
        );
        assert_eq!(
            (first.status, second.status),
            (StatusCode::OK, StatusCode::OK)
        );
        assert_eq!(world.number(BOUNCED).await, 60, "{}", test.name());
        let stopped = world
            .number("SELECT COUNT(*) FROM suppression WHERE reason = 'hard_bounce'")
            .await;
        assert_eq!(stopped, 60, "{}", test.name());
    }
}
