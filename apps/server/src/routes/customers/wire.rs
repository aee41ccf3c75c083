//! Customers on the wire: masked where the caller may not see addresses.

use access::Permission;
use api_types::customers::{
    AttributeValue, ConsentView, CustomerFacts, CustomerSummary, CustomerView, IdentityView,
    ReachView, SuppressionView, TotalsView,
};
use kernel::{id::ProfileId, time::Millis};
use profiles::{
    Ctx,
    attributes::AttributeDef,
    customers::{self, Customer, Edit, Glance, Totals, masked_email, masked_line, masked_phone},
    identity::KeyKind,
};
use serde_json::Value;
use storage::Tx;

use crate::{
    http::{
        audit::{self, Look},
        auth::Caller,
        problem::ApiError,
    },
    state::App,
};

pub(super) fn summary(
    caller: &Caller,
    row: customers::CustomerSummary,
    glance: Glance,
) -> CustomerSummary {
    let shows = caller.may(Permission::PiiRead);
    CustomerSummary {
        id: row.id.to_string(),
        external_id: row.external_id,
        full_name: row.full_name,
        email: row
            .email
            .map(|email| if shows { email } else { masked_email(&email) }),
        is_anonymous: row.is_anonymous,
        first_seen_at: row.first_seen_at.to_string(),
        last_seen_at: row.last_seen_at.to_string(),
        reach: ReachView {
            email: glance.email.as_str().to_owned(),
            line: glance.line.as_str().to_owned(),
            push: glance.push.as_str().to_owned(),
        },
        totals: totals(glance.totals),
    }
}

pub(super) fn view(caller: &Caller, locale: &str, customer: Customer) -> CustomerView {
    let shows = caller.may(Permission::PiiRead);
    let email = |email: String| if shows { email } else { masked_email(&email) };
    let phone = |phone: String| if shows { phone } else { masked_phone(&phone) };
    CustomerView {
        id: customer.id.to_string(),
        external_id: customer.external_id,
        email: customer.email.map(email),
        phone: customer.phone.map(phone),
        family_name: customer.family_name,
        given_name: customer.given_name,
        full_name: customer.full_name,
        locale: customer.locale,
        time_zone: customer.time_zone,
        is_anonymous: customer.is_anonymous,
        is_masked: !shows,
        attributes: customer
            .attributes
            .into_iter()
            .map(|(def, value)| attribute(shows, locale, def, value))
            .collect(),
        identities: customer
            .identities
            .into_iter()
            .map(|identity| self::identity(shows, identity))
            .collect(),
        consents: customer
            .consents
            .into_iter()
            .map(|consent| ConsentView {
                channel: consent.channel,
                purpose: consent.purpose,
                is_granted: consent.is_granted,
                text_version: consent.text_version,
                source: consent.source,
                occurred_at: consent.occurred_at.to_string(),
                expires_at: consent.expires_at.map(|at| at.to_string()),
            })
            .collect(),
        suppressions: customer
            .suppressions
            .into_iter()
            .map(|row| SuppressionView {
                channel: row.channel,
                reason: row.reason,
                created_at: row.created_at.to_string(),
            })
            .collect(),
        totals: totals(customer.totals),
        first_seen_at: customer.first_seen_at.to_string(),
        last_seen_at: customer.last_seen_at.to_string(),
        created_at: customer.created_at.to_string(),
        updated_at: customer.updated_at.to_string(),
        version: customer.version,
    }
}

fn totals(totals: Totals) -> TotalsView {
    let text = |at: Option<Millis>| at.map(|at| at.to_string());
    TotalsView {
        n_orders: totals.n_orders,
        amount: totals.amount,
        first_order_at: text(totals.first_order_at),
        last_order_at: text(totals.last_order_at),
    }
}

fn attribute(shows: bool, locale: &str, def: AttributeDef, value: Value) -> AttributeValue {
    AttributeValue {
        label: def.label(locale).to_owned(),
        value: if shows || !def.is_sensitive {
            value
        } else {
            Value::Null
        },
        value_type: def.value_type.as_str().to_owned(),
        is_sensitive: def.is_sensitive,
        key: def.key,
    }
}

fn identity(shows: bool, identity: customers::Identity) -> IdentityView {
    let (kind, value) = match identity.kind {
        KeyKind::External => ("external_id", identity.value),
        KeyKind::Anonymous => ("anonymous_id", identity.value),
        KeyKind::Email => (
            "email",
            if shows {
                identity.value
            } else {
                masked_email(&identity.value)
            },
        ),
        KeyKind::Phone => (
            "phone",
            if shows {
                identity.value
            } else {
                masked_phone(&identity.value)
            },
        ),
        KeyKind::Line => (
            "line",
            if shows {
                identity.value
            } else {
                masked_line(&identity.value)
            },
        ),
    };
    IdentityView {
        kind: kind.to_owned(),
        value,
        created_at: identity.created_at.to_string(),
    }
}

pub(super) fn edit(facts: CustomerFacts) -> Edit {
    Edit {
        email: facts.email,
        phone: facts.phone,
        family_name: facts.family_name,
        given_name: facts.given_name,
        full_name: facts.full_name,
        locale: facts.locale,
        time_zone: facts.time_zone,
        attributes: facts.attributes,
    }
}

pub(super) fn ctx<'a>(app: &'a App, tx: &'a Tx, caller: &Caller) -> Ctx<'a> {
    Ctx {
        tx,
        workspace: caller.workspace,
        now: app.now(),
        ids: &*app.ids,
    }
}

/// Logs a change by the names of what changed; the values are personal data.
pub(super) async fn log_change(
    app: &App,
    tx: &Tx,
    caller: &Caller,
    action: &str,
    id: ProfileId,
    fields: Vec<&str>,
) -> Result<(), ApiError> {
    let detail = serde_json::json!({ "fields": fields });
    audit::log(
        app,
        tx,
        caller,
        action,
        ("customer", Some(id.raw())),
        detail,
    )
    .await
}

/// Logs that a person was looked at.
pub(super) async fn log_opening(
    app: &App,
    caller: &Caller,
    action: &str,
    id: ProfileId,
) -> Result<(), ApiError> {
    let look = Look {
        action,
        profile: Some(id),
        n_people: 1,
        fields: if caller.may(Permission::PiiRead) {
            "all"
        } else {
            "masked"
        },
    };
    audit::look(app, caller, look).await
}

/// Names the fields that a change speaks of.
pub(super) fn named(facts: &CustomerFacts) -> Vec<&'static str> {
    [
        ("email", facts.email.is_some()),
        ("phone", facts.phone.is_some()),
        ("family_name", facts.family_name.is_some()),
        ("given_name", facts.given_name.is_some()),
        ("full_name", facts.full_name.is_some()),
        ("locale", facts.locale.is_some()),
        ("time_zone", facts.time_zone.is_some()),
        ("attributes", !facts.attributes.is_empty()),
    ]
    .into_iter()
    .filter(|(_, is_there)| *is_there)
    .map(|(name, _)| name)
    .collect()
}
