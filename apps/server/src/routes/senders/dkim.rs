//! `PUT /api/v1/senders/{id}/dkim`.

use api_types::senders::{SenderView, WriteDkim};
use axum::{Json, extract::State};
use campaigns::sender::{self, DkimSettings, KeyPlace, Sender, SmtpSettings, Transport};
use channel_email::DkimKey;
use kernel::{
    id::{SenderId, WorkspaceId, kind},
    invalid::Invalid,
};
use storage::secret;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SettingsWrite},
        extract::{PathId, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// Gives a sender a DKIM key, made here or brought along; the answer holds the DNS record to publish.
///
/// A sender has one key of each algorithm; one of RSA signs first. Each needs a selector of its own.
#[utoipa::path(put, path = "/api/v1/senders/{id}/dkim", operation_id = "put_sender_dkim", tag = "senders",
    params(("id" = String, Path, description = "snd_…")), request_body = WriteDkim,
    responses((status = 200, body = SenderView), (status = 409)))]
pub(super) async fn dkim(
    operator: Operator<SettingsWrite>,
    PathId(id): PathId<kind::Sender>,
    State(app): State<App>,
    ValidJson(body): ValidJson<WriteDkim>,
) -> Result<Json<SenderView>, ApiError> {
    let new = DkimSettings {
        domain: host_name("/domain", &body.domain)?,
        selector: host_name("/selector", &body.selector)?,
        record: String::new(),
    };
    // Two primes of 1,024 bits take the better part of a second; other requests must not wait for it.
    let body = std::sync::Arc::new(body);
    let asked = std::sync::Arc::clone(&body);
    let (key, pem) = tokio::task::spawn_blocking(move || key(&asked))
        .await
        .map_err(|error| ApiError::internal(&error))??;
    let new = DkimSettings {
        record: key.dns_record(),
        ..new
    };
    let tx = app.db.begin().await?;
    let mut sender = sender::find(&tx, operator.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let smtp = smtp_of(&mut sender)?;
    check_selector(smtp, &new)?;
    let place = smtp.take_key(new);
    sender.version = body.version;
    if !sender::update(&tx, operator.workspace, &sender).await? {
        return Err(ApiError::conflict());
    }
    seal(&app, &tx, operator.workspace, id, (place, &pem)).await?;
    let detail = serde_json::json!({ "domain": body.domain, "selector": body.selector });
    wire::log(&app, &tx, &operator, "sender.dkim", id, detail).await?;
    let changed = sender::find(&tx, operator.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    tx.commit().await?;
    Ok(Json(wire::view(&app, &operator, changed).await?))
}

fn smtp_of(sender: &mut Sender) -> Result<&mut SmtpSettings, ApiError> {
    match &mut sender.transport {
        Transport::Smtp(smtp) => Ok(smtp),
        Transport::Sandbox | Transport::Line(_) | Transport::Push(_) => Err(Invalid::one(
            "/",
            "transport",
            "only an smtp sender signs",
            "DKIMはSMTPの差出人だけで使えます",
        )
        .into()),
    }
}

/// Two keys under one name would be two records where receivers expect one.
fn check_selector(smtp: &SmtpSettings, new: &DkimSettings) -> Result<(), ApiError> {
    let is_taken = [&smtp.dkim, &smtp.dkim_second]
        .into_iter()
        .flatten()
        .any(|old| {
            old.algorithm() != new.algorithm()
                && (&old.domain, &old.selector) == (&new.domain, &new.selector)
        });
    if is_taken {
        return Err(Invalid::one(
            "/selector",
            "taken",
            "the other key of this sender is published there; choose another selector",
            "もう一つの鍵がこのセレクターを使っています。別のセレクターにしてください",
        )
        .into());
    }
    Ok(())
}

/// Seals the key where it was put; the one that it displaced moves along.
async fn seal(
    app: &App,
    tx: &storage::Tx,
    workspace: WorkspaceId,
    id: SenderId,
    (place, pem): (KeyPlace, &str),
) -> Result<(), ApiError> {
    let (first, second) = (Sender::dkim_name(id), Sender::dkim_second_name(id));
    let (key, now) = (&app.master_key, app.now());
    if place == KeyPlace::FirstBefore
        && let Some(old) = secret::get(tx, key, workspace, &first).await?
    {
        secret::put(tx, key, workspace, &second, &old, now).await?;
    }
    let name = if place == KeyPlace::Second {
        second
    } else {
        first
    };
    secret::put(tx, key, workspace, &name, pem.as_bytes(), now).await?;
    Ok(())
}

fn key(body: &WriteDkim) -> Result<(DkimKey, String), ApiError> {
    let Some(pem) = &body.private_key else {
        let made = match body.algorithm.as_deref() {
            None | Some("rsa") => DkimKey::generate_rsa(),
            Some("ed25519") => DkimKey::generate_ed25519(),
            Some(_) => {
                return Err(Invalid::one(
                    "/algorithm",
                    "unknown",
                    "use rsa or ed25519",
                    "rsa か ed25519 を選んでください",
                )
                .into());
            }
        };
        return made.map_err(|error| ApiError::internal(&error));
    };
    let key = DkimKey::from_pem(pem).map_err(|error| {
        Invalid::one(
            "/private_key",
            "key",
            error.to_string(),
            "2048〜4096ビットのRSAかEd25519の秘密鍵をPEMで入れてください",
        )
    })?;
    Ok((key, pem.clone()))
}

fn host_name(pointer: &str, text: &str) -> Result<String, ApiError> {
    let name = text.trim().trim_end_matches('.').to_ascii_lowercase();
    let good = !name.is_empty()
        && name.len() <= 253
        && name.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        });
    if good {
        Ok(name)
    } else {
        Err(Invalid::one(
            pointer,
            "host",
            "use letters, digits, hyphens and dots",
            "英数字・ハイフン・ドットで入れてください",
        )
        .into())
    }
}
