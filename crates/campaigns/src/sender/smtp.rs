//! A mail server as a sender's way out; what is secret is sealed elsewhere.

use channel_core::carrier::Carrier;
use kernel::invalid::{FieldError, Invalid};
use serde::{Deserialize, Serialize};

/// Limits that one sender may set; more would be looked through for every message.
const MOST_LIMITS: usize = 100;

/// A mail server and how to use it; what is secret is sealed elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmtpSettings {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// User name; a password is sealed beside it.
    #[serde(default)]
    pub user: Option<String>,
    /// Connections at a time.
    #[serde(default = "default_lanes")]
    pub lanes: u32,
    /// Messages a second over all connections; absent for no limit.
    #[serde(default)]
    pub per_second: Option<u32>,
    /// Where mail comes back to: a domain whose mail this server takes in; none when nobody reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_domain: Option<String>,
    /// Who signs, when a DKIM key is sealed.
    #[serde(default)]
    pub dkim: Option<DkimSettings>,
    /// A second key beside the first, of the other algorithm: receivers that know Ed25519 may verify by that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dkim_second: Option<DkimSettings>,
    /// Limits of single domains and carriers, in the place of the presets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domain_limits: Vec<DomainLimit>,
    /// The character set that letters are written in where it holds all of their characters.
    #[serde(default)]
    pub charset: Charset,
    /// How few messages may leave on its first days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warmup: Option<super::Warmup>,
    /// Whose server it is, when that is a provider who tells of bounces and complaints by webhooks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Box<super::provider::Settings>>,
}

/// How the connection to a mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// Not at all: only for a server on the same machine.
    None,
    /// STARTTLS where offered.
    Opportunistic,
    /// STARTTLS or nothing.
    Required,
    /// TLS from the first byte.
    Implicit,
}

/// The public side of a DKIM key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DkimSettings {
    /// The signing domain.
    pub domain: String,
    /// The selector.
    pub selector: String,
    /// The TXT record to publish.
    pub record: String,
}

impl DkimSettings {
    /// Returns the algorithm that the record names; a record that names none is of RSA (RFC 6376, 3.6.1).
    pub fn algorithm(&self) -> &str {
        let tag = |part: &'_ str| {
            let (name, value) = part.split_once('=')?;
            (name.trim() == "k").then(|| value.trim().to_owned())
        };
        match self.record.split(';').find_map(tag).as_deref() {
            Some("ed25519") => "ed25519",
            _ => "rsa",
        }
    }
}

/// Where a key was put, and whether the one that was there before went to the second place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPlace {
    /// First; one of the same algorithm that was there is gone.
    First,
    /// First, and the Ed25519 key that was there is the second now.
    FirstBefore,
    /// Second, behind one of RSA.
    Second,
}

/// How fast one domain, or one carrier with all its domains, is written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainLimit {
    /// A domain such as `example.jp`, or a carrier: `docomo`, `au` or `softbank`.
    pub to: String,
    /// Messages a second.
    pub per_second: u32,
    /// Messages in one connection; absent for no limit of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_session: Option<u32>,
}

/// The character set of letters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Charset {
    /// Everything can be written in it, and everything made in this century reads it.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// What Japanese feature phones and old mail programs read; no emoji, no ①, no 髙.
    #[serde(rename = "iso-2022-jp")]
    Iso2022Jp,
}

impl Charset {
    /// Returns the name, as it stands in mail.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Iso2022Jp => "iso-2022-jp",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Utf8, Self::Iso2022Jp]
            .into_iter()
            .find(|charset| charset.as_str() == name)
    }
}

const fn default_lanes() -> u32 {
    8
}

impl SmtpSettings {
    /// Takes a key in: RSA signs first, since some receivers judge the first signature alone; one key of each algorithm.
    pub fn take_key(&mut self, key: DkimSettings) -> KeyPlace {
        let is_young = |key: &DkimSettings| key.algorithm() == "ed25519";
        match self.dkim.take() {
            Some(first) if is_young(&key) && !is_young(&first) => {
                self.dkim = Some(first);
                self.dkim_second = Some(key);
                KeyPlace::Second
            }
            Some(first) if is_young(&first) && !is_young(&key) => {
                self.dkim = Some(key);
                self.dkim_second = Some(first);
                KeyPlace::FirstBefore
            }
            _ => {
                self.dkim = Some(key);
                KeyPlace::First
            }
        }
    }

    pub(super) fn check(&self, invalid: &mut Invalid) {
        let host = self.host.trim();
        if host.is_empty() || host.len() > 253 || host.contains(['/', '@', ' ']) {
            invalid.push(FieldError::new(
                "/smtp/host",
                "host",
                "give a host name such as smtp.example.jp",
                "smtp.example.jp のようなホスト名を入れてください",
            ));
        }
        if self.port == 0 {
            invalid.push(FieldError::new(
                "/smtp/port",
                "port",
                "use 587, 465 or 25",
                "587・465・25 などを入れてください",
            ));
        }
        if !(1..=64).contains(&self.lanes) {
            invalid.push(FieldError::new(
                "/smtp/lanes",
                "range",
                "use 1 to 64 connections",
                "接続数は1〜64にしてください",
            ));
        }
        if self
            .return_domain
            .as_deref()
            .is_some_and(|domain| !is_domain(domain))
        {
            invalid.push(FieldError::new(
                "/smtp/return_domain",
                "domain",
                "give a domain such as bounce.example.jp, without an address before it",
                "bounce.example.jp のようなドメインだけを入れてください",
            ));
        }
        if let Some(provider) = &self.provider {
            provider.check(invalid);
        }
        if let Some(warmup) = &self.warmup {
            warmup.check(invalid);
        }
        self.check_limits(invalid);
        if self.per_second == Some(0) {
            invalid.push(FieldError::new(
                "/smtp/per_second",
                "range",
                "use at least 1 a second, or leave it empty",
                "1以上にするか、空にしてください",
            ));
        }
    }
    fn check_limits(&self, invalid: &mut Invalid) {
        if self.domain_limits.len() > MOST_LIMITS {
            invalid.push(FieldError::new(
                "/smtp/domain_limits",
                "length",
                "give at most 100 limits",
                "上限の設定は100件までにしてください",
            ));
        }
        for (index, limit) in self.domain_limits.iter().enumerate() {
            let place = |field: &str| format!("/smtp/domain_limits/{index}/{field}");
            let is_known = Carrier::parse(&limit.to).is_some();
            if !is_known && (!is_domain(&limit.to) || limit.to.chars().any(char::is_uppercase)) {
                invalid.push(FieldError::new(
                    place("to"),
                    "domain",
                    "give a domain such as example.jp, or docomo, au or softbank",
                    "example.jp のようなドメインか、docomo・au・softbank を入れてください",
                ));
            }
            if self
                .domain_limits
                .iter()
                .take(index)
                .any(|other| other.to == limit.to)
            {
                invalid.push(FieldError::new(
                    place("to"),
                    "repeated",
                    "this has a limit already",
                    "同じ宛先の上限がもうあります",
                ));
            }
            if !(1..=1_000).contains(&limit.per_second) {
                invalid.push(FieldError::new(
                    place("per_second"),
                    "range",
                    "use 1 to 1,000 a second",
                    "1秒あたり1〜1,000通にしてください",
                ));
            }
            if limit
                .per_session
                .is_some_and(|n| !(1..=10_000).contains(&n))
            {
                invalid.push(FieldError::new(
                    place("per_session"),
                    "range",
                    "use 1 to 10,000 in a connection, or leave it empty",
                    "1接続あたり1〜10,000通にするか、空にしてください",
                ));
            }
        }
    }
}

fn is_domain(domain: &str) -> bool {
    domain.len() <= 190
        && domain.contains('.')
        && domain.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && label
                    .chars()
                    .all(|sign| sign.is_ascii_alphanumeric() || sign == '-')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(limits: &serde_json::Value) -> SmtpSettings {
        serde_json::from_value(serde_json::json!({
            "host": "smtp.example.jp", "port": 587, "tls": "required", "domain_limits": limits,
        }))
        .unwrap()
    }

    fn faults(limits: &serde_json::Value) -> Vec<(String, String)> {
        let mut invalid = Invalid::default();
        settings(limits).check(&mut invalid);
        let faults = invalid.0.into_iter();
        faults.map(|fault| (fault.pointer, fault.code)).collect()
    }

    #[test]
    fn settings_of_before_read_as_they_were_meant() {
        let smtp = settings(&serde_json::json!([]));
        assert_eq!(
            (smtp.charset, smtp.lanes, smtp.dkim_second),
            (Charset::Utf8, 8, None)
        );
        for charset in [Charset::Utf8, Charset::Iso2022Jp] {
            assert_eq!(Charset::parse(charset.as_str()), Some(charset));
            assert_eq!(serde_json::json!(charset), charset.as_str());
        }
    }

    #[test]
    fn rsa_signs_first_and_there_is_one_key_of_each_algorithm() {
        let key = |selector: &str, algorithm: &str| DkimSettings {
            domain: "example.jp".to_owned(),
            selector: selector.to_owned(),
            record: format!("v=DKIM1; k={algorithm}; p=QQ=="),
        };
        let selectors = |smtp: &SmtpSettings| {
            let of = |key: &Option<DkimSettings>| key.clone().map(|key| key.selector);
            (of(&smtp.dkim), of(&smtp.dkim_second))
        };
        let some = |text: &str| Some(text.to_owned());
        let mut smtp = settings(&serde_json::json!([]));
        assert_eq!(smtp.take_key(key("e1", "ed25519")), KeyPlace::First);
        assert_eq!(smtp.take_key(key("e2", "ed25519")), KeyPlace::First);
        assert_eq!(selectors(&smtp), (some("e2"), None));
        assert_eq!(smtp.take_key(key("r1", "rsa")), KeyPlace::FirstBefore);
        assert_eq!(selectors(&smtp), (some("r1"), some("e2")));
        assert_eq!(smtp.take_key(key("r2", "rsa")), KeyPlace::First);
        assert_eq!(smtp.take_key(key("e3", "ed25519")), KeyPlace::Second);
        assert_eq!(selectors(&smtp), (some("r2"), some("e3")));
    }

    #[test]
    fn a_limit_names_a_domain_or_a_carrier_once_and_is_in_range() {
        let good = serde_json::json!([
            {"to": "docomo", "per_second": 5, "per_session": 50}, {"to": "docomo.ne.jp", "per_second": 1},
        ]);
        assert_eq!(faults(&good), []);
        let bad = serde_json::json!([
            {"to": "vodafone", "per_second": 0}, {"to": "Example.jp", "per_second": 1},
            {"to": "au", "per_second": 2}, {"to": "au", "per_second": 2, "per_session": 0},
        ]);
        let place =
            |place: &str, code: &str| (format!("/smtp/domain_limits/{place}"), code.to_owned());
        assert_eq!(
            faults(&bad),
            [
                place("0/to", "domain"),
                place("0/per_second", "range"),
                place("1/to", "domain"),
                place("3/to", "repeated"),
                place("3/per_session", "range"),
            ]
        );
    }
}
