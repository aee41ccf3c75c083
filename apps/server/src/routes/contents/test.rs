//! `POST /api/v1/contents/{id}/test` and `GET /api/v1/contents/test-recipients`.
//!
//! A test goes to people of the house only, says in its subject that it is one, and is counted nowhere.

use std::{num::NonZeroU32, sync::Arc};

use access::account;
use api_types::contents::{TestContent, TestRecipientView, TestResult, TestSent};
use axum::{Json, extract::State, http::StatusCode};
use campaigns::{
    inbox,
    send::PublicUrls,
    sender::{self, Sender, Transport},
    test_audience,
};
use channel_core::{Channel, Content as Body, Email, Mailbox, Message, Outcome, Recipient};
use contents::{CompiledEmail, Data, Footer, FooterCheck, RenderOptions, store};
use kernel::{
    id::{ContentId, DeliveryId, SenderId, kind},
    invalid::{FieldError, Invalid},
};

use super::{
    data::{self, Subject},
    wire,
};
use crate::{
    http::{
        audit,
        auth::{Caller, Operator, needs::CampaignsWrite},
        extract::{PathId, ValidJson},
        problem::ApiError,
    },
    state::App,
    transport,
};

/// Addresses of one test send.
const MOST: usize = 5;

/// Lists who may receive test mails: the members and the test audience.
#[utoipa::path(get, path = "/api/v1/contents/test-recipients", operation_id = "list_test_recipients", tag = "contents",
    responses((status = 200, body = Vec<TestRecipientView>)))]
pub(super) async fn recipients(
    operator: Operator<CampaignsWrite>,
    State(app): State<App>,
) -> Result<Json<Vec<TestRecipientView>>, ApiError> {
    Ok(Json(house(&app, &operator).await?))
}

/// Sends an email to up to five people of the house, as the chosen customer would receive it.
#[utoipa::path(post, path = "/api/v1/contents/{id}/test", operation_id = "test_content", tag = "contents",
    params(("id" = String, Path, description = "cnt_…")), request_body = TestContent,
    responses((status = 200, body = TestSent), (status = 429)))]
pub(super) async fn test(
    operator: Operator<CampaignsWrite>,
    PathId(id): PathId<kind::Content>,
    State(app): State<App>,
    ValidJson(body): ValidJson<TestContent>,
) -> Result<Json<TestSent>, ApiError> {
    let recipients = allowed(&body.recipients, &house(&app, &operator).await?)?;
    let sender = chosen_sender(&app, &operator, body.sender_id.as_deref()).await?;
    let draft = draft(&app, &operator, id, &body, &sender).await?;
    let n = u32::try_from(recipients.len()).unwrap_or(u32::MAX);
    if !NonZeroU32::new(n).is_some_and(|n| app.contents.may_test(operator.workspace, n)) {
        return Err(too_many());
    }
    let carrier = transport::carrier(&app, operator.workspace, &sender)
        .await
        .map_err(|error| ApiError::internal(error.as_ref()))?;
    let signer = app
        .keyring
        .signer(operator.workspace)
        .await
        .map_err(|error| ApiError::internal(&error))?
        .ok_or_else(ApiError::not_found)?;
    let urls = PublicUrls::new(app.config.public_url());
    // Each has an address of its own in a browser. All are rendered before the first one leaves.
    let mut messages = Vec::with_capacity(recipients.len());
    for recipient in recipients {
        let raw = app.ids.next_raw();
        let email = draft.email(&urls.web(&signer, DeliveryId::from_raw(raw)))?;
        let message = Message {
            delivery_id: raw,
            idempotency_key: inbox::test_key(raw),
            recipient: Recipient::new(recipient.clone()),
            at: app.now(),
            content: Body::Email(Box::new(email)),
        };
        messages.push((message, recipient));
    }
    log(&app, &operator, id, &sender, messages.len()).await?;
    let mut results = Vec::with_capacity(messages.len());
    for (message, recipient) in messages {
        results.push(hand_over(&carrier.channel, message, recipient).await);
    }
    Ok(Json(TestSent {
        transport: match sender.transport {
            Transport::Sandbox => "sandbox",
            Transport::Smtp(_) => "smtp",
            Transport::Line(_) => "line",
            Transport::Push(_) => "push",
        }
        .to_owned(),
        results,
    }))
}

async fn house(app: &App, caller: &Caller) -> Result<Vec<TestRecipientView>, ApiError> {
    let members = account::members(app.db.reader(), caller.workspace).await?;
    let mut people: Vec<TestRecipientView> = members
        .into_iter()
        .map(|member| TestRecipientView {
            address: member.user.email,
            label: member.user.name,
        })
        .collect();
    let seeds = test_audience::list(app.db.reader(), caller.workspace).await?;
    for seed in seeds {
        if !people
            .iter()
            .any(|person| same(&person.address, &seed.address))
        {
            people.push(TestRecipientView {
                address: seed.address,
                label: seed.label,
            });
        }
    }
    Ok(people)
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// Returns the addresses as the house writes them; a stranger's is refused.
fn allowed(asked: &[String], house: &[TestRecipientView]) -> Result<Vec<String>, ApiError> {
    let mut invalid = Invalid::default();
    if asked.is_empty() || asked.len() > MOST {
        invalid.push(FieldError::new(
            "/recipients",
            "length",
            "choose one to five addresses",
            "宛先を1〜5件選んでください",
        ));
    }
    let mut found: Vec<String> = Vec::new();
    for (i, address) in asked.iter().take(MOST).enumerate() {
        match house.iter().find(|person| same(&person.address, address)) {
            Some(person) if !found.contains(&person.address) => found.push(person.address.clone()),
            Some(_) => {}
            None => invalid.push(FieldError::new(
                format!("/recipients/{i}"),
                "stranger",
                "tests go to members and the test audience only",
                "テストはメンバーかテスト配信先にだけ送れます",
            )),
        }
    }
    invalid.into_result()?;
    Ok(found)
}

async fn chosen_sender(
    app: &App,
    caller: &Caller,
    asked: Option<&str>,
) -> Result<Sender, ApiError> {
    let senders = sender::list(app.db.reader(), caller.workspace).await?;
    let id: Option<SenderId> = match asked {
        Some(id) => Some(id.parse().map_err(|_| unknown_sender())?),
        None => None,
    };
    senders
        .into_iter()
        .find(|sender| id.is_none_or(|id| sender.id == id))
        .ok_or_else(unknown_sender)
}

fn unknown_sender() -> ApiError {
    Invalid::one(
        "/sender_id",
        "unknown",
        "no such sender; make one under settings",
        "差出人がありません。設定で作ってください",
    )
    .into()
}

/// An email with everything that its tests have in common.
struct Draft<'a> {
    compiled: Arc<CompiledEmail>,
    subject: Subject,
    locale: Option<&'a str>,
    sender: &'a Sender,
}

async fn draft<'a>(
    app: &App,
    caller: &Caller,
    id: ContentId,
    body: &'a TestContent,
    sender: &'a Sender,
) -> Result<Draft<'a>, ApiError> {
    let content = store::find(app.db.reader(), caller.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let compiled = if let Some(document) = &body.document {
        CompiledEmail::compile(&wire::read(document.clone()), Footer::Ensure).map(Arc::new)
    } else {
        let version = content.summary.version;
        app.contents.compiled.get(id, version, &content.document)
    };
    let compiled = compiled.map_err(|error| wire::problems(error.0))?;
    let (customer, locale) = (body.customer_id.as_deref(), body.locale.as_deref());
    let subject = data::subject(app, caller, customer, locale, None).await?;
    Ok(Draft {
        compiled,
        subject,
        locale,
        sender,
    })
}

impl Draft<'_> {
    /// Renders it with its own address in a browser.
    fn email(&self, web_url: &str) -> Result<Email, ApiError> {
        let mut data = Data::from_json(&self.subject.json);
        data.set("web_url", &serde_json::json!(web_url));
        let options = RenderOptions {
            locale: self.locale.or(self.subject.locale.as_deref()),
            timezone: self.subject.timezone,
            // Only the house reads it; what the law wants of the real one stands in the findings.
            footer: FooterCheck::Skipped,
        };
        let rendered = self
            .compiled
            .render(&data, &options)
            .map_err(|error| wire::problems(vec![error.0]))?;
        let mark = if rendered.locale.starts_with("ja") {
            "[テスト] "
        } else {
            "[Test] "
        };
        let message = rendered.into_message();
        let mailbox = |name: &str, address: &str| Mailbox {
            name: name.to_owned(),
            address: address.to_owned(),
        };
        Ok(Email {
            from: mailbox(&self.sender.from_name, &self.sender.from_address),
            reply_to: self
                .sender
                .reply_to
                .as_deref()
                .map(|address| mailbox("", address)),
            to_name: String::new(),
            subject: format!("{mark}{}", message.subject),
            preheader: message.preheader,
            html: message.html,
            text: message.text,
            unsubscribe: None,
            feedback_id: None,
            envelope_sender: None,
            headers: Vec::new(),
            charset: self.sender.charset(),
        })
    }
}

async fn hand_over(channel: &Arc<dyn Channel>, message: Message, recipient: String) -> TestResult {
    let outcome = match channel.prepare(message) {
        Err(refusal) => Outcome::from(refusal),
        Ok(prepared) => {
            let mut lane = channel.open();
            let outcome = match lane.ready(&prepared).await {
                Ok(()) => lane.deliver(&prepared).await,
                Err(not_ready) => not_ready.into(),
            };
            lane.close().await;
            outcome
        }
    };
    TestResult {
        recipient,
        outcome: outcome.as_str().to_owned(),
        reason: outcome
            .reason()
            .map(|reason| format!("{reason} {}", reason.detail).trim().to_owned()),
    }
}

async fn log(
    app: &App,
    caller: &Caller,
    id: ContentId,
    sender: &Sender,
    n: usize,
) -> Result<(), ApiError> {
    let detail = serde_json::json!({ "recipients": n, "sender": sender.id.to_string() });
    let tx = app.db.begin().await?;
    let content = ("content", Some(id.raw()));
    audit::log(app, &tx, caller, "content.test", content, detail).await?;
    tx.commit().await?;
    Ok(())
}

fn too_many() -> ApiError {
    let mut error = ApiError::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too-many-tests",
        "too many test mails; wait a minute",
        "テスト配信が多すぎます。1分ほど待ってください",
    );
    error.retry_after = Some(60);
    error
}
