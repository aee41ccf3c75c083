//! From everybody who matched to those who were sent to, by reason, in the order of decision.

use kernel::id::{CampaignId, WorkspaceId};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::sql;

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// Fell away.
    Loss,
    /// Not decided yet, or not known.
    Open,
    /// Was sent.
    End,
}

/// A step that is known by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Its stable name.
    pub key: &'static str,
    /// What it is.
    pub kind: StepKind,
    /// Its name in Japanese.
    pub ja: &'static str,
    /// Its name in English.
    pub en: &'static str,
}

const fn loss(key: &'static str, ja: &'static str, en: &'static str) -> Step {
    Step {
        key,
        kind: StepKind::Loss,
        ja,
        en,
    }
}

const OTHER: Step = loss("other", "そのほか", "Other reasons");

/// Every step in the order of decision.
pub const STEPS: [Step; 20] = [
    loss("gone", "統合・削除された", "Merged or erased"),
    loss("no_address", "アドレスがない", "No address"),
    loss("no_consent", "同意がない", "No consent"),
    loss("refused", "同意を断った", "Refused"),
    loss("unsubscribed", "配信停止した", "Unsubscribed"),
    loss("hard_bounce", "宛先エラー", "Dead address"),
    loss(
        "blocked",
        "LINEをブロック中",
        "Has blocked the LINE account",
    ),
    loss("soft_bounce", "続けて届かなかった", "Came back repeatedly"),
    loss("complaint", "迷惑メール報告", "Complained"),
    loss("manual", "手動で止めた", "Blocked by hand"),
    loss("vip", "VIP なので控えた", "Spared as a VIP"),
    loss("same_mailbox", "同じメールボックス", "Same mailbox"),
    OTHER,
    loss("not_made", "文面を作れなかった", "Could not be made"),
    loss("expired", "期限が過ぎた", "Too late"),
    loss("cancelled", "配信を取りやめた", "Called off"),
    loss(
        "rejected",
        "受け取り側に断られた",
        "Refused by the receiver",
    ),
    Step {
        key: "unknown",
        kind: StepKind::Open,
        ja: "返事が来なかった",
        en: "No answer came",
    },
    Step {
        key: "waiting",
        kind: StepKind::Open,
        ja: "送信待ち",
        en: "Waiting",
    },
    Step {
        key: "sent",
        kind: StepKind::End,
        ja: "送った",
        en: "Sent",
    },
];

/// The step of a row of the ledger (alias `d`). A failure before any hand-off is one of making the message.
pub(crate) const STEP_SQL: &str = "CASE WHEN d.state = 5 THEN 'sent' WHEN d.state <= 4 OR d.state = 11 THEN 'waiting' \
     WHEN d.state = 10 THEN COALESCE(d.reason, 'other') WHEN d.state = 9 THEN 'expired' WHEN d.state = 8 THEN 'cancelled' \
     WHEN d.state = 7 THEN 'unknown' WHEN d.attempts = 0 THEN 'not_made' ELSE 'rejected' END";

/// How many are at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepCount {
    /// The step.
    pub step: Step,
    /// How many.
    pub count: i64,
}

#[derive(FromQueryResult)]
pub(crate) struct Row {
    pub(crate) step: String,
    pub(crate) n: i64,
}

/// Counts a campaign's ledger by step; what is empty is left out, what was sent is always there.
pub(crate) async fn of_campaign(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    campaign: CampaignId,
) -> Result<Vec<StepCount>, DbErr> {
    let text = format!(
        "SELECT {STEP_SQL} AS step, COUNT(*) AS n FROM delivery d
         WHERE d.campaign_id = $2 AND d.workspace_id = $1 AND NOT d.is_test GROUP BY 1"
    );
    let rows = sql::all(db, text, [workspace.raw().into(), campaign.raw().into()]).await?;
    Ok(in_order(&rows))
}

/// Puts counts into the order of decision; words that are not known here come together as "other".
pub(crate) fn in_order(rows: &[Row]) -> Vec<StepCount> {
    let key_of = |row: &Row| known(&row.step).key;
    STEPS
        .into_iter()
        .map(|step| StepCount {
            step,
            count: rows
                .iter()
                .filter(|row| key_of(row) == step.key)
                .map(|row| row.n)
                .sum(),
        })
        .filter(|counted| counted.count > 0 || counted.step.kind == StepKind::End)
        .collect()
}

/// Finds a step by its name; a word that is not known here is one of the other reasons.
pub(crate) fn known(key: &str) -> Step {
    find(key).unwrap_or(OTHER)
}

/// Finds a step by its name.
pub fn find(key: &str) -> Option<Step> {
    STEPS.into_iter().find(|step| step.key == key)
}
