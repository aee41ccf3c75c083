//! Six starter emails in Japanese and English, and sample data to see them with.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::document::{DOCUMENT_VERSION, EmailDocument, EmailVariant};

/// A text in the two languages of the admin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bilingual {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

/// One email to start from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Starter {
    /// Stable name, such as `win-back`.
    pub id: &'static str,
    /// What the gallery shows as its title.
    pub name: Bilingual,
    /// One sentence on when to use it.
    pub description: Bilingual,
    /// A copy to edit.
    pub document: EmailDocument,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Meta {
    name: Bilingual,
    description: Bilingual,
    subject: Bilingual,
    preheader: Bilingual,
}

macro_rules! starter {
    ($id:literal) => {
        (
            $id,
            include_str!(concat!("../gallery/", $id, "/meta.json")),
            include_str!(concat!("../gallery/", $id, "/ja.mjml")),
            include_str!(concat!("../gallery/", $id, "/en.mjml")),
        )
    };
}

const FILES: &[(&str, &str, &str, &str)] = &[
    starter!("newsletter"),
    starter!("recommendation"),
    starter!("last-order"),
    starter!("coupon"),
    starter!("win-back"),
    starter!("birthday"),
];

static STARTERS: LazyLock<Vec<Starter>> = LazyLock::new(|| {
    FILES
        .iter()
        .filter_map(|(id, meta, ja, en)| load(id, meta, ja, en))
        .collect()
});

static SAMPLES: LazyLock<BTreeMap<String, Value>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../gallery/sample.json")).unwrap_or_default()
});

/// The variables that the platform fills, for [`crate::LintOptions::known_variables`].
pub const KNOWN_VARIABLES: &[&str] = &[
    "customer.name",
    "customer.first_name",
    "customer.email",
    "customer.attributes.*",
    "products[].name",
    "products[].price",
    "products[].currency",
    "products[].image_url",
    "products[].url",
    "products[].category",
    "last_order.number",
    "last_order.placed_at",
    "last_order.amount",
    "last_order.currency",
    "last_order.items[].name",
    "last_order.items[].quantity",
    "last_order.items[].price",
    "last_order.items[].image_url",
    "last_order.items[].url",
    "coupon.code",
    "coupon.label",
    "coupon.expires_at",
    "workspace.name",
    "workspace.postal_address",
    "unsubscribe_url",
    "preferences_url",
    "web_url",
];

/// Lists the starters in the order that the gallery shows them.
pub fn gallery() -> &'static [Starter] {
    &STARTERS
}

/// Returns made-up data of one customer, for previews without a chosen one.
pub fn sample_data(locale: &str) -> Value {
    let key = if locale.starts_with("ja") { "ja" } else { "en" };
    SAMPLES.get(key).cloned().unwrap_or(Value::Null)
}

fn load(id: &'static str, meta: &str, ja: &str, en: &str) -> Option<Starter> {
    let meta: Meta = serde_json::from_str(meta).ok()?;
    let variant = |subject: &str, preheader: &str, mjml: &str| EmailVariant {
        subject: subject.to_owned(),
        preheader: preheader.to_owned(),
        mjml: mjml.to_owned(),
        text: None,
    };
    let variants = BTreeMap::from([
        (
            "ja".to_owned(),
            variant(&meta.subject.ja, &meta.preheader.ja, ja),
        ),
        (
            "en".to_owned(),
            variant(&meta.subject.en, &meta.preheader.en, en),
        ),
    ]);
    let document = EmailDocument {
        version: DOCUMENT_VERSION,
        name: meta.name.ja.clone(),
        default_locale: "ja".to_owned(),
        variants,
    };
    Some(Starter {
        id,
        name: meta.name,
        description: meta.description,
        document,
    })
}
