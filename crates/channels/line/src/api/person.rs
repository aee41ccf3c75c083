//! About single people and the list of friends.

use serde::Deserialize;

use super::{LineApi, LineApiError, request::Call};
use crate::{UserId, limits::Endpoint};

/// What LINE tells of a friend.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LineProfile {
    /// The name that the person chose.
    pub display_name: String,
    /// Where the person's picture is.
    pub picture_url: Option<String>,
    /// The person's motto.
    pub status_message: Option<String>,
    /// The language of the person's app, such as `ja`.
    pub language: Option<String>,
}

impl std::fmt::Debug for LineProfile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LineProfile(<redacted>)")
    }
}

/// A page of the list of friends.
#[derive(Debug, Clone)]
pub struct Followers {
    /// Who.
    pub user_ids: Vec<UserId>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FollowersPage {
    user_ids: Vec<String>,
    next: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LinkToken {
    link_token: String,
}

impl LineApi {
    /// Returns what LINE tells of a person; `None` for who is no friend, or has blocked the account.
    ///
    /// # Errors
    /// As every call.
    pub async fn profile(&self, user: &UserId) -> Result<Option<LineProfile>, LineApiError> {
        let path = format!("/v2/bot/profile/{}", user.as_str());
        match self.read(Call::get(Endpoint::Other("profile"), path)).await {
            Err(LineApiError::Refused { status: 404, .. }) => Ok(None),
            result => result.map(Some),
        }
    }

    /// Returns a page of up to 1,000 friends. Only verified and premium accounts have this list, and it
    /// misses who has blocked the account or not consented.
    ///
    /// # Errors
    /// As every call.
    pub async fn followers(&self, after: Option<&str>) -> Result<Followers, LineApiError> {
        let call = Call::get(Endpoint::Followers, "/v2/bot/followers/ids");
        let call = match after {
            Some(start) => call.query(&[("limit", "1000"), ("start", start)]),
            None => call.query(&[("limit", "1000")]),
        };
        let page: FollowersPage = self.read(call).await?;
        let user_ids: Result<_, _> = page.user_ids.iter().map(|id| UserId::parse(id)).collect();
        Ok(Followers {
            user_ids: user_ids.map_err(|_| LineApiError::Unreadable)?,
            next: page.next.filter(|next| !next.is_empty()),
        })
    }

    /// Returns a token that begins the linking of accounts; it serves once, for ten minutes.
    ///
    /// # Errors
    /// As every call.
    pub async fn link_token(&self, user: &UserId) -> Result<String, LineApiError> {
        let path = format!("/v2/bot/user/{}/linkToken", user.as_str());
        let call = Call::post(Endpoint::Other("link-token"), path);
        Ok(self.read::<LinkToken>(call).await?.link_token)
    }
}
