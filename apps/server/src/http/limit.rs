//! Slows down guessing: attempts to sign in are counted by address and by account.

use std::{convert::Infallible, net::SocketAddr, num::NonZeroU32, sync::Arc};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{StatusCode, request::Parts},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock};

use super::problem::ApiError;
use crate::state::App;

/// Attempts an account or a caller may make at once.
const BURST: NonZeroU32 = NonZeroU32::new(10).expect("ten is not zero");
/// Attempts a minute thereafter.
const PER_MINUTE: NonZeroU32 = NonZeroU32::new(5).expect("five is not zero");

/// Counts attempts to sign in.
#[derive(Clone)]
pub struct SignInLimiter(Arc<DefaultKeyedRateLimiter<String>>);

impl Default for SignInLimiter {
    fn default() -> Self {
        Self(Arc::new(RateLimiter::keyed(
            Quota::per_minute(PER_MINUTE).allow_burst(BURST),
        )))
    }
}

impl SignInLimiter {
    /// Counts an attempt under each key (the caller's address, the account); too many are refused.
    pub fn check(&self, keys: &[&str]) -> Result<(), ApiError> {
        self.0.retain_recent();
        for key in keys {
            if let Err(not_until) = self.0.check_key(&(*key).to_owned()) {
                let wait = not_until.wait_time_from(self.0.clock().now());
                let mut error = ApiError::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "too-many-attempts",
                    "too many attempts; wait a minute",
                    "試行回数が多すぎます。1分ほど待ってください",
                );
                error.retry_after = Some(wait.as_secs() + 1);
                return Err(error);
            }
        }
        Ok(())
    }
}

/// The caller's network address; a proxy is believed only when the configuration names it.
#[derive(Debug, Clone)]
pub struct CallerAddress(pub String);

impl FromRequestParts<App> for CallerAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or_else(String::new, |peer| peer.ip().to_string());
        if !app.config.server.trusted_proxies.contains(&peer) {
            return Ok(Self(peer));
        }
        let forwarded = parts
            .headers
            .get("x-forwarded-for")
            .and_then(|value| value.to_str().ok());
        // The last entry is the one that our own proxy wrote.
        let client = forwarded
            .and_then(|list| list.split(',').next_back())
            .map(|client| client.trim().to_owned());
        Ok(Self(client.unwrap_or(peer)))
    }
}
