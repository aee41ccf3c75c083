//! `GET /api/v1/mail-carriers`.

use api_types::senders::{DomainLimit, MailCarrierView};
use axum::Json;
use channel_core::carrier::Carrier;

use crate::http::{
    auth::{Operator, needs::CampaignsRead},
    problem::ApiError,
};

/// Lists the Japanese mobile carriers, their mail domains, and the limits that hold where a sender sets none.
///
/// The carriers publish no figures; these are cautious.
#[utoipa::path(get, path = "/api/v1/mail-carriers", operation_id = "list_mail_carriers", tag = "senders",
    responses((status = 200, body = Vec<MailCarrierView>)))]
pub(super) async fn carriers(
    _operator: Operator<CampaignsRead>,
) -> Result<Json<Vec<MailCarrierView>>, ApiError> {
    let views = Carrier::ALL.into_iter().map(|carrier| {
        let preset = carrier.policy();
        MailCarrierView {
            limit: DomainLimit {
                to: carrier.as_str().to_owned(),
                per_second: preset.per_second,
                per_session: preset.per_session,
            },
            domains: carrier.domains().map(str::to_owned).collect(),
        }
    });
    Ok(Json(views.collect()))
}
