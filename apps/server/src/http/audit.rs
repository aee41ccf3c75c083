//! The line of the audit log that a request leaves.

use access::audit;
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
