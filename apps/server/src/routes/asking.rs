//! What every route needs that asks who is in segments: the moment, who answers, and how that is told.

use access::workspace;
use api_types::audience::AnswerSource;
use kernel::{feed::Cursor, id::WorkspaceId, invalid::Invalid};
use segmentation::At;

use crate::{
    audience::{Asker, Unavailable, Wanted},
    http::{auth::Caller, problem::ApiError},
    state::App,
};

/// Returns the present instant in the workspace's zone.
pub(super) async fn at(app: &App, caller: &Caller) -> Result<At, ApiError> {
    at_of(app, caller.workspace).await
}

/// Returns the present instant in a workspace's zone.
pub(super) async fn at_of(app: &App, workspace: WorkspaceId) -> Result<At, ApiError> {
    let found = workspace::find(app.db.reader(), workspace)
        .await?
        .ok_or_else(ApiError::not_found)?;
    // A stored zone was checked when it was saved.
    let zone = found
        .time_zone
        .parse()
        .unwrap_or(chrono_tz::Tz::Asia__Tokyo);
    Ok(At {
        workspace,
        now: app.now(),
        zone,
    })
}

/// Finds out who answers the caller, once what the caller wants to see is in.
pub(super) async fn asker(app: &App, caller: &Caller, wanted: Wanted) -> Result<Asker, ApiError> {
    // The moment is that before the wait: what happens meanwhile is not asked for.
    let at = at(app, caller).await?;
    Ok(app.audience.asker(at, wanted).await?)
}

/// Reads the member `position` of a body or query.
pub(super) fn wanted(position: Option<&str>) -> Result<Wanted, Invalid> {
    match position {
        None => Ok(Wanted::Present),
        Some("newest") => Ok(Wanted::Newest),
        Some(text) => read(text).map(Wanted::UpTo).ok_or_else(|| {
            Invalid::one(
                "/position",
                "position",
                "use `newest`, or the `position` of an earlier answer",
                "newest か、前の回答にあった position の値を使ってください",
            )
        }),
    }
}

/// Reads `transaction.row`.
fn read(text: &str) -> Option<Cursor> {
    let number = |digits: &str| -> Option<i64> {
        // `parse` alone would take a sign.
        let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        is_plain.then(|| digits.parse().ok()).flatten()
    };
    let (xid, id) = text.split_once('.')?;
    let (xid, id) = (number(xid)?, number(id)?);
    Some(Cursor { xid, id })
}

/// Writes a position of the feed as it is told outside.
pub(super) fn position(at: Cursor) -> String {
    format!("{}.{}", at.xid, at.id)
}

/// Tells who answered.
pub(super) fn source(asker: &Asker) -> AnswerSource {
    let answered = asker.answered();
    let answered_by = match answered.instead {
        None => "index",
        Some(_) => "sql",
    };
    AnswerSource {
        answered_by: answered_by.to_owned(),
        reason: answered.instead.map(|why| reason(why).to_owned()),
        position: position(answered.position),
        stale: answered.is_stale,
    }
}

fn reason(why: Unavailable) -> &'static str {
    match why {
        Unavailable::Building => "building",
        Unavailable::TooLarge => "too_large",
        Unavailable::Off => "off",
        Unavailable::Stopped => "stopped",
        Unavailable::Behind => "behind",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_two_plain_numbers_or_the_word() {
        assert_eq!(wanted(None).unwrap(), Wanted::Present);
        assert_eq!(wanted(Some("newest")).unwrap(), Wanted::Newest);
        let there = Cursor { xid: 12, id: 345 };
        assert_eq!(wanted(Some("12.345")).unwrap(), Wanted::UpTo(there));
        assert_eq!(read(&position(there)), Some(there));
        let huge = "9".repeat(10_000);
        for wrong in [
            "",
            ".",
            "1",
            "1.",
            ".1",
            "1.2.3",
            "-1.2",
            "+1.2",
            "1.+2",
            " 1.2",
            "1.2 ",
            "１.２",
            "1．2",
            "Newest",
            "最新",
            "🦀.1",
            "0x1.2",
            "1.99999999999999999999",
            huge.as_str(),
        ] {
            let refused = wanted(Some(wrong)).unwrap_err();
            assert_eq!(refused.0.len(), 1, "{wrong}");
            assert_eq!(refused.0[0].pointer, "/position", "{wrong}");
        }
    }
}
