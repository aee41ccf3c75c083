//! `GET /api/v1/campaigns/{id}/deliveries`.

use access::Permission;
use api_types::{PageOf, campaigns::DeliveryView};
use axum::{Json, extract::State};
use campaigns::ledger::{self, DeliveryFilter, DeliveryRow, DeliveryState};
use kernel::{
    id::{DeviceId, kind},
    invalid::Invalid,
    page::PageRequest,
};
use profiles::customers::masked_email;
use serde::Deserialize;

use super::wire;
use crate::{
    http::{
        audit::{self, Look},
        auth::{Operator, needs::CampaignsRead},
        extract::{self, PathId, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// Which deliveries are wanted.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DeliveryQuery {
    /// The `next` value of the page before.
    after: Option<String>,
    /// Rows a page, at most 100.
    #[serde(default, deserialize_with = "extract::limit")]
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// Only in this state.
    state: Option<String>,
    /// Only for this reason.
    reason: Option<String>,
}

/// Lists the deliveries of a campaign, the newest first; tests are left out. Seeing addresses is logged.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/deliveries", operation_id = "list_campaign_deliveries",
    tag = "campaigns", params(("id" = String, Path, description = "cmp_…"), DeliveryQuery),
    responses((status = 200, body = PageOf<DeliveryView>)))]
pub(super) async fn list(
    operator: Operator<CampaignsRead>,
    PathId(id): PathId<kind::Campaign>,
    ValidQuery(query): ValidQuery<DeliveryQuery>,
    State(app): State<App>,
) -> Result<Json<PageOf<DeliveryView>>, ApiError> {
    wire::find(app.db.reader(), &operator, id).await?;
    let filter = DeliveryFilter {
        campaign: Some(id),
        profile: None,
        state: query.state.as_deref().map(read_state).transpose()?,
        reason: query.reason.as_deref(),
    };
    let page = PageRequest {
        after: query.after,
        limit: query.limit,
    };
    let page = ledger::list(app.db.reader(), operator.workspace, filter, &page).await??;
    let shows_addresses = operator.may(Permission::PiiRead);
    if shows_addresses {
        let look = Look {
            action: "campaign.deliveries",
            profile: None,
            n_people: i64::try_from(page.items.len()).unwrap_or(i64::MAX),
            fields: "address",
        };
        audit::look(&app, &operator, look).await?;
    }
    Ok(Json(PageOf {
        items: page
            .items
            .into_iter()
            .map(|row| view(row, shows_addresses))
            .collect(),
        next: page.next,
    }))
}

fn read_state(name: &str) -> Result<DeliveryState, Invalid> {
    DeliveryState::parse(name).ok_or_else(|| {
        Invalid::one(
            "/state",
            "unknown",
            "use a state of the ledger such as accepted",
            "accepted など、配信台帳の状態を指定してください",
        )
    })
}

fn view(row: DeliveryRow, shows_addresses: bool) -> DeliveryView {
    let text = |at: Option<kernel::time::Millis>| at.map(|at| at.to_string());
    DeliveryView {
        id: row.id.to_string(),
        profile: row.profile.to_string(),
        state: row.state.as_str().to_owned(),
        reason: row.reason,
        address: row.address.map(|address| {
            if row.is_push {
                devices(&address)
            } else if shows_addresses {
                address
            } else {
                masked_email(&address)
            }
        }),
        due_at: row.due_at.to_string(),
        attempts: row.attempts,
        provider_code: row.provider_code,
        provider_detail: row.provider_detail,
        message_id: row.message_id,
        handed_over_at: text(row.handed_over_at),
        settled_at: text(row.settled_at),
    }
}

/// The numbers of devices, as ids; they name nobody.
fn devices(numbers: &str) -> String {
    let ids = numbers.split_whitespace().filter_map(|number| {
        let number = number.parse().ok()?;
        Some(DeviceId::from_raw(number).to_string())
    });
    ids.collect::<Vec<_>>().join(", ")
}
