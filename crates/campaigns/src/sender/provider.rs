//! The provider through whom a sender's messages go, and what it told of them by webhooks.
//!
//! What proves its calls is sealed in the `secret` table under the name that [`secret_name`] gives.

use std::collections::BTreeSet;

use kernel::{
    id::{SenderId, WorkspaceId},
    invalid::{FieldError, Invalid},
    time::{DAY, Millis, SECOND},
};
use ring::digest;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde::{Deserialize, Serialize};
use storage::sql;

/// How long an event is remembered: longer than any signature is good for.
pub const KEPT: i64 = 30 * DAY;
/// How closely it is written down when a provider was last heard.
const GRAIN: i64 = 10 * SECOND;

/// Providers whose webhooks are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Amazon SES, whose events come through SNS.
    Ses,
    /// Twilio `SendGrid`.
    Sendgrid,
    /// Mailgun.
    Mailgun,
    /// Postmark.
    Postmark,
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Ses, Self::Sendgrid, Self::Mailgun, Self::Postmark];

    /// Returns the stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ses => "ses",
            Self::Sendgrid => "sendgrid",
            Self::Mailgun => "mailgun",
            Self::Postmark => "postmark",
        }
    }

    /// Reads a stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|provider| provider.as_str() == name)
    }
}

/// Through whom the messages go, and what is no secret of its webhooks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The provider.
    pub kind: Provider,
    /// The topic of SNS that brings the events of SES: a topic of anybody else is not listened to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic_arn: Option<String>,
    /// The user of Basic authentication, of Postmark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The header that carries the secret instead, of Postmark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
}

impl Settings {
    pub(super) fn check(&self, invalid: &mut Invalid) {
        match self.kind {
            Provider::Ses if !self.topic_arn.as_deref().is_some_and(is_topic) => {
                invalid.push(FieldError::new(
                    "/smtp/provider/topic_arn",
                    "topic",
                    "give the topic, such as arn:aws:sns:ap-northeast-1:123456789012:mail",
                    "arn:aws:sns:ap-northeast-1:123456789012:mail のようなトピックを入れてください",
                ));
            }
            Provider::Postmark => self.check_postmark(invalid),
            Provider::Ses | Provider::Sendgrid | Provider::Mailgun => {}
        }
    }

    fn check_postmark(&self, invalid: &mut Invalid) {
        match (&self.user, &self.header) {
            (Some(user), None) if is_user(user) => {}
            (None, Some(header)) if is_header(header) => {}
            (Some(_), _) => invalid.push(FieldError::new(
                "/smtp/provider/user",
                "user",
                "give a user without a colon, or the name of a header instead",
                "コロンを含まないユーザー名か、代わりにヘッダー名を入れてください",
            )),
            (None, _) => invalid.push(FieldError::new(
                "/smtp/provider/header",
                "header",
                "give a user, or the name of a header such as X-Hook-Secret",
                "ユーザー名か、X-Hook-Secret のようなヘッダー名を入れてください",
            )),
        }
    }
}

/// `arn:<partition>:sns:<region>:<account>:<name>`.
fn is_topic(arn: &str) -> bool {
    let parts: Vec<&str> = arn.split(':').collect();
    let [scheme, partition, service, region, account, name] = parts.as_slice() else {
        return false;
    };
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    arn.len() <= 400
        && *scheme == "arn"
        && *service == "sns"
        && [*partition, *region, *name].into_iter().all(is_word)
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_user(user: &str) -> bool {
    !user.is_empty()
        && user.len() <= 100
        && !user.contains(':')
        && !user.chars().any(char::is_control)
}

fn is_header(name: &str) -> bool {
    let is_token = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    is_token && (1..=60).contains(&name.len()) && !name.eq_ignore_ascii_case("authorization")
}

/// Returns the name under which the secret of a provider's webhooks is sealed. Another provider's is another secret: one
/// that was left over must not prove anything.
pub fn secret_name(id: SenderId, provider: Provider) -> String {
    format!("sender/{id}/hook/{}", provider.as_str())
}

/// Finds whose a sender is, archived ones too: its provider goes on telling of what was sent. The address of a webhook
/// names nobody else.
///
/// # Errors
/// When the database does not answer.
pub async fn owner(db: &impl ConnectionTrait, id: SenderId) -> Result<Option<WorkspaceId>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        workspace_id: i64,
    }
    let text = "SELECT workspace_id FROM sender WHERE id = $1";
    let row: Option<Row> = sql::one(db, text, [id.raw().into()]).await?;
    Ok(row.map(|row| WorkspaceId::from_raw(row.workspace_id)))
}

/// Writes down that a provider was heard.
///
/// # Errors
/// When the database does not answer.
pub async fn hear(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: SenderId,
    now: Millis,
) -> Result<(), DbErr> {
    let text = format!(
        "INSERT INTO provider_hook (sender_id, workspace_id, last_event_at) VALUES ($1, $2, $3)
         ON CONFLICT (sender_id) DO UPDATE SET last_event_at = excluded.last_event_at
         WHERE provider_hook.last_event_at <= excluded.last_event_at - {GRAIN}"
    );
    let binds = [id.raw().into(), workspace.raw().into(), now.0.into()];
    sql::exec(tx, text, binds).await.map(|_| ())
}

/// Returns when a provider was last heard.
///
/// # Errors
/// When the database does not answer.
pub async fn last_heard(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: SenderId,
) -> Result<Option<Millis>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        last_event_at: i64,
    }
    let text = "SELECT last_event_at FROM provider_hook WHERE sender_id = $1 AND workspace_id = $2";
    let binds = [id.raw().into(), workspace.raw().into()];
    let row: Option<Row> = sql::one(db, text, binds).await?;
    Ok(row.map(|row| Millis(row.last_event_at)))
}

/// Tells whether something of this name has had its effect already.
///
/// # Errors
/// When the database does not answer.
pub async fn is_known(db: &impl ConnectionTrait, id: SenderId, key: &str) -> Result<bool, DbErr> {
    let text = "SELECT COUNT(*) FROM provider_event WHERE sender_id = $1 AND key_hash = $2";
    let n = sql::number(db, text, [id.raw().into(), hash(key).into()]).await?;
    Ok(n > 0)
}

/// Remembers what has had its effect. Only afterwards: until then it must be possible to bring it again.
///
/// # Errors
/// When the database does not answer.
pub async fn remember(
    tx: &impl ConnectionTrait,
    id: SenderId,
    keys: &[String],
    now: Millis,
) -> Result<(), DbErr> {
    // In one order: two calls that tell the same at once would each wait for what the other has written.
    let hashes: BTreeSet<Vec<u8>> = keys.iter().map(|key| hash(key)).collect();
    for hash in hashes {
        sql::exec(
            tx,
            "INSERT INTO provider_event (sender_id, key_hash, received_at) VALUES ($1, $2, $3)
             ON CONFLICT (sender_id, key_hash) DO NOTHING",
            [id.raw().into(), hash.into(), now.0.into()],
        )
        .await?;
    }
    Ok(())
}

/// Forgets what is older, a batch at a time; returns how much.
///
/// # Errors
/// When the database does not answer.
pub async fn prune(tx: &impl ConnectionTrait, before: Millis, limit: u32) -> Result<u64, DbErr> {
    let text = format!(
        "DELETE FROM provider_event WHERE (sender_id, key_hash) IN
           (SELECT sender_id, key_hash FROM provider_event WHERE received_at < $1 LIMIT {limit})"
    );
    sql::exec(tx, text, [before.0.into()]).await
}

fn hash(key: &str) -> Vec<u8> {
    let whole = digest::digest(&digest::SHA256, key.as_bytes());
    whole.as_ref().get(..16).unwrap_or_default().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(settings: &Settings) -> Vec<String> {
        let mut invalid = Invalid::default();
        settings.check(&mut invalid);
        let result = invalid.into_result();
        result.err().map_or_else(Vec::new, |invalid| {
            invalid.0.into_iter().map(|field| field.pointer).collect()
        })
    }

    fn settings(kind: Provider) -> Settings {
        Settings {
            kind,
            topic_arn: None,
            user: None,
            header: None,
        }
    }

    #[test]
    fn a_topic_is_one_of_sns_and_whole() {
        let of = |arn: &str| {
            faults(&Settings {
                topic_arn: Some(arn.to_owned()),
                ..settings(Provider::Ses)
            })
        };
        for good in [
            "arn:aws:sns:ap-northeast-1:123456789012:mail",
            "arn:aws-cn:sns:cn-north-1:123456789012:mail_2.fifo",
        ] {
            assert!(of(good).is_empty(), "{good}");
        }
        for bad in [
            "",
            "mail",
            "arn:aws:sqs:ap-northeast-1:123456789012:mail",
            "arn:aws:sns:ap-northeast-1:12345678901:mail",
            "arn:aws:sns:ap-northeast-1:１２３４５６７８９０１２:mail",
            "arn:aws:sns:ap-northeast-1:123456789012:",
            "arn:aws:sns:ap-northeast-1:123456789012:mail:0a1b",
            "arn:aws:sns::123456789012:mail",
        ] {
            assert_eq!(of(bad), ["/smtp/provider/topic_arn"], "{bad}");
        }
        assert_eq!(faults(&settings(Provider::Ses)).len(), 1);
        assert!(faults(&settings(Provider::Mailgun)).is_empty());
    }

    #[test]
    fn postmark_proves_itself_by_a_log_in_or_by_a_header() {
        let of = |user: Option<&str>, header: Option<&str>| {
            faults(&Settings {
                user: user.map(str::to_owned),
                header: header.map(str::to_owned),
                ..settings(Provider::Postmark)
            })
        };
        assert!(of(Some("花子"), None).is_empty());
        assert!(of(None, Some("X-Hook")).is_empty());
        for (user, header) in [
            (Some("a:b"), None),
            (Some(""), None),
            (Some("me"), Some("X-Hook")),
        ] {
            assert_eq!(of(user, header), ["/smtp/provider/user"]);
        }
        for header in [
            None,
            Some(""),
            Some("Authorization"),
            Some("X Hook"),
            Some("X:"),
        ] {
            assert_eq!(of(None, header), ["/smtp/provider/header"], "{header:?}");
        }
    }
}
