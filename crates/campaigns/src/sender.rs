//! Senders: from whom messages come and by which way they leave.
//!
//! Passwords and DKIM keys are not here: they are sealed in the `secret` table under the names that
//! [`Sender::password_name`] and [`Sender::dkim_name`] give, and REST never returns them.

mod line;
pub mod pace;
pub mod provider;
mod push;
mod smtp;
mod warmup;

use kernel::{
    id::{SenderId, WorkspaceId},
    invalid::{FieldError, Invalid},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{Value, sql};

pub use line::{LineCredentials, LineSettings};
pub use push::{ApnsSettings, FcmSettings, PushGuard, PushSettings};
pub use smtp::{Charset, DkimSettings, DomainLimit, KeyPlace, SmtpSettings, Tls};
pub use warmup::{DayLimit, Warmup};

/// A sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// Its id.
    pub id: SenderId,
    /// The name that the reader sees.
    pub from_name: String,
    /// The address that the reader sees; of a LINE account its id with `@`, by which people find it; of pushes whom a push
    /// service writes to when something is wrong.
    pub from_address: String,
    /// Where answers go when not to `from_address`.
    pub reply_to: Option<String>,
    /// The way out.
    pub transport: Transport,
    /// Grows with every change.
    pub version: i64,
}

/// The way messages leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    /// Into the product's own inbox page: the default of a new workspace.
    Sandbox,
    /// Through a mail server.
    Smtp(SmtpSettings),
    /// To the friends of a LINE account.
    Line(LineSettings),
    /// To the devices that take the pushes of a site or an app.
    Push(PushSettings),
}

impl Sender {
    /// Returns the name under which the SMTP password is sealed.
    pub fn password_name(id: SenderId) -> String {
        format!("sender/{id}/password")
    }

    /// Returns the name under which the DKIM key is sealed.
    pub fn dkim_name(id: SenderId) -> String {
        format!("sender/{id}/dkim")
    }

    /// Returns the name under which the second DKIM key is sealed.
    pub fn dkim_second_name(id: SenderId) -> String {
        format!("sender/{id}/dkim_second")
    }

    /// Returns the name under which the channel secret of a LINE account is sealed.
    pub fn line_secret_name(id: SenderId) -> String {
        format!("sender/{id}/line_secret")
    }

    /// Returns the name under which the access token of a LINE account is sealed that was issued by hand.
    pub fn line_token_name(id: SenderId) -> String {
        format!("sender/{id}/line_token")
    }

    /// Returns the name under which the secret of the LINE Login channel is sealed.
    pub fn line_login_secret_name(id: SenderId) -> String {
        format!("sender/{id}/line_login_secret")
    }

    /// The name under which the key is sealed that signs the workspace's pushes to browsers: whoever subscribed did so with
    /// its public half, so it outlives every sender.
    pub const VAPID_NAME: &str = "push/vapid";

    /// Returns the name under which the key of an app's team at Apple's is sealed.
    pub fn apns_key_name(id: SenderId) -> String {
        format!("sender/{id}/apns_key")
    }

    /// Returns the name under which the key file of a Firebase project is sealed.
    pub fn fcm_account_name(id: SenderId) -> String {
        format!("sender/{id}/fcm_account")
    }

    /// Tells whether it has a schedule of first days, which may be over.
    pub const fn is_warming_up(&self) -> bool {
        matches!(&self.transport, Transport::Smtp(smtp) if smtp.warmup.is_some())
    }

    /// Returns the most messages of the day that an instant falls on, while it is being warmed up.
    pub fn day_limit(&self, now: Millis, zone: chrono_tz::Tz) -> Option<DayLimit> {
        match &self.transport {
            Transport::Smtp(smtp) => smtp.warmup.as_ref()?.limit_at(now, zone),
            Transport::Sandbox | Transport::Line(_) | Transport::Push(_) => None,
        }
    }

    /// Returns the character set that its letters are wanted in.
    pub fn charset(&self) -> channel_core::Charset {
        match &self.transport {
            Transport::Smtp(smtp) if smtp.charset == Charset::Iso2022Jp => {
                channel_core::Charset::Iso2022Jp
            }
            _ => channel_core::Charset::Utf8,
        }
    }

    /// Checks what a person may set. Whether the address is deliverable is for the channel to say.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut invalid = Invalid::default();
        match &self.transport {
            // Its name and id are LINE's own; nobody answers by mail.
            Transport::Line(line) => line.check(&mut invalid),
            Transport::Sandbox => self.check_from(&mut invalid),
            Transport::Push(push) => {
                self.check_from(&mut invalid);
                push.check(&mut invalid);
            }
            Transport::Smtp(smtp) => {
                self.check_from(&mut invalid);
                smtp.check(&mut invalid);
            }
        }
        invalid.into_result()
    }
}

impl Sender {
    fn check_from(&self, invalid: &mut Invalid) {
        let name = self.from_name.trim();
        if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
            invalid.push(FieldError::new(
                "/from_name",
                "length",
                "give a name of 1 to 100 characters",
                "差出人名は1〜100文字で入れてください",
            ));
        }
        check_address("/from_address", &self.from_address, invalid);
        if let Some(reply_to) = &self.reply_to {
            check_address("/reply_to", reply_to, invalid);
        }
    }
}

fn check_address(pointer: &str, address: &str, invalid: &mut Invalid) {
    let good = address.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !domain.ends_with('.')
    });
    if !good || address.len() > 254 || address.chars().any(|c| c.is_whitespace() || c.is_control())
    {
        invalid.push(FieldError::new(
            pointer,
            "email",
            "give an address such as info@example.jp",
            "info@example.jp のようなアドレスを入れてください",
        ));
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    from_name: String,
    from_address: String,
    reply_to: Option<String>,
    transport: String,
    settings: serde_json::Value,
    version: i64,
}

impl From<Row> for Sender {
    fn from(row: Row) -> Self {
        let transport = match row.transport.as_str() {
            "smtp" => serde_json::from_value(row.settings)
                .ok()
                .map(Transport::Smtp),
            "line" => serde_json::from_value(row.settings)
                .ok()
                .map(Transport::Line),
            "push" => serde_json::from_value(row.settings)
                .ok()
                .map(Transport::Push),
            _ => None,
        };
        Self {
            id: SenderId::from_raw(row.id),
            from_name: row.from_name,
            from_address: row.from_address,
            reply_to: row.reply_to,
            // Settings that cannot be read must not send anything real.
            transport: transport.unwrap_or(Transport::Sandbox),
            version: row.version,
        }
    }
}

const COLUMNS: &str = "id, from_name, from_address, reply_to, transport, settings, version";

/// Lists the senders in use, the oldest first.
pub async fn list(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Sender>, DbErr> {
    let text = format!(
        "SELECT {COLUMNS} FROM sender WHERE workspace_id = $1 AND archived_at IS NULL ORDER BY id"
    );
    Ok(sql::all::<Row>(db, text, [workspace.raw().into()])
        .await?
        .into_iter()
        .map(Sender::from)
        .collect())
}

/// Finds a sender, archived ones too: a running campaign keeps its own.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: SenderId,
) -> Result<Option<Sender>, DbErr> {
    let text = format!("SELECT {COLUMNS} FROM sender WHERE workspace_id = $1 AND id = $2");
    Ok(
        sql::one::<Row>(db, text, [workspace.raw().into(), id.raw().into()])
            .await?
            .map(Sender::from),
    )
}

/// A sender in use, found by its id alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
struct Located {
    workspace_id: i64,
    version: i64,
}

/// Finds the workspace and the version of a LINE account in use, for who calls its address and knows no workspace.
pub async fn locate_line(
    db: &impl ConnectionTrait,
    id: SenderId,
) -> Result<Option<(WorkspaceId, i64)>, DbErr> {
    let found: Option<Located> = sql::one(
        db,
        "SELECT workspace_id, version FROM sender WHERE id = $1 AND transport = 'line' AND archived_at IS NULL",
        [id.raw().into()],
    )
    .await?;
    Ok(found.map(|found| (WorkspaceId::from_raw(found.workspace_id), found.version)))
}

/// Writes a new sender.
pub async fn insert(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    sender: &Sender,
    now: Millis,
) -> Result<(), DbErr> {
    let (transport, settings) = stored(&sender.transport);
    sql::exec(
        tx,
        "INSERT INTO sender (workspace_id, id, from_name, from_address, reply_to, transport, settings, version, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8)",
        [
            workspace.raw().into(),
            sender.id.raw().into(),
            sender.from_name.trim().into(),
            sender.from_address.as_str().into(),
            sender.reply_to.clone().into(),
            transport.into(),
            settings,
            now.0.into(),
        ],
    )
    .await
    .map(|_| ())
}

/// Writes a changed sender; `false` when somebody changed it since `sender.version` was read.
pub async fn update(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    sender: &Sender,
) -> Result<bool, DbErr> {
    let (transport, settings) = stored(&sender.transport);
    let touched = sql::exec(
        tx,
        "UPDATE sender SET from_name = $4, from_address = $5, reply_to = $6, transport = $7, settings = $8,
                version = version + 1
         WHERE workspace_id = $1 AND id = $2 AND version = $3",
        [
            workspace.raw().into(),
            sender.id.raw().into(),
            sender.version.into(),
            sender.from_name.trim().into(),
            sender.from_address.as_str().into(),
            sender.reply_to.clone().into(),
            transport.into(),
            settings,
        ],
    )
    .await?;
    Ok(touched == 1)
}

/// Takes a sender out of the lists; `false` when there is none.
pub async fn archive(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: SenderId,
    now: Millis,
) -> Result<bool, DbErr> {
    let touched = sql::exec(
        tx,
        "UPDATE sender SET archived_at = $3 WHERE workspace_id = $1 AND id = $2 AND archived_at IS NULL",
        [workspace.raw().into(), id.raw().into(), now.0.into()],
    )
    .await?;
    Ok(touched == 1)
}

fn stored(transport: &Transport) -> (&'static str, Value) {
    let (name, settings) = match transport {
        Transport::Sandbox => ("sandbox", serde_json::json!({})),
        Transport::Smtp(smtp) => ("smtp", serde_json::json!(smtp)),
        Transport::Line(line) => ("line", serde_json::json!(line)),
        Transport::Push(push) => ("push", serde_json::json!(push)),
    };
    (name, Value::Json(Some(Box::new(settings))))
}
