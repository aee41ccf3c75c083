//! Tests of a campaign: real messages through the real channel, to addresses of the team, never counted.

use kernel::{
    id::{DeviceId, IdSource, ProfileId, SenderId, WorkspaceId},
    invalid::{FieldError, Invalid},
    time::HOUR,
};
use sea_orm::DbErr;
use serde_json::json;
use storage::{Tx, sql};

use crate::{
    CampaignError,
    model::{State, Words},
    rowset::{self, Col},
    store::{self, Author, Campaign},
    way::Way,
};

/// The most addresses of one test.
pub const MAX_ADDRESSES: usize = 10;

/// Queues a test to some addresses, rendered for a person; returns how many messages that is.
///
/// # Errors
/// [`CampaignError::Invalid`] names the address, the person or the card at fault.
pub async fn send(
    tx: &Tx,
    author: Author,
    ids: &dyn IdSource,
    campaign: &Campaign,
    words: &Words,
    profile: ProfileId,
    addresses: &[String],
) -> Result<u64, CampaignError> {
    check(tx, author, campaign, profile, addresses).await?;
    // What was launched stays what it was; its tests show that.
    if campaign.stage.state == State::Draft {
        store::freeze(tx, author.workspace, campaign.id, words, author.now).await?;
    }
    let way = Way::of(campaign.document.channel.as_ref());
    let channel = way.code();
    let columns = [("id", Col::Int), ("address", Col::Text)];
    let text = format!(
        "INSERT INTO delivery (workspace_id, profile_id, id, campaign_id, occurrence, channel, is_test, state, address,
           due_at, expires_at, planned_at, origin_profile_id)
         SELECT $1, $2, v.id, $3, v.id, {channel}, TRUE, 0, v.address, $4, $5, $4, $2 FROM {}",
        rowset::rows(tx.dialect(), "$6", &columns)
    );
    let rows = addresses
        .iter()
        .map(|address| {
            let address = match (way, address.trim().parse::<DeviceId>()) {
                // The ledger names devices by their numbers.
                (Way::Push(_), Ok(device)) => device.raw().to_string(),
                _ => address.trim().to_owned(),
            };
            json!({"id": ids.next_raw(), "address": address})
        })
        .collect();
    let binds = [
        author.workspace.raw().into(),
        profile.raw().into(),
        campaign.id.raw().into(),
        author.now.0.into(),
        author.now.plus(HOUR).0.into(),
        rowset::bind(rows),
    ];
    Ok(sql::exec(tx, text, binds).await?)
}

async fn check(
    tx: &Tx,
    author: Author,
    campaign: &Campaign,
    profile: ProfileId,
    addresses: &[String],
) -> Result<(), CampaignError> {
    let mut invalid = Invalid::default();
    if campaign.document.channel.is_none() {
        invalid.push(FieldError::new(
            "/document/channel",
            "missing",
            "choose the sender first",
            "先に差出人を選んでください",
        ));
    }
    if addresses.is_empty() || addresses.len() > MAX_ADDRESSES {
        invalid.push(FieldError::new(
            "/addresses",
            "count",
            "give 1 to 10 addresses",
            "宛先は1〜10件で指定してください",
        ));
    }
    check_addresses(tx, author, campaign, addresses, &mut invalid).await?;
    let known = sql::number(
        tx,
        "SELECT COUNT(*) FROM profile WHERE id = $1 AND workspace_id = $2 AND state = 0",
        [profile.raw().into(), author.workspace.raw().into()],
    )
    .await?;
    if known == 0 {
        invalid.push(FieldError::new(
            "/profile",
            "unknown",
            "choose a customer of this workspace",
            "このワークスペースのお客様を選んでください",
        ));
    }
    Ok(invalid.into_result()?)
}

/// Each address is of the kind that the campaign's way reaches.
async fn check_addresses(
    tx: &Tx,
    author: Author,
    campaign: &Campaign,
    addresses: &[String],
    invalid: &mut Invalid,
) -> Result<(), DbErr> {
    for (index, address) in addresses.iter().enumerate() {
        let pointer = format!("/addresses/{index}");
        match Way::of(campaign.document.channel.as_ref()) {
            Way::Email if !is_mailbox(address) => invalid.push(FieldError::new(
                pointer,
                "email",
                "give an address such as hanako@example.jp",
                "hanako@example.jp のようなアドレスを入れてください",
            )),
            Way::Line(account) if !is_friend(tx, author.workspace, account, address).await? => {
                invalid.push(FieldError::new(
                    pointer,
                    "friend",
                    "give the LINE user id (U…) of somebody who follows the account",
                    "このLINEアカウントの友だちのユーザーID（U…）を入れてください",
                ));
            }
            Way::Push(sender) if !listens(tx, author.workspace, sender, address).await? => {
                invalid.push(FieldError::new(
                    pointer,
                    "device",
                    "give the id (dev_…) of a device that takes these pushes",
                    "このプッシュ通知を受け取る端末のID（dev_…）を入れてください",
                ));
            }
            Way::Email | Way::Line(_) | Way::Push(_) => {}
        }
    }
    Ok(())
}

fn is_mailbox(address: &str) -> bool {
    let parts = address.trim().rsplit_once('@');
    parts.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
        && address.len() <= 254
}

async fn is_friend(
    tx: &Tx,
    workspace: WorkspaceId,
    account: SenderId,
    user: &str,
) -> Result<bool, DbErr> {
    let n = sql::number(
        tx,
        "SELECT COUNT(*) FROM line_friend WHERE workspace_id = $1 AND account_id = $2 AND user_id = $3 AND state <> 1",
        [
            workspace.raw().into(),
            account.raw().into(),
            user.trim().into(),
        ],
    )
    .await?;
    Ok(n > 0)
}

async fn listens(
    tx: &Tx,
    workspace: WorkspaceId,
    sender: SenderId,
    device: &str,
) -> Result<bool, DbErr> {
    let Ok(device) = device.trim().parse::<DeviceId>() else {
        return Ok(false);
    };
    let n = sql::number(
        tx,
        "SELECT COUNT(*) FROM device WHERE workspace_id = $1 AND sender_id = $2 AND id = $3 AND gone_at IS NULL",
        [
            workspace.raw().into(),
            sender.raw().into(),
            device.raw().into(),
        ],
    )
    .await?;
    Ok(n > 0)
}
