//! What receivers do with a message, through the public addresses.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use campaigns::track::{Kind, Link};
use kernel::id::{CampaignId, DeliveryId, ProfileId};
use profiles::{
    Ctx,
    bulk::{BulkLoader, CustomerRow, RowConsent},
    names,
};
use storage::sql;

use crate::app::{Answer, TestApp};

const CAMPAIGN: CampaignId = CampaignId::from_raw(600_000_000_000_000_001);
const DELIVERY: DeliveryId = DeliveryId::from_raw(600_000_000_000_000_002);
const BROWSER: &str =
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15";

/// A message that was delivered a minute ago to somebody who agreed to get it.
struct Sent {
    app: TestApp,
    link: Link,
    profile: ProfileId,
}

impl Sent {
    async fn new(test: &testkit::TestDb) -> Self {
        let app = TestApp::new(test).await;
        let now = app.app.now();
        let tx = app.kit.db.begin().await.unwrap();
        let ctx = Ctx {
            tx: &tx,
            workspace: app.kit.workspace,
            now,
            ids: &*app.kit.ids,
        };
        let row = CustomerRow {
            email: Some("hanako@example.jp".to_owned()),
            consents: vec![RowConsent {
                channel: "email".to_owned(),
                purpose: "marketing".to_owned(),
                granted: true,
                text_version: None,
                proof: None,
            }],
            ..CustomerRow::default()
        };
        BulkLoader::new(
            app.kit.workspace,
            kernel::money::Currency::JPY,
            app.kit.ids.next_raw(),
        )
        .customers(ctx, &[row])
        .await
        .unwrap();
        let profile = sql::number(&tx, "SELECT id FROM profile", [])
            .await
            .unwrap();
        sql::exec(
            &tx,
            "INSERT INTO delivery (workspace_id, profile_id, id, campaign_id, occurrence, channel, state, address, due_at,
                expires_at, attempts, planned_at, handed_over_at, settled_at, origin_profile_id)
             VALUES ($1, $2, $3, $4, 0, 1, 5, 'hanako@example.jp', $5, $5, 1, $5, $5, $5, $2)",
            [
                app.kit.workspace.raw().into(),
                profile.into(),
                DELIVERY.raw().into(),
                CAMPAIGN.raw().into(),
                now.plus(-60_000).0.into(),
            ],
        )
        .await
        .unwrap();
        let link = Link::new(CAMPAIGN, 0, "https://shop.example.jp/p/1?a=1&b=𠮷").unwrap();
        campaigns::track::write_links(
            &tx,
            app.kit.workspace,
            CAMPAIGN,
            now,
            std::slice::from_ref(&link),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        Self {
            app,
            link,
            profile: ProfileId::from_raw(profile),
        }
    }

    async fn token(&self, kind: Kind) -> String {
        let signer = self
            .app
            .app
            .keyring
            .signer(self.app.kit.workspace)
            .await
            .unwrap()
            .unwrap();
        signer.sign(
            kind,
            DELIVERY,
            (kind == Kind::Click).then_some(self.link.id),
        )
    }

    async fn ask(&self, method: Method, path: &str, agent: &str, body: &str) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::USER_AGENT, agent)
            .header(header::ACCEPT_LANGUAGE, "ja")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.app
            .send(request.body(Body::from(body.to_owned())).unwrap())
            .await
    }

    /// Counts events of a name by people, or by machines.
    async fn events(&self, name: i32, machine: bool) -> i64 {
        sql::number(
            self.app.kit.db.reader(),
            "SELECT COUNT(*) FROM event WHERE profile_id = $1 AND name_id = $2 AND (flags & 1) = $3",
            [self.profile.raw().into(), name.into(), i32::from(machine).into()],
        )
        .await
        .unwrap()
    }

    async fn is_mailable(&self) -> bool {
        let text = format!(
            "SELECT COUNT(*) FROM profile p WHERE p.id = $1 AND {}",
            profiles::consent::mailable_sql("p", "$2")
        );
        let binds = [self.profile.raw().into(), self.app.app.now().0.into()];
        sql::number(self.app.kit.db.reader(), text, binds)
            .await
            .unwrap()
            == 1
    }
}

#[tokio::test]
async fn a_click_leads_on_and_a_persons_click_is_told_from_a_scanners() {
    for test in testkit::both().await {
        let sent = Sent::new(&test).await;
        let token = sent.token(Kind::Click).await;
        let answer = sent
            .ask(Method::GET, &format!("/c/{token}"), BROWSER, "")
            .await
            .expect(StatusCode::FOUND);
        assert_eq!(
            answer.headers[header::LOCATION].as_bytes(),
            sent.link.url.as_bytes()
        );
        assert_eq!(
            sent.events(names::MESSAGE_CLICKED, false).await,
            1,
            "{}",
            test.name()
        );
        sent.ask(Method::HEAD, &format!("/c/{token}"), BROWSER, "")
            .await
            .expect(StatusCode::FOUND);
        assert_eq!(sent.events(names::MESSAGE_CLICKED, true).await, 1);

        let open = sent.token(Kind::Open).await;
        let pixel = sent
            .ask(Method::GET, &format!("/o/{open}"), "Mozilla/5.0", "")
            .await
            .expect(StatusCode::OK);
        assert_eq!(pixel.headers[header::CONTENT_TYPE], "image/gif");
        assert_eq!(
            sent.events(names::MESSAGE_OPENED, true).await,
            1,
            "mail privacy protection is a machine"
        );
    }
}

#[tokio::test]
async fn forged_and_swapped_tokens_do_nothing() {
    for test in testkit::both().await {
        let sent = Sent::new(&test).await;
        let click = sent.token(Kind::Click).await;
        let open = sent.token(Kind::Open).await;
        sent.ask(Method::POST, &format!("/u/{open}"), BROWSER, "")
            .await
            .expect(StatusCode::NOT_FOUND);
        let mut forged = click.clone();
        let last = if forged.pop() == Some('A') { 'B' } else { 'A' };
        forged.insert(forged.len() / 2, last);
        for text in [
            forged.as_str(),
            "",
            "x",
            "https:%2F%2Fevil.example",
            &"A".repeat(5_000),
        ] {
            let answer = sent
                .ask(Method::GET, &format!("/c/{text}"), BROWSER, "")
                .await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{text}");
        }
        sent.ask(Method::GET, "/o/nonsense", BROWSER, "")
            .await
            .expect(StatusCode::OK);
        assert!(sent.is_mailable().await, "{}", test.name());
        assert_eq!(sent.events(names::MESSAGE_CLICKED, false).await, 0);
    }
}

#[tokio::test]
async fn following_the_unsubscribe_address_asks_and_posting_to_it_acts_once() {
    for test in testkit::both().await {
        let sent = Sent::new(&test).await;
        let path = format!("/u/{}", sent.token(Kind::Unsubscribe).await);
        let page = sent
            .ask(Method::GET, &path, BROWSER, "")
            .await
            .expect(StatusCode::OK);
        assert!(page.text.contains("配信を止めますか"));
        assert!(!page.headers.contains_key(header::SET_COOKIE));
        assert!(sent.is_mailable().await, "a scanner's GET stops nothing");
        for _ in 0..2 {
            sent.ask(Method::POST, &path, "", "List-Unsubscribe=One-Click")
                .await
                .expect(StatusCode::OK);
        }
        assert!(!sent.is_mailable().await, "{}", test.name());
        assert_eq!(sent.events(names::MESSAGE_UNSUBSCRIBED, false).await, 1);
    }
}

#[tokio::test]
async fn a_press_of_the_unsubscribe_link_is_counted_apart_from_what_comes_of_it() {
    for test in testkit::both().await {
        let sent = Sent::new(&test).await;
        let path = format!("/u/{}", sent.token(Kind::Unsubscribe).await);
        let pressed = async || {
            let of = |machine| sent.events(names::UNSUBSCRIBE_CLICKED, machine);
            (of(false).await, of(true).await)
        };
        let get = async |path: &str, agent: &str| {
            let page = sent.ask(Method::GET, path, agent, "").await;
            page.expect(StatusCode::OK)
        };
        get(&path, BROWSER).await;
        assert_eq!(pressed().await, (1, 0), "{}", test.name());
        get(&path, "Mimecast-Scan/1.0").await;
        sent.ask(Method::HEAD, &path, BROWSER, "")
            .await
            .expect(StatusCode::OK);
        assert_eq!(pressed().await, (1, 2), "{}: machines apart", test.name());
        get(&format!("{path}/preferences"), BROWSER).await;
        assert_eq!(pressed().await, (2, 2), "{}", test.name());
        assert!(sent.is_mailable().await, "a press alone stops nothing");
        sent.ask(Method::POST, &path, BROWSER, "").await;
        assert_eq!(
            pressed().await,
            (2, 2),
            "{}: the page's own button was counted with the page",
            test.name()
        );
        // A provider presses on behalf of the person, with whatever name its program has.
        sent.ask(Method::POST, &path, "", "List-Unsubscribe=One-Click")
            .await
            .expect(StatusCode::OK);
        assert_eq!(pressed().await, (3, 2), "{}", test.name());
        assert_eq!(sent.events(names::MESSAGE_UNSUBSCRIBED, false).await, 1);
        assert_eq!(sent.events(names::MESSAGE_CLICKED, false).await, 0);
    }
}

#[tokio::test]
async fn the_preference_page_takes_back_and_gives_again() {
    for test in testkit::both().await {
        let sent = Sent::new(&test).await;
        let path = format!("/u/{}/preferences", sent.token(Kind::Unsubscribe).await);
        let page = sent
            .ask(Method::GET, &path, BROWSER, "")
            .await
            .expect(StatusCode::OK);
        assert!(
            page.text.contains("value=\"marketing\" checked"),
            "{}",
            page.text
        );
        sent.app.kit.clock.advance(1_000);
        let page = sent
            .ask(Method::POST, &path, BROWSER, "")
            .await
            .expect(StatusCode::OK);
        assert!(page.text.contains("value=\"marketing\">"), "{}", page.text);
        assert!(!sent.is_mailable().await, "{}", test.name());
        sent.app.kit.clock.advance(1_000);
        sent.ask(Method::POST, &path, BROWSER, "want=marketing")
            .await
            .expect(StatusCode::OK);
        assert!(sent.is_mailable().await, "a new yes counts again");
    }
}
