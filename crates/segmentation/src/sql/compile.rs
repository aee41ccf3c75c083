//! From a tree to the text of one statement.

use kernel::id::ProfileId;
use storage::{Dialect, Value};

use super::{
    binds::Binds,
    date::instant_sql,
    event::{self, Aggregate, Measure, Part, answer_name, scans_sql},
    filter::{compare_sql, scaled_sql},
    roll::Roll,
    sequence,
    standing::Standings,
    value::{Column, test_sql},
};
use crate::{
    language::{
        Answer, Channel, Compare, Consent, ConsentState, CountOf, DateTest, Dealer, Distinct,
        Document, EventTest, Events, Filter, InSegment, Machine, Measured, Node, Place, Sequence,
        Source, Standing, children,
    },
    resolve::{At, Resolved},
};

/// Whom a statement looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Every active customer of the workspace.
    Everybody,
    /// One customer.
    Only(ProfileId),
}

impl Scope {
    const fn only(self) -> Option<i64> {
        match self {
            Self::Everybody => None,
            Self::Only(profile) => Some(profile.raw()),
        }
    }
}

/// The expression of a node.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    pub(crate) sql: String,
}

/// Compiles trees into one statement.
pub(crate) struct Compiler<'a> {
    at: &'a At,
    resolved: &'a Resolved,
    pub(crate) binds: Binds,
    measures: Vec<Measure>,
    /// Further joins, each at most one row a profile.
    joins: Vec<String>,
    /// Permissions already joined, by channel and purpose.
    consents: Vec<(String, String)>,
    /// Buyers with their groups, a table a window.
    standings: Vec<Standings>,
    /// Rolls of people, a table each.
    rolls: Vec<Roll>,
    /// Sequences, a table of those who have it each.
    sequences: Vec<Sequence>,
    scope: Scope,
}

impl<'a> Compiler<'a> {
    pub(crate) const fn new(
        dialect: Dialect,
        at: &'a At,
        resolved: &'a Resolved,
        scope: Scope,
    ) -> Self {
        Self {
            at,
            resolved,
            binds: Binds::new(dialect),
            measures: Vec::new(),
            joins: Vec::new(),
            consents: Vec::new(),
            standings: Vec::new(),
            rolls: Vec::new(),
            sequences: Vec::new(),
            scope,
        }
    }

    /// Returns the expression of a whole document.
    pub(crate) fn document(&mut self, document: &Document) -> String {
        self.node(&document.root)
    }

    /// Returns the expression of every node, in the order of [`Document::places`].
    pub(crate) fn each<'d>(&mut self, document: &'d Document) -> Vec<(Place<'d>, Leaf)> {
        let places = document.places();
        let mut found: Vec<(Place<'d>, Leaf)> = Vec::with_capacity(places.len());
        // Members stand after their group, so going backwards every member is ready; texts and binds are shared.
        for place in places.into_iter().rev() {
            let member = |suffix: &str| {
                let pointer = format!("{}{suffix}", place.pointer);
                found
                    .iter()
                    .find(|(place, _)| place.pointer == pointer)
                    .map(|(_, leaf)| leaf.sql.clone())
            };
            let members: Vec<String> = children(place.node)
                .iter()
                .filter_map(|(suffix, _)| member(suffix))
                .collect();
            let leaf = match place.node {
                Node::All(_) => Leaf {
                    sql: group(&members, " AND ", "TRUE"),
                },
                Node::Any(_) => Leaf {
                    sql: group(&members, " OR ", "FALSE"),
                },
                Node::Not(_) => Leaf {
                    sql: format!("(NOT {})", members.concat()),
                },
                leaf => self.leaf(leaf),
            };
            found.push((place, leaf));
        }
        found.reverse();
        found
    }

    fn node(&mut self, node: &Node) -> String {
        match node {
            Node::All(members) => {
                let members: Vec<String> = members.iter().map(|member| self.node(member)).collect();
                group(&members, " AND ", "TRUE")
            }
            Node::Any(members) => {
                let members: Vec<String> = members.iter().map(|member| self.node(member)).collect();
                group(&members, " OR ", "FALSE")
            }
            Node::Not(inner) => format!("(NOT {})", self.node(inner)),
            leaf => self.leaf(leaf).sql,
        }
    }

    fn leaf(&mut self, node: &Node) -> Leaf {
        let sql = match node {
            Node::All(_) | Node::Any(_) | Node::Not(_) => self.node(node),
            Node::Fact(fact) => {
                let column = match &fact.of {
                    Source::Field(field) => Column::Field(*field),
                    Source::Attribute(key) => Column::Json {
                        column: "p.attributes",
                        key,
                    },
                };
                test_sql(
                    &mut self.binds,
                    self.at,
                    &column,
                    &fact.test,
                    self.resolved.fact_folds(fact),
                )
            }
            Node::Events(events) => return self.events(events),
            Node::Sequence(sequence) => self.sequence(sequence),
            Node::Message(answer) => return self.events(&answer_events(answer)),
            Node::Consent(consent) => self.consent(consent),
            Node::Reachable(reachable) => match reachable.channel {
                Channel::Email => self.mailable(),
                Channel::Line => profiles::consent::line_sql("p"),
                Channel::Push => profiles::consent::push_sql("p"),
            },
            Node::Segment(segment) => self.segment(segment),
            Node::Share(share) => {
                let (from, until) = share.parts();
                let part = Dealer::new(&share.salt).part_sql("p.id");
                format!("({part} >= {from} AND {part} < {until})")
            }
            Node::Standing(standing) => self.standing(standing),
            Node::WasIn(was_in) => self.roll(Roll::WasIn(*was_in)),
            Node::List(list) => self.roll(Roll::List(list.id)),
        };
        Leaf { sql }
    }

    fn events(&mut self, events: &Events) -> Leaf {
        let (aggregate, compare) = match &events.test {
            EventTest::Never => (Aggregate::Lines, Compare::Equals(0)),
            EventTest::Count(count) => counted(count),
            EventTest::Amount(compare) => (Aggregate::Sum(Part::Amount), *compare),
            EventTest::Quantity(compare) => (Aggregate::Sum(Part::Quantity), *compare),
            EventTest::Sum(property) => match property.test.in_thousandths() {
                Some(compare) => (Aggregate::Sum(Part::Number(property.key.clone())), compare),
                None => return unknown(),
            },
            EventTest::Distinct(distinct) => {
                (Aggregate::Distinct(different(distinct)), distinct.compare())
            }
            EventTest::Average(measured) => return self.average(events, measured),
            EventTest::Minimum(measured) => {
                return self.extreme(events, measured, Aggregate::Least);
            }
            EventTest::Maximum(measured) => {
                return self.extreme(events, measured, Aggregate::Greatest);
            }
            EventTest::Latest(test) => return self.moment(events, Aggregate::Latest, test),
            EventTest::First(test) => return self.moment(events, Aggregate::First, test),
        };
        let measure = self.measure(events, aggregate);
        // Who did nothing has no row in the scan: that is 0, not unknown.
        let number = format!("COALESCE(m{measure}, 0)");
        Leaf {
            sql: compare_sql(&mut self.binds, &number, compare),
        }
    }

    /// Compares the sum with so many times the operand as there are values: nothing is rounded.
    fn average(&mut self, events: &Events, measured: &Measured) -> Leaf {
        let Some(compare) = measured.compare() else {
            return unknown();
        };
        let sum = self.measure(events, Aggregate::Sum(number(measured)));
        let n = self.measure(events, Aggregate::Valued(number(measured)));
        let holds = scaled_sql(
            &mut self.binds,
            &format!("m{sum}"),
            &format!(" * m{n}"),
            compare,
        );
        Leaf {
            sql: format!("(CASE WHEN m{n} > 0 THEN {holds} END)"),
        }
    }

    fn extreme(
        &mut self,
        events: &Events,
        measured: &Measured,
        aggregate: impl Fn(Part) -> Aggregate,
    ) -> Leaf {
        let Some(compare) = measured.compare() else {
            return unknown();
        };
        let measure = self.measure(events, aggregate(number(measured)));
        // Without a value there is no row or a null: unknown.
        Leaf {
            sql: compare_sql(&mut self.binds, &format!("m{measure}"), compare),
        }
    }

    fn moment(&mut self, events: &Events, aggregate: Aggregate, test: &DateTest) -> Leaf {
        let measure = self.measure(events, aggregate);
        Leaf {
            sql: instant_sql(&mut self.binds, self.at, &format!("m{measure}"), test),
        }
    }

    fn measure(&mut self, events: &Events, aggregate: Aggregate) -> usize {
        let key = event::key(events, aggregate.clone());
        if let Some(known) = self.measures.iter().position(|measure| measure.key == key) {
            return known;
        }
        let measure = Measure::new(&mut self.binds, self.at, self.resolved, events, aggregate);
        self.measures.push(measure);
        self.measures.len() - 1
    }

    /// Joins a permission and returns the alias of its row.
    fn consent_join(&mut self, channel: &str, purpose: &str) -> String {
        let known = self
            .consents
            .iter()
            .position(|(c, p)| c == channel && p == purpose);
        if let Some(known) = known {
            return format!("c{known}");
        }
        let alias = format!("c{}", self.consents.len());
        self.consents.push((channel.to_owned(), purpose.to_owned()));
        let (channel, purpose) = (self.binds.one(channel), self.binds.one(purpose));
        self.joins.push(format!(
            "\nLEFT JOIN consent {alias} ON {alias}.profile_id = p.id AND {alias}.channel = {channel} AND {alias}.purpose = {purpose}"
        ));
        alias
    }

    fn consent(&mut self, consent: &Consent) -> String {
        let alias = self.consent_join(&consent.channel, &consent.purpose);
        let now = self.binds.one(self.at.now.0);
        let valid = format!("({alias}.expires_at IS NULL OR {alias}.expires_at > {now})");
        match consent.state {
            ConsentState::Granted => format!("COALESCE({alias}.granted AND {valid}, FALSE)"),
            ConsentState::Withdrawn => format!("COALESCE(NOT {alias}.granted, FALSE)"),
            ConsentState::None => {
                format!("({alias}.profile_id IS NULL OR ({alias}.granted AND NOT {valid}))")
            }
        }
    }

    fn mailable(&mut self) -> String {
        let now = self.binds.one(self.at.now.0);
        profiles::consent::mailable_sql("p", &now)
    }

    fn segment(&mut self, segment: &InSegment) -> String {
        match self.resolved.segment(segment.id) {
            // Two-valued: whoever is not certainly in is out.
            Some(document) => {
                let inner = self.node(&document.root);
                format!("COALESCE({inner}, FALSE)")
            }
            None => "FALSE".to_owned(),
        }
    }

    /// Unknown of those who are no buyers: they have no row.
    fn standing(&mut self, standing: &Standing) -> String {
        let known = self
            .standings
            .iter()
            .position(|table| table.within == standing.within);
        let number = known.unwrap_or_else(|| {
            self.standings.push(Standings::new(standing.within));
            self.standings.len() - 1
        });
        let Some(table) = self.standings.get_mut(number) else {
            return "NULL".to_owned();
        };
        let cut = table.cut(standing.by, &standing.cut);
        let scores: Vec<i64> = standing.scores().into_iter().map(i64::from).collect();
        let one_of = self.binds.int_in(&format!("t{number}.g{cut}"), &scores);
        format!("({one_of})")
    }

    fn roll(&mut self, roll: Roll) -> String {
        let Some(table) = roll.table_sql(&mut self.binds, self.at, self.scope.only()) else {
            return "FALSE".to_owned();
        };
        let known = self.rolls.iter().position(|known| *known == roll);
        let number = known.unwrap_or_else(|| {
            self.rolls.push(roll);
            let number = self.rolls.len() - 1;
            // By the profile itself: a list is taken for ten rows where nothing was analysed, and SQLite would walk it
            // for each customer. Of IN it makes an index, and PostgreSQL a hashed join.
            self.joins.push(format!(
                "\nLEFT JOIN profile r{number} ON r{number}.id = p.id AND r{number}.id IN ({table})"
            ));
            number
        });
        let is_on = format!("r{number}.id IS NOT NULL");
        match roll.otherwise(self.at, self.resolved) {
            Some(_) => format!("({is_on})"),
            None => format!("(CASE WHEN {is_on} THEN TRUE END)"),
        }
    }

    fn sequence(&mut self, sequence: &Sequence) -> String {
        let known = self.sequences.iter().position(|known| known == sequence);
        let number = known.unwrap_or_else(|| {
            self.sequences.push(sequence.clone());
            self.sequences.len() - 1
        });
        format!("(q{number}.profile_id IS NOT NULL)")
    }

    /// Returns the statement `SELECT … FROM … WHERE …` and its values. Comes last: it binds the scans.
    pub(crate) fn select(
        mut self,
        columns: &str,
        filter: Option<&str>,
        tail: &str,
    ) -> (String, Vec<Value>) {
        let only = self.scope.only();
        let scans = scans_sql(&mut self.binds, self.at, &self.measures, only);
        for (number, table) in self.standings.iter().enumerate() {
            let table = table.table_sql(&mut self.binds, self.at);
            self.joins.push(format!(
                "\nLEFT JOIN ({table}) t{number} ON t{number}.profile_id = p.id"
            ));
        }
        for (number, sequence) in self.sequences.iter().enumerate() {
            let table =
                sequence::table_sql(&mut self.binds, self.at, self.resolved, sequence, only);
            self.joins.push(format!(
                "\nLEFT JOIN ({table}) q{number} ON q{number}.profile_id = p.id"
            ));
        }
        let workspace = self.binds.one(self.at.workspace.raw());
        let mut text = format!(
            "SELECT {columns}\nFROM profile p{scans}{}\nWHERE p.workspace_id = {workspace} AND p.state = 0",
            self.joins.concat()
        );
        if let Some(only) = only {
            let only = self.binds.one(only);
            text.push_str(" AND p.id = ");
            text.push_str(&only);
        }
        if let Some(filter) = filter {
            text.push_str(" AND ");
            text.push_str(filter);
        }
        text.push_str(tail);
        (text, self.binds.into_values())
    }
}

fn unknown() -> Leaf {
    Leaf {
        sql: "NULL".to_owned(),
    }
}

fn number(measured: &Measured) -> Part {
    match measured {
        Measured::Amount(_) => Part::Amount,
        Measured::Quantity(_) => Part::Quantity,
        Measured::Property(property) => Part::Number(property.key.clone()),
    }
}

fn different(distinct: &Distinct) -> Part {
    match distinct {
        Distinct::Product(_) => Part::Product,
        Distinct::Category(_) => Part::Category,
        Distinct::Order(_) => Part::Order,
        Distinct::Campaign(_) => Part::Campaign,
        Distinct::Property(property) => Part::Any(property.key.clone()),
    }
}

fn group(members: &[String], word: &str, empty: &str) -> String {
    if members.is_empty() {
        empty.to_owned()
    } else {
        format!("({})", members.join(word))
    }
}

/// Returns how events are counted for a comparison. Whether there is any at all needs no look at orders.
const fn counted(count: &CountOf) -> (Aggregate, Compare) {
    match *count {
        CountOf::Times(
            compare @ (Compare::AtLeast(0 | 1) | Compare::Equals(0) | Compare::GreaterThan(0)),
        )
        | CountOf::Lines(compare) => (Aggregate::Lines, compare),
        CountOf::Times(compare) => (Aggregate::Times, compare),
    }
}

/// Writes a condition about messages as one about events.
pub(crate) fn answer_events(answer: &Answer) -> Events {
    Events {
        names: vec![answer_name(answer.kind).to_owned()],
        within: answer.within,
        since: None,
        filters: if answer.campaigns.is_empty() {
            Vec::new()
        } else {
            vec![Filter::Campaign(answer.campaigns.clone())]
        },
        machine: Machine::Excluded,
        test: EventTest::Count(CountOf::Lines(answer.count)),
    }
}
