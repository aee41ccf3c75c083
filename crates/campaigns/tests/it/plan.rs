//! Who gets a row, before and after a crash.

use campaigns::{
    CampaignError,
    audience::{self, Excluded},
    ledger::DeliveryState,
    lifecycle,
    model::{Facts, State, Timing},
    review::{self, Behind, Selected},
    store,
};
use kernel::{page::PageRequest, time::Millis};
use profiles::consent;
use segmentation::At;
use storage::sql;

use crate::world::{World, email};

async fn mixed(world: &World) {
    world.customers(8).await;
    world.customer(20, None, Some(true)).await;
    world.customer(21, Some("n21@example.jp"), None).await;
    world
        .customer(22, Some("n22@example.jp"), Some(false))
        .await;
    world
        .customer(23, Some("dead@example.jp"), Some(true))
        .await;
    world
        .customer(24, Some("Hana.Ko@gmail.com"), Some(true))
        .await;
    world
        .customer(25, Some("hanako+shop@gmail.com"), Some(true))
        .await;
    let tx = world.db.begin().await.unwrap();
    let ctx = profiles::Ctx {
        tx: &tx,
        workspace: world.workspace,
        now: world.now(),
        ids: &*world.ids,
    };
    consent::suppress(
        ctx,
        "email",
        "dead@example.jp",
        consent::Reason::HardBounce,
        None,
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn the_review_the_plan_and_the_consent_rule_agree() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        mixed(&world).await;
        let draft = world.draft(Timing::Now {}).await;
        let target = draft.document.target.clone().unwrap();
        let reader = world.db.reader();
        let at = At {
            workspace: world.workspace,
            now: world.now(),
            zone: chrono_tz::Asia::Tokyo,
        };
        let members = segmentation::all_members(reader, &at, &audience::rule(&target)).await;
        let members = members.unwrap();
        let timing = Timing::Now {};
        let selected = Selected {
            way: campaigns::Way::Email,
            workspace: world.workspace,
            target: &target,
            members: &members,
        };
        let seen = review::review(reader, selected, Some(&timing), world.now())
            .await
            .unwrap();
        assert_eq!((seen.matched, seen.sendable), (14, 9), "{}", test.name());
        let reasons: Vec<(Excluded, i64)> =
            seen.excluded.iter().map(|(why, n)| (*why, *n)).collect();
        assert_eq!(
            reasons,
            [
                (Excluded::NoAddress, 1),
                (Excluded::NoConsent, 1),
                (Excluded::Refused, 1),
                (Excluded::HardBounce, 1),
                (Excluded::SameMailbox, 1)
            ]
        );
        let mailable = format!(
            "SELECT COUNT(*) FROM profile p WHERE {}",
            consent::mailable_sql("p", &world.now().0.to_string())
        );
        assert_eq!(
            world.number(&mailable).await,
            seen.sendable + 1,
            "all but the second of one mailbox"
        );

        let page = PageRequest {
            limit: Some(5),
            ..PageRequest::default()
        };
        let first = review::people(reader, selected, Behind::Sendable, &page, world.now())
            .await
            .unwrap();
        let rest = PageRequest {
            after: first.next.clone(),
            limit: Some(5),
        };
        let second = review::people(reader, selected, Behind::Sendable, &rest, world.now())
            .await
            .unwrap();
        assert_eq!(
            (first.items.len(), second.items.len(), second.next),
            (5, 4, None)
        );

        world.launch(&draft).await;
        world.plan().await;
        let progress = world.progress(draft.id).await;
        assert_eq!(progress.of(DeliveryState::Planned), 9, "{}", test.name());
        assert_eq!(progress.of(DeliveryState::Suppressed), 5);
        assert_eq!(world.campaign(draft.id).await.stage.state, State::Running);
    }
}

#[tokio::test]
async fn planning_goes_on_where_it_was_killed() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.customers(10).await;
        let id = world.planned().await;
        // What a kill leaves behind after the second chunk of three.
        let tx = world.db.begin().await.unwrap();
        for text in [
            "DELETE FROM delivery WHERE profile_id > 6",
            "UPDATE campaign SET planned_through = 6, planned_at = NULL",
            "UPDATE job SET state = 'running', lease_until = 0, finished_at = NULL",
        ] {
            sql::exec(&tx, text, []).await.unwrap();
        }
        tx.commit().await.unwrap();
        world.plan().await;
        assert_eq!(
            world.count(id, DeliveryState::Planned).await,
            10,
            "{}",
            test.name()
        );

        // Even if the note of how far it came were lost, nobody gets a second row.
        let tx = world.db.begin().await.unwrap();
        sql::exec(
            &tx,
            "UPDATE campaign SET planned_through = NULL, planned_at = NULL",
            [],
        )
        .await
        .unwrap();
        sql::exec(
            &tx,
            "UPDATE job SET state = 'running', lease_until = 0, finished_at = NULL",
            [],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        world.plan().await;
        assert_eq!(world.count(id, DeliveryState::Planned).await, 10);
    }
}

#[tokio::test]
async fn each_person_is_due_in_the_morning_of_their_own_zone() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.customers(2).await;
        let tx = world.db.begin().await.unwrap();
        sql::exec(
            &tx,
            "UPDATE profile SET time_zone = 'America/New_York' WHERE id = 2",
            [],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let timing: Timing = serde_json::from_value(
            serde_json::json!({"kind": "local_time", "date": "2026-07-15", "time": "10:00"}),
        )
        .unwrap();
        let draft = world.draft(timing).await;
        let launched = world.launch(&draft).await;
        assert_eq!(launched.stage.state, State::Scheduled);
        world.plan().await;
        assert_eq!(
            world.progress(draft.id).await.total(),
            0,
            "nothing is worked out before its time"
        );
        world.clock.set(launched.plan_at.unwrap());
        world.plan().await;
        let due = |id: i64| world.number_of(id);
        let tokyo = Millis::parse("2026-07-15T10:00:00+09:00").unwrap();
        let new_york = Millis::parse("2026-07-15T10:00:00-04:00").unwrap();
        assert_eq!(
            (due(1).await, due(2).await),
            (tokyo.0, new_york.0),
            "{}",
            test.name()
        );
    }
}

impl World {
    async fn number_of(&self, profile: i64) -> i64 {
        self.number(&format!(
            "SELECT due_at FROM delivery WHERE profile_id = {profile}"
        ))
        .await
    }
}

#[tokio::test]
async fn a_second_editor_and_a_hasty_launch_are_told() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        let draft = world.draft(Timing::Now {}).await;
        let tx = world.db.begin().await.unwrap();
        let saved = store::save(
            &tx,
            world.author(),
            draft.id,
            draft.version,
            "春",
            &draft.document,
        )
        .await
        .unwrap();
        let late = store::save(
            &tx,
            world.author(),
            draft.id,
            draft.version,
            "秋",
            &draft.document,
        )
        .await;
        assert!(
            matches!(late, Err(CampaignError::Conflict { current }) if current == saved.version),
            "{}",
            test.name()
        );
        let facts = Facts::default();
        let reviewed_old = lifecycle::launch(
            &tx,
            world.author(),
            &*world.ids,
            draft.id,
            draft.version,
            &facts,
            &email().into(),
        )
        .await;
        assert!(matches!(reviewed_old, Err(CampaignError::Conflict { .. })));
        let unready = lifecycle::launch(
            &tx,
            world.author(),
            &*world.ids,
            draft.id,
            saved.version,
            &facts,
            &email().into(),
        )
        .await;
        assert!(matches!(unready, Err(CampaignError::Invalid(_))));
        let copied = lifecycle::copy(&tx, world.author(), &*world.ids, draft.id, "春の写し")
            .await
            .unwrap();
        assert_eq!(
            (copied.document, copied.stage.state),
            (saved.document, State::Draft)
        );
        tx.commit().await.unwrap();

        let now = world.campaign(draft.id).await;
        world.launch(&now).await;
        let tx = world.db.begin().await.unwrap();
        let locked = store::save(
            &tx,
            world.author(),
            draft.id,
            now.version + 1,
            "冬",
            &draft.document,
        )
        .await;
        assert!(matches!(
            locked,
            Err(CampaignError::WrongState {
                state: State::Scheduled
            })
        ));
        assert!(store::delete(&tx, world.workspace, draft.id).await.is_err());
        store::delete(&tx, world.workspace, copied.id)
            .await
            .unwrap();
    }
}
