//! Access tokens.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::time::{DAY, MINUTE, SECOND};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Value, json};

use crate::{
    answer::{Answer, Asked, form},
    state::State,
};

/// Most living tokens of the kind that can be revoked.
const MOST_ALIVE: usize = 30;

pub(crate) fn is_good(state: &State, bearer: Option<&str>) -> bool {
    if bearer.is_some() && bearer == state.options.long_lived.as_deref() {
        return true;
    }
    bearer
        .and_then(|token| state.tokens.get(token))
        .is_some_and(|(until, _)| state.now() < *until)
}

pub(crate) fn answer(state: &mut State, asked: &Asked, version: &str) -> Answer {
    let form = form(&String::from_utf8_lossy(&asked.body));
    let value = |name: &str| {
        form.iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .unwrap_or_default()
    };
    let is_form = asked.content_type == "application/x-www-form-urlencoded";
    if !is_form || value("grant_type") != "client_credentials" {
        return refused("invalid_request");
    }
    let by_secret = version == "v3" && !value("client_secret").is_empty();
    let life = if by_secret {
        let is_channel = value("client_id") == state.options.channel_id
            && value("client_secret") == state.options.channel_secret;
        if !is_channel {
            return refused("invalid_client");
        }
        state.options.token_life
    } else {
        let Some(claims) = claims(state, value("client_assertion")) else {
            return refused("invalid_client");
        };
        let asked_for = claims.get("token_exp").and_then(Value::as_i64);
        if version == "v3" {
            state.options.token_life
        } else {
            asked_for.unwrap_or(30 * DAY / SECOND)
        }
    };
    let now = state.now();
    let is_counted = version == "v2.1";
    let alive = |(until, counted): &&(i64, bool)| *counted && *until > now;
    if is_counted && state.tokens.values().filter(alive).count() >= MOST_ALIVE {
        return refused("invalid_request");
    }
    let token = state.name("token-");
    let until = now + life * SECOND;
    state.tokens.insert(token.clone(), (until, is_counted));
    state.tokens_issued += 1;
    let mut body = json!({ "token_type": "Bearer", "access_token": token, "expires_in": life });
    if let (true, Some(body)) = (is_counted, body.as_object_mut()) {
        body.insert("key_id".to_owned(), "sDTOzw5wIfxxxxPEzcmeQA".into());
    }
    Answer::ok(body)
}

fn refused(error: &str) -> Answer {
    Answer {
        status: 400,
        ..Answer::ok(json!({ "error": error, "error_description": "the request was refused" }))
    }
}

/// Returns the claims of an assertion that is signed and timely.
fn claims(state: &State, assertion: &str) -> Option<Value> {
    let key = state.options.key.as_ref()?;
    let (signed, signature) = assertion.rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
    let header: Value = serde_json::from_slice(&decode(header)?).ok()?;
    let claims: Value = serde_json::from_slice(&decode(payload)?).ok()?;
    let public = RsaPublicKeyComponents {
        n: decode(&key.n)?,
        e: decode(&key.e)?,
    };
    public
        .verify(
            &RSA_PKCS1_2048_8192_SHA256,
            signed.as_bytes(),
            &decode(signature)?,
        )
        .ok()?;
    let text = |value: &Value, name: &str| Some(value.get(name)?.as_str()?.to_owned());
    let channel = Some(state.options.channel_id.clone());
    let end = claims.get("exp")?.as_i64()? * SECOND;
    let token_exp = claims.get("token_exp").and_then(Value::as_i64);
    let is_good = text(&header, "alg").as_deref() == Some("RS256")
        && text(&header, "typ").as_deref() == Some("JWT")
        && text(&header, "kid").as_ref() == Some(&key.kid)
        && text(&claims, "iss") == channel
        && text(&claims, "sub") == channel
        && text(&claims, "aud").as_deref() == Some("https://api.line.me/")
        && end > state.now()
        && end <= state.now() + 30 * MINUTE
        && token_exp.is_none_or(|life| life <= 30 * DAY / SECOND);
    is_good.then_some(claims)
}
