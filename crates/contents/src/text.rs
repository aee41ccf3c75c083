//! HTML to the plain text that a person would have typed.

mod reader;

pub(crate) use reader::{plain_of_html, template_of_html};

/// Tidies a rendered text: no trailing spaces, one space after a link, at most one blank line in a row.
pub(crate) fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut blank = 0;
    for line in text.lines() {
        let line = line.trim_end();
        if line.is_empty() {
            blank += 1;
            continue;
        }
        if !tidy.is_empty() {
            tidy.push_str(if blank > 0 { "\n\n" } else { "\n" });
        }
        blank = 0;
        // Each branch of a tag after a link may have brought a space of its own.
        tidy.push_str(&line.replace(">  ", "> "));
    }
    tidy.push('\n');
    tidy
}
