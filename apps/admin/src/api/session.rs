//! Signing in, staying signed in, signing out.
//!
//! The refresh cookie is `HttpOnly` and never seen here. The access token is renewed when a call is refused, and all
//! calls refused at the same moment wait for one and the same renewal.

use std::cell::RefCell;

use api_types::session::{LinkResult, SetUp};
use gloo_net::http::Method;
use js_sys::Promise;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use crate::{
    api::{
        client::{Call, decode, encode, transmit},
        error::ApiError,
        token,
    },
    state::session as state,
};

/// Who is signed in, where, and what that person may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The access token; taken out before the session is kept.
    #[serde(default)]
    pub access_token: String,
    /// Seconds until the token ends.
    #[serde(default)]
    pub expires_in: u64,
    /// The person.
    pub user: User,
    /// The company.
    pub workspace: Workspace,
    /// The role's name.
    pub role: String,
    /// The permissions, as `campaigns:write`.
    #[serde(default)]
    pub permissions: Vec<String>,
}

impl Session {
    /// Whether a permission is held.
    pub fn may(&self, permission: &str) -> bool {
        self.permissions.iter().any(|held| held == permission)
    }
}

/// The person signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The public id.
    pub id: String,
    /// The name as the person writes it.
    pub name: String,
    /// The address one signs in with.
    pub email: String,
    /// The language of the account.
    #[serde(default)]
    pub locale: String,
}

/// The workspace one works in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workspace {
    /// The public id.
    pub id: String,
    /// The company's name.
    pub name: String,
    /// The IANA zone of its dates.
    pub time_zone: String,
    /// The ISO 4217 code of its reports.
    pub currency: String,
    /// The language of its messages.
    #[serde(default)]
    pub locale: String,
}

/// What a one-time link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// Signed in.
    Session(Box<Session>),
    /// The bearer chooses name, address and password first.
    Setup(Setup),
}

/// What is known of somebody before they have said who they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setup {
    /// Whether the workspace is to be named too.
    pub is_first_owner: bool,
    /// The address the link was made for, if any.
    pub email: String,
}

/// Signs in with address and password.
pub async fn sign_in(email: &str, password: &str) -> Result<(), ApiError> {
    #[derive(Serialize)]
    struct Body<'a> {
        email: &'a str,
        password: &'a str,
    }
    let session = call(
        Method::POST,
        "/session",
        Some(encode(&Body { email, password })?),
    )
    .await?;
    accept(session);
    Ok(())
}

/// Consumes a one-time link.
pub async fn open_link(token: &str) -> Result<Link, ApiError> {
    #[derive(Serialize)]
    struct Body<'a> {
        token: &'a str,
    }
    let answer: serde_json::Value = call(
        Method::POST,
        "/session/link",
        Some(encode(&Body { token })?),
    )
    .await?;
    link(answer)
}

fn link(answer: serde_json::Value) -> Result<Link, ApiError> {
    let unexpected = |_| ApiError {
        slug: "unexpected-answer".to_owned(),
        ..ApiError::default()
    };
    if answer.get("result").and_then(serde_json::Value::as_str) == Some("signed_in") {
        let session = serde_json::from_value(answer).map_err(unexpected)?;
        return Ok(Link::Session(Box::new(session)));
    }
    match serde_json::from_value(answer).map_err(unexpected)? {
        LinkResult::SetUp { first_owner, email } => Ok(Link::Setup(Setup {
            is_first_owner: first_owner,
            email: email.unwrap_or_default(),
        })),
        LinkResult::SignedIn(_) => Err(ApiError::default()),
    }
}

/// Makes the bearer a member and signs in.
pub async fn set_up(answers: &SetUp) -> Result<(), ApiError> {
    let session = call(Method::POST, "/session/setup", Some(encode(answers)?)).await?;
    accept(session);
    Ok(())
}

/// Ends the session here and on the server.
pub async fn sign_out() {
    // Even when the server cannot be reached the token is forgotten; the cookie then ends by itself.
    let _ = call::<()>(Method::DELETE, "/session", None).await;
    lost();
}

/// Keeps an answered session: token aside, the rest for the page.
pub fn accept(mut session: Session) {
    token::set(Some(std::mem::take(&mut session.access_token)));
    state::enter(session);
}

/// Forgets the session; the sign-in page takes over.
pub fn lost() {
    token::set(None);
    state::leave();
}

/// Renews the access token from the cookie; calls at the same moment share one renewal.
pub async fn refresh() -> Result<(), ApiError> {
    thread_local! {
        static UNDER_WAY: RefCell<Option<Promise>> = const { RefCell::new(None) };
    }
    let promise = UNDER_WAY.with_borrow_mut(|slot| {
        slot.get_or_insert_with(|| {
            future_to_promise(async {
                let renewed = call::<Session>(Method::POST, "/session/refresh", None).await;
                UNDER_WAY.with_borrow_mut(Option::take);
                match renewed {
                    Ok(session) => {
                        accept(session);
                        Ok(JsValue::TRUE)
                    }
                    Err(error) => Err(JsValue::from_f64(f64::from(error.status))),
                }
            })
        })
        .clone()
    });
    JsFuture::from(promise).await.map(|_| ()).map_err(|status| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it was a u16 above"
        )]
        let status = status.as_f64().unwrap_or_default() as u16;
        ApiError {
            status,
            ..ApiError::default()
        }
    })
}

async fn call<T: DeserializeOwned>(
    method: Method,
    path: &str,
    body: Option<String>,
) -> Result<T, ApiError> {
    decode(
        transmit(&Call {
            method,
            path,
            body,
            idempotency_key: None,
            signal: None,
        })
        .await?,
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_in_or_asks_first() {
        let setup = serde_json::json!({ "result": "set_up", "first_owner": true, "email": null });
        let expected = Setup {
            is_first_owner: true,
            email: String::new(),
        };
        assert_eq!(link(setup), Ok(Link::Setup(expected)));
        let session = serde_json::json!({
            "result": "signed_in",
            "access_token": "t", "expires_in": 600, "role": "owner", "permissions": ["campaigns:write"],
            "user": { "id": "usr_1", "name": "森", "email": "mori@example.jp", "locale": "ja" },
            "workspace": { "id": "wsp_1", "name": "青葉ストア", "time_zone": "Asia/Tokyo", "currency": "JPY", "locale": "ja" }
        });
        let Ok(Link::Session(session)) = link(session) else {
            panic!("a session was expected")
        };
        assert!(session.may("campaigns:write") && !session.may("settings:write"));
        assert!(link(serde_json::json!({ "hello": 1 })).is_err());
    }
}
