//! `PUT /api/v1/senders/{id}/dkim`.

use api_types::senders::{SenderView, WriteDkim};
use axum::{Json, extract::State};
use campaigns::sender::{self, DkimSettings, Sender, Transport};
use channel_email::DkimKey;
use kernel::{id::kind, invalid::Invalid};
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
#[utoipa::path(put, path = "/api/v1/senders/{id}/dkim", operation_id = "put_sender_dkim", tag = "senders",
    params(("id" = String, Path, description = "snd_…")), request_body = WriteDkim,
    responses((status = 200, body = SenderView), (status = 409)))]
pub(super) async fn dkim(
    operator: Operator<SettingsWrite>,
    PathId(id): PathId<kind::Sender>,
    State(app): State<App>,
    ValidJson(body): ValidJson<WriteDkim>,
) -> Result<Json<SenderView>, ApiError> {
    let (key, pem) = key(&body)?;
    let tx = app.db.begin().await?;
    let mut sender = sender::find(&tx, operator.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let Transport::Smtp(smtp) = &mut sender.transport else {
        return Err(Invalid::one(
            "/",
            "transport",
            "only an smtp sender signs",
            "DKIMはSMTPの差出人だけで使えます",
        )
        .into());
    };
    smtp.dkim = Some(DkimSettings {
        domain: host_name("/domain", &body.domain)?,
        selector: host_name("/selector", &body.selector)?,
        record: key.dns_record(),
    });
    sender.version = body.version;
    if !sender::update(&tx, operator.workspace, &sender).await? {
        return Err(ApiError::conflict());
    }
    let name = Sender::dkim_name(id);
    secret::put(
        &tx,
        &app.master_key,
        operator.workspace,
        &name,
        pem.as_bytes(),
        app.now(),
    )
    .await?;
    let detail = serde_json::json!({ "domain": body.domain, "selector": body.selector });
    wire::log(&app, &tx, &operator, "sender.dkim", id, detail).await?;
    let changed = sender::find(&tx, operator.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    tx.commit().await?;
    Ok(Json(wire::view(&app, &operator, changed).await?))
}

fn key(body: &WriteDkim) -> Result<(DkimKey, String), ApiError> {
    let Some(pem) = &body.private_key else {
        return DkimKey::generate_ed25519().map_err(|error| ApiError::internal(&error));
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
