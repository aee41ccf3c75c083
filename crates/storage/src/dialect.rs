//! What differs between SQLite and PostgreSQL, in one place.

use sea_orm::DbBackend;

/// Which database is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Embedded, one process, one writer.
    Sqlite,
    /// PostgreSQL 15 or later.
    Postgres,
}

impl Dialect {
    /// Returns the dialect of a SeaORM backend; only two are ever connected to.
    pub const fn of(backend: DbBackend) -> Self {
        match backend {
            DbBackend::Postgres => Self::Postgres,
            _ => Self::Sqlite,
        }
    }

    /// Returns the text of a JSON member of `column`; SQL null when absent. `key` must be a bind such as `$3`.
    pub fn json_text(self, column: &str, key: &str) -> String {
        match self {
            // A quoted path label keeps keys with dots or Japanese whole.
            Self::Sqlite => format!("({column} ->> ('$.\"' || {key} || '\"'))"),
            Self::Postgres => format!("({column} ->> {key})"),
        }
    }

    /// Returns the host of an address in an expression of text, as written; SQL null where it has none.
    pub fn host(self, address: &str) -> String {
        let place = match self {
            Self::Sqlite => "instr",
            Self::Postgres => "strpos",
        };
        let rest = format!("substr({address}, {place}({address}, '//') + 2)");
        format!(
            "(CASE WHEN {place}({address}, '//') > 0 THEN substr({rest}, 1, {place}({rest} || '/', '/') - 1) END)"
        )
    }

    /// Returns the number behind a JSON member, null when it is not a number.
    pub fn json_number(self, column: &str, key: &str) -> String {
        match self {
            Self::Sqlite => format!(
                "(CASE json_type({column}, '$.\"' || {key} || '\"') WHEN 'integer' THEN CAST({column} ->> ('$.\"' || {key} || '\"') AS REAL) WHEN 'real' THEN {column} ->> ('$.\"' || {key} || '\"') END)"
            ),
            Self::Postgres => format!(
                "(CASE jsonb_typeof({column} -> {key}) WHEN 'number' THEN ({column} ->> {key})::double precision END)"
            ),
        }
    }

    /// Returns `FOR UPDATE SKIP LOCKED` where rows are locked; SQLite's single writer needs none.
    pub const fn skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// The greatest number of binds of one statement.
    pub const fn max_binds(self) -> usize {
        match self {
            Self::Sqlite => 32_766,
            Self::Postgres => 65_535,
        }
    }
}
