use kernel::{feed::ChangeKind, id::ProfileId};
use profiles::{
    Source,
    consent::{self, ConsentChange, ConsentOutcome, Reason, mailable_sql},
};
use serde_json::json;
use storage::sql;

use crate::world::{self, World};

fn yes(profile: ProfileId, source: Source) -> ConsentChange {
    ConsentChange {
        profile,
        channel: consent::EMAIL.into(),
        purpose: consent::MARKETING.into(),
        granted: true,
        text_version: Some("2026-07".into()),
        source,
        proof: Some("https://example.jp/form".into()),
        occurred_at: testkit::START,
        expires_at: None,
    }
}

async fn set(world: &World, changes: &[ConsentChange]) -> Vec<ConsentOutcome> {
    let tx = world.begin().await;
    let outcomes = consent::set_many(world.ctx(&tx), changes).await.unwrap();
    tx.commit().await.unwrap();
    outcomes
}

async fn n_mailable(world: &World) -> i64 {
    let text = format!(
        "SELECT COUNT(*) FROM profile p WHERE p.workspace_id = $1 AND {}",
        mailable_sql("p", "$2")
    );
    sql::number(
        world.kit.db.reader(),
        text,
        [world.kit.workspace.raw().into(), testkit::START.0.into()],
    )
    .await
    .unwrap()
}

async fn person(world: &World) -> ProfileId {
    world
        .send(json!([{"type": "identify", "userId": "u1", "traits": {"email": "a@example.jp"}}]))
        .await;
    world.owner("u1").await
}

#[tokio::test]
async fn a_person_is_mailable_only_with_everything_in_place() {
    for world in world::both().await {
        let profile = person(&world).await;
        assert_eq!(n_mailable(&world).await, 0, "{}", world.name);
        assert_eq!(
            set(&world, &[yes(profile, Source::Form)]).await,
            [ConsentOutcome::Applied]
        );
        assert_eq!(n_mailable(&world).await, 1);
        let ended = ConsentChange {
            expires_at: Some(testkit::START),
            occurred_at: testkit::START.plus(1),
            ..yes(profile, Source::Form)
        };
        set(&world, std::slice::from_ref(&ended)).await;
        assert_eq!(n_mailable(&world).await, 0, "a yes that has ended is none");
        set(
            &world,
            &[ConsentChange {
                expires_at: Some(testkit::START.plus(1)),
                occurred_at: testkit::START.plus(2),
                ..ended
            }],
        )
        .await;
        assert_eq!(n_mailable(&world).await, 1);
        for reason in [Reason::HardBounce, Reason::Complaint, Reason::Manual] {
            let tx = world.begin().await;
            assert!(
                consent::suppress(world.ctx(&tx), "email", " A@Example.jp", reason, None)
                    .await
                    .unwrap()
            );
            assert!(
                !consent::suppress(world.ctx(&tx), "email", "a@example.jp", reason, None)
                    .await
                    .unwrap(),
                "once is enough"
            );
            tx.commit().await.unwrap();
            assert_eq!(n_mailable(&world).await, 0, "{reason:?}");
            let deliverable = format!(
                "SELECT COUNT(*) FROM profile p WHERE {}",
                consent::deliverable_sql("p")
            );
            assert_eq!(world.number(&deliverable).await, 0);
            let tx = world.begin().await;
            sql::exec(&tx, "DELETE FROM suppression", []).await.unwrap();
            tx.commit().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_no_wins_at_the_same_instant_and_an_old_yes_changes_nothing() {
    for world in world::both().await {
        let profile = person(&world).await;
        let no = ConsentChange {
            granted: false,
            ..yes(profile, Source::Server)
        };
        let old = ConsentChange {
            occurred_at: testkit::START.plus(-1),
            ..yes(profile, Source::Import)
        };
        let outcomes = set(
            &world,
            &[yes(profile, Source::Server), no.clone(), old.clone()],
        )
        .await;
        assert_eq!(
            outcomes,
            [
                ConsentOutcome::Older,
                ConsentOutcome::Applied,
                ConsentOutcome::Older
            ],
            "{}",
            world.name
        );
        assert_eq!(
            set(&world, &[yes(profile, Source::Server)]).await,
            [ConsentOutcome::Older]
        );
        let browser = ConsentChange {
            occurred_at: testkit::START.plus(5),
            ..yes(profile, Source::Browser)
        };
        assert_eq!(
            set(&world, std::slice::from_ref(&browser)).await,
            [ConsentOutcome::Refused]
        );
        assert_eq!(
            set(
                &world,
                &[ConsentChange {
                    purpose: "news".into(),
                    ..browser
                }]
            )
            .await,
            [ConsentOutcome::Applied]
        );
        assert_eq!(
            set(&world, &[yes(ProfileId::from_raw(1), Source::Form)]).await,
            [ConsentOutcome::NoProfile]
        );
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM consent_log WHERE address_hash IS NOT NULL")
                .await,
            5
        );
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM consent WHERE purpose = 'marketing' AND NOT granted")
                .await,
            1
        );
    }
}

#[tokio::test]
async fn an_unsubscription_outlives_the_next_import_but_not_the_persons_own_yes() {
    for world in world::both().await {
        let profile = person(&world).await;
        set(&world, &[yes(profile, Source::Import)]).await;
        let before = world.position().await;
        world.kit.clock.advance(1_000);
        let tx = world.begin().await;
        consent::unsubscribe(world.ctx(&tx), "email", "a@example.jp", None, None)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let told = world.changes(before).await;
        assert!(
            told.iter()
                .any(|change| change.kind == ChangeKind::Consent && change.profile == profile)
        );
        assert_eq!(n_mailable(&world).await, 0, "{}", world.name);
        let later = |source, at| ConsentChange {
            occurred_at: testkit::START.plus(at),
            ..yes(profile, source)
        };
        for source in [Source::Import, Source::Server, Source::Browser] {
            set(&world, &[later(source, 2_000)]).await;
            assert_eq!(n_mailable(&world).await, 0, "{source:?}");
        }
        set(&world, &[later(Source::Form, 3_000)]).await;
        assert_eq!(n_mailable(&world).await, 1);
    }
}

#[tokio::test]
async fn a_consent_of_a_merged_person_reaches_the_survivor() {
    for world in world::both().await {
        person(&world).await;
        world.send(json!([{"type": "page", "userId": "u2"}])).await;
        let merged = world.owner("u2").await;
        world
            .send(json!([{"type": "alias", "previousId": "u2", "userId": "u1"}]))
            .await;
        assert_eq!(
            set(&world, &[yes(merged, Source::Form)]).await,
            [ConsentOutcome::Applied],
            "{}",
            world.name
        );
        assert_eq!(n_mailable(&world).await, 1);
    }
}
