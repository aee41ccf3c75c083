//! Where the tastes of a customer come from: the shares of each dimension, and the acts behind its favourite.

use kernel::{
    invalid::Bilingual,
    time::{DAY, Millis},
};
use profiles::computed::bought::Person;

use super::{Pen, Reason, SHOWN};
use crate::{
    affinity::{self, Affinity, Dimension, Taste, Term},
    rule::Kind,
};

impl Pen {
    pub(super) fn affinity(&self, rule: &Affinity, person: &Person, now: Millis) -> Reason {
        let found = affinity::judge(rule, person, now);
        let terms = rule.terms(person, now);
        let mut lines = vec![rule_line(rule)];
        for dimension in rule.dimensions() {
            let taste = found.all.iter().find(|taste| taste.dimension == dimension);
            let own = |term: &&Term<'_>| rule.value(dimension, term.act).is_some();
            match taste {
                Some(taste) => lines.extend(self.taste_lines(rule, taste, &terms, now)),
                None => lines.push(too_few(rule, dimension, terms.iter().filter(own).count())),
            }
        }
        let lead = found.lead();
        Reason {
            kind: Kind::Affinity,
            standing: lead.map(|taste| taste.favourite().to_owned().into()),
            since: lead.map(|taste| taste.since),
            turns: None,
            lines,
        }
    }

    /// The shares, the acts behind the favourite, and how long it holds.
    fn taste_lines(
        &self,
        rule: &Affinity,
        taste: &Taste,
        terms: &[Term<'_>],
        now: Millis,
    ) -> Vec<Bilingual> {
        let (name_en, name_ja) = name(taste.dimension);
        let share = taste
            .top
            .iter()
            .map(|one| format!("{} {}%", one.value, one.percent));
        let shares = share.collect::<Vec<_>>().join(", ");
        let favourite = taste.favourite();
        let is_own = |term: &&Term<'_>| {
            let value = rule.value(taste.dimension, term.act);
            value.as_deref() == Some(favourite)
        };
        let own: Vec<&Term<'_>> = terms.iter().filter(is_own).collect();
        let n = own.len();
        let each = own.iter().skip(n.saturating_sub(SHOWN)).map(|term| {
            let at = self.instant(Millis(term.act.at));
            let sku = term.act.goods.sku.as_deref().unwrap_or_default();
            let (event, points, left) = (&term.act.name, term.points, left(rule, term, now));
            let what = [event.as_str(), sku].join(" ");
            format!("{at} {} {points} → {left:.2}", what.trim_end())
        });
        let list = each.collect::<Vec<_>>().join(", ");
        let sum: f64 = own.iter().map(|term| left(rule, term, now)).sum();
        let (since, end) = (self.instant(taste.since), self.instant(taste.ends_at));
        vec![
            Bilingual::new(
                format!("{name_en}: {shares}. The favourite since {since}: {favourite}."),
                format!("{name_ja}: {shares}。{since} から「{favourite}」がいちばんです。"),
            ),
            Bilingual::new(
                format!(
                    "{favourite}: {n} acts, {sum:.2} points left. The latest, with points then and now: {list}."
                ),
                format!(
                    "「{favourite}」の行動{n}回、いま残る点数{sum:.2}。最近の行動（当時の点数 → いま）: {list}。"
                ),
            ),
            Bilingual::new(
                format!("If nothing more is done, it is told until {end}."),
                format!("このまま行動がなければ、{end} に好みの表示がなくなります。"),
            ),
        ]
    }
}

fn rule_line(rule: &Affinity) -> Bilingual {
    let (half_life, acts, days) = (rule.half_life, rule.acts, rule.days);
    let each = rule
        .actions
        .iter()
        .map(|own| format!("{} {}", own.event, own.points));
    let each = each.collect::<Vec<_>>().join(", ");
    Bilingual::new(
        format!(
            "Points: {each}; worth half after {half_life} days. A taste needs {acts} acts in the last {days} days. What machines do and orders that were called off do not count."
        ),
        format!(
            "点数: {each}。{half_life}日ごとに半分になります。好みは直近{days}日間に{acts}回以上の行動があるときに示します。機械による行動とキャンセルされた注文は数えません。"
        ),
    )
}

fn too_few(rule: &Affinity, dimension: Dimension, n: usize) -> Bilingual {
    let (name_en, name_ja) = name(dimension);
    let (acts, days) = (rule.acts, rule.days);
    Bilingual::new(
        format!(
            "{name_en}: {n} acts ever, fewer than {acts} of them in the last {days} days, so no taste is told."
        ),
        format!(
            "{name_ja}: これまでの行動は{n}回で、直近{days}日間は{acts}回に満たないため、好みは示しません。"
        ),
    )
}

const fn name(dimension: Dimension) -> (&'static str, &'static str) {
    match dimension {
        Dimension::Category => ("Category", "カテゴリー"),
        Dimension::Brand => ("Brand", "ブランド"),
        Dimension::Price => ("Price band", "価格帯"),
    }
}

/// What is left of an act now.
#[expect(
    clippy::cast_precision_loss,
    reason = "points are few, and ages far below what a double holds"
)]
fn left(rule: &Affinity, term: &Term<'_>, now: Millis) -> f64 {
    let age = (now.0 - term.act.at) as f64;
    term.points as f64 * (-age / (i64::from(rule.half_life) * DAY) as f64).exp2()
}
