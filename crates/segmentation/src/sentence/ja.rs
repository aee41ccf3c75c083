//! Japanese sentences: a condition is a clause that either goes on (「…し」) or qualifies 人 (「…した」).

mod measure;
mod past;
mod sequence;
mod words;

use self::words::{
    bracketed, compare_words, date_words, hour_words, number_words, place_words, quoted,
    weekday_words, window_words,
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

/// Whether the clause goes on or stands before 人.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Joining,
    Final,
}

impl Form {
    const fn pick(self, joining: &'static str, last: &'static str) -> &'static str {
        match self {
            Self::Joining => joining,
            Self::Final => last,
        }
    }
}

/// Returns the sentence of a whole rule; what is left out comes as a sentence of its own.
pub(super) fn whole(root: &Node, labels: &dyn Labels) -> String {
    let Node::All(members) = root else {
        return part(root, labels);
    };
    let (without, with): (Vec<&Node>, Vec<&Node>) = members
        .iter()
        .partition(|member| matches!(member, Node::Not(_)));
    let mut out = if with.is_empty() {
        "すべての人".to_owned()
    } else {
        format!("{}人", chain(&with, Form::Final, labels))
    };
    for node in without {
        if let Node::Not(inner) = node {
            out.push_str("。ただし、");
            out.push_str(&clause(inner, Form::Final, labels));
            out.push_str("人は除く");
        }
    }
    out
}

/// Returns the sentence of one condition or group.
pub(super) fn part(node: &Node, labels: &dyn Labels) -> String {
    match node {
        Node::All(members) if members.is_empty() => "すべての人".to_owned(),
        Node::Not(inner) => format!("{}人を除く", clause(inner, Form::Final, labels)),
        node => format!("{}人", clause(node, Form::Final, labels)),
    }
}

fn chain(members: &[&Node], form: Form, labels: &dyn Labels) -> String {
    let parts = said(members);
    let last = parts.len().saturating_sub(1);
    let form_of = |i| if i == last { form } else { Form::Joining };
    let clauses: Vec<String> = parts
        .iter()
        .enumerate()
        .map(|(i, part)| match part {
            Said::Other(member) => clause(member, form_of(i), labels),
            Said::Standings(standings) => standing_clause(standings, form_of(i), labels),
        })
        .collect();
    clauses.join("、")
}

fn clause(node: &Node, form: Form, labels: &dyn Labels) -> String {
    match node {
        Node::All(members) => chain(&members.iter().collect::<Vec<_>>(), form, labels),
        Node::Any(members) if members.len() == 1 => {
            chain(&members.iter().collect::<Vec<_>>(), form, labels)
        }
        Node::Any(members) => {
            // Without 人 behind it, a noun stands by itself: 「メールが届く状態」.
            let bare = |text: String| text.strip_suffix('の').map_or(text.clone(), str::to_owned);
            let each = members
                .iter()
                .map(|member| format!("「{}」", bare(clause(member, Form::Final, labels))));
            let which = if members.len() == 2 {
                "どちらか"
            } else {
                "どれか"
            };
            format!(
                "{}の{which}に当てはま{}",
                each.collect::<String>(),
                form.pick("り", "る")
            )
        }
        Node::Not(inner) => format!(
            "「{}」に当てはまら{}",
            clause(inner, Form::Final, labels),
            form.pick("ず", "ない")
        ),
        Node::Fact(fact) => {
            let subject = match &fact.of {
                Source::Field(field) => field_label(*field).ja,
                Source::Attribute(key) => labels.attribute(key).ja,
            };
            test_clause(&subject, &in_words(fact, |(_, ja)| ja), form)
        }
        Node::Events(events) => events_clause(events, form, labels),
        Node::Sequence(sequence) => sequence::clause(sequence, form, labels),
        Node::Message(answer) => events_clause(&answer_events(answer), form, labels),
        Node::Consent(consent) => consent_clause(consent, form),
        Node::Reachable(reachable) => reach_clause(reachable.channel, form),
        Node::Share(share) => format!(
            "「{}」のくじで{}%以上{}%未満にあた{}",
            share.salt,
            number(share.from),
            number(share.until),
            form.pick("り", "る")
        ),
        Node::Segment(segment) => {
            format!(
                "セグメント「{}」に入って{}",
                labels.segment(segment.id),
                form.pick("おり", "いる")
            )
        }
        Node::List(list) => format!(
            "リスト「{}」に載って{}",
            labels.list(list.id),
            form.pick("おり", "いる")
        ),
        Node::WasIn(was_in) => past::clause(was_in, form, labels),
        Node::Standing(standing) => standing_clause(&[standing], form, labels),
    }
}

fn standing_clause(standings: &[&Standing], form: Form, labels: &dyn Labels) -> String {
    let within = standings.first().map_or(Window::Ever, |one| one.within);
    let words = standing::ja(standings, &window_words(within, "の"), labels.currency());
    format!("{words}{}", form.pick("で", "の"))
}

fn reach_clause(channel: Channel, form: Form) -> String {
    let way = match channel {
        Channel::Email => "メール",
        Channel::Line => "LINE",
        Channel::Push => "プッシュ通知",
    };
    format!("{way}が届く状態{}", form.pick("で", "の"))
}

fn consent_clause(consent: &Consent, form: Form) -> String {
    let channel = match consent.channel.as_str() {
        "email" => "メール",
        "line" => "LINE",
        "push" => "プッシュ通知",
        "sms" => "SMS",
        other => other,
    };
    let what = match consent.purpose.as_str() {
        "marketing" => format!("{channel}での案内"),
        "tracking" => "行動の記録".to_owned(),
        topic => format!("{channel}での「{topic}」"),
    };
    match consent.state {
        ConsentState::Granted => format!("{what}に同意して{}", form.pick("おり", "いる")),
        ConsentState::Withdrawn => format!("{what}を断って{}", form.pick("おり", "いる")),
        ConsentState::None => format!(
            "{what}について意思表示の{}",
            form.pick("ない状態で", "ない")
        ),
    }
}

fn test_clause(subject: &str, test: &Test, form: Form) -> String {
    let is = form.pick("で", "の");
    match test {
        Test::Exists => format!("{subject}が登録されて{}", form.pick("おり", "いる")),
        Test::Missing => format!("{subject}が登録されて{}", form.pick("おらず", "いない")),
        Test::Boolean(yes) => format!(
            "{subject}が「{}」{is}",
            if *yes { "はい" } else { "いいえ" }
        ),
        Test::Number(test) => format!("{subject}が{}{is}", number_words(test)),
        Test::Date(test) => format!("{subject}が{}{is}", date_words(test)),
        Test::Text(test) => match test {
            TextTest::Equals(value) => format!("{subject}が「{value}」{is}"),
            TextTest::NotEquals(value) => format!("{subject}が「{value}」以外{is}"),
            TextTest::Contains(value) => {
                format!("{subject}に「{value}」を含{}", form.pick("み", "む"))
            }
            TextTest::NotContains(value) => {
                format!("{subject}に「{value}」を含ま{}", form.pick("ず", "ない"))
            }
            TextTest::StartsWith(value) => {
                format!("{subject}が「{value}」で始ま{}", form.pick("り", "る"))
            }
            TextTest::EndsWith(value) => {
                format!("{subject}が「{value}」で終わ{}", form.pick("り", "る"))
            }
            TextTest::Matches(pattern) => {
                format!(
                    "{subject}が正規表現「{pattern}」に合{}",
                    form.pick("い", "う")
                )
            }
            TextTest::In(values) => format!("{subject}が{}のどれか{is}", quoted(values)),
            TextTest::NotIn(values) => format!(
                "{subject}が{}のどれでもな{}",
                quoted(values),
                form.pick("く", "い")
            ),
        },
        Test::Place(test) => format!("{subject}が{}{is}", place_words(test)),
        Test::List(ListTest::AllOf(values)) => format!(
            "{subject}に{}をすべて含{}",
            quoted(values),
            form.pick("み", "む")
        ),
        Test::List(ListTest::AnyOf(values)) => {
            let which = if values.len() > 1 { "のどれか" } else { "" };
            format!(
                "{subject}に{}{which}を含{}",
                quoted(values),
                form.pick("み", "む")
            )
        }
        Test::List(ListTest::NoneOf(values)) => format!(
            "{subject}に{}を含ま{}",
            quoted(values),
            form.pick("ず", "ない")
        ),
    }
}

/// Returns what the events are about (〈冷凍食品〉) and what else is asked of each of them.
fn object_words(picked: Picked<'_>, labels: &dyn Labels) -> (String, String) {
    let (mut object, mut more) = (String::new(), Vec::new());
    for filter in picked.filters {
        match filter {
            Filter::Product(OneOf::In(values)) => {
                object.push_str(&bracketed(values, |value| labels.product(value)));
            }
            Filter::Category(OneOf::In(values)) => {
                object.push_str(&bracketed(values, |value| labels.category(value)));
            }
            Filter::Product(OneOf::NotIn(values)) => {
                more.push(format!(
                    "{}以外",
                    bracketed(values, |value| labels.product(value))
                ));
            }
            Filter::Category(OneOf::NotIn(values)) => {
                more.push(format!(
                    "{}以外",
                    bracketed(values, |value| labels.category(value))
                ));
            }
            Filter::Amount(test) => {
                more.push(format!(
                    "金額が{}",
                    compare_words(*test, |n| money(n, labels.currency(), "円"))
                ));
            }
            Filter::Quantity(test) => more.push(format!(
                "数量が{}",
                compare_words(*test, |n| format!("{}点", grouped(n)))
            )),
            Filter::Weekday(days) => more.push(weekday_words(days)),
            Filter::Hour(hours) => more.push(hour_words(*hours)),
            Filter::Campaign(ids) => more.push(format!("{}件のキャンペーン", ids.len())),
            Filter::Property(property) => {
                let words = test_clause(&property.key, &property.test, Form::Final);
                more.push(words.strip_suffix('の').unwrap_or(&words).to_owned());
            }
        }
    }
    let more = if more.is_empty() {
        String::new()
    } else {
        format!("（{}）", more.join("・"))
    };
    (object, more)
}

/// Returns object and verbal noun: 〈冷凍食品〉を + 購入. Without a verb the events themselves are the noun.
fn act_words(picked: Picked<'_>, labels: &dyn Labels) -> (String, Option<&'static str>) {
    let (object, more) = object_words(picked, labels);
    let known = picked
        .names
        .first()
        .filter(|_| picked.names.len() == 1)
        .and_then(|name| verb_of(name));
    match known {
        Some(verb) if object.is_empty() => (format!("{more}{}", verb.ja_object), Some(verb.ja)),
        Some(verb) => (format!("{more}{object}を"), Some(verb.ja)),
        None => {
            let names = picked
                .names
                .iter()
                .map(|name| format!("〈{}〉", super::event_label(name).ja));
            let about = if object.is_empty() {
                String::new()
            } else {
                format!("{object}の")
            };
            (
                format!("{more}{about}{}", names.collect::<Vec<_>>().join("か")),
                None,
            )
        }
    }
}

fn events_clause(events: &Events, form: Form, labels: &dyn Labels) -> String {
    let (object, verb) = act_words(events.picked(), labels);
    let is = form.pick("で", "の");
    let noun = |what: &str| {
        let when = sequence::when(events, "の", labels);
        measured_words(&when, &object, verb, what)
    };
    let after = |clause: String| match &events.since {
        Some(since) => format!("{}、{clause}", sequence::after(since, labels)),
        None => clause,
    };
    let about = |(what, words): (String, String)| {
        let of = if verb.is_some() { "の" } else { "" };
        format!("{}が{words}{is}", noun(&format!("{of}{what}")))
    };
    match &events.test {
        EventTest::Never
        | EventTest::Count(
            CountOf::Times(Compare::Equals(0)) | CountOf::Lines(Compare::Equals(0)),
        ) => {
            let when = sequence::when(events, "は", labels);
            match verb {
                Some(verb) => format!("{when}{object}{verb}して{}", form.pick("おらず", "いない")),
                None => format!("{when}{object}が{}", form.pick("なく", "ない")),
            }
        }
        EventTest::Count(count) => {
            let (how_often, is_measured) = how_often(count);
            if is_measured {
                return format!("{}が{how_often}{is}", noun("回数"));
            }
            let when = sequence::when(events, "に", labels);
            match verb {
                Some(verb) => format!("{when}{object}{how_often}{verb}し{}", form.pick("", "た")),
                None => format!("{when}{object}が{how_often}あ{}", form.pick("り", "る")),
            }
        }
        EventTest::Amount(compare) => {
            format!(
                "{}が{}{is}",
                noun("金額"),
                compare_words(*compare, |n| money(n, labels.currency(), "円"))
            )
        }
        EventTest::Quantity(compare) => {
            format!(
                "{}が{}{is}",
                noun("数量"),
                compare_words(*compare, |n| format!("{}点", grouped(n)))
            )
        }
        EventTest::Latest(test) => after(moment_clause("最後", &object, verb, test, is)),
        EventTest::First(test) => after(moment_clause("最初", &object, verb, test, is)),
        EventTest::Sum(property) => about(measure::number("合計", property)),
        EventTest::Average(measured) => about(measure::measured("平均", measured, labels)),
        EventTest::Minimum(measured) => about(measure::measured("最小", measured, labels)),
        EventTest::Maximum(measured) => about(measure::measured("最大", measured, labels)),
        EventTest::Distinct(distinct) => about(measure::distinct(distinct)),
    }
}

/// Says how often, and whether that is a measure of its own: 「回数が3回以下」.
fn how_often(count: &CountOf) -> (String, bool) {
    let (compare, unit) = match count {
        CountOf::Times(compare) => (*compare, "回"),
        CountOf::Lines(compare) => (*compare, "件"),
    };
    let times = |n: i64| format!("{}{unit}", grouped(n));
    match compare {
        Compare::AtLeast(1) | Compare::GreaterThan(0) => (String::new(), false),
        Compare::AtLeast(_) | Compare::GreaterThan(_) => (compare_words(compare, times), false),
        Compare::Equals(n) => (format!("ちょうど{}", times(n)), false),
        other => (compare_words(other, times), true),
    }
}

/// Names what is measured of events: 「直近30日の飲料の購入金額」.
fn measured_words(when: &str, object: &str, verb: Option<&str>, what: &str) -> String {
    let object = object.trim_end_matches('を');
    let of = if object.is_empty() {
        String::new()
    } else {
        format!("{object}の")
    };
    format!("{when}{of}{}{what}", verb.unwrap_or_default())
}

fn moment_clause(
    which: &str,
    object: &str,
    verb: Option<&str>,
    test: &DateTest,
    is: &str,
) -> String {
    match verb {
        Some(verb) => format!("{which}に{object}{verb}したのが{}{is}", date_words(test)),
        None => format!("{which}の{object}が{}{is}", date_words(test)),
    }
}
