//! What a menu says: its bar, its areas and what a tap on each does; and the same as LINE takes it.

use kernel::{
    id::{MenuId, PublicationId},
    invalid::{FieldError, Invalid},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::tap;

/// LINE's most areas of one menu.
pub const MOST_AREAS: usize = 20;
/// Longer than anything that LINE takes: a draft may be wrong, but not without end.
const LONGEST: usize = 2_000;
/// LINE's longest name is 300 characters; the publication's id stands behind ours.
const LONGEST_NAME: usize = 200;

/// What a menu says. A draft may hold what LINE would refuse; publishing asks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The words on the bar below the chat.
    pub bar: String,
    /// Whether it lies open when the chat is opened.
    #[serde(default)]
    pub is_open: bool,
    /// The areas; where two overlap, the first one counts.
    pub areas: Vec<Area>,
}

/// A part of the picture that can be tapped, in the picture's own dots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// From the left.
    pub x: i64,
    /// From the top.
    pub y: i64,
    /// How wide.
    pub width: i64,
    /// How high.
    pub height: i64,
    /// What screen readers say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// What a tap does.
    pub action: Action,
}

/// What a tap does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Action {
    /// Opens an address.
    Uri {
        /// The address.
        uri: String,
    },
    /// Says something in her name.
    Message {
        /// The words.
        text: String,
    },
    /// Tells the account.
    Postback {
        /// What is told.
        data: String,
        /// What is said in her name; nothing when empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        display_text: String,
    },
    /// Shows another menu in the place of this one.
    Switch {
        /// The other menu.
        menu: MenuId,
    },
}

impl Document {
    /// Checks what not even a draft may be.
    ///
    /// # Errors
    /// Each fault with its pointer under `pointer`.
    pub fn check(&self, pointer: &str) -> Result<(), Invalid> {
        let mut invalid = Invalid::default();
        if self.areas.len() > MOST_AREAS {
            invalid.push(FieldError::new(
                format!("{pointer}/areas"),
                "too_many",
                "a menu has at most 20 areas",
                "領域は20個までです",
            ));
        }
        let texts = std::iter::once((format!("{pointer}/bar"), self.bar.as_str()));
        let texts = texts.chain(self.areas.iter().enumerate().flat_map(|(at, area)| {
            let of = |name: &str| format!("{pointer}/areas/{at}/{name}");
            let action = match &area.action {
                Action::Uri { uri } => vec![("action/uri", uri)],
                Action::Message { text } => vec![("action/text", text)],
                Action::Postback { data, display_text } => {
                    vec![("action/data", data), ("action/display_text", display_text)]
                }
                Action::Switch { .. } => Vec::new(),
            };
            std::iter::once(("label", &area.label))
                .chain(action)
                .map(move |(name, text)| (of(name), text.as_str()))
                .collect::<Vec<_>>()
        }));
        for (pointer, text) in texts {
            if text.chars().count() > LONGEST {
                invalid.push(FieldError::new(
                    pointer,
                    "too_long",
                    "use at most 2,000 characters",
                    "2,000文字以内で入れてください",
                ));
            }
        }
        invalid.into_result()
    }

    /// Returns the menus that its areas lead to.
    pub fn leads_to(&self) -> impl Iterator<Item = MenuId> {
        self.areas.iter().filter_map(|area| match area.action {
            Action::Switch { menu } => Some(menu),
            _ => None,
        })
    }
}

/// Returns the alias under which other menus lead to this one: LINE's names are lower case, and this one never changes.
pub fn alias(menu: MenuId) -> String {
    format!("enishi-{:x}", menu.raw())
}

/// Which publication of what a menu for LINE is made of.
#[derive(Debug, Clone, Copy)]
pub struct Whole<'a> {
    /// The publication: marks its taps, and is found by its name at LINE.
    pub id: PublicationId,
    /// What people of the company call the menu.
    pub name: &'a str,
    /// What it says.
    pub document: &'a Document,
    /// Width and height of its picture.
    pub size: (i64, i64),
}

/// Makes the object that LINE takes. With `counted`, the address of this server, links lead through it, so that taps on
/// them are counted; without, they stand as they were written.
pub fn compose(whole: Whole<'_>, counted: Option<&str>) -> Json {
    let Whole { id, document, .. } = whole;
    let name: String = whole.name.chars().take(LONGEST_NAME).collect();
    let areas: Vec<Json> = document
        .areas
        .iter()
        .enumerate()
        .map(|(at, area)| {
            let mut action = action(&area.action, (id, at), counted);
            if let (false, Some(action)) = (area.label.is_empty(), action.as_object_mut()) {
                action.insert("label".to_owned(), area.label.as_str().into());
            }
            json!({
                "bounds": { "x": area.x, "y": area.y, "width": area.width, "height": area.height },
                "action": action,
            })
        })
        .collect();
    json!({
        "size": { "width": whole.size.0, "height": whole.size.1 },
        "selected": document.is_open,
        "name": format!("{name} {id}"),
        "chatBarText": document.bar,
        "areas": areas,
    })
}

fn action(action: &Action, (id, at): (PublicationId, usize), counted: Option<&str>) -> Json {
    let marked = |data: &str| match counted {
        Some(_) => tap::mark(id, at, data),
        None => data.to_owned(),
    };
    match action {
        Action::Uri { uri } => {
            let through = counted.filter(|_| tap::is_web(uri));
            let uri = through.map_or_else(|| uri.clone(), |base| tap::address(base, id, at, uri));
            json!({ "type": "uri", "uri": uri })
        }
        Action::Message { text } => json!({ "type": "message", "text": text }),
        Action::Postback { data, display_text } if display_text.is_empty() => {
            json!({ "type": "postback", "data": marked(data) })
        }
        Action::Postback { data, display_text } => {
            json!({ "type": "postback", "data": marked(data), "displayText": display_text })
        }
        Action::Switch { menu } => {
            json!({ "type": "richmenuswitch", "richMenuAliasId": alias(*menu), "data": marked("switch") })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(action: Action) -> Area {
        Area {
            x: 0,
            y: 0,
            width: 400,
            height: 270,
            label: String::new(),
            action,
        }
    }

    #[test]
    fn what_line_takes_is_made_of_what_was_drawn() {
        let other = MenuId::from_raw(0x1f);
        let document = Document {
            bar: "メニュー".to_owned(),
            is_open: true,
            areas: vec![
                area(Action::Uri {
                    uri: "https://shop.example/?a=1".to_owned(),
                }),
                area(Action::Uri {
                    uri: "tel:0312345678".to_owned(),
                }),
                area(Action::Switch { menu: other }),
            ],
        };
        let id = PublicationId::from_raw(77);
        let whole = Whole {
            id,
            name: "ゴールド",
            document: &document,
            size: (800, 540),
        };
        let plain = compose(whole, None);
        assert_eq!(plain["name"], format!("ゴールド {id}"));
        assert_eq!(
            plain["areas"][0]["action"]["uri"],
            "https://shop.example/?a=1"
        );
        let counted = compose(whole, Some("https://enishi.example"));
        assert_eq!(
            counted["areas"][0]["action"]["uri"],
            format!("https://enishi.example/m/{id}/0")
        );
        // What is no web address is opened by the telephone itself.
        assert_eq!(counted["areas"][1]["action"]["uri"], "tel:0312345678");
        assert_eq!(
            counted["areas"][2]["action"]["richMenuAliasId"],
            "enishi-1f"
        );
        assert_eq!(document.leads_to().collect::<Vec<_>>(), [other]);
    }

    #[test]
    fn a_draft_has_an_end() {
        let document = Document {
            bar: "あ".repeat(2_001),
            is_open: false,
            areas: vec![
                area(Action::Message {
                    text: "い".repeat(2_001)
                });
                21
            ],
        };
        let found = document.check("/document").unwrap_err();
        let pointers: Vec<&str> = found.0.iter().map(|one| one.pointer.as_str()).collect();
        assert_eq!(
            pointers[..3],
            [
                "/document/areas",
                "/document/bar",
                "/document/areas/0/action/text"
            ]
        );
    }
}
