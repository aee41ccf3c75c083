//! A day of the year without a year, as vCard writes birthdays that are not told in full (RFC 6350, 4.3.1).

use std::fmt;

use chrono::{Datelike, NaiveDate};

/// A month and a day; 29 February is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Yearless {
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
}

impl Yearless {
    /// Makes one; `None` for a day that no year has.
    pub fn new(month: u32, day: u32) -> Option<Self> {
        // 2000 was a leap year.
        let found = NaiveDate::from_ymd_opt(2_000, month, day)?;
        Some(Self {
            month: found.month(),
            day: found.day(),
        })
    }

    /// Reads `--04-15`, or `--0415` as vCard 4 writes it.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("--")?;
        let (month, day) = match digits.len() {
            4 => digits.split_at_checked(2)?,
            5 => digits.split_once('-')?,
            _ => return None,
        };
        let number = |part: &str| {
            let is_pair = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            is_pair.then(|| part.parse().ok()).flatten()
        };
        Self::new(number(month)?, number(day)?)
    }
}

impl fmt::Display for Yearless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "--{:02}-{:02}", self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_writings_read_and_what_is_no_day_does_not() {
        for text in ["--04-15", "--0415"] {
            assert_eq!(Yearless::parse(text).unwrap().to_string(), "--04-15");
        }
        assert!(Yearless::parse("--02-29").is_some());
        for text in [
            "--02-30",
            "--13-01",
            "--4-15",
            "--04-1",
            "--04",
            "---15",
            "04-15",
            "--+4-15",
            "--０４-１５",
            "--04-15T",
            "--🎂🎂",
        ] {
            assert_eq!(Yearless::parse(text), None, "{text}");
        }
    }
}
