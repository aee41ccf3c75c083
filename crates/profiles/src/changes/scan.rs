//! Everything of a workspace, page by page, in the order of keys.

use kernel::id::WorkspaceId;
use sea_orm::{ConnectionTrait, DbErr};
use storage::sql;

use super::{
    Event, Person, State,
    load::suppressed,
    row::{
        self, AddressRow, CONSENT, ConsentRow, EVENT, EventRow, FollowerRow, NameRow, PERSON,
        PersonRow, TermRow,
    },
};
use crate::consent::follows_sql;

/// How much is read at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pages {
    /// Customers, and anything else that is small.
    pub people: u32,
    /// Events.
    pub events: u32,
}

impl Default for Pages {
    fn default() -> Self {
        Self {
            people: 2_000,
            events: 20_000,
        }
    }
}

/// A walk through a workspace.
#[derive(Debug)]
pub struct Scan {
    workspace: WorkspaceId,
    pages: Pages,
    stage: Stage,
}

/// What comes next. Dictionaries come first, then each page of customers with its events.
#[derive(Debug)]
enum Stage {
    Names,
    Terms { after: i64 },
    Addresses { after: (String, String) },
    People { after: i64 },
    Events { after: (i64, i64, i64), up_to: i64 },
    Done,
}

impl Scan {
    /// Begins a walk. Whoever goes on by the feed has noted its position before.
    pub const fn new(workspace: WorkspaceId, pages: Pages) -> Self {
        Self {
            workspace,
            pages,
            stage: Stage::Names,
        }
    }

    /// Reads the next page; `None` when there is no more.
    ///
    /// # Errors
    /// When the database does not answer; the same page can be asked for again.
    pub async fn next(&mut self, db: &impl ConnectionTrait) -> Result<Option<State>, DbErr> {
        let mut state = State::default();
        let next = match &self.stage {
            Stage::Done => return Ok(None),
            Stage::Names => self.names(db, &mut state).await?,
            Stage::Terms { after } => self.terms(db, *after, &mut state).await?,
            Stage::Addresses { after } => self.addresses(db, after, &mut state).await?,
            Stage::People { after } => self.people(db, *after, &mut state).await?,
            Stage::Events { after, up_to } => self.events(db, *after, *up_to, &mut state).await?,
        };
        self.stage = next;
        Ok(Some(state))
    }

    fn is_full(&self, n: usize) -> bool {
        n >= self.pages.people as usize
    }

    async fn names(&self, db: &impl ConnectionTrait, state: &mut State) -> Result<Stage, DbErr> {
        let text = "SELECT id, name FROM event_name WHERE workspace_id = $1 ORDER BY id";
        let rows: Vec<NameRow> = sql::all(db, text, [self.workspace.raw().into()]).await?;
        state.event_names = rows.into_iter().map(|row| (row.id, row.name)).collect();
        Ok(Stage::Terms { after: 0 })
    }

    async fn terms(
        &self,
        db: &impl ConnectionTrait,
        after: i64,
        state: &mut State,
    ) -> Result<Stage, DbErr> {
        let text = "SELECT id, kind, value, parent_id FROM term WHERE workspace_id = $1 AND id > $2 ORDER BY id LIMIT $3";
        let binds = [
            self.workspace.raw().into(),
            after.into(),
            i64::from(self.pages.people).into(),
        ];
        let rows: Vec<TermRow> = sql::all(db, text, binds).await?;
        state.terms = rows.into_iter().map(Into::into).collect();
        Ok(match state.terms.last() {
            Some(last) if self.is_full(state.terms.len()) => Stage::Terms { after: last.id },
            _ => Stage::Addresses {
                after: (String::new(), String::new()),
            },
        })
    }

    async fn addresses(
        &self,
        db: &impl ConnectionTrait,
        after: &(String, String),
        state: &mut State,
    ) -> Result<Stage, DbErr> {
        let text = "SELECT channel, address FROM suppression WHERE workspace_id = $1 AND (channel, address) > ($2, $3)
             GROUP BY channel, address ORDER BY channel, address LIMIT $4";
        let binds = [
            self.workspace.raw().into(),
            after.0.as_str().into(),
            after.1.as_str().into(),
            i64::from(self.pages.people).into(),
        ];
        let rows: Vec<AddressRow> = sql::all(db, text, binds).await?;
        state.addresses = rows.into_iter().map(suppressed).collect();
        Ok(match state.addresses.last() {
            Some(last) if self.is_full(state.addresses.len()) => Stage::Addresses {
                after: (last.channel.clone(), last.address.clone()),
            },
            _ => Stage::People { after: 0 },
        })
    }

    async fn people(
        &self,
        db: &impl ConnectionTrait,
        after: i64,
        state: &mut State,
    ) -> Result<Stage, DbErr> {
        let text = format!(
            "SELECT {PERSON} FROM profile p WHERE p.workspace_id = $1 AND p.state = 0 AND p.id > $2
             ORDER BY p.id LIMIT $3"
        );
        let binds = [
            self.workspace.raw().into(),
            after.into(),
            i64::from(self.pages.people).into(),
        ];
        let rows: Vec<PersonRow> = sql::all(db, text, binds).await?;
        state.people = rows.into_iter().map(Person::from).collect();
        let Some(last) = state.people.last().map(|person| person.id) else {
            return Ok(Stage::Done);
        };
        let text = format!(
            "SELECT {CONSENT} FROM consent c WHERE +c.workspace_id = $1 AND c.profile_id > $2 AND c.profile_id <= $3"
        );
        let binds = [self.workspace.raw().into(), after.into(), last.into()];
        let rows: Vec<ConsentRow> = sql::all(db, text, binds).await?;
        let people = state.people.iter();
        state.consents = people.map(|person| (person.id, Vec::new())).collect();
        row::gather(&mut state.consents, rows);
        let followers = self.followers(db, after, last).await?;
        row::befriend(&mut state.consents, "line", followers);
        let listeners = self.listeners(db, after, last).await?;
        row::befriend(&mut state.consents, "push", listeners);
        Ok(Stage::Events {
            after: (after, i64::MAX, i64::MAX),
            up_to: last,
        })
    }

    /// Reads who follows a LINE account; a workspace without one is not asked about everybody.
    async fn followers(
        &self,
        db: &impl ConnectionTrait,
        after: i64,
        last: i64,
    ) -> Result<Vec<FollowerRow>, DbErr> {
        let any =
            "SELECT COUNT(*) FROM (SELECT 1 FROM line_friend WHERE workspace_id = $1 LIMIT 1) f";
        if sql::number(db, any, [self.workspace.raw().into()]).await? == 0 {
            return Ok(Vec::new());
        }
        let text = format!(
            "SELECT DISTINCT i.profile_id FROM identity i
             WHERE +i.workspace_id = $1 AND i.profile_id > $2 AND i.profile_id <= $3 AND {}",
            follows_sql("i")
        );
        let binds = [self.workspace.raw().into(), after.into(), last.into()];
        sql::all(db, text, binds).await
    }

    /// Reads who has a device that takes pushes; a workspace without one is not asked about everybody.
    async fn listeners(
        &self,
        db: &impl ConnectionTrait,
        after: i64,
        last: i64,
    ) -> Result<Vec<FollowerRow>, DbErr> {
        let any = "SELECT COUNT(*) FROM (SELECT 1 FROM device WHERE workspace_id = $1 LIMIT 1) d";
        if sql::number(db, any, [self.workspace.raw().into()]).await? == 0 {
            return Ok(Vec::new());
        }
        let text = "SELECT DISTINCT d.profile_id FROM device d
             WHERE +d.workspace_id = $1 AND d.profile_id > $2 AND d.profile_id <= $3 AND d.gone_at IS NULL";
        let binds = [self.workspace.raw().into(), after.into(), last.into()];
        sql::all(db, text, binds).await
    }

    async fn events(
        &self,
        db: &impl ConnectionTrait,
        after: (i64, i64, i64),
        up_to: i64,
        state: &mut State,
    ) -> Result<Stage, DbErr> {
        // The order is that of the table, and the bounds on the customer are its range. The plus keeps SQLite from going by
        // the workspace's index by name instead and sorting it anew for every page: two seconds, not 24 ms.
        let text = format!(
            "SELECT {EVENT} FROM event e
             WHERE +e.workspace_id = $1 AND e.profile_id >= $2 AND e.profile_id <= $5
               AND (e.profile_id, e.occurred_at, e.id) > ($2, $3, $4)
             ORDER BY e.profile_id, e.occurred_at, e.id LIMIT $6"
        );
        let binds = [
            self.workspace.raw().into(),
            after.0.into(),
            after.1.into(),
            after.2.into(),
            up_to.into(),
            i64::from(self.pages.events).into(),
        ];
        let rows: Vec<EventRow> = sql::all(db, text, binds).await?;
        state.events = rows.into_iter().map(Event::from).collect();
        Ok(match state.events.last() {
            Some(last) if state.events.len() >= self.pages.events as usize => Stage::Events {
                after: (last.profile, last.occurred_at, last.id),
                up_to,
            },
            _ => Stage::People { after: up_to },
        })
    }
}
