//! A LINE account as a sender. Its secrets are sealed under the names that [`super::Sender`] gives.

use kernel::invalid::{FieldError, Invalid};
use serde::{Deserialize, Serialize};

/// Connections that reach LINE's 2,000 messages a second over the internet are some hundred.
const MOST_LANES: u32 = 128;
/// LINE's own limit.
const MOST_PER_SECOND: u32 = 2_000;

/// A LINE account and how to speak for it; what is secret is sealed elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineSettings {
    /// The id of the Messaging API channel.
    pub channel_id: String,
    /// The account's own user id: to whom webhooks are addressed.
    pub bot_user_id: String,
    /// How access tokens are come by.
    #[serde(default)]
    pub credentials: LineCredentials,
    /// The id of the LINE Login channel of the same provider, when people sign in with LINE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_channel_id: Option<String>,
    /// Connections at a time.
    #[serde(default = "default_lanes")]
    pub lanes: u32,
    /// Messages a second over all connections; absent for LINE's own limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_second: Option<u32>,
}

/// How access tokens are come by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineCredentials {
    /// Short-lived ones for the channel id and secret.
    #[default]
    Stateless,
    /// One that was issued by hand and is sealed beside the secret.
    LongLived,
}

const fn default_lanes() -> u32 {
    16
}

impl LineSettings {
    pub(super) fn check(&self, invalid: &mut Invalid) {
        let login = self.login_channel_id.as_ref();
        for (pointer, id) in [("/line/channel_id", Some(&self.channel_id))]
            .into_iter()
            .chain([("/line/login_channel_id", login)])
        {
            if id.is_some_and(|id| !is_channel_id(id)) {
                invalid.push(FieldError::new(
                    pointer,
                    "channel_id",
                    "give the channel id of LINE's console: 5 to 20 digits",
                    "LINE Developersコンソールの「チャネルID」(5〜20桁の数字)を入れてください",
                ));
            }
        }
        if !(1..=MOST_LANES).contains(&self.lanes) {
            invalid.push(FieldError::new(
                "/line/lanes",
                "range",
                "use 1 to 128 connections",
                "接続数は1〜128にしてください",
            ));
        }
        if self
            .per_second
            .is_some_and(|rate| !(1..=MOST_PER_SECOND).contains(&rate))
        {
            invalid.push(FieldError::new(
                "/line/per_second",
                "range",
                "use 1 to 2,000 a second, or leave it empty",
                "1〜2,000にするか、空にしてください",
            ));
        }
    }
}

fn is_channel_id(id: &str) -> bool {
    (5..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(channel_id: &str) -> LineSettings {
        serde_json::from_value(
            serde_json::json!({ "channel_id": channel_id, "bot_user_id": "U8e742f61d673b39c7fff3cecb7536ef0" }),
        )
        .unwrap()
    }

    #[test]
    fn what_is_not_said_has_a_sensible_value() {
        let line = settings("1234567890");
        assert_eq!(
            (line.credentials, line.lanes),
            (LineCredentials::Stateless, 16)
        );
        let mut invalid = Invalid::default();
        line.check(&mut invalid);
        assert!(invalid.into_result().is_ok());
    }

    #[test]
    fn every_fault_has_its_pointer() {
        for bad in ["", "12ab5", "１２３４５６", "1234", "123456789012345678901"] {
            let line = LineSettings {
                login_channel_id: Some(bad.to_owned()),
                lanes: 0,
                per_second: Some(2_001),
                ..settings(bad)
            };
            let mut invalid = Invalid::default();
            line.check(&mut invalid);
            let pointers: Vec<String> = invalid
                .0
                .iter()
                .map(|fault| fault.pointer.clone())
                .collect();
            assert_eq!(
                pointers,
                [
                    "/line/channel_id",
                    "/line/login_channel_id",
                    "/line/lanes",
                    "/line/per_second"
                ],
                "{bad}"
            );
        }
    }
}
