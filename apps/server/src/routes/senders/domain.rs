//! `GET /api/v1/senders/{id}/domain`.

use api_types::senders::{DnsRecordView, DomainCheckView, DomainView};
use axum::{Json, extract::State};
use campaigns::sender::{self, DkimSettings, Sender, SmtpSettings, Transport};
use channel_email::{
    SmtpConfig,
    domain::{self, Check, Dns, Question, SigningKey},
    probe_tls,
    provider_events::Provider,
};
use kernel::{id::kind, invalid::Invalid};
use tokio::sync::Semaphore;

use crate::{
    http::{
        auth::{Operator, needs::CampaignsRead},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
    transport,
};

/// Senders that are examined at a time: each costs dozens of questions and a connection.
static EXAMINERS: Semaphore = Semaphore::const_new(4);

/// Examines what receivers look at: SPF, DKIM, DMARC, the server's name, the way back, TLS and one-click
/// unsubscription, by the rules that Gmail, Yahoo and Outlook set for bulk mail. DNS is asked anew each time, within
/// twelve seconds; what gave no answer is `unknown`.
#[utoipa::path(get, path = "/api/v1/senders/{id}/domain", operation_id = "get_sender_domain", tag = "senders",
    params(("id" = String, Path, description = "snd_…")),
    responses((status = 200, body = DomainView), (status = 422, description = "Not a sender through a mail server"),
        (status = 503, description = "Too many senders are being examined")))]
pub(super) async fn domain(
    operator: Operator<CampaignsRead>,
    PathId(id): PathId<kind::Sender>,
    State(app): State<App>,
) -> Result<Json<DomainView>, ApiError> {
    let sender = sender::find(app.db.reader(), operator.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let Transport::Smtp(smtp) = &sender.transport else {
        return Err(Invalid::one(
            "/",
            "transport",
            "only an smtp sender has a domain to examine",
            "確かめられるのはSMTPの差出人だけです",
        )
        .into());
    };
    let _turn = EXAMINERS.try_acquire().map_err(|_| busy())?;
    let question = question(&app, &sender, smtp);
    let dns = Dns::new(app.config.mail.resolver()).map_err(|error| ApiError::internal(&error))?;
    let config = SmtpConfig {
        tls: transport::tls(smtp.tls),
        ..SmtpConfig::new(&smtp.host, smtp.port)
    };
    let dialler = transport::dialler(&app).map_err(|error| ApiError::internal(&*error))?;
    let probed = probe_tls(&config, dialler);
    let checks = Box::pin(domain::examine(&question, &dns, probed)).await;
    Ok(Json(DomainView {
        from_domain: question.from_domain,
        return_domain: question.return_domain,
        checks: checks.into_iter().map(view).collect(),
    }))
}

fn question(app: &App, sender: &Sender, smtp: &SmtpSettings) -> Question {
    let from = sender.from_address.rsplit_once('@');
    let provider = smtp.provider.as_ref();
    Question {
        from_domain: from.map_or_else(String::new, |(_, domain)| domain.to_lowercase()),
        return_domain: smtp.return_domain.clone(),
        key: smtp.dkim.as_ref().map(signing_key),
        second_key: smtp.dkim_second.as_ref().map(signing_key),
        provider: provider.and_then(|settings| Provider::parse(settings.kind.as_str())),
        host: smtp.host.trim().to_lowercase(),
        tls: transport::tls(smtp.tls),
        base_url: app.config.public_url().to_owned(),
    }
}

fn signing_key(dkim: &DkimSettings) -> SigningKey {
    SigningKey {
        domain: dkim.domain.clone(),
        selector: dkim.selector.clone(),
        record: dkim.record.clone(),
    }
}

fn view(check: Check) -> DomainCheckView {
    let publish = check.publish.into_iter().map(|record| DnsRecordView {
        name: record.name,
        kind: record.kind.to_owned(),
        value: record.value,
    });
    DomainCheckView {
        check: check.subject.as_str().to_owned(),
        state: check.standing.as_str().to_owned(),
        reason: check.why.to_owned(),
        found: check.found.into_iter().map(shortened).collect(),
        publish: publish.collect(),
    }
}

/// Others write what is found; a screenful of it is enough.
fn shortened(found: String) -> String {
    if found.chars().count() <= 1_000 {
        return found;
    }
    let start: String = found.chars().take(1_000).collect();
    format!("{start}…")
}

fn busy() -> ApiError {
    ApiError {
        retry_after: Some(5),
        ..ApiError::new(
            axum::http::StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "too many senders are being examined; ask again",
            "ほかの差出人を確かめています。もう一度お試しください",
        )
    }
}
