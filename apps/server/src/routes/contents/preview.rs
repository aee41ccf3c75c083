//! `POST /api/v1/contents/preview`.

use std::sync::Arc;

use api_types::contents::{
    ContentFinding, ContentPreview, EmptyVariable, PreviewContent, SpamHitView, SpamView,
};
use axum::{Json, extract::State};
use channel_core::Charset;
use contents::{
    CompiledEmail, Data, EmailDocument, Finding, Footer, FooterCheck, LintOptions, RenderOptions,
    Rendered, Sensitive, Severity, SpamStanding, lint, spam_report, store,
};
use profiles::attributes::AttributeDef;

use super::{data, data::Subject, show, wire};
use crate::{
    http::{
        auth::{Caller, Operator, needs::ContentsRead},
        extract::{Locale, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// Renders an email for one customer without sending it, and says what could be better.
///
/// A document that cannot be compiled or rendered is answered with 422: each error points at a field of
/// the document and carries line and column.
#[utoipa::path(post, path = "/api/v1/contents/preview", operation_id = "preview_content", tag = "contents",
    request_body = PreviewContent,
    responses((status = 200, body = ContentPreview), (status = 404)))]
pub(super) async fn preview(
    operator: Operator<ContentsRead>,
    reader: Locale,
    State(app): State<App>,
    ValidJson(body): ValidJson<PreviewContent>,
) -> Result<Json<ContentPreview>, ApiError> {
    let (document, compiled) = document(&app, &operator, &body).await?;
    let (customer, locale) = (body.customer_id.as_deref(), body.locale.as_deref());
    let offer = match body.campaign_id.as_deref() {
        Some(id) => Some(data::offer(&app, &operator, id).await?),
        None => None,
    };
    let subject = data::subject(&app, &operator, customer, locale, offer.as_ref()).await?;
    let known = data::known_variables(&app, &operator).await?;
    let sensitive = sensitive(&app, &operator).await?;
    let is_old_fashioned = has_japanese_sender(&app, &operator).await?;
    let work = Work {
        document,
        compiled,
        subject,
        locale: body.locale,
        known,
        sensitive,
        is_old_fashioned,
    };
    // Compiling and linting takes milliseconds of CPU; other requests must not wait for it.
    let done = tokio::task::spawn_blocking(move || work.run())
        .await
        .map_err(|error| ApiError::internal(&error))??;
    let locale = done.rendered.locale.clone();
    let warnings = warnings(&done.rendered);
    let message = done.rendered.into_message();
    let spam = spam_view(&app, &message, &locale, &reader.0);
    let html_bytes = u64::try_from(message.html.len()).unwrap_or(u64::MAX);
    let html = show::in_scheme(&message.html, body.dark);
    let addresses = show::behind_tickets(&app, &operator, vec![html]).await?;
    Ok(Json(ContentPreview {
        locale,
        subject: message.subject,
        preheader: message.preheader,
        text: message.text,
        html_bytes,
        warnings,
        findings: done
            .findings
            .into_iter()
            .map(|finding| view(finding, &reader.0))
            .collect(),
        spam,
        preview_url: addresses.into_iter().next().unwrap_or_default(),
    }))
}

pub(super) async fn document(
    app: &App,
    caller: &Caller,
    body: &PreviewContent,
) -> Result<(EmailDocument, Option<Arc<CompiledEmail>>), ApiError> {
    let Some(id) = data::saved_id(body)? else {
        let document = body.document.clone().unwrap_or_default();
        return Ok((wire::read(document), None));
    };
    let content = store::find(app.db.reader(), caller.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let version = content.summary.version;
    let compiled = app.contents.compiled.get(id, version, &content.document);
    let compiled = compiled.map_err(|error| wire::problems(error.0))?;
    Ok((content.document, Some(compiled)))
}

struct Work {
    document: EmailDocument,
    compiled: Option<Arc<CompiledEmail>>,
    subject: Subject,
    locale: Option<String>,
    known: Vec<String>,
    sensitive: Vec<Sensitive>,
    /// Whether a sender of the workspace writes ISO-2022-JP.
    is_old_fashioned: bool,
}

struct Done {
    rendered: Rendered,
    findings: Vec<Finding>,
}

impl Work {
    fn run(self) -> Result<Done, ApiError> {
        let compiled = match self.compiled {
            Some(compiled) => compiled,
            None => CompiledEmail::compile(&self.document, Footer::Ensure)
                .map(Arc::new)
                .map_err(|error| wire::problems(error.0))?,
        };
        let data = Data::from_json(&self.subject.json);
        let locale = self.locale.or(self.subject.locale);
        let options = RenderOptions {
            locale: locale.as_deref(),
            timezone: self.subject.timezone,
            // A draft is shown without its footer too; the findings say that it cannot be sent so.
            footer: FooterCheck::Skipped,
        };
        let rendered = compiled
            .render(&data, &options)
            .map_err(|error| wire::problems(vec![error.0]))?;
        let known: Vec<&str> = self.known.iter().map(String::as_str).collect();
        let options = LintOptions {
            known_variables: &known,
            sample: Some(&data),
            sensitive: &self.sensitive,
            can_write: self
                .is_old_fashioned
                .then_some(channel_email::is_in_iso_2022_jp),
        };
        Ok(Done {
            rendered,
            findings: lint(&self.document, &options),
        })
    }
}

async fn sensitive(app: &App, caller: &Caller) -> Result<Vec<Sensitive>, ApiError> {
    let known = profiles::attributes::list(app.db.reader(), caller.workspace).await?;
    let of = |def: &AttributeDef| {
        Some(Sensitive {
            key: def.key.clone(),
            label: (def.label("ja").to_owned(), def.label("en").to_owned()),
            consent: def.needed_consent()?.to_owned(),
        })
    };
    Ok(known.iter().filter_map(of).collect())
}

async fn has_japanese_sender(app: &App, caller: &Caller) -> Result<bool, ApiError> {
    let senders = campaigns::sender::list(app.db.reader(), caller.workspace).await?;
    Ok(senders
        .iter()
        .any(|sender| sender.charset() == Charset::Iso2022Jp))
}

fn spam_view(app: &App, message: &contents::Message, locale: &str, reader: &str) -> SpamView {
    let report = spam_report(message, app.config.public_url());
    let hit = |hit: contents::SpamHit| SpamHitView {
        code: hit.code.to_owned(),
        points: hit.points,
        message: if reader == "en" {
            hit.message_en
        } else {
            hit.message_ja
        },
        pointer: format!("/variants/{locale}/{}", hit.field),
    };
    SpamView {
        points: report.points,
        limit: contents::SPAM_LIMIT,
        standing: match report.standing {
            SpamStanding::Good => "good",
            SpamStanding::Fair => "fair",
            SpamStanding::Bad => "bad",
        }
        .to_owned(),
        hits: report.hits.into_iter().map(hit).collect(),
    }
}

fn warnings(rendered: &Rendered) -> Vec<EmptyVariable> {
    rendered
        .warnings
        .iter()
        .map(|missing| EmptyVariable {
            variable: missing.variable.clone(),
            pointer: missing.pointer.clone(),
            line: wire::number(missing.position.line),
            column: wire::number(missing.position.column),
        })
        .collect()
}

fn view(finding: Finding, reader: &str) -> ContentFinding {
    let problem = finding.problem;
    let place = |at: usize| (problem.line > 0).then(|| wire::number(at));
    ContentFinding {
        severity: match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        }
        .to_owned(),
        code: problem.code.to_owned(),
        line: place(problem.line),
        column: place(problem.column),
        message: if reader == "en" {
            problem.message_en
        } else {
            problem.message_ja
        },
        pointer: problem.pointer,
    }
}
