//! Rules on the text of every file under version control.

use std::path::Path;

/// A longer file has grown a second reason to change.
const MAX_LINES: usize = 500;

/// Files that may be longer, each with the reason.
const LONG_FILES: &[(&str, &str)] = &[];

/// Endings of files that people write and read as code.
const CODE: &[&str] = &["rs", "js", "mjs", "css", "sh", "sql"];

/// Unfinished or silenced code, and what to do instead. Split so that this table does not find itself.
const RUST_WORDS: &[(&str, &str)] = &[
    (
        concat!("#[ign", "ore"),
        "a test runs or is deleted; long ones belong to a command of xtask",
    ),
    (concat!("#[should_", "panic"), "assert on the error instead"),
    (concat!("tod", "o!("), "finish it or leave it out"),
    (concat!("unimple", "mented!("), "finish it or leave it out"),
];

/// Traces of one person's machine or of an unfinished merge.
const WORDS: &[(&str, &str)] = &[
    (concat!("/wo", "rk/"), "a path of one machine"),
    // With the dot of a hidden folder: `/root/any` is a good JSON pointer.
    (concat!("/ro", "ot/."), "a path of one machine"),
    (concat!("<<<<", "<<< "), "an unfinished merge"),
    (concat!(">>>>", ">>> "), "an unfinished merge"),
];

/// Only continuous integration may look beside the checkout, for optional public specifications.
const BESIDE: &str = concat!("../sha", "red");
const MAY_LOOK_BESIDE: &[&str] = &[".ci/run"];

/// Checks one file.
pub(super) fn check(path: &str, text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    let extension = Path::new(path)
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default();
    let lines = text.lines().count();
    if CODE.contains(&extension) && lines > MAX_LINES && !is_listed(path) {
        complaints.push(format!(
            "{path}: {lines} lines, over {MAX_LINES}; split it by reason to change"
        ));
    }
    if path.ends_with("/mod.rs") {
        complaints.push(format!(
            "{path}: a module lives in name.rs beside its folder, not in mod.rs"
        ));
    }
    if path.ends_with("package-lock.json") && text.contains("\"resolved\":") {
        complaints.push(format!(
            "{path}: names a registry's host; set npm's omit-lockfile-registry-resolved"
        ));
    }
    for (number, line) in text.lines().enumerate() {
        let rust = RUST_WORDS.iter().filter(|_| extension == "rs");
        for (word, why) in rust.chain(WORDS) {
            if line.contains(word) {
                complaints.push(format!("{path}:{}: {word} - {why}", number + 1));
            }
        }
        if line.contains(BESIDE) && !MAY_LOOK_BESIDE.contains(&path) {
            complaints.push(format!(
                "{path}:{}: a path outside the checkout",
                number + 1
            ));
        }
    }
    complaints
}

/// Checks that the list of exceptions names only what is there.
pub(super) fn check_allow_list(tracked: &[String]) -> Vec<String> {
    LONG_FILES
        .iter()
        .filter(|(path, _)| !tracked.iter().any(|known| known == path))
        .map(|(path, _)| format!("{path}: is on the list of long files but not in the repository"))
        .collect()
}

fn is_listed(path: &str) -> bool {
    LONG_FILES.iter().any(|(listed, _)| *listed == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_file_passes() {
        assert_eq!(
            check("crates/kernel/src/id.rs", "//! Ids.\n"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_long_file_is_found() {
        let text = "\n".repeat(MAX_LINES + 1);
        assert_eq!(check("crates/a/src/lib.rs", &text).len(), 1);
        assert_eq!(check("docs/long.md", &text).len(), 0);
        assert_eq!(
            check("crates/a/src/lib.rs", &"\n".repeat(MAX_LINES)).len(),
            0
        );
    }

    #[test]
    fn silenced_and_unfinished_code_is_found_with_its_line() {
        for (word, _) in RUST_WORDS {
            let found = check("crates/a/src/lib.rs", &format!("fn a() {{}}\n    {word}"));
            assert_eq!(found.len(), 1, "{word}");
            assert!(
                found
                    .iter()
                    .all(|text| text.starts_with("crates/a/src/lib.rs:2: ")),
                "{found:?}"
            );
            assert!(
                check("docs/a.md", word).is_empty(),
                "prose may speak about {word}"
            );
        }
    }

    #[test]
    fn paths_of_one_machine_are_found_anywhere() {
        for (word, _) in WORDS {
            assert_eq!(check("docs/a.md", word).len(), 1, "{word}");
        }
        assert_eq!(check("docs/a.md", BESIDE).len(), 1);
        assert_eq!(check(".ci/run", BESIDE).len(), 0);
    }

    #[test]
    fn mod_rs_and_registry_hosts_are_found() {
        assert_eq!(check("crates/a/src/b/mod.rs", "").len(), 1);
        assert_eq!(
            check("tests/e2e/package-lock.json", "{ \"resolved\": \"x\" }").len(),
            1
        );
    }
}
