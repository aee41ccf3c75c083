//! From a saved sender to the channel that carries its messages.

use std::sync::Arc;

use async_trait::async_trait;
use campaigns::{
    inbox,
    sender::{self, Sender, SmtpSettings, Tls},
};
use channel_core::{
    Channel,
    carrier::Carrier as MobileCarrier,
    dial::{AllowList, Dialler},
    rate::{DomainPolicy, RatePolicy},
};
use channel_email::{
    CapturedMessage, Composer, Credentials, DkimKey, DkimSigner, Inbox, InboxError, SandboxChannel,
    SmtpChannel, SmtpConfig, TlsMode, provider_events::Provider,
};
use kernel::id::{DeliveryId, SenderId, WorkspaceId, fresh};
use storage::secret;

use crate::{line, push, state::App};

/// A channel with the limits its sender asks for.
pub struct Carrier {
    /// The channel.
    pub channel: Arc<dyn Channel>,
    /// Messages a second, in all and per recipient domain.
    pub rates: RatePolicy,
    /// Connections at a time.
    pub lanes: usize,
}

/// Builds the channel of a sender; its secrets are opened here and nowhere else.
pub async fn carrier(
    app: &App,
    workspace: WorkspaceId,
    sender: &Sender,
) -> anyhow::Result<Carrier> {
    match &sender.transport {
        sender::Transport::Sandbox => Ok(Carrier {
            channel: Arc::new(sandbox(app, workspace)),
            rates: RatePolicy::default(),
            lanes: 4,
        }),
        sender::Transport::Smtp(smtp) => {
            let rates = mail_rates(smtp);
            let lanes = usize::try_from(smtp.lanes)?;
            let provider = smtp.provider.as_ref();
            let provider = provider.and_then(|settings| Provider::parse(settings.kind.as_str()));
            let composer =
                Composer::new(signers(app, workspace, sender.id, smtp).await?).through(provider);
            let config = SmtpConfig {
                tls: tls(smtp.tls),
                credentials: credentials(app, workspace, sender.id, smtp).await?,
                max_lanes: lanes,
                ..SmtpConfig::new(&smtp.host, smtp.port)
            };
            let channel = SmtpChannel::new(config, composer, dialler(app)?, rates.clone())?;
            Ok(Carrier {
                channel: Arc::new(channel),
                rates,
                lanes,
            })
        }
        sender::Transport::Line(line) => {
            let channel = line::channel(app, workspace, sender.id, line).await?;
            let rates = RatePolicy {
                per_second: line
                    .per_second
                    .or(channel_line::LineChannel::rates().per_second),
                counts_members: line.per_second.is_some(),
                ..channel_line::LineChannel::rates()
            };
            Ok(Carrier {
                channel: Arc::new(channel),
                rates,
                lanes: usize::try_from(line.lanes)?,
            })
        }
        sender::Transport::Push(settings) => Ok(Carrier {
            channel: Arc::new(push::channel(app, workspace, sender, settings).await?),
            rates: RatePolicy {
                per_second: settings.per_second,
                ..RatePolicy::default()
            },
            lanes: usize::try_from(settings.lanes)?,
        }),
    }
}

/// The limits of a mail sender: the carriers' presets, and its own settings before them.
fn mail_rates(smtp: &SmtpSettings) -> RatePolicy {
    let mut rates = RatePolicy {
        per_second: smtp.per_second,
        ..RatePolicy::default()
    };
    for limit in &smtp.domain_limits {
        let policy = DomainPolicy {
            per_second: limit.per_second,
            burst: limit.per_second,
            per_session: limit.per_session,
        };
        if let Some(carrier) = MobileCarrier::parse(&limit.to) {
            rates.carriers.insert(carrier, policy);
        } else {
            rates.domains.insert(limit.to.clone(), policy);
        }
    }
    rates
}

/// Returns the dialler that every connection to a host of a user's choice goes through.
pub fn dialler(app: &App) -> anyhow::Result<Dialler> {
    Ok(Dialler::new(AllowList::parse(
        &app.config.security.allow_private,
    )?))
}

fn sandbox(app: &App, workspace: WorkspaceId) -> SandboxChannel {
    let inbox = StoredInbox {
        app: app.clone(),
        workspace,
    };
    SandboxChannel::new(Composer::default(), Arc::new(inbox))
}

async fn signers(
    app: &App,
    workspace: WorkspaceId,
    id: SenderId,
    smtp: &SmtpSettings,
) -> anyhow::Result<Vec<DkimSigner>> {
    let mut signers = Vec::new();
    // In this order: some receivers judge the first signature alone.
    for (dkim, name) in [
        (&smtp.dkim, Sender::dkim_name(id)),
        (&smtp.dkim_second, Sender::dkim_second_name(id)),
    ] {
        let Some(dkim) = dkim else { continue };
        let sealed = secret::get(app.db.reader(), &app.master_key, workspace, &name).await?;
        let Some(pem) = sealed else { continue };
        let key = DkimKey::from_pem(&String::from_utf8(pem)?)?;
        signers.push(DkimSigner::new(&dkim.domain, &dkim.selector, key));
    }
    Ok(signers)
}

async fn credentials(
    app: &App,
    workspace: WorkspaceId,
    id: SenderId,
    smtp: &SmtpSettings,
) -> anyhow::Result<Option<Credentials>> {
    let Some(user) = smtp.user.clone() else {
        return Ok(None);
    };
    let name = Sender::password_name(id);
    let password = secret::get(app.db.reader(), &app.master_key, workspace, &name).await?;
    Ok(Some(Credentials {
        user,
        password: String::from_utf8(password.unwrap_or_default())?,
    }))
}

/// How a setting protects the connection.
pub const fn tls(tls: Tls) -> TlsMode {
    match tls {
        Tls::None => TlsMode::None,
        Tls::Opportunistic => TlsMode::Opportunistic,
        Tls::Required => TlsMode::Required,
        Tls::Implicit => TlsMode::Implicit,
    }
}

/// The sandbox inbox in the database.
struct StoredInbox {
    app: App,
    workspace: WorkspaceId,
}

#[async_trait]
impl Inbox for StoredInbox {
    async fn store(&self, message: CapturedMessage) -> Result<(), InboxError> {
        let failed = |error: &dyn std::error::Error| InboxError(error.to_string());
        let captured = inbox::NewCaptured {
            id: fresh(&*self.app.ids),
            delivery: DeliveryId::from_raw(message.delivery_id),
            idempotency_key: message.idempotency_key,
            channel: "email",
            recipient: message.recipient,
            from_name: message.from_name,
            from_address: message.from_address,
            subject: message.subject,
            preheader: message.preheader,
            html: message.html,
            text: message.text,
            headers: message.headers,
            raw: message.raw,
        };
        let tx = self.app.db.begin().await.map_err(|error| failed(&error))?;
        inbox::store(&tx, self.workspace, captured, self.app.now())
            .await
            .map_err(|error| failed(&error))?;
        tx.commit().await.map_err(|error| failed(&error))
    }
}
