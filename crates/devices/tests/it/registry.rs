//! The registry.

use devices::{Kind, MOST, Why, book};
use kernel::{
    id::{CampaignId, WorkspaceId},
    time::{Clock, HOUR},
};
use profiles::{merge, names};
use storage::sql;

use crate::world::{SITE, both};

#[tokio::test]
async fn what_an_anonymous_visitor_allowed_is_hers_when_she_is_known_and_parts_from_her_again() {
    for world in both().await {
        let visitor = world.person("a-1", None).await;
        let first = world.register(visitor, "https://push.example/1").await;
        assert!(first.is_news);
        assert_eq!(world.events(names::PUSH_ALLOWED, visitor).await, 1);

        // Her account is older than the visit, so the account survives.
        let member = world.person("a-0", Some("member-1")).await;
        let known = world.person("a-1", Some("member-1")).await;
        assert!(known == member || known == visitor);
        let hers = world.list(known).await;
        assert_eq!((hers.len(), hers[0].id), (1, first.id));

        let merge_id = sql::number(world.kit.db.reader(), "SELECT id FROM merge_log", [])
            .await
            .unwrap();
        let tx = world.kit.db.begin().await.unwrap();
        let parted = merge::undo(world.ctx(&tx), merge_id).await.unwrap();
        tx.commit().await.unwrap();
        let survivor = if parted == visitor { member } else { visitor };
        let owner_after = if world.list(visitor).await.is_empty() {
            survivor
        } else {
            visitor
        };
        assert_eq!(
            owner_after, visitor,
            "it goes back to whom it was registered for"
        );
    }
}

#[tokio::test]
async fn a_device_is_written_down_once_and_belongs_to_whoever_signed_in_last() {
    for world in both().await {
        let (mother, daughter) = (
            world.person("m", Some("mother")).await,
            world.person("d", Some("daughter")).await,
        );
        let first = world.register(mother, "https://push.example/1").await;
        world.kit.clock.advance(HOUR);
        let again = world.register(mother, "https://push.example/1").await;
        assert_eq!((again.id, again.is_news), (first.id, false));
        let device = world.list(mother).await.remove(0);
        assert_eq!(device.registered_at, world.kit.clock.now());

        world.register(daughter, "https://push.example/1").await;
        assert_eq!(world.list(mother).await, []);
        assert_eq!(world.list(daughter).await[0].id, first.id);
        // What another workspace asks about is not there.
        assert_eq!(
            world.list_in(WorkspaceId::from_raw(999), daughter).await,
            []
        );
        let (db, ids) = (world.kit.db.reader(), [first.id.raw()]);
        let elsewhere = book::of(db, WorkspaceId::from_raw(999), SITE, &ids).await;
        assert_eq!(elsewhere.unwrap(), []);
    }
}

#[tokio::test]
async fn a_service_is_believed_unless_the_device_was_registered_since() {
    for world in both().await {
        let owner = world.person("a", None).await;
        let device = world.register(owner, "https://push.example/1").await;
        let before = world.kit.clock.now().plus(-1);
        let campaign = CampaignId::from_raw(5);
        let gone = async |since| {
            let tx = world.kit.db.begin().await.unwrap();
            let is_gone = devices::gone(world.ctx(&tx), device.id, since, Some(campaign))
                .await
                .unwrap();
            tx.commit().await.unwrap();
            is_gone
        };
        assert!(!gone(Some(before)).await, "it was registered after that");
        assert!(gone(None).await);
        assert!(!gone(None).await, "nobody goes twice");
        let left = world.list(owner).await.remove(0);
        assert_eq!(left.gone, Some((world.kit.clock.now(), Why::Service)));
        assert_eq!(left.token, "", "what named it is not kept");
        assert_eq!(world.events(names::PUSH_DEVICE_GONE, owner).await, 1);
        let lost = book::lost_to(world.kit.db.reader(), world.kit.workspace, campaign);
        assert_eq!(lost.await.unwrap(), 1);

        // The app is installed again: the same row lives again.
        let back = world.register(owner, "https://push.example/1").await;
        assert_eq!((back.id, back.is_news), (device.id, true));
        assert_eq!(world.list(owner).await[0].gone, None);
        let lost = book::lost_to(world.kit.db.reader(), world.kit.workspace, campaign);
        assert_eq!(lost.await.unwrap(), 0);
    }
}

#[tokio::test]
async fn her_own_no_is_told_from_a_lost_device_and_a_renewed_address_from_both() {
    for world in both().await {
        let owner = world.person("a", None).await;
        world.register(owner, "https://push.example/1").await;
        world
            .register_over(
                owner,
                "https://push.example/2",
                Some("https://push.example/1"),
            )
            .await;
        let now = world.list(owner).await;
        assert_eq!(
            (now.len(), now[0].gone),
            (1, None),
            "the browser gave itself a new address"
        );
        assert_eq!(world.events(names::PUSH_ALLOWED, owner).await, 1);

        let tx = world.kit.db.begin().await.unwrap();
        let address = "https://push.example/2";
        let stopped = devices::stop(world.ctx(&tx), SITE, Kind::Browser, address, None)
            .await
            .unwrap();
        assert_eq!(stopped, Some(owner));
        let again = devices::stop(world.ctx(&tx), SITE, Kind::Browser, address, None)
            .await
            .unwrap();
        assert_eq!(again, None);
        tx.commit().await.unwrap();
        assert_eq!(world.events(names::PUSH_STOPPED, owner).await, 1);
        let counts = book::counts(
            world.kit.db.reader(),
            world.kit.workspace,
            SITE,
            world.kit.clock.now(),
        );
        let counts = counts.await.unwrap();
        assert_eq!((counts.by_kind, counts.lost), (vec![], 1));
    }
}

#[tokio::test]
async fn nobody_has_devices_without_end_and_an_erased_customer_has_none() {
    for world in both().await {
        let owner = world.person("a", None).await;
        for n in 0..MOST + 3 {
            world.kit.clock.advance(1_000);
            world
                .register(owner, &format!("https://push.example/{n}"))
                .await;
        }
        let all = world.list(owner).await;
        let living = all.iter().filter(|device| device.gone.is_none()).count();
        assert_eq!(i64::try_from(living).unwrap(), MOST);
        assert_eq!(
            all.iter()
                .filter(|device| device.gone.is_some_and(|(_, why)| why == Why::TooMany))
                .count(),
            3
        );

        let tx = world.kit.db.begin().await.unwrap();
        devices::forget(world.ctx(&tx), owner).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(world.list(owner).await, []);
    }
}
