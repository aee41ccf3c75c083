//! Mail that comes back, brought by Python's own clients over SMTP and LMTP.

use std::process::Command;

use access::Role;
use axum::http::StatusCode;
use campaigns::track::return_path;
use kernel::id::{DeliveryId, WorkspaceId};
use serde_json::json;
use storage::sql;
use testkit::TestDb;
use tokio::net::TcpListener;

use crate::app::TestApp;

/// Brings a message in the way given and prints how each recipient fared.
const CLIENT: &str = r#"
import json, smtplib, sys
job = json.load(sys.stdin)
client = (smtplib.LMTP if job["way"] == "lmtp" else smtplib.SMTP)("127.0.0.1", job["port"])
told = {}
try:
    refused = client.sendmail("", job["to"], job["message"].encode())
    told = {to: refused[to][0] if to in refused else 250 for to in job["to"]}
except smtplib.SMTPRecipientsRefused as error:
    told = {to: code for to, (code, _) in error.recipients.items()}
client.quit()
print(json.dumps(told))
"#;

struct World {
    app: TestApp,
    port: u16,
}

impl World {
    async fn new(test: &TestDb) -> Self {
        let app = TestApp::new(test).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(server::intake::serve(app.app.clone(), listener));
        Self { app, port }
    }

    /// Adds a customer and messages that her mail server took, the first the oldest.
    async fn sent(&self, customer: i64, deliveries: &[i64]) {
        let run = async |text: String| {
            sql::exec(
                self.app.kit.db.writer(),
                text,
                [self.app.kit.workspace.raw().into()],
            )
            .await
            .unwrap();
        };
        run(format!(
            "INSERT INTO profile (workspace_id, id, email, full_name, is_anonymous, attributes, search_text,
               first_seen_at, last_seen_at, created_at, updated_at)
             VALUES ($1, {customer}, 'c{customer}@example.jp', '客', FALSE, '{{}}', '', 0, 0, 0, 0)"
        ))
        .await;
        for id in deliveries {
            run(format!(
                "INSERT INTO delivery (workspace_id, profile_id, id, campaign_id, occurrence, channel, state, address,
                   due_at, expires_at, planned_at, settled_at, origin_profile_id)
                 VALUES ($1, {customer}, {id}, {id}, 0, 1, 5, 'c{customer}@example.jp', {id}, {id}, {id}, {id}, {customer})"
            ))
            .await;
        }
    }

    async fn path_of(&self, delivery: i64) -> String {
        let signer = self.app.app.keyring.signer(self.app.kit.workspace).await;
        let signer = signer.unwrap().unwrap();
        return_path(
            &signer,
            DeliveryId::from_raw(delivery),
            "bounce.shop.example.jp",
        )
        .unwrap()
    }

    /// Brings a message; returns the code that each recipient got.
    async fn bring(&self, way: &str, to: &[&str], message: &str) -> Vec<u64> {
        let job = json!({"way": way, "port": self.port, "to": to, "message": message}).to_string();
        let output = tokio::task::spawn_blocking(move || {
            let mut child = Command::new("python3")
                .args(["-c", CLIENT])
                .stdin(std::process::Stdio::piped())
                .stdout(std::process::Stdio::piped())
                .spawn()
                .unwrap();
            std::io::Write::write_all(&mut child.stdin.take().unwrap(), job.as_bytes()).unwrap();
            child.wait_with_output().unwrap()
        });
        let output = output.await.unwrap();
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        to.iter().map(|to| told[*to].as_u64().unwrap()).collect()
    }

    async fn number(&self, text: &str) -> i64 {
        sql::number(self.app.kit.db.reader(), text, [])
            .await
            .unwrap()
    }

    async fn suppressed(&self, customer: i64, reason: &str) -> i64 {
        self.number(&format!(
            "SELECT COUNT(*) FROM suppression WHERE address = 'c{customer}@example.jp' AND reason = '{reason}'"
        ))
        .await
    }
}

fn report(customer: i64, status: &str, answer: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example.jp\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"B\"\n\n--B\nContent-Type: text/plain\n\n\
         Sorry.\n.\n..\n\n--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.jp\n\n\
         Final-Recipient: rfc822; c{customer}@example.jp\nAction: failed\nStatus: {status}\nDiagnostic-Code: smtp; {answer}\n\n--B--\n"
    )
}

#[tokio::test]
async fn an_address_that_is_gone_is_stopped_and_told_once() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.sent(1, &[11]).await;
        let path = world.path_of(11).await;
        let message = report(1, "5.1.1", "550 5.1.1 User unknown");
        for way in ["smtp", "lmtp"] {
            assert_eq!(
                world.bring(way, &[&path], &message).await,
                [250],
                "{}",
                test.name()
            );
        }
        assert_eq!(world.suppressed(1, "hard_bounce").await, 1);
        let events = "SELECT COUNT(*) FROM event WHERE name_id = 41 AND delivery_id = 11 AND campaign_id = 11";
        assert_eq!(
            world.number(events).await,
            1,
            "{}: told twice, counted once",
            test.name()
        );

        let owner = world.app.token(Role::Owner).await;
        let customer = kernel::id::ProfileId::from_raw(1);
        let seen = world
            .app
            .get(&format!("/api/v1/customers/{customer}"), &owner)
            .await;
        let seen = seen.expect(StatusCode::OK).text;
        assert!(seen.contains("hard_bounce"), "{seen}");
    }
}

#[tokio::test]
async fn the_third_in_a_row_stops_an_address_and_one_that_arrived_begins_anew() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.sent(1, &[11, 12, 13, 14]).await;
        let message = report(1, "5.2.2", "552 5.2.2 Mailbox full");
        // 12 arrived: neither 11 nor 13 and 14 are three in a row.
        for delivery in [11, 13, 14] {
            let path = world.path_of(delivery).await;
            world.bring("smtp", &[&path], &message).await;
            assert_eq!(
                world.suppressed(1, "soft_bounce").await,
                0,
                "{}: {delivery}",
                test.name()
            );
        }
        let path = world.path_of(12).await;
        assert_eq!(world.bring("smtp", &[&path], &message).await, [250]);
        assert_eq!(
            world.suppressed(1, "soft_bounce").await,
            1,
            "{}",
            test.name()
        );
        // A later report that knows better is heard, too.
        let gone = report(1, "5.1.1", "550 5.1.1 User unknown");
        world.bring("smtp", &[&path], &gone).await;
        assert_eq!(world.suppressed(1, "hard_bounce").await, 1);
    }
}

#[tokio::test]
async fn a_complaint_is_found_by_the_message_that_it_gives_back() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.sent(1, &[11]).await;
        world.sent(2, &[21]).await;
        let complaint = |path: &str, kind: &str| {
            format!(
                "From: fbl@example.com\nSubject: complaint\nMIME-Version: 1.0\n\
                 Content-Type: multipart/report; report-type=feedback-report; boundary=\"B\"\n\n--B\nContent-Type: text/plain\n\n\
                 A report.\n\n--B\nContent-Type: message/feedback-report\n\nFeedback-Type: {kind}\nVersion: 1\n\n--B\n\
                 Content-Type: message/rfc822\n\nReturn-Path: <{path}>\nTo: <redacted>\nSubject: x\n\nHello\n--B--\n"
            )
        };
        let (first, second) = (world.path_of(11).await, world.path_of(21).await);
        let to = ["complaints@bounce.shop.example.jp"];
        assert_eq!(
            world.bring("lmtp", &to, &complaint(&first, "abuse")).await,
            [250]
        );
        assert_eq!(world.suppressed(1, "complaint").await, 1, "{}", test.name());
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM event WHERE name_id = 45 AND delivery_id = 11")
                .await,
            1
        );
        // A report of a signature that failed is nobody's complaint.
        world
            .bring("lmtp", &to, &complaint(&second, "auth-failure"))
            .await;
        assert_eq!(world.suppressed(2, "complaint").await, 0, "{}", test.name());
    }
}

#[tokio::test]
async fn nothing_but_its_own_is_taken_in() {
    let test = testkit::sqlite().await;
    let world = World::new(&test).await;
    world.sent(1, &[11]).await;
    let path = world.path_of(11).await;
    let mut forged = path.clone();
    forged.replace_range(10..11, if &path[10..11] == "a" { "b" } else { "a" });
    let elsewhere = WorkspaceId::from_raw(700_000_000_000_000_002);
    world.app.kit.add_workspace(elsewhere, "よその店").await;
    let message = report(1, "5.1.1", "550 5.1.1 User unknown");
    for to in [
        forged.as_str(),
        "hanako@example.jp",
        "info@shop.example.jp",
        "b+@x.jp",
    ] {
        assert_eq!(world.bring("smtp", &[to], &message).await, [550], "{to}");
    }
    let mixed = world
        .bring("lmtp", &["hanako@example.jp", &path], &message)
        .await;
    assert_eq!(mixed, [550, 250]);
    assert_eq!(world.suppressed(1, "hard_bounce").await, 1);
    let away =
        "From: c1@example.jp\nSubject: Re: sale\nAuto-Submitted: auto-replied\n\nI am away.\n";
    world.sent(2, &[21]).await;
    let path = world.path_of(21).await;
    assert_eq!(
        world.bring("smtp", &[&path], away).await,
        [250],
        "taken, and means nothing"
    );
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM event WHERE delivery_id = 21")
            .await,
        0
    );
}

#[tokio::test]
async fn a_refusal_because_of_us_stops_nobody_and_a_report_of_another_address_is_not_hers() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.sent(1, &[11, 12, 13]).await;
        let policy = report(
            1,
            "5.7.1",
            "550 5.7.1 Blocked: your IP has a bad reputation",
        );
        for delivery in [11, 12, 13] {
            let path = world.path_of(delivery).await;
            assert_eq!(world.bring("smtp", &[&path], &policy).await, [250]);
        }
        let all = "SELECT COUNT(*) FROM suppression";
        assert_eq!(
            world.number(all).await,
            0,
            "{}: the fault was ours",
            test.name()
        );
        let events = "SELECT COUNT(*) FROM event WHERE name_id = 41";
        assert_eq!(world.number(events).await, 3, "and is counted");

        // She passes her mail on to an address that is gone.
        world.sent(2, &[21]).await;
        let path = world.path_of(21).await;
        let forwarded = report(999, "5.1.1", "550 5.1.1 User unknown");
        world.bring("smtp", &[&path], &forwarded).await;
        assert_eq!(world.number(all).await, 0, "{}", test.name());
        let named = forwarded.replace(
            "Final-Recipient",
            "Original-Recipient: rfc822;c2@example.jp\nFinal-Recipient",
        );
        world.bring("smtp", &[&path], &named).await;
        assert_eq!(
            world.suppressed(2, "hard_bounce").await,
            1,
            "{}",
            test.name()
        );
    }
}

#[tokio::test]
async fn prose_without_a_sender_is_read_and_one_answer_stands_for_two() {
    let test = testkit::sqlite().await;
    let world = World::new(&test).await;
    world.sent(1, &[11]).await;
    world.sent(2, &[21]).await;
    let (first, second) = (world.path_of(11).await, world.path_of(21).await);
    let prose = "From: no-reply@app.auone-net.jp\nSubject: Mail Delivery Error\n\n\
                 Your mail sent on: Thu, 1 Oct 2026 23:45:22 +0900\n     Could not be delivered to: <c1@example.jp>\n\
                 \x20    As their mailbox is full.\n";
    assert_eq!(
        world.bring("smtp", &[&first, &second], prose).await,
        [250, 250]
    );
    let events = "SELECT COUNT(*) FROM event WHERE name_id = 41 AND delivery_id IN (11, 21)";
    assert_eq!(world.number(events).await, 2);
}

#[tokio::test]
async fn the_bounce_of_a_carriers_address_finds_her_with_and_without_quotes() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        for (customer, delivery, told) in [
            (1, 11, "\"a..b\"@docomo.ne.jp"),
            (2, 21, "a..b@docomo.ne.jp"),
        ] {
            world.sent(customer, &[delivery]).await;
            let stored = format!("a..b{customer}@docomo.ne.jp");
            for text in [
                format!("UPDATE profile SET email = '{stored}' WHERE id = {customer}"),
                format!("UPDATE delivery SET address = '{stored}' WHERE id = {delivery}"),
            ] {
                sql::exec(world.app.kit.db.writer(), text, [])
                    .await
                    .unwrap();
            }
            let told = told.replace("a..b", &format!("a..b{customer}"));
            let message = report(customer, "5.1.1", "550 5.1.1 User unknown")
                .replace(&format!("c{customer}@example.jp"), &told);
            let path = world.path_of(delivery).await;
            assert_eq!(world.bring("smtp", &[&path], &message).await, [250]);
            let stopped = format!(
                "SELECT COUNT(*) FROM suppression WHERE address = '{stored}' AND reason = 'hard_bounce'"
            );
            assert_eq!(world.number(&stopped).await, 1, "{}: {told}", test.name());
        }
    }
}
