use profiles::{Source, ingest::Verdict};
use serde_json::{Value as Json, json};

use crate::world;

fn identify(user: Json, anonymous: Json, traits: Json) -> Json {
    json!({"type": "identify", "userId": user, "anonymousId": anonymous, "traits": traits})
}

fn track(user: Json, anonymous: Json) -> Json {
    json!({"type": "track", "event": "A", "userId": user, "anonymousId": anonymous})
}

#[tokio::test]
async fn anonymous_history_attaches_when_the_person_is_known() {
    for world in world::both().await {
        world
            .send(json!([
                track(Json::Null, json!("a1")),
                track(Json::Null, json!("a1"))
            ]))
            .await;
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM profile WHERE is_anonymous")
                .await,
            1,
            "{}",
            world.name
        );
        world
            .send_as(
                Source::Browser,
                json!([identify(
                    json!("u1"),
                    json!("a1"),
                    json!({"email": "a@example.jp"})
                )]),
            )
            .await;
        assert_eq!(
            world.number("SELECT COUNT(*) FROM profile").await,
            1,
            "the anonymous profile became the known one"
        );
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM profile WHERE is_anonymous")
                .await,
            0
        );

        // A second device, known before as somebody of its own.
        world.send(json!([track(Json::Null, json!("a2"))])).await;
        world
            .send_as(Source::Browser, json!([track(json!("u1"), json!("a2"))]))
            .await;
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM profile WHERE state = 0")
                .await,
            1
        );
        assert_eq!(
            world
                .number("SELECT COUNT(DISTINCT profile_id) FROM event")
                .await,
            1
        );
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM event WHERE origin_profile_id IS NOT NULL")
                .await,
            1
        );
    }
}

#[tokio::test]
async fn a_device_that_two_people_share_joins_nobody() {
    for world in world::both().await {
        world
            .send(json!([
                track(json!("u1"), json!("pc")),
                track(json!("u2"), json!("pc")),
                track(json!("u2"), json!("pc"))
            ]))
            .await;
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM profile WHERE state = 0")
                .await,
            2,
            "{}",
            world.name
        );
        let of = world.owner("u2").await.raw();
        assert_eq!(
            world
                .number(&format!(
                    "SELECT COUNT(*) FROM event WHERE profile_id = {of}"
                ))
                .await,
            2
        );
        assert_eq!(world.quarantined().await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn an_email_joins_a_form_and_an_account_but_not_two_accounts() {
    for world in world::both().await {
        world
            .send(json!([identify(
                Json::Null,
                json!("a1"),
                json!({"email": "a@example.jp"})
            )]))
            .await;
        world
            .send(json!([identify(json!("u1"), Json::Null, json!({}))]))
            .await;
        world
            .send(json!([identify(
                json!("u1"),
                Json::Null,
                json!({"email": "A@Example.jp"})
            )]))
            .await;
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM profile WHERE state = 0")
                .await,
            1,
            "{}",
            world.name
        );
        world
            .send(json!([identify(
                json!("u2"),
                Json::Null,
                json!({"email": "a@example.jp", "name": "Hanako"})
            )]))
            .await;
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM profile WHERE state = 0")
                .await,
            2
        );
        assert_eq!(world.quarantined().await, ["belongs_to_another"]);
        assert_eq!(
            world
                .texts("SELECT full_name FROM profile WHERE external_id = 'u2' AND email IS NULL")
                .await,
            ["Hanako"]
        );
        // Who really is one person is told by an alias.
        world
            .send(json!([{"type": "alias", "previousId": "u2", "userId": "u1"}]))
            .await;
        assert_eq!(
            world
                .texts("SELECT external_id FROM profile WHERE state = 0")
                .await,
            ["u1"]
        );
        assert_eq!(world.owner("u2").await, world.owner("u1").await);
    }
}

#[tokio::test]
async fn an_alias_joins_in_any_order() {
    for world in world::both().await {
        world
            .send(json!([{"type": "alias", "previousId": "old", "userId": "u1"}]))
            .await;
        world
            .send(json!([
                track(Json::Null, json!("old")),
                track(json!("old"), Json::Null),
                track(json!("u1"), Json::Null)
            ]))
            .await;
        assert_eq!(
            world.number("SELECT COUNT(*) FROM profile").await,
            1,
            "{}",
            world.name
        );
    }
}

/// What a browser key may do to people that others have made known.
#[tokio::test]
async fn a_browser_key_has_its_limits() {
    let cases: &[(&str, Json, &[&str], &str)] = &[
        (
            "writes events",
            track(json!("u1"), json!("b1")),
            &[],
            "u1@example.jp",
        ),
        (
            "attaches a device",
            identify(json!("u1"), json!("b1"), json!({})),
            &[],
            "u1@example.jp",
        ),
        (
            "repeats an address",
            identify(json!("u1"), json!("b1"), json!({"email": "u1@example.jp"})),
            &[],
            "u1@example.jp",
        ),
        (
            "sets other facts",
            identify(json!("u1"), json!("b1"), json!({"plan": "pro"})),
            &[],
            "u1@example.jp",
        ),
        (
            "changes an address",
            identify(
                json!("u1"),
                json!("b1"),
                json!({"email": "evil@example.com"}),
            ),
            &["browser_change"],
            "u1@example.jp",
        ),
        (
            "goes back to an old address",
            identify(json!("u1"), json!("b1"), json!({"email": "old@example.jp"})),
            &["browser_change"],
            "u1@example.jp",
        ),
        (
            "changes a telephone number",
            identify(json!("u1"), json!("b1"), json!({"phone": "090-9999-9999"})),
            &["browser_change"],
            "u1@example.jp",
        ),
        (
            "takes another's address",
            identify(json!("u1"), json!("b1"), json!({"email": "u2@example.jp"})),
            &["browser_merge"],
            "u1@example.jp",
        ),
        (
            "claims an address for a new id",
            identify(json!("new"), json!("b1"), json!({"email": "u1@example.jp"})),
            &["browser_merge"],
            "u1@example.jp",
        ),
        (
            "joins two by a device",
            identify(json!("u2"), json!("d1"), json!({})),
            &["browser_merge"],
            "u1@example.jp",
        ),
        (
            "aliases two people",
            json!({"type": "alias", "previousId": "u1", "userId": "u2"}),
            &["browser_merge"],
            "u1@example.jp",
        ),
        (
            "aliases a device",
            json!({"type": "alias", "previousId": "fresh", "userId": "u1"}),
            &[],
            "u1@example.jp",
        ),
        (
            "writes a reserved name",
            json!({"type": "track", "event": "consent_given", "userId": "u1"}),
            &["reserved_name"],
            "u1@example.jp",
        ),
    ];
    for world in world::both().await {
        world
            .send(json!([
                identify(
                    json!("u1"),
                    json!("d1"),
                    json!({"email": "old@example.jp", "phone": "090-1111-1111"})
                ),
                identify(json!("u1"), json!("d1"), json!({"email": "u1@example.jp"})),
                identify(json!("u2"), json!("d2"), json!({"email": "u2@example.jp"}))
            ]))
            .await;
        for (what, message, codes, email) in cases {
            let before = world.quarantined().await.len();
            world.send_as(Source::Browser, json!([message])).await;
            assert_eq!(
                world.quarantined().await[before..],
                **codes,
                "{what} on {}",
                world.name
            );
            assert_eq!(
                world
                    .texts("SELECT email FROM profile WHERE external_id = 'u1'")
                    .await,
                [*email],
                "{what}"
            );
            assert_ne!(world.owner("u1").await, world.owner("u2").await, "{what}");
            assert_eq!(
                world.owner("u1@example.jp").await,
                world.owner("u1").await,
                "{what}"
            );
        }
        assert_eq!(world.owner("fresh").await, world.owner("u1").await);
        assert_eq!(
            world
                .texts("SELECT phone FROM profile WHERE external_id = 'u1'")
                .await,
            ["+819011111111"]
        );
    }
}

#[tokio::test]
async fn what_a_browser_set_a_browser_may_change_until_a_server_says_it_too() {
    for world in world::both().await {
        let by_browser =
            |email: &str| json!([identify(json!("u1"), json!("b1"), json!({"email": email}))]);
        world
            .send_as(Source::Browser, by_browser("a@example.jp"))
            .await;
        world
            .send_as(Source::Browser, by_browser("b@example.jp"))
            .await;
        assert_eq!(
            world.texts("SELECT email FROM profile").await,
            ["b@example.jp"],
            "{}",
            world.name
        );
        world.send(by_browser("b@example.jp")).await;
        world
            .send_as(Source::Browser, by_browser("c@example.jp"))
            .await;
        assert_eq!(
            world.texts("SELECT email FROM profile").await,
            ["b@example.jp"]
        );
        assert_eq!(world.quarantined().await, ["browser_change"]);
    }
}

#[tokio::test]
async fn an_impossible_address_is_put_aside_and_the_rest_taken() {
    for world in world::both().await {
        let verdicts = world
            .send(json!([
                identify(
                    json!("u1"),
                    Json::Null,
                    json!({"email": "no address", "phone": "call me", "plan": "pro"})
                ),
                identify(
                    json!("u2"),
                    Json::Null,
                    json!({"email": "a..b@docomo.ne.jp"})
                )
            ]))
            .await;
        assert_eq!(verdicts, [Verdict::Taken, Verdict::Taken], "{}", world.name);
        assert_eq!(world.quarantined().await, ["bad_email", "bad_phone"]);
        assert_eq!(
            world
                .texts("SELECT email FROM profile ORDER BY external_id")
                .await,
            ["", "a..b@docomo.ne.jp"]
        );
    }
}
