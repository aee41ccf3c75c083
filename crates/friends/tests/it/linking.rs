//! Linking a LINE account with a customer, and parting them again.

use channel_core::InboundKind;
use friends::{
    State,
    link::{self, Pair, Way},
};
use kernel::{
    id::ProfileId,
    time::{MINUTE, Millis},
};
use profiles::{
    Source,
    identity::{self, Claim, Key, KeyKind},
    names,
};

use crate::world::{ACCOUNT, World, both, event, followed, user, wrote};

const NONCE: &str = "a-value-that-goes-round-and-is-long-enough-1";

async fn customer(world: &World, external_id: &str) -> ProfileId {
    let tx = world.kit.db.begin().await.unwrap();
    let claim = Claim {
        keys: vec![Key::new(KeyKind::External, external_id)],
        source: Source::Server,
        is_alias: false,
        seen_at: world.now().0,
    };
    let found = identity::resolve(world.ctx(&tx), &[claim]).await.unwrap();
    tx.commit().await.unwrap();
    ProfileId::from_raw(found[0].as_ref().unwrap().profile)
}

async fn living(world: &World, id: ProfileId) -> Option<ProfileId> {
    profiles::customers::living(world.kit.db.reader(), world.kit.workspace, id)
        .await
        .unwrap()
}

async fn begin(world: &World, external_id: &str, nonce: &str) {
    let tx = world.kit.db.begin().await.unwrap();
    link::begin(
        &tx,
        world.kit.workspace,
        ACCOUNT,
        external_id,
        nonce,
        world.now(),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

fn linked(id: &str, n: u32, at: Millis, nonce: &str) -> channel_core::Inbound {
    event(
        id,
        n,
        at,
        InboundKind::AccountLinked {
            nonce: nonce.to_owned(),
        },
    )
}

#[tokio::test]
async fn the_value_that_comes_back_joins_the_two() {
    for world in both().await {
        let at = world.now();
        world
            .hear(vec![
                event("f", 1, at, followed()),
                event("m", 1, at, wrote("1", "やあ")),
            ])
            .await;
        let known = customer(&world, "C-1").await;
        let line = world.owner(1).await.unwrap();
        assert_ne!(known, line);
        begin(&world, "C-1", NONCE).await;
        let kept = "SELECT COUNT(*) FROM line_link WHERE fingerprint LIKE '%value%'";
        assert_eq!(world.number(kept).await, 0, "the value itself is kept");
        world.kit.clock.advance(MINUTE);
        world.hear(vec![linked("l", 1, world.now(), NONCE)]).await;
        let owner = world.owner(1).await.unwrap();
        assert_eq!(living(&world, known).await, Some(owner));
        assert_eq!(living(&world, line).await, Some(owner));
        let friend = world.friend(1).await;
        assert_eq!(
            (friend.state, friend.linked_at),
            (State::Follows, Some(world.now()))
        );
        let of = |name: i32| {
            format!(
                "SELECT COUNT(*) FROM event WHERE name_id = {name} AND profile_id = {}",
                owner.raw()
            )
        };
        assert_eq!(world.number(&of(names::LINE_LINKED)).await, 1);
        assert_eq!(world.number(&of(names::LINE_MESSAGE_RECEIVED)).await, 1);
        // The words can still be taken back, though a merge has moved them.
        let unsent = InboundKind::Unsent {
            message_id: "1".to_owned(),
        };
        world.hear(vec![event("u", 1, world.now(), unsent)]).await;
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM event WHERE CAST(properties AS TEXT) LIKE '%やあ%'")
                .await,
            0
        );
    }
}

#[tokio::test]
async fn a_value_serves_once_in_time_and_only_when_line_says_yes() {
    for world in both().await {
        let at = world.now();
        let known = customer(&world, "C-1").await;
        let other_than_known = async |n: u32| {
            let owner = world.owner(n).await.unwrap();
            assert_ne!(living(&world, known).await, Some(owner), "{n}");
        };
        // Nobody gave this one out.
        world
            .hear(vec![linked("a", 1, at, "made-up-by-somebody-else")])
            .await;
        other_than_known(1).await;
        // Too late.
        begin(&world, "C-1", "late").await;
        world.kit.clock.advance(10 * MINUTE);
        world.hear(vec![linked("b", 2, world.now(), "late")]).await;
        other_than_known(2).await;
        // LINE says that it failed; after that it is void.
        begin(&world, "C-1", "failed").await;
        let failed = InboundKind::AccountLinkFailed {
            nonce: "failed".to_owned(),
        };
        world.hear(vec![event("c", 3, world.now(), failed)]).await;
        world
            .hear(vec![linked("d", 3, world.now(), "failed")])
            .await;
        other_than_known(3).await;
        // Once; the second who brings it is somebody else.
        begin(&world, "C-1", "good").await;
        world
            .hear(vec![
                linked("e", 4, world.now(), "good"),
                linked("f", 5, world.now(), "good"),
            ])
            .await;
        assert_eq!(living(&world, known).await, world.owner(4).await);
        other_than_known(5).await;
        // Another account's value is none of this one's.
        let heard = friends::book::heard(world.kit.db.reader(), world.kit.workspace, ACCOUNT)
            .await
            .unwrap();
        assert_eq!(heard.n_ignored, 4);
    }
}

#[tokio::test]
async fn who_signed_in_last_is_who_it_belongs_to() {
    for world in both().await {
        let (first, second) = (customer(&world, "C-1").await, customer(&world, "C-2").await);
        let join = async |external_id: &str| {
            let tx = world.kit.db.begin().await.unwrap();
            let name = user(1);
            let pair = Pair {
                account: ACCOUNT,
                user: &name,
                external_id,
            };
            let found = link::join(world.ctx(&tx), pair, Way::Login, world.now())
                .await
                .unwrap();
            tx.commit().await.unwrap();
            found
        };
        assert_eq!(join("C-1").await, first);
        assert_eq!(join("C-1").await, first);
        let links = format!(
            "SELECT COUNT(*) FROM event WHERE name_id = {}",
            names::LINE_LINKED
        );
        assert_eq!(world.number(&links).await, 1, "signing in again is no news");
        assert_eq!(join("C-2").await, second);
        assert_eq!(world.owner(1).await, Some(second));
        assert_eq!(
            living(&world, first).await,
            Some(first),
            "two customers never become one by this"
        );
        // Somebody whom nobody knew yet.
        let third = join("新しい人").await;
        assert!(third != first && third != second);
    }
}

#[tokio::test]
async fn parting_gives_the_account_a_customer_of_its_own() {
    for world in both().await {
        let at = world.now();
        world.hear(vec![event("f", 1, at, followed())]).await;
        let part = async |customer: ProfileId| {
            let tx = world.kit.db.begin().await.unwrap();
            let done = link::unlink(world.ctx(&tx), ACCOUNT, customer, Source::Admin)
                .await
                .unwrap();
            tx.commit().await.unwrap();
            done
        };
        let anonymous = world.owner(1).await.unwrap();
        assert!(!part(anonymous).await, "nothing is linked yet");
        customer(&world, "C-1").await;
        begin(&world, "C-1", NONCE).await;
        world.hear(vec![linked("l", 1, at, NONCE)]).await;
        let customer = world.owner(1).await.unwrap();
        assert!(part(customer).await);
        assert!(!part(customer).await);
        let own = world.owner(1).await.unwrap();
        assert_ne!(own, customer);
        let friend = world.friend(1).await;
        assert_eq!((friend.state, friend.linked_at), (State::Follows, None));
        // What happened stays where it is.
        let stays = format!(
            "SELECT COUNT(*) FROM event WHERE profile_id = {}",
            customer.raw()
        );
        assert_eq!(world.number(&stays).await, 3, "followed, linked, unlinked");
        // And she may come back.
        begin(&world, "C-1", "again").await;
        world.hear(vec![linked("l2", 1, at, "again")]).await;
        assert_eq!(living(&world, customer).await, world.owner(1).await);
    }
}
