//! What somebody who saves a rule should know: that it only says who people are, that it is too small to learn from or
//! too large to be personal, that it is nearly another segment, that it is no longer who it was.

use kernel::{
    id::SegmentId,
    invalid::Bilingual,
    time::{DAY, Millis},
};

use crate::{
    Overlap,
    language::{Document, Field, Node, Source},
};

/// Attributes that say who somebody is, as shops call them.
const DEMOGRAPHIC: [&str; 34] = [
    "gender",
    "sex",
    "age",
    "age_band",
    "age_group",
    "generation",
    "birthday",
    "birth_date",
    "birthdate",
    "birth_year",
    "prefecture",
    "pref",
    "city",
    "region",
    "area",
    "country",
    "postal_code",
    "zip",
    "zip_code",
    "address",
    "occupation",
    "job",
    "income",
    "income_band",
    "family",
    "household_size",
    "home_ownership",
    "kids",
    "children",
    "marital_status",
    "language",
    "性別",
    "年齢",
    "都道府県",
];

/// The rate of answers whose doubling a test with the segment should be able to show.
pub const BASE_RATE: f64 = 0.10;
/// Half of everybody is no longer a choice.
const LARGE: f64 = 0.5;
/// Two segments that share so much of all their people are one.
const SAME: f64 = 0.9;
/// How far back a segment is compared with itself.
pub const DRIFT_DAYS: i64 = 28;
/// It has drifted when less than this share of all who were or are in it stayed, or its size changed by half.
const STAYED: f64 = 0.5;
const SIZE_CHANGE: f64 = 0.5;
/// A segment that nobody has looked over for so long should be.
const STALE: i64 = 180 * DAY;

/// What is known of a rule when it is remarked upon.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// How many it selects.
    pub members: i64,
    /// How many customers there are.
    pub everybody: i64,
    /// The most alike of the other segments, as the second.
    pub closest: Option<(SegmentId, String, Overlap)>,
    /// Who was in it [`DRIFT_DAYS`] ago by the same rule, as the first, and who is, as the second.
    pub drift: Option<Overlap>,
    /// When it was last saved, and the present.
    pub saved: Option<(Millis, Millis)>,
}

/// Something worth knowing.
#[derive(Debug, Clone, PartialEq)]
pub enum Remark {
    /// It selects nobody.
    Nobody,
    /// It only says who people are, not what they do.
    OnlyDemographic,
    /// A test with it would not show a doubling of [`BASE_RATE`].
    TooSmall {
        /// How many it would take.
        needed: i64,
    },
    /// It is half of everybody or more.
    TooLarge {
        /// The share of everybody.
        share: f64,
    },
    /// It is nearly another segment.
    AlmostTheSame {
        /// The other.
        segment: SegmentId,
        /// Its name.
        name: String,
        /// [`Overlap::likeness`].
        likeness: f64,
    },
    /// It is no longer who it was.
    Drifted {
        /// Of those who were in it how many still are.
        stayed: i64,
        /// How many were in it.
        before: i64,
        /// How many are in it.
        now: i64,
    },
    /// Nobody has looked it over for long.
    Stale {
        /// For so many days.
        days: i64,
    },
}

/// Returns what is worth knowing of a rule.
pub fn remarks(document: &Document, known: &Known) -> Vec<Remark> {
    let mut found = Vec::new();
    if known.members == 0 {
        found.push(Remark::Nobody);
    }
    if is_demographic(document) {
        found.push(Remark::OnlyDemographic);
    }
    let needed = needed();
    if (1..needed).contains(&known.members) {
        found.push(Remark::TooSmall { needed });
    }
    if known.everybody >= needed {
        #[expect(clippy::cast_precision_loss, reason = "counts of people")]
        let share = known.members as f64 / known.everybody as f64;
        if share >= LARGE {
            found.push(Remark::TooLarge { share });
        }
    }
    found.extend(known.closest.as_ref().and_then(almost_the_same));
    found.extend(known.drift.and_then(drifted));
    found.extend(known.saved.and_then(|(at, now)| {
        let days = (now.0 - at.0) / DAY;
        (now.0 - at.0 >= STALE).then_some(Remark::Stale { days })
    }));
    found
}

fn almost_the_same((segment, name, shared): &(SegmentId, String, Overlap)) -> Option<Remark> {
    let likeness = shared.likeness();
    (likeness >= SAME).then(|| Remark::AlmostTheSame {
        segment: *segment,
        name: name.clone(),
        likeness,
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts of people")]
fn drifted(shared: Overlap) -> Option<Remark> {
    let stayed = shared.both;
    let (before, now) = (shared.only_a + stayed, shared.only_b + stayed);
    if before < needed() && now < needed() {
        // A few people more or less are half of a small one.
        return None;
    }
    let change = (now - before).unsigned_abs() as f64 / before.max(1) as f64;
    let has_drifted = shared.likeness() < STAYED || change >= SIZE_CHANGE;
    has_drifted.then_some(Remark::Drifted {
        stayed,
        before,
        now,
    })
}

/// Tells whether a rule asks who people are and nothing else. What may be sent to whom says neither.
pub fn is_demographic(document: &Document) -> bool {
    let mut is_any = false;
    for place in document.places() {
        match place.node {
            Node::All(_)
            | Node::Any(_)
            | Node::Not(_)
            | Node::Consent(_)
            | Node::Reachable(_)
            | Node::Share(_) => {}
            Node::Fact(fact) if is_about_who(&fact.of) => is_any = true,
            _ => return false,
        }
    }
    is_any
}

fn is_about_who(source: &Source) -> bool {
    match source {
        Source::Field(field) => !matches!(
            field,
            Field::FirstSeenAt | Field::LastSeenAt | Field::CreatedAt | Field::IsAnonymous
        ),
        Source::Attribute(key) => {
            let key = key.to_lowercase();
            DEMOGRAPHIC.contains(&key.as_str())
        }
    }
}

/// Returns how many people it takes to see [`BASE_RATE`] double in a test of two halves.
pub fn needed() -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "hundreds")]
    let each = per_arm(BASE_RATE, 2.0 * BASE_RATE).ceil() as i64;
    2 * each
}

/// Returns how many people each of two arms needs, so that a test at 5 % sees the difference of two rates four times in
/// five: (z₀.₉₇₅ + z₀.₈)² (p(1−p) + q(1−q)) / (q−p)², the normal approximation with unpooled variances.
pub fn per_arm(p: f64, q: f64) -> f64 {
    const Z: f64 = 1.959_963_985 + 0.841_621_234;
    let variance = p.mul_add(-p, p) + q.mul_add(-q, q);
    Z * Z * variance / (q - p).powi(2)
}

/// Returns the smallest rate above [`BASE_RATE`] that a test of two halves of so many people tells from it; none when
/// not even all against a tenth could be told.
pub fn smallest_rate(members: i64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts of people")]
    let arm = members as f64 / 2.0;
    let (mut near, mut far) = (BASE_RATE, 1.0);
    if arm < per_arm(BASE_RATE, far) {
        return None;
    }
    for _ in 0..60 {
        let middle = f64::midpoint(near, far);
        if per_arm(BASE_RATE, middle) > arm {
            near = middle;
        } else {
            far = middle;
        }
    }
    Some(far)
}

impl Remark {
    /// Returns a stable word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::OnlyDemographic => "only_demographic",
            Self::TooSmall { .. } => "too_small",
            Self::TooLarge { .. } => "too_large",
            Self::AlmostTheSame { .. } => "almost_the_same",
            Self::Drifted { .. } => "drifted",
            Self::Stale { .. } => "stale",
        }
    }

    /// Says it, and what to do about it.
    pub fn said(&self) -> Bilingual {
        let percent = |share: f64| format!("{:.0}", share * 100.0);
        match self {
            Self::Nobody => Bilingual::new(
                "Nobody fits. Look at the count beside each condition: the one with 0 is too narrow.",
                "条件に合う人がいません。各条件の右の人数を見て、0人の条件をゆるめてください。",
            ),
            Self::OnlyDemographic => Bilingual::new(
                "It only says who people are. People of one age and place buy very differently, as shown below: add what they did.",
                "属性だけで選んでいます。同じ属性でも買い方は下のとおりさまざまです。行動の条件を加えてください。",
            ),
            Self::TooSmall { needed } => Bilingual::new(
                format!(
                    "Too few to learn from: a test of two halves needs {needed} people to see answers double from 10 % to 20 %."
                ),
                format!(
                    "効果を確かめるには少なすぎます。反応率が10%から20%に倍増しても、半分ずつの比較では{needed}人いないと見分けられません。"
                ),
            ),
            Self::TooLarge { share } => Bilingual::new(
                format!(
                    "It is {} % of everybody: one message for so many is hardly personal. Split it.",
                    percent(*share)
                ),
                format!(
                    "全体の{}%が入ります。これほど多くの人に同じ内容では一人ひとりに合いません。分けてみてください。",
                    percent(*share)
                ),
            ),
            Self::AlmostTheSame { name, likeness, .. } => Bilingual::new(
                format!(
                    "{} % the same people as “{name}”: one of the two may do.",
                    percent(*likeness)
                ),
                format!(
                    "「{name}」と{}%同じ人たちです。どちらか一つで足りるかもしれません。",
                    percent(*likeness)
                ),
            ),
            Self::Drifted {
                stayed,
                before,
                now,
            } => Bilingual::new(
                format!(
                    "It has drifted: of {before} people four weeks ago {stayed} are still in, and {now} are in now. Look the rule over."
                ),
                format!(
                    "顔ぶれが変わりました。4週間前の{before}人のうち残っているのは{stayed}人、現在は{now}人です。条件を見直してください。"
                ),
            ),
            Self::Stale { days } => Bilingual::new(
                format!(
                    "Nobody has looked this rule over for {days} days. Save it again when it still says what you mean."
                ),
                format!(
                    "{days}日間、条件が見直されていません。今の狙いに合っていれば、保存し直してください。"
                ),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::language;

    fn rule(root: &Json) -> Document {
        language::read(&json!({"version": 2, "root": root})).unwrap()
    }

    fn fact(key: &str) -> Json {
        json!({"fact": {"of": {"attribute": key}, "test": {"text": {"equals": "a"}}}})
    }

    fn codes(document: &Document, known: &Known) -> Vec<&'static str> {
        remarks(document, known).iter().map(Remark::code).collect()
    }

    #[test]
    fn the_size_of_a_test_is_that_of_the_textbook() {
        // 10 % against 12 %: 3,838.1 each.
        assert!((per_arm(0.10, 0.12) - 3_838.1).abs() < 0.1);
        assert_eq!(needed(), 394);
        let rate = smallest_rate(2 * 3_839).unwrap();
        assert!((rate - 0.12).abs() < 1e-4, "{rate}");
        assert_eq!(smallest_rate(1), None);
        assert_eq!(smallest_rate(0), None);
    }

    #[test]
    fn only_rules_without_behaviour_are_demographic() {
        let who = json!({"all": [fact("gender"), {"any": [fact("都道府県"), fact("Age")]}, {"consent": {"channel": "email"}}]});
        assert!(is_demographic(&rule(&who)));
        let bought = json!({"events": {"names": ["Order Completed"], "test": "never"}});
        for other in [bought, fact("points"), json!({"segment": {"id": "seg_1"}})] {
            let both = json!({"all": [fact("gender"), other]});
            let Ok(document) = language::read(&json!({"version": 2, "root": both})) else {
                continue;
            };
            assert!(!is_demographic(&document), "{both}");
        }
        // Everybody, and whoever may be written to, says nothing of who they are.
        assert!(!is_demographic(&rule(&json!({"all": []}))));
        assert!(!is_demographic(&rule(
            &json!({"all": [{"reachable": {"channel": "email"}}]})
        )));
    }

    #[test]
    fn size_is_remarked_upon_at_its_bounds() {
        let document = rule(&json!({"all": []}));
        let of = |members, everybody| Known {
            members,
            everybody,
            ..Known::default()
        };
        assert_eq!(codes(&document, &of(0, 10_000)), ["nobody"]);
        assert_eq!(codes(&document, &of(393, 10_000)), ["too_small"]);
        assert!(codes(&document, &of(394, 10_000)).is_empty());
        assert!(codes(&document, &of(4_999, 10_000)).is_empty());
        assert_eq!(codes(&document, &of(5_000, 10_000)), ["too_large"]);
        assert_eq!(
            codes(&document, &of(20, 20)),
            ["too_small"],
            "a shop of twenty splits nothing"
        );
    }

    #[test]
    fn a_twin_and_a_drift_are_told_with_their_numbers() {
        let document = rule(&json!({"all": []}));
        let twin = |both| Overlap {
            only_a: 1_000 - both,
            both,
            only_b: 1_000 - both,
        };
        let mut known = Known {
            members: 1_000,
            everybody: 10_000,
            closest: Some((SegmentId::from_raw(7), "夏の常連".to_owned(), twin(950))),
            ..Known::default()
        };
        assert_eq!(codes(&document, &known), ["almost_the_same"]);
        known.closest = Some((SegmentId::from_raw(7), String::new(), twin(900)));
        assert!(codes(&document, &known).is_empty());
        known.drift = Some(twin(600));
        assert_eq!(codes(&document, &known), ["drifted"]);
        known.drift = Some(Overlap {
            only_a: 20,
            both: 980,
            only_b: 60,
        });
        assert!(codes(&document, &known).is_empty());
        known.drift = Some(Overlap {
            only_a: 3,
            both: 1,
            only_b: 8,
        });
        assert!(
            codes(&document, &known).is_empty(),
            "a few people are no drift"
        );
        known.saved = Some((Millis(0), Millis(180 * DAY)));
        assert_eq!(codes(&document, &known), ["stale"]);
    }
}
