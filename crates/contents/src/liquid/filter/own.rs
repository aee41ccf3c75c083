//! Filters for what marketing emails say: names, dates, fallbacks.

use kernel::yearless::Yearless;
use liquid_core::{Error, Result, Runtime, Value, ValueCow, ValueView};

use super::{Own, too_large};
use crate::liquid::{MAX_OUTPUT_BYTES, State, date};

/// What the editor shows of a filter: its name, an example, and what it does in ja and en.
pub const FILTERS: &[(&str, &str, &str, &str)] = &[
    (
        "fallback",
        "{{ customer.first_name | fallback: \"お客\" }}",
        "空のときに代わりの文字を入れます",
        "Stands in for an empty value",
    ),
    (
        "honorific",
        "{{ customer.name | fallback: \"お客\" | honorific }}",
        "「様」を付けます（二重には付けません）",
        "Adds 様, or the given suffix, once",
    ),
    (
        "money",
        "{{ product.price | money: product.currency }}",
        "金額を ¥1,234 や $12.34 の形にします",
        "Writes minor units as ¥1,234 or $12.34",
    ),
    (
        "number",
        "{{ customer.attributes.points | number }}",
        "3桁ごとにカンマを入れます",
        "Groups digits by thousands",
    ),
    (
        "date",
        "{{ last_order.placed_at | date: \"%Y/%m/%d\" }}",
        "日時を指定の形にします",
        "Writes an instant by a strftime format",
    ),
    (
        "date_ja",
        "{{ coupon.expires_at | date_ja }}",
        "2026年11月22日(日) の形にします",
        "Writes 2026年11月22日(日)",
    ),
    (
        "date_en",
        "{{ coupon.expires_at | date_en }}",
        "22 November 2026 の形にします",
        "Writes 22 November 2026",
    ),
    (
        "raw",
        "{{ block | raw }}",
        "HTML のまま出力します（信頼できる内容だけ）",
        "Writes trusted HTML without escaping",
    ),
    (
        "newline_to_br",
        "{{ customer.attributes.note | newline_to_br }}",
        "改行を <br /> にします",
        "Turns line breaks into <br />",
    ),
    (
        "truncate",
        "{{ product.name | truncate: 20 }}",
        "長い文字を切り詰めます",
        "Shortens a long text",
    ),
    (
        "upcase",
        "{{ coupon.code | upcase }}",
        "大文字にします",
        "Writes capitals",
    ),
    (
        "join",
        "{{ customer.attributes.tags | join: \"、\" }}",
        "一覧をつなげます",
        "Joins a list",
    ),
];

pub(crate) const OWN: &[Own] = &[
    // Taken off by the rewriter; registered so that its name is known and checked.
    Own {
        name: "raw",
        required: 0,
        accepted: 0,
        run: same,
    },
    Own {
        name: "fallback",
        required: 1,
        accepted: 1,
        run: fallback,
    },
    Own {
        name: "honorific",
        required: 0,
        accepted: 1,
        run: honorific,
    },
    Own {
        name: "date",
        required: 1,
        accepted: 1,
        run: format_date,
    },
    Own {
        name: "date_ja",
        required: 0,
        accepted: 0,
        run: date_ja,
    },
    Own {
        name: "date_en",
        required: 0,
        accepted: 0,
        run: date_en,
    },
    Own {
        name: "replace",
        required: 1,
        accepted: 2,
        run: replace,
    },
    Own {
        name: "join",
        required: 0,
        accepted: 1,
        run: join,
    },
];

#[expect(clippy::unnecessary_wraps, reason = "every filter has this signature")]
fn same(input: &dyn ValueView, _: &[ValueCow<'_>], _: &dyn Runtime) -> Result<Value> {
    Ok(input.to_value())
}

fn text(value: Option<&ValueCow<'_>>) -> String {
    value
        .map(|value| value.to_kstr().into_string())
        .unwrap_or_default()
}

#[expect(clippy::unnecessary_wraps, reason = "every filter has this signature")]
fn fallback(input: &dyn ValueView, arguments: &[ValueCow<'_>], _: &dyn Runtime) -> Result<Value> {
    let is_blank = input.is_nil()
        || input.as_array().is_some_and(|list| list.size() == 0)
        || (input.is_scalar() && input.to_kstr().trim().is_empty());
    if is_blank {
        Ok(Value::scalar(text(arguments.first())))
    } else {
        Ok(input.to_value())
    }
}

#[expect(clippy::unnecessary_wraps, reason = "every filter has this signature")]
fn honorific(input: &dyn ValueView, arguments: &[ValueCow<'_>], _: &dyn Runtime) -> Result<Value> {
    let name = input.to_kstr();
    let name = name.trim();
    let suffix = arguments
        .first()
        .map_or_else(|| "様".to_owned(), |given| text(Some(given)));
    if name.is_empty() || name.ends_with(&suffix) {
        return Ok(Value::scalar(name.to_owned()));
    }
    Ok(Value::scalar(format!("{name}{suffix}")))
}

fn format_date(
    input: &dyn ValueView,
    arguments: &[ValueCow<'_>],
    runtime: &dyn Runtime,
) -> Result<Value> {
    let format = text(arguments.first());
    with_instant(input, runtime, |instant| date::strftime(instant, &format))
}

fn date_ja(input: &dyn ValueView, _: &[ValueCow<'_>], runtime: &dyn Runtime) -> Result<Value> {
    if let Some(day) = Yearless::parse(&input.to_kstr()) {
        return Ok(Value::scalar(format!("{}月{}日", day.month, day.day)));
    }
    with_instant(input, runtime, |instant| Some(date::japanese(instant)))
}

fn date_en(input: &dyn ValueView, _: &[ValueCow<'_>], runtime: &dyn Runtime) -> Result<Value> {
    if let Some(day) = Yearless::parse(&input.to_kstr()) {
        return Ok(Value::scalar(date::english_day(day)));
    }
    with_instant(input, runtime, |instant| Some(date::english(instant)))
}

fn with_instant(
    input: &dyn ValueView,
    runtime: &dyn Runtime,
    format: impl FnOnce(&chrono::DateTime<chrono_tz::Tz>) -> Option<String>,
) -> Result<Value> {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let zone = runtime.registers().get_mut::<State>().timezone;
    // What is not a date is shown as it came, as Liquid does.
    let Some(instant) = date::instant(input, zone) else {
        return Ok(input.to_value());
    };
    let written = format(&instant).ok_or_else(|| {
        Error::with_msg("this date format is not known; write it like \"%Y/%m/%d\"")
    })?;
    Ok(Value::scalar(written))
}

fn replace(input: &dyn ValueView, arguments: &[ValueCow<'_>], _: &dyn Runtime) -> Result<Value> {
    let (from, to) = (text(arguments.first()), text(arguments.get(1)));
    let input = input.to_kstr();
    if from.is_empty() {
        return Ok(Value::scalar(input.into_string()));
    }
    // Counted before anything is built: both sides may come from data.
    let grown = input.matches(&from).count().saturating_mul(to.len());
    if grown.saturating_add(input.len()) > MAX_OUTPUT_BYTES {
        return Err(too_large());
    }
    Ok(Value::scalar(input.replace(&from, &to)))
}

fn join(input: &dyn ValueView, arguments: &[ValueCow<'_>], _: &dyn Runtime) -> Result<Value> {
    let glue = arguments
        .first()
        .map_or_else(|| " ".to_owned(), |given| text(Some(given)));
    let Some(list) = input.as_array() else {
        return Ok(input.to_value());
    };
    let mut joined = String::new();
    for (index, item) in list.values().enumerate() {
        if index > 0 {
            joined.push_str(&glue);
        }
        joined.push_str(item.to_kstr().as_str());
        if joined.len() > MAX_OUTPUT_BYTES {
            return Err(too_large());
        }
    }
    Ok(Value::scalar(joined))
}
