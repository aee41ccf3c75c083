//! Answering words that an account knows, within LINE's minute and at no charge.
//!
//! The webhook is answered first; this comes after it. An answer is written down before LINE is called and is not tried
//! again: LINE knows no retry key for answers, and two are worse than none.

use channel_core::{Inbound, InboundKind, Notification};
use channel_line::{LineApiError, Messages};
use contents::{
    Data, RenderOptions,
    line::{CompiledLine, LineDocument},
};
use friends::reply::{self, Given, Rule, State};
use kernel::{
    id::{ProfileId, SenderId, WorkspaceId},
    time::Millis,
};
use profiles::customers;
use serde_json::{Value as Json, json};
use storage::sql;

use crate::state::App;

/// Words that somebody wrote, and the token by which they can be answered.
struct Asked {
    event: String,
    user: String,
    text: String,
    token: String,
    /// When LINE's minute began.
    since: Millis,
}

/// Answers what was taken in, in the background.
pub(crate) fn answer(app: &App, account: (WorkspaceId, SenderId), events: &[Inbound]) {
    let asked: Vec<Asked> = events
        .iter()
        .filter_map(|one| read(one, app.now()))
        .collect();
    if asked.is_empty() {
        return;
    }
    let answering = app.clone();
    app.tasks.spawn(async move {
        if let Err(error) = run(&answering, account, asked).await {
            let error = format!("{error:#}");
            tracing::warn!(sender.id = %account.1, error, "failed to answer for sender {}", account.1);
        }
    });
}

fn read(event: &Inbound, now: Millis) -> Option<Asked> {
    let InboundKind::Wrote {
        text: Some(text), ..
    } = &event.kind
    else {
        return None;
    };
    Some(Asked {
        event: event.dedupe_key.clone(),
        user: event.recipient.as_ref()?.as_str().to_owned(),
        text: text.clone(),
        token: event.reply_token.clone()?,
        // A token of an event that LINE brings again has a minute of its own.
        since: if event.is_repeat {
            now
        } else {
            event.at.min(now)
        },
    })
}

async fn run(
    app: &App,
    (workspace, account): (WorkspaceId, SenderId),
    asked: Vec<Asked>,
) -> anyhow::Result<()> {
    let rules = reply::list(app.db.reader(), workspace, account).await?;
    for one in asked {
        let Some(rule) = reply::choose(&rules, &one.text) else {
            continue;
        };
        let given = Given {
            workspace,
            account,
            event: &one.event,
            rule: rule.id,
        };
        let tx = app.db.begin().await?;
        let is_new = reply::take(&tx, given, app.now()).await?;
        tx.commit().await?;
        if !is_new {
            continue;
        }
        let (state, detail) = give(app, given, rule, &one).await;
        let tx = app.db.begin().await?;
        reply::settle(&tx, given, (state, detail.as_deref()), app.now()).await?;
        tx.commit().await?;
        metrics::counter!("enishi_line_replies_total").increment(1);
    }
    Ok(())
}

/// Gives an answer, and says what became of it.
async fn give(app: &App, given: Given<'_>, rule: &Rule, asked: &Asked) -> (State, Option<String>) {
    let messages = match messages(app, given.workspace, rule, &asked.user).await {
        Ok(messages) => messages,
        Err(error) => return (State::Refused, Some(format!("{error:#}"))),
    };
    let api = match app.line_apis.get(app, given.workspace, given.account).await {
        Ok(Some(api)) => api,
        Ok(None) => return (State::Refused, Some("the account is not in use".to_owned())),
        Err(error) => return (State::Refused, Some(format!("{error:#}"))),
    };
    if app.now().0 - asked.since.0 > reply::TAKES {
        return (State::TooLate, None);
    }
    let said = api
        .reply(&asked.token, &messages, Notification::Normal)
        .await;
    match said {
        Ok(_) => (State::Accepted, None),
        Err(error @ LineApiError::NoAnswer { .. }) => (State::Unknown, Some(error.to_string())),
        Err(error) => (State::Refused, Some(error.to_string())),
    }
}

async fn messages(
    app: &App,
    workspace: WorkspaceId,
    rule: &Rule,
    user: &str,
) -> anyhow::Result<Messages> {
    let document: LineDocument = serde_json::from_value(rule.messages.clone())?;
    let data = data(app, workspace, user).await?;
    let locale = data.pointer("/customer/locale").and_then(Json::as_str);
    let rendered = render(&document, &data, locale)?;
    Ok(Messages::check(rendered, "")?)
}

/// Renders an answer. Links stand as they were written: who answers by hand would write them so.
///
/// # Errors
/// What keeps it from being sent.
pub(crate) fn render(
    document: &LineDocument,
    data: &Json,
    locale: Option<&str>,
) -> anyhow::Result<Json> {
    let compiled = CompiledLine::compile(document)
        .map_err(|error| anyhow::anyhow!("the answer cannot be compiled: {:?}", error.0))?;
    let options = RenderOptions {
        locale,
        ..RenderOptions::default()
    };
    let rendered = compiled
        .render(Data::from_json(data), &options, &mut |link| {
            link.url.into_owned()
        })
        .map_err(|error| anyhow::anyhow!("{}", error.0.message_en))?;
    Ok(Json::Array(rendered.messages))
}

/// Returns what a template sees of whoever wrote.
async fn data(app: &App, workspace: WorkspaceId, user: &str) -> anyhow::Result<Json> {
    let text =
        "SELECT profile_id FROM identity WHERE workspace_id = $1 AND kind = 5 AND value = $2";
    let binds = [workspace.raw().into(), user.into()];
    let id = ProfileId::from_raw(sql::number(app.db.reader(), text, binds).await?);
    let Some(customer) = customers::find(app.db.reader(), workspace, id).await? else {
        return Ok(json!({ "customer": {} }));
    };
    let attributes: serde_json::Map<String, Json> = customer
        .attributes
        .iter()
        .map(|(definition, value)| (definition.key.clone(), value.clone()))
        .collect();
    let name = customer
        .full_name
        .as_ref()
        .or(customer.family_name.as_ref())
        .or(customer.given_name.as_ref());
    Ok(json!({ "customer": {
        "name": name,
        "first_name": customer.given_name,
        "last_name": customer.family_name,
        "locale": customer.locale,
        "attributes": attributes,
    } }))
}
