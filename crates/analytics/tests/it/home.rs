//! The first page.

use analytics::{
    Metric,
    home::{self, Card, WaitingKind},
};
use kernel::{
    id::{CampaignId, WorkspaceId},
    time::{DAY, HOUR, Millis},
};
use serde_json::json;
use testkit::{Kit, START};

use crate::world::World;

struct Told {
    finished: CampaignId,
    running: CampaignId,
    scheduled: CampaignId,
    paused: CampaignId,
    draft: CampaignId,
}

async fn story(world: &mut World) -> Told {
    let finished = world.seven_days(START.plus(-2 * HOUR)).await;
    for person in 1..=3 {
        let sent = world.sent(finished, person, START.plus(-2 * HOUR)).await;
        world.open(sent, START.plus(-HOUR)).await;
    }
    world
        .delivery(finished, 8, 10, Some("no_consent"), START.plus(-2 * HOUR))
        .await;
    world.order(1, 800, START.plus(-HOUR / 2)).await;
    world.order(9, 200, START.plus(-3 * DAY)).await;
    world.order(9, 5_000, START.plus(-10 * DAY)).await;
    let running = world
        .campaign(
            "running",
            json!({"timing": {"kind": "now"}}),
            START.plus(-HOUR),
        )
        .await;
    world.sent(running, 1, START.plus(-HOUR)).await;
    world.delivery(running, 2, 0, None, START).await;
    world
        .delivery(running, 3, 1, None, START.plus(2 * DAY))
        .await;
    let at_six = json!({"timing": {"kind": "local_time", "date": "2026-07-14", "time": "18:00"}});
    let scheduled = world.campaign("scheduled", at_six, START).await;
    let tomorrow = json!({"timing": {"kind": "at", "at": "2026-07-15T10:00:00+09:00"}});
    world.campaign("scheduled", tomorrow, START).await;
    let paused = world
        .campaign(
            "paused",
            json!({"timing": {"kind": "now"}}),
            START.plus(-2 * DAY),
        )
        .await;
    world.sent(paused, 4, START.plus(-2 * DAY)).await;
    world
        .delivery(paused, 5, 0, None, START.plus(-2 * DAY))
        .await;
    let draft = world.campaign("draft", json!({"target": {"everybody": true}, "offer": {"kind": "none"}, "timing": null, "goal": {"event": "order", "window_days": 7}}), START).await;
    world
        .exec(
            "INSERT INTO csv_import (id, workspace_id, kind, file_name, file_path, file_bytes, encoding, delimiter, mapping, state, error_code, created_at)
             VALUES ($1, $2, 'orders', '注文.csv', 'x', 1, 'utf-8', ',', $3, 'failed', 'file_gone', $4)",
            [
                1_i64.wrapping_add(draft.raw()).into(),
                world.workspace.raw().into(),
                storage::Value::Json(Some(Box::new(json!({})))),
                START.plus(-DAY).0.into(),
            ],
        )
        .await;
    Told {
        finished,
        running,
        scheduled,
        paused,
        draft,
    }
}

#[tokio::test]
async fn the_first_page_says_what_today_brings_and_what_waits() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let other = WorkspaceId::from_raw(700_000_000_000_000_002);
        kit.add_workspace(other, "若葉マート").await;
        story(&mut World::new(&kit.db, other, 5_000_000)).await;
        let told = story(&mut World::new(&kit.db, kit.workspace, 1_000)).await;
        let home = home::find(kit.db.reader(), kit.workspace, START)
            .await
            .unwrap();

        assert_eq!(
            home.day_start,
            Millis::parse("2026-07-14T00:00:00+09:00").unwrap()
        );
        let knots: Vec<_> = home
            .knots
            .iter()
            .map(|knot| (knot.campaign, knot.sent, knot.left))
            .collect();
        let expected = [
            (told.finished, 3, Some(0)),
            (told.running, 1, Some(1)),
            (told.paused, 0, Some(1)),
            (told.scheduled, 0, None),
        ];
        assert_eq!(knots, expected, "{}", test.name());
        assert_eq!(
            home.knots[3].at,
            Millis::parse("2026-07-14T18:00:00+09:00").unwrap()
        );

        let moving: Vec<_> = home
            .moving
            .iter()
            .map(|one| (one.campaign, one.sent, one.left))
            .collect();
        assert_eq!(moving[0], (told.running, 1, Some(2)));
        assert_eq!(moving[1], (told.paused, 1, Some(1)));
        assert_eq!(moving.len(), 4);

        let kinds: Vec<&WaitingKind> = home.waiting.iter().map(|waiting| &waiting.kind).collect();
        assert_eq!(
            *kinds[0],
            WaitingKind::Paused {
                campaign: told.paused,
                left: 1
            }
        );
        assert!(
            matches!(kinds[1], WaitingKind::ImportFailed { code: Some(code), .. } if code == "file_gone")
        );
        let missing = vec![Card::Timing, Card::Channel, Card::Contents];
        assert_eq!(
            *kinds[2],
            WaitingKind::Draft {
                campaign: told.draft,
                missing
            }
        );

        let week = &home.periods[0];
        let figure = |metric| {
            week.figures
                .iter()
                .find(|figure| figure.metric == metric)
                .unwrap()
                .value
        };
        assert_eq!((figure(Metric::Sends), figure(Metric::Opens)), (5, 3));
        assert_eq!(
            (figure(Metric::Orders), figure(Metric::Revenue)),
            (2, 1_000)
        );
        assert_eq!(figure(Metric::RevenueLastTouch), 800);
        assert_eq!((figure(Metric::NotSent), week.recipients), (1, 4));
        let before = week
            .before
            .iter()
            .find(|figure| figure.metric == Metric::Revenue)
            .unwrap()
            .value;
        assert_eq!(before, 5_000);
        assert_eq!(home.reasons.len(), 1);
        assert_eq!(home.n_campaigns, 6);
    }
}

#[tokio::test]
async fn who_can_be_reached_has_an_address_a_consent_and_no_suppression() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let world = World::new(&kit.db, kit.workspace, 1_000);
        for (id, email, consent, suppressed) in [
            (1, Some("a@example.jp"), true, false),
            (2, Some("b@example.jp"), false, false),
            (3, None, true, false),
            (4, Some("d@example.jp"), true, true),
        ] {
            let workspace = kit.workspace.raw();
            world
                .exec(
                    "INSERT INTO profile (workspace_id, id, email, is_anonymous, attributes, search_text, first_seen_at, last_seen_at, created_at, updated_at)
                     VALUES ($1, $2, $3, FALSE, $4, '', 0, 0, 0, 0)",
                    [
                        workspace.into(),
                        id.into(),
                        email.map(str::to_owned).into(),
                        storage::Value::Json(Some(Box::new(json!({})))),
                    ],
                )
                .await;
            world
                .exec(
                    "INSERT INTO consent (workspace_id, profile_id, channel, purpose, granted, source, occurred_at)
                     VALUES ($1, $2, 'email', 'marketing', $3, 'import', 0)",
                    [workspace.into(), id.into(), consent.into()],
                )
                .await;
            if suppressed {
                world
                    .exec(
                        "INSERT INTO suppression (workspace_id, channel, address, reason, created_at) VALUES ($1, 'email', $2, 'unsubscribe', 0)",
                        [workspace.into(), email.unwrap().into()],
                    )
                    .await;
            }
        }
        let home = home::find(kit.db.reader(), kit.workspace, START)
            .await
            .unwrap();
        assert_eq!(
            (home.reach.customers, home.reach.by_email),
            (4, 1),
            "{}",
            test.name()
        );
    }
}
