//! A rendered push: what the three services that carry one have in common.
//!
//! The limits here hold everywhere; each service's own are its channel's.

use std::{collections::BTreeMap, fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{Notification, Refusal};

/// The longest life: what FCM keeps a message for, and more than the others do.
pub const LONGEST_TTL: Duration = Duration::from_hours(28 * 24);
/// The most actions: what Chromium and Android show at least two of; APNs names a category instead.
pub const MAX_ACTIONS: usize = 3;
/// The longest name under which a later push replaces an earlier one, in bytes: APNs has 64.
pub const MAX_COLLAPSE: usize = 64;
/// The longest link.
const MAX_LINK: usize = 2_000;

/// How soon a push should reach the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushPriority {
    /// When it is convenient for the battery.
    Low,
    /// Soon.
    #[default]
    Normal,
    /// At once, waking the device.
    High,
}

/// A button below a push.
#[derive(Clone, PartialEq, Eq)]
pub struct PushAction {
    /// What the app or the page calls it.
    pub id: String,
    /// What the reader sees.
    pub title: String,
    /// Where it leads; to the push's own link when absent.
    pub link: Option<String>,
}

impl fmt::Debug for PushAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushAction")
            .field("title_bytes", &self.title.len())
            .finish_non_exhaustive()
    }
}

/// A rendered push.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Push {
    /// Title; empty only for a push that shows nothing.
    pub title: String,
    /// Text.
    pub body: String,
    /// A picture, by its https address.
    pub image: Option<String>,
    /// The number on the app's icon; 0 removes it.
    pub badge: Option<u32>,
    /// Where a tap leads: https, or a scheme of the app's own.
    pub link: Option<String>,
    /// Buttons.
    pub actions: Vec<PushAction>,
    /// The set of buttons that the app has registered, where the app and not the push defines them.
    pub category: Option<String>,
    /// What the app or the page is given beside it. Without title and body it shows nothing.
    pub data: BTreeMap<String, String>,
    /// A later push of the same name replaces one that is still waiting, or shown.
    pub collapse: Option<String>,
    /// For how long the service tries; zero for now or never.
    pub ttl: Duration,
    /// How soon.
    pub priority: PushPriority,
    /// Whether it may make a sound.
    pub notification: Notification,
}

impl fmt::Debug for Push {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Push")
            .field("title_bytes", &self.title.len())
            .field("body_bytes", &self.body.len())
            .field("actions", &self.actions.len())
            .field("data", &self.data.len())
            .field("ttl", &self.ttl)
            .field("priority", &self.priority)
            .finish_non_exhaustive()
    }
}

impl Push {
    /// Returns whether the reader sees nothing of it: it only wakes the app.
    pub const fn is_silent(&self) -> bool {
        self.title.is_empty() && self.body.is_empty()
    }

    /// Checks what no service takes.
    ///
    /// # Errors
    /// A [`Refusal`] that names the first fault.
    pub fn check(&self) -> Result<(), Refusal> {
        let refused = |why: &str| Err(Refusal::message(why));
        if self.is_silent() && self.data.is_empty() {
            return refused("a push needs a title, a text or data");
        }
        if self.is_silent() && (self.image.is_some() || !self.actions.is_empty()) {
            return refused("a push that shows nothing has neither a picture nor buttons");
        }
        if self.ttl > LONGEST_TTL {
            return refused("a push lives for 28 days at most");
        }
        if self.image.as_deref().is_some_and(|url| !is_https(url)) {
            return refused("a picture is an https address of at most 2,000 characters");
        }
        if self.actions.len() > MAX_ACTIONS {
            return refused("a push has at most three buttons");
        }
        let links = self.actions.iter().filter_map(|one| one.link.as_ref());
        if !links.chain(&self.link).all(|link| is_link(link)) {
            return refused("a link is https or a scheme of the app's own, of 2,000 characters");
        }
        if self.actions.iter().any(|one| !is_name(&one.id)) {
            return refused("the name of a button has 1 to 64 letters, digits, - _ .");
        }
        if self.actions.iter().any(|one| one.title.trim().is_empty()) {
            return refused("a button needs a title");
        }
        if self.category.as_deref().is_some_and(|name| !is_name(name)) {
            return refused("the name of a set of buttons has 1 to 64 letters, digits, - _ .");
        }
        if self.collapse.as_deref().is_some_and(|name| !is_name(name)) {
            return refused("the name that replaces has 1 to 64 letters, digits, - _ .");
        }
        if self.data.keys().any(|key| !is_name(key)) {
            return refused("the name of a value has 1 to 64 letters, digits, - _ .");
        }
        Ok(())
    }
}

/// Returns a service's words with every device's name blotted out: they are kept for years, where an erased
/// person must leave no trace.
pub fn without_tokens(text: &str) -> String {
    let belongs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':');
    let mut kept = String::with_capacity(text.len());
    for word in text.split_inclusive(|c| !belongs(c)) {
        let bare = word.trim_end_matches(|c| !belongs(c));
        if is_token(bare) {
            kept.push_str("<token>");
            kept.push_str(word.strip_prefix(bare).unwrap_or_default());
        } else {
            kept.push_str(word);
        }
    }
    kept
}

/// The shortest name of a device has 22 characters. What is written in capitals alone is a code of an error.
fn is_token(word: &str) -> bool {
    let has = |is: fn(&u8) -> bool| word.bytes().any(|byte| is(&byte));
    word.len() >= 20
        && (has(u8::is_ascii_digit) || has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase))
}

/// These names stand in headers and are compared by programs of others: plain letters alone.
fn is_name(text: &str) -> bool {
    (1..=MAX_COLLAPSE).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn is_https(url: &str) -> bool {
    url.len() <= MAX_LINK
        && is_clean(url)
        && url::Url::parse(url).is_ok_and(|url| url.scheme() == "https")
}

/// A scheme of an app's own is taken, one that a browser runs or that opens files is not.
fn is_link(url: &str) -> bool {
    const BAD: &[&str] = &[
        "javascript",
        "data",
        "vbscript",
        "file",
        "blob",
        "http",
        "ftp",
        "about",
        "view-source",
    ];
    url.len() <= MAX_LINK
        && is_clean(url)
        && url::Url::parse(url).is_ok_and(|url| !BAD.contains(&url.scheme()))
}

/// A parser for browsers drops line ends and tabs, others do not.
fn is_clean(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() || c == ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push() -> Push {
        Push {
            title: "春の新作 🌸".to_owned(),
            body: "花子さまへ".to_owned(),
            ttl: Duration::from_hours(1),
            ..Push::default()
        }
    }

    fn is_refused(change: impl FnOnce(&mut Push)) -> bool {
        let mut changed = push();
        change(&mut changed);
        changed.check().is_err()
    }

    #[test]
    fn a_push_shows_nothing_of_itself_in_a_log_line() {
        let shown = format!("{:?}", push());
        assert!(!shown.contains('春') && !shown.contains('花'), "{shown}");
        assert!(shown.contains("title_bytes: 17"), "{shown}");
    }

    #[test]
    fn what_is_kept_of_an_answer_names_no_device() {
        let fid = "cYl3yFIDQ3mJ0bXhJcW9A-";
        for (said, kept) in [
            (fid.to_owned(), "<token>"),
            (
                format!("no \"{fid}:APA91bHun4MxP5\", sorry 春"),
                "no \"<token>\", sorry 春",
            ),
            (
                format!("/3/device/{}", "0a".repeat(32)),
                "/3/device/<token>",
            ),
            (
                "THIRD_PARTY_AUTH_ERROR: said".to_owned(),
                "THIRD_PARTY_AUTH_ERROR: said",
            ),
            (
                "The registration token is not valid".to_owned(),
                "The registration token is not valid",
            ),
            (String::new(), ""),
        ] {
            assert_eq!(without_tokens(&said), kept, "{said}");
        }
    }

    #[test]
    fn plain_pushes_pass() {
        assert_eq!(push().check(), Ok(()));
        for link in [
            "https://shop.example.jp/春?x=1",
            "aoba-shop://item/42",
            "myapp:open",
        ] {
            assert!(
                !is_refused(|push| push.link = Some(link.to_owned())),
                "{link}"
            );
        }
        let silent = Push {
            data: BTreeMap::from([("sync".to_owned(), "1".to_owned())]),
            ..Push::default()
        };
        assert_eq!(silent.check(), Ok(()));
    }

    #[test]
    fn what_no_service_takes_is_refused() {
        assert!(Push::default().check().is_err());
        for link in [
            "",
            "/cart",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "http://shop.example.jp",
            "https://a b",
        ] {
            assert!(
                is_refused(|push| push.link = Some(link.to_owned())),
                "{link}"
            );
            let action = PushAction {
                id: "open".to_owned(),
                title: "見る".to_owned(),
                link: Some(link.to_owned()),
            };
            assert!(is_refused(|push| push.actions.push(action)), "{link}");
            assert!(
                is_refused(|push| push.image = Some(link.to_owned())),
                "{link}"
            );
        }
        let long = format!("https://example.jp/{}", "x".repeat(2_000));
        assert!(is_refused(|push| push.image = Some(long)));
        for name in ["", "春", "a b", "a\r\nb", "x/y", &"x".repeat(65)] {
            assert!(
                is_refused(|push| push.collapse = Some(name.to_owned())),
                "{name}"
            );
            assert!(
                is_refused(|push| push.category = Some(name.to_owned())),
                "{name}"
            );
            let data = BTreeMap::from([(name.to_owned(), "1".to_owned())]);
            assert!(is_refused(|push| push.data = data), "{name}");
        }
        let action = |id: &str, title: &str| PushAction {
            id: id.to_owned(),
            title: title.to_owned(),
            link: None,
        };
        assert!(is_refused(|push| push.actions.push(action("", "見る"))));
        assert!(is_refused(|push| push.actions.push(action("a", "　"))));
        assert!(is_refused(
            |push| push.actions = vec![action("a", "見る"); 4]
        ));
        assert!(is_refused(
            |push| push.ttl = LONGEST_TTL + Duration::from_secs(1)
        ));
    }
}
