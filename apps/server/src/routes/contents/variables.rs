//! `GET /api/v1/contents/variables`.

use api_types::contents::VariableView;
use axum::{Json, extract::State};
use contents::{
    CompiledEmail, Data, EmailDocument, EmailVariant, Footer, FooterCheck, RenderOptions,
};
use profiles::attributes::{self, AttributeDef, ValueType};
use serde::Deserialize;

use super::data;
use crate::{
    http::{
        auth::{Operator, needs::ContentsRead},
        extract::{Locale, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// Whose values are shown beside the variables.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct VariablesQuery {
    /// `prf_…`; a made-up customer when absent.
    customer_id: Option<String>,
    /// Language of the text that the variables go into; the reader's when absent.
    locale: Option<String>,
}

/// Lists the variables that a template may use, with what to write and what comes out.
#[utoipa::path(get, path = "/api/v1/contents/variables", operation_id = "list_variables", tag = "contents", params(VariablesQuery),
    responses((status = 200, body = Vec<VariableView>), (status = 404)))]
pub(super) async fn variables(
    operator: Operator<ContentsRead>,
    reader: Locale,
    ValidQuery(query): ValidQuery<VariablesQuery>,
    State(app): State<App>,
) -> Result<Json<Vec<VariableView>>, ApiError> {
    let written = query.locale.unwrap_or_else(|| reader.0.clone());
    let customer = query.customer_id.as_deref();
    let subject = data::subject(&app, &operator, customer, Some(&written), None).await?;
    let definitions = attributes::list(app.db.reader(), operator.workspace).await?;
    let mut entries = standard(&written);
    entries.extend(
        definitions
            .iter()
            .map(|definition| own(definition, &reader.0)),
    );
    let is_english = reader.0 == "en";
    let data = Data::from_json(&subject.json);
    let options = RenderOptions {
        locale: None,
        timezone: subject.timezone,
        footer: FooterCheck::Skipped,
    };
    let mut views: Vec<VariableView> = Vec::with_capacity(entries.len());
    for entry in entries {
        let sample = sample(&entry.sample, &data, &options);
        views.push(VariableView {
            sample,
            label: if is_english { entry.en } else { entry.ja },
            name: entry.name,
            group: entry.group.to_owned(),
            insert: entry.insert,
        });
    }
    Ok(Json(views))
}

struct Entry {
    group: &'static str,
    name: String,
    ja: String,
    en: String,
    insert: String,
    /// What is rendered for the sample: a list shows its first item, not the whole loop.
    sample: String,
}

impl Entry {
    fn new(group: &'static str, name: &str, ja: &str, en: &str, insert: &str) -> Self {
        Self {
            group,
            name: name.to_owned(),
            ja: ja.to_owned(),
            en: en.to_owned(),
            insert: insert.to_owned(),
            sample: insert.to_owned(),
        }
    }

    fn shown_as(mut self, sample: &str) -> Self {
        sample.clone_into(&mut self.sample);
        self
    }
}

const PRODUCTS: &str = "{% for product in products limit: 3 %}\n<mj-text>\n  <a href=\"{{ product.url }}\">{{ product.name }}</a> {{ product.price | money: product.currency }}\n</mj-text>\n{% endfor %}\n";
const ORDER: &str = "{% if last_order %}\n<mj-text>\n  {% for item in last_order.items limit: 3 %}{{ item.name }} × {{ item.quantity }}<br />{% endfor %}\n</mj-text>\n{% endif %}\n";

/// Group, path, name in Japanese and English, and what to write. `WHO` is how one addresses somebody whose
/// name may not be known, `DATE` the date filter; both differ by language.
const STANDARD: &[[&str; 5]] = &[
    [
        "customer",
        "customer.name",
        "名前",
        "Name",
        "{{ customer.name | WHO }}",
    ],
    [
        "customer",
        "customer.first_name",
        "名",
        "First name",
        "{{ customer.first_name | WHO }}",
    ],
    [
        "customer",
        "customer.email",
        "メールアドレス",
        "Email address",
        "{{ customer.email }}",
    ],
    [
        "products",
        "products",
        "よく買われている商品",
        "Bought most by others",
        PRODUCTS,
    ],
    [
        "order",
        "last_order",
        "前回のお買い上げ",
        "Last order",
        ORDER,
    ],
    [
        "order",
        "last_order.number",
        "注文番号",
        "Order number",
        "{{ last_order.number }}",
    ],
    [
        "order",
        "last_order.placed_at",
        "注文日",
        "Order date",
        "{{ last_order.placed_at | DATE }}",
    ],
    [
        "order",
        "last_order.amount",
        "注文金額",
        "Order amount",
        "{{ last_order.amount | money: last_order.currency }}",
    ],
    [
        "coupon",
        "coupon.code",
        "クーポンコード",
        "Coupon code",
        "{{ coupon.code }}",
    ],
    [
        "coupon",
        "coupon.label",
        "クーポンの内容",
        "What the coupon gives",
        "{{ coupon.label }}",
    ],
    [
        "coupon",
        "coupon.expires_at",
        "クーポンの期限",
        "Coupon valid until",
        "{{ coupon.expires_at | DATE }}",
    ],
    [
        "workspace",
        "workspace.name",
        "差出人の名前",
        "Sender's name",
        "{{ workspace.name }}",
    ],
    [
        "workspace",
        "workspace.postal_address",
        "差出人の住所",
        "Sender's address",
        "{{ workspace.postal_address }}",
    ],
    [
        "links",
        "unsubscribe_url",
        "配信停止",
        "Unsubscribe page",
        "{{ unsubscribe_url }}",
    ],
    [
        "links",
        "preferences_url",
        "配信設定",
        "Preference page",
        "{{ preferences_url }}",
    ],
    [
        "links",
        "web_url",
        "ブラウザで見る",
        "Email in a browser",
        "{{ web_url }}",
    ],
];

fn standard(locale: &str) -> Vec<Entry> {
    let (who, date) = if locale.starts_with("en") {
        ("fallback: \"you\"", "date_en")
    } else {
        ("fallback: \"お客\" | honorific", "date_ja")
    };
    STANDARD
        .iter()
        .map(|[group, name, ja, en, insert]| {
            let insert = insert.replace("WHO", who).replace("DATE", date);
            let entry = Entry::new(group, name, ja, en, &insert);
            match *name {
                "products" => entry.shown_as("{{ products[0].name }}"),
                "last_order" => entry.shown_as("{{ last_order.items[0].name }}"),
                _ => entry,
            }
        })
        .collect()
}

fn own(definition: &AttributeDef, reader: &str) -> Entry {
    let path = format!("customer.attributes.{}", definition.key);
    // A key that is no word is reached by its name in brackets.
    let is_word = definition
        .key
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !definition.key.starts_with(|c: char| c.is_ascii_digit());
    let written = if is_word {
        path.clone()
    } else {
        format!("customer.attributes[\"{}\"]", definition.key)
    };
    let insert = match definition.value_type {
        ValueType::Number => format!("{{{{ {written} | number }}}}"),
        ValueType::Date if reader == "en" => format!("{{{{ {written} | date_en }}}}"),
        ValueType::Date => format!("{{{{ {written} | date_ja }}}}"),
        ValueType::List => format!("{{{{ {written} | join: \"、\" }}}}"),
        ValueType::Text | ValueType::Boolean => format!("{{{{ {written} }}}}"),
    };
    let mut entry = Entry::new("attributes", &path, "", "", &insert);
    definition.label("ja").clone_into(&mut entry.ja);
    definition.label("en").clone_into(&mut entry.en);
    entry
}

/// Renders one variable by itself, as a subject; what cannot be rendered has no sample.
fn sample(source: &str, data: &Data, options: &RenderOptions<'_>) -> String {
    let variant = EmailVariant {
        subject: source.to_owned(),
        preheader: String::new(),
        mjml: "<mjml><mj-body></mj-body></mjml>".to_owned(),
        text: None,
    };
    let document = EmailDocument {
        version: contents::DOCUMENT_VERSION,
        name: "sample".to_owned(),
        default_locale: "ja".to_owned(),
        variants: [("ja".to_owned(), variant)].into(),
    };
    CompiledEmail::compile(&document, Footer::Leave)
        .ok()
        .and_then(|email| email.render(data, options).ok())
        .map(|rendered| rendered.subject)
        .unwrap_or_default()
}
