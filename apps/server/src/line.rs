//! LINE accounts: from the saved settings and the sealed secrets to the channel that speaks to LINE.

use campaigns::sender::{LineCredentials, LineSettings, Sender};
use channel_line::{Credentials, LineChannel, LineConfig, LineHosts, Secret};
use kernel::id::{SenderId, WorkspaceId};
use storage::secret;

use crate::{state::App, transport};

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
