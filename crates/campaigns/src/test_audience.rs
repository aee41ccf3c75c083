//! The test audience: addresses beside the members' that may get test mails, such as a shared mailbox or a phone.

use kernel::{
    id::WorkspaceId,
    invalid::{FieldError, Invalid},
    time::Millis,
};
use profiles::identity::normal;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{Tx, sql};

use crate::CampaignError;

/// The most addresses of a workspace.
pub const MOST: i64 = 50;
const MAX_LABEL: usize = 100;

/// An address that may get test mails.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct TestRecipient {
    /// The address, in the spelling that is compared.
    pub address: String,
    /// Whose it is.
    pub label: String,
}

/// Lists the test audience by label.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
) -> Result<Vec<TestRecipient>, DbErr> {
    sql::all(
        db,
        "SELECT address, label FROM test_recipient WHERE workspace_id = $1 ORDER BY label, address",
        [workspace.raw().into()],
    )
    .await
}

/// Takes an address in, or gives one that is there another label; returns it as it is kept.
///
/// # Errors
/// [`CampaignError::Invalid`] for no address, a label that is empty or too long, or a list that is full.
pub async fn put(
    tx: &Tx,
    workspace: WorkspaceId,
    address: &str,
    label: &str,
    now: Millis,
) -> Result<TestRecipient, CampaignError> {
    let recipient = check(address, label)?;
    let others = sql::number(
        tx,
        "SELECT COUNT(*) FROM test_recipient WHERE workspace_id = $1 AND address <> $2",
        [workspace.raw().into(), recipient.address.clone().into()],
    )
    .await?;
    if others >= MOST {
        return Err(full().into());
    }
    sql::exec(
        tx,
        "INSERT INTO test_recipient (workspace_id, address, label, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workspace_id, address) DO UPDATE SET label = excluded.label",
        [
            workspace.raw().into(),
            recipient.address.clone().into(),
            recipient.label.clone().into(),
            now.0.into(),
        ],
    )
    .await?;
    Ok(recipient)
}

/// Takes an address out; tells whether it was there.
///
/// # Errors
/// When the database does not answer.
pub async fn remove(tx: &Tx, workspace: WorkspaceId, address: &str) -> Result<bool, DbErr> {
    let address = normal::email(address).unwrap_or_else(|_| address.to_owned());
    let n = sql::exec(
        tx,
        "DELETE FROM test_recipient WHERE workspace_id = $1 AND address = $2",
        [workspace.raw().into(), address.into()],
    )
    .await?;
    Ok(n > 0)
}

fn check(address: &str, label: &str) -> Result<TestRecipient, Invalid> {
    let mut invalid = Invalid::default();
    let address = normal::email(address);
    if address.is_err() {
        invalid.push(FieldError::new(
            "/address",
            "email",
            "give an address such as hanako@example.jp",
            "hanako@example.jp のようなアドレスを入れてください",
        ));
    }
    let label = label.trim();
    if label.is_empty() || label.chars().count() > MAX_LABEL {
        invalid.push(FieldError::new(
            "/label",
            "length",
            "say in 1 to 100 characters whose it is",
            "誰のアドレスかを1〜100文字で入れてください",
        ));
    }
    invalid.into_result()?;
    Ok(TestRecipient {
        address: address.unwrap_or_default(),
        label: label.to_owned(),
    })
}

fn full() -> Invalid {
    Invalid::one(
        "/address",
        "full",
        "a test audience has at most 50 addresses; take one out first",
        "テスト配信先は50件までです。先にどれかを外してください",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_in_one_spelling_and_each_wrong_field_is_named() {
        let kept = check(" Ｔest..x@Docomo.ne.jp ", " 店長の電話 ").unwrap();
        assert_eq!(
            (kept.address.as_str(), kept.label.as_str()),
            ("test..x@docomo.ne.jp", "店長の電話")
        );
        let pointers: Vec<String> = check("nobody", " ")
            .unwrap_err()
            .0
            .into_iter()
            .map(|error| error.pointer)
            .collect();
        assert_eq!(pointers, ["/address", "/label"]);
    }
}
