//! VIPs: spared what is not meant for them, first in what is.

use std::sync::Arc;

use campaigns::{
    audience::{self, Excluded},
    ledger::{self, DeliveryState, Whose},
    model::{Target, Timing},
    review::{self, Behind, Selected},
    store,
};
use kernel::{
    id::{CampaignId, ProfileId, SegmentId},
    page::PageRequest,
};
use segmentation::{
    At,
    language::{Document, Node},
    store::Draft,
    vip::{self, Treatment},
};
use storage::sql;

use crate::{
    fake::{Provider, send_until},
    world::World,
};

impl World {
    /// Adds a segment of VIPs.
    async fn vip_segment(&self, name: &str) -> SegmentId {
        let author = segmentation::store::Author {
            workspace: self.workspace,
            user: None,
            now: self.now(),
        };
        let draft = Draft {
            name: name.to_owned(),
            description: String::new(),
            document: Document::new(Node::All(Vec::new())),
            template: None,
        };
        let tx = self.db.begin().await.unwrap();
        let made = segmentation::store::insert_in_txn(&tx, author, &*self.ids, draft).await;
        let id = made.unwrap().id;
        vip::treat_in_txn(&tx, author, id, Treatment::Vip)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Writes that all members of a segment have been found.
    async fn filled(&self, segment: SegmentId) {
        sql::exec(
            self.db.writer(),
            "INSERT INTO membership_filled (workspace_id, segment_id, rule, kept_since) VALUES ($1, $2, 'x', 0)",
            [self.workspace.raw().into(), segment.raw().into()],
        )
        .await
        .unwrap();
    }

    /// Writes that somebody is in a segment, or was until an instant, as whoever keeps memberships does.
    async fn member(&self, segment: SegmentId, person: i64, left_at: Option<i64>) {
        let tx = self.db.begin().await.unwrap();
        sql::exec(
            &tx,
            "INSERT INTO membership (workspace_id, segment_id, profile_id, id, entered_at, entered_by, left_at)
             VALUES ($1, $2, $3, $3, 1, 1, $4)",
            [
                self.workspace.raw().into(),
                segment.raw().into(),
                person.into(),
                left_at.into(),
            ],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }

    /// Plans a campaign to everybody but with this target.
    async fn planned_for(&self, target: Target) -> CampaignId {
        let draft = self.draft(Timing::Now {}).await;
        let mut document = draft.document.clone();
        document.target = Some(target);
        let tx = self.db.begin().await.unwrap();
        let saved = store::save(&tx, self.author(), draft.id, draft.version, "夏", &document)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        self.launch(&saved).await;
        self.plan().await;
        draft.id
    }

    /// Takes what is due, at most so many.
    async fn taken(&self, id: CampaignId, limit: u32) -> Vec<i64> {
        let all = ledger::active_campaigns(self.db.reader()).await.unwrap();
        let campaign = all.into_iter().find(|campaign| campaign.id == id).unwrap();
        let tx = self.db.begin().await.unwrap();
        let rows = ledger::reserve(&tx, &campaign, Whose::Everybodys, 1, self.now(), limit)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        rows.iter().map(|row| row.key.profile.raw()).collect()
    }

    async fn spared(&self, id: CampaignId) -> i64 {
        let progress = self.progress(id).await;
        let rows = progress.counts.into_iter();
        rows.filter(|row| row.reason.as_deref() == Some("vip"))
            .map(|row| row.count)
            .sum()
    }
}

fn everybody() -> Target {
    Target {
        everybody: true,
        ..Target::default()
    }
}

#[tokio::test]
async fn who_is_spared_stands_in_the_review_and_in_the_plan() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.customers(6).await;
        world.customer(7, Some("n7@example.jp"), None).await;
        let gold = world.vip_segment("金会員").await;
        world.filled(gold).await;
        for (person, left_at) in [(4, Some(5)), (5, None), (6, None), (7, None)] {
            world.member(gold, person, left_at).await;
        }
        let reader = world.db.reader();
        let at = At {
            workspace: world.workspace,
            now: world.now(),
            zone: chrono_tz::Asia::Tokyo,
        };
        let target = everybody();
        let members = segmentation::all_members(reader, &at, &audience::rule(&target)).await;
        let members = members.unwrap();
        let selected = |target| Selected {
            way: campaigns::Way::Email,
            workspace: world.workspace,
            target,
            members: &members,
        };
        let seen = review::review(reader, selected(&target), None, world.now())
            .await
            .unwrap();
        let reasons: Vec<_> = seen.excluded.iter().map(|(why, n)| (*why, *n)).collect();
        assert_eq!(
            (seen.sendable, reasons),
            (4, vec![(Excluded::NoConsent, 1), (Excluded::Vip, 2)]),
            "{}: who is no VIP any more gets it, who never agreed is told so",
            test.name()
        );
        let page = PageRequest::default();
        let behind = Behind::Excluded(Excluded::Vip);
        let people = review::people(reader, selected(&target), behind, &page, world.now()).await;
        assert_eq!(people.unwrap().items, [5, 6].map(ProfileId::from_raw));
        let all = Target {
            include_vip: true,
            ..everybody()
        };
        let seen = review::review(reader, selected(&all), None, world.now()).await;
        assert_eq!(seen.unwrap().sendable, 6);

        let id = world.planned_for(target).await;
        assert_eq!(world.spared(id).await, 2, "{}", test.name());
        assert_eq!(world.count(id, DeliveryState::Planned).await, 4);
    }
}

#[tokio::test]
async fn of_those_due_at_once_vips_leave_first() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.customers(9).await;
        let gold = world.vip_segment("金会員").await;
        world.filled(gold).await;
        for person in [4, 8] {
            world.member(gold, person, None).await;
        }
        let target = Target {
            include_vip: true,
            ..everybody()
        };
        let id = world.planned_for(target).await;
        assert_eq!(world.taken(id, 2).await, [4, 8], "{}", test.name());
        assert_eq!(world.taken(id, 2).await, [1, 2]);
    }
}

#[tokio::test]
async fn who_became_a_vip_after_the_planning_is_spared_when_it_is_her_turn() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.customers(3).await;
        let id = world.planned_for(everybody()).await;
        let gold = world.vip_segment("金会員").await;
        world.member(gold, 2, None).await;
        assert_eq!(world.taken(id, 10).await, [1, 3], "{}", test.name());
        assert_eq!(world.spared(id).await, 1);
    }
}

#[tokio::test]
async fn a_campaign_waits_until_it_is_known_who_the_vips_are_but_not_for_ever() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.customers(3).await;
        let gold = world.vip_segment("金会員").await;
        let id = world.planned_for(everybody()).await;
        assert_eq!(world.progress(id).await.total(), 0, "{}", test.name());
        world.member(gold, 2, None).await;
        world.filled(gold).await;
        world.clock.advance(3_000);
        world.plan().await;
        assert_eq!(
            (world.spared(id).await, world.progress(id).await.total()),
            (1, 3)
        );

        world.vip_segment("銀会員").await;
        let other = world.planned_for(everybody()).await;
        assert_eq!(world.progress(other).await.total(), 0);
        world.clock.advance(kernel::time::HOUR);
        world.plan().await;
        assert_eq!(world.progress(other).await.total(), 3, "{}", test.name());
    }
}

#[tokio::test]
async fn when_campaigns_compete_for_a_vip_hers_wins_and_leaves_before_all_others() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.customers(30).await;
        let gold = world.vip_segment("金会員").await;
        world.filled(gold).await;
        for person in [17, 25] {
            world.member(gold, person, None).await;
        }
        let named = Target {
            include: vec![gold],
            ..Target::default()
        };
        let too = Target {
            include_vip: true,
            ..everybody()
        };
        // All four have one sender and are due at the same moment; the two that a VIP may get come last.
        let mut ids = Vec::new();
        for target in [everybody(), everybody(), named, too] {
            ids.push(world.planned_for(target).await);
        }
        let spared = [
            world.spared(ids[0]).await,
            world.spared(ids[1]).await,
            world.spared(ids[2]).await,
        ];
        assert_eq!(spared, [2, 2, 0], "{}", test.name());

        let provider = Arc::new(Provider::default());
        send_until(&world, &provider, || async { provider.n_taken() == 116 }).await;
        let taken = provider.taken.lock();
        let is_vip = |address: &str| ["c17@example.jp", "c25@example.jp"].contains(&address);
        let places: Vec<usize> = (0..taken.len())
            .filter(|at| is_vip(&taken[*at].0))
            .collect();
        assert_eq!(places.len(), 4, "hers, and the one that says VIPs too");
        // Four lanes carry at once, so that others may overtake; the first two campaigns' batches are sixteen.
        assert!(
            places.iter().all(|at| *at < 16),
            "{}: {places:?}",
            test.name()
        );
    }
}
