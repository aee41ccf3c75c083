//! LINE accounts: from the saved settings and the sealed secrets to the channel that speaks to LINE.

use std::collections::HashMap;

use axum::http::StatusCode;
use campaigns::sender::{self, LineCredentials, LineSettings, Sender, Transport};
use channel_line::{
    Credentials, LineApi, LineApiError, LineChannel, LineConfig, LineHosts, Secret,
};
use kernel::id::{SenderId, WorkspaceId};
use parking_lot::Mutex;
use storage::secret;

use crate::{http::problem::ApiError, state::App, transport};

/// What an account is spoken for with.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// The channel secret.
    pub channel: Secret,
    /// The access token that was issued by hand.
    pub token: Option<Secret>,
}

/// Builds the channel of a saved account; its secrets are opened here.
///
/// # Errors
/// When a secret is missing or cannot be opened, or a host of the configuration cannot be used.
pub async fn channel(
    app: &App,
    workspace: WorkspaceId,
    id: SenderId,
    line: &LineSettings,
) -> anyhow::Result<LineChannel> {
    let channel = open(app, workspace, &Sender::line_secret_name(id))
        .await?
        .ok_or_else(|| anyhow::anyhow!("sender {id} has no channel secret"))?;
    let token = open(app, workspace, &Sender::line_token_name(id)).await?;
    build(app, line, &Secrets { channel, token })
}

/// Builds a channel from secrets at hand.
///
/// # Errors
/// When the token is missing that was issued by hand, or a host of the configuration cannot be used.
pub fn build(app: &App, line: &LineSettings, secrets: &Secrets) -> anyhow::Result<LineChannel> {
    let credentials = match line.credentials {
        LineCredentials::Stateless => Credentials::Stateless {
            channel_id: line.channel_id.clone(),
            channel_secret: secrets.channel.clone(),
        },
        LineCredentials::LongLived => Credentials::LongLived(
            secrets
                .token
                .clone()
                .ok_or_else(|| anyhow::anyhow!("no access token is kept"))?,
        ),
    };
    let config = LineConfig {
        hosts: LineHosts {
            api: app.config.line.api.clone(),
            data: app.config.line.data.clone(),
        },
        max_lanes: usize::try_from(line.lanes)?,
        ..LineConfig::new(credentials, secrets.channel.clone())
    };
    Ok(LineChannel::new(
        config,
        &transport::dialler(app)?,
        app.clock.clone(),
    )?)
}

/// Opens a sealed text; `None` when none is kept.
///
/// # Errors
/// When it cannot be opened.
pub async fn open(app: &App, workspace: WorkspaceId, name: &str) -> anyhow::Result<Option<Secret>> {
    let plain = secret::get(app.db.reader(), &app.master_key, workspace, name).await?;
    Ok(plain
        .map(|plain| String::from_utf8(plain).map(Secret::new))
        .transpose()?)
}

/// Says that LINE did not do what it was asked for; nothing was changed.
pub fn away(error: &LineApiError) -> ApiError {
    tracing::warn!(%error, "LINE did not do what it was asked for");
    ApiError {
        retry_after: Some(5),
        ..ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "line-away",
            "LINE did not answer",
            "LINEから応答がありません",
        )
    }
    .because(
        "nothing was changed; try again in a moment",
        "何も変更していません。少し待ってからもう一度お試しください",
    )
}

/// An account whose secret was opened, so that what LINE signs is checked without the master key's work each time.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Whose account it is.
    pub workspace: WorkspaceId,
    /// To whom LINE addresses webhooks.
    pub bot_user_id: String,
    /// With what LINE signs them.
    pub secret: Secret,
    version: i64,
}

/// Secrets that were opened, by account. Each is good for one version of the account, which is looked up every time: a
/// change by another server counts at once.
#[derive(Debug, Default)]
pub struct OpenSecrets(Mutex<HashMap<SenderId, Opened>>);

impl OpenSecrets {
    /// Returns an account in use with its secret; `None` when there is none of this id.
    ///
    /// # Errors
    /// When the database does not answer, or the secret cannot be opened.
    pub async fn get(&self, app: &App, id: SenderId) -> anyhow::Result<Option<Opened>> {
        let Some((workspace, version)) = sender::locate_line(app.db.reader(), id).await? else {
            self.0.lock().remove(&id);
            return Ok(None);
        };
        let held = self.0.lock().get(&id).cloned();
        if let Some(held) = held.filter(|held| held.version == version) {
            return Ok(Some(held));
        }
        let found = sender::find(app.db.reader(), workspace, id).await?;
        let Some(Transport::Line(settings)) = found.map(|sender| sender.transport) else {
            return Ok(None);
        };
        let secret = open(app, workspace, &Sender::line_secret_name(id))
            .await?
            .ok_or_else(|| anyhow::anyhow!("sender {id} has no channel secret"))?;
        let opened = Opened {
            workspace,
            bot_user_id: settings.bot_user_id,
            secret,
            version,
        };
        self.0.lock().insert(id, opened.clone());
        Ok(Some(opened))
    }
}

/// The ways to LINE of accounts in use, each for one version of the account: LINE's rates and access tokens live in it.
#[derive(Debug, Default)]
pub struct Apis(Mutex<HashMap<SenderId, (i64, LineApi)>>);

impl Apis {
    /// Returns the way to LINE of an account in use; `None` when there is none of this id in the workspace.
    ///
    /// # Errors
    /// When the database does not answer, or a secret cannot be opened.
    pub async fn get(
        &self,
        app: &App,
        workspace: WorkspaceId,
        id: SenderId,
    ) -> anyhow::Result<Option<LineApi>> {
        let found = sender::find(app.db.reader(), workspace, id).await?;
        let Some(Sender {
            transport: Transport::Line(settings),
            version,
            ..
        }) = found
        else {
            return Ok(None);
        };
        let held = self.0.lock().get(&id).cloned();
        if let Some((_, api)) = held.filter(|(held, _)| *held == version) {
            return Ok(Some(api));
        }
        let api = channel(app, workspace, id, &settings).await?.api();
        self.0.lock().insert(id, (version, api.clone()));
        Ok(Some(api))
    }
}
