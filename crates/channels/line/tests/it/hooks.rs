//! From the platform's webhook to what the channel hears.

use channel_core::{Channel as _, Inbound, InboundError, InboundKind, InboundRequest};
use channel_line::{LINK_HOST, LinkNonce, UserId, link_address};
use kernel::time::MINUTE;

use crate::support::{START, World, user};

fn hear(world: &World, body: &str, signature: &str) -> Result<Vec<Inbound>, InboundError> {
    let headers = [("x-line-signature".to_owned(), signature.to_owned())];
    world.channel.parse_inbound(&InboundRequest {
        query: "",
        headers: &headers,
        body: body.as_bytes(),
        received_at: START,
    })
}

#[tokio::test]
async fn the_channel_hears_what_the_platform_signs_and_nothing_else() {
    let world = World::usual().await;
    let events = [
        world.fake.event("follow", &user(1)),
        world.fake.event("unfollow", &user(2)),
    ];
    let (body, signature) = world.fake.webhook(&events);
    let heard = hear(&world, &body, &signature).unwrap();
    assert_eq!(heard[0].kind, InboundKind::Followed { after_block: None });
    assert!(heard[0].reply_token.is_some());
    assert_eq!(heard[1].kind, InboundKind::Blocked);
    assert_eq!(heard[1].recipient.as_ref().unwrap().as_str(), user(2));
    assert_eq!(heard[1].reply_token, None);
    let forged = body.replace("unfollow", "follow  ");
    let refused = hear(&world, &forged, &signature);
    assert!(matches!(refused, Err(InboundError::BadSignature)));
    assert!(matches!(
        hear(&world, &body, ""),
        Err(InboundError::BadSignature)
    ));
}

#[tokio::test]
async fn accounts_are_linked_once_and_within_ten_minutes() {
    let world = World::usual().await;
    let person = UserId::parse(&user(1)).unwrap();
    let nonce = LinkNonce::from_random([7; 32]);
    let token = world.channel.api().link_token(&person).await.unwrap();
    assert!(
        link_address(LINK_HOST, &token, &nonce)
            .unwrap()
            .starts_with("https://access.line.me/dialog/bot/accountLink?")
    );
    let event = world.fake.finish_link(&token, nonce.as_str()).unwrap();
    let (body, signature) = world.fake.webhook(&[event]);
    let heard = hear(&world, &body, &signature).unwrap();
    let linked = InboundKind::AccountLinked {
        nonce: nonce.as_str().to_owned(),
    };
    assert_eq!(heard[0].kind, linked);
    assert_eq!(world.fake.finish_link(&token, nonce.as_str()), None, "once");
    let late = world.channel.api().link_token(&person).await.unwrap();
    world.clock.turn(10 * MINUTE);
    assert_eq!(world.fake.finish_link(&late, nonce.as_str()), None);
}
