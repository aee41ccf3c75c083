//! One campaign, every number of it computed by hand.

use analytics::{
    AnalyticsError, Metric, Rate, link, people, people::Group, report, series, zone::Bucket,
};
use kernel::{
    id::{CampaignId, WorkspaceId},
    page::PageRequest,
    time::{DAY, HOUR, Millis},
};
use profiles::names;
use testkit::{Kit, START};

use crate::world::{CLICKED, MACHINE, OPENED, World, after};

/// The campaign of these tests and its two links.
struct Told {
    campaign: CampaignId,
    links: [i64; 2],
}

/// Ten matched: two have no consent, one was refused at hand-off, one waits; six were sent to.
/// Person 1 clicks twice and buys twice; 2 is opened by a machine only and buys before and after;
/// 3 opens and has a refund; 4 bounces and buys; 5 unsubscribes; 6 clicks with a
/// scanner, which follows the unsubscribe link, too.
async fn story(world: &mut World) -> Told {
    let at = START;
    let campaign = world.seven_days(at).await;
    let first = world.link(campaign, 0, "牛乳を見る").await;
    let second = world.link(campaign, 1, "店舗を探す").await;
    world
        .delivery(campaign, 11, 10, Some("no_consent"), at)
        .await;
    world
        .delivery(campaign, 12, 10, Some("no_consent"), at)
        .await;
    world
        .delivery(campaign, 13, 6, Some("unknown_recipient"), at)
        .await;
    world.delivery(campaign, 14, 0, None, at).await;
    let mut sent = Vec::new();
    for person in 1..=6 {
        sent.push(world.sent(campaign, person, at).await);
    }
    let test = world.test(campaign, 99, at).await;
    world.open(test, after(at, 1)).await;
    world.click(test, first, after(at, 1)).await;
    world.order(99, 99_999, after(at, 2)).await;

    world.open(sent[0], after(at, 10)).await;
    world.open(sent[0], after(at, 20)).await;
    world.click(sent[0], first, after(at, 11)).await;
    world.click(sent[0], first, after(at, 12)).await;
    world.click(sent[0], second, after(at, 13)).await;
    world.order(1, 1_000, after(at, 60)).await;
    world.order(1, 500, at.plus(6 * DAY)).await;

    world
        .answer(sent[1], OPENED, None, MACHINE, after(at, 1))
        .await;
    world.order(2, 7_000, after(at, -1)).await;
    world.order(2, 300, at.plus(7 * DAY - 1)).await;
    world.order(2, 400, at.plus(7 * DAY)).await;

    world.open(sent[2], after(at, 30)).await;
    let returned = world.order(3, 2_000, at.plus(DAY)).await;
    world.refund(3, returned, 1_500, at.plus(2 * DAY)).await;
    let called_off = world.order(3, 5_000, at.plus(DAY)).await;
    world.set_order(called_off, "status", "cancelled").await;
    let foreign = world.order(3, 80, at.plus(DAY)).await;
    world.set_order(foreign, "currency", "USD").await;

    world
        .answer(sent[3], names::MESSAGE_BOUNCED, None, 0, after(at, 5))
        .await;
    world.open(sent[3], after(at, 6)).await;
    world.order(4, 10_000, after(at, 90)).await;

    world.answer(sent[4], CLICKED, None, 0, after(at, 3)).await;
    for minutes in [3, 4] {
        world
            .answer(
                sent[4],
                names::UNSUBSCRIBE_CLICKED,
                None,
                0,
                after(at, minutes),
            )
            .await;
    }
    world
        .answer(sent[4], names::MESSAGE_UNSUBSCRIBED, None, 0, after(at, 4))
        .await;

    world
        .answer(sent[5], CLICKED, Some(first), MACHINE, after(at, 1))
        .await;
    world
        .answer(sent[5], CLICKED, Some(second), MACHINE, after(at, 1))
        .await;
    world
        .answer(
            sent[5],
            names::UNSUBSCRIBE_CLICKED,
            None,
            MACHINE,
            after(at, 1),
        )
        .await;
    world
        .answer(sent[3], names::UNSUBSCRIBE_CLICKED, None, 0, after(at, 7))
        .await;
    world
        .answer(sent[5], names::MESSAGE_COMPLAINED, None, 0, after(at, 50))
        .await;
    Told {
        campaign,
        links: [first, second],
    }
}

/// The same story told in another workspace must not be heard here.
async fn told(kit: &Kit) -> Told {
    let other = WorkspaceId::from_raw(700_000_000_000_000_002);
    kit.add_workspace(other, "若葉マート").await;
    story(&mut World::new(&kit.db, other, 5_000_000)).await;
    story(&mut World::new(&kit.db, kit.workspace, 1_000)).await
}

#[tokio::test]
async fn every_number_of_a_campaign_is_the_one_computed_by_hand() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let told = told(&kit).await;
        let report = report::find(kit.db.reader(), kit.workspace, told.campaign)
            .await
            .unwrap();
        let expected = [
            (Metric::Sends, 6, None),
            (Metric::Delivered, 5, Some(6)),
            (Metric::Bounces, 1, Some(6)),
            // 1 and 3; the test and what bounced are left out, a machine opened 2.
            (Metric::Opens, 2, Some(5)),
            (Metric::OpensRaw, 3, Some(5)),
            (Metric::Clicks, 1, Some(5)),
            (Metric::ClicksRaw, 2, Some(5)),
            // 5's, twice; 6's is a scanner's, and what bounced cannot be pressed.
            (Metric::UnsubscribeClicks, 1, Some(5)),
            (Metric::UnsubscribeClicksRaw, 2, Some(5)),
            (Metric::Unsubscribes, 1, Some(5)),
            (Metric::Complaints, 1, Some(6)),
            // 1 (twice), 2 (just inside), 3.
            (Metric::ConversionsWindow, 3, Some(5)),
            (Metric::RevenueWindow, 1_000 + 500 + 300 + 500, None),
            // 1's first order and 3's two; 1's second comes 6 days after the last touch, 2's 7.
            (Metric::ConversionsLastTouch, 2, Some(5)),
            (Metric::RevenueLastTouch, 1_000 + 500, None),
        ];
        for (metric, value, of) in expected {
            let figure = report.figure(metric);
            assert_eq!(figure.value, value, "{} {metric:?}", test.name());
            let rate = of.map(|denominator| Rate {
                numerator: value,
                denominator,
            });
            assert_eq!(figure.rate, rate, "{} {metric:?}", test.name());
        }
        let steps: Vec<(&str, i64)> = report
            .steps
            .iter()
            .map(|step| (step.step.key, step.count))
            .collect();
        assert_eq!(
            steps,
            [
                ("no_consent", 2),
                ("rejected", 1),
                ("waiting", 1),
                ("sent", 6)
            ]
        );
        assert_eq!(report.matched(), 10);
        assert_eq!(report.measured_until, Some(START.plus(7 * DAY)));
        assert!(report::is_open(&report, START.plus(8 * DAY)));
        assert!(!report::is_open(&report, START.plus(9 * DAY)));
        assert_eq!(report.table(false).rows.len(), Metric::OF_CAMPAIGN.len());
    }
}

#[tokio::test]
async fn the_people_behind_a_number_are_as_many_as_the_number() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let told = told(&kit).await;
        let db = kit.db.reader();
        let behind = async |group: &str| {
            let group = Group::parse(group).unwrap();
            let (mut found, mut page) = (Vec::new(), PageRequest::default());
            page.limit = Some(2);
            loop {
                let part = people::list(db, kit.workspace, told.campaign, &group, &page)
                    .await
                    .unwrap();
                found.extend(part.items.iter().map(|member| member.profile.raw()));
                page.after = part.next;
                if page.after.is_none() {
                    return found;
                }
            }
        };
        let report = report::find(db, kit.workspace, told.campaign)
            .await
            .unwrap();
        for figure in &report.figures {
            let people = behind(figure.metric.key()).await;
            if let Some(rate) = figure.rate {
                assert_eq!(
                    i64::try_from(people.len()).unwrap(),
                    rate.numerator,
                    "{:?}",
                    figure.metric
                );
            }
        }
        assert_eq!(behind("opens").await, [1, 3]);
        assert_eq!(behind("conversions_last_touch").await, [1, 3]);
        assert_eq!(behind("revenue_window").await, [1, 2, 3]);
        assert_eq!(behind("matched").await, [1, 2, 3, 4, 5, 6, 11, 12, 13, 14]);
        assert_eq!(behind("step:no_consent").await, [11, 12]);
        assert_eq!(behind("step:rejected").await, [13]);
        assert_eq!(behind("step:other").await, Vec::<i64>::new());
        assert_eq!(behind("link:0").await, [1]);
        assert_eq!(behind("link:7").await, Vec::<i64>::new());
        assert!(Group::parse("step:x' OR 1=1").is_none() && Group::parse("reachable").is_none());
        let bad = PageRequest {
            after: Some("x'".to_owned()),
            limit: None,
        };
        let refused = people::list(db, kit.workspace, told.campaign, &Group::Matched, &bad).await;
        assert!(matches!(refused, Err(AnalyticsError::Cursor(_))));
    }
}

#[tokio::test]
async fn links_are_counted_by_message_and_by_press() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let told = told(&kit).await;
        let mut world = World::new(&kit.db, kit.workspace, 900_000);
        world.link(told.campaign, 1, "店舗を探す").await;
        world.link(told.campaign, 2, "だれも押さない").await;
        let links = link::list(kit.db.reader(), kit.workspace, told.campaign)
            .await
            .unwrap();
        let counts: Vec<_> = links
            .iter()
            .map(|one| {
                (
                    one.position,
                    one.clicks.numerator,
                    one.clicks_raw,
                    one.presses,
                )
            })
            .collect();
        assert_eq!(
            counts,
            [(0, 1, 2, 3), (1, 1, 2, 2), (2, 0, 0, 0)],
            "{}",
            test.name()
        );
        assert!(links.iter().all(|one| one.clicks.denominator == 5));
        assert_eq!(links[0].label, "牛乳を見る");
        assert_eq!(told.links.len(), 2);
    }
}

#[tokio::test]
async fn bars_over_time_add_up_to_the_figures() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let told = told(&kit).await;
        let db = kit.db.reader();
        let report = report::find(db, kit.workspace, told.campaign)
            .await
            .unwrap();
        for wanted in [None, Some(Bucket::Hour)] {
            let series = series::find(db, kit.workspace, told.campaign, wanted)
                .await
                .unwrap();
            for (metric, line) in &series.lines {
                assert_eq!(
                    line.iter().sum::<i64>(),
                    report.figure(*metric).value,
                    "{metric:?}"
                );
                assert_eq!(line.len(), series.starts.len());
            }
            assert_eq!(
                series.table("Asia/Tokyo", true).rows.len(),
                series.starts.len()
            );
        }
        let days = series::find(db, kit.workspace, told.campaign, None)
            .await
            .unwrap();
        assert_eq!(days.bucket, Bucket::Day);
        // Tokyo's midnight before the first message.
        assert_eq!(
            days.starts[0],
            Millis::parse("2026-07-14T00:00:00+09:00").unwrap()
        );
        let hours = series::find(db, kit.workspace, told.campaign, Some(Bucket::Hour))
            .await
            .unwrap();
        assert_eq!(hours.starts[1].0 - hours.starts[0].0, HOUR);
    }
}

#[tokio::test]
async fn an_order_belongs_to_one_of_two_campaigns() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let mut world = World::new(&kit.db, kit.workspace, 1_000);
        let (a, b) = (world.seven_days(START).await, world.seven_days(START).await);
        let mut pair = Vec::new();
        for person in 1..=5 {
            let first = world.sent(a, person, START).await;
            let second = world.sent(b, person, START.plus(DAY)).await;
            pair.push((first, second));
        }
        let now = START.plus(DAY + HOUR);
        // 1: A clicked before B came; a human act goes before a bare delivery.
        world.click(pair[0].0, 1, START.plus(HOUR)).await;
        world.order(1, 1, now).await;
        // 2: the later of two opens.
        world.open(pair[1].0, after(now, -30)).await;
        world.open(pair[1].1, after(now, -20)).await;
        world.order(2, 10, now).await;
        // 3: nobody did anything; B was delivered an hour ago, A a day.
        world.order(3, 100, now).await;
        // 4: a click and an open at one instant.
        world.open(pair[3].1, after(now, -10)).await;
        world.click(pair[3].0, 1, after(now, -10)).await;
        world.order(4, 1_000, now).await;
        // 5: 12 hours after the bare delivery it belongs to nobody.
        world.order(5, 10_000, START.plus(DAY + 12 * HOUR)).await;
        let revenue = async |campaign| {
            let report = report::find(kit.db.reader(), kit.workspace, campaign)
                .await
                .unwrap();
            report.figure(Metric::RevenueLastTouch).value
        };
        assert_eq!(
            (revenue(a).await, revenue(b).await),
            (1_001, 110),
            "{}",
            test.name()
        );
        let report = report::find(kit.db.reader(), kit.workspace, a)
            .await
            .unwrap();
        assert_eq!(
            report.figure(Metric::RevenueWindow).value,
            11_111,
            "windows overlap"
        );
    }
}

#[tokio::test]
async fn an_empty_or_foreign_campaign_is_told_apart() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let told = told(&kit).await;
        let mut world = World::new(&kit.db, kit.workspace, 900_000);
        let empty = world
            .campaign("draft", serde_json::json!({"version": 1}), START)
            .await;
        let db = kit.db.reader();
        let report = report::find(db, kit.workspace, empty).await.unwrap();
        assert_eq!(
            (
                report.matched(),
                report.first_sent_at,
                report.campaign.window_days
            ),
            (0, None, 7)
        );
        assert!(
            series::find(db, kit.workspace, empty, None)
                .await
                .unwrap()
                .starts
                .is_empty()
        );
        let other = WorkspaceId::from_raw(700_000_000_000_000_002);
        let refused = report::find(db, other, told.campaign).await;
        assert!(matches!(refused, Err(AnalyticsError::NotFound)));
    }
}
