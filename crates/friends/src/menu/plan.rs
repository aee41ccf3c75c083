//! Who sees which menu: rules in their order, and the menu of everybody else.

use std::collections::{BTreeSet, HashSet};

use kernel::{
    id::{MenuId, PublicationId, SegmentId, SenderId, UserId, WorkspaceId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use storage::sql;

use super::menus::json;

/// The most rules of an account.
pub const MOST_RULES: usize = 50;

/// Who sees which menu.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The first that fits decides.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// The menu of everybody whom no rule fits; LINE's console decides when there is none.
    #[serde(default)]
    pub default_menu: Option<MenuId>,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Whom it fits.
    pub when: When,
    /// What they see.
    pub menu: MenuId,
}

/// Whom a rule fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum When {
    /// Whoever is in a segment.
    Segment {
        /// Which one.
        segment: SegmentId,
    },
    /// Whose attribute has a value: a rank, a stage, anything that is known of a customer.
    Attribute {
        /// The attribute.
        key: String,
        /// The value, as it is written.
        value: String,
    },
}

/// What is known of a friend.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The segments that she is in.
    pub segments: HashSet<i64>,
    /// Her attributes.
    pub attributes: Json,
}

impl Plan {
    /// Returns which rule fits first, and the menu that it gives.
    pub fn choose(&self, facts: &Facts) -> Option<(usize, MenuId)> {
        let mut rules = self.rules.iter().enumerate();
        rules
            .find(|(_, rule)| rule.when.fits(facts))
            .map(|(at, rule)| (at, rule.menu))
    }

    /// Returns the segments that it asks for.
    pub fn segments(&self) -> BTreeSet<SegmentId> {
        let segment = |rule: &Rule| match rule.when {
            When::Segment { segment } => Some(segment),
            When::Attribute { .. } => None,
        };
        self.rules.iter().filter_map(segment).collect()
    }

    /// Tells whether it asks for attributes.
    pub fn asks_attributes(&self) -> bool {
        self.rules
            .iter()
            .any(|rule| matches!(rule.when, When::Attribute { .. }))
    }

    /// Returns the menus that somebody may see by it.
    pub fn menus(&self) -> BTreeSet<MenuId> {
        let of_rules = self.rules.iter().map(|rule| rule.menu);
        of_rules.chain(self.default_menu).collect()
    }
}

impl When {
    fn fits(&self, facts: &Facts) -> bool {
        match self {
            Self::Segment { segment } => facts.segments.contains(&segment.raw()),
            Self::Attribute { key, value } => facts
                .attributes
                .get(key)
                .is_some_and(|held| is_value(held, value)),
        }
    }
}

/// Compares a held value with one that a person wrote; of a list, each of its members.
fn is_value(held: &Json, written: &str) -> bool {
    match held {
        Json::String(text) => text == written,
        Json::Number(number) => {
            number.to_string() == written
                || number.as_f64().zip(written.parse().ok()).is_some_and(
                    // Written as one writes it: 3 for 3.0. Both were read from decimal text.
                    |(held, written): (f64, f64)| (held - written).abs() < f64::EPSILON,
                )
        }
        Json::Bool(flag) => flag.to_string() == written,
        Json::Array(list) => list.iter().any(|one| is_value(one, written)),
        Json::Null | Json::Object(_) => false,
    }
}

/// The plan of an account, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The account.
    pub account: SenderId,
    /// Who sees which menu.
    pub plan: Plan,
    /// Counts the saves; 0 before the first.
    pub version: i64,
    /// What LINE was told to show to everybody else.
    pub told_default: Option<PublicationId>,
    /// What the standings follow from.
    pub basis: String,
    /// Up to which user id everybody has been looked at; none while nobody needs to be.
    pub sweep_after: Option<String>,
    /// When everybody was last looked at.
    pub swept_at: Millis,
    /// Nothing is told to LINE before.
    pub paused_until: Millis,
    /// Why.
    pub fault: Option<String>,
}

#[derive(FromQueryResult)]
struct Row {
    account_id: i64,
    document: Json,
    version: i64,
    told_default: i64,
    basis: String,
    sweep_after: Option<String>,
    swept_at: i64,
    paused_until: i64,
    fault: Option<String>,
}

const SELECT: &str = "SELECT account_id, document, version, told_default, basis, sweep_after, swept_at, paused_until, fault
     FROM line_menu_plan WHERE workspace_id = $1";

impl TryFrom<Row> for Kept {
    type Error = DbErr;

    fn try_from(row: Row) -> Result<Self, DbErr> {
        let told = row.told_default;
        Ok(Self {
            account: SenderId::from_raw(row.account_id),
            plan: serde_json::from_value(row.document)
                .map_err(|error| DbErr::Type(error.to_string()))?,
            version: row.version,
            told_default: (told > 0).then(|| PublicationId::from_raw(told)),
            basis: row.basis,
            sweep_after: row.sweep_after,
            swept_at: Millis(row.swept_at),
            paused_until: Millis(row.paused_until),
            fault: row.fault,
        })
    }
}

/// Returns every plan of a workspace.
///
/// # Errors
/// When the database does not answer.
pub async fn list(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Kept>, DbErr> {
    let rows: Vec<Row> = sql::all(db, SELECT, [workspace.raw().into()]).await?;
    rows.into_iter().map(Kept::try_from).collect()
}

/// Returns the plan of an account; `None` before it has a menu.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    account: SenderId,
) -> Result<Option<Kept>, DbErr> {
    let text = format!("{SELECT} AND account_id = $2");
    let binds = [workspace.raw().into(), account.raw().into()];
    let row: Option<Row> = sql::one(db, text, binds).await?;
    row.map(Kept::try_from).transpose()
}

/// Makes an empty plan where there is none.
///
/// # Errors
/// When the database does not answer.
pub async fn ensure(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    account: SenderId,
    now: Millis,
) -> Result<(), DbErr> {
    let text = "INSERT INTO line_menu_plan (workspace_id, account_id, document, version, updated_at) VALUES ($1, $2, $3, 0, $4)
                ON CONFLICT (workspace_id, account_id) DO NOTHING";
    let binds = [
        workspace.raw().into(),
        account.raw().into(),
        json(&Plan::default()),
        now.0.into(),
    ];
    sql::exec(tx, text, binds).await.map(|_| ())
}

/// Saves a plan, unless somebody else has since `version` was read; returns whether it did. Everybody is looked at anew.
///
/// # Errors
/// When the database does not answer.
pub async fn save(
    tx: &impl ConnectionTrait,
    (workspace, account): (WorkspaceId, SenderId),
    plan: &Plan,
    version: i64,
    (by, now): (Option<UserId>, Millis),
) -> Result<bool, DbErr> {
    ensure(tx, workspace, account, now).await?;
    let text = "UPDATE line_menu_plan SET document = $3, version = version + 1, updated_by = $4, updated_at = $5
                WHERE workspace_id = $1 AND account_id = $2 AND version = $6";
    let binds = [
        workspace.raw().into(),
        account.raw().into(),
        json(plan),
        by.map(UserId::raw).into(),
        now.0.into(),
        version.into(),
    ];
    Ok(sql::exec(tx, text, binds).await? == 1)
}

/// Writes what LINE shows to everybody without a menu of their own.
///
/// # Errors
/// When the database does not answer.
pub async fn told_default(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    account: SenderId,
    told: Option<PublicationId>,
) -> Result<(), DbErr> {
    let text =
        "UPDATE line_menu_plan SET told_default = $3 WHERE workspace_id = $1 AND account_id = $2";
    let told = told.map_or(0, PublicationId::raw);
    let binds = [workspace.raw().into(), account.raw().into(), told.into()];
    sql::exec(tx, text, binds).await.map(|_| ())
}

/// Writes that nothing is told before an instant, and why; or that all is well.
///
/// # Errors
/// When the database does not answer.
pub async fn pause(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    account: SenderId,
    (until, fault): (Millis, Option<&str>),
) -> Result<(), DbErr> {
    let text = "UPDATE line_menu_plan SET paused_until = $3, fault = $4 WHERE workspace_id = $1 AND account_id = $2";
    let binds = [
        workspace.raw().into(),
        account.raw().into(),
        until.0.into(),
        fault
            .map(|fault| fault.chars().take(300).collect::<String>())
            .into(),
    ];
    sql::exec(tx, text, binds).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn attribute(key: &str, value: &str, menu: i64) -> Rule {
        Rule {
            when: When::Attribute {
                key: key.to_owned(),
                value: value.to_owned(),
            },
            menu: MenuId::from_raw(menu),
        }
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let vip = When::Segment {
            segment: SegmentId::from_raw(5),
        };
        let plan = Plan {
            rules: vec![
                Rule {
                    when: vip,
                    menu: MenuId::from_raw(1),
                },
                attribute("computed.rank", "ゴールド", 2),
                attribute("computed.rank_level", "3", 3),
            ],
            default_menu: None,
        };
        let facts = |segments: &[i64], attributes: Json| Facts {
            segments: segments.iter().copied().collect(),
            attributes,
        };
        let gold = json!({"computed.rank": "ゴールド", "computed.rank_level": 3.0});
        for (facts, expected) in [
            (facts(&[5], gold.clone()), Some((0, 1))),
            (facts(&[6], gold), Some((1, 2))),
            (facts(&[], json!({"computed.rank_level": 3})), Some((2, 3))),
            (facts(&[], json!({"computed.rank": "シルバー"})), None),
            (facts(&[], Json::Null), None),
        ] {
            let found = plan.choose(&facts).map(|(at, menu)| (at, menu.raw()));
            assert_eq!(found, expected, "{facts:?}");
        }
    }

    #[test]
    fn a_value_is_compared_as_it_is_written() {
        for (held, written, same) in [
            (json!("東京"), "東京", true),
            (json!(true), "true", true),
            (json!(2.5), "2.5", true),
            (json!(["茶器", "花器"]), "花器", true),
            (json!({"a": 1}), "1", false),
            (json!(null), "null", false),
        ] {
            assert_eq!(is_value(&held, written), same, "{held} {written}");
        }
    }
}
