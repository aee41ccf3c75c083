//! The data that a template sees, for a chosen customer or a made-up one; `docs/contents.md` is the contract.

use access::{Permission, workspace::Workspace};
use api_types::contents::PreviewContent;
use campaigns::model::Offer;
use chrono_tz::Tz;
use contents::sample_data;
use kernel::{
    id::{CampaignId, ProfileId},
    invalid::Invalid,
};
use offers::{LastOrder, ProductCard};
use profiles::customers::{self, Customer};
use serde_json::{Map, Value as Json, json};

use crate::{
    http::{
        audit::{self, Look},
        auth::Caller,
        problem::ApiError,
    },
    state::App,
};

/// Whom an email is rendered for, and the data of it.
pub(super) struct Subject {
    /// The data object.
    pub(super) json: Json,
    /// The customer's language.
    pub(super) locale: Option<String>,
    /// The workspace's zone.
    pub(super) timezone: Tz,
}

/// Reads the workspace of the caller.
pub(super) async fn workspace(app: &App, caller: &Caller) -> Result<Workspace, ApiError> {
    access::workspace::find(app.db.reader(), caller.workspace)
        .await?
        .ok_or_else(ApiError::not_found)
}

/// Gathers the data of the customer with this public id, or of a made-up one.
///
/// Whoever may not see addresses and sensitive attributes gets them masked; the opening is logged.
pub(super) async fn subject(
    app: &App,
    caller: &Caller,
    customer_id: Option<&str>,
    locale: Option<&str>,
    offer: Option<&Offer>,
) -> Result<Subject, ApiError> {
    let workspace = workspace(app, caller).await?;
    let (mut json, own_locale) = if let Some(id) = customer_id {
        real(app, caller, id, offer).await?
    } else {
        let locale = locale.unwrap_or(&workspace.locale);
        (sample_data(locale), Some(locale.to_owned()))
    };
    if let Json::Object(members) = &mut json {
        common(app, &workspace, members);
        if offer.is_some() {
            members.insert("coupon".to_owned(), campaigns::send::coupon(offer));
        }
    }
    Ok(Subject {
        json,
        locale: own_locale,
        timezone: workspace.time_zone.parse().unwrap_or(Tz::Asia__Tokyo),
    })
}

/// Returns the offer of a campaign, which its messages carry; none yet is as good as "nothing".
pub(super) async fn offer(
    app: &App,
    caller: &Caller,
    campaign_id: &str,
) -> Result<Offer, ApiError> {
    if !caller.may(Permission::CampaignsRead) {
        return Err(ApiError::forbidden(Permission::CampaignsRead));
    }
    let unknown = || {
        Invalid::one(
            "/campaign_id",
            "unknown",
            "no such campaign",
            "そのキャンペーンは見つかりません",
        )
    };
    let id: CampaignId = campaign_id.parse().map_err(|_| unknown())?;
    let campaign = campaigns::store::find(app.db.reader(), caller.workspace, id)
        .await?
        .ok_or_else(unknown)?;
    Ok(campaign.document.offer.unwrap_or(Offer::None {}))
}

async fn real(
    app: &App,
    caller: &Caller,
    id: &str,
    offer: Option<&Offer>,
) -> Result<(Json, Option<String>), ApiError> {
    if !caller.may(Permission::ProfilesRead) {
        return Err(ApiError::forbidden(Permission::ProfilesRead));
    }
    let unknown = || {
        Invalid::one(
            "/customer_id",
            "unknown",
            "no such customer",
            "その顧客は見つかりません",
        )
    };
    let id: ProfileId = id.parse().map_err(|_| unknown())?;
    let mut customer = customers::find(app.db.reader(), caller.workspace, id)
        .await?
        .ok_or_else(unknown)?;
    log_opening(app, caller, customer.id).await?;
    if !caller.may(Permission::PiiRead) {
        mask(&mut customer);
    }
    let people = [customer.id];
    let (db, blocks) = (app.db.reader(), &app.contents.blocks);
    let wanted = campaigns::send::popular(offer);
    let mut products = blocks
        .popular(db, caller.workspace, app.now(), &wanted, &people)
        .await?;
    let mut orders = blocks.last_orders(db, caller.workspace, &people).await?;
    let products = products.remove(&customer.id).unwrap_or_default();
    let last_order = orders.remove(&customer.id);
    let json = compose(&customer, &products, last_order.as_ref());
    Ok((json, customer.locale))
}

/// Puts a customer's own part of the data together.
fn compose(customer: &Customer, products: &[ProductCard], last_order: Option<&LastOrder>) -> Json {
    let attributes: Map<String, Json> = customer
        .attributes
        .iter()
        .map(|(definition, value)| (definition.key.clone(), value.clone()))
        .collect();
    let name = customer
        .full_name
        .as_ref()
        .or(customer.family_name.as_ref())
        .or(customer.given_name.as_ref());
    let mut data = json!({
        "customer": {
            "name": name,
            "first_name": customer.given_name,
            "email": customer.email,
            "attributes": attributes,
        },
        "products": products,
    });
    if let (Json::Object(members), Some(order)) = (&mut data, last_order) {
        members.insert("last_order".to_owned(), json!(order));
    }
    data
}

/// Adds what does not depend on the customer. In a preview the links lead to pages that act for nobody.
fn common(app: &App, workspace: &Workspace, members: &mut Map<String, Json>) {
    let address = workspace.settings.get("postal_address");
    members.insert(
        "workspace".to_owned(),
        json!({ "name": workspace.name, "postal_address": address.and_then(Json::as_str) }),
    );
    let base = app.config.public_url();
    for (name, path) in [
        ("unsubscribe_url", "u/preview"),
        ("preferences_url", "u/preview/preferences"),
        ("web_url", "w/preview"),
    ] {
        members.insert(name.to_owned(), format!("{base}/{path}").into());
    }
}

fn mask(customer: &mut Customer) {
    customer.email = customer.email.as_deref().map(customers::masked_email);
    for (definition, value) in &mut customer.attributes {
        if definition.is_sensitive {
            *value = "•••".into();
        }
    }
}

async fn log_opening(app: &App, caller: &Caller, profile: ProfileId) -> Result<(), ApiError> {
    if !app
        .contents
        .is_new_opening(caller.actor, profile, app.now())
    {
        return Ok(());
    }
    let look = Look {
        action: "content.preview",
        profile: Some(profile),
        n_people: 1,
        fields: if caller.may(Permission::PiiRead) {
            "email attributes"
        } else {
            "masked"
        },
    };
    audit::look(app, caller, look).await
}

/// Returns the variables that exist: attributes by their keys once any is known, else any name.
pub(super) async fn known_variables(app: &App, caller: &Caller) -> Result<Vec<String>, ApiError> {
    let definitions = profiles::attributes::list(app.db.reader(), caller.workspace).await?;
    let any = "customer.attributes.*";
    let mut known: Vec<String> = contents::KNOWN_VARIABLES
        .iter()
        .filter(|name| definitions.is_empty() || **name != any)
        .map(|name| (*name).to_owned())
        .collect();
    known.extend(
        definitions
            .iter()
            .map(|definition| format!("customer.attributes.{}", definition.key)),
    );
    Ok(known)
}

/// Whether a preview asks for what is saved.
pub(super) fn saved_id(body: &PreviewContent) -> Result<Option<kernel::id::ContentId>, ApiError> {
    match (&body.document, &body.content_id) {
        (None, Some(id)) => id.parse().map(Some).map_err(|_| ApiError::not_found()),
        (Some(_), None) => Ok(None),
        _ => Err(Invalid::one(
            "/document",
            "required",
            "give either a document or a content_id",
            "documentかcontent_idのどちらか一方を入れてください",
        )
        .into()),
    }
}
