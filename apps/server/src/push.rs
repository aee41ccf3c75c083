//! Pushes: from saved settings and sealed secrets to the channel that reaches every device of a person.

mod channel;
mod guard;
mod heard;
mod outcome;

use std::sync::Arc;

use campaigns::sender::{ApnsSettings, PushSettings, Sender};
use channel_apns::{ApnsChannel, ApnsConfig, ApnsKey};
use channel_core::{Channel, dial::Schemes};
use channel_fcm::{FcmChannel, FcmConfig, ServiceAccount};
use channel_webpush::{VapidKey, WebPushChannel, WebPushConfig};
use kernel::id::{SenderId, WorkspaceId};
use ring::rand::SystemRandom;
use storage::secret;

pub use channel::PushChannel;
pub use guard::judge;
pub use heard::heard;

use crate::{state::App, transport};

/// What a sender's secrets are, opened.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// Apple's `.p8` file.
    pub apns_key: Option<String>,
    /// Firebase's key file.
    pub fcm_account: Option<String>,
}

/// Returns the key that signs a workspace's pushes to browsers, made when it is first asked for.
///
/// # Errors
/// When it cannot be read or made.
pub async fn key(app: &App, workspace: WorkspaceId) -> anyhow::Result<VapidKey> {
    if let Some(key) = kept_key(app, workspace).await? {
        return Ok(key);
    }
    let fresh = VapidKey::generate(&SystemRandom::new())?.to_bytes();
    let (name, now) = (Sender::VAPID_NAME, app.now());
    secret::put_if_absent(&app.db, &app.master_key, workspace, name, &fresh, now).await?;
    // Another server may have been quicker: the kept one counts.
    kept_key(app, workspace)
        .await?
        .ok_or_else(|| anyhow::anyhow!("the key of {workspace} was not kept"))
}

async fn kept_key(app: &App, workspace: WorkspaceId) -> anyhow::Result<Option<VapidKey>> {
    let kept = secret::get(
        app.db.reader(),
        &app.master_key,
        workspace,
        Sender::VAPID_NAME,
    );
    Ok(kept
        .await?
        .map(|bytes| VapidKey::from_bytes(&bytes))
        .transpose()?)
}

/// Returns which schemes an address of a stranger's may have.
pub fn schemes(app: &App) -> Schemes {
    if app.config.push.allow_http {
        Schemes::AlsoHttp
    } else {
        Schemes::Https
    }
}

/// Opens what is sealed for a sender.
///
/// # Errors
/// When it cannot be opened.
pub async fn secrets(app: &App, workspace: WorkspaceId, id: SenderId) -> anyhow::Result<Secrets> {
    let open = |name: String| async move {
        let plain = secret::get(app.db.reader(), &app.master_key, workspace, &name).await?;
        anyhow::Ok(plain.map(String::from_utf8).transpose()?)
    };
    Ok(Secrets {
        apns_key: open(Sender::apns_key_name(id)).await?,
        fcm_account: open(Sender::fcm_account_name(id)).await?,
    })
}

/// Builds the channel of a saved sender; its secrets are opened here.
///
/// # Errors
/// When a secret is missing or cannot be used.
pub async fn channel(
    app: &App,
    workspace: WorkspaceId,
    sender: &Sender,
    settings: &PushSettings,
) -> anyhow::Result<PushChannel> {
    let secrets = secrets(app, workspace, sender.id).await?;
    let dialler = transport::dialler(app)?;
    let mut web = WebPushConfig::new(
        key(app, workspace).await?,
        format!("mailto:{}", sender.from_address),
    );
    web.schemes = schemes(app);
    let mut channel = PushChannel::new(
        app.clone(),
        workspace,
        sender.id,
        settings,
        Arc::new(WebPushChannel::new(web, &dialler, app.clock.clone())?),
    );
    if let Some(apns) = &settings.apns {
        let key = apns_key(apns, secrets.apns_key.as_deref())?;
        let hosts = [&app.config.push.apns, &app.config.push.apns_sandbox];
        let [production, sandbox] = hosts.map(|host| {
            let config = ApnsConfig {
                host: host.clone(),
                ..ApnsConfig::new(&apns.topic, key.clone())
            };
            ApnsChannel::new(config, &dialler, app.clock.clone())
        });
        channel = channel.with_apple(Arc::new(production?), Arc::new(sandbox?));
    }
    if settings.fcm.is_some() {
        let account = secrets
            .fcm_account
            .ok_or_else(|| anyhow::anyhow!("sender {} has no key file of Firebase", sender.id))?;
        let config = FcmConfig {
            host: app.config.push.fcm.clone(),
            ..FcmConfig::new(ServiceAccount::parse(&account, schemes(app))?)
        };
        let fcm: Arc<dyn Channel> = Arc::new(FcmChannel::new(config, &dialler, app.clock.clone())?);
        channel = channel.with_firebase(fcm);
    }
    Ok(channel)
}

fn apns_key(apns: &ApnsSettings, pem: Option<&str>) -> anyhow::Result<ApnsKey> {
    let pem = pem.ok_or_else(|| anyhow::anyhow!("no key of Apple's is kept"))?;
    Ok(ApnsKey::parse(pem, &apns.team_id, &apns.key_id)?)
}
