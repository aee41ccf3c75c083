//! What is told of, and that no address is in it.

use kernel::{
    feed::ChangeKind,
    id::{CampaignId, DeliveryId, ProfileId},
    time::MINUTE,
};
use profiles::{
    Source,
    consent::{self, ConsentChange, Reason},
    event::{MACHINE, OwnEvent, record},
    names,
};
use serde_json::{Value as Json, json};
use storage::sql;
use webhooks::EventType;

use crate::world::{self, World};

async fn segment(world: &World, id: i64, name: &str) {
    let text = "INSERT INTO segment (workspace_id, id, name, description, document, version, created_at, updated_at)
                VALUES ($1, $2, $3, '', $4, 1, 0, 0)";
    let nothing = storage::Value::Json(Some(Box::new(json!({"from": "tomorrow"}))));
    let binds = [
        world.kit.workspace.raw().into(),
        id.into(),
        name.into(),
        nothing,
    ];
    sql::exec(world.kit.db.writer(), text, binds).await.unwrap();
}

fn event(
    world: &World,
    profile: ProfileId,
    name_id: i32,
    flags: i32,
    properties: Option<Json>,
) -> OwnEvent {
    OwnEvent {
        profile,
        name_id,
        occurred_at: world.now(),
        campaign: Some(CampaignId::from_raw(70)),
        delivery: Some(DeliveryId::from_raw(80)),
        link: (name_id == names::MESSAGE_CLICKED).then(|| kernel::id::LinkId::from_raw(90)),
        flags,
        properties,
    }
}

async fn consents(world: &World, profile: ProfileId) {
    let tx = world.begin().await;
    let ctx = world.ctx(&tx);
    let change = ConsentChange {
        profile,
        channel: consent::EMAIL.to_owned(),
        purpose: consent::MARKETING.to_owned(),
        granted: true,
        text_version: None,
        source: Source::Form,
        proof: None,
        occurred_at: world.now().plus(-MINUTE),
        expires_at: None,
    };
    consent::set_many(ctx, &[change]).await.unwrap();
    consent::unsubscribe(ctx, consent::EMAIL, "Hanako@Example.JP", None, None)
        .await
        .unwrap();
    consent::suppress(
        ctx,
        consent::EMAIL,
        "nobody@example.jp",
        Reason::Complaint,
        Some(DeliveryId::from_raw(80)),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

fn of_type<'a>(bodies: &'a [Json], name: &str) -> Vec<&'a Json> {
    bodies
        .iter()
        .filter(|body| body["type"] == name)
        .map(|body| &body["data"])
        .collect()
}

#[tokio::test]
async fn every_type_is_told_with_ids_alone() {
    for world in world::both().await {
        world.webhook(&[]).await;
        let mut lease = world.claim().await;
        let hanako = world.customer("hanako").await;
        segment(&world, 7, "お得意様 😀").await;
        world
            .tell(&[
                world.change(ChangeKind::SegmentEnter, hanako, 7, 2),
                world.change(ChangeKind::SegmentLeave, hanako, 8, 7),
                world.change(ChangeKind::Merge, hanako, 5, 0),
            ])
            .await;
        let tx = world.begin().await;
        let bounced = json!({"kind": "hard", "class": "unknown_recipient", "code": 550});
        let events = [
            event(&world, hanako, names::MESSAGE_SENT, 0, None),
            event(&world, hanako, names::MESSAGE_BOUNCED, 0, Some(bounced)),
            event(&world, hanako, names::MESSAGE_OPENED, MACHINE, None),
            event(&world, hanako, names::MESSAGE_CLICKED, 0, None),
            event(&world, hanako, names::UNSUBSCRIBE_CLICKED, 0, None),
            event(&world, hanako, names::PAGE_VIEWED, 0, None),
        ];
        record(world.ctx(&tx), &events).await.unwrap();
        tx.commit().await.unwrap();
        consents(&world, hanako).await;
        world.follow(&mut lease).await;

        let bodies = world.bodies().await;
        let customer = json!({"id": hanako.to_string(), "external_id": "hanako"});
        let segment = |id: i64, name: Json| json!({"id": kernel::id::SegmentId::from_raw(id).to_string(), "name": name});
        let message = |more: Json| {
            let mut data = json!({
                "customer": customer, "channel": "email",
                "campaign_id": CampaignId::from_raw(70).to_string(), "delivery_id": DeliveryId::from_raw(80).to_string(),
            });
            data.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            data
        };
        for (name, expected) in [
            (
                "segment.entered",
                json!([{"customer": customer, "segment": segment(7, json!("お得意様 😀")), "cause": "event"}]),
            ),
            (
                "segment.left",
                json!([{"customer": customer, "segment": segment(8, Json::Null), "cause": "time"}]),
            ),
            (
                "customer.merged",
                json!([{"customer": customer, "merged_id": ProfileId::from_raw(5).to_string()}]),
            ),
            ("message.accepted", json!([message(json!({}))])),
            (
                "message.failed",
                json!([message(
                    json!({"kind": "hard", "reason": "unknown_recipient", "code": 550})
                )]),
            ),
            (
                "message.opened",
                json!([message(json!({"is_machine": true}))]),
            ),
            (
                "message.clicked",
                json!([message(
                    json!({"is_machine": false, "link_id": kernel::id::LinkId::from_raw(90).to_string()})
                )]),
            ),
            (
                "consent.changed",
                json!([{"customer": customer, "consents": [{"channel": "email", "purpose": "marketing", "granted": false}]}]),
            ),
            (
                "address.suppressed",
                json!([
                    {"customer": customer, "channel": "email", "reason": "unsubscribe", "delivery_id": null},
                    {"customer": null, "channel": "email", "reason": "complaint", "delivery_id": DeliveryId::from_raw(80).to_string()},
                ]),
            ),
        ] {
            assert_eq!(
                json!(of_type(&bodies, name)),
                expected,
                "{} {name}",
                world.name
            );
        }
        assert_eq!(bodies.len(), 10, "{}: {bodies:?}", world.name);
        let all = json!(bodies).to_string();
        assert!(
            !all.contains('@'),
            "{}: an address is told: {all}",
            world.name
        );
        for body in &bodies {
            let at = body["timestamp"].as_str().unwrap();
            assert_eq!(at, world.now().to_string(), "{}", world.name);
        }
    }
}

#[tokio::test]
async fn only_what_is_wanted_is_written() {
    for world in world::both().await {
        world.webhook(&[EventType::SegmentLeft]).await;
        world.webhook(&[EventType::ConsentChanged]).await;
        let mut lease = world.claim().await;
        let hanako = world.customer("hanako").await;
        consents(&world, hanako).await;
        world
            .tell(&[
                world.change(ChangeKind::SegmentEnter, hanako, 7, 2),
                world.change(ChangeKind::SegmentLeave, hanako, 7, 2),
            ])
            .await;
        assert_eq!(world.follow(&mut lease).await, 2, "{}", world.name);
        let mut types: Vec<String> = world
            .bodies()
            .await
            .iter()
            .map(|body| body["type"].to_string())
            .collect();
        types.sort();
        assert_eq!(
            types,
            ["\"consent.changed\"", "\"segment.left\""],
            "{}",
            world.name
        );
        let n = world.number("SELECT COUNT(*) FROM webhook_delivery").await;
        assert_eq!(n, 2, "{}: each to who wants it", world.name);
        assert_eq!(world.follow(&mut lease).await, 0, "{}: once", world.name);
    }
}
