//! Between the wire and the domain.

use api_types::senders::{self as wire, DkimView, SenderView, SmtpView, WriteSender, WriteSmtp};
use campaigns::sender::{Charset, DkimSettings, DomainLimit, Sender, SmtpSettings, Tls, Transport};
use kernel::{id::SenderId, invalid::Invalid};
use storage::secret;

use super::{line, pace, provider, push};
use crate::{
    http::{audit, auth::Caller, problem::ApiError},
    state::App,
};

const TLS: [(Tls, &str); 4] = [
    (Tls::None, "none"),
    (Tls::Opportunistic, "opportunistic"),
    (Tls::Required, "required"),
    (Tls::Implicit, "implicit"),
];

/// Shows a sender; whether a password is kept is looked up, the password never.
pub(super) async fn view(
    app: &App,
    caller: &Caller,
    sender: Sender,
) -> Result<SenderView, ApiError> {
    let (mut transport, mut smtp, mut line, mut push) = ("sandbox", None, None, None);
    match sender.transport {
        Transport::Sandbox => {}
        Transport::Smtp(server) => {
            let today = pace::today(app, caller, sender.id, server.warmup.as_ref()).await?;
            let name = Sender::password_name(sender.id);
            let password =
                secret::get(app.db.reader(), &app.master_key, caller.workspace, &name).await;
            let told_by = match &server.provider {
                Some(settings) => Some(provider::view(app, caller, sender.id, settings).await?),
                None => None,
            };
            let mut view = smtp_view(server, matches!(password, Ok(Some(_))));
            view.provider = told_by;
            view.today = today;
            (transport, smtp) = ("smtp", Some(view));
        }
        Transport::Line(account) => {
            let kept = line::kept(app, caller, sender.id).await?;
            let shown = line::view(app, sender.id, account, kept);
            (transport, line) = ("line", Some(shown));
        }
        Transport::Push(settings) => {
            let shown = push::view(app, caller.workspace, sender.id, settings).await?;
            (transport, push) = ("push", Some(shown));
        }
    }
    Ok(SenderView {
        id: sender.id.to_string(),
        from_name: sender.from_name,
        from_address: sender.from_address,
        reply_to: sender.reply_to,
        transport: transport.to_owned(),
        smtp,
        line,
        push,
        version: sender.version,
    })
}

fn smtp_view(smtp: SmtpSettings, has_password: bool) -> SmtpView {
    SmtpView {
        host: smtp.host,
        port: smtp.port,
        tls: TLS
            .iter()
            .find(|(tls, _)| *tls == smtp.tls)
            .map_or("required", |(_, name)| name)
            .to_owned(),
        user: smtp.user,
        has_password,
        lanes: smtp.lanes,
        per_second: smtp.per_second,
        return_domain: smtp.return_domain,
        dkim: smtp.dkim.map(dkim_view),
        dkim_second: smtp.dkim_second.map(dkim_view),
        domain_limits: smtp
            .domain_limits
            .into_iter()
            .map(|limit| wire::DomainLimit {
                to: limit.to,
                per_second: limit.per_second,
                per_session: limit.per_session,
            })
            .collect(),
        charset: smtp.charset.as_str().to_owned(),
        warmup: smtp.warmup.as_ref().map(pace::view),
        today: wire::SenderToday::default(),
        provider: None,
    }
}

fn dkim_view(dkim: DkimSettings) -> DkimView {
    DkimView {
        dns_name: format!("{}._domainkey.{}", dkim.selector, dkim.domain),
        algorithm: dkim.algorithm().to_owned(),
        zone_value: channel_email::zone_file_value(&dkim.record),
        domain: dkim.domain,
        selector: dkim.selector,
        record: dkim.record,
    }
}

/// Reads a sender from the wire; a DKIM key of the present one is kept.
pub(super) fn read(
    id: SenderId,
    body: &WriteSender,
    present: Option<&Sender>,
) -> Result<Sender, ApiError> {
    let transport = read_transport(body, present)?;
    let sender = Sender {
        id,
        from_name: body.from_name.trim().to_owned(),
        from_address: body.from_address.trim().to_owned(),
        reply_to: body
            .reply_to
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(str::to_owned),
        transport,
        version: body.version.unwrap_or(1),
    };
    sender.check()?;
    Ok(sender)
}

fn read_transport(body: &WriteSender, present: Option<&Sender>) -> Result<Transport, ApiError> {
    let was_line = present.is_some_and(|sender| matches!(sender.transport, Transport::Line(_)));
    let was_push = present.map(|sender| matches!(sender.transport, Transport::Push(_)));
    if was_push.is_some_and(|was_push| was_push != (body.transport == "push")) {
        return Err(push::fixed());
    }
    if body.transport != "push" && body.push.is_some() {
        return Err(push::unexpected());
    }
    match body.transport.as_str() {
        word if was_line && word != "line" => Err(Invalid::one(
            "/transport",
            "fixed",
            "a LINE account stays one; make another sender",
            "LINEアカウントはほかの方式に変えられません。別の差出人を追加してください",
        )
        .into()),
        word if word != "line" && body.line.is_some() => Err(Invalid::one(
            "/line",
            "unexpected",
            "only a LINE account has this",
            "LINEアカウントのときだけ入れてください",
        )
        .into()),
        "sandbox" => Ok(Transport::Sandbox),
        "smtp" => {
            let smtp = body.smtp.as_ref().ok_or_else(|| {
                Invalid::one(
                    "/smtp",
                    "required",
                    "give the mail server",
                    "メールサーバーを入れてください",
                )
            })?;
            Ok(Transport::Smtp(read_smtp(smtp, present)?))
        }
        "line" => {
            let account = body.line.as_ref().ok_or_else(|| {
                Invalid::one(
                    "/line",
                    "required",
                    "give the LINE account",
                    "LINEアカウントを入れてください",
                )
            })?;
            Ok(Transport::Line(line::read(account)?))
        }
        "push" => Ok(Transport::Push(push::read(
            body.push.clone().unwrap_or_default(),
        ))),
        _ => Err(Invalid::one(
            "/transport",
            "unknown",
            "use sandbox, smtp, line or push",
            "sandbox・smtp・line・push から選んでください",
        )
        .into()),
    }
}

fn read_smtp(smtp: &WriteSmtp, present: Option<&Sender>) -> Result<SmtpSettings, ApiError> {
    let tls = TLS
        .iter()
        .find(|(_, name)| *name == smtp.tls)
        .map(|(tls, _)| *tls)
        .ok_or_else(|| {
            Invalid::one(
                "/smtp/tls",
                "unknown",
                "use none, opportunistic, required or implicit",
                "none・opportunistic・required・implicit から選んでください",
            )
        })?;
    let provider = smtp.provider.as_ref().map(provider::read).transpose()?;
    let provider = provider.map(Box::new);
    let present = present.and_then(|sender| match &sender.transport {
        Transport::Smtp(smtp) => Some(smtp),
        Transport::Sandbox | Transport::Line(_) | Transport::Push(_) => None,
    });
    let charset = smtp.charset.as_deref().unwrap_or("utf-8");
    let charset = Charset::parse(charset).ok_or_else(|| {
        Invalid::one(
            "/smtp/charset",
            "unknown",
            "use utf-8 or iso-2022-jp",
            "utf-8 か iso-2022-jp を選んでください",
        )
    })?;
    Ok(SmtpSettings {
        host: smtp.host.trim().to_owned(),
        port: smtp.port,
        tls,
        user: smtp.user.clone().filter(|user| !user.is_empty()),
        lanes: smtp.lanes.unwrap_or(8),
        per_second: smtp.per_second,
        return_domain: smtp
            .return_domain
            .as_deref()
            .map(|domain| domain.trim().to_lowercase())
            .filter(|domain| !domain.is_empty()),
        dkim: present.and_then(|smtp| smtp.dkim.clone()),
        dkim_second: present.and_then(|smtp| smtp.dkim_second.clone()),
        domain_limits: smtp.domain_limits.iter().map(read_limit).collect(),
        charset,
        warmup: smtp.warmup.as_ref().map(pace::read).transpose()?,
        provider,
    })
}

fn read_limit(limit: &wire::DomainLimit) -> DomainLimit {
    DomainLimit {
        to: limit.to.trim().to_lowercase(),
        per_second: limit.per_second,
        per_session: limit.per_session,
    }
}

/// Seals the secrets of a sender that were given.
pub(super) async fn keep_secrets(
    app: &App,
    tx: &storage::Tx,
    caller: &Caller,
    id: SenderId,
    body: &WriteSender,
) -> Result<(), ApiError> {
    let password = body
        .smtp
        .as_ref()
        .and_then(|smtp| smtp.password.as_deref())
        .filter(|text| !text.is_empty());
    if let Some(password) = password {
        let name = Sender::password_name(id);
        secret::put(
            tx,
            &app.master_key,
            caller.workspace,
            &name,
            password.as_bytes(),
            app.now(),
        )
        .await?;
    }
    line::keep(app, tx, caller, id, body).await?;
    push::keep(app, tx, caller, id, body).await?;
    provider::keep_secret(app, tx, caller, id, body).await
}

/// Asks LINE about the account of a `line` sender, and tries the keys of a `push` one; other senders are as they were read.
pub(super) async fn connect(
    app: &App,
    caller: &Caller,
    sender: &mut Sender,
    body: &WriteSender,
    present: Option<&Sender>,
) -> Result<(), ApiError> {
    if let Transport::Push(_) = sender.transport {
        return push::connect(app, caller.workspace, sender, body).await;
    }
    let is_line = matches!(sender.transport, Transport::Line(_));
    match &body.line {
        Some(account) if is_line => {
            line::connect(app, caller.workspace, sender, account, present).await
        }
        _ => Ok(()),
    }
}

/// Logs a change of a sender.
pub(super) async fn log(
    app: &App,
    tx: &storage::Tx,
    caller: &Caller,
    action: &'static str,
    id: SenderId,
    detail: serde_json::Value,
) -> Result<(), ApiError> {
    audit::log(app, tx, caller, action, ("sender", Some(id.raw())), detail).await
}
