//! Japanese sentences: a condition is a clause that either goes on (「…し」) or qualifies 人 (「…した」).

use super::{
    Labels, grouped,
    label::{field_label, verb_of},
    money, number,
    standing::{self, Said, said},
};
use crate::{
    language::{
        Bounds, Compare, Consent, ConsentState, CountOf, DateTest, EventTest, Events, Filter,
        ListTest, Moment, Node, NumberTest, OneOf, Source, Span, Standing, Test, TextTest, Window,
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
            test_clause(&subject, &fact.test, form)
        }
        Node::Events(events) => events_clause(events, form, labels),
        Node::Message(answer) => events_clause(&answer_events(answer), form, labels),
        Node::Consent(consent) => consent_clause(consent, form),
        Node::Reachable(_) => format!("メールが届く状態{}", form.pick("で", "の")),
        Node::Segment(segment) => {
            format!(
                "セグメント「{}」に入って{}",
                labels.segment(segment.id),
                form.pick("おり", "いる")
            )
        }
        Node::Standing(standing) => standing_clause(&[standing], form, labels),
    }
}

fn standing_clause(standings: &[&Standing], form: Form, labels: &dyn Labels) -> String {
    let within = standings.first().map_or(Window::Ever, |one| one.within);
    let words = standing::ja(standings, &window_words(within, "の"), labels.currency());
    format!("{words}{}", form.pick("で", "の"))
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

fn quoted(values: &[String]) -> String {
    let mut shown = String::new();
    for value in values.iter().take(5) {
        shown.extend(["「", value.as_str(), "」"]);
    }
    let rest = values.len().saturating_sub(5);
    if rest > 0 {
        format!("{shown}ほか{rest}件")
    } else {
        shown
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
            TextTest::In(values) => format!("{subject}が{}のどれか{is}", quoted(values)),
            TextTest::NotIn(values) => format!(
                "{subject}が{}のどれでもな{}",
                quoted(values),
                form.pick("く", "い")
            ),
        },
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

fn number_words(test: &NumberTest) -> String {
    let list = |values: &[f64]| {
        quoted(
            &values
                .iter()
                .map(|value| number(*value))
                .collect::<Vec<_>>(),
        )
    };
    match test {
        NumberTest::Equals(value) => number(*value),
        NumberTest::NotEquals(value) => format!("{}以外", number(*value)),
        NumberTest::LessThan(value) => format!("{}未満", number(*value)),
        NumberTest::AtMost(value) => format!("{}以下", number(*value)),
        NumberTest::GreaterThan(value) => format!("{}超", number(*value)),
        NumberTest::AtLeast(value) => format!("{}以上", number(*value)),
        NumberTest::Between([low, high]) => format!("{}以上{}以下", number(*low), number(*high)),
        NumberTest::In(values) => format!("{}のどれか", list(values)),
        NumberTest::NotIn(values) => format!("{}以外", list(values)),
    }
}

fn compare_words(test: Compare, unit: impl Fn(i64) -> String) -> String {
    match test {
        Compare::Equals(value) => unit(value),
        Compare::NotEquals(value) => format!("{}以外", unit(value)),
        Compare::LessThan(value) => format!("{}未満", unit(value)),
        Compare::AtMost(value) => format!("{}以下", unit(value)),
        Compare::GreaterThan(value) => format!("{}超", unit(value)),
        Compare::AtLeast(value) => format!("{}以上", unit(value)),
        Compare::Between([low, high]) => format!("{}以上{}以下", unit(low), unit(high)),
    }
}

fn span_words(span: Span) -> String {
    match span {
        Span::Minutes(n) => format!("{n}分"),
        Span::Hours(n) => format!("{n}時間"),
        Span::Days(n) => format!("{n}日"),
        Span::Weeks(n) => format!("{n}週間"),
    }
}

fn moment_words(moment: Moment) -> String {
    match moment {
        Moment::Date(date) => date.format("%Y年%-m月%-d日").to_string(),
        Moment::Instant(instant) => instant.to_utc().format("%Y-%m-%d %H:%M UTC").to_string(),
        Moment::Ago(span) => format!("{}前", span_words(span)),
        Moment::Ahead(span) => format!("{}後", span_words(span)),
    }
}

fn date_words(test: &DateTest) -> String {
    match test {
        DateTest::On(moment) => moment_words(*moment),
        DateTest::NotOn(moment) => format!("{}以外", moment_words(*moment)),
        DateTest::Before(moment) => format!("{}より前", moment_words(*moment)),
        DateTest::After(moment) => format!("{}より後", moment_words(*moment)),
        DateTest::OnOrBefore(moment) => format!("{}まで", moment_words(*moment)),
        DateTest::OnOrAfter(moment) => format!("{}以降", moment_words(*moment)),
        DateTest::Between([first, last]) => {
            format!("{}から{}まで", moment_words(*first), moment_words(*last))
        }
        DateTest::MonthIn(months) => months
            .iter()
            .map(|month| format!("{month}月"))
            .collect::<Vec<_>>()
            .join("・"),
        DateTest::ThisMonth => "今月".to_owned(),
    }
}

/// Returns the window with the particle that fits: に for doing, は for not doing, の for a noun.
fn window_words(window: Window, particle: &str) -> String {
    let stretch = match window {
        Window::Ever
        | Window::Between(Bounds {
            from: None,
            until: None,
        }) => {
            return if particle == "は" {
                "一度も".to_owned()
            } else {
                String::new()
            };
        }
        Window::Last(span) => format!("直近{}", span_words(span)),
        Window::Between(Bounds {
            from: Some(from),
            until: None,
        }) => format!("{}以降", moment_words(from)),
        Window::Between(Bounds {
            from: None,
            until: Some(until),
        }) => format!("{}まで", moment_words(until)),
        Window::Between(Bounds {
            from: Some(from),
            until: Some(until),
        }) => {
            format!("{}から{}まで", moment_words(from), moment_words(until))
        }
    };
    format!("{stretch}{particle}")
}

fn bracketed(values: &[String], label: impl Fn(&str) -> String) -> String {
    let shown: Vec<String> = values
        .iter()
        .take(3)
        .map(|value| format!("〈{}〉", label(value)))
        .collect();
    let rest = values.len().saturating_sub(3);
    if rest > 0 {
        format!("{}ほか{rest}件", shown.concat())
    } else {
        shown.join("か")
    }
}

/// Returns what the events are about (〈冷凍食品〉) and what else is asked of each of them.
fn object_words(events: &Events, labels: &dyn Labels) -> (String, String) {
    let (mut object, mut more) = (String::new(), Vec::new());
    for filter in &events.filters {
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
fn act_words(events: &Events, labels: &dyn Labels) -> (String, Option<&'static str>) {
    let (object, more) = object_words(events, labels);
    let known = events
        .names
        .first()
        .filter(|_| events.names.len() == 1)
        .and_then(|name| verb_of(name));
    match known {
        Some(verb) if object.is_empty() => (format!("{more}{}", verb.ja_object), Some(verb.ja)),
        Some(verb) => (format!("{more}{object}を"), Some(verb.ja)),
        None => {
            let names = events
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
    let (object, verb) = act_words(events, labels);
    let is = form.pick("で", "の");
    let noun = |what: &str| measured_words(events.within, &object, verb, what);
    match &events.test {
        EventTest::Never
        | EventTest::Count(
            CountOf::Times(Compare::Equals(0)) | CountOf::Lines(Compare::Equals(0)),
        ) => {
            let when = window_words(events.within, "は");
            match verb {
                Some(verb) => format!("{when}{object}{verb}して{}", form.pick("おらず", "いない")),
                None => format!("{when}{object}が{}", form.pick("なく", "ない")),
            }
        }
        EventTest::Count(count) => {
            let (compare, unit) = match count {
                CountOf::Times(compare) => (*compare, "回"),
                CountOf::Lines(compare) => (*compare, "件"),
            };
            let times = |n: i64| format!("{}{unit}", grouped(n));
            let how_often = match compare {
                Compare::AtLeast(1) | Compare::GreaterThan(0) => String::new(),
                Compare::AtLeast(_) | Compare::GreaterThan(_) => compare_words(compare, times),
                Compare::Equals(n) => format!("ちょうど{}", times(n)),
                other => return format!("{}が{}{is}", noun("回数"), compare_words(other, times)),
            };
            let when = window_words(events.within, "に");
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
        EventTest::Latest(test) => moment_clause("最後", &object, verb, test, is),
        EventTest::First(test) => moment_clause("最初", &object, verb, test, is),
    }
}

/// Names what is measured of events: 「直近30日の飲料の購入金額」.
fn measured_words(within: Window, object: &str, verb: Option<&str>, what: &str) -> String {
    let object = object.trim_end_matches('を');
    let of = if object.is_empty() {
        String::new()
    } else {
        format!("{object}の")
    };
    format!(
        "{}{of}{}{what}",
        window_words(within, "の"),
        verb.unwrap_or_default()
    )
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
