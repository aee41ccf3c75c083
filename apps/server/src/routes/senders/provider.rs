//! The provider of a sender: what is shown of it, what is set, and the secret of its webhooks.

use api_types::senders::{ProviderView, WriteProvider, WriteSender};
use campaigns::sender::provider::{self, Provider, Settings};
use channel_email::provider_events::Proof;
use kernel::{id::SenderId, invalid::Invalid};
use storage::secret;

use crate::{
    http::{auth::Caller, problem::ApiError},
    routes::mail_hooks,
    state::App,
};

/// Shows a provider; whether a secret is kept is looked up, the secret never.
pub(super) async fn view(
    app: &App,
    caller: &Caller,
    id: SenderId,
    settings: &Settings,
) -> Result<ProviderView, ApiError> {
    let name = provider::secret_name(id, settings.kind);
    let secret = secret::get(app.db.reader(), &app.master_key, caller.workspace, &name).await;
    let heard = provider::last_heard(app.db.reader(), caller.workspace, id).await?;
    Ok(ProviderView {
        kind: settings.kind.as_str().to_owned(),
        topic_arn: settings.topic_arn.clone(),
        user: settings.user.clone(),
        header: settings.header.clone(),
        has_secret: matches!(secret, Ok(Some(_))),
        hook_url: mail_hooks::url(app, id, settings.kind),
        last_event_at: heard.map(|at| at.to_string()),
    })
}

/// Reads a provider from the wire; what its kind does not use is let go.
pub(super) fn read(body: &WriteProvider) -> Result<Settings, ApiError> {
    let kind = Provider::parse(&body.kind).ok_or_else(|| {
        Invalid::one(
            "/smtp/provider/kind",
            "unknown",
            "use ses, sendgrid, mailgun or postmark",
            "ses・sendgrid・mailgun・postmark から選んでください",
        )
    })?;
    let filled = |text: &Option<String>| {
        let text = text.as_deref().map(str::trim);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let is_postmark = kind == Provider::Postmark;
    Ok(Settings {
        kind,
        topic_arn: filled(&body.topic_arn).filter(|_| kind == Provider::Ses),
        user: filled(&body.user).filter(|_| is_postmark),
        header: filled(&body.header).filter(|_| is_postmark),
    })
}

/// Seals the secret of the webhooks when one was given.
pub(super) async fn keep_secret(
    app: &App,
    tx: &storage::Tx,
    caller: &Caller,
    id: SenderId,
    body: &WriteSender,
) -> Result<(), ApiError> {
    let told_by = body.smtp.as_ref().and_then(|smtp| smtp.provider.as_ref());
    let Some(told_by) = told_by.filter(|_| body.transport == "smtp") else {
        return Ok(());
    };
    let given = told_by.secret.as_deref().map(str::trim);
    let Some(given) = given.filter(|secret| !secret.is_empty()) else {
        return Ok(());
    };
    let settings = read(told_by)?;
    let proof = mail_hooks::proof(&settings, given.to_owned());
    if !proof.as_ref().is_some_and(Proof::is_usable) || given.len() > 4_096 {
        return Err(Invalid::one(
            "/smtp/provider/secret",
            "secret",
            "this is not the key that the provider shows for its webhooks",
            "メール配信サービスがウェブフック用に表示する鍵ではありません",
        )
        .into());
    }
    let name = provider::secret_name(id, settings.kind);
    let workspace = caller.workspace;
    let key = &app.master_key;
    secret::put(tx, key, workspace, &name, given.as_bytes(), app.now()).await?;
    Ok(())
}
