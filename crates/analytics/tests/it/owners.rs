//! Random worlds: the SQL against a plain reading of the rules, and what must hold whatever happens.

use std::collections::HashMap;

use analytics::{Metric, home, report, series};
use kernel::{
    id::{CampaignId, WorkspaceId},
    time::{DAY, HOUR, MINUTE, Millis},
};
use profiles::names;
use testkit::{Kit, START};

use crate::dice::Dice;
use crate::world::{CLICKED, MACHINE, OPENED, Sent, World};

/// An instant of the last twelve days, often on the edge of a window.
fn instant(dice: &mut Dice) -> Millis {
    let edge = dice.pick(&[0, 12 * HOUR, 5 * DAY, 7 * DAY, HOUR, DAY]);
    let jitter = dice.pick(&[0, 0, 1, -1, MINUTE]);
    let day = dice.pick(&[0, 1, 2, 5]);
    START.plus(-12 * DAY + day * DAY + edge + jitter)
}

#[derive(Debug, Clone, Copy)]
struct Touch {
    delivery: Sent,
    at: Millis,
    /// 0 delivered, 1 opened, 2 clicked.
    kind: i64,
}

/// What was rolled, for the plain reading.
#[derive(Default)]
struct Rolled {
    campaigns: Vec<CampaignId>,
    delivered: Vec<Sent>,
    touches: Vec<Touch>,
    /// Person, amount, instant.
    orders: Vec<(i64, i64, Millis)>,
}

async fn roll(world: &mut World, dice: &mut Dice) -> Rolled {
    let mut rolled = Rolled::default();
    for _ in 0..3 {
        rolled
            .campaigns
            .push(world.seven_days(START.plus(-12 * DAY)).await);
    }
    for campaign in rolled.campaigns.clone() {
        for person in 1..=4 {
            if dice.below(4) == 0 {
                continue;
            }
            let at = instant(dice);
            if dice.below(8) == 0 {
                world.test(campaign, person, at).await;
                continue;
            }
            let sent = world.sent(campaign, person, at).await;
            let is_bounced = dice.below(6) == 0;
            if is_bounced {
                world
                    .answer(sent, names::MESSAGE_BOUNCED, None, 0, at.plus(MINUTE))
                    .await;
            } else {
                rolled.delivered.push(sent);
                rolled.touches.push(Touch {
                    delivery: sent,
                    at,
                    kind: 0,
                });
            }
            for _ in 0..dice.below(4) {
                let at = at.plus(dice.pick(&[0, 1, MINUTE, HOUR, DAY, 3 * DAY]));
                let (name, kind) = if dice.below(2) == 0 {
                    (OPENED, 1)
                } else {
                    (CLICKED, 2)
                };
                let flags = if dice.below(3) == 0 { MACHINE } else { 0 };
                let link = (kind == 2 && dice.below(4) > 0).then_some(7);
                world.answer(sent, name, link, flags, at).await;
                if flags == 0 && !is_bounced && (kind == 1 || link.is_some()) {
                    rolled.touches.push(Touch {
                        delivery: sent,
                        at,
                        kind,
                    });
                }
            }
        }
    }
    for _ in 0..12 {
        let (person, at) = (dice.pick(&[1, 2, 3, 4, 5]), instant(dice).plus(DAY));
        let mut amount = dice.pick(&[100, 250, 900]);
        let order = world.order(person, amount, at).await;
        if dice.below(5) == 0 {
            world.set_order(order, "status", "cancelled").await;
            continue;
        }
        if dice.below(5) == 0 {
            world.refund(person, order, 50, at).await;
            amount -= 50;
        }
        rolled.orders.push((person, amount, at));
    }
    rolled
}

/// The rules of `docs/metrics.md`, sentence by sentence.
fn owner(rolled: &Rolled, person: i64, at: Millis) -> Option<Sent> {
    let of = |touch: &&Touch| touch.delivery.profile == person && touch.at <= at;
    let human = rolled
        .touches
        .iter()
        .filter(of)
        .filter(|touch| touch.kind > 0 && at < touch.at.plus(5 * DAY));
    let alone = rolled
        .touches
        .iter()
        .filter(of)
        .filter(|touch| touch.kind == 0 && at < touch.at.plus(12 * HOUR));
    let last = |touch: &&Touch| (touch.at, touch.kind, touch.delivery.id);
    human
        .max_by_key(last)
        .or_else(|| alone.max_by_key(last))
        .map(|touch| touch.delivery)
}

#[tokio::test]
async fn sql_agrees_with_the_rules_and_campaigns_never_exceed_the_whole() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        for seed in 0..12_u64 {
            let number = i64::try_from(seed).unwrap();
            let workspace = WorkspaceId::from_raw(700_000_000_000_000_100 + number);
            kit.add_workspace(workspace, "乱数").await;
            let mut world = World::new(&kit.db, workspace, (number + 1) * 1_000_000);
            let rolled = roll(&mut world, &mut Dice(0xE015_0000 + seed)).await;
            check(
                &kit,
                workspace,
                &rolled,
                &format!("{} seed {seed}", test.name()),
            )
            .await;
        }
    }
}

async fn check(kit: &Kit, workspace: WorkspaceId, rolled: &Rolled, place: &str) {
    let mut owned: HashMap<i64, (i64, Vec<i64>)> = HashMap::new();
    for (person, amount, at) in &rolled.orders {
        if let Some(sent) = owner(rolled, *person, *at) {
            let entry = owned.entry(sent.campaign).or_default();
            entry.0 += amount;
            if !entry.1.contains(&sent.id) {
                entry.1.push(sent.id);
            }
        }
    }
    let total: i64 = rolled.orders.iter().map(|(_, amount, _)| amount).sum();
    let mut sum = 0;
    for campaign in &rolled.campaigns {
        let report = report::find(kit.db.reader(), workspace, *campaign)
            .await
            .unwrap();
        let expected = owned.remove(&campaign.raw()).unwrap_or_default();
        let revenue = report.figure(Metric::RevenueLastTouch).value;
        assert_eq!(revenue, expected.0, "{place}: last touch of {campaign:?}");
        let messages = report.figure(Metric::ConversionsLastTouch).value;
        assert_eq!(
            messages,
            i64::try_from(expected.1.len()).unwrap(),
            "{place}"
        );
        sum += revenue;
        let within = |sent: &&Sent, (person, _, at): &&(i64, i64, Millis)| {
            sent.profile == *person && sent.at <= *at && *at < sent.at.plus(7 * DAY)
        };
        let mine: Vec<&Sent> = rolled
            .delivered
            .iter()
            .filter(|sent| sent.campaign == campaign.raw())
            .collect();
        let converted = mine
            .iter()
            .filter(|sent| rolled.orders.iter().any(|order| within(sent, &order)))
            .count();
        assert_eq!(
            report.figure(Metric::ConversionsWindow).value,
            i64::try_from(converted).unwrap(),
            "{place}: window"
        );
        for figure in &report.figures {
            if let Some(rate) = figure.rate {
                assert!(
                    rate.numerator <= rate.denominator,
                    "{place}: {:?}",
                    figure.metric
                );
            }
        }
        let series = series::find(kit.db.reader(), workspace, *campaign, None)
            .await
            .unwrap();
        for (metric, line) in &series.lines {
            assert_eq!(
                line.iter().sum::<i64>(),
                report.figure(*metric).value,
                "{place}: {metric:?} over time"
            );
        }
    }
    assert!(sum <= total, "{place}: {sum} of {total}");
    let home = home::find(kit.db.reader(), workspace, START.plus(30 * DAY - 12 * DAY))
        .await
        .unwrap();
    let month = &home.periods[1];
    let figure = |metric| {
        month
            .figures
            .iter()
            .find(|figure| figure.metric == metric)
            .unwrap()
            .value
    };
    assert_eq!(figure(Metric::Revenue), total, "{place}: all orders");
    assert_eq!(
        figure(Metric::RevenueLastTouch),
        sum,
        "{place}: the workspace is the sum of its campaigns"
    );
}
