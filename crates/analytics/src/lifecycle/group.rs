//! Stages of customers told apart by how they came, or by an attribute.

use std::collections::BTreeMap;

use chrono::{Months as Span, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use computed::lifecycle::Stage;
use kernel::{id::WorkspaceId, time::Millis};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{Dialect, Value, sql};

use super::add;
use crate::{
    origin::{By, Group, Touch},
    zone,
};

/// How many groups stand by themselves.
const GROUPS: usize = 20;

/// Stages of one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageGroup {
    /// Whose.
    pub group: Group,
    /// Customers by their present stage, in the order of the stages.
    pub stages: Vec<(Stage, i64)>,
    /// How many ever came as far as each step.
    pub reached: [i64; 4],
}

impl StageGroup {
    fn nobody(group: Group) -> Self {
        Self {
            group,
            stages: Stage::ALL.into_iter().map(|stage| (stage, 0)).collect(),
            reached: [0; 4],
        }
    }

    fn stand(&mut self, stage: Option<Stage>, n: i64) {
        let own = self
            .stages
            .iter_mut()
            .find(|(held, _)| Some(*held) == stage);
        if let Some((_, held)) = own {
            *held += n;
        }
    }

    fn merge(&mut self, other: &Self) {
        for (stage, n) in &other.stages {
            self.stand(Some(*stage), *n);
        }
        for (own, n) in self.reached.iter_mut().zip(other.reached) {
            *own += n;
        }
    }

    fn customers(&self) -> i64 {
        self.stages.iter().map(|(_, n)| n).sum()
    }
}

#[derive(FromQueryResult)]
struct Row {
    standing: String,
    reached: Option<i16>,
    #[sea_orm(nested)]
    touch: Touch,
    n: i64,
}

/// Counts the groups, the largest first; of those first seen in a month where one is given by its first day.
pub(super) async fn groups(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    attribute: i64,
    by: &By,
    (month, zone): (Option<NaiveDate>, Tz),
) -> Result<Vec<StageGroup>, DbErr> {
    let mut binds: Vec<Value> = vec![attribute.into(), workspace.raw().into()];
    binds.extend(by.binds());
    let seen = month.map_or_else(String::new, |month| within(month, zone));
    let people = format!(
        "SELECT v.profile_id FROM computed_value v JOIN profile q ON q.id = v.profile_id
         WHERE v.attribute_id = $1 AND v.workspace_id = $2 AND v.standing <> ''{seen}"
    );
    let dialect = Dialect::of(db.get_database_backend());
    let origin = by.table_sql(dialect, workspace, &people, "$3");
    let text = format!(
        "WITH origin AS MATERIALIZED ({origin})
         SELECT v.standing, v.reached, g.campaign, g.medium, g.referrer, g.host, g.door, COUNT(*) AS n
         FROM origin g JOIN computed_value v ON v.profile_id = g.profile_id AND v.attribute_id = $1
         GROUP BY 1, 2, 3, 4, 5, 6, 7"
    );
    let rows: Vec<Row> = sql::all(db, text, binds).await?;
    Ok(largest(collected(by, rows)))
}

fn collected(by: &By, rows: Vec<Row>) -> Vec<StageGroup> {
    let mut groups: BTreeMap<Group, StageGroup> = BTreeMap::new();
    for row in rows {
        let group = by.group(&row.touch);
        let nobody = || StageGroup::nobody(group.clone());
        let own = groups.entry(group.clone()).or_insert_with(nobody);
        own.stand(Stage::parse(&row.standing), row.n);
        add(&mut own.reached, row.reached, row.n);
    }
    groups.into_values().collect()
}

/// Sorts groups by their size; those beyond the greatest stand together.
fn largest(mut groups: Vec<StageGroup>) -> Vec<StageGroup> {
    groups.sort_by_key(|group| std::cmp::Reverse(group.customers()));
    if groups.len() > GROUPS {
        let rest = groups.split_off(GROUPS - 1);
        let mut whole = StageGroup::nobody(Group::rest());
        for group in &rest {
            whole.merge(group);
        }
        groups.push(whole);
    }
    groups
}

/// Returns the condition of having been first seen in a month.
fn within(month: NaiveDate, zone: Tz) -> String {
    let start = |day: NaiveDate| zone::instant(day.and_time(NaiveTime::MIN), zone);
    let next = month.checked_add_months(Span::new(1));
    let until = next.map_or(Millis(i64::MAX), start);
    format!(
        " AND q.first_seen_at >= {} AND q.first_seen_at < {}",
        start(month).0,
        until.0
    )
}
