//! What a workspace calls the named parts of the RFM cube.
//!
//! One text for every language: a company has one word for its regulars. The names stand in the workspace's settings,
//! so whoever writes them names the version read, and two writers cannot make two parts one.

use std::collections::BTreeMap;

use kernel::{id::WorkspaceId, invalid::Invalid};
use profiles::search::fold;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::{Value as Json, json};
use storage::sql;

use super::name::{NAMES, Name};
use crate::AnalyticsError;

/// The member of the workspace's settings.
const SETTING: &str = "rfm_names";

/// The most characters of a name.
const MOST: usize = 40;

/// The names that a workspace gave, by the part's key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnNames(BTreeMap<&'static str, String>);

impl OwnNames {
    /// Reads them from a workspace's settings; what is no name of a part is passed over.
    pub fn read(settings: &Json) -> Self {
        let held = settings.get(SETTING);
        let of = |name: &Name| {
            let text = held?.get(name.key)?.as_str()?;
            Some((name.key, text.to_owned()))
        };
        Self(NAMES.iter().filter_map(of).collect())
    }

    /// Writes them into a workspace's settings.
    pub fn write(&self, settings: &mut Json) {
        if let Some(settings) = settings.as_object_mut() {
            settings.insert(SETTING.to_owned(), json!(self.0));
        }
    }

    /// Returns what the workspace calls a part; `None` where it goes by the given name.
    pub fn of(&self, name: &Name) -> Option<&str> {
        self.0.get(name.key).map(String::as_str)
    }

    /// Returns what a part is called in a language.
    pub fn shown<'a>(&'a self, name: &Name, is_english: bool) -> &'a str {
        let given = if is_english { name.en } else { name.ja };
        self.of(name).unwrap_or(given)
    }

    /// Calls a part something else.
    ///
    /// # Errors
    /// When the text is no name, or another part is called so.
    pub fn give(&mut self, name: &Name, text: &str) -> Result<(), Invalid> {
        let text = text.trim();
        check(text)?;
        if self.is_taken(name, &[text]) {
            return Err(taken());
        }
        self.0.insert(name.key, text.to_owned());
        Ok(())
    }

    /// Gives a part its given name back.
    ///
    /// # Errors
    /// When another part has that name by now.
    pub fn reset(&mut self, name: &Name) -> Result<(), Invalid> {
        if self.is_taken(name, &[name.ja, name.en]) {
            return Err(taken());
        }
        self.0.remove(name.key);
        Ok(())
    }

    /// Tells whether another part is called one of some texts, in any spelling and either language.
    fn is_taken(&self, name: &Name, texts: &[&str]) -> bool {
        let texts: Vec<String> = texts.iter().map(|text| fold(text)).collect();
        let mut others = NAMES.iter().filter(|other| other.key != name.key);
        others.any(|other| {
            [false, true]
                .into_iter()
                .any(|is_english| texts.contains(&fold(self.shown(other, is_english))))
        })
    }
}

/// Finds a part by its stable name.
pub fn part(key: &str) -> Option<&'static Name> {
    NAMES.iter().find(|name| name.key == key)
}

#[derive(FromQueryResult)]
struct Row {
    settings: Json,
}

/// Reads the names that a workspace gave.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
) -> Result<OwnNames, AnalyticsError> {
    let text = "SELECT settings FROM workspace WHERE id = $1";
    let row: Option<Row> = sql::one(db, text, [workspace.raw().into()]).await?;
    let read = row.map(|row| OwnNames::read(&row.settings));
    Ok(read.unwrap_or_default())
}

fn check(text: &str) -> Result<(), Invalid> {
    let invalid = |code: &str, en: &str, ja: &str| Err(Invalid::one("/name", code, en, ja));
    if !(1..=MOST).contains(&text.chars().count()) {
        return invalid(
            "length",
            "give a name of 1 to 40 characters",
            "名前は1〜40文字で入れてください",
        );
    }
    if text.chars().any(is_odd) {
        return invalid(
            "characters",
            "without control characters",
            "制御文字は使えません",
        );
    }
    if text.chars().all(joins) {
        return invalid(
            "length",
            "give a name that can be seen",
            "目に見える名前を入れてください",
        );
    }
    Ok(())
}

/// Tells whether a character steers how text is set instead of being text: two names could look alike, or one backwards.
fn is_odd(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Tells whether a character only joins or varies others, as in 👩‍🍳.
const fn joins(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

fn taken() -> Invalid {
    Invalid::one(
        "/name",
        "taken",
        "another group is called so",
        "ほかのグループがこの名前です",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(key: &str) -> &'static Name {
        super::part(key).unwrap()
    }

    /// Gives a name to the best, and returns what is wrong with it.
    fn wrong(text: &str) -> Option<String> {
        let given = OwnNames::default().give(part("best"), text);
        given.err().map(|invalid| {
            assert_eq!(invalid.0[0].pointer, "/name");
            invalid.0[0].code.clone()
        })
    }

    #[test]
    fn only_what_can_be_read_is_a_name() {
        for (text, code) in [
            ("", "length"),
            (" \u{3000}\t", "length"),
            (&"あ".repeat(41), "length"),
            (&"🍣".repeat(41), "length"),
            ("a\u{0}b", "characters"),
            ("上\n下", "characters"),
            ("\u{200b}", "characters"),
            ("abc\u{202e}cba", "characters"),
            ("\u{200d}\u{fe0f}", "length"),
        ] {
            assert_eq!(wrong(text).as_deref(), Some(code), "{text:?}");
        }
        let longest = "あ".repeat(40);
        for text in [
            "A",
            "ＶＩＰ　会員",
            "🍣",
            "👩‍🍳 の常連",
            "=1+1",
            "<b>",
            &longest,
        ] {
            assert_eq!(wrong(text), None, "{text:?}");
        }
    }

    #[test]
    fn two_groups_are_never_called_alike() {
        // Given names of others, in any spelling.
        for text in ["常連", " 常連 ", "loyal", "ＬＯＹＡＬ", "ﾌﾂｳ・少数回"] {
            assert_eq!(wrong(text).as_deref(), Some("taken"), "{text:?}");
        }
        let mut names = OwnNames::default();
        names.give(part("best"), "ＶＩＰ").unwrap();
        assert!(names.give(part("loyal"), "vip").is_err());
        // One's own name in another spelling is free, and so is a given name that was left.
        names.give(part("best"), "Vip ").unwrap();
        assert_eq!(names.of(part("best")), Some("Vip"));
        names.give(part("dormant"), "最優良").unwrap();
        assert!(names.reset(part("best")).is_err());
        names.reset(part("dormant")).unwrap();
        names.reset(part("best")).unwrap();
        assert_eq!(names, OwnNames::default());
    }

    #[test]
    fn settings_keep_the_names_and_everything_else() {
        let mut settings = json!({"postal_address": "東京都", "rfm_names": {"best": 5, "nobody": "x", "loyal": "馴染み"}});
        let mut names = OwnNames::read(&settings);
        assert_eq!(names.of(part("best")), None);
        assert_eq!(names.shown(part("loyal"), true), "馴染み");
        assert_eq!(names.shown(part("best"), true), "Best");
        names.give(part("best"), "🍣").unwrap();
        names.write(&mut settings);
        assert_eq!(
            settings,
            json!({"postal_address": "東京都", "rfm_names": {"best": "🍣", "loyal": "馴染み"}})
        );
        assert_eq!(OwnNames::read(&settings), names);
        assert_eq!(OwnNames::read(&json!(null)), OwnNames::default());
    }
}
