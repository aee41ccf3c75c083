//! `GET /api/v1/inbox`.

use access::Permission;
use api_types::{PageOf, senders::CapturedSummary};
use axum::{Json, extract::State};
use campaigns::inbox::{self, Filter, Summary};
use kernel::{page::PageRequest, time::Millis};
use serde::Deserialize;

use crate::{
    http::{
        auth::{Caller, Operator, needs::CampaignsRead},
        extract::{self, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// Which messages are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct InboxQuery {
    /// Part of the recipient's address or the subject.
    search: Option<String>,
    /// Whole recipient address.
    recipient: Option<String>,
    /// The `next` value of the page before.
    after: Option<String>,
    /// Rows a page, at most 100.
    #[serde(default, deserialize_with = "extract::limit")]
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// Lists the captured messages, the newest first.
#[utoipa::path(get, path = "/api/v1/inbox", operation_id = "list_inbox", tag = "inbox", params(InboxQuery),
    responses((status = 200, body = PageOf<CapturedSummary>)))]
pub(super) async fn list(
    operator: Operator<CampaignsRead>,
    ValidQuery(query): ValidQuery<InboxQuery>,
    State(app): State<App>,
) -> Result<Json<PageOf<CapturedSummary>>, ApiError> {
    let filter = Filter {
        search: query.search,
        recipient: query.recipient,
    };
    let page = PageRequest {
        after: query.after,
        limit: query.limit,
    };
    let page = inbox::list(app.db.reader(), operator.workspace, &filter, &page).await??;
    let page = page.map(|row| summary(&operator, row));
    Ok(Json(PageOf {
        items: page.items,
        next: page.next,
    }))
}

/// Shows a message in the list, its address masked for those who may not see it.
pub(super) fn summary(caller: &Caller, row: Summary) -> CapturedSummary {
    let recipient = if caller.may(Permission::PiiRead) {
        row.recipient
    } else {
        profiles::customers::masked_email(&row.recipient)
    };
    CapturedSummary {
        id: kernel::id::CapturedId::from_raw(row.id).to_string(),
        recipient,
        from_name: row.from_name,
        from_address: row.from_address,
        subject: row.subject,
        preheader: row.preheader,
        captured_at: Millis(row.captured_at).to_string(),
    }
}
