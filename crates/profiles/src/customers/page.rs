//! Everything that is known of one customer, but for what happened: that is the timeline.

use kernel::{
    id::{ProfileId, WorkspaceId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::{Map, Value as Json};
use storage::sql;

use crate::{
    attributes::{self, AttributeDef},
    identity::KeyKind,
};

/// One customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    /// The customer; another id than the one asked for when that one was merged.
    pub id: ProfileId,
    /// Id in the shop's own system.
    pub external_id: Option<String>,
    /// Email address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Given name.
    pub given_name: Option<String>,
    /// Whole name.
    pub full_name: Option<String>,
    /// Language tag.
    pub locale: Option<String>,
    /// IANA zone.
    pub time_zone: Option<String>,
    /// Whether no id or address is known.
    pub is_anonymous: bool,
    /// Attributes with what is known of their keys, in the order of the keys.
    pub attributes: Vec<(AttributeDef, Json)>,
    /// When first seen.
    pub first_seen_at: Millis,
    /// When last seen.
    pub last_seen_at: Millis,
    /// When the profile was made.
    pub created_at: Millis,
    /// When its facts last changed.
    pub updated_at: Millis,
    /// Counts changes, so that nobody overwrites what they have not seen.
    pub version: i64,
    /// The values that lead to this customer.
    pub identities: Vec<Identity>,
    /// The present consents.
    pub consents: Vec<ConsentState>,
    /// Why the customer's addresses are not written to.
    pub suppressions: Vec<Suppression>,
    /// Sums over all orders.
    pub totals: Totals,
}

/// A value that leads to a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// What kind of value.
    pub kind: KeyKind,
    /// The value.
    pub value: String,
    /// When it was first known.
    pub created_at: Millis,
}

/// A present consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentState {
    /// Channel.
    pub channel: String,
    /// Purpose.
    pub purpose: String,
    /// Yes or no.
    pub is_granted: bool,
    /// Which wording was agreed to.
    pub text_version: Option<String>,
    /// Who reported it.
    pub source: String,
    /// When it was said.
    pub occurred_at: Millis,
    /// When a yes ends.
    pub expires_at: Option<Millis>,
}

/// An address that is not written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// Channel.
    pub channel: String,
    /// The address.
    pub address: String,
    /// `unsubscribe`, `hard_bounce`, `soft_bounce`, `complaint` or `manual`.
    pub reason: String,
    /// Since when.
    pub created_at: Millis,
}

/// Sums over a customer's orders in the workspace's currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Completed orders.
    pub n_orders: i64,
    /// Their amount in minor units, less what was paid back; orders in other currencies are left out.
    pub amount: i64,
    /// When the first order was placed.
    pub first_order_at: Option<Millis>,
    /// When the last order was placed.
    pub last_order_at: Option<Millis>,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    external_id: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    family_name: Option<String>,
    given_name: Option<String>,
    full_name: Option<String>,
    locale: Option<String>,
    time_zone: Option<String>,
    is_anonymous: bool,
    attributes: Json,
    first_seen_at: i64,
    last_seen_at: i64,
    created_at: i64,
    updated_at: i64,
    version: i64,
}

/// Finds a customer; the id of a merged profile leads to the one that lives on.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: ProfileId,
) -> Result<Option<Customer>, DbErr> {
    let row: Option<Row> = sql::one(
        db,
        "SELECT p.id, p.external_id, p.email, p.phone, p.family_name, p.given_name, p.full_name, p.locale, p.time_zone,
                p.is_anonymous, p.attributes, p.first_seen_at, p.last_seen_at, p.created_at, p.updated_at, p.version
         FROM profile m JOIN profile p ON p.id = COALESCE(m.merged_into, m.id)
         WHERE m.id = $1 AND m.workspace_id = $2 AND p.state = 0",
        [id.raw().into(), workspace.raw().into()],
    )
    .await?;
    let Some(row) = row else { return Ok(None) };
    let definitions = attributes::list(db, workspace).await?;
    let attributes = if let Json::Object(map) = row.attributes {
        map
    } else {
        Map::new()
    };
    Ok(Some(Customer {
        id: ProfileId::from_raw(row.id),
        identities: identities(db, row.id).await?,
        consents: consents(db, row.id).await?,
        suppressions: suppressions(db, workspace, row.email.as_deref(), row.phone.as_deref())
            .await?,
        totals: totals(db, workspace, row.id).await?,
        external_id: row.external_id,
        email: row.email,
        phone: row.phone,
        family_name: row.family_name,
        given_name: row.given_name,
        full_name: row.full_name,
        locale: row.locale,
        time_zone: row.time_zone,
        is_anonymous: row.is_anonymous,
        attributes: described(attributes, &definitions),
        first_seen_at: Millis(row.first_seen_at),
        last_seen_at: Millis(row.last_seen_at),
        created_at: Millis(row.created_at),
        updated_at: Millis(row.updated_at),
        version: row.version,
    }))
}

/// Returns the id of the customer who lives on under an id; `None` when there is none in the workspace.
pub async fn living(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: ProfileId,
) -> Result<Option<ProfileId>, DbErr> {
    let found = sql::number(
        db,
        "SELECT p.id FROM profile m JOIN profile p ON p.id = COALESCE(m.merged_into, m.id)
         WHERE m.id = $1 AND m.workspace_id = $2 AND p.state = 0",
        [id.raw().into(), workspace.raw().into()],
    )
    .await?;
    Ok((found != 0).then(|| ProfileId::from_raw(found)))
}

fn described(values: Map<String, Json>, definitions: &[AttributeDef]) -> Vec<(AttributeDef, Json)> {
    let unknown = |key: &str| AttributeDef {
        key: key.to_owned(),
        value_type: attributes::ValueType::Text,
        label_ja: None,
        label_en: None,
        is_sensitive: false,
        consent: None,
    };
    values
        .into_iter()
        .map(|(key, value)| {
            let known = definitions.iter().find(|definition| definition.key == key);
            (known.cloned().unwrap_or_else(|| unknown(&key)), value)
        })
        .collect()
}

async fn identities(db: &impl ConnectionTrait, profile: i64) -> Result<Vec<Identity>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        kind: i16,
        value: String,
        created_at: i64,
    }
    let text = "SELECT kind, value, created_at FROM identity WHERE profile_id = $1 ORDER BY kind, created_at, value LIMIT 200";
    let rows: Vec<Row> = sql::all(db, text, [profile.into()]).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            Some(Identity {
                kind: KeyKind::from_code(row.kind)?,
                value: row.value,
                created_at: Millis(row.created_at),
            })
        })
        .collect())
}

async fn consents(db: &impl ConnectionTrait, profile: i64) -> Result<Vec<ConsentState>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        channel: String,
        purpose: String,
        granted: bool,
        text_version: Option<String>,
        source: String,
        occurred_at: i64,
        expires_at: Option<i64>,
    }
    let rows: Vec<Row> = sql::all(
        db,
        "SELECT channel, purpose, granted, text_version, source, occurred_at, expires_at FROM consent
         WHERE profile_id = $1 ORDER BY channel, purpose",
        [profile.into()],
    )
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ConsentState {
            channel: row.channel,
            purpose: row.purpose,
            is_granted: row.granted,
            text_version: row.text_version,
            source: row.source,
            occurred_at: Millis(row.occurred_at),
            expires_at: row.expires_at.map(Millis),
        })
        .collect())
}

async fn suppressions(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    email: Option<&str>,
    phone: Option<&str>,
) -> Result<Vec<Suppression>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        channel: String,
        address: String,
        reason: String,
        created_at: i64,
    }
    let rows: Vec<Row> = sql::all(
        db,
        "SELECT channel, address, reason, created_at FROM suppression
         WHERE workspace_id = $1 AND ((channel = 'email' AND address = $2) OR (channel = 'sms' AND address = $3))
         ORDER BY created_at",
        [workspace.raw().into(), email.map(str::to_owned).into(), phone.map(str::to_owned).into()],
    )
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Suppression {
            channel: row.channel,
            address: row.address,
            reason: row.reason,
            created_at: Millis(row.created_at),
        })
        .collect())
}

async fn totals(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    profile: i64,
) -> Result<Totals, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        n: i64,
        amount: i64,
        first: Option<i64>,
        last: Option<i64>,
    }
    let row: Option<Row> = sql::one(
        db,
        "SELECT COUNT(*) AS n,
                CAST(COALESCE(SUM(CASE WHEN o.currency = w.currency THEN o.amount ELSE 0 END), 0) AS BIGINT) AS amount,
                MIN(o.occurred_at) AS first, MAX(o.occurred_at) AS last
         FROM purchase_order o JOIN workspace w ON w.id = o.workspace_id
         WHERE o.profile_id = $1 AND o.workspace_id = $2 AND o.status = 'completed'",
        [profile.into(), workspace.raw().into()],
    )
    .await?;
    Ok(row.map_or_else(Totals::default, |row| Totals {
        n_orders: row.n,
        amount: row.amount,
        first_order_at: row.first.map(Millis),
        last_order_at: row.last.map(Millis),
    }))
}
