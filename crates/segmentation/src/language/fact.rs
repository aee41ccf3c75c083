//! Conditions about fields and attributes, and about the properties of events.

use chrono_tz::Tz;
use kernel::time::Millis;
use serde::{Deserialize, Serialize};

use super::anniversary::Anniversary;
use super::place::PlaceTest;
use super::time::{Interval, Moment, day_start, next_day};

/// A condition about one field or attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// What is looked at.
    pub of: Source,
    /// What must hold.
    pub test: Test,
    /// How texts are compared.
    #[serde(default, skip_serializing_if = "Fold::is_exact")]
    pub fold: Fold,
}

/// A field that every customer has, or an attribute of this workspace.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A standard field.
    Field(Field),
    /// An attribute by its key.
    Attribute(String),
}

/// The standard fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The company's own customer number.
    ExternalId,
    /// Mail address.
    Email,
    /// Telephone number.
    Phone,
    /// Family name.
    FamilyName,
    /// Given name.
    GivenName,
    /// Name as one text.
    FullName,
    /// Language and region.
    Locale,
    /// IANA zone.
    TimeZone,
    /// True until an external id, email or phone is known.
    IsAnonymous,
    /// First sign of this person.
    FirstSeenAt,
    /// Latest sign of this person.
    LastSeenAt,
    /// When the record was made.
    CreatedAt,
}

impl Field {
    /// Lists all fields in the order of the builder.
    pub const ALL: [Self; 12] = [
        Self::FullName,
        Self::FamilyName,
        Self::GivenName,
        Self::Email,
        Self::Phone,
        Self::ExternalId,
        Self::Locale,
        Self::TimeZone,
        Self::IsAnonymous,
        Self::FirstSeenAt,
        Self::LastSeenAt,
        Self::CreatedAt,
    ];

    /// Returns the name used in documents, which is also the column's.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ExternalId => "external_id",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::FamilyName => "family_name",
            Self::GivenName => "given_name",
            Self::FullName => "full_name",
            Self::Locale => "locale",
            Self::TimeZone => "time_zone",
            Self::IsAnonymous => "is_anonymous",
            Self::FirstSeenAt => "first_seen_at",
            Self::LastSeenAt => "last_seen_at",
            Self::CreatedAt => "created_at",
        }
    }

    /// Tells whether the value is an address or number that leads to the person.
    pub const fn is_personal(self) -> bool {
        matches!(self, Self::Email | Self::Phone)
    }

    /// Returns the type of the field.
    pub const fn value_type(self) -> ValueType {
        match self {
            Self::IsAnonymous => ValueType::Boolean,
            Self::FirstSeenAt | Self::LastSeenAt | Self::CreatedAt => ValueType::Date,
            _ => ValueType::Text,
        }
    }
}

/// The types of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// Text.
    Text,
    /// Number.
    Number,
    /// True or false.
    Boolean,
    /// A day or an instant.
    Date,
    /// List of texts.
    List,
}

impl ValueType {
    /// Reads the stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "text" => Self::Text,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "date" => Self::Date,
            "list" => Self::List,
            _ => return None,
        })
    }

    /// Returns the stored word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::List => "list",
        }
    }
}

/// How texts are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fold {
    /// Character by character.
    #[default]
    Exact,
    /// As a Japanese reader would: NFKC (width), lower case, katakana as hiragana.
    Japanese,
}

impl Fold {
    /// Tells whether texts are compared as they are.
    pub const fn is_exact(&self) -> bool {
        matches!(self, Self::Exact)
    }
}

/// What must hold of a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// There is a value; an empty text or list is one.
    Exists,
    /// There is none.
    Missing,
    /// A text.
    Text(TextTest),
    /// A number.
    Number(NumberTest),
    /// True or false.
    Boolean(bool),
    /// A day or an instant.
    Date(DateTest),
    /// A list of texts.
    List(ListTest),
    /// A text that says a place.
    Place(PlaceTest),
}

impl Test {
    /// Returns the type of value that the test can judge; `None` for any.
    pub const fn value_type(&self) -> Option<ValueType> {
        match self {
            Self::Exists | Self::Missing => None,
            Self::Text(_) | Self::Place(_) => Some(ValueType::Text),
            Self::Number(_) => Some(ValueType::Number),
            Self::Boolean(_) => Some(ValueType::Boolean),
            Self::Date(_) => Some(ValueType::Date),
            Self::List(_) => Some(ValueType::List),
        }
    }
}

/// What must hold of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextTest {
    /// Is this.
    Equals(String),
    /// Is another.
    NotEquals(String),
    /// Holds this part.
    Contains(String),
    /// Does not hold this part.
    NotContains(String),
    /// Begins with this.
    StartsWith(String),
    /// Ends with this.
    EndsWith(String),
    /// Is one of these.
    In(Vec<String>),
    /// Is none of these.
    NotIn(Vec<String>),
    /// A part of it matches this regular expression.
    Matches(String),
}

impl TextTest {
    /// Returns the compiled pattern of a test by one; compiling is what costs, so it is done once for many texts.
    pub(crate) fn pattern(&self) -> Option<regex::Regex> {
        match self {
            Self::Matches(pattern) => super::compile_pattern(pattern).ok(),
            _ => None,
        }
    }

    /// Judges a text that is already in the form in which it is compared; `fold` brings operands there.
    pub fn holds(&self, text: &str, fold: impl Fn(&str) -> String) -> bool {
        match self {
            Self::Equals(value) => text == fold(value),
            Self::NotEquals(value) => text != fold(value),
            Self::Contains(value) => text.contains(&fold(value)),
            Self::NotContains(value) => !text.contains(&fold(value)),
            Self::StartsWith(value) => text.starts_with(&fold(value)),
            Self::EndsWith(value) => text.ends_with(&fold(value)),
            Self::In(values) => values.iter().any(|value| text == fold(value)),
            Self::NotIn(values) => values.iter().all(|value| text != fold(value)),
            Self::Matches(_) => self.pattern().is_some_and(|pattern| pattern.is_match(text)),
        }
    }
}

/// What must hold of a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberTest {
    /// `=`
    Equals(f64),
    /// `≠`
    NotEquals(f64),
    /// `<`
    LessThan(f64),
    /// `≤`
    AtMost(f64),
    /// `>`
    GreaterThan(f64),
    /// `≥`
    AtLeast(f64),
    /// Both ends belong to it.
    Between([f64; 2]),
    /// Is one of these.
    In(Vec<f64>),
    /// Is none of these.
    NotIn(Vec<f64>),
}

/// What must hold of a list of texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListTest {
    /// Holds all of these.
    AllOf(Vec<String>),
    /// Holds at least one of these.
    AnyOf(Vec<String>),
    /// Holds none of these; an empty list does.
    NoneOf(Vec<String>),
}

/// What must hold of a day or an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateTest {
    /// On the same local day.
    On(Moment),
    /// On another local day.
    NotOn(Moment),
    /// Earlier.
    Before(Moment),
    /// Later.
    After(Moment),
    /// Not later.
    OnOrBefore(Moment),
    /// Not earlier.
    OnOrAfter(Moment),
    /// Between two moments; both belong to it.
    Between([Moment; 2]),
    /// The day lies in one of these months, whatever the year; for days without a time of day.
    MonthIn(Vec<u8>),
    /// The day lies in the month that it is now in the workspace's zone; for days without a time of day.
    ThisMonth,
    /// The day has an anniversary soon, or had one; for days without a time of day.
    Anniversary(Anniversary),
}

impl DateTest {
    /// Returns the stretch asked for and whether the value must lie outside; `None` for months.
    pub fn interval(&self, now: Millis, zone: Tz) -> Option<(Interval, bool)> {
        let from = |moment: Moment| Interval {
            from: Some(moment.start(now, zone)),
            from_date: Some(moment.date(now, zone)),
            ..Interval::default()
        };
        let until = |moment: Moment| Interval {
            until: Some(moment.end(now, zone)),
            until_date: Some(next_day(moment.date(now, zone))),
            ..Interval::default()
        };
        let day = |moment: Moment| {
            let date = moment.date(now, zone);
            Interval {
                from: Some(day_start(date, zone)),
                until: Some(day_start(next_day(date), zone)),
                from_date: Some(date),
                until_date: Some(next_day(date)),
            }
        };
        Some(match *self {
            Self::On(moment) => (day(moment), false),
            Self::NotOn(moment) => (day(moment), true),
            Self::Before(moment) => (from(moment), true),
            Self::OnOrAfter(moment) => (from(moment), false),
            Self::After(moment) => (until(moment), true),
            Self::OnOrBefore(moment) => (until(moment), false),
            Self::Between([first, last]) => {
                let (first, last) = (from(first), until(last));
                (
                    Interval {
                        until: last.until,
                        until_date: last.until_date,
                        ..first
                    },
                    false,
                )
            }
            Self::MonthIn(_) | Self::ThisMonth | Self::Anniversary(_) => return None,
        })
    }
}
