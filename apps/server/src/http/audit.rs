//! The lines of the audit log and the access log that a request leaves.

use access::audit;
use kernel::id::ProfileId;
use serde_json::Value;
use storage::Tx;

use super::{auth::Caller, problem::ApiError};
use crate::state::App;

/// What was changed: its kind and, where it is one thing, its id.
pub type Object = (&'static str, Option<i64>);

/// Writes what the caller did, in the transaction that does it.
///
/// # Errors
/// When the database does not answer.
pub async fn log(
    app: &App,
    tx: &Tx,
    caller: &Caller,
    action: &str,
    (object_kind, object): Object,
    detail: Value,
) -> Result<(), ApiError> {
    let change = audit::Change {
        workspace: caller.workspace,
        actor: caller.actor,
        action,
        object_kind,
        object,
        detail,
    };
    Ok(audit::record(tx, &*app.ids, app.now(), change).await?)
}

/// A look at people, as the access log tells it.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// What was done, such as `customer.open`.
    pub action: &'a str,
    /// Whom it was about, when it is one person.
    pub profile: Option<ProfileId>,
    /// How many people were shown.
    pub n_people: i64,
    /// What of them was shown.
    pub fields: &'a str,
}

/// Writes that the caller looked at people; at nobody is no look.
///
/// # Errors
/// When the database does not answer.
pub async fn look(app: &App, caller: &Caller, look: Look<'_>) -> Result<(), ApiError> {
    if look.n_people == 0 {
        return Ok(());
    }
    let tx = app.db.begin().await?;
    look_in(app, &tx, caller, look).await?;
    Ok(tx.commit().await?)
}

/// Writes it in the transaction that also makes what shows them.
///
/// # Errors
/// When the database does not answer.
pub async fn look_in(app: &App, tx: &Tx, caller: &Caller, look: Look<'_>) -> Result<(), ApiError> {
    let Look {
        action,
        profile,
        n_people,
        fields,
    } = look;
    let access = audit::Access {
        workspace: caller.workspace,
        actor: caller.actor,
        action,
        profile,
        n_people,
        fields,
    };
    Ok(audit::record_access(tx, &*app.ids, app.now(), access).await?)
}
