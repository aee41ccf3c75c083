//! Addresses in running text.

use std::sync::LazyLock;

use regex::Regex;

use super::letter::regex;

/// An address as carriers and people write them: also with dots where RFC 5321 has none.
pub(super) const ADDRESS: &str =
    r#"(?:"[^"\s@]+"|[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+)@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"#;

static ANY: LazyLock<Regex> = LazyLock::new(|| regex(ADDRESS));

/// Returns the addresses of a text, in order, each once.
pub(super) fn addresses(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for one in ANY.find_iter(text) {
        push(&mut found, one.as_str());
    }
    found
}

/// Returns the first address of a text.
pub(super) fn address(text: &str) -> Option<String> {
    addresses(text).into_iter().next()
}

/// Adds an address, unless it is there already.
pub(super) fn push(found: &mut Vec<String>, address: &str) {
    let bare = bare(address);
    if bare.contains('@') && !found.iter().any(|own| own.eq_ignore_ascii_case(&bare)) {
        found.push(bare);
    }
}

/// Takes off what stands round an address: brackets, the type of a report's field, quotes that it does not need.
pub(super) fn bare(address: &str) -> String {
    let text = address
        .trim()
        .trim_matches(['<', '>', '(', ')', '[', ']', ';', ',', ':']);
    let text = text
        .strip_prefix("mailto:")
        .unwrap_or(text)
        .trim_end_matches('.');
    match text.rsplit_once('@') {
        Some((local, domain)) => {
            let inner = local
                .strip_prefix('"')
                .and_then(|local| local.strip_suffix('"'));
            format!(
                "{}@{domain}",
                inner.unwrap_or(local).trim_start_matches('\'')
            )
        }
        None => text.to_owned(),
    }
}

/// Tells whether two addresses are one, the quotes of carriers' addresses aside.
pub(super) fn same(one: &str, other: &str) -> bool {
    bare(one).eq_ignore_ascii_case(&bare(other))
}
