//! What an outcome means: delivered, tried again and when, or given up, and what follows for the webhook.

use channel_core::{Outcome, Reason};
use kernel::{
    id::IdSource,
    time::{Millis, SECOND},
};
use sea_orm::{ConnectionTrait, DbErr};
use storage::sql;

use super::{State, take::Taken};
use crate::{schedule, webhook::Disabled};

/// What came of sending a delivery once.
#[derive(Debug, Clone)]
pub struct Report {
    /// What the channel made of the answer.
    pub outcome: Outcome,
    /// When it was sent.
    pub sent_at: Millis,
    /// How long the answer took, in milliseconds.
    pub duration_ms: i64,
    /// Between 0 and 1, to spread retries.
    pub chance: f64,
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It was taken.
    Delivered,
    /// It is sent again then.
    Again(Millis),
    /// It is not sent again.
    GivenUp,
    /// Somebody else took it meanwhile: what they are told counts.
    Overtaken,
}

/// Answers that mean "spare me": nothing is sent to the webhook until the pause is over.
const SPARE: [u16; 3] = [429, 502, 504];

/// Says what an outcome means for a delivery. Pure.
fn judge(taken: &Taken, report: &Report, now: Millis) -> Verdict {
    if matches!(report.outcome, Outcome::Accepted { .. }) {
        return Verdict::Delivered;
    }
    let is_final = matches!(
        report.outcome,
        Outcome::Suppress { .. } | Outcome::Dropped { .. }
    );
    // A test is for somebody who is watching, now.
    if is_final || taken.is_test {
        return Verdict::GivenUp;
    }
    schedule::pause_after(taken.attempts.saturating_add(1), report.chance)
        .map_or(Verdict::GivenUp, |pause| {
            Verdict::Again(now.plus(pause.max(asked(&report.outcome))))
        })
}

/// The pause that the receiver asked for, in milliseconds.
fn asked(outcome: &Outcome) -> i64 {
    match outcome {
        Outcome::NotAccepted { retry_after, .. } => {
            i64::try_from(retry_after.as_millis()).unwrap_or(SECOND)
        }
        _ => 0,
    }
}

/// Records what came of sending a delivery, in the caller's transaction. What is known of an answer is always logged;
/// it moves the delivery only if nobody took it meanwhile.
///
/// # Errors
/// When the database does not answer.
pub async fn settle(
    tx: &impl ConnectionTrait,
    ids: &dyn IdSource,
    taken: &Taken,
    report: &Report,
    now: Millis,
) -> Result<Verdict, DbErr> {
    let verdict = judge(taken, report, now);
    log(tx, ids, taken, report).await?;
    let (state, due_at) = match verdict {
        Verdict::Delivered => (State::Delivered, now),
        Verdict::Again(at) => (State::Waiting, at),
        Verdict::GivenUp | Verdict::Overtaken => (State::Failed, now),
    };
    let has_failed = i64::from(verdict != Verdict::Delivered);
    let moved = sql::exec(
        tx,
        "UPDATE webhook_delivery SET state = $4, due_at = $5, attempts = attempts + $6, last_status = $7,
           settled_at = CASE $4 WHEN 0 THEN NULL ELSE CAST($8 AS BIGINT) END
         WHERE workspace_id = $1 AND id = $2 AND taken = $3 AND state = 0",
        [
            taken.workspace.raw().into(),
            taken.id.raw().into(),
            taken.fence.into(),
            i64::from(state.code()).into(),
            due_at.0.into(),
            has_failed.into(),
            status(&report.outcome).into(),
            now.0.into(),
        ],
    )
    .await?;
    if moved == 0 {
        return Ok(Verdict::Overtaken);
    }
    if !taken.is_test {
        follow(tx, taken, report, verdict, now).await?;
    }
    Ok(verdict)
}

/// What follows for the webhook.
async fn follow(
    tx: &impl ConnectionTrait,
    taken: &Taken,
    report: &Report,
    verdict: Verdict,
    now: Millis,
) -> Result<(), DbErr> {
    let id = || {
        [
            taken.workspace.raw().into(),
            taken.webhook.raw().into(),
            now.0.into(),
        ]
    };
    if verdict == Verdict::Delivered {
        let text = "UPDATE webhook SET succeeded_at = $3 WHERE workspace_id = $1 AND id = $2";
        return sql::exec(tx, text, id()).await.map(|_| ());
    }
    let text = "UPDATE webhook SET failed_at = $3 WHERE workspace_id = $1 AND id = $2";
    sql::exec(tx, text, id()).await?;
    let is_asked = status(&report.outcome).is_some_and(|code| SPARE.map(i32::from).contains(&code));
    if is_asked {
        let until = now.plus(asked(&report.outcome));
        let text = "UPDATE webhook SET spared_until = $4 WHERE workspace_id = $1 AND id = $2 AND spared_until < $4
                    AND failed_at = $3";
        let [workspace, webhook, at] = id();
        sql::exec(tx, text, [workspace, webhook, at, until.0.into()]).await?;
    }
    let why = match (&report.outcome, verdict) {
        (Outcome::Suppress { .. }, _) => Disabled::Gone,
        // It was we who could not send it: that says nothing of the webhook.
        (Outcome::Dropped { .. }, _) => return Ok(()),
        (_, Verdict::GivenUp) => Disabled::Exhausted,
        _ => return Ok(()),
    };
    // One message that a receiver cannot take does not end what it is told: only if it took nothing all the while.
    let text = "UPDATE webhook SET is_enabled = FALSE, disabled_reason = $4, disabled_at = $3, version = version + 1
                WHERE workspace_id = $1 AND id = $2 AND is_enabled
                  AND ($4 = 'gone' OR succeeded_at IS NULL OR succeeded_at < $5)";
    let [workspace, webhook, at] = id();
    let binds = [
        workspace,
        webhook,
        at,
        why.name().into(),
        taken.begun_at.0.into(),
    ];
    sql::exec(tx, text, binds).await.map(|_| ())
}

async fn log(
    tx: &impl ConnectionTrait,
    ids: &dyn IdSource,
    taken: &Taken,
    report: &Report,
) -> Result<(), DbErr> {
    let reason: Option<&Reason> = report.outcome.reason();
    let (outcome, detail) = match &report.outcome {
        Outcome::Accepted { provider_ref } => ("delivered", said(provider_ref)),
        _ => (
            reason.map_or("other", |reason| reason.class.as_str()),
            reason.map_or("", |reason| reason.detail.as_str()),
        ),
    };
    sql::exec(
        tx,
        "INSERT INTO webhook_attempt (workspace_id, id, delivery_id, at, duration_ms, status, outcome, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            taken.workspace.raw().into(),
            ids.next_raw().into(),
            taken.id.raw().into(),
            report.sent_at.0.into(),
            report.duration_ms.into(),
            status(&report.outcome).into(),
            outcome.into(),
            detail.replace('\0', "").into(),
        ],
    )
    .await
    .map(|_| ())
}

/// The status of the answer, where there was one. A success names it first in its reference.
fn status(outcome: &Outcome) -> Option<i32> {
    match outcome {
        Outcome::Accepted { provider_ref } => provider_ref.split(' ').next()?.parse().ok(),
        _ => outcome.reason()?.code.map(i32::from),
    }
}

fn said(reference: &str) -> &str {
    reference.split_once(' ').map_or("", |(_, said)| said)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use channel_core::{ReasonClass, SuppressReason};
    use kernel::{
        id::{WebhookDeliveryId, WebhookId, WebhookMessageId, WorkspaceId},
        time::{HOUR, MINUTE},
    };

    use super::*;

    fn taken(attempts: i32, is_test: bool) -> Taken {
        Taken {
            workspace: WorkspaceId::from_raw(1),
            webhook: WebhookId::from_raw(2),
            id: WebhookDeliveryId::from_raw(3),
            message: WebhookMessageId::from_raw(4),
            body: "{}".to_owned(),
            is_test,
            attempts,
            begun_at: Millis(0),
            fence: 1,
        }
    }

    fn verdict(outcome: Outcome, attempts: i32, is_test: bool) -> Verdict {
        let report = Report {
            outcome,
            sent_at: Millis(0),
            duration_ms: 5,
            chance: 0.0,
        };
        judge(&taken(attempts, is_test), &report, Millis(0))
    }

    #[test]
    fn only_a_success_and_the_end_of_the_schedule_are_final() {
        let reason = |code| Reason::new(ReasonClass::Other, Some(code), "x");
        let refused = |seconds| Outcome::NotAccepted {
            retry_after: Duration::from_secs(seconds),
            reason: reason(500),
        };
        let accepted = Outcome::Accepted {
            provider_ref: "204".to_owned(),
        };
        let unknown = Outcome::Unknown { reason: reason(0) };
        let gone = Outcome::Suppress {
            why: SuppressReason::HardBounce,
            reason: reason(410),
        };
        let dropped = Outcome::Dropped { reason: reason(0) };
        for (outcome, attempts, expected) in [
            (accepted, 9, Verdict::Delivered),
            (refused(5), 0, Verdict::Again(Millis(5 * SECOND))),
            (refused(5), 1, Verdict::Again(Millis(5 * MINUTE))),
            (refused(5), 8, Verdict::Again(Millis(24 * HOUR))),
            (refused(5), 9, Verdict::GivenUp),
            (refused(600), 1, Verdict::Again(Millis(10 * MINUTE))),
            (unknown, 0, Verdict::Again(Millis(5 * SECOND))),
            (gone, 0, Verdict::GivenUp),
            (dropped, 0, Verdict::GivenUp),
        ] {
            assert_eq!(
                verdict(outcome.clone(), attempts, false),
                expected,
                "{outcome:?}"
            );
        }
        assert_eq!(verdict(refused(5), 0, true), Verdict::GivenUp, "a test");
    }

    #[test]
    fn the_status_of_a_success_stands_first() {
        let accepted = |text: &str| Outcome::Accepted {
            provider_ref: text.to_owned(),
        };
        assert_eq!(status(&accepted("204")), Some(204));
        assert_eq!(status(&accepted("200 ok then")), Some(200));
        assert_eq!(status(&accepted("queued as 7")), None);
        assert_eq!(said("200 ok then"), "ok then");
        assert_eq!(said("204"), "");
    }
}
