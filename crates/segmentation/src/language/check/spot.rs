//! The checks of each kind of value, at a place of the document.

use kernel::{
    invalid::{FieldError, Invalid},
    time::DAY,
};

use super::{MAX_LIST, MAX_TEXT};
use crate::language::{
    Answer, Compare, CountOf, DateTest, EventTest, Events, Filter, Fold, ListTest, MAX_PATTERN,
    Moment, NumberTest, Picked, Span, Test, TextTest, Window, compile_pattern,
};

/// The most values that a list attribute can be asked to hold all of.
const MAX_ALL_OF: usize = 100;
/// The most event names of one condition.
const MAX_NAMES: usize = 20;
/// The longest relative span: a hundred years.
const MAX_SPAN: i64 = 36_525 * DAY;

/// Whether an empty list is an error.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Emptiness {
    Allowed,
    Refused,
}

/// A place in the document that is being checked.
pub(super) struct Spot {
    pub(super) pointer: String,
}

impl Spot {
    pub(super) fn to(&self, suffix: &str) -> Self {
        Self {
            pointer: format!("{}{suffix}", self.pointer),
        }
    }

    pub(super) fn say(
        &self,
        found: &mut Invalid,
        code: &str,
        en: impl Into<String>,
        ja: impl Into<String>,
    ) {
        found.push(FieldError::new(self.pointer.clone(), code, en, ja));
    }

    pub(super) fn empty_group(&self, kind: &str, found: &mut Invalid) {
        self.to(&format!("/{kind}")).say(
            found,
            "empty",
            "a group needs a condition",
            "まとまりに条件がありません",
        );
    }

    pub(super) fn key(&self, key: &str, found: &mut Invalid) {
        let allowed = |c: char| !c.is_control() && c != '"' && c != '\\';
        if key.is_empty() || key.chars().count() > 100 || !key.chars().all(allowed) {
            self.say(
                found,
                "key",
                "a key has 1 to 100 characters, no quotation marks, backslashes or control characters",
                "キーは1〜100文字で、引用符・バックスラッシュ・制御文字は使えません",
            );
        }
    }

    pub(super) fn text(&self, text: &str, found: &mut Invalid) {
        if text.is_empty() {
            self.say(found, "required", "give a value", "値を入れてください");
        }
        self.text_form(text, found);
    }

    fn text_form(&self, text: &str, found: &mut Invalid) {
        if text.chars().count() > MAX_TEXT {
            self.say(
                found,
                "too_long",
                format!("at most {MAX_TEXT} characters"),
                format!("{MAX_TEXT}文字以内にしてください"),
            );
        }
        if text.contains('\0') {
            self.say(
                found,
                "character",
                "holds a character that cannot be stored",
                "保存できない文字が含まれています",
            );
        }
    }

    pub(super) fn list_len(
        &self,
        len: usize,
        max: usize,
        emptiness: Emptiness,
        found: &mut Invalid,
    ) {
        if len == 0 && emptiness == Emptiness::Refused {
            self.say(
                found,
                "empty",
                "choose at least one value",
                "1つ以上選んでください",
            );
        }
        if len > max {
            self.say(
                found,
                "too_many",
                format!("at most {max} values"),
                format!("値は{max}個までです"),
            );
        }
    }

    fn texts(&self, values: &[String], max: usize, found: &mut Invalid) {
        self.list_len(values.len(), max, Emptiness::Refused, found);
        for (i, value) in values.iter().enumerate().take(max) {
            self.to(&format!("/{i}")).text_form(value, found);
        }
    }

    pub(super) fn test(&self, test: &Test, fold: Fold, found: &mut Invalid) {
        if fold != Fold::Exact && !matches!(test, Test::Text(_) | Test::List(_)) {
            self.say(
                found,
                "fold",
                "only texts can be compared with `fold`",
                "表記ゆれの吸収は文字列の条件でだけ使えます",
            );
        }
        match test {
            Test::Exists | Test::Missing | Test::Boolean(_) => {}
            Test::Text(test) => self.text_test(test, found),
            Test::Number(test) => self.number_test(test, found),
            Test::Place(test) => self.to("/place").place(test, found),
            Test::Date(test) => self.to("/date").date_test(test, found),
            Test::List(ListTest::AllOf(values)) => {
                self.to("/list/all_of").texts(values, MAX_ALL_OF, found);
            }
            Test::List(ListTest::AnyOf(values)) => {
                self.to("/list/any_of").texts(values, MAX_LIST, found);
            }
            Test::List(ListTest::NoneOf(values)) => {
                self.to("/list/none_of").texts(values, MAX_LIST, found);
            }
        }
    }

    fn text_test(&self, test: &TextTest, found: &mut Invalid) {
        match test {
            TextTest::Equals(value) => self.to("/text/equals").text_form(value, found),
            TextTest::NotEquals(value) => self.to("/text/not_equals").text_form(value, found),
            TextTest::Contains(value) => self.to("/text/contains").text(value, found),
            TextTest::NotContains(value) => self.to("/text/not_contains").text(value, found),
            TextTest::StartsWith(value) => self.to("/text/starts_with").text(value, found),
            TextTest::EndsWith(value) => self.to("/text/ends_with").text(value, found),
            TextTest::In(values) => self.to("/text/in").texts(values, MAX_LIST, found),
            TextTest::NotIn(values) => self.to("/text/not_in").texts(values, MAX_LIST, found),
            TextTest::Matches(pattern) => self.to("/text/matches").pattern(pattern, found),
        }
    }

    fn pattern(&self, pattern: &str, found: &mut Invalid) {
        self.text(pattern, found);
        if pattern.chars().count() > MAX_PATTERN {
            self.say(
                found,
                "pattern_too_long",
                format!("a pattern has at most {MAX_PATTERN} characters"),
                format!("正規表現は{MAX_PATTERN}文字以内にしてください"),
            );
            return;
        }
        match compile_pattern(pattern) {
            Ok(_) => {}
            Err(regex::Error::CompiledTooBig(_)) => self.say(
                found,
                "pattern_too_big",
                "the pattern stands for too much; repeat less",
                "正規表現が大きすぎます。繰り返しを減らしてください",
            ),
            Err(error) => {
                let why = error.to_string();
                let why = why.lines().last().unwrap_or_default();
                let why = why.trim_start_matches("error: ");
                self.say(
                    found,
                    "pattern",
                    format!("not a regular expression: {why}"),
                    format!("正規表現として読めません（{why}）"),
                );
            }
        }
    }

    pub(super) fn number_test(&self, test: &NumberTest, found: &mut Invalid) {
        match test {
            NumberTest::Between([low, high]) if low > high => {
                self.to("/number/between").upside_down(found);
            }
            NumberTest::In(values) => {
                self.to("/number/in")
                    .list_len(values.len(), MAX_LIST, Emptiness::Refused, found);
            }
            NumberTest::NotIn(values) => {
                self.to("/number/not_in").list_len(
                    values.len(),
                    MAX_LIST,
                    Emptiness::Refused,
                    found,
                );
            }
            _ => {}
        }
    }

    fn upside_down(&self, found: &mut Invalid) {
        self.say(
            found,
            "order",
            "the first value must not be greater than the second",
            "左の値は右の値以下にしてください",
        );
    }

    pub(super) fn compare(&self, compare: Compare, found: &mut Invalid) {
        if let Compare::Between([low, high]) = compare
            && low > high
        {
            self.to("/between").upside_down(found);
        }
    }

    pub(super) fn moment(&self, moment: Moment, found: &mut Invalid) {
        if let Moment::Ago(span) | Moment::Ahead(span) = moment {
            self.span(span, found);
        }
    }

    pub(super) fn span(&self, span: Span, found: &mut Invalid) {
        if span.millis() > MAX_SPAN {
            self.say(
                found,
                "too_long",
                "a span is a hundred years at most",
                "期間は100年までです",
            );
        }
    }

    pub(super) fn window(&self, window: Window, found: &mut Invalid) {
        match window {
            Window::Ever | Window::This(_) => {}
            Window::LastFull(span) => self.to("/last_full").calendar_span(span, found),
            Window::Last(span) => {
                if span.millis() == 0 {
                    self.to("/last").say(
                        found,
                        "empty",
                        "the window is empty",
                        "期間の長さが0です",
                    );
                }
                self.to("/last").span(span, found);
            }
            Window::Between(bounds) => {
                for (name, moment) in [
                    ("/between/from", bounds.from),
                    ("/between/until", bounds.until),
                ] {
                    if let Some(moment) = moment {
                        self.to(name).moment(moment, found);
                    }
                }
                let upside_down = match (bounds.from, bounds.until) {
                    (Some(Moment::Date(from)), Some(Moment::Date(until))) => from > until,
                    (Some(Moment::Instant(from)), Some(Moment::Instant(until))) => from >= until,
                    (Some(from), Some(until)) => {
                        matches!((from.offset(), until.offset()), (Some(from), Some(until)) if from >= until)
                    }
                    _ => false,
                };
                if upside_down {
                    self.to("/between").say(
                        found,
                        "order",
                        "the window ends before it begins",
                        "期間の終わりが始まりより前です",
                    );
                }
            }
        }
    }

    fn date_test(&self, test: &DateTest, found: &mut Invalid) {
        match test {
            DateTest::On(moment)
            | DateTest::NotOn(moment)
            | DateTest::Before(moment)
            | DateTest::After(moment)
            | DateTest::OnOrBefore(moment)
            | DateTest::OnOrAfter(moment) => self.moment(*moment, found),
            DateTest::Between([first, last]) => {
                self.moment(*first, found);
                self.moment(*last, found);
            }
            DateTest::MonthIn(months) => {
                self.to("/month_in")
                    .list_len(months.len(), 12, Emptiness::Refused, found);
                if months.iter().any(|month| !(1..=12).contains(month)) {
                    self.to("/month_in").say(
                        found,
                        "range",
                        "a month is 1 to 12",
                        "月は1から12で指定してください",
                    );
                }
            }
            DateTest::ThisMonth => {}
            DateTest::Anniversary(anniversary) => {
                self.to("/anniversary").anniversary(anniversary, found);
            }
        }
    }

    pub(super) fn picked(&self, picked: Picked<'_>, found: &mut Invalid) {
        self.to("/names").texts(picked.names, MAX_NAMES, found);
        self.to("/where")
            .list_len(picked.filters.len(), 20, Emptiness::Allowed, found);
        for (i, filter) in picked.filters.iter().enumerate() {
            self.to(&format!("/where/{i}")).filter(filter, found);
        }
    }

    pub(super) fn events(&self, events: &Events, found: &mut Invalid) {
        self.picked(events.picked(), found);
        self.to("/within").window(events.within, found);
        if let Some(since) = &events.since {
            let (place, picked) = since.pick();
            self.to(place).picked(picked, found);
        }
        match &events.test {
            EventTest::Count(CountOf::Times(compare)) => {
                self.to("/test/count/times").count(*compare, found);
            }
            EventTest::Count(CountOf::Lines(compare)) => {
                self.to("/test/count/lines").count(*compare, found);
            }
            EventTest::Amount(compare) => self.to("/test/amount").compare(*compare, found),
            EventTest::Quantity(compare) => self.to("/test/quantity").compare(*compare, found),
            EventTest::Never => {}
            EventTest::Latest(test) => self.to("/test/latest").instant_test(test, found),
            EventTest::First(test) => self.to("/test/first").instant_test(test, found),
            EventTest::Sum(property) => self.to("/test/sum").sum(property, found),
            EventTest::Average(measured) => self.to("/test/average").measured(measured, found),
            EventTest::Minimum(measured) => self.to("/test/minimum").measured(measured, found),
            EventTest::Maximum(measured) => self.to("/test/maximum").measured(measured, found),
            EventTest::Distinct(distinct) => self.to("/test/distinct").distinct(distinct, found),
        }
    }

    pub(super) fn answer(&self, answer: &Answer, found: &mut Invalid) {
        self.to("/within").window(answer.within, found);
        self.to("/count").compare(answer.count, found);
        let campaigns = answer.campaigns.len();
        self.to("/campaigns")
            .list_len(campaigns, MAX_LIST, Emptiness::Allowed, found);
    }

    fn instant_test(&self, test: &DateTest, found: &mut Invalid) {
        if matches!(
            test,
            DateTest::MonthIn(_) | DateTest::ThisMonth | DateTest::Anniversary(_)
        ) {
            self.say(
                found,
                "month",
                "events are not compared by month",
                "行動の日時は月では比べられません",
            );
        }
        self.date_test(test, found);
    }

    pub(super) fn count(&self, compare: Compare, found: &mut Invalid) {
        let negative = match compare {
            Compare::Between([low, _]) => low < 0,
            Compare::Equals(n)
            | Compare::NotEquals(n)
            | Compare::LessThan(n)
            | Compare::AtMost(n)
            | Compare::GreaterThan(n)
            | Compare::AtLeast(n) => n < 0,
        };
        if negative {
            self.say(
                found,
                "range",
                "a number of times is not negative",
                "回数は0以上にしてください",
            );
        }
        self.compare(compare, found);
    }

    fn filter(&self, filter: &Filter, found: &mut Invalid) {
        match filter {
            Filter::Product(one_of) => self.to("/product").texts(one_of.values(), MAX_LIST, found),
            Filter::Category(one_of) => {
                self.to("/category").texts(one_of.values(), MAX_LIST, found);
            }
            Filter::Amount(compare) => self.to("/amount").compare(*compare, found),
            Filter::Quantity(compare) => self.to("/quantity").compare(*compare, found),
            Filter::Campaign(ids) => {
                self.to("/campaign")
                    .list_len(ids.len(), MAX_LIST, Emptiness::Refused, found);
            }
            Filter::Weekday(days) => {
                self.to("/weekday")
                    .list_len(days.len(), 7, Emptiness::Refused, found);
            }
            Filter::Hour(hours) => self.to("/hour").hours(*hours, found),
            Filter::Property(property) => {
                self.to("/property/key").key(&property.key, found);
                self.to("/property/test")
                    .test(&property.test, property.fold, found);
            }
        }
    }
}
