//! What LINE tells, once and in any order.

use channel_core::InboundKind;
use friends::{Heard, State, book};
use kernel::feed::ChangeKind::{Acted, Friend, Rewritten};
use kernel::time::{DAY, Millis};
use profiles::names;

use crate::world::{ACCOUNT, both, event, followed, user, wrote};

#[tokio::test]
async fn a_follow_makes_an_anonymous_customer_and_a_copy_changes_nothing() {
    for world in both().await {
        let at = world.now();
        world.hear(vec![event("e1", 1, at, followed())]).await;
        world.hear(vec![event("e1", 1, at, followed())]).await;
        // Twice in one request, too.
        let twice = event("e2", 1, at.plus(-1), InboundKind::Blocked);
        world.hear(vec![twice.clone(), twice]).await;
        let friend = world.friend(1).await;
        assert_eq!((friend.state, friend.blocks), (State::Follows, 1));
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM profile WHERE is_anonymous AND state = 0")
                .await,
            1
        );
        assert_eq!(world.number("SELECT COUNT(*) FROM event").await, 2);
        let counts = book::counts(world.kit.db.reader(), world.kit.workspace, ACCOUNT)
            .await
            .unwrap();
        assert_eq!(
            (counts.following, counts.blocked, counts.unknown),
            (1, 0, 0)
        );
        let heard = book::heard(world.kit.db.reader(), world.kit.workspace, ACCOUNT)
            .await
            .unwrap();
        assert_eq!(
            (heard.n_events, heard.n_repeats, heard.n_ignored),
            (2, 2, 0)
        );
        assert_eq!(heard.newest(), Some(at));
        // Another workspace's account of the same number has no friends.
        let other = kernel::id::WorkspaceId::from_raw(1);
        let none = book::counts(world.kit.db.reader(), other, ACCOUNT)
            .await
            .unwrap();
        assert_eq!(none, book::Counts::default());
    }
}

#[tokio::test]
async fn an_older_event_never_overrides_a_newer_state() {
    for world in both().await {
        let at = world.now();
        world
            .hear(vec![event("b", 1, at.plus(-10), InboundKind::Blocked)])
            .await;
        world
            .hear(vec![event("f", 1, at.plus(-20), followed())])
            .await;
        assert_eq!(world.friend(1).await.state, State::Blocked);
        let back = InboundKind::Followed {
            after_block: Some(true),
        };
        world.hear(vec![event("f2", 1, at, back)]).await;
        let friend = world.friend(1).await;
        assert_eq!(friend.state, State::Follows);
        assert_eq!(friend.blocked_at, Some(at.plus(-10)));
        let unblocked = "SELECT COUNT(*) FROM event WHERE CAST(properties AS TEXT) LIKE '%\"is_unblocked\"%true%'";
        assert_eq!(world.number(unblocked).await, 1);
        // What LINE dates into the future has not happened later than now.
        world
            .hear(vec![event("f3", 2, at.plus(DAY), followed())])
            .await;
        assert_eq!(world.friend(2).await.state_at, at);
    }
}

#[tokio::test]
async fn a_change_of_standing_tells_the_feed_and_nothing_else_does() {
    for world in both().await {
        let at = world.now();
        world.hear(vec![event("f", 1, at, followed())]).await;
        let before = world.kit.position().await;
        world
            .hear(vec![event("m", 1, at, wrote("m1", "こんにちは"))])
            .await;
        world
            .hear(vec![event("b", 1, at.plus(1), InboundKind::Blocked)])
            .await;
        let told = world.kit.changes(before).await;
        let kinds: Vec<_> = told.iter().map(|change| change.kind).collect();
        assert_eq!(kinds, [Acted, Friend, Acted]);
        let owner = world.owner(1).await.unwrap();
        assert!(told.iter().all(|change| change.profile == owner));
    }
}

#[tokio::test]
async fn words_are_kept_until_they_are_taken_back() {
    for world in both().await {
        let at = world.now();
        let text = "予約したい😀\0 ' OR 1=1; --";
        world
            .hear(vec![event("m1", 1, at, wrote("468", text))])
            .await;
        let kept =
            "SELECT COUNT(*) FROM event WHERE CAST(properties AS TEXT) LIKE '%予約したい😀 %'";
        assert_eq!(world.number(kept).await, 1);
        let before = world.kit.position().await;
        let unsent = |message: &str| InboundKind::Unsent {
            message_id: message.to_owned(),
        };
        world
            .hear(vec![event("u1", 1, at.plus(5), unsent("468"))])
            .await;
        assert_eq!(world.number(kept).await, 0);
        assert_eq!(world.number("SELECT COUNT(*) FROM event").await, 1);
        let told = world.kit.changes(before).await;
        assert_eq!(told[0].kind, Rewritten);
        // Taken back before it came.
        world.hear(vec![event("u2", 1, at, unsent("469"))]).await;
        world
            .hear(vec![event(
                "m2",
                1,
                at,
                wrote("469", "予約したい😀 やっぱり"),
            )])
            .await;
        assert_eq!(world.number(kept).await, 0);
        assert_eq!(world.number("SELECT COUNT(*) FROM event").await, 2);
    }
}

#[tokio::test]
async fn what_nobody_knows_is_counted_and_let_be() {
    for world in both().await {
        let at = world.now();
        let other = InboundKind::Other {
            what: "messageEdited".to_owned(),
        };
        let mut nobody = event("n", 1, at, followed());
        nobody.recipient = None;
        let hostile = event("x\0'; DROP TABLE profile", 1, at, followed());
        let long = event(&"9".repeat(101), 1, at, followed());
        let bad_message = event("w", 1, at, wrote("\u{0}", "x"));
        world
            .hear(vec![
                event("o", 1, at, other),
                nobody,
                hostile,
                long,
                bad_message,
            ])
            .await;
        assert_eq!(world.number("SELECT COUNT(*) FROM profile").await, 0);
        let heard = book::heard(world.kit.db.reader(), world.kit.workspace, ACCOUNT)
            .await
            .unwrap();
        assert_eq!((heard.n_events, heard.n_ignored), (3, 5));
        // LINE tries the address out.
        world.kit.clock.advance(1_000);
        world.hear(Vec::new()).await;
        let heard = book::heard(world.kit.db.reader(), world.kit.workspace, ACCOUNT)
            .await
            .unwrap();
        assert_eq!(heard.last(), Some(at.plus(1_000)));
    }
}

#[tokio::test]
async fn each_kind_becomes_its_event() {
    for world in both().await {
        let at = world.now();
        let kinds = [
            (
                InboundKind::Pressed {
                    data: "a=1&店=渋谷".to_owned(),
                    choices: vec![("date".to_owned(), "2026-12-01".to_owned())],
                },
                names::LINE_POSTBACK,
            ),
            (
                InboundKind::Beacon {
                    hardware_id: "374591320".to_owned(),
                    what: "enter".to_owned(),
                },
                names::LINE_BEACON,
            ),
            (
                InboundKind::Watched {
                    video_id: "夏の新作".to_owned(),
                },
                names::LINE_VIDEO_WATCHED,
            ),
            (followed(), names::LINE_FOLLOWED),
            (InboundKind::Blocked, names::LINE_BLOCKED),
            (wrote("1", "やあ"), names::LINE_MESSAGE_RECEIVED),
        ];
        for (n, (kind, name)) in kinds.into_iter().enumerate() {
            world
                .hear(vec![event(&format!("k{n}"), 5, at.plus(-1), kind)])
                .await;
            let text = format!(
                "SELECT COUNT(*) FROM event WHERE name_id = {name} AND CAST(properties AS TEXT) LIKE '%snd_%'"
            );
            assert_eq!(world.number(&text).await, 1, "{name}");
        }
    }
}

#[tokio::test]
async fn many_at_once_are_each_taken_once() {
    for world in both().await {
        let at = world.now();
        let calls = (0..60u32).map(|call| {
            let intake = world.intake.clone();
            let heard = Heard {
                workspace: world.kit.workspace,
                account: ACCOUNT,
                // Every person is told of by three calls, under the same name.
                events: vec![event(&format!("e{}", call % 20), call % 20, at, followed())],
                unreadable: 0,
                at,
            };
            tokio::spawn(async move { intake.take(heard).await.unwrap() })
        });
        for call in calls.collect::<Vec<_>>() {
            call.await.unwrap();
        }
        assert_eq!(world.number("SELECT COUNT(*) FROM event").await, 20);
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM line_friend WHERE state = 0")
                .await,
            20
        );
        assert_eq!(world.number("SELECT COUNT(*) FROM profile").await, 20);
    }
}

#[tokio::test]
async fn what_is_old_is_forgotten_a_batch_at_a_time() {
    for world in both().await {
        let at = world.now();
        for n in 0..3 {
            world
                .hear(vec![event(
                    &format!("m{n}"),
                    n,
                    at,
                    wrote(&format!("{n}"), "x"),
                )])
                .await;
        }
        let prune = async |now: Millis| {
            let tx = world.kit.db.begin().await.unwrap();
            let n = friends::prune(&tx, now, 2).await.unwrap();
            tx.commit().await.unwrap();
            n
        };
        assert_eq!(prune(at.plus(friends::KEPT)).await, 0);
        assert_eq!(prune(at.plus(friends::KEPT + 1)).await, 2);
        assert_eq!(prune(at.plus(friends::KEPT + 1)).await, 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM line_message").await, 3);
        prune(at.plus(31 * DAY)).await;
        assert_eq!(world.number("SELECT COUNT(*) FROM line_message").await, 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM line_friend").await, 3);
        assert!(world.owner(1).await.is_some(), "{}", user(1));
    }
}
