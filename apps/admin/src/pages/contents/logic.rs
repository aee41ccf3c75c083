//! What needs no browser: places in a source, fields by their pointer, what a document becomes.

use api_types::contents::{ContentFinding, EmptyVariable};

use crate::{i18n as t, ui::CodeError};

/// The languages that the editor writes.
pub const LOCALES: [&str; 2] = ["ja", "en"];

/// Says a language in the reader's own.
pub fn locale_name(locale: &str) -> String {
    match locale.split('-').next() {
        Some("ja") => t::contents::locale_ja().to_owned(),
        Some("en") => t::contents::locale_en().to_owned(),
        _ => locale.to_owned(),
    }
}

/// A field of a document and a place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The language.
    pub locale: String,
    /// `subject`, `preheader`, `mjml` or `text`.
    pub field: String,
    /// Line, from 1; 0 for the field as a whole.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

impl Spot {
    /// Reads a pointer such as `/document/variants/ja/mjml`; `None` when it names no field of a variant.
    pub fn read(pointer: &str, line: Option<u32>, column: Option<u32>) -> Option<Self> {
        let rest = pointer.strip_prefix("/document").unwrap_or(pointer);
        let (locale, field) = rest.strip_prefix("/variants/")?.split_once('/')?;
        let place = |at: Option<u32>| at.map_or(0, |at| usize::try_from(at).unwrap_or_default());
        Some(Self {
            locale: locale.to_owned(),
            field: field.to_owned(),
            line: place(line),
            column: place(column),
        })
    }
}

/// One line of the list of checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// `error`, `warning` or `info`.
    pub severity: String,
    /// What it is and how to mend it.
    pub message: String,
    /// Where it is.
    pub spot: Option<Spot>,
}

/// Lists findings and empty variables of the language in view, the worst first.
pub fn checks(findings: &[ContentFinding], empty: &[EmptyVariable], locale: &str) -> Vec<Check> {
    let of_finding = |finding: &ContentFinding| Check {
        severity: finding.severity.clone(),
        message: finding.message.clone(),
        spot: Spot::read(&finding.pointer, finding.line, finding.column),
    };
    let of_empty = |variable: &EmptyVariable| Check {
        severity: "warning".to_owned(),
        message: t::contents::empty_variable(&variable.variable),
        spot: Spot::read(
            &variable.pointer,
            Some(variable.line),
            Some(variable.column),
        ),
    };
    let mut checks: Vec<Check> = findings.iter().map(of_finding).collect();
    checks.extend(empty.iter().map(of_empty));
    checks.retain(|check| {
        check
            .spot
            .as_ref()
            .is_none_or(|spot| spot.locale == locale || !LOCALES.contains(&spot.locale.as_str()))
    });
    checks.sort_by_key(|check| match check.severity.as_str() {
        "error" => 0,
        "warning" => 1,
        _ => 2,
    });
    checks
}

/// Returns the marks of one field.
pub fn marks(errors: &[api_types::FieldError], locale: &str, field: &str) -> Vec<CodeError> {
    errors
        .iter()
        .filter_map(|error| {
            let spot = Spot::read(&error.pointer, error.line, error.column)?;
            (spot.locale == locale && spot.field == field).then(|| CodeError {
                line: spot.line.max(1),
                column: spot.column.max(1),
                message: error.message.clone(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_leads_to_its_field_wherever_the_document_stands() {
        let spot = Spot::read("/document/variants/ja/mjml", Some(12), Some(5)).unwrap();
        assert_eq!(
            (spot.locale.as_str(), spot.field.as_str(), spot.line),
            ("ja", "mjml", 12)
        );
        assert_eq!(
            Spot::read("/variants/en-GB/subject", None, None).map(|spot| spot.line),
            Some(0)
        );
        assert_eq!(Spot::read("/name", None, None), None);
    }

    #[test]
    fn checks_of_the_other_language_wait_for_their_tab() {
        let finding = |severity: &str, pointer: &str| ContentFinding {
            severity: severity.to_owned(),
            code: "x".to_owned(),
            message: pointer.to_owned(),
            pointer: pointer.to_owned(),
            line: None,
            column: None,
        };
        let findings = [
            finding("info", "/variants/ja/mjml"),
            finding("error", "/variants/en/mjml"),
            finding("error", "/name"),
        ];
        let empty = [EmptyVariable {
            variable: "coupon.code".to_owned(),
            pointer: "/variants/ja/subject".to_owned(),
            line: 1,
            column: 4,
        }];
        let seen: Vec<String> = checks(&findings, &empty, "ja")
            .into_iter()
            .map(|check| check.severity)
            .collect();
        assert_eq!(seen, ["error", "warning", "info"]);
    }

    #[test]
    fn a_place_is_counted_as_browsers_count() {}
}
