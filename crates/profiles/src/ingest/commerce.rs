//! What an event means: its name, its product, its money, and the order it speaks of.

use kernel::money::{Currency, Money};
use serde_json::{Map, Value as Json};

use super::{
    message::{Call, Message},
    refusal::Refusal,
};
use crate::{bulk::clean_category, geo::GeoPoint, names};

const MAX_NAME_CHARS: usize = 200;
const MAX_CODE_CHARS: usize = 255;
const MAX_LINES: usize = 1_000;
/// Bit of `event.flags`: the amount is in another currency and left out of sums.
const FOREIGN: i32 = 8;

/// What is written about a product or as a whole event.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pub(super) sku: Option<String>,
    pub(super) category: Option<String>,
    pub(super) amount: Option<i64>,
    pub(super) quantity: Option<i64>,
    pub(super) properties: Map<String, Json>,
}

/// An event as far as the message alone tells.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) name: String,
    /// The fixed number, where the name has one.
    pub(super) name_id: Option<i32>,
    pub(super) line: Line,
    pub(super) flags: i32,
    pub(super) order: Option<OrderDraft>,
}

/// What an event says of an order.
#[derive(Debug, Clone)]
pub(super) struct OrderDraft {
    pub(super) step: OrderStep,
    pub(super) order_no: String,
    pub(super) currency: Currency,
    pub(super) lines: Vec<Line>,
}

/// A step in an order's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OrderStep {
    Completed,
    Refunded,
    Cancelled,
}

/// Reads the event of a message; identify and alias have none.
pub(super) fn draft(message: &Message, home: Currency) -> Result<Option<Draft>, Refusal> {
    let mut properties = message.properties.clone();
    place(message, &mut properties);
    let Some(name) = event_name(message, &mut properties)? else {
        return Ok(None);
    };
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARS {
        return Err(Refusal::NoEventName);
    }
    if names::is_reserved(&name) {
        return Err(Refusal::ReservedName(name));
    }
    let name_id = names::fixed_id(&name);
    let currency = currency(&properties, home)?;
    let flags = if currency == home { 0 } else { FOREIGN };
    let step = match name_id {
        Some(names::ORDER_COMPLETED) => Some(OrderStep::Completed),
        Some(names::ORDER_REFUNDED) => Some(OrderStep::Refunded),
        Some(names::ORDER_CANCELLED) => Some(OrderStep::Cancelled),
        _ => None,
    };
    let Some(step) = step else {
        let line = plain_line(properties, currency);
        return Ok(Some(Draft {
            name,
            name_id,
            line,
            flags,
            order: None,
        }));
    };
    let order_no = code(&properties, &["order_id", "orderId"]).ok_or(Refusal::NoOrderId)?;
    let lines = order_lines(&mut properties, currency)?;
    let line = order_line(step, properties, currency, &lines)?;
    Ok(Some(Draft {
        name,
        name_id,
        line,
        flags,
        order: Some(OrderDraft {
            step,
            order_no,
            currency,
            lines,
        }),
    }))
}

/// Returns the name of the event and completes its properties; identify and alias have none.
fn event_name(
    message: &Message,
    properties: &mut Map<String, Json>,
) -> Result<Option<String>, Refusal> {
    let name = match message.call {
        Call::Identify | Call::Alias => return Ok(None),
        Call::Track => message
            .event
            .as_deref()
            .map(str::trim)
            .unwrap_or_default()
            .to_owned(),
        Call::Page | Call::Screen => {
            describe_view(message, properties);
            let id = if message.call == Call::Page {
                names::PAGE_VIEWED
            } else {
                names::SCREEN_VIEWED
            };
            names::fixed_text(id).unwrap_or_default().to_owned()
        }
        Call::Group => {
            let group = message
                .group_id
                .clone()
                .ok_or(Refusal::MissingField("groupId"))?;
            properties.insert("group_id".to_owned(), group.into());
            properties.insert("traits".to_owned(), Json::Object(message.traits.clone()));
            names::fixed_text(names::GROUP_JOINED)
                .unwrap_or_default()
                .to_owned()
        }
    };
    Ok(Some(name))
}

/// Adds what page and screen calls carry outside the properties.
fn describe_view(message: &Message, properties: &mut Map<String, Json>) {
    if let Some(name) = &message.name {
        properties
            .entry("name")
            .or_insert_with(|| name.clone().into());
    }
    let page = message.context.get("page").and_then(Json::as_object);
    for field in ["url", "path", "title", "referrer", "search"] {
        if let Some(value) = page
            .and_then(|page| page.get(field))
            .filter(|value| value.is_string())
        {
            properties.entry(field).or_insert_with(|| value.clone());
        }
    }
    if let Some(campaign) = message
        .context
        .get("campaign")
        .filter(|value| value.is_object())
    {
        properties
            .entry("campaign")
            .or_insert_with(|| campaign.clone());
    }
}

/// Writes the places among the properties as texts, and where the event happened as `place` unless it says so itself.
fn place(message: &Message, properties: &mut Map<String, Json>) {
    for value in properties.values_mut() {
        if let Some(place) = GeoPoint::of_json(value) {
            *value = place.to_string().into();
        }
    }
    let location = message.context.get("location").and_then(Json::as_object);
    let said = GeoPoint::of_members(properties);
    let place = said.or_else(|| location.and_then(GeoPoint::of_members));
    if let Some(place) = place {
        properties
            .entry("place")
            .or_insert_with(|| place.to_string().into());
    }
}

fn currency(properties: &Map<String, Json>, home: Currency) -> Result<Currency, Refusal> {
    match properties.get("currency") {
        Some(Json::String(code)) if !code.trim().is_empty() => {
            Currency::parse(code.trim()).map_err(|_| Refusal::BadAmount(format!("currency {code}")))
        }
        _ => Ok(home),
    }
}

/// An event outside an order: what cannot be read of its money is left to the properties.
fn plain_line(properties: Map<String, Json>, currency: Currency) -> Line {
    let quantity = whole(properties.get("quantity"));
    let stated = ["revenue", "value", "total"]
        .iter()
        .find_map(|key| number_text(properties.get(*key)));
    let amount = match stated {
        Some(text) => Money::parse(&text, currency.code())
            .ok()
            .map(|money| money.minor),
        None => line_amount(&properties, currency).ok().flatten(),
    };
    Line {
        sku: sku(&properties),
        category: category(&properties),
        amount,
        quantity,
        properties,
    }
}

fn order_lines(
    properties: &mut Map<String, Json>,
    currency: Currency,
) -> Result<Vec<Line>, Refusal> {
    let Some(Json::Array(products)) = properties.remove("products") else {
        return Ok(Vec::new());
    };
    let mut lines = Vec::new();
    for product in products.into_iter().take(MAX_LINES) {
        let Json::Object(product) = product else {
            continue;
        };
        let quantity = match product.get("quantity") {
            None | Some(Json::Null) => Some(1),
            given => whole(given),
        };
        let amount = line_amount(&product, currency)?;
        lines.push(Line {
            sku: sku(&product),
            category: category(&product),
            amount,
            quantity,
            properties: product,
        });
    }
    Ok(lines)
}

/// The whole order: its stated total, else the sum of its lines. A refund is negative.
fn order_line(
    step: OrderStep,
    properties: Map<String, Json>,
    currency: Currency,
    lines: &[Line],
) -> Result<Line, Refusal> {
    let stated = ["total", "revenue", "value"]
        .iter()
        .find_map(|key| number_text(properties.get(*key)));
    let priced = lines.iter().any(|line| line.amount.is_some());
    let amount = match stated {
        Some(text) => {
            let money =
                Money::parse(&text, currency.code()).map_err(|_| Refusal::BadAmount(text))?;
            Some(money.minor)
        }
        None if priced => Some(
            lines
                .iter()
                .filter_map(|line| line.amount)
                .fold(0, i64::saturating_add),
        ),
        None => None,
    };
    let quantity = lines
        .iter()
        .filter_map(|line| line.quantity)
        .fold(0, i64::saturating_add);
    let quantity = (!lines.is_empty()).then_some(quantity);
    let negate = |n: i64| n.saturating_abs().saturating_neg();
    let (amount, quantity) = match step {
        OrderStep::Completed => (Some(amount.unwrap_or(0)), quantity),
        OrderStep::Refunded | OrderStep::Cancelled => (amount.map(negate), quantity.map(negate)),
    };
    Ok(Line {
        sku: None,
        category: None,
        amount,
        quantity,
        properties,
    })
}

fn sku(properties: &Map<String, Json>) -> Option<String> {
    code(properties, &["sku", "product_id", "productId"])
}

fn category(properties: &Map<String, Json>) -> Option<String> {
    properties
        .get("category")
        .and_then(Json::as_str)
        .filter(|text| text.chars().count() <= MAX_CODE_CHARS)
        .and_then(clean_category)
}

/// Returns the first of some members that is a code: a text or a number.
fn code(properties: &Map<String, Json>, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| {
        let text = number_text(properties.get(*key))?;
        let text = text.trim();
        (!text.is_empty() && text.chars().count() <= MAX_CODE_CHARS).then(|| text.to_owned())
    })
}

fn number_text(value: Option<&Json>) -> Option<String> {
    match value? {
        Json::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn whole(value: Option<&Json>) -> Option<i64> {
    let text = number_text(value)?;
    let (mantissa, scale) = decimal(&text)?;
    let unit = 10_i128.checked_pow(scale)?;
    (mantissa % unit == 0)
        .then(|| i64::try_from(mantissa / unit).ok())
        .flatten()
}

/// Price times quantity, exact, rounded half away from zero once at the end: a price per gram may have
/// more decimals than its currency.
fn line_amount(product: &Map<String, Json>, currency: Currency) -> Result<Option<i64>, Refusal> {
    let Some(price) = number_text(product.get("price")) else {
        return Ok(None);
    };
    let refuse = || Refusal::BadAmount(format!("price {price}"));
    let (price_mantissa, price_scale) = decimal(&price).ok_or_else(refuse)?;
    let quantity = number_text(product.get("quantity")).unwrap_or_else(|| "1".to_owned());
    let (quantity_mantissa, quantity_scale) = decimal(&quantity).ok_or_else(refuse)?;
    let minor = 10_i128.checked_pow(currency.digits());
    let unit = 10_i128.checked_pow(price_scale + quantity_scale);
    let product = minor.and_then(|minor| {
        price_mantissa
            .checked_mul(quantity_mantissa)?
            .checked_mul(minor)
    });
    let (Some(product), Some(unit)) = (product, unit) else {
        return Err(refuse());
    };
    let half = if product < 0 { -unit / 2 } else { unit / 2 };
    i64::try_from((product + half) / unit)
        .map(Some)
        .map_err(|_| refuse())
}

/// Reads a plain decimal as (mantissa, scale).
fn decimal(text: &str) -> Option<(i128, u32)> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.trim_end_matches('0');
    if text.len() > 30 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let scale = u32::try_from(fraction.len()).ok()?;
    format!("{whole}{fraction}")
        .parse()
        .ok()
        .map(|mantissa| (mantissa, scale))
}

#[cfg(test)]
mod tests;
