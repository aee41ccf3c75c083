//! Everything that is computed of one customer, by all rules of a workspace.

use chrono_tz::Tz;
use kernel::time::Millis;
use profiles::computed::bought::Person;
use serde_json::{Map, Value as Json};

use crate::{
    dormancy::{self, Dormancy},
    history::History,
    lifecycle::{self, Known, Lifecycle},
    rule::{Kind, key},
};

/// The rules of a workspace, and the zone that its days are of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// Purchase cycle and dormancy.
    pub dormancy: Option<Dormancy>,
    /// Lifecycle stage.
    pub lifecycle: Option<Lifecycle>,
    /// The zone.
    pub zone: Tz,
}

/// How a customer stands by one rule, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// By which rule.
    pub kind: Kind,
    /// Where: `active`, `dormant`, or a stage.
    pub value: &'static str,
    /// Since when.
    pub since: Millis,
    /// The highest stage that she ever was in.
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
    /// Computes everything of one customer.
    pub fn compute(&self, person: &Person, now: Millis) -> Computed {
        let history = History::at(&person.events, now);
        let mut computed = Computed::default();
        if let Some(rule) = &self.dormancy {
            computed.take_dormancy(rule, &history, now, self.zone);
        }
        if let (Some(rule), Some(dormancy)) = (&self.lifecycle, &self.dormancy) {
            let known = Known {
                is_known: person.is_known,
                since: Millis(person.created_at),
            };
            let found = lifecycle::judge(rule, dormancy, (known, &history), now, self.zone);
            computed.take_stage(found);
        }
        computed
    }
}

impl Computed {
    fn take_dormancy(&mut self, rule: &Dormancy, history: &History, now: Millis, zone: Tz) {
        let Some(found) = dormancy::judge(rule, history, now, zone) else {
            return self.take_nobody(Kind::Dormancy, history);
        };
        self.standings.push(Standing {
            kind: Kind::Dormancy,
            value: found.state.as_str(),
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
            value: found.stage.as_str(),
            since: found.since,
            reached: Some(found.reached),
            due_at: found.look_at,
        });
        self.set(key::STAGE, found.stage.as_str().into());
        self.set(key::STAGE_SINCE, found.since.to_string().into());
    }

    /// Somebody of whom nothing can be said yet, but whose first order lies ahead, must be looked at then.
    fn take_nobody(&mut self, kind: Kind, history: &History) {
        if let Some(at) = history.grows_at {
            self.standings.push(Standing {
                kind,
                value: NOBODY,
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
