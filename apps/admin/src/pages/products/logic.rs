//! Prices as people type them, in minor units; without a browser.

use crate::format::number;

/// Reads a price in a currency's own digits: `298`, `12.50`, `１，２９８`. Empty is no price.
pub(super) fn price(text: &str, currency: &str) -> Result<Option<i64>, ()> {
    let plain: String = text
        .trim()
        .chars()
        .filter(|c| !matches!(c, ',' | '，' | '¥' | '￥' | '$' | '€' | '円' | ' ' | '　'))
        .map(|c| match c {
            '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10).unwrap_or(c),
            '．' => '.',
            other => other,
        })
        .collect();
    if plain.is_empty() {
        return Ok(None);
    }
    let digits = number::minor_digits(currency) as usize;
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    if fraction.len() > digits || !plain.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return Err(());
    }
    format!("{whole}{fraction:0<digits$}")
        .parse()
        .map(Some)
        .map_err(|_| ())
}

/// Writes a price for a field.
pub(super) fn typed(minor: Option<i64>, currency: &str) -> String {
    let Some(minor) = minor else {
        return String::new();
    };
    let digits = number::minor_digits(currency);
    if digits == 0 {
        return minor.to_string();
    }
    let base = 10_i64.pow(digits);
    format!(
        "{}.{:0width$}",
        minor / base,
        minor % base,
        width = digits as usize
    )
}

/// Whether an address may be shown as a picture: the page's policy lets no other through.
pub(super) fn is_picture(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_as_people_type_them() {
        for (text, currency, minor) in [
            ("298", "JPY", Ok(Some(298))),
            ("１，２９８円", "JPY", Ok(Some(1_298))),
            ("12.5", "USD", Ok(Some(1_250))),
            ("$12", "USD", Ok(Some(1_200))),
            ("", "JPY", Ok(None)),
            ("2.5", "JPY", Err(())),
            ("dear", "JPY", Err(())),
        ] {
            assert_eq!(price(text, currency), minor, "{text}");
        }
    }

    #[test]
    fn a_price_comes_back_as_it_was() {
        for (minor, currency) in [(298, "JPY"), (1_205, "USD"), (1_234_567, "KWD")] {
            assert_eq!(
                price(&typed(Some(minor), currency), currency),
                Ok(Some(minor))
            );
        }
    }
}
