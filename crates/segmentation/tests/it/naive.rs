//! The meaning of the language, written down a second time as plainly as possible.

use chrono::{DateTime, Datelike, NaiveDate, Timelike};
use chrono_tz::Tz;
use kernel::time::Millis;
use segmentation::language::{
    Answer, AnswerKind, Bounds, Channel, Consent, ConsentState, CountOf, DateTest, Document,
    EventTest, Events, Fact, Field, Filter, Fold, Moment, Node, OneOf, Reachable, Source, Test,
    TextTest, Window,
};
use serde_json::Value as Json;

mod calendar;
mod measure;
mod past;
mod place;
mod sequence;
mod value;

pub(crate) use self::value::part;
use self::value::{compare, list, number, text};
use crate::flaws::Flaw;
use crate::world::{Happening, Person, WORKSPACE, World};

pub(crate) struct Naive<'a> {
    pub(crate) world: &'a World,
    pub(crate) now: Millis,
    pub(crate) zone: Tz,
    pub(crate) segments: Vec<(kernel::id::SegmentId, Document)>,
    /// What is read wrongly on purpose.
    pub(crate) flaw: Option<Flaw>,
}

/// True, false or unknown.
type Truth = Option<bool>;

impl Naive<'_> {
    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    pub(crate) fn members(&self, node: &Node) -> Vec<i64> {
        let people = self
            .world
            .people
            .iter()
            .filter(|person| person.state == 0 || self.has(Flaw::MergedStay) && person.state == 1)
            .filter(|person| person.workspace == WORKSPACE);
        let mut members: Vec<i64> = people
            .filter(|person| self.truth(node, person) == Some(true))
            .map(|person| person.id)
            .collect();
        members.sort_unstable();
        members
    }

    pub(crate) fn truth(&self, node: &Node, person: &Person) -> Truth {
        let each = |members: &[Node]| -> Vec<Truth> {
            members
                .iter()
                .map(|member| self.truth(member, person))
                .collect()
        };
        match node {
            Node::All(members) => match each(members) {
                all if all.contains(&Some(false)) => Some(false),
                all if all.contains(&None) => None,
                _ => Some(true),
            },
            Node::Any(members) => match each(members) {
                all if all.contains(&Some(true)) => Some(true),
                all if all.contains(&None) => None,
                _ => Some(false),
            },
            Node::Not(inner) if self.has(Flaw::UnknownIsFalse) => {
                Some(self.truth(inner, person) != Some(true))
            }
            Node::Not(inner) => self.truth(inner, person).map(|truth| !truth),
            Node::Fact(fact) => self.fact(fact, person),
            Node::Events(events) => self.events(events, person),
            Node::Sequence(sequence) => Some(self.sequence(sequence, person)),
            Node::Message(answer) => Some(self.message(answer, person)),
            Node::Consent(consent) => Some(self.consent(consent, person)),
            Node::Reachable(reachable) => Some(self.reachable(reachable, person)),
            Node::Share(share) => {
                let part = part(&share.salt, person.id);
                let (from, until) = ((share.from * 100.0).round(), (share.until * 100.0).round());
                let is_before = part < until || self.has(Flaw::ShareEndIncluded) && part <= until;
                Some(from <= part && is_before)
            }
            Node::Segment(segment) => {
                let (_, document) = self
                    .segments
                    .iter()
                    .find(|(id, _)| *id == segment.id)
                    .unwrap();
                Some(self.truth(&document.root, person) == Some(true))
            }
            Node::WasIn(was_in) => self.was_in(was_in, person),
            Node::List(list) => Some(self.is_on(*list, person)),
            Node::Standing(standing) => crate::standing::plain(self, standing, person),
        }
    }

    fn fact(&self, fact: &Fact, person: &Person) -> Truth {
        let value = match &fact.of {
            Source::Attribute(key) => person.attributes.get(key).cloned(),
            Source::Field(Field::Email) => person.email.clone().map(Json::from),
            Source::Field(Field::FullName) => person.name.clone().map(Json::from),
            Source::Field(Field::IsAnonymous) => Some(Json::from(person.is_anonymous)),
            Source::Field(Field::FirstSeenAt) => {
                let Test::Date(test) = &fact.test else {
                    return Some(fact.test == Test::Exists);
                };
                return Some(self.instant(Millis(person.first_seen_at), test));
            }
            Source::Field(other) => panic!("{other:?} is not in the tests' world"),
        };
        self.value(value.as_ref(), &fact.test, fact.fold)
    }

    fn message(&self, answer: &Answer, person: &Person) -> bool {
        let name = match answer.kind {
            AnswerKind::Sent => "message_sent",
            AnswerKind::Opened => "message_opened",
            AnswerKind::Clicked => "message_clicked",
        };
        let campaigns: Vec<i64> = answer.campaigns.iter().map(|id| id.raw()).collect();
        let human = |event: &&Happening| {
            event.profile == person.id && event.name == name && event.flags & 1 == 0
        };
        let answered = self.world.events.iter().filter(human);
        let n = answered
            .filter(|event| self.in_window(event.at, answer.within))
            .filter(|event| {
                campaigns.is_empty() || event.campaign.is_some_and(|id| campaigns.contains(&id))
            })
            .count();
        compare(i64::try_from(n).unwrap(), answer.count)
    }

    fn consent(&self, consent: &Consent, person: &Person) -> bool {
        let found = person
            .consents
            .iter()
            .find(|(c, p, _, _)| *c == consent.channel && *p == consent.purpose);
        let state = match found {
            Some((_, _, false, _)) => ConsentState::Withdrawn,
            Some((_, _, true, expires))
                if expires.is_none_or(|at| at > self.now.0 || self.has(Flaw::ConsentNeverEnds)) =>
            {
                ConsentState::Granted
            }
            _ => ConsentState::None,
        };
        state == consent.state
    }

    fn reachable(&self, reachable: &Reachable, person: &Person) -> bool {
        if reachable.channel == Channel::Line {
            let refused = person
                .consents
                .iter()
                .any(|said| matches!(said, ("line", "marketing", false, _)));
            return person.line == Some(0) && !refused;
        }
        if reachable.channel == Channel::Push {
            let refused = person
                .consents
                .iter()
                .any(|said| matches!(said, ("push", "marketing", false, _)));
            return person.has_device && !refused;
        }
        let suppressed = self
            .world
            .people
            .iter()
            .any(|other| other.is_suppressed && other.email == person.email);
        let consented = person
            .consents
            .iter()
            .any(|(channel, purpose, granted, expires)| {
                *channel == "email"
                    && *purpose == "marketing"
                    && *granted
                    && expires.is_none_or(|at| at > self.now.0)
            });
        person.email.is_some() && consented && !suppressed
    }

    fn matching(&self, events: &Events, person: &Person) -> Vec<&Happening> {
        let own = |event: &&Happening| event.profile == person.id;
        let own = self.world.events.iter().filter(own);
        own.filter(|event| self.in_window(event.at, events.within))
            .filter(|event| self.is_since(events, event))
            .filter(|event| self.fits(&events.names, &events.filters, events.machine, event))
            .collect()
    }

    fn events(&self, events: &Events, person: &Person) -> Truth {
        let matching = self.matching(events, person);
        let lines = i64::try_from(matching.len()).unwrap();
        match &events.test {
            EventTest::Never => Some(lines == 0),
            EventTest::Count(CountOf::Lines(test)) => Some(compare(lines, *test)),
            EventTest::Count(CountOf::Times(test)) if self.has(Flaw::LinesAreTimes) => {
                Some(compare(lines, *test))
            }
            EventTest::Count(CountOf::Times(test)) => {
                let mut orders: Vec<(bool, i64)> = matching
                    .iter()
                    .map(|event| event.order.map_or((false, event.id), |order| (true, order)))
                    .collect();
                orders.sort_unstable();
                orders.dedup();
                Some(compare(i64::try_from(orders.len()).unwrap(), *test))
            }
            EventTest::Amount(test) => Some(compare(
                matching
                    .iter()
                    .filter(|e| e.flags & 8 == 0 || self.has(Flaw::ForeignCounts))
                    .filter_map(|e| e.amount)
                    .sum(),
                *test,
            )),
            EventTest::Quantity(test) => Some(compare(
                matching.iter().filter_map(|e| e.quantity).sum(),
                *test,
            )),
            EventTest::Latest(test) => {
                let latest = matching.iter().map(|e| e.at).max();
                latest.map(|at| self.instant(Millis(at), test))
            }
            EventTest::First(test) => {
                let first = matching.iter().map(|e| e.at).min();
                first.map(|at| self.instant(Millis(at), test))
            }
            EventTest::Sum(_)
            | EventTest::Average(_)
            | EventTest::Minimum(_)
            | EventTest::Maximum(_)
            | EventTest::Distinct(_) => measure::judge(&matching, &events.test, self.flaw),
        }
    }

    fn filter(&self, event: &Happening, filter: &Filter) -> Truth {
        match filter {
            Filter::Product(one_of) => {
                // A product without a number in the dictionary was never stored with the event.
                if self.has(Flaw::NotInTakesAbsent) && event.product.is_none() {
                    return Some(matches!(one_of, OneOf::NotIn(_)));
                }
                let sku = event.product.as_ref()?;
                Some(match one_of {
                    OneOf::In(values) => values.contains(sku),
                    OneOf::NotIn(values) => !values.contains(sku),
                })
            }
            Filter::Category(one_of) => {
                let path = event.category.as_ref()?;
                let within = |above: &String| {
                    let below = format!("{above} > ");
                    path == above || path.starts_with(&below) && !self.has(Flaw::CategoryAlone)
                };
                Some(match one_of {
                    OneOf::In(values) => values.iter().any(within),
                    OneOf::NotIn(values) => !values.iter().any(within),
                })
            }
            Filter::Amount(_) if event.flags & 8 != 0 => Some(false),
            Filter::Amount(test) => event.amount.map(|amount| compare(amount, *test)),
            Filter::Quantity(test) => event.quantity.map(|quantity| compare(quantity, *test)),
            Filter::Campaign(ids) => event
                .campaign
                .map(|id| ids.iter().any(|one| one.raw() == id)),
            Filter::Weekday(days) => {
                let day = self.local(event.at).weekday().to_string();
                Some(days.iter().any(|one| format!("{one:?}").starts_with(&day)))
            }
            Filter::Hour(hours) => {
                let (mut hour, own) = (u32::from(hours.from), self.hour(event.at));
                // Round the dial until the end.
                loop {
                    if hour == own {
                        break Some(true);
                    }
                    hour = (hour + 1) % 24;
                    if hour == u32::from(hours.until) % 24 {
                        break Some(self.has(Flaw::HourEndIncluded) && hour == own);
                    }
                }
            }
            Filter::Property(property) => {
                let value = event
                    .properties
                    .as_ref()
                    .and_then(|all| all.get(&property.key));
                self.value(value, &property.test, property.fold)
            }
        }
    }

    pub(crate) fn in_window(&self, at: i64, window: Window) -> bool {
        let now = self.now.0;
        (at < now || self.has(Flaw::NowIncluded) && at == now)
            && match window {
                Window::Ever => true,
                Window::Last(span) if self.has(Flaw::FirstInstantLeftOut) => {
                    now - span.millis() < at
                }
                Window::Last(span) => now - span.millis() <= at,
                Window::This(unit) => {
                    let count = |at| calendar::count(unit, self.local(at), self.flaw);
                    count(at) == count(now)
                }
                Window::LastFull(span) => {
                    let (n, unit) = span.parts();
                    let count = |at| calendar::count(unit, self.local(at), self.flaw);
                    (1..=i64::from(n)).contains(&(count(now) - count(at)))
                }
                Window::Between(Bounds { from, until }) => {
                    from.is_none_or(|from| self.first(from) <= at)
                        && until.is_none_or(|until| match until {
                            Moment::Date(day) => self.local(at) <= day,
                            other => at < self.first(other),
                        })
                }
            }
    }

    pub(crate) fn local(&self, at: i64) -> NaiveDate {
        if self.has(Flaw::DaysOfUtc) {
            return DateTime::from_timestamp_millis(at).unwrap().date_naive();
        }
        DateTime::from_timestamp_millis(at)
            .unwrap()
            .with_timezone(&self.zone)
            .date_naive()
    }

    fn hour(&self, at: i64) -> u32 {
        let utc = DateTime::from_timestamp_millis(at).unwrap();
        utc.with_timezone(&self.zone).hour()
    }

    /// The first instant of a moment; Tokyo has no summer time, so a day begins nine hours early.
    pub(crate) fn first(&self, moment: Moment) -> i64 {
        assert_eq!(self.zone, Tz::Asia__Tokyo);
        match moment {
            Moment::Date(day) => {
                day.and_hms_opt(0, 0, 0)
                    .unwrap()
                    .and_utc()
                    .timestamp_millis()
                    - 9 * kernel::time::HOUR
            }
            Moment::Instant(at) => at.0,
            Moment::Ago(span) => self.now.0 - span.millis(),
            Moment::Ahead(span) => self.now.0 + span.millis(),
        }
    }

    fn day(&self, moment: Moment) -> NaiveDate {
        match moment {
            Moment::Date(day) => day,
            other => self.local(self.first(other)),
        }
    }

    fn instant(&self, value: Millis, test: &DateTest) -> bool {
        let (day, at) = (self.local(value.0), value.0);
        // Earlier than, within, or later than the moment.
        let side = |moment: Moment| match moment {
            Moment::Date(other) => day.cmp(&other),
            other => at.cmp(&self.first(other)),
        };
        match test {
            DateTest::On(moment) => day == self.day(*moment),
            DateTest::NotOn(moment) => day != self.day(*moment),
            DateTest::Before(moment) => side(*moment).is_lt(),
            DateTest::After(moment) => side(*moment).is_gt(),
            DateTest::OnOrBefore(moment) => side(*moment).is_le(),
            DateTest::OnOrAfter(moment) => side(*moment).is_ge(),
            DateTest::Between([first, last]) => side(*first).is_ge() && side(*last).is_le(),
            DateTest::MonthIn(_) | DateTest::ThisMonth | DateTest::Anniversary(_) => {
                unreachable!("refused for instants")
            }
        }
    }

    fn value(&self, value: Option<&Json>, test: &Test, fold: Fold) -> Truth {
        let value = value.filter(|value| !value.is_null());
        let fold = if self.has(Flaw::FoldForgotten) {
            Fold::Exact
        } else {
            fold
        };
        match test {
            Test::Text(TextTest::NotEquals(_))
                if value.is_none() && self.has(Flaw::AbsentDiffers) =>
            {
                Some(true)
            }
            Test::Exists => Some(value.is_some()),
            Test::Missing => Some(value.is_none()),
            Test::Boolean(wanted) => value?.as_bool().map(|found| found == *wanted),
            Test::Number(test) => value?.as_f64().map(|found| number(found, test)),
            Test::Text(test) => value?.as_str().map(|found| text(found, test, fold)),
            Test::List(test) => value?.as_array().map(|found| list(found, test, fold)),
            Test::Place(test) => place::judge(value?.as_str()?, test, self.flaw),
            Test::Date(test) => self.date(value?.as_str()?, test),
        }
    }

    fn date(&self, text: &str, wanted: &DateTest) -> Truth {
        if let Some(born) = text.strip_prefix("--").filter(|born| born.len() == 5) {
            // In a leap year, so that every day is one.
            let born: NaiveDate = format!("1904-{born}").parse().ok()?;
            return match wanted {
                DateTest::MonthIn(months) => {
                    Some(months.iter().any(|month| u32::from(*month) == born.month()))
                }
                DateTest::ThisMonth => Some(self.local(self.now.0).month() == born.month()),
                DateTest::Anniversary(_) if self.has(Flaw::YearlessHasNoDay) => None,
                DateTest::Anniversary(wanted) if !wanted.turns.is_empty() => {
                    self.has(Flaw::YearlessIsAnyAge).then_some(true)
                }
                DateTest::Anniversary(wanted) => {
                    let today = self.local(self.now.0);
                    Some(calendar::anniversary(wanted, born, today, self.flaw))
                }
                _ => None,
            };
        }
        if text.len() != 10 {
            if !text.ends_with('Z')
                || matches!(
                    wanted,
                    DateTest::MonthIn(_) | DateTest::ThisMonth | DateTest::Anniversary(_)
                )
            {
                return None;
            }
            return Millis::parse(text).map(|instant| self.instant(instant, wanted));
        }
        let day: NaiveDate = text.parse().ok()?;
        Some(match wanted {
            DateTest::On(moment) => day == self.day(*moment),
            DateTest::NotOn(moment) => day != self.day(*moment),
            DateTest::Before(moment) => day < self.day(*moment),
            DateTest::After(moment) => day > self.day(*moment),
            DateTest::OnOrBefore(moment) => day <= self.day(*moment),
            DateTest::OnOrAfter(moment) => day >= self.day(*moment),
            DateTest::Between([first, last]) => self.day(*first) <= day && day <= self.day(*last),
            DateTest::MonthIn(months) => {
                months.iter().any(|month| u32::from(*month) == day.month())
            }
            DateTest::ThisMonth => self.local(self.now.0).month() == day.month(),
            DateTest::Anniversary(wanted) => {
                calendar::anniversary(wanted, day, self.local(self.now.0), self.flaw)
            }
        })
    }
}
