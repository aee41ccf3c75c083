//! About the account itself, and LINE's public keys.

use hyper::{Method, Request};
use jsonwebtoken::jwk::JwkSet;
use serde::Deserialize;

use super::{LineApi, LineApiError, request::Call};
use crate::{UserId, classify, limits::Endpoint};

/// What LINE tells of the account whose token is used.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BotInfo {
    /// To whom webhooks are addressed.
    user_id: String,
    /// The id with `@` by which people find the account.
    pub basic_id: String,
    /// The chosen id, where one was bought.
    pub premium_id: Option<String>,
    /// The name that friends see.
    pub display_name: String,
}

impl BotInfo {
    /// Returns to whom webhooks are addressed.
    ///
    /// # Errors
    /// When LINE told something that is no user id.
    pub fn user_id(&self) -> Result<UserId, LineApiError> {
        UserId::parse(&self.user_id).map_err(|_| LineApiError::Unreadable)
    }
}

impl LineApi {
    /// Returns what LINE tells of the account: that it answers shows that the credentials are good.
    ///
    /// # Errors
    /// As every call.
    pub async fn info(&self) -> Result<BotInfo, LineApiError> {
        self.read(Call::get(Endpoint::Other("info"), "/v2/bot/info"))
            .await
    }

    /// Returns the keys with which LINE signs the ID tokens of its app. They are public, so no token is sent.
    ///
    /// # Errors
    /// As every call.
    pub async fn login_keys(&self) -> Result<JwkSet, LineApiError> {
        let mut request = Request::new(http_body_util::Full::default());
        *request.method_mut() = Method::GET;
        *request.uri_mut() = hyper::Uri::from_static("/oauth2/v2.1/certs");
        let reply = self.shared.api.call(request).await?;
        if reply.status != 200 {
            return Err(LineApiError::Refused {
                status: reply.status,
                text: classify::sentence(&reply.body),
            });
        }
        serde_json::from_slice(&reply.body).map_err(|_| LineApiError::Unreadable)
    }
}
