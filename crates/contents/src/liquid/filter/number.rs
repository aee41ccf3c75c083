//! Arithmetic that does not overflow, money and grouped numbers.

use liquid_core::model::ScalarCow;
use liquid_core::{Error, Result, Runtime, Value, ValueCow, ValueView};

use super::Own;

pub(crate) const NUMBER: &[Own] = &[
    Own {
        name: "plus",
        required: 1,
        accepted: 1,
        run: plus,
    },
    Own {
        name: "minus",
        required: 1,
        accepted: 1,
        run: minus,
    },
    Own {
        name: "times",
        required: 1,
        accepted: 1,
        run: times,
    },
    Own {
        name: "divided_by",
        required: 1,
        accepted: 1,
        run: divided_by,
    },
    Own {
        name: "modulo",
        required: 1,
        accepted: 1,
        run: modulo,
    },
    Own {
        name: "money",
        required: 0,
        accepted: 1,
        run: money,
    },
    Own {
        name: "number",
        required: 0,
        accepted: 0,
        run: number,
    },
];

fn plus(input: &dyn ValueView, arguments: &[ValueCow<'_>], _: &dyn Runtime) -> Result<Value> {
    calculate(input, arguments, i64::checked_add, |a, b| a + b)
}

fn minus(input: &dyn ValueView, arguments: &[ValueCow<'_>], _: &dyn Runtime) -> Result<Value> {
    calculate(input, arguments, i64::checked_sub, |a, b| a - b)
}

fn times(input: &dyn ValueView, arguments: &[ValueCow<'_>], _: &dyn Runtime) -> Result<Value> {
    calculate(input, arguments, i64::checked_mul, |a, b| a * b)
}

fn divided_by(input: &dyn ValueView, arguments: &[ValueCow<'_>], _: &dyn Runtime) -> Result<Value> {
    calculate(input, arguments, i64::checked_div, |a, b| a / b)
}

fn modulo(input: &dyn ValueView, arguments: &[ValueCow<'_>], _: &dyn Runtime) -> Result<Value> {
    calculate(input, arguments, i64::checked_rem, |a, b| a % b)
}

/// Calculates in whole numbers where both are whole; nil stays nil.
fn calculate(
    input: &dyn ValueView,
    arguments: &[ValueCow<'_>],
    whole: fn(i64, i64) -> Option<i64>,
    real: fn(f64, f64) -> f64,
) -> Result<Value> {
    let Some(operand) = arguments.first() else {
        return Ok(Value::Nil);
    };
    if input.is_nil() || operand.is_nil() {
        return Ok(Value::Nil);
    }
    let a = input.as_scalar();
    let b = operand.as_scalar();
    let integers = (
        a.as_ref().and_then(ScalarCow::to_integer),
        b.as_ref().and_then(ScalarCow::to_integer),
    );
    if let (Some(a), Some(b)) = integers {
        let result = whole(a, b)
            .ok_or_else(|| Error::with_msg("division by zero, or a result that is too large"))?;
        return Ok(Value::scalar(result));
    }
    match (a.and_then(|a| a.to_float()), b.and_then(|b| b.to_float())) {
        (Some(a), Some(b)) => Ok(Value::scalar(real(a, b))),
        _ => Err(Error::with_msg("both values must be numbers")),
    }
}

fn money(input: &dyn ValueView, arguments: &[ValueCow<'_>], _: &dyn Runtime) -> Result<Value> {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let minor = input
        .as_scalar()
        .and_then(|scalar| scalar.to_integer())
        .ok_or_else(|| Error::with_msg("`money` takes a whole number of minor units"))?;
    let currency = arguments.first().filter(|c| !c.is_nil()).map_or_else(
        || "JPY".to_owned(),
        |c| c.to_kstr().into_string().to_uppercase(),
    );
    Ok(Value::scalar(format_money(minor, &currency)))
}

fn format_money(minor: i64, currency: &str) -> String {
    let digits = match currency {
        "JPY" | "KRW" | "VND" | "CLP" | "ISK" => 0,
        "BHD" | "KWD" | "JOD" | "OMR" | "TND" => 3,
        _ => 2,
    };
    let symbol = match currency {
        "JPY" | "CNY" => "¥",
        "USD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        "KRW" => "₩",
        _ => "",
    };
    let unit = 10_u64.pow(digits);
    let amount = minor.unsigned_abs();
    let sign = if minor < 0 { "-" } else { "" };
    let major = group(&(amount / unit).to_string());
    let fraction = if digits == 0 {
        String::new()
    } else {
        format!(
            ".{:0width$}",
            amount % unit,
            width = usize::try_from(digits).unwrap_or(2)
        )
    };
    if symbol.is_empty() {
        format!("{sign}{major}{fraction} {currency}")
    } else {
        format!("{sign}{symbol}{major}{fraction}")
    }
}

#[expect(clippy::unnecessary_wraps, reason = "every filter has this signature")]
fn number(input: &dyn ValueView, _: &[ValueCow<'_>], _: &dyn Runtime) -> Result<Value> {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let text = input.to_kstr();
    let text = text.as_str();
    let (sign, digits) = text
        .strip_prefix('-')
        .map_or(("", text), |rest| ("-", rest));
    let (major, fraction) = digits
        .split_once('.')
        .map_or((digits, ""), |(major, fraction)| (major, fraction));
    if major.is_empty()
        || !major
            .bytes()
            .chain(fraction.bytes())
            .all(|b| b.is_ascii_digit())
    {
        return Ok(input.to_value());
    }
    let point = if fraction.is_empty() { "" } else { "." };
    Ok(Value::scalar(format!(
        "{sign}{}{point}{fraction}",
        group(major)
    )))
}

fn group(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::{format_money, group};

    #[test]
    fn money_is_written_as_its_readers_expect() {
        let cases = [
            (1234, "JPY", "¥1,234"),
            (1234, "USD", "$12.34"),
            (-5, "USD", "-$0.05"),
            (0, "JPY", "¥0"),
            (1_234_567, "KWD", "1,234.567 KWD"),
            (i64::MIN, "JPY", "-¥9,223,372,036,854,775,808"),
        ];
        for (minor, currency, expected) in cases {
            assert_eq!(format_money(minor, currency), expected);
        }
        assert_eq!(group("1000000"), "1,000,000");
    }
}
