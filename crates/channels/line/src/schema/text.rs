//! Texts and numbers.

use serde_json::Value;

use super::Check;
use crate::count::{Unit, length};

impl Check {
    pub(super) fn text(&mut self, value: &Value, min: usize, max: usize, unit: Unit) {
        let Some(text) = value.as_str() else {
            return self.wrong_kind("a text", "文字列");
        };
        self.length(length(text, unit), min, max);
        self.no_nul(text);
    }

    /// Notes a length outside its limits.
    pub(crate) fn length(&mut self, length: usize, min: usize, max: usize) {
        if length < min {
            let (en, ja) = if min == 1 {
                (
                    "Must not be empty.".to_owned(),
                    "空にはできません。".to_owned(),
                )
            } else {
                (
                    format!("Needs at least {min} characters."),
                    format!("{min}文字以上必要です。"),
                )
            };
            self.note("too_short", en, ja);
        }
        if length > max {
            self.note(
                "too_long",
                format!("At most {max} characters are allowed, LINE counts {length}."),
                format!("{max}文字までです（LINEの数え方で{length}文字）。"),
            );
        }
    }

    fn no_nul(&mut self, text: &str) {
        if text.contains('\0') {
            self.note(
                "bad_character",
                "Contains a character that cannot be shown (NUL).",
                "表示できない文字（NUL）が含まれています。",
            );
        }
    }

    pub(super) fn whole(&mut self, value: &Value, min: i64, max: i64) {
        match value.as_i64() {
            None => self.wrong_kind("a whole number", "整数"),
            Some(number) if number < min || number > max => self.note(
                "out_of_range",
                format!("Must be between {min} and {max}."),
                format!("{min}から{max}の間で指定してください。"),
            ),
            Some(_) => {}
        }
    }

    pub(super) fn number(&mut self, value: &Value, min: f64, max: f64) {
        match value.as_f64() {
            None => self.wrong_kind("a number", "数値"),
            Some(number) if number < min || number > max => self.note(
                "out_of_range",
                format!("Must be between {min} and {max}."),
                format!("{min}から{max}の間で指定してください。"),
            ),
            Some(_) => {}
        }
    }
}
