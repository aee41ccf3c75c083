//! Senders of pushes between the wire and the domain.

use api_types::senders::{
    ApnsView, FcmView, PushView, WriteApns, WriteFcm, WritePush, WriteSender,
};
use campaigns::sender::{ApnsSettings, FcmSettings, PushGuard, PushSettings, Sender, Transport};
use channel_apns::{ApnsChannel, ApnsConfig, ApnsConfigError, ApnsKey, ApnsKeyError};
use channel_fcm::ServiceAccount;
use kernel::{
    id::{SenderId, WorkspaceId},
    invalid::{FieldError, Invalid},
};
use storage::secret;

use crate::{
    http::{auth::Caller, problem::ApiError},
    push::{self, Secrets},
    state::App,
    transport,
};

/// Longest key file that is taken; real ones have some 2,400 bytes.
const LONGEST: usize = 20_000;

fn failed(error: &anyhow::Error) -> ApiError {
    ApiError::internal(error.as_ref())
}

pub(super) async fn view(
    app: &App,
    workspace: WorkspaceId,
    id: SenderId,
    settings: PushSettings,
) -> Result<PushView, ApiError> {
    let has = |name: String| async move { secret::exists(app.db.reader(), workspace, &name).await };
    let has_key = has(Sender::apns_key_name(id)).await?;
    let has_account = has(Sender::fcm_account_name(id)).await?;
    let key = push::key(app, workspace)
        .await
        .map_err(|error| failed(&error))?;
    let base = app.config.public_url();
    Ok(PushView {
        public_key: key.public_key().to_owned(),
        script_url: format!("{base}/push/enishi-push.js"),
        worker_url: format!("{base}/push/sw.js"),
        apns: settings.apns.map(|apns| ApnsView {
            team_id: apns.team_id,
            key_id: apns.key_id,
            topic: apns.topic,
            has_key,
        }),
        fcm: settings.fcm.map(|fcm| FcmView {
            project_id: fcm.project_id,
            has_account,
        }),
        lanes: settings.lanes,
        per_second: settings.per_second,
        guard_percent: settings.guard.percent,
        guard_after: settings.guard.after,
    })
}

/// Reads the settings from the wire; which project a key file is of, it says itself.
pub(super) fn read(wire: WritePush) -> PushSettings {
    let usual = PushGuard::default();
    PushSettings {
        apns: wire.apns.map(|apns| ApnsSettings {
            team_id: apns.team_id.trim().to_owned(),
            key_id: apns.key_id.trim().to_owned(),
            topic: apns.topic.trim().to_owned(),
        }),
        fcm: wire.fcm.map(|_| FcmSettings {
            project_id: String::new(),
        }),
        lanes: wire.lanes.unwrap_or(16),
        per_second: wire.per_second,
        guard: PushGuard {
            percent: wire.guard_percent.unwrap_or(usual.percent),
            after: wire.guard_after.unwrap_or(usual.after),
        },
    }
}

/// Says that devices are registered for a sender of pushes, which so cannot become another one.
pub(super) fn fixed() -> ApiError {
    Invalid::one(
        "/transport",
        "fixed",
        "what sends pushes goes on doing so, and nothing else becomes it; make another sender",
        "プッシュ通知とほかの方式は切り替えられません。別の差出人を追加してください",
    )
    .into()
}

pub(super) fn unexpected() -> ApiError {
    Invalid::one(
        "/push",
        "unexpected",
        "only a sender of pushes has this",
        "プッシュ通知のときだけ入れてください",
    )
    .into()
}

/// Tries the keys, those that were given or those that are kept, and makes the workspace's own where there is none.
pub(super) async fn connect(
    app: &App,
    workspace: WorkspaceId,
    sender: &mut Sender,
    body: &WriteSender,
) -> Result<(), ApiError> {
    let wire = body.push.clone().unwrap_or_default();
    let kept = push::secrets(app, workspace, sender.id);
    let kept = kept.await.map_err(|error| failed(&error))?;
    push::key(app, workspace)
        .await
        .map_err(|error| failed(&error))?;
    let Transport::Push(settings) = &mut sender.transport else {
        return Ok(());
    };
    if let (Some(apns), Some(wire)) = (&settings.apns, &wire.apns) {
        try_apns(app, apns, wire, &kept)?;
    }
    if let (Some(fcm), Some(wire)) = (&mut settings.fcm, &wire.fcm) {
        fcm.project_id = project(app, wire, &kept)?;
    }
    Ok(())
}

fn try_apns(
    app: &App,
    apns: &ApnsSettings,
    wire: &WriteApns,
    kept: &Secrets,
) -> Result<(), ApiError> {
    let key = given("/push/apns/key", wire.key.as_ref())?
        .or(kept.apns_key.as_deref())
        .ok_or_else(|| {
            missing(
                "/push/apns/key",
                "paste what Apple's .p8 file holds",
                "Appleの .p8 ファイルの中身を貼り付けてください",
            )
        })?;
    let key = ApnsKey::parse(key, &apns.team_id, &apns.key_id).map_err(|error| match error {
        ApnsKeyError::BadId => fault(
            "/push/apns/key_id",
            "apns_id",
            "a team id and a key id are ten capital letters and digits",
            "チームIDとキーIDは、英大文字と数字の10文字です",
        ),
        _ => fault(
            "/push/apns/key",
            "unreadable",
            "this is no .p8 key of Apple's; paste the whole file, its first and last line included",
            "この鍵は読み取れません。.p8 ファイルを最初と最後の行も含めて貼り付けてください",
        ),
    })?;
    let config = ApnsConfig {
        host: app.config.push.apns.clone(),
        ..ApnsConfig::new(&apns.topic, key)
    };
    let dialler = transport::dialler(app).map_err(|error| failed(&error))?;
    match ApnsChannel::new(config, &dialler, app.clock.clone()) {
        Ok(_) => Ok(()),
        Err(ApnsConfigError::BadTopic) => Err(fault(
            "/push/apns/topic",
            "topic",
            "give the app's bundle id, such as jp.example.shop",
            "jp.example.shop のようなバンドルIDを入れてください",
        )),
        Err(error) => Err(ApiError::internal(&error)),
    }
}

fn project(app: &App, wire: &WriteFcm, kept: &Secrets) -> Result<String, ApiError> {
    let account = given("/push/fcm/account", wire.account.as_ref())?
        .or(kept.fcm_account.as_deref())
        .ok_or_else(|| {
            missing(
                "/push/fcm/account",
                "paste what the service account's key file holds",
                "サービスアカウントの鍵（JSON）を貼り付けてください",
            )
        })?;
    let account = ServiceAccount::parse(account, push::schemes(app)).map_err(|error| {
        fault(
            "/push/fcm/account",
            "unreadable",
            &format!("this key file cannot be used: {error}"),
            "この鍵は使えません。Firebaseの「サービスアカウント」で作ったJSONをそのまま貼り付けてください",
        )
    })?;
    Ok(account.project().to_owned())
}

fn given<'a>(pointer: &str, text: Option<&'a String>) -> Result<Option<&'a str>, ApiError> {
    let text = text.map(|text| text.trim()).filter(|text| !text.is_empty());
    if text.is_some_and(|text| text.len() > LONGEST) {
        return Err(fault(
            pointer,
            "length",
            "this is longer than any key file",
            "鍵ファイルにしては長すぎます",
        ));
    }
    Ok(text)
}

fn missing(pointer: &str, en: &str, ja: &str) -> ApiError {
    fault(pointer, "required", en, ja)
}

fn fault(pointer: &str, code: &'static str, en: &str, ja: &str) -> ApiError {
    Invalid(vec![FieldError::new(pointer, code, en, ja)]).into()
}

/// Seals what was given of a sender's secrets.
pub(super) async fn keep(
    app: &App,
    tx: &storage::Tx,
    caller: &Caller,
    id: SenderId,
    body: &WriteSender,
) -> Result<(), ApiError> {
    let Some(wire) = &body.push else {
        return Ok(());
    };
    let apns = wire.apns.as_ref().and_then(|apns| apns.key.as_ref());
    let fcm = wire.fcm.as_ref().and_then(|fcm| fcm.account.as_ref());
    for (name, pointer, text) in [
        (Sender::apns_key_name(id), "/push/apns/key", apns),
        (Sender::fcm_account_name(id), "/push/fcm/account", fcm),
    ] {
        if let Some(text) = given(pointer, text)? {
            let key = &app.master_key;
            secret::put(tx, key, caller.workspace, &name, text.as_bytes(), app.now()).await?;
        }
    }
    Ok(())
}
