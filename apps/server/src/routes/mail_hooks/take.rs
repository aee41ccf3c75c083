//! `POST /hooks/mail/{sender}/{provider}`.

use axum::{
    body::{Body, to_bytes},
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use campaigns::sender::{
    self, Transport,
    provider::{self, Settings},
};
use channel_core::{InboundError, InboundRequest};
use channel_email::provider_events::{
    self, Envelope, EnvelopeKind, MAX_CALL, Provider, SnsHosts, Told, proves,
};
use kernel::id::{SenderId, WorkspaceId};
use storage::secret;

use super::{
    certificates,
    effect::{self, Hook},
};
use crate::{http::problem::ApiError, state::App};

/// Takes in what a provider tells. 404 when the sender has no such provider, 401 when nothing proves the call, 400 when it
/// is not what the provider sends, 503 when it must be brought again.
pub(super) async fn take(
    State(app): State<App>,
    Path((id, name)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, ApiError> {
    let (hook, settings) = find(&app, &id, &name).await?;
    let bytes = to_bytes(body, MAX_CALL).await.map_err(|_| too_large())?;
    let headers: Vec<(String, String)> = headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?)))
        .collect();
    let request = InboundRequest {
        query: "",
        headers: &headers,
        body: &bytes,
        received_at: app.now(),
    };
    let told = match hook.provider {
        Provider::Ses => from_sns(&app, &settings, &request).await?,
        _ => from_provider(&app, &hook, &settings, &request).await?,
    };
    effect::apply(&app, &hook, told).await.map_err(|error| {
        tracing::warn!(error = format!("{error:#}"), sender.id = %hook.sender,
            "failed to write down what the provider of {} told; it is brought again", hook.sender);
        later()
    })?;
    Ok(StatusCode::OK)
}

/// Header values are Latin or UTF-8; what is neither proves nothing.
fn text(value: &axum::http::HeaderValue) -> Option<String> {
    String::from_utf8(value.as_bytes().to_vec()).ok()
}

async fn find(app: &App, id: &str, name: &str) -> Result<(Hook, Settings), ApiError> {
    let id: SenderId = id.parse().map_err(|_| ApiError::not_found())?;
    let provider = Provider::parse(name).ok_or_else(ApiError::not_found)?;
    let workspace = provider::owner(app.db.reader(), id)
        .await
        .map_err(|_| later())?;
    let workspace: WorkspaceId = workspace.ok_or_else(ApiError::not_found)?;
    let sender = sender::find(app.db.reader(), workspace, id)
        .await
        .map_err(|_| later())?;
    let settings = sender.and_then(|sender| {
        if let Transport::Smtp(smtp) = sender.transport {
            smtp.provider
        } else {
            None
        }
    });
    let settings = settings
        .filter(|settings| settings.kind.as_str() == name)
        .ok_or_else(ApiError::not_found)?;
    let hook = Hook {
        workspace,
        sender: id,
        provider,
    };
    Ok((hook, *settings))
}

async fn from_provider(
    app: &App,
    hook: &Hook,
    settings: &Settings,
    request: &InboundRequest<'_>,
) -> Result<Told, ApiError> {
    let name = provider::secret_name(hook.sender, settings.kind);
    let secret = secret::get(app.db.reader(), &app.master_key, hook.workspace, &name)
        .await
        .map_err(|error| {
            tracing::error!(%error, sender.id = %hook.sender, "failed to open the secret of the webhooks of {}", hook.sender);
            later()
        })?;
    let secret = secret.and_then(|bytes| String::from_utf8(bytes).ok());
    let proof = secret.and_then(|secret| super::proof(settings, secret));
    let proof = proof.ok_or_else(unproved)?;
    proves(&proof, request).map_err(refused)?;
    provider_events::read(hook.provider, request.body).map_err(refused)
}

async fn from_sns(
    app: &App,
    settings: &Settings,
    request: &InboundRequest<'_>,
) -> Result<Told, ApiError> {
    let kind = request.header("x-amz-sns-message-type");
    let envelope = Envelope::read(kind, request.body).map_err(refused)?;
    let hosts = SnsHosts::new(&app.config.mail.sns_origin);
    let topic = settings.topic_arn.as_deref().ok_or_else(unproved)?;
    let url = envelope
        .certificate(topic, &hosts, request.received_at)
        .map_err(refused)?;
    let certificate = app.certificates.at(app, url).await.map_err(|error| {
        tracing::warn!(
            error = format!("{error:#}"),
            "failed to read a certificate of SNS"
        );
        later()
    })?;
    envelope.verify(&certificate).map_err(refused)?;
    match envelope.kind() {
        EnvelopeKind::Notification if envelope.message().trim_start().starts_with('{') => {
            provider_events::read(Provider::Ses, envelope.message().as_bytes()).map_err(refused)
        }
        EnvelopeKind::Confirmation { visit } => {
            if !hosts.is_own(visit) {
                return Err(unproved());
            }
            certificates::visit(app, visit).await.map_err(|error| {
                tracing::warn!(
                    error = format!("{error:#}"),
                    "failed to confirm a subscription of SNS"
                );
                later()
            })?;
            Ok(Told::default())
        }
        // Amazon greets a topic in prose.
        _ => Ok(Told::default()),
    }
}

fn refused(error: InboundError) -> ApiError {
    match error {
        InboundError::Malformed(why) => ApiError::new(
            StatusCode::BAD_REQUEST,
            "malformed",
            "the call cannot be read",
            "呼び出しを読み取れません",
        )
        .because(why.clone(), why),
        _ => unproved(),
    }
}

fn unproved() -> ApiError {
    ApiError::new(
        StatusCode::UNAUTHORIZED,
        "signature",
        "nothing proves that the provider sent this",
        "メール配信サービスからの呼び出しだと確認できません",
    )
}

fn too_large() -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-large",
        "the body is too large",
        "本文が大きすぎます",
    )
}

fn later() -> ApiError {
    ApiError {
        retry_after: Some(5),
        ..ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "it could not be taken in now; send it again",
            "今は受け取れません。もう一度送ってください",
        )
    }
}
