//! From the domain to the wire, and what every route of the area needs.

use access::workspace;
use api_types::computed::{ComputeProgress, ComputedAttribute, ComputedAttributes, StandingCount};
use computed::{
    rule::Kind,
    store::{
        definition::{self, Definition, SaveError, Shelf},
        lease, value,
    },
};
use storage::sql;

use crate::{
    http::{auth::Caller, problem::ApiError},
    routes::attributes,
    state::App,
};

impl From<SaveError> for ApiError {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::Conflict => Self::conflict(),
            SaveError::Invalid(invalid) => invalid.into(),
            SaveError::Db(error) => error.into(),
        }
    }
}

/// Reads the kind in an address.
pub(super) fn kind(name: &str) -> Result<Kind, ApiError> {
    Kind::parse(name).ok_or_else(ApiError::not_found)
}

/// Reads everything that is declared, with its counts.
pub(super) async fn all(app: &App, caller: &Caller) -> Result<ComputedAttributes, ApiError> {
    let db = app.db.reader();
    let workspace = workspace::find(db, caller.workspace)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let mut items = Vec::new();
    for definition in definition::list(db, caller.workspace).await? {
        items.push(one(app, caller, &definition).await?);
    }
    Ok(ComputedAttributes {
        items,
        progress: progress(app, caller).await?,
        currency: workspace.currency.code().to_owned(),
    })
}

/// Returns one rule with its counts.
pub(super) async fn one(
    app: &App,
    caller: &Caller,
    definition: &Definition,
) -> Result<ComputedAttribute, ApiError> {
    let mut counts: Vec<StandingCount> = Vec::new();
    let found = value::counts(app.db.reader(), caller.workspace, definition.id).await?;
    for count in found {
        match counts.last_mut() {
            Some(held) if held.standing == count.standing => held.customers += count.n,
            _ => counts.push(StandingCount {
                standing: count.standing,
                customers: count.n,
            }),
        }
    }
    let kind = definition.rule.kind();
    if kind == Kind::Affinity {
        most(&mut counts);
    }
    Ok(ComputedAttribute {
        kind: kind.as_str().to_owned(),
        rule: definition.rule.to_json(),
        version: definition.version,
        is_active: definition.shelf == Shelf::Active,
        updated_at: definition.updated_at.to_string(),
        attributes: kind
            .attributes()
            .into_iter()
            .map(attributes::view)
            .collect(),
        counts,
    })
}

/// The most favourites that are listed: a company may have thousands.
const MOST: usize = 20;

/// Leaves the favourites of most customers, most first; who has none stands last.
pub(super) fn most(counts: &mut Vec<StandingCount>) {
    let nobody: Vec<StandingCount> = counts
        .extract_if(.., |one| one.standing.is_empty())
        .collect();
    counts.sort_by(|one, other| {
        let by_customers = other.customers.cmp(&one.customers);
        by_customers.then_with(|| one.standing.cmp(&other.standing))
    });
    counts.truncate(MOST);
    counts.extend(nobody);
}

async fn progress(app: &App, caller: &Caller) -> Result<ComputeProgress, ApiError> {
    let db = app.db.reader();
    let standing = lease::standing(db, caller.workspace).await?;
    let text = "SELECT COUNT(*) FROM profile WHERE workspace_id = $1 AND state = 0";
    let customers = sql::number(db, text, [caller.workspace.raw().into()]).await?;
    let is_whole = standing.is_whole && is_adopted(app, caller).await?;
    Ok(ComputeProgress {
        is_whole,
        done: if is_whole {
            customers
        } else {
            standing.n_filled.min(customers)
        },
        customers,
        begun_at: standing.begun_at.map(|at| at.to_string()),
        ended_at: standing.filled_at.map(|at| at.to_string()),
        read_at: standing.read_at.map(|at| at.to_string()),
    })
}

/// Tells whether the worker has taken the present rules over: a moment after a change it has not.
async fn is_adopted(app: &App, caller: &Caller) -> Result<bool, ApiError> {
    let at = crate::routes::asking::at(app, caller).await?;
    let definitions = definition::list(app.db.reader(), caller.workspace).await?;
    let rules = definition::rules(&definitions, at.zone);
    Ok(definitions
        .iter()
        .all(|one| one.basis == definition::basis(one, &rules)))
}
