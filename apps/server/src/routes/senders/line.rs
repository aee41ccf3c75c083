//! LINE accounts between the wire and the domain: LINE itself says whether what was entered is right.

use api_types::senders::{LineAccountView, WriteLine, WriteSender};
use campaigns::sender::{self, LineCredentials, LineSettings, Sender, Transport};
use channel_line::{BotInfo, LineApiError, Secret, TokenError};
use kernel::{
    id::{SenderId, WorkspaceId},
    invalid::{FieldError, Invalid},
};
use storage::secret;

use crate::{
    http::{auth::Caller, problem::ApiError},
    line::{self, Secrets},
    state::App,
};

/// Longest secret or token that is taken; LINE's own are far shorter.
const LONGEST: usize = 1_000;

const CREDENTIALS: [(LineCredentials, &str); 2] = [
    (LineCredentials::Stateless, "stateless"),
    (LineCredentials::LongLived, "long_lived"),
];

/// What is sealed beside an account.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept {
    secret: bool,
    token: bool,
    login_secret: bool,
}

/// Looks up which secrets of an account are kept; the secrets themselves stay sealed.
pub(super) async fn kept(app: &App, caller: &Caller, id: SenderId) -> Result<Kept, ApiError> {
    let has = |name: String| async move {
        secret::exists(app.db.reader(), caller.workspace, &name).await
    };
    Ok(Kept {
        secret: has(Sender::line_secret_name(id)).await?,
        token: has(Sender::line_token_name(id)).await?,
        login_secret: has(Sender::line_login_secret_name(id)).await?,
    })
}

pub(super) fn view(app: &App, id: SenderId, line: LineSettings, kept: Kept) -> LineAccountView {
    LineAccountView {
        channel_id: line.channel_id,
        bot_user_id: line.bot_user_id,
        credentials: CREDENTIALS
            .iter()
            .find(|(kind, _)| *kind == line.credentials)
            .map_or("stateless", |(_, name)| name)
            .to_owned(),
        has_secret: kept.secret,
        has_token: kept.token,
        login_channel_id: line.login_channel_id,
        has_login_secret: kept.login_secret,
        lanes: line.lanes,
        per_second: line.per_second,
        webhook_url: webhook_url(app, id),
    }
}

/// Returns the address that goes into LINE's console.
fn webhook_url(app: &App, id: SenderId) -> String {
    format!("{}/hooks/line/{id}", app.config.public_url())
}

/// Reads the settings from the wire; the account's own user id is LINE's to tell.
pub(super) fn read(wire: &WriteLine) -> Result<LineSettings, ApiError> {
    let word = wire.credentials.as_deref().unwrap_or("stateless");
    let credentials = CREDENTIALS
        .iter()
        .find(|(_, name)| *name == word)
        .map(|(kind, _)| *kind)
        .ok_or_else(|| {
            Invalid::one(
                "/line/credentials",
                "unknown",
                "use stateless or long_lived",
                "stateless か long_lived を選んでください",
            )
        })?;
    Ok(LineSettings {
        channel_id: wire.channel_id.trim().to_owned(),
        bot_user_id: String::new(),
        credentials,
        login_channel_id: given(wire.login_channel_id.as_ref()).map(str::to_owned),
        lanes: wire.lanes.unwrap_or(16),
        per_second: wire.per_second,
    })
}

/// Asks LINE whether id and secrets are right, and takes the account's name and ids from its answer.
pub(super) async fn connect(
    app: &App,
    workspace: WorkspaceId,
    sender: &mut Sender,
    wire: &WriteLine,
    present: Option<&Sender>,
) -> Result<(), ApiError> {
    let Transport::Line(settings) = &mut sender.transport else {
        return Ok(());
    };
    let secrets = secrets(app, workspace, sender.id, settings, wire).await?;
    let info = ask(app, settings, &secrets).await?;
    let user = info.user_id().map_err(|error| refused(settings, &error))?;
    user.as_str().clone_into(&mut settings.bot_user_id);
    sender.from_name = info.display_name.chars().take(100).collect();
    sender.from_address = info.premium_id.unwrap_or(info.basic_id);
    sender.reply_to = None;
    same_account(settings, present)?;
    only_once(app, workspace, sender).await
}

/// Asks LINE about an account with its channel id and secret and, where messages go by another, with that token, too.
async fn ask(app: &App, settings: &LineSettings, secrets: &Secrets) -> Result<BotInfo, ApiError> {
    let by_secret = LineSettings {
        credentials: LineCredentials::Stateless,
        ..settings.clone()
    };
    let info = told(app, &by_secret, secrets).await?;
    if settings.credentials == LineCredentials::LongLived {
        let by_token = told(app, settings, secrets).await?;
        if by_token != info {
            return Err(Invalid::one(
                "/line/token",
                "other_account",
                "this token is another account's",
                "このトークンは別のアカウントのものです",
            )
            .into());
        }
    }
    Ok(info)
}

async fn told(app: &App, settings: &LineSettings, secrets: &Secrets) -> Result<BotInfo, ApiError> {
    let channel =
        line::build(app, settings, secrets).map_err(|error| ApiError::internal(error.as_ref()))?;
    channel
        .api()
        .info()
        .await
        .map_err(|error| refused(settings, &error))
}

/// Asks LINE about a saved account.
pub(super) async fn check(
    app: &App,
    workspace: WorkspaceId,
    id: SenderId,
    settings: &LineSettings,
) -> Result<(), ApiError> {
    let channel = line::channel(app, workspace, id, settings)
        .await
        .map_err(|error| ApiError::internal(error.as_ref()))?;
    let answer = channel.api().info().await;
    answer
        .map(|_| ())
        .map_err(|error| refused(settings, &error))
}

/// Turns LINE's no into the field at fault; where LINE did not answer nothing is known.
fn refused(settings: &LineSettings, error: &LineApiError) -> ApiError {
    let is_refused = matches!(
        error,
        LineApiError::Token(TokenError::Refused(_))
            | LineApiError::Refused {
                status: 401 | 403,
                ..
            }
    );
    if !is_refused {
        return line::away(error);
    }
    let fault = match settings.credentials {
        LineCredentials::Stateless => FieldError::new(
            "/line/channel_secret",
            "refused",
            "LINE does not accept this channel id with this secret; copy both anew from the Basic settings tab",
            "チャネルIDとチャネルシークレットの組み合わせがLINEに受け付けられませんでした。「チャネル基本設定」からもう一度コピーしてください",
        ),
        LineCredentials::LongLived => FieldError::new(
            "/line/token",
            "refused",
            "LINE does not accept this access token; issue a new one on the Messaging API tab",
            "このアクセストークンはLINEに受け付けられませんでした。「Messaging API設定」で再発行してください",
        ),
    };
    Invalid(vec![fault]).into()
}

/// A saved account stays the account it is: its friends are known under it.
fn same_account(settings: &LineSettings, present: Option<&Sender>) -> Result<(), ApiError> {
    match present.map(|sender| &sender.transport) {
        None => Ok(()),
        Some(Transport::Line(before)) if before.bot_user_id == settings.bot_user_id => Ok(()),
        Some(_) => Err(Invalid::one(
            "/line/channel_id",
            "other_account",
            "this is another account; connect it as a new one",
            "別のアカウントです。新しいLINEアカウントとして接続してください",
        )
        .into()),
    }
}

async fn only_once(app: &App, workspace: WorkspaceId, sender: &Sender) -> Result<(), ApiError> {
    let bot = |sender: &Sender| match &sender.transport {
        Transport::Line(line) => Some(line.bot_user_id.clone()),
        _ => None,
    };
    let is_taken = sender::list(app.db.reader(), workspace)
        .await?
        .iter()
        .any(|other| other.id != sender.id && bot(other).is_some() && bot(other) == bot(sender));
    if is_taken {
        return Err(Invalid::one(
            "/line/channel_id",
            "taken",
            "this account is connected already",
            "このアカウントはすでに接続されています",
        )
        .into());
    }
    Ok(())
}

/// Returns the secrets that were given, or those that are kept.
async fn secrets(
    app: &App,
    workspace: WorkspaceId,
    id: SenderId,
    settings: &LineSettings,
    wire: &WriteLine,
) -> Result<Secrets, ApiError> {
    let kept = |name: String| async move {
        line::open(app, workspace, &name)
            .await
            .map_err(|error| ApiError::internal(error.as_ref()))
    };
    let channel = match clean("/line/channel_secret", wire.channel_secret.as_ref())? {
        Some(secret) => Some(secret),
        None => kept(Sender::line_secret_name(id)).await?,
    };
    let token = match clean("/line/token", wire.token.as_ref())? {
        Some(token) => Some(token),
        None => kept(Sender::line_token_name(id)).await?,
    };
    clean(
        "/line/login_channel_secret",
        wire.login_channel_secret.as_ref(),
    )?;
    let channel = channel.ok_or_else(|| missing("/line/channel_secret"))?;
    if settings.credentials == LineCredentials::LongLived && token.is_none() {
        return Err(missing("/line/token"));
    }
    Ok(Secrets { channel, token })
}

fn missing(pointer: &str) -> ApiError {
    Invalid::one(
        pointer,
        "required",
        "copy it from LINE's console",
        "LINE Developersコンソールからコピーして入れてください",
    )
    .into()
}

fn clean(pointer: &str, text: Option<&String>) -> Result<Option<Secret>, ApiError> {
    let Some(text) = given(text) else {
        return Ok(None);
    };
    // It goes into a header, so it is visible ASCII.
    if text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Invalid::one(
            pointer,
            "form",
            "copy it from LINE's console, without spaces",
            "LINE Developersコンソールの値を、空白を入れずにそのままコピーしてください",
        )
        .into());
    }
    Ok(Some(Secret::new(text)))
}

fn given(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// Seals the secrets of an account that were given.
pub(super) async fn keep(
    app: &App,
    tx: &storage::Tx,
    caller: &Caller,
    id: SenderId,
    body: &WriteSender,
) -> Result<(), ApiError> {
    let Some(wire) = &body.line else {
        return Ok(());
    };
    for (name, text) in [
        (Sender::line_secret_name(id), &wire.channel_secret),
        (Sender::line_token_name(id), &wire.token),
        (
            Sender::line_login_secret_name(id),
            &wire.login_channel_secret,
        ),
    ] {
        if let Some(text) = given(text.as_ref()) {
            let key = &app.master_key;
            secret::put(tx, key, caller.workspace, &name, text.as_bytes(), app.now()).await?;
        }
    }
    Ok(())
}
