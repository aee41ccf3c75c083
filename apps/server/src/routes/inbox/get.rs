//! `GET /api/v1/inbox/{id}`.

use access::{
    Permission,
    ticket::{self, Ticket},
};
use api_types::senders::{CapturedView, HeaderView};
use axum::{Json, extract::State};
use campaigns::inbox::{self, Captured, Summary};
use kernel::id::kind;

use super::list;
use crate::{
    http::{
        audit::{self, Look},
        auth::{Caller, Operator, needs::CampaignsRead},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// Returns a captured message with a ticket for its frame. Opening it is logged: it speaks to one person.
#[utoipa::path(get, path = "/api/v1/inbox/{id}", operation_id = "get_inbox_message", tag = "inbox",
    params(("id" = String, Path, description = "msg_…")),
    responses((status = 200, body = CapturedView)))]
pub(super) async fn get(
    operator: Operator<CampaignsRead>,
    PathId(id): PathId<kind::Captured>,
    State(app): State<App>,
) -> Result<Json<CapturedView>, ApiError> {
    if !operator.may(Permission::PiiRead) {
        return Err(ApiError::forbidden(Permission::PiiRead));
    }
    let message = inbox::find(app.db.reader(), operator.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let tx = app.db.begin().await?;
    let ticket = Ticket {
        workspace: operator.workspace,
        user: operator.user(),
        purpose: "preview".to_owned(),
        payload: serde_json::json!({ "message": id.to_string() }),
    };
    let token = ticket::create(&tx, &ticket, app.now()).await?;
    let look = Look {
        action: "inbox.open",
        profile: None,
        n_people: 1,
        fields: "message",
    };
    audit::look_in(&app, &tx, &operator, look).await?;
    tx.commit().await?;
    Ok(Json(view(&operator, message, &token)))
}

fn view(caller: &Caller, message: Captured, token: &str) -> CapturedView {
    let headers: Vec<(String, String)> =
        serde_json::from_value(message.headers).unwrap_or_default();
    let summary = Summary {
        id: message.id,
        recipient: message.recipient,
        from_name: message.from_name,
        from_address: message.from_address,
        subject: message.subject,
        preheader: message.preheader,
        captured_at: message.captured_at,
        delivery_id: message.delivery_id,
    };
    CapturedView {
        summary: list::summary(caller, summary),
        links: links(&message.html),
        text: message.body_text,
        headers: headers
            .into_iter()
            .map(|(name, value)| HeaderView { name, value })
            .collect(),
        preview_url: format!("/preview/{token}"),
    }
}

/// Returns the addresses of the links in order, each once.
fn links(html: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for rest in html.split("href=\"").skip(1) {
        let Some((address, _)) = rest.split_once('"') else {
            continue;
        };
        let address = address.replace("&amp;", "&");
        if address.starts_with("http") && !found.contains(&address) {
            found.push(address);
        }
    }
    found
}
