//! Tests on one value: a column of the profile, or a member of a JSON column.

use storage::Dialect;

use super::{
    binds::Binds,
    date::{date_sql, instant_sql},
};
use crate::{
    language::{Field, ListTest, NumberTest, PlaceTest, Test, TextTest},
    resolve::{At, Folds},
};

/// Where a value lives.
pub(crate) enum Column<'a> {
    /// A column of `profile p`.
    Field(Field),
    /// A member of a JSON column.
    Json {
        /// Such as `p.attributes`.
        column: &'static str,
        /// The member.
        key: &'a str,
    },
}

/// A value that the statement can look at: SQL texts for each type.
struct Slot {
    dialect: Dialect,
    shape: Shape,
}

enum Shape {
    Plain(String),
    /// Column and bound key (a path on SQLite).
    Json(&'static str, String),
}

impl Slot {
    fn new(binds: &mut Binds, column: &Column<'_>) -> Self {
        let shape = match column {
            Column::Field(field) => Shape::Plain(format!("p.{}", field.name())),
            Column::Json { column, key } => {
                let bind = match binds.dialect {
                    // A quoted label keeps keys with dots or Japanese whole.
                    Dialect::Sqlite => binds.one(format!("$.\"{key}\"")),
                    Dialect::Postgres => binds.one(*key),
                };
                Shape::Json(column, bind)
            }
        };
        Self {
            dialect: binds.dialect,
            shape,
        }
    }

    /// Returns the type of a JSON member as the database calls it; null when absent.
    fn json_type(&self, column: &str, key: &str) -> String {
        match self.dialect {
            Dialect::Sqlite => format!("json_type({column}, {key})"),
            Dialect::Postgres => format!("jsonb_typeof({column} -> {key})"),
        }
    }

    fn exists(&self) -> String {
        match &self.shape {
            Shape::Plain(column) => format!("({column} IS NOT NULL)"),
            Shape::Json(column, key) => format!(
                "(COALESCE({}, 'null') <> 'null')",
                self.json_type(column, key)
            ),
        }
    }

    /// Returns the value as a text, null unless it is one.
    fn text(&self) -> String {
        match &self.shape {
            Shape::Plain(column) => column.clone(),
            Shape::Json(column, key) => {
                let word = if self.dialect == Dialect::Sqlite {
                    "text"
                } else {
                    "string"
                };
                format!(
                    "(CASE {} WHEN '{word}' THEN {column} ->> {key} END)",
                    self.json_type(column, key)
                )
            }
        }
    }

    fn number(&self) -> String {
        match &self.shape {
            Shape::Plain(column) => column.clone(),
            Shape::Json(column, key) => {
                let kind = self.json_type(column, key);
                match self.dialect {
                    Dialect::Sqlite => format!(
                        "(CASE WHEN {kind} IN ('integer', 'real') THEN CAST({column} ->> {key} AS REAL) END)"
                    ),
                    Dialect::Postgres => {
                        format!(
                            "(CASE {kind} WHEN 'number' THEN ({column} ->> {key})::double precision END)"
                        )
                    }
                }
            }
        }
    }

    fn boolean(&self) -> String {
        match &self.shape {
            Shape::Plain(column) => column.clone(),
            Shape::Json(column, key) => {
                let kind = self.json_type(column, key);
                match self.dialect {
                    Dialect::Sqlite => {
                        format!("(CASE {kind} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END)")
                    }
                    Dialect::Postgres => {
                        format!(
                            "(CASE {kind} WHEN 'boolean' THEN ({column} ->> {key})::boolean END)"
                        )
                    }
                }
            }
        }
    }

    /// Tests whether a list holds one of some texts; null unless it is a list.
    fn holds_any(&self, binds: &mut Binds, list: &[String]) -> String {
        let Shape::Json(column, key) = &self.shape else {
            return "NULL".to_owned();
        };
        let kind = self.json_type(column, key);
        let list = list.iter().map(String::as_str);
        match self.dialect {
            Dialect::Sqlite => {
                let one_of = binds.text_in("j.value", list);
                format!(
                    "(CASE {kind} WHEN 'array' THEN EXISTS \
                     (SELECT 1 FROM json_each({column}, {key}) j WHERE j.type = 'text' AND {one_of}) END)"
                )
            }
            Dialect::Postgres => {
                let one_of = binds.text_in("j.value #>> '{}'", list);
                // Not `?|`: that also answers for objects and clashes with other drivers' placeholders.
                format!(
                    "(CASE {kind} WHEN 'array' THEN EXISTS \
                     (SELECT 1 FROM jsonb_array_elements(CASE {kind} WHEN 'array' THEN {column} -> {key} END) j(value) \
                     WHERE jsonb_typeof(j.value) = 'string' AND {one_of}) END)"
                )
            }
        }
    }
}

/// Returns the boolean expression of a test; null where it is unknown.
pub(crate) fn test_sql(
    binds: &mut Binds,
    at: &At,
    column: &Column<'_>,
    test: &Test,
    folds: Folds<'_>,
) -> String {
    let slot = Slot::new(binds, column);
    match test {
        Test::Exists => slot.exists(),
        Test::Missing => format!("(NOT {})", slot.exists()),
        Test::Text(test) => text_sql(binds, &slot.text(), test, folds),
        Test::Number(test) => number_sql(binds, &slot.number(), test),
        Test::Boolean(wanted) => {
            let wanted = binds.one(*wanted);
            format!("({} = {wanted})", slot.boolean())
        }
        Test::Date(test) => match &slot.shape {
            Shape::Plain(column) => instant_sql(binds, at, column, test),
            Shape::Json(..) => date_sql(binds, at, &slot.text(), test),
        },
        Test::List(test) => list_sql(binds, &slot, test, folds),
        Test::Place(test) => place_sql(binds, &slot.text(), test, folds),
    }
}

/// No database measures as the server does: the stored texts have been judged, and what says no place is unknown.
fn place_sql(binds: &mut Binds, text: &str, wanted: &PlaceTest, folds: Folds<'_>) -> String {
    let (holds, fails) = folds.placed(wanted);
    let holds = binds.text_in(text, holds);
    let fails = binds.text_in(text, fails);
    format!("(CASE WHEN {holds} THEN TRUE WHEN {fails} THEN FALSE END)")
}

fn text_sql(binds: &mut Binds, text: &str, wanted: &TextTest, folds: Folds<'_>) -> String {
    if let Some(matching) = folds.matching(wanted) {
        // The dictionary has said which stored writings match; an absent value stays unknown.
        let one_of = binds.text_in(text, matching);
        return format!("(CASE WHEN {text} IS NOT NULL THEN {one_of} END)");
    }
    let whole = |binds: &mut Binds, word: &str, value: &str| {
        let value = binds.one(value);
        format!("({text} {word} {value})")
    };
    let position = if binds.dialect == Dialect::Sqlite {
        "instr"
    } else {
        "strpos"
    };
    // Not LIKE: it would read % and _ in the value, and ignore ASCII case on SQLite alone.
    let part = |binds: &mut Binds, word: &str, value: &str| {
        let value = binds.one(value);
        format!("({position}({text}, {value}) {word} 0)")
    };
    let length = |value: &str| i64::try_from(value.chars().count()).unwrap_or(i64::MAX);
    match wanted {
        TextTest::Equals(value) => whole(binds, "=", value),
        TextTest::NotEquals(value) => whole(binds, "<>", value),
        TextTest::Contains(value) => part(binds, ">", value),
        TextTest::NotContains(value) => part(binds, "=", value),
        TextTest::StartsWith(value) => {
            let (n, value) = (int_cast(binds, length(value)), binds.one(value.as_str()));
            format!("(substr({text}, 1, {n}) = {value})")
        }
        TextTest::EndsWith(value) => {
            let (n, value) = (int_cast(binds, length(value)), binds.one(value.as_str()));
            match binds.dialect {
                Dialect::Sqlite => format!("(substr({text}, -{n}) = {value})"),
                Dialect::Postgres => format!("(right({text}, {n}) = {value})"),
            }
        }
        TextTest::In(values) => {
            let one_of = binds.text_in(text, values.iter().map(String::as_str));
            format!("({one_of})")
        }
        TextTest::NotIn(values) => {
            let one_of = binds.text_in(text, values.iter().map(String::as_str));
            format!("(NOT ({one_of}))")
        }
        // The dictionary has answered above; without one nothing is known.
        TextTest::Matches(_) => "NULL".to_owned(),
    }
}

/// Binds a small number where PostgreSQL wants a 32-bit integer.
fn int_cast(binds: &mut Binds, n: i64) -> String {
    let bind = binds.one(n);
    format!("CAST({bind} AS INTEGER)")
}

fn number_sql(binds: &mut Binds, number: &str, test: &NumberTest) -> String {
    let simple = |binds: &mut Binds, word: &str, value: f64| {
        let value = binds.one(value);
        format!("({number} {word} {value})")
    };
    match test {
        NumberTest::Equals(value) => simple(binds, "=", *value),
        NumberTest::NotEquals(value) => simple(binds, "<>", *value),
        NumberTest::LessThan(value) => simple(binds, "<", *value),
        NumberTest::AtMost(value) => simple(binds, "<=", *value),
        NumberTest::GreaterThan(value) => simple(binds, ">", *value),
        NumberTest::AtLeast(value) => simple(binds, ">=", *value),
        NumberTest::Between([low, high]) => {
            let (low, high) = (binds.one(*low), binds.one(*high));
            format!("({number} BETWEEN {low} AND {high})")
        }
        NumberTest::In(values) => format!("({})", binds.real_in(number, values)),
        NumberTest::NotIn(values) => format!("(NOT ({}))", binds.real_in(number, values)),
    }
}

fn list_sql(binds: &mut Binds, slot: &Slot, test: &ListTest, folds: Folds<'_>) -> String {
    match test {
        ListTest::AllOf(values) => {
            let each: Vec<String> = values
                .iter()
                .map(|value| slot.holds_any(binds, &folds.writings(std::slice::from_ref(value))))
                .collect();
            format!("({})", each.join(" AND "))
        }
        ListTest::AnyOf(values) => slot.holds_any(binds, &folds.writings(values)),
        ListTest::NoneOf(values) => {
            format!("(NOT {})", slot.holds_any(binds, &folds.writings(values)))
        }
    }
}

/// Returns the thousandths of a numeric member, null unless it is a number that counts.
///
/// Truncated after half is added, because rounding differs: PostgreSQL rounds halves to even.
pub(crate) fn thousandths(binds: &mut Binds, column: &'static str, key: &str) -> String {
    whole(&Slot::new(binds, &Column::Json { column, key }))
}

fn whole(slot: &Slot) -> String {
    let number = slot.number();
    let most = index::MAX_NUMBER;
    let half = format!("{number} * 1000.0 + (CASE WHEN {number} < 0 THEN -0.5 ELSE 0.5 END)");
    let cut = match slot.dialect {
        Dialect::Sqlite => format!("CAST({half} AS INTEGER)"),
        Dialect::Postgres => format!("CAST(trunc({half}) AS BIGINT)"),
    };
    format!("(CASE WHEN abs({number}) <= {most:.1} THEN {cut} END)")
}

/// Returns a member's text, number or truth value as a text that no other value has; null for anything else.
pub(crate) fn any_value(binds: &mut Binds, column: &'static str, key: &str) -> String {
    let slot = Slot::new(binds, &Column::Json { column, key });
    let Shape::Json(column, key) = &slot.shape else {
        return "NULL".to_owned();
    };
    let kind = slot.json_type(column, key);
    let number = format!("'n' || CAST({} AS TEXT)", whole(&slot));
    match slot.dialect {
        Dialect::Sqlite => format!(
            "(CASE {kind} WHEN 'text' THEN 't' || ({column} ->> {key}) WHEN 'true' THEN 'yes' WHEN 'false' THEN 'no' ELSE {number} END)"
        ),
        Dialect::Postgres => format!(
            "(CASE {kind} WHEN 'string' THEN 't' || ({column} ->> {key}) WHEN 'boolean' THEN 'b' || ({column} ->> {key}) ELSE {number} END)"
        ),
    }
}

/// Returns the statement's column that lists the texts of a value, null where it is none.
pub(crate) fn distinct_texts(binds: &mut Binds, column: &Column<'_>) -> String {
    Slot::new(binds, column).text()
}

/// Returns a table function `j(value)` that lists the elements of a list attribute.
pub(crate) fn distinct_lists(binds: &mut Binds, column: &'static str, key: &str) -> String {
    let slot = Slot::new(binds, &Column::Json { column, key });
    let Shape::Json(column, key) = &slot.shape else {
        return "NULL".to_owned();
    };
    let kind = slot.json_type(column, key);
    match binds.dialect {
        Dialect::Sqlite => format!(
            "json_each(CASE {kind} WHEN 'array' THEN {column} -> {key} ELSE '[]' END) j WHERE j.type = 'text'"
        ),
        Dialect::Postgres => format!(
            "LATERAL jsonb_array_elements_text(CASE {kind} WHEN 'array' THEN {column} -> {key} ELSE '[]' END) j(value) WHERE TRUE"
        ),
    }
}
