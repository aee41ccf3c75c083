//! English sentences: every condition is a relative clause, "who …" or "whose …".

mod measure;
mod past;
mod sequence;
mod words;

use self::words::{
    bracketed, compare_words, date_words, hour_words, list_words, number_words, place_words,
    quoted, weekday_words, window_words,
};
use super::{
    Labels, grouped, in_words,
    label::{field_label, verb_of},
    money, number,
    standing::{self, Said, said},
};
use crate::{
    language::{
        Channel, Compare, Consent, ConsentState, CountOf, DateTest, EventTest, Events, Filter,
        ListTest, Node, OneOf, Picked, Source, Standing, Test, TextTest, Window,
    },
    sql::answer_events,
};

/// Returns the sentence of a whole rule.
pub(super) fn whole(root: &Node, labels: &dyn Labels) -> String {
    let Node::All(members) = root else {
        return part(root, labels);
    };
    let (without, with): (Vec<&Node>, Vec<&Node>) = members
        .iter()
        .partition(|member| matches!(member, Node::Not(_)));
    let mut out = if with.is_empty() {
        "everybody".to_owned()
    } else {
        format!("people {}", joined(&with, "and", labels))
    };
    for node in without {
        if let Node::Not(inner) = node {
            out.push_str(", except those ");
            out.push_str(&clause(inner, labels));
        }
    }
    out
}

/// Returns the sentence of one condition or group.
pub(super) fn part(node: &Node, labels: &dyn Labels) -> String {
    match node {
        Node::All(members) if members.is_empty() => "everybody".to_owned(),
        Node::Not(inner) => format!("everybody except those {}", clause(inner, labels)),
        other => format!("people {}", clause(other, labels)),
    }
}

fn joined(members: &[&Node], word: &str, labels: &dyn Labels) -> String {
    // Either of two standings is not one standing.
    let parts = match word {
        "and" => said(members),
        _ => members.iter().map(|member| Said::Other(member)).collect(),
    };
    let clauses: Vec<String> = parts
        .iter()
        .map(|part| match part {
            Said::Other(member) => clause(member, labels),
            Said::Standings(standings) => standing_clause(standings, labels),
        })
        .collect();
    list_words(&clauses, word)
}

fn clause(node: &Node, labels: &dyn Labels) -> String {
    match node {
        Node::All(members) | Node::Any(members) if members.len() == 1 => {
            joined(&members.iter().collect::<Vec<_>>(), "and", labels)
        }
        Node::All(members) => format!(
            "({})",
            joined(&members.iter().collect::<Vec<_>>(), "and", labels)
        ),
        Node::Any(members) => format!(
            "(either {})",
            joined(&members.iter().collect::<Vec<_>>(), "or", labels)
        ),
        Node::Not(inner) => format!("who are not among those {}", clause(inner, labels)),
        Node::Fact(fact) => {
            let subject = match &fact.of {
                Source::Field(field) => field_label(*field).en,
                Source::Attribute(key) => labels.attribute(key).en,
            };
            format!(
                "whose {subject} {}",
                test_words(&in_words(fact, |(en, _)| en))
            )
        }
        Node::Events(events) => events_clause(events, labels),
        Node::Sequence(sequence) => sequence::clause(sequence, labels),
        Node::Message(answer) => events_clause(&answer_events(answer), labels),
        Node::Consent(consent) => consent_clause(consent),
        Node::Reachable(reachable) => match reachable.channel {
            Channel::Email => "who can be reached by email".to_owned(),
            Channel::Line => "who can be reached on LINE".to_owned(),
            Channel::Push => "who can be reached by push".to_owned(),
        },
        Node::Share(share) => format!(
            "whom the draw “{}” puts between {}% and {}%",
            share.salt,
            number(share.from),
            number(share.until)
        ),
        Node::Segment(segment) => {
            format!("who are in the segment “{}”", labels.segment(segment.id))
        }
        Node::List(list) => format!("who are on the list “{}”", labels.list(list.id)),
        Node::WasIn(was_in) => past::clause(was_in, labels),
        Node::Standing(standing) => standing_clause(&[standing], labels),
    }
}

fn standing_clause(standings: &[&Standing], labels: &dyn Labels) -> String {
    let within = standings.first().map_or(Window::Ever, |one| one.within);
    standing::en(standings, &window_words(within), labels.currency())
}

fn consent_clause(consent: &Consent) -> String {
    let what = match (consent.purpose.as_str(), consent.channel.as_str()) {
        ("tracking", _) => "the recording of what they do".to_owned(),
        ("marketing", channel) => format!("marketing by {channel}"),
        (topic, channel) => format!("“{topic}” by {channel}"),
    };
    match consent.state {
        ConsentState::Granted => format!("who agreed to {what}"),
        ConsentState::Withdrawn => format!("who refused {what}"),
        ConsentState::None => format!("who never decided about {what}"),
    }
}

fn test_words(test: &Test) -> String {
    match test {
        Test::Exists => "is known".to_owned(),
        Test::Missing => "is not known".to_owned(),
        Test::Boolean(yes) => format!("is {}", if *yes { "yes" } else { "no" }),
        Test::Number(test) => format!("is {}", number_words(test)),
        Test::Date(test) => format!("is {}", date_words(test)),
        Test::Text(test) => match test {
            TextTest::Equals(value) => format!("is “{value}”"),
            TextTest::NotEquals(value) => format!("is not “{value}”"),
            TextTest::Contains(value) => format!("contains “{value}”"),
            TextTest::NotContains(value) => format!("does not contain “{value}”"),
            TextTest::StartsWith(value) => format!("starts with “{value}”"),
            TextTest::EndsWith(value) => format!("ends with “{value}”"),
            TextTest::Matches(pattern) => format!("matches the pattern “{pattern}”"),
            TextTest::In(values) => format!("is {}", quoted(values, "or")),
            TextTest::NotIn(values) => format!("is not {}", quoted(values, "or")),
        },
        Test::Place(test) => format!("is {}", place_words(test)),
        Test::List(ListTest::AllOf(values)) => format!("includes {}", quoted(values, "and")),
        Test::List(ListTest::AnyOf(values)) => format!("includes {}", quoted(values, "or")),
        Test::List(ListTest::NoneOf(values)) => {
            format!("does not include {}", quoted(values, "or"))
        }
    }
}

/// Returns what the events are about and what else is asked of each of them.
fn object_words(picked: Picked<'_>, labels: &dyn Labels) -> (String, String) {
    let (mut object, mut more) = (Vec::new(), Vec::new());
    for filter in picked.filters {
        match filter {
            Filter::Product(OneOf::In(values)) => {
                object.push(bracketed(values, |value| labels.product(value)));
            }
            Filter::Category(OneOf::In(values)) => {
                object.push(bracketed(values, |value| labels.category(value)));
            }
            Filter::Product(OneOf::NotIn(values)) => {
                more.push(format!(
                    "not {}",
                    bracketed(values, |value| labels.product(value))
                ));
            }
            Filter::Category(OneOf::NotIn(values)) => {
                more.push(format!(
                    "not {}",
                    bracketed(values, |value| labels.category(value))
                ));
            }
            Filter::Amount(test) => {
                more.push(format!(
                    "amount {}",
                    compare_words(*test, |n| money(n, labels.currency(), "¥"))
                ));
            }
            Filter::Quantity(test) => {
                more.push(format!("quantity {}", compare_words(*test, grouped)));
            }
            Filter::Weekday(days) => more.push(weekday_words(days)),
            Filter::Hour(hours) => more.push(hour_words(*hours)),
            Filter::Campaign(ids) => more.push(format!("of {} campaigns", ids.len())),
            Filter::Property(property) => {
                more.push(format!("{} {}", property.key, test_words(&property.test)));
            }
        }
    }
    let more = if more.is_empty() {
        String::new()
    } else {
        format!(" ({})", more.join(", "))
    };
    (object.join(" of "), more)
}

/// Returns the act in the past and in the base form.
fn act_words(picked: Picked<'_>, object: &str) -> (String, String) {
    let with = |form: &str, object: &str| {
        if object.is_empty() {
            form.to_owned()
        } else {
            format!("{form} {object}")
        }
    };
    let known = picked
        .names
        .first()
        .filter(|_| picked.names.len() == 1)
        .and_then(|name| verb_of(name));
    if let Some(verb) = known {
        let object = if object.is_empty() {
            verb.en_object
        } else {
            object
        };
        return (with(verb.en_past, object), with(verb.en_base, object));
    }
    let names: Vec<String> = picked
        .names
        .iter()
        .map(|name| format!("“{}”", super::event_label(name).en))
        .collect();
    let of = if object.is_empty() {
        String::new()
    } else {
        format!(" of {object}")
    };
    let names = format!("{}{of}", list_words(&names, "or"));
    (with("had", &names), with("have", &names))
}

fn events_clause(events: &Events, labels: &dyn Labels) -> String {
    let (object, more) = object_words(events.picked(), labels);
    let when = format!(
        "{}{}",
        window_words(events.within),
        sequence::since(events.since.as_ref(), labels)
    );
    let (past, base) = act_words(events.picked(), &object);
    let about = |what: String| format!("who {past}{more}{when}, {what}");
    match &events.test {
        EventTest::Never
        | EventTest::Count(
            CountOf::Times(Compare::Equals(0)) | CountOf::Lines(Compare::Equals(0)),
        ) => {
            format!("who did not {base}{more}{when}")
        }
        EventTest::Count(count) => {
            let (compare, unit) = match count {
                CountOf::Times(compare) => (*compare, "time"),
                CountOf::Lines(compare) => (*compare, "line"),
            };
            let times = |n: i64| {
                if n == 1 {
                    format!("1 {unit}")
                } else {
                    format!("{} {unit}s", grouped(n))
                }
            };
            match compare {
                Compare::AtLeast(1) | Compare::GreaterThan(0) => format!("who {past}{more}{when}"),
                other => format!("who {past}{more} {}{when}", compare_words(other, times)),
            }
        }
        EventTest::Amount(compare) => {
            let amount = compare_words(*compare, |n| money(n, labels.currency(), "¥"));
            format!("who {past}{more} for {amount} in total{when}")
        }
        EventTest::Quantity(compare) => {
            format!(
                "who {past}{more}, {} pieces in total{when}",
                compare_words(*compare, grouped)
            )
        }
        EventTest::Latest(test) => moment_clause("last", (&past, &more), test, events, labels),
        EventTest::First(test) => moment_clause("first", (&past, &more), test, events, labels),
        EventTest::Sum(property) => about(measure::number("total", property)),
        EventTest::Average(measured) => about(measure::measured("average", measured, labels)),
        EventTest::Minimum(measured) => about(measure::measured("least", measured, labels)),
        EventTest::Maximum(measured) => about(measure::measured("greatest", measured, labels)),
        EventTest::Distinct(distinct) => about(measure::distinct(distinct)),
    }
}

fn moment_clause(
    which: &str,
    (past, more): (&str, &str),
    test: &DateTest,
    events: &Events,
    labels: &dyn Labels,
) -> String {
    let since = sequence::since(events.since.as_ref(), labels);
    let comma = if since.is_empty() { "" } else { "," };
    format!(
        "who{since}{comma} {which} {past}{more} {}",
        date_words(test)
    )
}
