//! No text for the reader's eye stands in the admin's code: it comes from `locales`, in both languages.
//!
//! A sentence is guessed from its look: a capital letter, a blank, more words. Names of headers pass,
//! and names of events in the files that `EVENT_NAMES` lists; any other false alarm is worked round by
//! moving the text to where it belongs. `format` writes numbers and dates the way each language does,
//! and so is of the same kind as `locales`.

use std::path::Path;

/// Marks of a line whose literal nobody reads in the browser's page.
const FOR_DEVELOPERS: &[&str] = &[
    "expect(",
    "reason =",
    "reason=",
    "#[",
    "#![",
    "panic!",
    "assert",
    "error!(",
    "warn!(",
    "log!(",
    "unreachable!",
];

/// Files that name events, with the names they may use.
///
/// The names are Segment's and stand so in the data: the code compares and sends them, and the reader
/// sees the words that `locales` has for them. A name passes only in its file, so that a heading that
/// looks like one is found everywhere else.
const EVENT_NAMES: &[(&str, &[&str])] = &[
    (
        "apps/admin/src/pages/customers/words.rs",
        &[
            "Order Completed",
            "Order Refunded",
            "Product Refunded",
            "Order Cancelled",
            "Product Purchased",
            "Product Viewed",
            "Product Clicked",
            "Product List Viewed",
            "Products Searched",
            "Product Added",
            "Product Removed",
            "Cart Viewed",
            "Checkout Started",
            "Coupon Entered",
            "Coupon Applied",
            "Page Viewed",
            "Screen Viewed",
            "Signed Up",
            "Signed In",
        ],
    ),
    // A new condition about events begins with this one.
    (
        "apps/admin/src/pages/segments/tree.rs",
        &["Product Purchased"],
    ),
    (
        "apps/admin/src/pages/segments/logic/sequence.rs",
        &["Product Added", "Product Purchased", "Order Completed"],
    ),
    // The usual table of points.
    (
        "apps/admin/src/pages/settings/computed/logic/affinity.rs",
        &["Product Purchased", "Product Added", "Product Viewed"],
    ),
    (
        "apps/admin/src/pages/settings/computed/logic/score.rs",
        &[
            "Form Submitted",
            "Products Searched",
            "Page Viewed",
            "Error Shown",
        ],
    ),
];

/// Checks one file of the admin.
pub(super) fn check(path: &str, text: &str) -> Vec<String> {
    let is_rust = Path::new(path)
        .extension()
        .is_some_and(|ending| ending == "rs");
    let exempt = ["/locales/", "/format/", "/tests/", "/tests.rs"]
        .iter()
        .any(|part| path.contains(part));
    if !path.starts_with("apps/admin/src/") || !is_rust || exempt {
        return Vec::new();
    }
    let mut complaints = Vec::new();
    for (number, line) in text.lines().enumerate() {
        // Tests stand at the foot of a file.
        if line.trim_start().starts_with("#[cfg(test)]") {
            break;
        }
        if line.trim_start().starts_with("//")
            || FOR_DEVELOPERS.iter().any(|mark| line.contains(mark))
        {
            continue;
        }
        for literal in literals(line) {
            if is_event_name(path, &literal) {
                continue;
            }
            if literal.chars().any(is_japanese) || is_sentence(&literal) {
                complaints.push(format!(
                    "{path}:{}: \"{literal}\" belongs into locales",
                    number + 1
                ));
            }
        }
    }
    complaints
}

/// Returns the string literals of a line, as far as the line holds them whole.
fn literals(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut current: Option<String> = None;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match (&mut current, character) {
            // A quote in a character literal opens nothing.
            (None, '\'') if characters.peek() == Some(&'"') => {
                characters.next();
            }
            (None, '/') if characters.peek() == Some(&'/') => break,
            (None, '"') => current = Some(String::new()),
            (Some(text), '\\') => text.extend(characters.next()),
            (Some(_), '"') => found.extend(current.take()),
            (Some(text), other) => text.push(other),
            (None, _) => {}
        }
    }
    found
}

fn is_event_name(path: &str, literal: &str) -> bool {
    EVENT_NAMES
        .iter()
        .any(|(file, names)| *file == path && names.contains(&literal))
}

fn is_sentence(literal: &str) -> bool {
    let words: Vec<&str> = literal
        .split(' ')
        .filter(|word| word.chars().any(char::is_alphabetic))
        .collect();
    let capital = literal.starts_with(|first: char| first.is_ascii_uppercase());
    // "M 0 0 L 1 1" is a path of a picture, "GET /api" a request line.
    let spoken = words.iter().filter(|word| {
        word.len() > 1
            && word
                .chars()
                .all(|c| c.is_alphabetic() || ".,!?…'’".contains(c))
    });
    capital && words.len() > 1 && spoken.count() > 1
}

fn is_japanese(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff9f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "apps/admin/src/pages/home.rs";

    #[test]
    fn text_for_the_reader_is_found() {
        for line in [
            "<h1>\"Save changes\"</h1>",
            "let a = \"保存\";",
            "title=\"No campaigns yet.\"",
        ] {
            assert_eq!(check(PAGE, line).len(), 1, "{line}");
        }
    }

    #[test]
    fn other_literals_pass() {
        for line in [
            "class=\"stat card\"",
            "header(\"Content-Type\", \"application/json\")",
            "d=\"M 0 0 L 10 10\"",
            "value == '\"' && other == '\"' // Not A Sentence",
            "    /// \"Save changes\"",
            "name.expect(\"The router always has it\")",
            "#[expect(dead_code, reason = \"The gallery uses it\")]",
            "t!(i18n, home.title)",
            "#[cfg(test)]\nmod tests { \"Save changes\" }",
        ] {
            assert_eq!(check(PAGE, line), Vec::<String>::new(), "{line}");
        }
        assert!(check("apps/server/src/main.rs", "\"Save changes\"").is_empty());
    }

    #[test]
    fn names_of_events_pass_in_their_files_only() {
        let words = "apps/admin/src/pages/customers/words.rs";
        let tree = "apps/admin/src/pages/segments/tree.rs";
        let ordered = "\"Order Completed\" => t::customers::ordered(),";
        assert_eq!(check(words, ordered), Vec::<String>::new());
        assert_eq!(check(tree, ordered).len(), 1);
        assert_eq!(check(PAGE, ordered).len(), 1);
        let bought = "json!({\"names\": [\"Product Purchased\"]})";
        assert_eq!(check(tree, bought), Vec::<String>::new());
        // The file is not exempt, only the names are.
        assert_eq!(check(words, "\"Save changes\"").len(), 1);
    }
}
