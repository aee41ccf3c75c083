//! Everything that is computed of one customer, by all rules of a workspace.

use std::borrow::Cow;

use chrono_tz::Tz;
use kernel::{invalid::Bilingual, time::Millis};
use profiles::computed::bought::Person;
use serde_json::{Map, Value as Json};

use crate::{
    affinity::{self, Affinity, Tastes},
    dormancy::{self, Dormancy},
    explain,
    history::History,
    lifecycle::{self, Known, Lifecycle, Stage},
    rank::{self, Ranks},
    rule::{Kind, Rule, key},
    score::{self, Score},
};

/// The rules of a workspace, and the zone that its days are of.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// Purchase cycle and dormancy.
    pub dormancy: Option<Dormancy>,
    /// Lifecycle stage.
    pub lifecycle: Option<Lifecycle>,
    /// Rank.
    pub rank: Option<Ranks>,
    /// Lead score.
    pub score: Option<Score>,
    /// Tastes.
    pub affinity: Option<Affinity>,
    /// The zone.
    pub zone: Tz,
}

/// How a customer stands by one rule, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// By which rule.
    pub kind: Kind,
    /// Where: `active`, `dormant`, a stage, or the name of a rank.
    pub value: Cow<'static, str>,
    /// Since when.
    pub since: Millis,
    /// The highest stage or rank that she ever was in.
    pub reached: Option<i16>,
    /// When to look again though nothing happens.
    pub due_at: Option<Millis>,
}

/// What is computed of a customer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Computed {
    /// By each rule that says something of her.
    pub standings: Vec<Standing>,
    /// Her attributes.
    pub attributes: Map<String, Json>,
}

impl Rules {
    /// Computes nothing.
    pub const fn none(zone: Tz) -> Self {
        Self {
            dormancy: None,
            lifecycle: None,
            rank: None,
            score: None,
            affinity: None,
            zone,
        }
    }

    /// Puts a rule in the place of the one of its kind.
    #[must_use]
    pub fn with(mut self, rule: Rule) -> Self {
        match rule {
            Rule::Dormancy(rule) => self.dormancy = Some(rule),
            Rule::Lifecycle(rule) => self.lifecycle = Some(rule),
            Rule::Rank(rule) => self.rank = Some(rule),
            Rule::Score(rule) => self.score = Some(rule),
            Rule::Affinity(rule) => self.affinity = Some(rule),
        }
        self
    }

    /// Lists the values that an attribute can have by these rules, where they are few, with what people call them.
    pub fn values(&self, key: &str) -> Vec<(String, Bilingual)> {
        if let (key::PRICE_BAND, Some(rule)) = (key, &self.affinity) {
            let names = rule.price.iter().map(|band| band.name.as_str());
            return names.map(itself).collect();
        }
        match (key, &self.lifecycle, &self.rank, &self.score) {
            (key::STAGE, Some(_), _, _) => Stage::ALL
                .into_iter()
                .map(|stage| {
                    let (en, ja) = explain::words(stage);
                    (stage.as_str().to_owned(), Bilingual::new(en, ja))
                })
                .collect(),
            (key::RANK | key::RANK_NEXT, _, Some(rule), _) => {
                let names = rule.ranks.iter().map(|rank| rank.name.as_str());
                names.map(itself).collect()
            }
            (key::GRADE, _, _, Some(_)) => ["A", "B", "C", "D"].map(itself).into(),
            _ => Vec::new(),
        }
    }

    /// Computes everything of one customer.
    pub fn compute(&self, person: &Person, now: Millis) -> Computed {
        let history = History::at(&person.events, now);
        let known = Known {
            is_known: person.is_known,
            since: Millis(person.created_at),
        };
        let mut computed = Computed::default();
        if let Some(rule) = &self.dormancy {
            computed.take_dormancy(rule, &history, now, self.zone);
        }
        if let (Some(rule), Some(dormancy)) = (&self.lifecycle, &self.dormancy) {
            let found = lifecycle::judge(rule, dormancy, (known, &history), now, self.zone);
            computed.take_stage(found);
        }
        if let Some(rule) = &self.rank {
            let found = rank::judge(rule, (known, &history), now, self.zone);
            match found {
                Some(found) => computed.take_rank(rule, &found),
                None => computed.take_nobody(Kind::Rank, history.grows_at),
            }
        }
        if let Some(rule) = &self.score {
            computed.take_score(rule, person, now, self.zone);
        }
        if let Some(rule) = &self.affinity {
            computed.take_tastes(&affinity::judge(rule, person, now));
        }
        computed
    }
}

impl Computed {
    fn take_dormancy(&mut self, rule: &Dormancy, history: &History, now: Millis, zone: Tz) {
        let Some(found) = dormancy::judge(rule, history, now, zone) else {
            return self.take_nobody(Kind::Dormancy, history.grows_at);
        };
        self.standings.push(Standing {
            kind: Kind::Dormancy,
            value: found.state.as_str().into(),
            since: found.since,
            reached: None,
            due_at: found.turns_at,
        });
        let is_dormant = found.state == dormancy::State::Dormant;
        self.set(key::DORMANT, is_dormant.into());
        self.set(key::DORMANT_FROM, found.dormant_from.to_string().into());
        if let Some(cycle) = found.silence.cycle {
            self.set(key::CYCLE, number(cycle.half_days()));
        }
    }

    fn take_stage(&mut self, found: Option<lifecycle::Found>) {
        let Some(found) = found else { return };
        self.standings.push(Standing {
            kind: Kind::Lifecycle,
            value: found.stage.as_str().into(),
            since: found.since,
            reached: Some(found.reached),
            due_at: found.look_at,
        });
        self.set(key::STAGE, found.stage.as_str().into());
        self.set(key::STAGE_SINCE, found.since.to_string().into());
    }

    fn take_rank(&mut self, rule: &Ranks, found: &rank::Found) {
        let name = rule.name(found.level);
        self.standings.push(Standing {
            kind: Kind::Rank,
            value: name.to_owned().into(),
            since: found.since,
            reached: i16::try_from(found.reached).ok(),
            due_at: found.look_at,
        });
        if found.level > 0 {
            self.set(key::RANK, name.into());
            self.set(key::RANK_LEVEL, found.level.into());
            self.set(key::RANK_SINCE, found.since.to_string().into());
        }
        if let Some((at, _)) = found.turns.filter(|(_, level)| *level < found.level) {
            self.set(key::RANK_UNTIL, at.to_string().into());
        }
        let Some(next) = rule.rank(found.level + 1) else {
            return;
        };
        let missing = next.missing(found.counted);
        self.set(key::RANK_NEXT, next.name.clone().into());
        if let Some(money) = missing.money {
            self.set(key::RANK_NEXT_SPEND, money.into());
        }
        if let Some(orders) = missing.orders {
            self.set(key::RANK_NEXT_ORDERS, orders.into());
        }
    }

    fn take_score(&mut self, rule: &Score, person: &Person, now: Millis, zone: Tz) {
        let mut own = person.acts.iter().filter(|act| rule.is_about(act));
        let judged = rule
            .fits(&person.attributes)
            .filter(|_| person.is_known || own.next().is_some());
        if let Some(judged) = judged {
            self.set(key::FIT, judged.points.into());
            self.set(key::GRADE, judged.grade.into());
        }
        let Some(found) = score::judge(rule, &person.acts, now, zone) else {
            let own = person.acts.iter().filter(|act| rule.is_about(act));
            let ahead = own.map(|act| act.at);
            let next = ahead.filter(|at| *at >= now.0).min();
            return self.take_nobody(Kind::Score, next.map(|at| Millis(at).plus(1)));
        };
        self.standings.push(Standing {
            kind: Kind::Score,
            value: found.side.as_str().into(),
            since: found.since,
            reached: None,
            due_at: found.look_at,
        });
        self.set(key::SCORE, found.score.into());
        self.set(key::SCORE_ABOVE, (found.side == score::Side::Above).into());
        self.set(key::SCORE_SINCE, found.since.to_string().into());
    }

    fn take_tastes(&mut self, found: &Tastes) {
        for taste in &found.all {
            let fields = taste.dimension.fields();
            let Some(first) = taste.top.first() else {
                continue;
            };
            self.set(fields.favourite, first.value.clone().into());
            self.set(fields.share, first.percent.into());
            match (fields.top, taste.level) {
                (Some(top), _) => {
                    let values: Vec<&str> = taste.top.iter().map(|one| &*one.value).collect();
                    self.set(top, values.into());
                }
                (None, level) => self.set(key::PRICE_LEVEL, level.into()),
            }
        }
        let Some(lead) = found.lead() else {
            return self.take_nobody(Kind::Affinity, found.look_at);
        };
        self.standings.push(Standing {
            kind: Kind::Affinity,
            value: lead.favourite().to_owned().into(),
            since: lead.since,
            reached: None,
            due_at: found.look_at,
        });
    }

    /// Somebody of whom nothing can be said yet, but whose first order or act lies ahead, must be looked at then.
    fn take_nobody(&mut self, kind: Kind, grows_at: Option<Millis>) {
        if let Some(at) = grows_at {
            self.standings.push(Standing {
                kind,
                value: NOBODY.into(),
                since: at,
                reached: None,
                due_at: Some(at),
            });
        }
    }

    fn set(&mut self, key: &str, value: Json) {
        self.attributes.insert(key.to_owned(), value);
    }
}

/// The stored word of somebody of whom a rule says nothing yet.
pub const NOBODY: &str = "";

fn itself(name: &str) -> (String, Bilingual) {
    (name.to_owned(), Bilingual::new(name, name))
}

/// Halves as a number: whole ones without a fraction.
fn number(halves: i64) -> Json {
    if halves % 2 == 0 {
        Json::from(halves / 2)
    } else {
        #[expect(clippy::cast_precision_loss, reason = "days are few")]
        let days = halves as f64 / 2.0;
        Json::from(days)
    }
}
