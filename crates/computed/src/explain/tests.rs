use chrono_tz::Asia::Tokyo;
use profiles::computed::bought::{OrderEvent, OrderStep};

use super::*;
use crate::{dormancy::Cycles, lifecycle::Loyal};

fn person(days: &[i64]) -> Person {
    let event = |(id, day): (i64, &i64)| OrderEvent {
        id,
        at: day * DAY,
        order: Some(id),
        step: OrderStep::Completed,
        amount: 1_500,
    };
    Person {
        id: 1,
        is_known: true,
        created_at: 0,
        events: (1..).zip(days).map(event).collect(),
        ..Person::default()
    }
}

const RULES: Rules = Rules {
    dormancy: Some(Dormancy {
        purchase_days: 3,
        after: After::Cycles(Cycles {
            times: 3.0,
            at_least: 30,
            at_most: 365,
            otherwise: 180,
        }),
    }),
    lifecycle: Some(Lifecycle {
        repeat_orders: 2,
        loyal: Loyal {
            days: Some(365),
            orders: Some(5),
            spend: Some(30_000),
        },
    }),
    rank: None,
    score: None,
    affinity: None,
    zone: Tokyo,
};

fn lines(days: &[i64], now: i64) -> Vec<Bilingual> {
    let found = explain(&RULES, &person(days), Millis(now * DAY), Currency::JPY);
    found
        .reasons
        .into_iter()
        .flat_map(|one| one.lines)
        .collect()
}

#[test]
fn the_arithmetic_is_told_in_both_languages() {
    let found = lines(&[0, 36, 74], 100);
    let ja: Vec<&str> = found.iter().map(|line| line.ja.as_str()).collect();
    assert_eq!(
        ja,
        [
            "購入した日は3日: 1970-01-01, 1970-02-06, 1970-03-16。",
            "間隔は 36, 38 日。中央値＝購入周期は37日です。",
            "ルール: 購入周期の3倍で休眠。3 × 37 = 111日。",
            "最後の購入は 1970-03-16 09:00。次の購入がなければ、111日後の 1970-07-05 09:00 に休眠になります。",
            "これまでの注文は3回。リピートは2回以上です。",
            "優良の条件: 直近365日間で 注文3回（5回以上）、購入金額4,500円（30,000円以上）。",
            "よって「リピート」（1970-02-06 09:00 から）。このまま何もなければ、1970-07-05 09:00 に「休眠」になります。",
        ]
    );
    let en = &found[2].en;
    assert_eq!(en, "The rule: dormant after 3 cycles: 3 × 37 = 111 days.");
}

#[test]
fn what_is_missing_to_a_rank_and_until_when_it_is_kept_are_told() {
    let rank = serde_json::json!({"rank": {"ranks": [{"name": "レギュラー"}, {"name": "シルバー", "spend": 3_000}, {"name": "ゴールド", "spend": 10_000, "orders": 4}],
        "period": {"days": 100}, "grace": {"days": 30}}});
    let rank = crate::Rule::read(&rank).unwrap();
    let rules = Rules::none(Tokyo).with(rank);
    let told = |days: &[i64], now: i64| {
        let found = explain(&rules, &person(days), Millis(now * DAY), Currency::JPY);
        let lines = found.reasons.into_iter().flat_map(|one| one.lines);
        lines.skip(1).map(|line| line.ja).collect::<Vec<_>>()
    };
    assert_eq!(
        told(&[0, 10], 20),
        [
            "直近100日間: 注文2回、3,000円（新しいもの 1970-01-01 09:00: 1,500円, 1970-01-11 09:00: 1,500円）。「シルバー」の条件を満たします。",
            "よって「シルバー」（1970-01-11 09:00 から）。それまでに購入がなければ、1970-05-11 09:00 に「レギュラー」になります。",
            "「ゴールド」まで、あと7,000円と注文2回。",
        ]
    );
    assert_eq!(
        told(&[0, 10], 105)[1..],
        [
            "よって「シルバー」（1970-01-11 09:00 から）。猶予により保たれています。それまでに購入がなければ、1970-05-11 09:00 に「レギュラー」になります。",
            "「シルバー」を保つには、あと1,500円。",
        ]
    );
}

#[test]
fn limits_and_missing_cycles_are_told() {
    assert!(
        lines(&[0, 2, 4], 5)[2]
            .en
            .ends_with("3 × 2 = 6 days, but at least 30 days.")
    );
    assert!(
        lines(&[0, 2], 5)[2]
            .en
            .ends_with("without a cycle after 180 days.")
    );
    let nothing = lines(&[], 5);
    assert_eq!(nothing.len(), 3);
    assert!(nothing[1].ja.contains("まだ注文がありません"));
    assert_eq!(decimal(31, 2), "15.5");
    assert_eq!(decimal(-4, 2), "-2");
    let dollars = Currency::parse("USD").unwrap();
    assert_eq!(money(dollars, -123_456_705).0, "-1,234,567.05 USD");
    assert_eq!(money(dollars, 5).1, "0.05 USD");
    assert_eq!(money(Currency::JPY, 0).1, "0円");
}

#[test]
fn a_score_is_told_term_by_term() {
    use profiles::computed::acts::Act;
    let rule = serde_json::json!({"score": {"half_life": 30, "threshold": 100,
        "actions": [{"event": "Form Submitted", "points": 50, "label": "フォーム送信"}, {"event": "Page Viewed", "points": 1, "per_day": 5}],
        "fit": [{"attribute": "業種", "test": {"is": ["IT", "金融"]}, "points": 20}]}});
    let rules = Rules::none(Tokyo).with(crate::Rule::read(&rule).unwrap());
    let act = |id: i64, day: i64, name: &str| Act {
        id,
        at: day * DAY,
        name: name.to_owned(),
        properties: serde_json::Map::new(),
        goods: profiles::computed::acts::Goods::default(),
    };
    let somebody = Person {
        acts: vec![
            act(1, 0, "Form Submitted"),
            act(2, 30, "Form Submitted"),
            act(3, 30, "Page Viewed"),
        ],
        attributes: serde_json::Map::from_iter([("業種".to_owned(), "IT".into())]),
        ..person(&[])
    };
    let found = explain(&rules, &somebody, Millis(60 * DAY), Currency::JPY);
    let ja: Vec<&str> = found.reasons[0]
        .lines
        .iter()
        .map(|line| &*line.ja)
        .collect();
    assert_eq!(
        ja,
        [
            "点数は30日ごとに半分になります。機械による行動は数えません。",
            "フォーム送信（1回50点）: 2回、いま37.5点。",
            "Page Viewed（1回1点・1日5回まで）: 1回、いま0.5点。",
            "最近の行動と、いま残る点数: 1970-01-01 09:00 フォーム送信 50 → 12.5, 1970-01-31 09:00 フォーム送信 50 → 25.0, 1970-01-31 09:00 Page Viewed 1 → 0.5。",
            "合計38点。1970-01-01 09:00 から、しきい値100点を下回っています。",
            "適合: 業種 が「IT・金融」のどれかか → はい（20点）。",
            "適合の合計20点: グレードB。",
        ]
    );
}
