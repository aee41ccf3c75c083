//! How what some rows of the feed name stands now, a few statements a batch.
//!
//! A plus before the workspace keeps SQLite from going by an index of the whole workspace: the customer leads.

use std::collections::BTreeSet;

use kernel::id::WorkspaceId;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::{Value as Json, json};
use storage::{Dialect, Value, sql};

use super::{
    Address, Event, Person, Seen, State, Touched,
    row::{
        self, AddressRow, CONSENT, ConsentRow, EVENT, EventRow, NameRow, PERSON, PersonRow, TermRow,
    },
};
use crate::{
    consent::follows_sql,
    identity::KeyKind,
    rowset::{self, Col},
};

/// Reads how what was touched stands now.
///
/// # Errors
/// When the database does not answer.
pub async fn load(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    touched: &Touched,
) -> Result<State, DbErr> {
    let reading = Reading {
        db,
        dialect: Dialect::of(db.get_database_backend()),
        workspace,
    };
    let mut state = State {
        people: reading.people(&touched.facts).await?,
        seen: reading.seen(&touched.seen).await?,
        consents: reading.consents(&touched.consents).await?,
        addresses: reading.addresses_of(&touched.consents).await?,
        terms: reading.terms(&touched.terms).await?,
        event_names: reading.event_names(&touched.event_names).await?,
        ..State::default()
    };
    let suppressed = reading.suppressed_at(&touched.suppressed_at).await?;
    state.addresses.extend(suppressed);
    state.gone = {
        let here: BTreeSet<i64> = state.people.iter().map(|person| person.id).collect();
        touched.facts.difference(&here).copied().collect()
    };
    let is_here = |profile: &i64| !state.gone.contains(profile);
    // What a customer who is gone had said or done stands with the survivor, whom the feed names too.
    state.consents.retain(|(profile, _)| is_here(profile));
    let whole = touched.timelines.iter().copied().filter(is_here).collect();
    state.timelines = reading.timelines(whole).await?;
    state.events = reading.events(touched).await?;
    Ok(state)
}

struct Reading<'a, C> {
    db: &'a C,
    dialect: Dialect,
    workspace: WorkspaceId,
}

impl<C: ConnectionTrait> Reading<'_, C> {
    async fn of<T: FromQueryResult>(
        &self,
        ids: &BTreeSet<i64>,
        text: impl FnOnce(&str) -> String,
    ) -> Result<Vec<T>, DbErr> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let wanted = rowset::ids_of(self.dialect, "$2");
        self.all(text(&wanted), rowset::bind_ids(ids.iter().copied()))
            .await
    }

    async fn all<T: FromQueryResult>(&self, text: String, rows: Value) -> Result<Vec<T>, DbErr> {
        sql::all(self.db, text, [self.workspace.raw().into(), rows]).await
    }

    async fn people(&self, ids: &BTreeSet<i64>) -> Result<Vec<Person>, DbErr> {
        let text = |wanted: &str| {
            format!(
                "SELECT {PERSON} FROM {wanted} u CROSS JOIN profile p
                 WHERE p.id = u.id AND p.workspace_id = $1 AND p.state = 0"
            )
        };
        let rows: Vec<PersonRow> = self.of(ids, text).await?;
        Ok(rows.into_iter().map(Person::from).collect())
    }

    async fn seen(&self, ids: &BTreeSet<i64>) -> Result<Vec<Seen>, DbErr> {
        #[derive(FromQueryResult)]
        struct Row {
            id: i64,
            first_seen_at: i64,
            last_seen_at: i64,
        }
        let text = |wanted: &str| {
            format!(
                "SELECT p.id, p.first_seen_at, p.last_seen_at FROM {wanted} u CROSS JOIN profile p
                 WHERE p.id = u.id AND p.workspace_id = $1 AND p.state = 0"
            )
        };
        let rows: Vec<Row> = self.of(ids, text).await?;
        let seen = rows.into_iter().map(|row| Seen {
            id: row.id,
            first_at: row.first_seen_at,
            last_at: row.last_seen_at,
        });
        Ok(seen.collect())
    }

    async fn consents(
        &self,
        ids: &BTreeSet<i64>,
    ) -> Result<Vec<(i64, Vec<super::Consent>)>, DbErr> {
        let text = |wanted: &str| {
            format!(
                "SELECT {CONSENT} FROM {wanted} u CROSS JOIN consent c
                 WHERE c.profile_id = u.id AND +c.workspace_id = $1"
            )
        };
        let rows: Vec<ConsentRow> = self.of(ids, text).await?;
        // Whoever has none left is named too.
        let mut people: Vec<_> = ids.iter().map(|id| (*id, Vec::new())).collect();
        row::gather(&mut people, rows);
        let text = |wanted: &str| {
            format!(
                "SELECT DISTINCT i.profile_id FROM {wanted} u CROSS JOIN identity i
                 WHERE i.profile_id = u.id AND +i.workspace_id = $1 AND {}",
                follows_sql("i")
            )
        };
        row::befriend(&mut people, "line", self.of(ids, text).await?);
        let text = |wanted: &str| {
            format!(
                "SELECT DISTINCT d.profile_id FROM {wanted} u CROSS JOIN device d
                 WHERE d.profile_id = u.id AND +d.workspace_id = $1 AND d.gone_at IS NULL"
            )
        };
        row::befriend(&mut people, "push", self.of(ids, text).await?);
        Ok(people)
    }

    /// The addresses that people have or had: a suppression that was lifted has left no row to be read.
    async fn addresses_of(&self, ids: &BTreeSet<i64>) -> Result<Vec<Address>, DbErr> {
        #[derive(FromQueryResult)]
        struct Row {
            channel: String,
            address: String,
            is_suppressed: bool,
        }
        let (email, phone) = (KeyKind::Email.code(), KeyKind::Phone.code());
        let text = |wanted: &str| {
            format!(
                "SELECT a.channel, a.address, EXISTS (SELECT 1 FROM suppression s WHERE s.workspace_id = $1
                     AND s.channel = a.channel AND s.address = a.address) AS is_suppressed
                 FROM (SELECT CASE i.kind WHEN {email} THEN 'email' ELSE 'sms' END AS channel, i.value AS address
                       FROM {wanted} u CROSS JOIN identity i
                       WHERE i.profile_id = u.id AND i.kind IN ({email}, {phone}) AND +i.workspace_id = $1) a"
            )
        };
        let rows: Vec<Row> = self.of(ids, text).await?;
        let addresses = rows.into_iter().map(|row| Address {
            channel: row.channel,
            address: row.address,
            is_suppressed: row.is_suppressed,
        });
        Ok(addresses.collect())
    }

    async fn suppressed_at(&self, instants: &BTreeSet<i64>) -> Result<Vec<Address>, DbErr> {
        let text = |wanted: &str| {
            format!(
                "SELECT DISTINCT s.channel, s.address FROM suppression s
                 WHERE s.workspace_id = $1 AND s.created_at IN (SELECT u.id FROM {wanted} u)"
            )
        };
        let rows: Vec<AddressRow> = self.of(instants, text).await?;
        Ok(rows.into_iter().map(suppressed).collect())
    }

    async fn terms(&self, ids: &BTreeSet<i64>) -> Result<Vec<super::Term>, DbErr> {
        let text = |wanted: &str| {
            format!(
                "SELECT t.id, t.kind, t.value, t.parent_id FROM {wanted} u CROSS JOIN term t
                 WHERE t.id = u.id AND t.workspace_id = $1"
            )
        };
        let rows: Vec<TermRow> = self.of(ids, text).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    async fn event_names(&self, ids: &BTreeSet<i64>) -> Result<Vec<(i32, String)>, DbErr> {
        let text = |wanted: &str| {
            format!(
                "SELECT n.id, n.name FROM {wanted} u CROSS JOIN event_name n
                 WHERE n.id = u.id AND n.workspace_id = $1"
            )
        };
        let rows: Vec<NameRow> = self.of(ids, text).await?;
        Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
    }

    async fn timelines(&self, ids: BTreeSet<i64>) -> Result<Vec<(i64, Vec<Event>)>, DbErr> {
        let text = |wanted: &str| {
            format!(
                "SELECT {EVENT} FROM {wanted} u CROSS JOIN event e
                 WHERE e.profile_id = u.id AND +e.workspace_id = $1"
            )
        };
        let rows: Vec<EventRow> = self.of(&ids, text).await?;
        let mut timelines: Vec<(i64, Vec<Event>)> =
            ids.into_iter().map(|id| (id, Vec::new())).collect();
        for event in rows.into_iter().map(Event::from) {
            let place = timelines.binary_search_by_key(&event.profile, |(id, _)| *id);
            if let Some((_, events)) = place.ok().and_then(|place| timelines.get_mut(place)) {
                events.push(event);
            }
        }
        Ok(timelines)
    }

    async fn events(&self, touched: &Touched) -> Result<Vec<Event>, DbErr> {
        if touched.events.is_empty() {
            return Ok(Vec::new());
        }
        let spans: Vec<Json> = touched
            .events
            .iter()
            .map(|(profile, (from, to))| json!([profile, from, to]))
            .collect();
        let columns = [("id", Col::Int), ("first", Col::Int), ("last", Col::Int)];
        let wanted = rowset::rows_of(self.dialect, "$2", &columns);
        let text = format!(
            "SELECT {EVENT} FROM {wanted} u CROSS JOIN event e
             WHERE e.profile_id = u.id AND e.id BETWEEN u.first AND u.last AND +e.workspace_id = $1"
        );
        let rows: Vec<EventRow> = self.all(text, rowset::bind(spans)).await?;
        Ok(rows.into_iter().map(Event::from).collect())
    }
}

pub(super) fn suppressed(row: AddressRow) -> Address {
    Address {
        channel: row.channel,
        address: row.address,
        is_suppressed: true,
    }
}
