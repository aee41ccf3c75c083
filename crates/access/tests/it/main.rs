//! Access, as its users meet it, on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use access::{
    AccessError, Permission, Role, Tokens, account,
    account::NewUser,
    key,
    link::{self, Purpose},
    session::{self, Sessions},
    ticket::{self, Ticket},
};
use kernel::id::{ApiKeyId, SessionId, UserId, WriteKeyId};
use storage::secret::MasterKey;
use testkit::Kit;

fn sessions(kit: &Kit) -> Sessions {
    let tokens = Tokens::new(&MasterKey::from_bytes([7; 32]));
    Sessions::new(kit.db.clone(), tokens, Arc::new(kit.clock.clone()))
}

fn mori() -> NewUser {
    NewUser {
        email: " Mori@Example.jp ".to_owned(),
        name: "森 千夏".to_owned(),
        password: "ながいあいことば2026".to_owned(),
        locale: "ja".to_owned(),
    }
}

async fn owner(kit: &Kit) -> UserId {
    let id = UserId::from_raw(1);
    let tx = kit.db.begin().await.unwrap();
    account::insert(&tx, id, mori(), testkit::START)
        .await
        .unwrap();
    account::set_role(&tx, kit.workspace, id, Role::Owner, testkit::START)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

async fn open(kit: &Kit, sessions: &Sessions, user: UserId, session: i64) -> session::Issued {
    let tx = kit.db.begin().await.unwrap();
    let issued = sessions
        .open(
            &tx,
            SessionId::from_raw(session),
            user,
            kit.workspace,
            "test",
        )
        .await
        .unwrap();
    tx.commit().await.unwrap();
    issued
}

#[tokio::test]
async fn a_person_signs_in_with_the_right_password_only() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let id = owner(&kit).await;
        let sign_in = |email: &'static str, password: &'static str| {
            let db = kit.db.clone();
            async move { account::authenticate(db.reader(), email, password.to_owned()).await }
        };
        assert_eq!(
            sign_in("mori@example.jp", "ながいあいことば2026")
                .await
                .unwrap(),
            (id, kit.workspace)
        );
        assert!(matches!(
            sign_in("mori@example.jp", "wrong").await,
            Err(AccessError::Credentials)
        ));
        assert!(matches!(
            sign_in("nobody@example.jp", "wrong").await,
            Err(AccessError::Credentials)
        ));
    }
}

#[tokio::test]
async fn a_new_person_hears_of_every_wrong_field_at_once() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        owner(&kit).await;
        let tx = kit.db.begin().await.unwrap();
        let bad = NewUser {
            name: String::new(),
            password: "short".to_owned(),
            ..mori()
        };
        let error = account::insert(&tx, UserId::from_raw(2), bad, testkit::START)
            .await
            .unwrap_err();
        let AccessError::Invalid(invalid) = error else {
            panic!("{error:?}")
        };
        let fields: Vec<&str> = invalid
            .0
            .iter()
            .map(|field| field.pointer.as_str())
            .collect();
        assert_eq!(fields, ["/name", "/password", "/email"], "{}", test.name());
    }
}

#[tokio::test]
async fn a_stolen_refresh_token_ends_the_family_and_other_tabs_have_thirty_seconds() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let sessions = sessions(&kit);
        let user = owner(&kit).await;
        let first = open(&kit, &sessions, user, 10).await.refresh;
        let second = sessions.refresh(&first).await.unwrap().refresh;
        kit.clock.advance(29_000);
        assert_eq!(
            sessions.refresh(&first).await.unwrap().refresh,
            second,
            "another tab, or a page that was left before the answer came, gets what it missed"
        );
        let third = sessions.refresh(&second).await.unwrap();
        kit.clock.advance(5_000);
        assert!(
            matches!(
                sessions.refresh(&first).await,
                Err(AccessError::NotSignedIn)
            ),
            "two generations old"
        );
        assert!(matches!(
            sessions.refresh(&third.refresh).await,
            Err(AccessError::NotSignedIn)
        ));
        assert!(
            matches!(
                sessions.check(&third.access).await,
                Err(AccessError::NotSignedIn)
            ),
            "{}",
            test.name()
        );
        assert!(
            matches!(
                sessions.refresh("a.1.AAAA").await,
                Err(AccessError::NotSignedIn)
            ),
            "forged"
        );
    }
}

#[tokio::test]
async fn removal_and_a_changed_role_act_within_five_seconds() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let sessions = sessions(&kit);
        let user = owner(&kit).await;
        let other = UserId::from_raw(2);
        let tx = kit.db.begin().await.unwrap();
        let second = NewUser {
            email: "abe@example.jp".to_owned(),
            ..mori()
        };
        account::insert(&tx, other, second, testkit::START)
            .await
            .unwrap();
        account::set_role(&tx, kit.workspace, other, Role::Admin, testkit::START)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let access = open(&kit, &sessions, other, 11).await.access;
        assert_eq!(sessions.check(&access).await.unwrap().role, Role::Admin);

        let tx = kit.db.begin().await.unwrap();
        account::set_role(&tx, kit.workspace, other, Role::Viewer, testkit::START)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        kit.clock.advance(5_000);
        assert_eq!(sessions.check(&access).await.unwrap().role, Role::Viewer);

        let tx = kit.db.begin().await.unwrap();
        assert!(
            account::remove(&tx, kit.workspace, other, testkit::START)
                .await
                .unwrap()
        );
        assert!(matches!(
            account::remove(&tx, kit.workspace, user, testkit::START).await,
            Err(AccessError::LastOwner)
        ));
        drop(tx);
        let tx = kit.db.begin().await.unwrap();
        account::remove(&tx, kit.workspace, other, testkit::START)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        kit.clock.advance(5_000);
        assert!(
            matches!(sessions.check(&access).await, Err(AccessError::NotSignedIn)),
            "{}",
            test.name()
        );
    }
}

#[tokio::test]
async fn an_access_token_ends_after_ten_minutes_and_cannot_be_forged() {
    let test = testkit::sqlite().await;
    let kit = Kit::new(&test).await;
    let sessions = sessions(&kit);
    let user = owner(&kit).await;
    let access = open(&kit, &sessions, user, 12).await.access;
    let none =
        "eyJhbGciOiJub25lIn0.eyJzdWIiOjEsInNpZCI6MTIsIndzcCI6MSwiaWF0IjowLCJleHAiOjk5OTk5OTk5OTl9.";
    assert!(sessions.check(none).await.is_err());
    assert!(sessions.check(&access[..access.len() - 2]).await.is_err());
    kit.clock.advance(session::ACCESS_LIFETIME);
    assert!(matches!(
        sessions.check(&access).await,
        Err(AccessError::NotSignedIn)
    ));
}

#[tokio::test]
async fn a_one_time_link_works_once_and_not_for_long() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let tx = kit.db.begin().await.unwrap();
        let invite = Purpose::Invite {
            workspace: kit.workspace,
            role: Role::Analyst,
            email: None,
        };
        let token = link::create(&tx, &invite, testkit::START).await.unwrap();
        assert_eq!(
            link::peek(&tx, &token, testkit::START).await.unwrap(),
            invite
        );
        assert_eq!(
            link::consume(&tx, &token, testkit::START).await.unwrap(),
            invite
        );
        assert!(matches!(
            link::consume(&tx, &token, testkit::START).await,
            Err(AccessError::LinkSpent)
        ));
        let late = link::create(&tx, &Purpose::FirstOwner, testkit::START)
            .await
            .unwrap();
        let too_late = testkit::START.plus(link::LIFETIME);
        assert!(matches!(
            link::consume(&tx, &late, too_late).await,
            Err(AccessError::LinkSpent)
        ));
    }
}

#[tokio::test]
async fn keys_open_their_own_workspace_until_revoked() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let user = owner(&kit).await;
        let tx = kit.db.begin().await.unwrap();
        let id = ApiKeyId::from_raw(5);
        let scopes = [Permission::ProfilesRead, Permission::ReportsRead];
        let key = key::create_api_key(&tx, id, kit.workspace, "BI", &scopes, user, testkit::START)
            .await
            .unwrap();
        let found = key::find_api_key(&tx, &key).await.unwrap().unwrap();
        assert_eq!(
            (found.workspace, found.scopes),
            (kit.workspace, scopes.to_vec())
        );
        let elsewhere = kernel::id::WorkspaceId::from_raw(9);
        assert!(
            !key::revoke_api_key(&tx, elsewhere, id, testkit::START)
                .await
                .unwrap()
        );
        assert!(
            key::revoke_api_key(&tx, kit.workspace, id, testkit::START)
                .await
                .unwrap()
        );
        assert!(key::find_api_key(&tx, &key).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn only_the_browser_s_write_key_is_shown_again() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let tx = kit.db.begin().await.unwrap();
        let write = WriteKeyId::from_raw(6);
        let browser = key::create_write_key(
            &tx,
            write,
            kit.workspace,
            "site",
            key::Power::Browser,
            testkit::START,
        )
        .await
        .unwrap();
        assert_eq!(
            key::find_write_key(&tx, &browser)
                .await
                .unwrap()
                .unwrap()
                .public_key,
            Some(browser)
        );
        let server = WriteKeyId::from_raw(7);
        let secret = key::create_write_key(
            &tx,
            server,
            kit.workspace,
            "shop",
            key::Power::Server,
            testkit::START,
        )
        .await
        .unwrap();
        let listed = key::list_write_keys(&tx, kit.workspace).await.unwrap();
        assert!(
            listed
                .iter()
                .all(|key| key.public_key.as_ref() != Some(&secret)),
            "{}",
            test.name()
        );
    }
}

#[tokio::test]
async fn a_ticket_opens_one_thing_once_within_a_minute() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let tx = kit.db.begin().await.unwrap();
        let stands_for = Ticket {
            workspace: kit.workspace,
            user: Some(UserId::from_raw(1)),
            purpose: "preview".to_owned(),
            payload: serde_json::json!({"html": "<p>"}),
        };
        let token = ticket::create(&tx, &stands_for, testkit::START)
            .await
            .unwrap();
        let late = testkit::START.plus(ticket::LIFETIME + 1);
        assert_eq!(
            ticket::consume(&tx, &token, "download", testkit::START)
                .await
                .unwrap(),
            None
        );
        assert_eq!(
            ticket::consume(&tx, &token, "preview", late).await.unwrap(),
            None
        );
        assert_eq!(
            ticket::consume(&tx, &token, "preview", testkit::START)
                .await
                .unwrap(),
            Some(stands_for)
        );
        assert_eq!(
            ticket::consume(&tx, &token, "preview", testkit::START)
                .await
                .unwrap(),
            None,
            "{}",
            test.name()
        );
    }
}
