//! Numbers, money and shares.
//!
//! Japanese counts in 万 from 10,000 in figures and writes full digits in tables; English groups in thousands. Minus is
//! `−` (U+2212), so that it stands as wide as the plus.

use crate::state::locale::{self, Locale};

/// A figure split for the page: the digits large, the unit small and grey behind them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// The sign and digits.
    pub digits: String,
    /// What follows small, `""` if nothing does.
    pub unit: String,
}

impl Figure {
    /// Joins digits and unit for places that know one size only.
    pub fn joined(&self) -> String {
        format!("{}{}", self.digits, self.unit)
    }
}

/// Groups an integer in thousands: `12,345`, `−8`.
pub fn integer(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 + 3);
    if value < 0 {
        grouped.push('−');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Writes a number with a fixed count of decimals, grouped: `1,234.5`.
pub fn decimal(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let grouped = whole
        .parse::<i64>()
        .map_or_else(|_| whole.to_owned(), integer);
    let is_zero = text.chars().all(|c| matches!(c, '0' | '.'));
    let sign = if value < 0.0 && !is_zero { "−" } else { "" };
    if fraction.is_empty() {
        format!("{sign}{grouped}")
    } else {
        format!("{sign}{grouped}.{fraction}")
    }
}

/// Shortens a count for a figure: `184万`, `1.84M`; below 10,000 nothing is lost.
pub fn short(value: i64) -> Figure {
    short_in(locale::current(), value)
}

fn short_in(locale: Locale, value: i64) -> Figure {
    #[expect(
        clippy::cast_precision_loss,
        reason = "three significant digits are shown"
    )]
    let size = value as f64;
    let steps: &[(f64, &str)] = match locale {
        Locale::Ja => &[(1e8, "億"), (1e4, "万")],
        Locale::En => &[(1e9, "B"), (1e6, "M"), (1e4, "K")],
    };
    for (step, unit) in steps {
        if size.abs() >= *step {
            // English thousands start at 10,000 but are counted by the thousand.
            let divisor = if *unit == "K" { 1e3 } else { *step };
            return Figure {
                digits: trimmed(size / divisor),
                unit: (*unit).to_owned(),
            };
        }
    }
    Figure {
        digits: integer(value),
        unit: String::new(),
    }
}

/// Three significant digits without idle zeros: `1.84`, `18.4`, `184`.
fn trimmed(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    let text = decimal(value, decimals);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Returns how many minor digits a currency has (ISO 4217; two unless listed).
pub fn minor_digits(currency: &str) -> u32 {
    match currency {
        "JPY" | "KRW" | "VND" | "CLP" | "ISK" | "UGX" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// Writes an amount of minor units in full: `¥482,310`, `$12.50`, `−¥300`.
pub fn money(minor: i64, currency: &str) -> String {
    let digits = minor_digits(currency);
    let sign = if minor < 0 { "−" } else { "" };
    let base = 10_u64.pow(digits);
    let size = minor.unsigned_abs();
    let whole = integer(i64::try_from(size / base).unwrap_or(i64::MAX));
    let symbol = symbol(currency);
    if digits == 0 {
        return format!("{sign}{symbol}{whole}");
    }
    format!(
        "{sign}{symbol}{whole}.{:0width$}",
        size % base,
        width = digits as usize
    )
}

/// Shortens an amount for a figure: `184` + `万円` in Japanese, `¥1.84M` in English.
pub fn money_short(minor: i64, currency: &str) -> Figure {
    money_short_in(locale::current(), minor, currency)
}

fn money_short_in(locale: Locale, minor: i64, currency: &str) -> Figure {
    let base = 10_i64.pow(minor_digits(currency));
    if minor.abs() / base < 10_000 {
        if locale == Locale::Ja && currency == "JPY" {
            return Figure {
                digits: integer(minor),
                unit: "円".to_owned(),
            };
        }
        return Figure {
            digits: money(minor, currency),
            unit: String::new(),
        };
    }
    let figure = short_in(locale, minor / base);
    if locale == Locale::Ja && currency == "JPY" {
        return Figure {
            digits: figure.digits,
            unit: format!("{}円", figure.unit),
        };
    }
    let (sign, digits) = figure
        .digits
        .strip_prefix('−')
        .map_or(("", &*figure.digits), |rest| ("−", rest));
    Figure {
        digits: format!("{sign}{}{digits}", symbol(currency)),
        unit: figure.unit,
    }
}

fn symbol(currency: &str) -> String {
    match currency {
        "JPY" => "¥".to_owned(),
        "USD" => "$".to_owned(),
        "EUR" => "€".to_owned(),
        "GBP" => "£".to_owned(),
        "KRW" => "₩".to_owned(),
        other => format!("{other} "),
    }
}

/// Writes a share (0–1) with one decimal: `12.4%`; a share that is not known is `–`, never zero.
pub fn percent(share: Option<f64>) -> String {
    share.filter(|share| share.is_finite()).map_or_else(
        || "–".to_owned(),
        |share| format!("{}%", decimal(share * 100.0, 1)),
    )
}

/// Writes `part` of `whole` as a figure: digits and a small `%`.
pub fn rate_figure(part: i64, whole: i64) -> Figure {
    if whole <= 0 {
        return Figure {
            digits: "–".to_owned(),
            unit: String::new(),
        };
    }
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let share = part as f64 / whole as f64;
    Figure {
        digits: decimal(share * 100.0, 1),
        unit: "%".to_owned(),
    }
}

/// Writes a difference of shares in points, with its sign: `+9.8pt`.
pub fn points(difference: f64) -> String {
    let text = decimal(difference * 100.0, 1);
    if text.starts_with('−') {
        format!("{text}pt")
    } else {
        format!("+{text}pt")
    }
}

/// Reads a whole number as people type it: full-width digits, grouping commas and a wide minus included.
pub fn parse(text: &str) -> Option<i64> {
    let plain: String = text
        .trim()
        .chars()
        .filter(|c| !matches!(c, ',' | '，' | '、' | ' ' | '　'))
        .map(|c| match c {
            '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10).unwrap_or(c),
            '−' | '－' | 'ー' => '-',
            '＋' => '+',
            other => other,
        })
        .collect();
    plain.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_grouped_with_a_true_minus() {
        for (value, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
            (-12_345, "−12,345"),
            (-1, "−1"),
        ] {
            assert_eq!(integer(value), text);
        }
    }

    #[test]
    fn japanese_figures_count_in_man_from_ten_thousand() {
        let yen = |minor| money_short_in(Locale::Ja, minor, "JPY").joined();
        assert_eq!(yen(6_412), "6,412円");
        assert_eq!(yen(10_000), "1万円");
        assert_eq!(yen(1_840_000), "184万円");
        assert_eq!(yen(123_456_789), "1.23億円");
        assert_eq!(yen(-31_500), "−3.15万円");
    }

    #[test]
    fn english_figures_count_in_thousands() {
        let yen = |minor| money_short_in(Locale::En, minor, "JPY").joined();
        assert_eq!(yen(6_412), "¥6,412");
        assert_eq!(yen(1_840_000), "¥1.84M");
        assert_eq!(yen(-31_500), "−¥31.5K");
        assert_eq!(money_short_in(Locale::En, 1_250, "USD").joined(), "$12.50");
    }

    #[test]
    fn numbers_are_read_as_people_type_them() {
        for (text, value) in [
            ("１２，３４５", Some(12_345)),
            (" 1,000 ", Some(1_000)),
            ("－５", Some(-5)),
            ("", None),
            ("十", None),
        ] {
            assert_eq!(parse(text), value, "{text}");
        }
    }

    #[test]
    fn tables_show_every_digit() {
        assert_eq!(money(482_310, "JPY"), "¥482,310");
        assert_eq!(money(-1_205, "USD"), "−$12.05");
        assert_eq!(money(1_234_567, "KWD"), "KWD 1,234.567");
    }

    #[test]
    fn an_unknown_share_is_not_zero() {
        assert_eq!(percent(Some(0.1237)), "12.4%");
        assert_eq!(percent(None), "–");
        assert_eq!(percent(Some(f64::NAN)), "–");
        assert_eq!(rate_figure(3, 0).joined(), "–");
        assert_eq!(rate_figure(1, 8).joined(), "12.5%");
        assert_eq!(points(0.098), "+9.8pt");
        assert_eq!(points(-0.004), "−0.4pt");
    }
}
