//! `GET /api/v1/customers/{id}/devices`.

use std::collections::{HashMap, hash_map::Entry};

use api_types::devices::DeviceView;
use axum::{Json, extract::State};
use campaigns::sender;
use devices::{Device, book};
use kernel::{
    id::{SenderId, kind},
    time::Millis,
};
use profiles::customers;

use crate::{
    http::{
        auth::{Operator, needs::ProfilesRead},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// Lists a customer's devices, those that take pushes first. What names a device to its service is told to nobody.
#[utoipa::path(get, path = "/api/v1/customers/{id}/devices", operation_id = "list_customer_devices", tag = "push",
    params(("id" = String, Path, description = "prf_…")),
    responses((status = 200, body = Vec<DeviceView>)))]
pub(super) async fn list(
    operator: Operator<ProfilesRead>,
    PathId(id): PathId<kind::Profile>,
    State(app): State<App>,
) -> Result<Json<Vec<DeviceView>>, ApiError> {
    let (db, workspace) = (app.db.reader(), operator.workspace);
    let id = customers::living(db, workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let found = book::list(db, workspace, id).await?;
    let mut names: HashMap<SenderId, String> = HashMap::new();
    for device in &found {
        if let Entry::Vacant(entry) = names.entry(device.sender) {
            let sender = sender::find(db, workspace, device.sender).await?;
            entry.insert(sender.map(|sender| sender.from_name).unwrap_or_default());
        }
    }
    let views = found.into_iter().map(|device| view(device, &names));
    Ok(Json(views.collect()))
}

fn view(device: Device, names: &HashMap<SenderId, String>) -> DeviceView {
    let (gone_at, gone_why) = match device.gone {
        Some((at, why)) => (Some(Millis::to_string(&at)), Some(why.as_str().to_owned())),
        None => (None, None),
    };
    DeviceView {
        id: device.id.to_string(),
        sender: device.sender.to_string(),
        sender_name: names.get(&device.sender).cloned().unwrap_or_default(),
        kind: device.kind.as_str().to_owned(),
        name: device.name,
        registered_at: device.registered_at.to_string(),
        last_seen_at: device.last_seen_at.to_string(),
        gone_at,
        gone_why,
    }
}
