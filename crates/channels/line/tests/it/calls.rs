//! Everything but single messages.

use channel_core::{Notification, Outcome};
use channel_line::{
    BatchOperation, BatchPhase, Counted, CountedKind, LineApiError, Messages, Narrowcast,
    NarrowcastPhase, Purpose, RetryKey, RichMenu, UserId,
};
use kernel::time::{HOUR, MINUTE, Millis};
use line_fake::Options;
use serde_json::{Value, json};

use crate::support::{START, World, accepted, message_to, user};

fn hello() -> Messages {
    Messages::check(json!([{ "type": "text", "text": "こんにちは" }]), "").unwrap()
}

fn menu() -> RichMenu {
    let menu = json!({
        "size": { "width": 2500, "height": 843 }, "selected": true, "name": "春", "chatBarText": "メニュー",
        "areas": [{ "bounds": { "x": 0, "y": 0, "width": 2500, "height": 843 }, "action": { "type": "uri", "uri": "https://shop.example.jp/" } }],
    });
    RichMenu::check(menu, "").unwrap()
}

fn people(count: i64) -> Vec<UserId> {
    (1..=count)
        .map(|n| UserId::parse(&user(n)).unwrap())
        .collect()
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n....";

#[tokio::test]
async fn the_account_says_who_it_is_and_lines_keys_need_no_token() {
    // The point of RFC 7517's first example; what counts is that it can be found by its name.
    let key = json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "line-1",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM" });
    let options = Options {
        login_keys: json!({ "keys": [key] }),
        ..Options::default()
    };
    let world = World::new(options).await;
    let api = world.channel.api();
    let keys = api.login_keys().await.unwrap();
    assert!(keys.find("line-1").is_some() && keys.find("other").is_none());
    assert_eq!(world.fake.tokens_issued(), 0);
    let info = api.info().await.unwrap();
    assert_eq!(info.basic_id, "@216ru123");
    assert_eq!(info.display_name, "青葉ストア");
    assert_eq!(info.user_id().unwrap().as_str(), line_fake::BOT);
}

#[tokio::test]
async fn a_reply_serves_once_within_a_minute_and_has_no_key() {
    let world = World::usual().await;
    let api = world.channel.api();
    let token = world.fake.reply_token(&user(1));
    let sent = api.reply(&token, &hello(), Notification::Normal).await;
    assert_eq!(sent.unwrap().len(), 1);
    let again = api.reply(&token, &hello(), Notification::Normal).await;
    assert!(
        matches!(again, Err(LineApiError::Refused { status: 400, ref text }) if text == "Invalid reply token"),
        "{again:?}"
    );
    let late = world.fake.reply_token(&user(1));
    world.clock.turn(MINUTE);
    assert!(
        api.reply(&late, &hello(), Notification::Normal)
            .await
            .is_err()
    );
    assert_eq!(world.fake.received(&user(1)).len(), 1);
    assert_eq!(world.fake.misuses(), Vec::<String>::new());
}

#[tokio::test]
async fn a_broadcast_and_a_narrowcast_are_recognised_and_followed() {
    let world = World::usual().await;
    let api = world.channel.api();
    let key = RetryKey::of("broadcast-1");
    for _ in 0..2 {
        let outcome = api
            .broadcast(&hello(), Notification::Silent, &key)
            .await
            .unwrap();
        accepted(&outcome);
    }
    assert_eq!(world.fake.taken().len(), 9, "nine friends, once each");
    let narrowcast = Narrowcast {
        messages: hello(),
        notification: Notification::Normal,
        recipient: Some(json!({ "type": "audience", "audienceGroupId": 5_614_991_017_776_i64 })),
        demographic: None,
        max: Some(100),
    };
    let outcome = api
        .narrowcast(&narrowcast, &RetryKey::of("narrowcast-1"))
        .await
        .unwrap();
    let progress = api.narrowcast_progress(&accepted(&outcome)).await.unwrap();
    assert_eq!(progress.phase, NarrowcastPhase::Succeeded);
    assert_eq!(progress.success_count, Some(9));
    assert!(api.narrowcast_progress("nobody").await.is_err());
    api.validate(Purpose::Push, &hello()).await.unwrap();
}

#[tokio::test]
async fn sixty_broadcasts_an_hour_and_then_wait() {
    let world = World::usual().await;
    let api = world.channel.api();
    let send = |n: i64| {
        let api = api.clone();
        async move {
            let key = RetryKey::of(&format!("broadcast-{n}"));
            api.broadcast(&hello(), Notification::Normal, &key).await
        }
    };
    for n in 0..60 {
        accepted(&send(n).await.unwrap());
    }
    let wait = send(60).await.unwrap_err();
    assert_eq!(
        wait,
        LineApiError::Wait {
            until: START.plus(MINUTE)
        }
    );
    world.clock.turn(MINUTE);
    accepted(&send(61).await.unwrap());
    assert!(world.fake.log().iter().all(|one| one.status != 429));
}

#[tokio::test]
async fn twelve_hundred_people_get_a_menu_in_three_calls() {
    let world = World::usual().await;
    let api = world.channel.api();
    let id = api.create_menu(&menu()).await.unwrap();
    let early = api.link_menu(&people(1)[0], &id).await;
    assert!(
        matches!(early, Err(LineApiError::Refused { status: 400, .. })),
        "a menu needs its picture"
    );
    assert!(matches!(
        api.upload_menu_image(&id, b"GIF89a".to_vec()).await,
        Err(LineApiError::Invalid(_))
    ));
    let mut large = PNG.to_vec();
    large.resize(1_000_001, 0);
    assert!(matches!(
        api.upload_menu_image(&id, large).await,
        Err(LineApiError::Invalid(_))
    ));
    api.upload_menu_image(&id, PNG.to_vec()).await.unwrap();
    assert_eq!(api.link_menu_to_many(&people(1_200), &id).await.unwrap(), 3);
    let sizes: Vec<usize> = world
        .fake
        .log()
        .iter()
        .filter(|one| one.what.ends_with("/bulk/link"))
        .map(|one| {
            serde_json::from_slice::<Value>(&one.body).unwrap()["userIds"]
                .as_array()
                .unwrap()
                .len()
        })
        .collect();
    assert_eq!(sizes, [500, 500, 200]);
    assert!((1..=1_200).all(|n| world.fake.menu_of(&user(n)).as_ref() == Some(&id)));
    assert_eq!(api.unlink_menu_of_many(&people(600)).await.unwrap(), 2);
    assert_eq!(world.fake.menu_of(&user(600)), None);
    api.unlink_menu(&people(700)[699]).await.unwrap();
    assert_eq!(world.fake.menu_of(&user(700)), None);
    assert_eq!(api.menus().await.unwrap()[0].rich_menu_id, id);
    assert!(matches!(
        api.delete_menu("../x").await,
        Err(LineApiError::Invalid(_))
    ));
}

#[tokio::test]
async fn aliases_move_and_batches_are_three_an_hour() {
    let world = World::usual().await;
    let api = world.channel.api();
    let (first, second) = (
        api.create_menu(&menu()).await.unwrap(),
        api.create_menu(&menu()).await.unwrap(),
    );
    for id in [&first, &second] {
        api.upload_menu_image(id, PNG.to_vec()).await.unwrap();
        api.set_menu_alias("tab-1", id).await.unwrap();
    }
    let aliases = api.menu_aliases().await.unwrap();
    assert_eq!((aliases.len(), &aliases[0].rich_menu_id), (1, &second));
    api.delete_menu_alias("tab-1").await.unwrap();
    api.set_default_menu(&first).await.unwrap();
    assert_eq!(world.fake.menu_of(&user(5)), Some(first.clone()));
    api.link_menu(&people(1)[0], &first).await.unwrap();
    let change = [BatchOperation::Link {
        from: first.clone(),
        to: second.clone(),
    }];
    let batch = api.batch_menus(&change, "resume-1").await.unwrap();
    assert_eq!(
        api.batch_progress(&batch).await.unwrap(),
        BatchPhase::Succeeded
    );
    assert_eq!(world.fake.menu_of(&user(1)), Some(second));
    for n in 2..=3 {
        api.batch_menus(&change, &format!("resume-{n}"))
            .await
            .unwrap();
    }
    let wait = api.batch_menus(&change, "resume-4").await.unwrap_err();
    assert_eq!(
        wait,
        LineApiError::Wait {
            until: Millis(START.0 + HOUR / 3)
        }
    );
    for (operations, key) in [(&change[..0], "k"), (&change[..], ""), (&change[..], "春")] {
        assert!(matches!(
            api.batch_menus(operations, key).await,
            Err(LineApiError::Invalid(_))
        ));
    }
}

#[tokio::test]
async fn a_stranger_has_no_profile_and_friends_are_listed_by_the_thousand() {
    let world = World::usual().await;
    let api = world.channel.api();
    let friend = api.profile(&people(1)[0]).await.unwrap().unwrap();
    assert_eq!(friend.display_name, "縁 花子");
    world.fake.block(&user(2));
    assert!(api.profile(&people(2)[1]).await.unwrap().is_none());
    for n in 10..=2_001 {
        world.fake.befriend(&user(n));
    }
    let first = api.followers(None).await.unwrap();
    let second = api.followers(first.next.as_deref()).await.unwrap();
    assert_eq!(
        (first.user_ids.len(), second.user_ids.len(), second.next),
        (1_000, 1_000, None)
    );
}

#[tokio::test]
async fn what_line_does_not_tell_is_not_zero() {
    let world = World::usual().await;
    let api = world.channel.api();
    let counted = api.delivered(CountedKind::Push, "20261129").await.unwrap();
    assert_eq!(counted, Counted::TooFewToTell);
    for n in 1..=20 {
        accepted(&world.send(message_to(n, &user(1))).await);
    }
    let counted = api.delivered(CountedKind::Push, "20261129").await.unwrap();
    assert_eq!(counted, Counted::Ready(20));
    world.fake.set_unit("spring", json!({
        "overview": { "uniqueImpression": 40, "uniqueClick": null, "uniqueMediaPlayed": null },
        "messages": [{ "seq": 1, "impression": 42 }],
        "clicks": [{ "seq": 1, "url": "https://shop.example.jp/", "click": 25, "uniqueClick": null }],
    }));
    let unit = api
        .unit_insight("spring", "20261101", "20261129")
        .await
        .unwrap();
    assert_eq!(
        (unit.unique_impressions, unit.unique_clicks),
        (Some(40), None)
    );
    assert_eq!(
        (unit.links[0].clicks, unit.links[0].unique_clicks),
        (Some(25), None)
    );
    let unknown = api
        .unit_insight("summer", "20261101", "20261129")
        .await
        .unwrap();
    assert_eq!(unknown.unique_impressions, None);
}

#[tokio::test]
async fn the_allowance_is_asked_for() {
    let world = World::new(Options {
        monthly_limit: Some(200),
        ..Options::default()
    })
    .await;
    let quota = world.channel.api().quota().await.unwrap();
    assert_eq!(
        (quota.limit, quota.used, quota.left()),
        (Some(200), 0, Some(200))
    );
    world.fake.set_monthly_limit(None);
    assert_eq!(world.channel.api().quota().await.unwrap().left(), None);
}

#[tokio::test]
async fn a_call_that_line_does_not_answer_says_so() {
    let world = World::usual().await;
    let api = world.channel.api();
    world.fake.play([line_fake::Trick::TakeAndBreak]);
    let key = RetryKey::of("broadcast");
    let outcome = api
        .broadcast(&hello(), Notification::Normal, &key)
        .await
        .unwrap();
    assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
    accepted(
        &api.broadcast(&hello(), Notification::Normal, &key)
            .await
            .unwrap(),
    );
    assert_eq!(world.fake.taken().len(), 9);
}
