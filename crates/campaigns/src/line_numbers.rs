//! What a LINE account still has to send, and under which name LINE counts a campaign.

use kernel::id::{CampaignId, SenderId, WorkspaceId};
use sea_orm::{ConnectionTrait, DbErr};
use storage::sql;

use crate::ledger::DeliveryState;

/// Returns the name under which LINE counts the opens and clicks of a campaign: LINE takes thirty letters and digits, and
/// an id has more.
pub fn unit_of(campaign: CampaignId) -> String {
    format!("c{:x}", campaign.raw())
}

/// Counts the messages that launched campaigns of an account have planned and not handed over yet: LINE does not count
/// them, and they will be sent.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    account: SenderId,
) -> Result<i64, DbErr> {
    let reserved = DeliveryState::Reserved.code();
    // The account stands in the card of the channel and nowhere else in the cards.
    let text = format!(
        "SELECT COUNT(*) FROM campaign c JOIN delivery d ON d.campaign_id = c.id AND d.state <= {reserved} AND NOT d.is_test
         WHERE c.workspace_id = $1 AND c.state IN ('scheduled', 'running', 'paused') AND CAST(c.document AS TEXT) LIKE $2"
    );
    let binds = [workspace.raw().into(), format!("%\"{account}\"%").into()];
    sql::number(db, text, binds).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_a_name_that_line_takes() {
        let unit = unit_of(CampaignId::from_raw(i64::MAX));
        assert!(unit.len() <= 30 && unit.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
}
