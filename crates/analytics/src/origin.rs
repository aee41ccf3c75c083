//! Where customers come from: the first view of the first visit, else the door that they came in by.
//!
//! The first visit begins when a customer was first seen. What the page or the app said in the half hour from then on
//! tells the campaign (its source and medium) or the referring site; a view that says neither came straight. Who was
//! known without a view came by a file, a server, a form or the admin.

mod channel;

use kernel::{id::WorkspaceId, invalid::Invalid, time::MINUTE};
use profiles::{
    attributes::{self, ValueType},
    names::{PAGE_VIEWED, SCREEN_VIEWED},
};
use sea_orm::{ConnectionTrait, DbErr};
use storage::{Dialect, Value};

pub use channel::Channel;
pub(crate) use channel::Touch;

/// How long after a customer was first seen a view still belongs to how she came.
const VISIT: i64 = 30 * MINUTE;
/// The bit of events by machines.
const MACHINE: i32 = 1;

/// What customers are told apart by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// Kinds of ways that they came, such as search or mail.
    Channel,
    /// The very campaign, site or door.
    Source,
    /// The value of an attribute.
    Attribute(String),
}

impl By {
    /// Reads a name: `channel`, `source` or `attribute:KEY`.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "channel" => Some(Self::Channel),
            "source" => Some(Self::Source),
            _ => {
                let key = name.strip_prefix("attribute:")?;
                (!key.is_empty()).then(|| Self::Attribute(key.to_owned()))
            }
        }
    }

    /// Refuses an attribute that makes no groups: an unknown one, a sensitive one, any but text.
    ///
    /// # Errors
    /// [`Invalid`] at `/by`; the outer error when the database does not answer.
    pub async fn check(
        &self,
        db: &impl ConnectionTrait,
        workspace: WorkspaceId,
    ) -> Result<Result<(), Invalid>, DbErr> {
        let Self::Attribute(key) = self else {
            return Ok(Ok(()));
        };
        let known = attributes::list(db, workspace).await?;
        let own = known.iter().find(|def| def.key == *key);
        Ok(match own {
            None => Err(Invalid::one(
                "/by",
                "unknown",
                format!("there is no attribute {key}"),
                format!("属性「{key}」はありません"),
            )),
            Some(def) if def.is_sensitive => Err(Invalid::one(
                "/by",
                "sensitive",
                "customers are not told apart by a sensitive attribute",
                "取り扱い注意の属性では分けられません",
            )),
            Some(def) if def.value_type != ValueType::Text => Err(Invalid::one(
                "/by",
                "type",
                "customers are told apart by attributes of text alone",
                "分けられるのは文字の属性だけです",
            )),
            Some(_) => Ok(()),
        })
    }

    /// Returns what `table_sql` binds beside what its people need: the key of the attribute.
    pub(crate) fn binds(&self) -> Vec<Value> {
        match self {
            Self::Channel | Self::Source => Vec::new(),
            Self::Attribute(key) => vec![key.as_str().into()],
        }
    }

    /// Returns a select of `profile_id`, `campaign`, `medium`, `referrer`, `host` and `door` of some people, a select
    /// of `profile_id`. An attribute's value stands in `campaign`, its key is the bind `key`.
    pub(crate) fn table_sql(
        &self,
        dialect: Dialect,
        workspace: WorkspaceId,
        people: &str,
        key: &str,
    ) -> String {
        let workspace = workspace.raw();
        let none = |name: &str| format!("CAST(NULL AS TEXT) AS {name}");
        if let Self::Attribute(_) = self {
            let value = dialect.json_text("p.attributes", key);
            return format!(
                "SELECT p.id AS profile_id, CAST({value} AS TEXT) AS campaign, {}, {}, {}, CAST(NULL AS BIGINT) AS door
                 FROM ({people}) f JOIN profile p ON p.id = f.profile_id",
                none("medium"),
                none("referrer"),
                none("host")
            );
        }
        let host = |member: &str| dialect.host(&format!("(t.seen ->> '{member}')"));
        // Kept as it is found: the look for the first view costs more than all that is read from it.
        format!(
            "WITH t AS MATERIALIZED (
               SELECT p.id AS profile_id,
                 (SELECT COALESCE(e.properties, '{{}}') FROM event e
                  WHERE e.profile_id = p.id AND e.workspace_id = {workspace}
                    AND e.occurred_at >= p.first_seen_at AND e.occurred_at <= p.first_seen_at + {VISIT}
                    AND e.name_id IN ({PAGE_VIEWED}, {SCREEN_VIEWED}) AND (e.flags & {MACHINE}) = 0
                  ORDER BY e.occurred_at, e.id LIMIT 1) AS seen,
                 (SELECT i.source FROM identity i WHERE i.profile_id = p.id
                  ORDER BY i.created_at, i.kind, i.value LIMIT 1) AS door
               FROM ({people}) f JOIN profile p ON p.id = f.profile_id
             )
             SELECT t.profile_id, t.seen -> 'campaign' ->> 'source' AS campaign,
               t.seen -> 'campaign' ->> 'medium' AS medium, {referrer} AS referrer,
               CASE WHEN t.seen IS NOT NULL THEN COALESCE({url}, '') END AS host, CAST(t.door AS BIGINT) AS door
             FROM t",
            referrer = host("referrer"),
            url = host("url"),
        )
    }

    /// Returns the group of a row of the table: its key, and its names in Japanese and English.
    pub(crate) fn group(&self, touch: &Touch) -> Group {
        match self {
            Self::Channel => {
                let channel = touch.channel();
                Group::named(channel.as_str(), channel.ja(), channel.en())
            }
            Self::Source => touch.source(),
            Self::Attribute(_) => {
                let value = touch.campaign.clone().filter(|value| !value.is_empty());
                value.map_or_else(Group::none, |value| Group::plain(&value))
            }
        }
    }
}

/// One group of customers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// What it is known by; none for those of whom it is not known.
    pub key: Option<String>,
    /// Its name in Japanese.
    pub ja: String,
    /// Its name in English.
    pub en: String,
}

impl Group {
    /// A group with names of its own.
    pub(crate) fn named(key: &str, ja: &str, en: &str) -> Self {
        Self {
            key: Some(key.to_owned()),
            ja: ja.to_owned(),
            en: en.to_owned(),
        }
    }

    /// A group that is called what it is known by.
    pub(crate) fn plain(name: &str) -> Self {
        Self::named(name, name, name)
    }

    /// Those of whom it is not known.
    pub(crate) fn none() -> Self {
        Self {
            key: None,
            ja: "値なし".to_owned(),
            en: "No value".to_owned(),
        }
    }

    /// All customers together.
    pub(crate) fn everybody() -> Self {
        Self::named("everybody", "全体", "Everybody")
    }

    /// All groups that are not shown by themselves.
    pub(crate) fn rest() -> Self {
        Self::named("(rest)", "そのほか", "All others")
    }
}
