//! The households.

use demo::{Company, Gender, Household, Label};
use profiles::{
    attributes::{self, AttributeDef, ValueType},
    bulk::{CustomerRow, RowConsent},
};
use serde_json::{Map, Value};

use super::load::Load;

const CHUNK: usize = 1_000;

pub(super) async fn load(load: &mut Load<'_>, company: &Company) -> anyhow::Result<()> {
    let kept = company
        .households()
        .partition_point(|household| household.id <= load.last_household);
    for chunk in company
        .households()
        .get(..kept)
        .unwrap_or_default()
        .chunks(CHUNK)
    {
        let rows: Vec<CustomerRow> = chunk.iter().map(row).collect();
        let tx = load.app.db.begin().await?;
        let ctx = load.ctx(&tx);
        load.loader.customers(ctx, &rows).await?;
        tx.commit().await?;
    }
    name_attributes(load).await
}

/// What people call the attributes of a household.
const LABELS: [(&str, ValueType, &str, &str); 11] = [
    ("kana", ValueType::Text, "よみ", "Reading"),
    ("prefecture", ValueType::Text, "都道府県", "Prefecture"),
    ("city", ValueType::Text, "市区町村", "City"),
    ("birthday", ValueType::Date, "誕生日", "Birthday"),
    ("gender", ValueType::Text, "性別", "Gender"),
    ("age_band", ValueType::Text, "年代", "Age"),
    (
        "income_band",
        ValueType::Text,
        "世帯年収",
        "Household income",
    ),
    ("home_ownership", ValueType::Text, "住まい", "Home"),
    ("marital_status", ValueType::Text, "婚姻", "Marital status"),
    (
        "household_size",
        ValueType::Text,
        "世帯人数",
        "Household size",
    ),
    ("kids", ValueType::Text, "子ども", "Children"),
];

async fn name_attributes(load: &Load<'_>) -> anyhow::Result<()> {
    let tx = load.app.db.begin().await?;
    for (key, value_type, ja, en) in LABELS {
        let def = AttributeDef {
            key: key.to_owned(),
            value_type,
            label_ja: Some(ja.to_owned()),
            label_en: Some(en.to_owned()),
            is_sensitive: false,
            consent: None,
        };
        attributes::label(load.ctx(&tx), &def)
            .await?
            .map_err(|invalid| anyhow::anyhow!("the label of {key} is refused: {invalid:?}"))?;
    }
    Ok(tx.commit().await?)
}

fn row(household: &Household) -> CustomerRow {
    CustomerRow {
        external_id: Some(household.external_id.clone()),
        email: Some(household.email.clone()),
        family_name: Some(household.family_name.to_owned()),
        given_name: Some(household.given_name.to_owned()),
        full_name: Some(household.full_name()),
        locale: Some("ja".to_owned()),
        time_zone: Some(demo::TIME_ZONE.to_owned()),
        attributes: attributes(household),
        consents: vec![RowConsent {
            channel: "email".to_owned(),
            purpose: "marketing".to_owned(),
            granted: household.accepts_email,
            text_version: Some("2025-01".to_owned()),
            proof: Some("会員登録フォーム（見本）".to_owned()),
        }],
        first_seen_at: Some(household.registered_at),
        ..CustomerRow::default()
    }
}

fn attributes(household: &Household) -> Map<String, Value> {
    let mut attributes = Map::new();
    let mut set = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            attributes.insert(key.to_owned(), value.into());
        }
    };
    set("kana", Some(household.full_kana()));
    set("prefecture", Some(household.prefecture.to_owned()));
    set("city", Some(household.city.to_owned()));
    set("birthday", household.birthday.map(profiles::bulk::day_text));
    set("gender", household.gender.map(gender));
    let facts = &household.attributes;
    set("age_band", ja(facts.age_band.as_ref()));
    set("income_band", ja(facts.income_band.as_ref()));
    set("home_ownership", ja(facts.home_ownership.as_ref()));
    set("marital_status", ja(facts.marital_status.as_ref()));
    set("household_size", ja(facts.household_size.as_ref()));
    set("kids", ja(facts.kids.as_ref()));
    attributes
}

fn ja(label: Option<&Label>) -> Option<String> {
    label.map(|label| label.ja.to_owned())
}

fn gender(gender: Gender) -> String {
    match gender {
        Gender::Female => "女性",
        Gender::Male => "男性",
    }
    .to_owned()
}
