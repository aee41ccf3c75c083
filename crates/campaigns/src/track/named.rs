//! Finding a message that somebody else speaks of: by our name of it, else by whom it went to.

use kernel::id::{DeliveryId, WorkspaceId};
use profiles::{
    Ctx, consent,
    identity::{KeyKind, normal},
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::sql;

use super::{Token, returned::plain};
use crate::{
    ledger::{self, DeliveryRow},
    way::EMAIL,
};

/// By what a message is named.
#[derive(Debug, Clone, Copy, Default)]
pub struct Named<'a> {
    /// The token of its return path, once verified.
    pub token: Option<Token>,
    /// Our `Message-ID` without brackets, or what stands in it before the `@`.
    pub message_id: Option<&'a str>,
    /// To whom it went.
    pub recipient: Option<&'a str>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The message.
    Message(Token),
    /// No message, but somebody has the address.
    Address(String),
    /// Nothing of this workspace.
    Unknown,
}

/// Finds the message that a name speaks of, in one workspace and no other.
///
/// A report may name an address that is not the message's: then it is about the latest message to that address, and only
/// when there is none about the named message, whose receiver passes her mail on.
///
/// # Errors
/// When the database does not answer.
pub async fn find_sent(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    named: Named<'_>,
) -> Result<Sent, DbErr> {
    let message = find_message(db, workspace, named).await?;
    let address = named.recipient.map(spelling);
    if let Some(row) = &message {
        let own = row.address.as_deref().map(spelling);
        if address.is_none() || address == own {
            return Ok(Sent::Message(token_of(row)));
        }
    }
    let Some(address) = address else {
        return Ok(Sent::Unknown);
    };
    if let Some(latest) = latest_to(db, workspace, &address).await? {
        return Ok(Sent::Message(Token {
            workspace,
            delivery: latest,
            link: None,
        }));
    }
    if let Some(row) = &message {
        return Ok(Sent::Message(token_of(row)));
    }
    Ok(if is_somebodys(db, workspace, &address).await? {
        Sent::Address(address)
    } else {
        Sent::Unknown
    })
}

fn token_of(row: &DeliveryRow) -> Token {
    Token {
        workspace: row.workspace,
        delivery: row.id,
        link: None,
    }
}

/// The address as it is compared: quotes of carriers' addresses aside.
fn spelling(address: &str) -> String {
    let plain = plain(address);
    normal::email(&plain).unwrap_or(plain)
}

async fn find_message(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    named: Named<'_>,
) -> Result<Option<DeliveryRow>, DbErr> {
    if let Some(token) = named.token.filter(|token| token.workspace == workspace) {
        return ledger::find(db, workspace, token.delivery).await;
    }
    let Some(local) = named.message_id.map(local_part) else {
        return Ok(None);
    };
    // The delivery stands in front; what follows it nobody can guess.
    let Some(id) = local
        .split_once('.')
        .and_then(|(id, _)| id.parse::<i64>().ok())
    else {
        return Ok(None);
    };
    let row = ledger::find(db, workspace, DeliveryId::from_raw(id)).await?;
    Ok(row.filter(|row| row.message_id.as_deref().map(local_part) == Some(local)))
}

fn local_part(id: &str) -> &str {
    let bare = id.trim().trim_matches(['<', '>']);
    bare.split_once('@').map_or(bare, |(local, _)| local)
}

#[derive(FromQueryResult)]
struct Latest {
    id: i64,
}

/// Finds the latest message that may have reached an address.
async fn latest_to(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    address: &str,
) -> Result<Option<DeliveryId>, DbErr> {
    let text = format!(
        "SELECT d.id FROM identity i CROSS JOIN delivery d
         WHERE i.workspace_id = $1 AND i.kind = $2 AND i.value = $3 AND d.profile_id = i.profile_id
           AND d.workspace_id = $1 AND d.channel = {EMAIL} AND d.state IN (4, 5, 7) AND NOT d.is_test
           AND LOWER(d.address) = $3
         ORDER BY d.handed_over_at DESC, d.id DESC LIMIT 1"
    );
    let binds = [
        workspace.raw().into(),
        i64::from(KeyKind::Email.code()).into(),
        address.into(),
    ];
    let row: Option<Latest> = sql::one(db, text, binds).await?;
    Ok(row.map(|row| DeliveryId::from_raw(row.id)))
}

async fn is_somebodys(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    address: &str,
) -> Result<bool, DbErr> {
    let text = "SELECT COUNT(*) FROM identity WHERE workspace_id = $1 AND kind = $2 AND value = $3";
    let binds = [
        workspace.raw().into(),
        i64::from(KeyKind::Email.code()).into(),
        address.into(),
    ];
    Ok(sql::number(db, text, binds).await? > 0)
}

/// Why an address is not written to any more of which no message is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It is gone.
    Gone,
    /// Its owner complained.
    Complained,
    /// Its owner took herself off the list.
    Unsubscribed,
}

/// Stops writing to an address.
///
/// # Errors
/// When the database does not answer.
pub async fn stop_address(
    ctx: Ctx<'_>,
    address: &str,
    why: Stop,
    proof: Option<String>,
) -> Result<(), DbErr> {
    let reason = match why {
        Stop::Gone => consent::Reason::HardBounce,
        Stop::Complained => consent::Reason::Complaint,
        Stop::Unsubscribed => {
            consent::unsubscribe(ctx, consent::EMAIL, address, None, proof).await?;
            return Ok(());
        }
    };
    consent::suppress(ctx, consent::EMAIL, address, reason, None).await?;
    Ok(())
}
