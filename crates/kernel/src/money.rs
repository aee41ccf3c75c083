//! Money: integer minor units and an ISO 4217 currency. Never a float.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount in minor units (yen, cents) of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// Minor units; negative for refunds.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

/// An ISO 4217 currency code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// Why a text is not an amount or a currency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The code is not three letters.
    #[error("a currency is three letters such as JPY")]
    Currency,
    /// The text is not a decimal number.
    #[error("an amount is a decimal number such as 1280 or 12.80")]
    Amount,
    /// The amount has more decimals than the currency.
    #[error("{currency} has {digits} decimals")]
    Decimals {
        /// The currency in question.
        currency: Currency,
        /// How many decimals it has.
        digits: u32,
    },
    /// The amount does not fit into 64 bits of minor units.
    #[error("the amount is too large")]
    TooLarge,
}

impl Currency {
    /// Japanese yen, the default of a new workspace.
    pub const JPY: Self = Self(*b"JPY");

    /// Reads a code; lower case is accepted.
    pub fn parse(code: &str) -> Result<Self, MoneyError> {
        let bytes: [u8; 3] = code
            .as_bytes()
            .try_into()
            .map_err(|_| MoneyError::Currency)?;
        if bytes.iter().all(u8::is_ascii_alphabetic) {
            Ok(Self(bytes.map(|byte| byte.to_ascii_uppercase())))
        } else {
            Err(MoneyError::Currency)
        }
    }

    /// Returns the code, upper case.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Returns the number of decimals by ISO 4217 (2 unless listed).
    pub fn digits(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG"
            | b"RWF" | b"UGX" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl TryFrom<String> for Currency {
    type Error = MoneyError;
    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::parse(&code)
    }
}
impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

impl Money {
    /// Reads a decimal text exactly: thousands commas, full-width digits and ¥ are understood, trailing
    /// zeros beyond the currency's decimals are dropped, anything that would need rounding is refused.
    pub fn parse(text: &str, currency: &str) -> Result<Self, MoneyError> {
        let currency = Currency::parse(currency)?;
        let digits = currency.digits();
        let plain: String = text.trim().chars().filter_map(plain_char).collect();
        let (negative, plain) = match plain.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, plain.as_str()),
        };
        let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return Err(MoneyError::Amount);
        }
        let fraction = fraction.trim_end_matches('0');
        let width = usize::try_from(digits).unwrap_or(0);
        if fraction.len() > width {
            return Err(MoneyError::Decimals { currency, digits });
        }
        let minor: i64 = format!("{whole}{fraction:0<width$}")
            .parse()
            .map_err(|_| MoneyError::TooLarge)?;
        Ok(Self {
            minor: if negative { -minor } else { minor },
            currency,
        })
    }
}

/// Folds full-width digits and drops what people write around an amount.
fn plain_char(c: char) -> Option<char> {
    match c {
        ',' | '，' | '、' | '¥' | '￥' | '円' | '$' | ' ' | '\u{3000}' => None,
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')),
        '．' => Some('.'),
        '−' | '－' | '▲' | '△' => Some('-'),
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_exactly_or_refused() {
        let minor = |text, code| Money::parse(text, code).map(|money| money.minor);
        assert_eq!(minor("12.8", "USD"), Ok(1280));
        assert_eq!(minor("-0.05", "usd"), Ok(-5));
        assert_eq!(minor("1,280", "JPY"), Ok(1280));
        assert_eq!(minor("￥１，２８０円", "JPY"), Ok(1280));
        assert_eq!(minor("▲500", "JPY"), Ok(-500));
        assert_eq!(minor("100.00", "JPY"), Ok(100));
        assert_eq!(minor("1.005", "KWD"), Ok(1005));
        assert!(matches!(
            minor("0.5", "JPY"),
            Err(MoneyError::Decimals { digits: 0, .. })
        ));
        assert_eq!(minor("", "JPY"), Err(MoneyError::Amount));
        assert_eq!(minor("1e5", "JPY"), Err(MoneyError::Amount));
        assert_eq!(minor("--5", "JPY"), Err(MoneyError::Amount));
        assert_eq!(
            minor("99999999999999999999", "JPY"),
            Err(MoneyError::TooLarge)
        );
        assert_eq!(minor("1", "円"), Err(MoneyError::Currency));
    }
}
