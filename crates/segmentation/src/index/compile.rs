//! From a tree to a compiled rule.

use index::{
    Aggregate, ColumnKey, EventFilter, EventQuery, NumberTest, OneOf, Range, ValueRef, ValueTest,
};

use super::{
    date, measure,
    rule::{Ask, Condition, Rule},
    sequence::Steps,
    since::After,
    standing::Stand,
    value,
};
use crate::{
    language::{
        self, Channel, Clock, Compare, Consent, ConsentState, CountOf, DateTest, Dealer, EventTest,
        Events, Fact, Filter, Fold, Machine, Node, Picked, Sequence, Since, Source, Test, TextTest,
        WasIn, Window, hour, weekday,
    },
    resolve::{At, Resolved},
    sql::{Roll, answer_events},
};

/// Compiles nodes with what their words stand for.
pub(super) struct Compiler<'a> {
    pub(super) at: &'a At,
    pub(super) resolved: &'a Resolved,
}

impl Compiler<'_> {
    pub(super) fn node(&self, node: &Node) -> Rule {
        let each = |members: &[Node]| members.iter().map(|member| self.node(member)).collect();
        match node {
            Node::All(members) => Rule::All(each(members)),
            Node::Any(members) => Rule::Any(each(members)),
            Node::Not(inner) => Rule::Not(Box::new(self.node(inner))),
            Node::Fact(fact) => self.fact(fact),
            Node::Events(events) => self.events(events),
            Node::Sequence(sequence) => self.sequence(sequence),
            Node::Message(answer) => self.events(&answer_events(answer)),
            Node::Consent(consent) => self.consent(consent),
            Node::Reachable(reachable) => match reachable.channel {
                Channel::Email => self.mailable(),
                Channel::Line | Channel::Push => self.who_follows(reachable.channel),
            },
            Node::Segment(segment) => match self.resolved.segment(segment.id) {
                Some(document) => Rule::Certainly(Box::new(self.node(&document.root))),
                None => Rule::Any(Vec::new()),
            },
            Node::Share(share) => {
                let (from, until) = share.parts();
                let dealer = Dealer::new(&share.salt);
                let test = NumberTest::new(move |id| (from..until).contains(&dealer.part(id)));
                lasting(
                    Ask::Profile(test),
                    serde_json::to_string(share).unwrap_or_default(),
                )
            }
            Node::WasIn(was_in) => self.was_in(was_in),
            Node::List(list) => {
                let roll = Roll::List(list.id);
                let among = self.resolved.among(roll);
                let written = format!("on {} {:x}", list.id, among.checksum);
                lasting(Ask::Among(roll, among), written)
            }
            Node::Standing(standing) => {
                let ask = Ask::Standing(Box::new(Stand::new(standing, self.at)));
                self.moving(ask, serde_json::to_string(standing).unwrap_or_default())
            }
        }
    }

    /// A condition whose answer changes as time goes on.
    fn moving(&self, ask: Ask, written: String) -> Rule {
        Rule::Leaf(Box::new(Condition {
            ask,
            written,
            moment: self.at.now.0,
        }))
    }

    fn was_in(&self, was_in: &WasIn) -> Rule {
        let roll = Roll::WasIn(*was_in);
        let among = self.resolved.among(roll);
        let words = serde_json::to_string(was_in).unwrap_or_default();
        let (known, checksum) = (among.otherwise, among.checksum);
        self.moving(
            Ask::Among(roll, among),
            format!("was in {words} {known:?} {checksum:x}"),
        )
    }

    fn fact(&self, fact: &Fact) -> Rule {
        let key = match &fact.of {
            Source::Field(field) => ColumnKey::field(field.name()),
            Source::Attribute(key) => ColumnKey::attribute(key),
        };
        let written = serde_json::to_string(fact).unwrap_or_default();
        // A whole text that is compared as it is can be looked up.
        if let (Test::Text(test), Fold::Exact) = (&fact.test, fact.fold) {
            let looked_up = |texts: &[String]| {
                lasting(Ask::OneOf(key.clone(), texts.to_vec()), written.clone())
            };
            let not = |rule| Rule::Not(Box::new(rule));
            match test {
                TextTest::Equals(one) => return looked_up(std::slice::from_ref(one)),
                TextTest::In(texts) => return looked_up(texts),
                TextTest::NotEquals(one) => return not(looked_up(std::slice::from_ref(one))),
                TextTest::NotIn(texts) => return not(looked_up(texts)),
                _ => {}
            }
        }
        let ask = Ask::Value(key, value::test(&fact.test, fact.fold, self.at));
        match fact.test {
            Test::Date(_) => self.moving(ask, written),
            _ => lasting(ask, written),
        }
    }

    fn query(&self, picked: Picked<'_>, within: Window) -> EventQuery {
        let (from, until) = within.range(self.at.now, self.at.zone);
        let names = picked.names.iter();
        let names = names.filter_map(|name| i32::try_from(self.resolved.name(name)?).ok());
        let mut filters: Vec<EventFilter> = Vec::new();
        if picked.machine == Machine::Excluded {
            filters.push(EventFilter::Human);
        }
        filters.extend(picked.filters.iter().map(|filter| self.filter(filter)));
        EventQuery {
            names: names.collect(),
            from: from.map(|from| from.0),
            until: until.0,
            filters,
        }
    }

    fn sequence(&self, sequence: &Sequence) -> Rule {
        let picks = sequence.picks();
        let mut letters: Vec<EventQuery> = picks
            .into_iter()
            .map(|(_, picked)| self.query(picked, sequence.within))
            .collect();
        let now = self.at.now.0;
        if sequence.then_not.is_some()
            && let Some(last) = letters.last_mut()
        {
            // What must not follow may lie beyond the end of the window.
            last.until = now;
        }
        let words = serde_json::to_string(sequence).unwrap_or_default();
        let written = format!("sequence {words} {letters:?}");
        let ask = Ask::Sequence(Box::new(Steps::new(sequence, letters, now)));
        self.moving(ask, written)
    }

    fn events(&self, events: &Events) -> Rule {
        let query = self.query(events.picked(), events.within);
        // With the numbers that its words stand for: a category may get another below it.
        let words = serde_json::to_string(events).unwrap_or_default();
        let written = format!("{words} {query:?}");
        let ask = |aggregate, range| Ask::Events(query.clone(), aggregate, range);
        let ask = match &events.test {
            EventTest::Never => ask(Aggregate::Lines, Range::at_most(0)),
            EventTest::Count(CountOf::Times(compare)) => ask(Aggregate::Times, range(*compare)),
            EventTest::Count(CountOf::Lines(compare)) => ask(Aggregate::Lines, range(*compare)),
            EventTest::Amount(compare) => ask(Aggregate::Amount, range(*compare)),
            EventTest::Quantity(compare) => ask(Aggregate::Quantity, range(*compare)),
            EventTest::Latest(test) => ask(Aggregate::Latest, self.instants(test)),
            EventTest::First(test) => ask(Aggregate::First, self.instants(test)),
            EventTest::Sum(property) => measure::sum_of(query, property),
            EventTest::Average(measured) => measure::average(query, measured),
            EventTest::Minimum(measured) => measure::least(query, measured),
            EventTest::Maximum(measured) => measure::greatest(query, measured),
            EventTest::Distinct(distinct) => measure::different(query, distinct),
        };
        let Some(since) = &events.since else {
            return self.moving(ask, written);
        };
        let of = self.query(since.selector().picked(), Window::Ever);
        let written = format!("{written} after {of:?}");
        let which = match since {
            Since::Latest(_) => Aggregate::Latest,
            Since::First(_) => Aggregate::First,
        };
        let after = After {
            of,
            which,
            asked: ask,
        };
        self.moving(Ask::After(Box::new(after)), written)
    }

    /// Returns the stretch of instants that a test asks for. Months are refused for instants.
    fn instants(&self, test: &DateTest) -> Range {
        match test.interval(self.at.now, self.at.zone) {
            Some((interval, outside)) => date::instants(interval, outside),
            None => Range::within(i64::MAX, i64::MIN),
        }
    }

    fn filter(&self, filter: &Filter) -> EventFilter {
        let one_of = |is_in: bool, numbers: Vec<i64>| {
            if is_in {
                OneOf::is_in(numbers)
            } else {
                OneOf::not_in(numbers)
            }
        };
        let is_in = |one_of: &language::OneOf| matches!(one_of, language::OneOf::In(_));
        match filter {
            Filter::Product(wanted) => {
                let numbers = wanted.values().iter();
                let numbers = numbers.filter_map(|value| self.resolved.product(value));
                EventFilter::Product(one_of(is_in(wanted), numbers.collect()))
            }
            Filter::Category(wanted) => {
                let numbers = wanted.values().iter();
                let numbers = numbers.flat_map(|value| self.resolved.category(value));
                EventFilter::Category(one_of(is_in(wanted), numbers.copied().collect()))
            }
            Filter::Amount(compare) => EventFilter::Amount(range(*compare)),
            Filter::Quantity(compare) => EventFilter::Quantity(range(*compare)),
            Filter::Campaign(ids) => {
                EventFilter::Campaign(OneOf::is_in(ids.iter().map(|id| id.raw()).collect()))
            }
            Filter::Weekday(days) => {
                let days: Vec<i64> = days.iter().map(|day| day.number().into()).collect();
                let clock = Clock::new(self.at.zone, self.at.now);
                let test = move |at| days.contains(&weekday(clock.local(at)));
                EventFilter::Instant(NumberTest::new(test))
            }
            Filter::Hour(hours) => {
                let hours: Vec<i64> = hours.list().into_iter().map(i64::from).collect();
                let clock = Clock::new(self.at.zone, self.at.now);
                let test = move |at| hours.contains(&hour(clock.local(at)));
                EventFilter::Instant(NumberTest::new(test))
            }
            Filter::Property(property) => EventFilter::Property(
                property.key.as_str().into(),
                value::test(&property.test, property.fold, self.at),
            ),
        }
    }

    fn consent(&self, consent: &Consent) -> Rule {
        let (channel, purpose) = (consent.channel.as_str(), consent.purpose.as_str());
        let said = |wanted: Option<bool>| {
            let test = ValueTest::new(move |value| {
                Some(match value {
                    Some(ValueRef::Boolean(granted)) => wanted == Some(granted),
                    _ => wanted.is_none(),
                })
            });
            let key = ColumnKey::Consent(channel.into(), purpose.into());
            lasting(
                Ask::Value(key, test),
                format!("consent {channel} {purpose} {wanted:?}"),
            )
        };
        match consent.state {
            ConsentState::Withdrawn => said(Some(false)),
            ConsentState::Granted => {
                Rule::All(vec![said(Some(true)), self.lasts(channel, purpose)])
            }
            ConsentState::None => {
                let has_ended = Rule::Not(Box::new(self.lasts(channel, purpose)));
                Rule::Any(vec![
                    said(None),
                    Rule::All(vec![said(Some(true)), has_ended]),
                ])
            }
        }
    }

    /// A permission has no end, or one that is still to come.
    fn lasts(&self, channel: &str, purpose: &str) -> Rule {
        let now = self.at.now.0;
        let test = ValueTest::new(move |end| {
            Some(match end {
                Some(ValueRef::Instant(end)) => end > now,
                _ => true,
            })
        });
        let key = ColumnKey::ConsentEnd(channel.into(), purpose.into());
        self.moving(
            Ask::Value(key, test),
            format!("consent {channel} {purpose} lasts"),
        )
    }

    /// The same as `profiles::consent::line_sql` and `push_sql`.
    fn who_follows(&self, channel: Channel) -> Rule {
        let said = |purpose: &str, state| {
            self.consent(&Consent {
                channel: channel.as_str().to_owned(),
                purpose: purpose.to_owned(),
                state,
            })
        };
        Rule::All(vec![
            said(profiles::consent::FOLLOWS, ConsentState::Granted),
            Rule::Not(Box::new(said("marketing", ConsentState::Withdrawn))),
        ])
    }

    fn mailable(&self) -> Rule {
        let email = || ColumnKey::field("email");
        let has_address = ValueTest::new(|value| Some(value.is_some()));
        let suppressed = Ask::Suppressed(email(), "email");
        Rule::All(vec![
            lasting(
                Ask::Value(email(), has_address),
                "has an email address".to_owned(),
            ),
            self.consent(&Consent {
                channel: "email".to_owned(),
                purpose: "marketing".to_owned(),
                state: ConsentState::Granted,
            }),
            Rule::Not(Box::new(lasting(suppressed, "is suppressed".to_owned()))),
        ])
    }
}

/// A condition that looks at no time.
fn lasting(ask: Ask, written: String) -> Rule {
    Rule::Leaf(Box::new(Condition {
        ask,
        written,
        moment: 0,
    }))
}

/// Writes a comparison as a stretch of whole numbers.
fn range(compare: Compare) -> Range {
    let nothing = Range::within(i64::MAX, i64::MIN);
    match compare {
        Compare::Equals(n) => Range::within(n, n),
        Compare::NotEquals(n) => Range::within(n, n).inverted(),
        Compare::LessThan(n) => n.checked_sub(1).map_or(nothing, Range::at_most),
        Compare::AtMost(n) => Range::at_most(n),
        Compare::GreaterThan(n) => n.checked_add(1).map_or(nothing, Range::at_least),
        Compare::AtLeast(n) => Range::at_least(n),
        Compare::Between([low, high]) => Range::within(low, high),
    }
}
