//! Customers made and changed by hand.

use chrono_tz::Tz;
use kernel::{
    feed::ChangeKind,
    id::ProfileId,
    invalid::{FieldError, Invalid},
};
use sea_orm::{DbErr, FromQueryResult};
use serde_json::{Map, Value as Json};
use storage::{feed, sql};

use super::{CustomerError, page};
use crate::{
    attributes::{self, AttributeDef, ValueType},
    computed,
    context::Ctx,
    facts::{self, Change, Facts},
    identity::{self, Claim, Key, KeyKind, normal},
    source::Source,
};

/// A customer to be made; at least one of external id, email and phone is needed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewCustomer {
    /// Id in the shop's own system.
    pub external_id: Option<String>,
    /// Everything else.
    pub edit: Edit,
}

/// A change of a customer; `None` leaves a field as it is, an empty text takes a name, language or zone away.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Edit {
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
    /// Attributes to set; null takes one away.
    pub attributes: Map<String, Json>,
}

/// Makes a customer by hand.
pub async fn create(ctx: Ctx<'_>, new: NewCustomer) -> Result<ProfileId, CustomerError> {
    let mut invalid = Invalid::default();
    let external_id = normalised(
        &mut invalid,
        "/external_id",
        new.external_id.as_deref(),
        normal::id,
    );
    let edit = checked(ctx, new.edit, &mut invalid).await?;
    let mut keys: Vec<Key> = external_id
        .iter()
        .map(|value| Key::new(KeyKind::External, value))
        .collect();
    keys.extend(
        edit.email
            .iter()
            .map(|value| Key::new(KeyKind::Email, value)),
    );
    if keys.is_empty() {
        invalid.push(FieldError::new(
            "/external_id",
            "required",
            "an id or an email address is needed",
            "会員番号またはメールアドレスを入力してください",
        ));
    }
    invalid.into_result()?;
    ctx.lock().await?;
    for key in &keys {
        if let Some(owner) = owner(ctx, key).await? {
            return Err(CustomerError::Exists(owner));
        }
    }
    let claim = Claim {
        keys,
        source: Source::Admin,
        is_alias: false,
        seen_at: ctx.now.0,
    };
    let resolved = identity::resolve(ctx, &[claim]).await?;
    let profile = resolved
        .into_iter()
        .flatten()
        .next()
        .ok_or(CustomerError::NotFound)?
        .profile;
    apply(ctx, profile, external_id, edit).await?;
    Ok(ProfileId::from_raw(profile))
}

/// Changes a customer by hand, if `version` is still the present one; returns the customer's id.
pub async fn edit(
    ctx: Ctx<'_>,
    id: ProfileId,
    version: i64,
    edit: Edit,
) -> Result<ProfileId, CustomerError> {
    ctx.lock().await?;
    let held = page::find(ctx.tx, ctx.workspace, id)
        .await?
        .ok_or(CustomerError::NotFound)?;
    if held.version != version {
        return Err(CustomerError::Conflict(held.version));
    }
    let mut invalid = Invalid::default();
    let edit = checked(ctx, edit, &mut invalid).await?;
    invalid.into_result()?;
    if let Some(email) = edit
        .email
        .as_ref()
        .filter(|email| held.email.as_ref() != Some(*email))
    {
        attach(ctx, &held, Key::new(KeyKind::Email, email)).await?;
    }
    apply(ctx, held.id.raw(), None, edit).await?;
    Ok(held.id)
}

/// Gives the customer a new address; one that somebody else has is refused, never joined by hand.
async fn attach(ctx: Ctx<'_>, held: &page::Customer, key: Key) -> Result<(), CustomerError> {
    match owner(ctx, &key).await? {
        Some(owner) if owner == held.id => return Ok(()),
        Some(owner) => return Err(CustomerError::Exists(owner)),
        None => {}
    }
    // Any value that leads to the customer serves as the other half of the claim.
    let Some(known) = held.identities.first() else {
        return Err(CustomerError::NotFound);
    };
    let keys = vec![Key::new(known.kind, known.value.clone()), key];
    let claim = Claim {
        keys,
        source: Source::Admin,
        is_alias: false,
        seen_at: ctx.now.0,
    };
    identity::resolve(ctx, &[claim]).await?;
    Ok(())
}

async fn apply(
    ctx: Ctx<'_>,
    profile: i64,
    external_id: Option<String>,
    edit: Edit,
) -> Result<(), CustomerError> {
    let cleared: Vec<&str> = [
        ("family_name", &edit.family_name),
        ("given_name", &edit.given_name),
        ("full_name", &edit.full_name),
        ("locale", &edit.locale),
        ("time_zone", &edit.time_zone),
    ]
    .into_iter()
    .filter(|(_, value)| value.as_deref() == Some(""))
    .map(|(column, _)| column)
    .collect();
    if !cleared.is_empty() {
        let list: Vec<String> = cleared
            .iter()
            .map(|column| format!("{column} = NULL"))
            .collect();
        let text = format!(
            "UPDATE profile SET {}, version = version + 1, updated_at = $1 WHERE id = $2",
            list.join(", ")
        );
        sql::exec(ctx.tx, text, [ctx.now.0.into(), profile.into()]).await?;
        let told = ctx.change(profile, ChangeKind::Profile);
        feed::append(ctx.tx, ctx.now, &[told]).await?;
    }
    let filled = |value: Option<String>| value.filter(|value| !value.is_empty());
    let keys: Vec<(&str, ValueType)> = edit
        .attributes
        .iter()
        .filter_map(|(key, value)| Some((key.as_str(), type_of(value)?)))
        .collect();
    attributes::define(ctx, keys).await?;
    let facts = Facts {
        external_id,
        email: filled(edit.email),
        phone: filled(edit.phone),
        family_name: filled(edit.family_name),
        given_name: filled(edit.given_name),
        full_name: filled(edit.full_name),
        locale: filled(edit.locale),
        time_zone: filled(edit.time_zone),
    };
    let change = Change {
        source: Source::Admin,
        attributes: edit.attributes,
        ..Change::new(profile, facts)
    };
    facts::apply(ctx, vec![change]).await?;
    Ok(())
}

async fn owner(ctx: Ctx<'_>, key: &Key) -> Result<Option<ProfileId>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        profile_id: i64,
    }
    let row: Option<Row> = sql::one(
        ctx.tx,
        "SELECT profile_id FROM identity WHERE workspace_id = $1 AND kind = $2 AND value = $3",
        [
            ctx.workspace.raw().into(),
            i64::from(key.kind.code()).into(),
            key.value.clone().into(),
        ],
    )
    .await?;
    Ok(row.map(|row| ProfileId::from_raw(row.profile_id)))
}

async fn checked(ctx: Ctx<'_>, mut edit: Edit, invalid: &mut Invalid) -> Result<Edit, DbErr> {
    edit.email = normalised(invalid, "/email", edit.email.as_deref(), normal::email);
    edit.phone = normalised(invalid, "/phone", edit.phone.as_deref(), normal::phone);
    for (pointer, value) in [
        ("/family_name", &mut edit.family_name),
        ("/given_name", &mut edit.given_name),
        ("/full_name", &mut edit.full_name),
        ("/locale", &mut edit.locale),
        ("/time_zone", &mut edit.time_zone),
    ] {
        let Some(text) = value else { continue };
        *text = text.trim().to_owned();
        if text.chars().count() > 200 || text.chars().any(char::is_control) {
            invalid.push(FieldError::new(
                pointer,
                "too_long",
                "at most 200 characters",
                "200文字以内で入力してください",
            ));
        }
    }
    if edit
        .time_zone
        .as_deref()
        .is_some_and(|zone| !zone.is_empty() && zone.parse::<Tz>().is_err())
    {
        invalid.push(FieldError::new(
            "/time_zone",
            "unknown",
            "is not an IANA time zone",
            "タイムゾーンが正しくありません",
        ));
    }
    let definitions = attributes::list(ctx.tx, ctx.workspace).await?;
    for (key, value) in &edit.attributes {
        check_attribute(key, value, &definitions, invalid);
    }
    Ok(edit)
}

fn check_attribute(key: &str, value: &Json, definitions: &[AttributeDef], invalid: &mut Invalid) {
    let pointer = format!("/attributes/{}", key.replace('~', "~0").replace('/', "~1"));
    if !attributes::is_key(key) {
        invalid.push(FieldError::new(
            pointer,
            "key",
            "is not an attribute key",
            "属性キーとして使えません",
        ));
        return;
    }
    if computed::is_computed(key) {
        invalid.push(computed::refused(pointer));
        return;
    }
    let Some(given) = type_of(value) else {
        if !value.is_null() {
            invalid.push(FieldError::new(
                pointer,
                "type",
                "must be text, number, true/false or a list of texts",
                "テキスト・数値・真偽・リストのいずれかにしてください",
            ));
        }
        return;
    };
    let Some(known) = definitions.iter().find(|definition| definition.key == key) else {
        return;
    };
    let fits = known.value_type == given
        || (known.value_type == ValueType::Date && given == ValueType::Text);
    if !fits {
        invalid.push(FieldError::new(
            pointer,
            "type",
            format!("must be of type {}", known.value_type.as_str()),
            format!("型は{}です", known.value_type.as_str()),
        ));
    }
}

fn type_of(value: &Json) -> Option<ValueType> {
    match value {
        Json::String(_) => Some(ValueType::Text),
        Json::Number(_) => Some(ValueType::Number),
        Json::Bool(_) => Some(ValueType::Boolean),
        Json::Array(items) if items.iter().all(Json::is_string) => Some(ValueType::List),
        Json::Array(_) | Json::Null | Json::Object(_) => None,
    }
}

fn normalised(
    invalid: &mut Invalid,
    pointer: &str,
    value: Option<&str>,
    normal: fn(&str) -> Result<String, normal::Malformed>,
) -> Option<String> {
    match normal(value?) {
        Ok(value) => Some(value),
        Err(error) => {
            invalid.push(FieldError::new(
                pointer,
                "malformed",
                format!("is {error}"),
                "形式が正しくありません",
            ));
            None
        }
    }
}
