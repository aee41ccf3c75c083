//! From a record to what it means, or the reason why it means nothing.

use std::{borrow::Cow, sync::Arc};

use chrono_tz::Tz;
use kernel::{
    money::{Currency, Money},
    time::{MINUTE, Millis},
};
use serde_json::{Map, Value as Json};
use unicode_normalization::UnicodeNormalization;

use super::{
    date,
    encoding::TextEncoding,
    mapping::{ColumnMapping, Field, ImportKind, Mapping},
    record::Record,
    refusal::Refusal,
    row::{MappedRow, ProductRow},
    value::{boolean, is_web_address, malformed, trimmed},
};
use crate::{
    attributes::ValueType,
    bulk::{self, CustomerKey, CustomerRow, OrderLineRow, RowConsent},
    consent,
    identity::normal::{self, Malformed},
};

/// How far a time may lie ahead of now before it is a mistake.
const AHEAD: i64 = 10 * MINUTE;
const MAX_TEXT: usize = 10_000;

/// Reads records by a mapping.
#[derive(Debug, Clone)]
pub(crate) struct Converter {
    pub(crate) kind: ImportKind,
    pub(crate) mapping: Arc<Mapping>,
    pub(crate) encoding: TextEncoding,
    pub(crate) zone: Tz,
    pub(crate) currency: Currency,
    /// What proves consents of this file: its name.
    pub(crate) proof: String,
    pub(crate) now: Millis,
}

impl Converter {
    /// Reads one record.
    pub(crate) fn convert(&self, record: &Record) -> Result<MappedRow, Refusal> {
        if let Some(fault) = &record.fault {
            return Err(fault.clone());
        }
        self.check_width(record)?;
        Ok(match self.kind {
            ImportKind::Customers => MappedRow::Customer(Box::new(self.customer(record)?)),
            ImportKind::Orders => MappedRow::OrderLine(Box::new(self.order_line(record)?)),
            ImportKind::Products => MappedRow::Product(Box::new(self.product(record)?)),
        })
    }

    fn check_width(&self, record: &Record) -> Result<(), Refusal> {
        let (n, wanted) = (record.fields().len(), self.mapping.n_columns);
        let surplus_is_empty = record.fields().skip(wanted).all(<[u8]>::is_empty);
        if n < wanted || !surplus_is_empty {
            return Err(Refusal::new(
                "column_count",
                format!("the row has {n} columns instead of {wanted}"),
                format!("列数が{wanted}ではなく{n}です"),
            ));
        }
        Ok(())
    }

    fn cell<'a>(&self, record: &'a Record, column: usize) -> Result<Cow<'a, str>, Refusal> {
        let bytes = record.field(column).unwrap_or_default();
        self.encoding.decode(bytes).ok_or_else(|| {
            let name = self.mapping.name_of(column);
            let encoding = self.encoding.as_str();
            Refusal::new(
                "encoding",
                format!("{name} is not {encoding} text"),
                format!("{name}を{encoding}として読めません（文字化け）"),
            )
        })
    }

    /// Returns the first column of a field, trimmed; `None` when it is not mapped or empty.
    fn text<'a>(
        &self,
        record: &'a Record,
        field: Field,
    ) -> Result<Option<(usize, Cow<'a, str>)>, Refusal> {
        let Some(column) = self.mapping.columns_of(field).next() else {
            return Ok(None);
        };
        let cell = trimmed(self.cell(record, column)?);
        if cell.len() > MAX_TEXT {
            return Err(Refusal::value(
                "too_long",
                &self.mapping.name_of(column),
                &cell,
                "is over 10,000 bytes",
                "は1万バイトを超えています",
            ));
        }
        Ok((!cell.is_empty()).then_some((column, cell)))
    }

    fn plain(&self, record: &Record, field: Field) -> Result<Option<String>, Refusal> {
        Ok(self.text(record, field)?.map(|(_, text)| text.into_owned()))
    }

    fn normalised(
        &self,
        record: &Record,
        field: Field,
        normal: fn(&str) -> Result<String, Malformed>,
    ) -> Result<Option<String>, Refusal> {
        let Some((column, text)) = self.text(record, field)? else {
            return Ok(None);
        };
        normal(&text)
            .map(Some)
            .map_err(|error| malformed(&self.mapping.name_of(column), &text, error))
    }

    fn required<T>(&self, field: Field, value: Option<T>) -> Result<T, Refusal> {
        value.ok_or_else(|| {
            let name = self.mapping.columns_of(field).next().map_or_else(
                || format!("{field:?}"),
                |column| self.mapping.name_of(column),
            );
            Refusal::missing(&name)
        })
    }

    fn number(&self, record: &Record, field: Field) -> Result<Option<i64>, Refusal> {
        let Some((column, text)) = self.text(record, field)? else {
            return Ok(None);
        };
        let folded: String = text.nfkc().filter(|c| !matches!(c, ',' | ' ')).collect();
        // Spreadsheets write whole numbers as 3.0.
        let whole = folded
            .strip_suffix(".0")
            .or_else(|| folded.strip_suffix(".00"))
            .unwrap_or(&folded);
        whole.parse().map(Some).map_err(|_| {
            Refusal::value(
                "number",
                &self.mapping.name_of(column),
                &text,
                "is not a whole number",
                "は整数ではありません",
            )
        })
    }

    fn flag(&self, record: &Record, field: Field) -> Result<Option<bool>, Refusal> {
        let Some((column, text)) = self.text(record, field)? else {
            return Ok(None);
        };
        boolean(&text).map(Some).ok_or_else(|| {
            Refusal::value(
                "boolean",
                &self.mapping.name_of(column),
                &text,
                "is not yes or no",
                "は「はい・いいえ」ではありません",
            )
        })
    }

    fn money(
        &self,
        record: &Record,
        field: Field,
        currency: Currency,
    ) -> Result<Option<i64>, Refusal> {
        let Some((column, text)) = self.text(record, field)? else {
            return Ok(None);
        };
        match Money::parse(&text, currency.code()) {
            Ok(money) => Ok(Some(money.minor)),
            Err(error) => Err(Refusal::value(
                "amount",
                &self.mapping.name_of(column),
                &text,
                &format!("is not an amount in {currency}: {error}"),
                &format!("は{currency}の金額として読めません"),
            )),
        }
    }

    fn currency(&self, record: &Record) -> Result<Currency, Refusal> {
        let Some((column, text)) = self.text(record, Field::Currency)? else {
            return Ok(self.currency);
        };
        Currency::parse(&text).map_err(|_| {
            Refusal::value(
                "currency",
                &self.mapping.name_of(column),
                &text,
                "is not a currency",
                "は通貨コードではありません",
            )
        })
    }

    fn category(&self, record: &Record) -> Result<Option<String>, Refusal> {
        let mut parts = Vec::new();
        for column in self.mapping.columns_of(Field::Category) {
            parts.push(self.cell(record, column)?);
        }
        Ok(bulk::clean_category(&parts.join(">")))
    }

    /// Reads a day; one of an unknown year stays so.
    fn day(&self, text: &str) -> Option<Json> {
        match date::day(text, self.mapping.date_order) {
            Some(day) => Some(Json::from(bulk::day_text(day))),
            None => date::yearless(text).map(|day| Json::from(day.to_string())),
        }
    }

    fn attributes(&self, record: &Record) -> Result<Map<String, Json>, Refusal> {
        let mut attributes = Map::new();
        for column in self
            .mapping
            .columns
            .iter()
            .filter(|column| column.field == Field::Attribute)
        {
            let text = trimmed(self.cell(record, column.column)?);
            if !text.is_empty() {
                attributes.insert(
                    column.key.clone().unwrap_or_default(),
                    self.attribute(column, &text)?,
                );
            }
        }
        Ok(attributes)
    }

    fn attribute(&self, column: &ColumnMapping, text: &str) -> Result<Json, Refusal> {
        let name = || self.mapping.name_of(column.column);
        match column.value_type.unwrap_or(ValueType::Text) {
            ValueType::Text => Ok(Json::from(text)),
            ValueType::Number => {
                let folded: String = text.nfkc().filter(|c| !matches!(c, ',' | ' ')).collect();
                let number = folded.parse::<i64>().map(Json::from).ok().or_else(|| {
                    folded
                        .parse::<f64>()
                        .ok()
                        .and_then(serde_json::Number::from_f64)
                        .map(Json::Number)
                });
                number.ok_or_else(|| {
                    Refusal::value(
                        "number",
                        &name(),
                        text,
                        "is not a number",
                        "は数値ではありません",
                    )
                })
            }
            ValueType::Boolean => boolean(text).map(Json::from).ok_or_else(|| {
                Refusal::value(
                    "boolean",
                    &name(),
                    text,
                    "is not yes or no",
                    "は「はい・いいえ」ではありません",
                )
            }),
            ValueType::Date => self.day(&text.nfkc().collect::<String>()).ok_or_else(|| {
                Refusal::value(
                    "date",
                    &name(),
                    text,
                    "is not a date",
                    "は日付として読めません",
                )
            }),
            ValueType::List => Ok(text
                .split([',', ';', '|', '、', '，'])
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(Json::from)
                .collect()),
        }
    }

    fn customer(&self, record: &Record) -> Result<CustomerRow, Refusal> {
        let external_id = self.normalised(record, Field::ExternalId, normal::id)?;
        let email = self.normalised(record, Field::Email, normal::email)?;
        if external_id.is_none() && email.is_none() {
            let field = if self.mapping.has(Field::ExternalId) {
                Field::ExternalId
            } else {
                Field::Email
            };
            return self.required(field, None);
        }
        let mut consents: Vec<RowConsent> = self
            .mapping
            .consents
            .iter()
            .map(|given| RowConsent {
                channel: given.channel.clone(),
                purpose: given.purpose.clone(),
                granted: true,
                text_version: given.text_version.clone(),
                proof: Some(format!("{}: {}", given.source, self.proof)),
            })
            .collect();
        if let Some(granted) = self.flag(record, Field::EmailConsent)? {
            consents.retain(|given| {
                (given.channel.as_str(), given.purpose.as_str())
                    != (consent::EMAIL, consent::MARKETING)
            });
            consents.push(RowConsent {
                channel: consent::EMAIL.to_owned(),
                purpose: consent::MARKETING.to_owned(),
                granted,
                text_version: None,
                proof: Some(self.proof.clone()),
            });
        }
        Ok(CustomerRow {
            external_id,
            email,
            phone: self.normalised(record, Field::Phone, normal::phone)?,
            family_name: self.plain(record, Field::FamilyName)?,
            given_name: self.plain(record, Field::GivenName)?,
            full_name: self.plain(record, Field::FullName)?,
            locale: self.plain(record, Field::Locale)?,
            time_zone: self.time_zone(record)?,
            attributes: self.attributes(record)?,
            consents,
            first_seen_at: None,
        })
    }

    fn time_zone(&self, record: &Record) -> Result<Option<String>, Refusal> {
        let Some((column, text)) = self.text(record, Field::TimeZone)? else {
            return Ok(None);
        };
        if text.parse::<Tz>().is_err() {
            return Err(Refusal::value(
                "time_zone",
                &self.mapping.name_of(column),
                &text,
                "is not an IANA zone",
                "はタイムゾーン名ではありません",
            ));
        }
        Ok(Some(text.into_owned()))
    }

    fn occurred_at(&self, record: &Record) -> Result<Millis, Refusal> {
        let (column, text) =
            self.required(Field::OccurredAt, self.text(record, Field::OccurredAt)?)?;
        let name = || self.mapping.name_of(column);
        let folded: Cow<'_, str> = if text.is_ascii() {
            Cow::Borrowed(&text)
        } else {
            text.nfkc().collect::<String>().into()
        };
        let at = date::instant(&folded, self.mapping.date_order, self.zone).ok_or_else(|| {
            Refusal::value(
                "date",
                &name(),
                &text,
                "is not a date and time",
                "は日時として読めません",
            )
        })?;
        if at.0 > self.now.plus(AHEAD).0 {
            return Err(Refusal::value(
                "in_future",
                &name(),
                &text,
                "lies in the future",
                "は未来の日時です",
            ));
        }
        Ok(at)
    }

    fn order_line(&self, record: &Record) -> Result<OrderLineRow, Refusal> {
        let external = self
            .normalised(record, Field::ExternalId, normal::id)?
            .map(CustomerKey::ExternalId);
        let customer = match external {
            Some(key) => Some(key),
            None => self
                .normalised(record, Field::Email, normal::email)?
                .map(CustomerKey::Email),
        };
        let field = if self.mapping.has(Field::ExternalId) {
            Field::ExternalId
        } else {
            Field::Email
        };
        let currency = self.currency(record)?;
        let quantity = self.number(record, Field::Quantity)?.unwrap_or(1);
        let amount = match self.money(record, Field::Amount, currency)? {
            Some(amount) => Some(amount),
            None => self
                .money(record, Field::UnitPrice, currency)?
                .map(|price| price.saturating_mul(quantity)),
        };
        let amount_field = if self.mapping.has(Field::Amount) {
            Field::Amount
        } else {
            Field::UnitPrice
        };
        Ok(OrderLineRow {
            order_no: self.required(
                Field::OrderNo,
                self.normalised(record, Field::OrderNo, normal::id)?,
            )?,
            line_no: self.normalised(record, Field::LineNo, normal::id)?,
            customer: self.required(field, customer)?,
            occurred_at: self.occurred_at(record)?,
            sku: self.normalised(record, Field::Sku, normal::id)?,
            product_name: self.plain(record, Field::ProductName)?,
            category: self.category(record)?,
            quantity,
            amount: self.required(amount_field, amount)?,
            currency,
        })
    }

    fn product(&self, record: &Record) -> Result<ProductRow, Refusal> {
        let currency = self.currency(record)?;
        let price = self.money(record, Field::UnitPrice, currency)?;
        Ok(ProductRow {
            sku: self.required(Field::Sku, self.normalised(record, Field::Sku, normal::id)?)?,
            name: self.plain(record, Field::ProductName)?,
            category: self.category(record)?,
            price,
            currency: price.map(|_| currency),
            image_url: self.web_address(record, Field::ImageUrl)?,
            url: self.web_address(record, Field::Url)?,
            stock: self.number(record, Field::Stock)?,
            is_active: self.flag(record, Field::Active)?,
            attributes: self.attributes(record)?,
            at: self.now,
        })
    }

    fn web_address(&self, record: &Record, field: Field) -> Result<Option<String>, Refusal> {
        let Some((column, text)) = self.text(record, field)? else {
            return Ok(None);
        };
        if !is_web_address(&text) {
            return Err(Refusal::value(
                "url",
                &self.mapping.name_of(column),
                &text,
                "is not an http(s) address",
                "はhttp(s)のURLではありません",
            ));
        }
        Ok(Some(text.into_owned()))
    }
}
