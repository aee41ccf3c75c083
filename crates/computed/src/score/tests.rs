use chrono_tz::Asia::Tokyo;
use kernel::time::HOUR;
use serde_json::{Map, Value as Json, json};

use super::*;

fn action(event: &str, points: i64) -> Action {
    Action {
        event: event.to_owned(),
        points,
        filter: None,
        per_day: None,
        after_minutes: None,
        label: None,
    }
}

fn rule(actions: Vec<Action>) -> Score {
    Score {
        actions,
        half_life: Some(30),
        threshold: 100,
        fit: Vec::new(),
        grades: None,
    }
}

/// Acts of a name, each at a time in hours.
fn acts(all: &[(&str, i64)]) -> Vec<Act> {
    let act = |(id, (name, hour)): (i64, &(&str, i64))| Act {
        id,
        at: hour * HOUR,
        name: (*name).to_owned(),
        properties: Map::new(),
        goods: profiles::computed::acts::Goods::default(),
    };
    (1..).zip(all).map(act).collect()
}

fn on(rule: &Score, acts: &[Act], now: Millis) -> Found {
    judge(rule, acts, now, Tokyo).unwrap()
}

#[test]
fn points_fade_by_halves() {
    let rule = rule(vec![action("form", 50), action("error", -5)]);
    let one = acts(&[("form", 0), ("other", 1)]);
    assert_eq!(on(&rule, &one, Millis(1)).score, 50, "whole at once");
    assert_eq!(
        judge(&rule, &one, Millis(0), Tokyo),
        None,
        "counts from the next"
    );
    let after = |days: i64| on(&rule, &one, Millis(days * DAY)).score;
    // 50, 25, 12.5, 6.25: rounded.
    assert_eq!(
        [after(30), after(60), after(90), after(120)],
        [25, 13, 6, 3]
    );
    assert_eq!(after(400), 0);
    assert_eq!(
        on(&rule, &one, Millis(400 * DAY)).look_at,
        None,
        "nothing left to fade"
    );
    // 50 halved and 50 more: 75.
    let two = acts(&[("form", 0), ("form", 30 * 24)]);
    assert_eq!(on(&rule, &two, Millis(30 * DAY + 1)).score, 75);
    let slips = acts(&[("form", 0), ("error", 0), ("error", 0)]);
    assert_eq!(on(&rule, &slips, Millis(1)).score, 40);
    let bad = acts(&[("error", 0), ("error", 1)]);
    let bad = on(&rule, &bad, Millis(DAY));
    assert_eq!((bad.score, bad.side, bad.look_at), (0, Side::Below, None));
}

#[test]
fn every_whole_point_is_woken_for_at_its_very_millisecond() {
    let rule = rule(vec![action("form", 50)]);
    let own = acts(&[("form", 0), ("form", 5), ("form", 50)]);
    let mut now = Millis(50 * HOUR + 1);
    assert_eq!(on(&rule, &own, now).score, 146, "50 + 47.9 + 47.7");
    let mut n = 0;
    loop {
        let found = on(&rule, &own, now);
        let Some(next) = found.look_at else { break };
        assert!(next > now);
        assert_eq!(on(&rule, &own, next.plus(-1)).score, found.score);
        assert_eq!(on(&rule, &own, next).score, found.score - 1);
        (now, n) = (next, n + 1);
    }
    assert_eq!(n, 146);
    assert_eq!(on(&rule, &own, now).score, 0);
}

#[test]
fn the_threshold_is_crossed_up_by_acts_and_down_by_time() {
    let rule = rule(vec![action("form", 50), action("error", -60)]);
    let own = acts(&[("form", 0), ("form", 0)]);
    let up = on(&rule, &own, Millis(1));
    assert_eq!((up.score, up.side, up.since), (100, Side::Above, Millis(1)));
    let fell = up.falls_at.unwrap();
    // 100 * 2^(-t/30d) < 99.5: after 5.2 hours.
    assert_eq!(fell.0 / HOUR, 5);
    assert_eq!(on(&rule, &own, fell.plus(-1)).side, Side::Above);
    let down = on(&rule, &own, fell);
    assert_eq!(
        (down.side, down.since, down.falls_at),
        (Side::Below, fell, None)
    );
    assert_eq!(
        on(&rule, &own, Millis(90 * DAY)).since,
        fell,
        "since without a break"
    );
    // Up again, and down by an error.
    let more = acts(&[("form", 0), ("form", 0), ("form", 48), ("error", 50)]);
    let again = on(&rule, &more, Millis(49 * HOUR));
    assert_eq!(
        (again.side, again.since),
        (Side::Above, Millis(48 * HOUR + 1))
    );
    let bad = on(&rule, &more, Millis(51 * HOUR));
    assert_eq!((bad.side, bad.since), (Side::Below, Millis(50 * HOUR + 1)));
    let mut lasting = rule.clone();
    lasting.half_life = None;
    let for_ever = on(&lasting, &own, Millis(9_000 * DAY));
    assert_eq!(
        (for_ever.score, for_ever.look_at, for_ever.falls_at),
        (100, None, None)
    );
}

#[test]
fn caps_hold_by_local_day_and_sessions_begin_after_silence() {
    let mut view = action("view", 1);
    view.per_day = Some(3);
    let capped = rule(vec![view.clone()]);
    // Nine in one hour give three; 15:00 UTC is the next day in Tokyo.
    let mut hours: Vec<(&str, i64)> = vec![("view", 10); 9];
    hours.extend([("view", 15), ("view", 16)]);
    assert_eq!(on(&capped, &acts(&hours), Millis(20 * HOUR)).terms.len(), 5);
    let mut session = action("view", 3);
    session.after_minutes = Some(30);
    let both = rule(vec![view, session]);
    let found = on(
        &both,
        &acts(&[("view", 1), ("view", 1), ("view", 2)]),
        Millis(2 * HOUR + 1),
    );
    assert_eq!(found.score, 3 + 2 * 3, "three views in two sessions");
}

#[test]
fn only_events_with_the_property_count() {
    let mut form = action("form", 50);
    form.filter = Some(Filter {
        property: "種類".to_owned(),
        test: Test::Is(vec!["資料請求".to_owned(), "5".to_owned()]),
    });
    let rule = rule(vec![form]);
    let mut own = acts(&[("form", 0), ("form", 1), ("form", 2), ("form", 3)]);
    for (act, value) in own.iter_mut().zip([
        json!("資料請求"),
        json!(5),
        json!(["x", "資料請求"]),
        json!(null),
    ]) {
        act.properties.insert("種類".to_owned(), value);
    }
    assert_eq!(on(&rule, &own, Millis(DAY)).terms.len(), 3);
}

#[test]
fn tests_of_values_by_hand() {
    let met = |test: &Test, value: Json| test.is_met(Some(&value));
    assert!(met(
        &Test::Contains("/料金".to_owned()),
        json!("https://例.jp/料金?x=1")
    ));
    assert!(met(&Test::AtLeast(100.0), json!(100)) && !met(&Test::AtLeast(100.0), json!("100")));
    assert!(met(&Test::AtMost(2.5), json!(2.5)) && met(&Test::Exists, json!([])));
    assert!(met(&Test::Is(vec!["true".to_owned()]), json!(true)));
    assert!(
        !met(&Test::Is(vec!["ＩＴ".to_owned()]), json!("IT")),
        "letter by letter"
    );
    for test in [
        Test::Exists,
        Test::AtMost(9.0),
        Test::Is(vec!["null".to_owned()]),
    ] {
        assert!(!test.is_met(None) && !met(&test, Json::Null), "{test:?}");
    }
}

#[test]
fn fit_gives_the_grade_apart_from_the_score() {
    let mut rule = rule(vec![action("form", 50)]);
    assert_eq!(rule.fits(&Map::new()), None);
    let fit = |attribute: &str, test: Test, points: i64| Fit {
        attribute: attribute.to_owned(),
        test,
        points,
    };
    rule.fit = vec![
        fit("業種", Test::Is(vec!["IT".to_owned()]), 20),
        fit("人数", Test::AtLeast(100.0), 15),
        fit("学生", Test::Exists, -30),
    ];
    let grade = |json: Json| {
        rule.fits(json.as_object().unwrap())
            .map(|judged| (judged.points, judged.grade))
    };
    assert_eq!(grade(json!({"業種": "IT", "人数": 300})), Some((35, "A")));
    assert_eq!(grade(json!({"業種": "IT", "人数": 5})), Some((20, "B")));
    assert_eq!(grade(json!({"人数": 100})), Some((15, "C")));
    assert_eq!(grade(json!({"業種": "IT", "学生": true})), Some((-10, "D")));
    assert_eq!(grade(json!({})), Some((0, "D")));
}

#[test]
fn an_act_that_lies_ahead_is_looked_at_in_its_time_though_others_went_before() {
    use profiles::computed::bought::Person;
    let mut form = action("form", 50);
    form.filter = Some(Filter {
        property: "x".to_owned(),
        test: Test::Exists,
    });
    let rules = crate::person::Rules::none(Tokyo).with(crate::Rule::Score(rule(vec![form])));
    let mut own = acts(&[("form", 0), ("form", 5)]);
    own[1].properties.insert("x".to_owned(), json!(1));
    let person = Person {
        acts: own,
        ..Person::default()
    };
    let found = rules.compute(&person, Millis(5 * HOUR));
    let [standing] = found.standings.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(standing.value, crate::person::NOBODY);
    assert_eq!(standing.due_at, Some(Millis(5 * HOUR + 1)));
}
