//! Links between the documents lead somewhere.

use std::path::Path;

/// Checks the relative links of one Markdown file.
pub(super) fn check(root: &Path, path: &str, text: &str) -> Vec<String> {
    let here = Path::new(path);
    if here.extension().is_none_or(|ending| ending != "md") {
        return Vec::new();
    }
    let folder = root.join(here.parent().unwrap_or(Path::new("")));
    let mut complaints = Vec::new();
    let mut in_code = false;
    for (number, line) in text.lines().enumerate() {
        in_code ^= line.trim_start().starts_with("```");
        if in_code {
            continue;
        }
        for target in targets(line) {
            let file = target.split('#').next().unwrap_or_default();
            let is_elsewhere = file.contains(':') || file.starts_with('/');
            if !file.is_empty() && !is_elsewhere && !folder.join(file).exists() {
                complaints.push(format!(
                    "{path}:{}: the link to {target} leads nowhere",
                    number + 1
                ));
            }
        }
    }
    complaints
}

/// Returns what stands in the round brackets after the square ones.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_nothing_is_found_with_its_line() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = "# A\n[good](src/main.rs), [gone](src/gone.rs#there)\n```\n[code](gone)\n```\n[web](https://example.com) [here](#a)";
        let found = check(root, "README.md", text);
        assert_eq!(
            found,
            ["README.md:2: the link to src/gone.rs#there leads nowhere"]
        );
        assert!(check(root, "src/main.rs", text).is_empty());
        assert!(check(root, "src/tidy/notes.md", "[up](../../README.md)").is_empty());
    }
}
