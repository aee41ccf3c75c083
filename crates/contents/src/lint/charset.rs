//! Characters that the wanted character set has not.

use super::{Linter, Severity, sources};
use crate::document::EmailVariant;

/// Characters named in one finding; a letter full of emoji needs no list of them.
const NAMED: usize = 12;

pub(super) fn check(linter: &mut Linter<'_>, variant: &EmailVariant, can_write: fn(char) -> bool) {
    for (field, source) in sources(variant) {
        let mut lacking: Vec<char> = Vec::new();
        let mut first = None;
        for (offset, char) in source.char_indices().filter(|(_, char)| !can_write(*char)) {
            first = first.or(Some(offset));
            if !lacking.contains(&char) {
                lacking.push(char);
            }
        }
        let Some(first) = first else { continue };
        let more = if lacking.len() > NAMED { " …" } else { "" };
        let named: Vec<String> = lacking.iter().take(NAMED).map(char::to_string).collect();
        let named = format!("{}{more}", named.join(" "));
        linter.add(
            Severity::Warning,
            "charset_lacks",
            (field, source, Some(first)),
            &format!(
                "ISO-2022-JPで書けない文字（{named}）があるため、ISO-2022-JPの差出人からもUTF-8で送られます。古い携帯にも届けるなら、別の文字にしましょう。"
            ),
            &format!(
                "ISO-2022-JP lacks {named}, so that senders set to it write this in UTF-8; use other characters to reach old phones"
            ),
        );
    }
}
