//! Attributes that may be used only with a consent of their own.

use super::{Linter, Severity, sources};
use crate::document::EmailVariant;

/// An attribute that is marked as sensitive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sensitive {
    /// Its key.
    pub key: String,
    /// What people call it, in Japanese and English.
    pub label: (String, String),
    /// The purpose whose consent its use needs.
    pub consent: String,
}

/// Which attributes a source uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeUse {
    /// None of those asked about.
    None,
    /// At this place in the source.
    At(usize),
}

const ATTRIBUTES: &str = "attributes";

/// Tells whether a source uses an attribute. Who takes all attributes at once (`{% assign a = customer.attributes %}`, a
/// loop over them) may use any of them.
pub fn attributes_used(source: &str, key: &str) -> AttributeUse {
    for (at, _) in source.match_indices(ATTRIBUTES) {
        if !source
            .get(..at)
            .is_some_and(|before| before.ends_with("customer."))
        {
            continue;
        }
        let rest = source.get(at + ATTRIBUTES.len()..).unwrap_or_default();
        let is_used = if let Some(rest) = rest.strip_prefix('.') {
            rest.strip_prefix(key)
                .is_some_and(|after| !after.starts_with(is_word))
        } else if let Some(rest) = rest.trim_start().strip_prefix('[') {
            let inner = rest.trim_start();
            match inner.chars().next() {
                Some(quote @ ('"' | '\'')) => inner
                    .get(1..)
                    .and_then(|inner| inner.strip_prefix(key))
                    .is_some_and(|after| after.starts_with(quote)),
                // What stands there is known only when it is rendered.
                _ => true,
            }
        } else {
            !rest.starts_with(is_word)
        };
        if is_used {
            return AttributeUse::At(at);
        }
    }
    AttributeUse::None
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '_' | '-')
}

pub(super) fn check(linter: &mut Linter<'_>, variant: &EmailVariant, sensitive: &[Sensitive]) {
    for (field, source) in sources(variant) {
        for attribute in sensitive {
            let AttributeUse::At(offset) = attributes_used(source, &attribute.key) else {
                continue;
            };
            let ((ja, en), consent) = (&attribute.label, &attribute.consent);
            linter.add(
                Severity::Warning,
                "attribute_sensitive",
                (field, source, Some(offset)),
                &format!(
                    "「{ja}」は取り扱いに注意する属性です。これを使うキャンペーンは、対象のセグメントに「{consent}」への同意の条件がないと配信できません。"
                ),
                &format!(
                    "{en} is a sensitive attribute; a campaign that uses it can be launched only to segments that ask for the consent \"{consent}\""
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_an_attribute_is_seen_and_no_other() {
        let uses = |source: &str| attributes_used(source, "病歴") != AttributeUse::None;
        for source in [
            "{{ customer.attributes.病歴 }}",
            "{{ customer.attributes['病歴'] | upcase }}",
            "{{ customer.attributes[ \"病歴\" ] }}",
            "{% if customer.attributes.病歴 == 'x' %}",
            "{{ customer.attributes[key] }}",
            "{% assign a = customer.attributes %}{{ a.病歴 }}",
            "{{ customer.attributes.病歴.size }}",
        ] {
            assert!(uses(source), "{source}");
        }
        for source in [
            "{{ customer.attributes.病歴2 }}",
            "{{ customer.attributes['病歴2'] }}",
            "{{ product.attributes.病歴 }}",
            "病歴についてのお知らせ",
            "{{ customer.attributes.rank }}",
        ] {
            assert!(!uses(source), "{source}");
        }
    }
}
