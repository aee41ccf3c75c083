//! Words and addresses as they stand in cells.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::refusal::Refusal;
use crate::identity::normal::Malformed;

/// Tells whether a text is an `http` or `https` address with a host; no other scheme reaches a reader.
pub fn is_web_address(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !host.is_empty() && !host.contains('@')
    }) && text.len() <= 2_000
        && !text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '\\'))
}

pub(super) fn trimmed(cell: Cow<'_, str>) -> Cow<'_, str> {
    match cell {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

pub(super) fn boolean(text: &str) -> Option<bool> {
    let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
    match folded.trim() {
        "1" | "true" | "t" | "yes" | "y" | "on" | "はい" | "有" | "あり" | "○" | "〇" | "可"
        | "許可" | "希望する" | "配信" | "有効" => Some(true),
        "0" | "false" | "f" | "no" | "n" | "off" | "いいえ" | "無" | "なし" | "×" | "✕"
        | "不可" | "拒否" | "希望しない" | "停止" | "無効" => Some(false),
        _ => None,
    }
}

pub(super) fn malformed(column: &str, value: &str, error: Malformed) -> Refusal {
    let (code, ja) = match error {
        Malformed::Empty => ("required", "は空です"),
        Malformed::TooLong => ("too_long", "は長すぎます"),
        Malformed::Placeholder => ("placeholder", "はIDではなく「なし」を表す語です"),
        Malformed::Email => ("email", "はメールアドレスの形ではありません"),
        Malformed::Phone => ("phone", "は電話番号の形ではありません"),
        Malformed::Line => ("line", "はLINEのユーザーIDの形ではありません"),
    };
    Refusal::value(code, column, value, &format!("is {error}"), ja)
}
