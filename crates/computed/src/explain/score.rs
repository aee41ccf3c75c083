//! Where the points of a customer come from, term by term, and why she has her grade.

use kernel::{invalid::Bilingual, time::Millis};
use profiles::computed::bought::Person;
use serde_json::{Map, Value as Json};

use super::{Pen, Reason, SHOWN};
use crate::{
    rule::Kind,
    score::{self, Found, Score, Side, Term, Test},
};

impl Pen {
    pub(super) fn score(&self, rule: &Score, person: &Person, now: Millis) -> Reason {
        let found = score::judge(rule, &person.acts, now, self.zone);
        let mut lines = Vec::new();
        if let Some(found) = &found {
            lines.push(rule_line(rule));
            lines.extend(action_lines(rule, found, now));
            lines.push(self.latest_line(rule, found, now));
            lines.push(self.sum_line(rule, found));
        } else {
            lines.push(Bilingual::new(
                "Has done nothing that gives points, so there is no score.",
                "点数の対象になる行動がまだないので、スコアはありません。",
            ));
        }
        lines.extend(fit_lines(rule, &person.attributes));
        Reason {
            kind: Kind::Score,
            standing: found.as_ref().map(|found| found.side.as_str().into()),
            since: found.as_ref().map(|found| found.since),
            turns: found
                .as_ref()
                .and_then(|found| found.falls_at)
                .map(|at| (at, Side::Below.as_str().into())),
            lines,
        }
    }

    /// The latest acts, each with what is left of it.
    fn latest_line(&self, rule: &Score, found: &Found, now: Millis) -> Bilingual {
        let shown = found.terms.len().saturating_sub(SHOWN);
        let each = found.terms.iter().skip(shown).map(|term| {
            let (at, name) = (self.instant(term.at), name(rule, term));
            let (points, left) = (term.points, points(left(rule, term, now)));
            format!("{at} {name} {points} → {left}")
        });
        let list = each.collect::<Vec<_>>().join(", ");
        Bilingual::new(
            format!("The latest, and what is left of each: {list}."),
            format!("最近の行動と、いま残る点数: {list}。"),
        )
    }

    fn sum_line(&self, rule: &Score, found: &Found) -> Bilingual {
        let (score, threshold) = (found.score, rule.threshold);
        let since = self.instant(found.since);
        let (falls_en, falls_ja) = found.falls_at.map_or_else(Default::default, |at| {
            let at = self.instant(at);
            (
                format!(" If nothing else happens, it falls below on {at}."),
                format!("このまま何もなければ、{at} に下回ります。"),
            )
        });
        match found.side {
            Side::Above => Bilingual::new(
                format!(
                    "So: {score} points, at or above the threshold of {threshold} since {since}.{falls_en}"
                ),
                format!("合計{score}点。{since} から、しきい値{threshold}点以上です。{falls_ja}"),
            ),
            Side::Below => Bilingual::new(
                format!("So: {score} points; below the threshold of {threshold} since {since}."),
                format!("合計{score}点。{since} から、しきい値{threshold}点を下回っています。"),
            ),
        }
    }
}

fn rule_line(rule: &Score) -> Bilingual {
    match rule.half_life {
        Some(days) => Bilingual::new(
            format!("Points are worth half after {days} days. What machines do does not count."),
            format!("点数は{days}日ごとに半分になります。機械による行動は数えません。"),
        ),
        None => Bilingual::new(
            "Points do not fade. What machines do does not count.",
            "点数は時間がたっても減りません。機械による行動は数えません。",
        ),
    }
}

/// How often each action counted, and what is left of it together.
fn action_lines(rule: &Score, found: &Found, now: Millis) -> Vec<Bilingual> {
    let line = |(place, action): (usize, &score::Action)| {
        let own = || found.terms.iter().filter(|term| term.action == place);
        let n = own().count();
        let name = action.label.as_deref().unwrap_or(&action.event);
        let sum = points(own().map(|term| left(rule, term, now)).sum());
        let each = action.points;
        let (cap_en, cap_ja) = action.per_day.map_or_else(Default::default, |most| {
            (
                format!(", at most {most} a day"),
                format!("・1日{most}回まで"),
            )
        });
        (n > 0).then(|| {
            Bilingual::new(
                format!("{name} ({each} each{cap_en}): {n} times, {sum} left."),
                format!("{name}（1回{each}点{cap_ja}）: {n}回、いま{sum}点。"),
            )
        })
    };
    rule.actions.iter().enumerate().filter_map(line).collect()
}

fn name<'a>(rule: &'a Score, term: &Term) -> &'a str {
    let action = rule.actions.get(term.action);
    action.map_or("", |action| {
        action.label.as_deref().unwrap_or(&action.event)
    })
}

/// What is left of an act now.
#[expect(clippy::cast_precision_loss, reason = "points are few")]
fn left(rule: &Score, term: &Term, now: Millis) -> f64 {
    rule.faded(term.points as f64, now.0 - term.at.0)
}

fn points(points: f64) -> String {
    format!("{points:.1}")
}

fn fit_lines(rule: &Score, attributes: &Map<String, Json>) -> Vec<Bilingual> {
    let Some(judged) = rule.fits(attributes) else {
        return Vec::new();
    };
    let mut lines: Vec<Bilingual> = rule
        .fit
        .iter()
        .map(|fit| {
            let (points, key) = (fit.points, &fit.attribute);
            let (test_en, test_ja) = test(&fit.test);
            let is_met = fit.test.is_met(attributes.get(key));
            let (so_en, so_ja) = if is_met {
                (format!("yes: {points}"), format!("はい（{points}点）"))
            } else {
                ("no".to_owned(), "いいえ".to_owned())
            };
            Bilingual::new(
                format!("Fit: {key} {test_en}? {so_en}."),
                format!("適合: {key} が{test_ja}か → {so_ja}。"),
            )
        })
        .collect();
    let (points, grade) = (judged.points, judged.grade);
    lines.push(Bilingual::new(
        format!("Together {points} points of fit: grade {grade}."),
        format!("適合の合計{points}点: グレード{grade}。"),
    ));
    lines
}

fn test(test: &Test) -> (String, String) {
    match test {
        Test::Is(list) => {
            let (en, ja) = (list.join(" or "), list.join("・"));
            (format!("is {en}"), format!("「{ja}」のどれか"))
        }
        Test::Contains(part) => (format!("holds {part}"), format!("「{part}」を含む")),
        Test::AtLeast(least) => (format!("is at least {least}"), format!("{least}以上")),
        Test::AtMost(most) => (format!("is at most {most}"), format!("{most}以下")),
        Test::Exists => ("is known".to_owned(), "分かっている".to_owned()),
    }
}
