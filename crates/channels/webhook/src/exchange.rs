//! One request and its answer on a connection of its own.

use std::time::{Duration, SystemTime};

use channel_core::{Answer, Prepared, Stage, dial::Address};
use futures::future::{Either, select};
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    client::conn::http1,
    header::{self, HeaderMap},
};
use hyper_util::rt::TokioIo;

use crate::{composer::seconds, connect::Stream};

/// The most bytes of an answer that are read: its head as much as its body.
pub const MAX_ANSWER: usize = 64 * 1024;
/// How long the body of an answer may take once its status is there: the status alone decides.
const BODY: Duration = Duration::from_secs(2);
const USER_AGENT: &str = concat!("Enishi-Webhooks/", env!("CARGO_PKG_VERSION"));

/// Sends a prepared notice and returns what was said. The connection ends with it.
pub(crate) async fn exchange(stream: Stream, address: &Address, prepared: &Prepared) -> Answer {
    let broken = |error: &hyper::Error| {
        // `is_canceled`: the connection had ended before anything was written.
        let stage = if error.is_canceled() {
            Stage::BeforeHandover
        } else {
            Stage::AfterHandover
        };
        Answer::broken(stage, error.to_string())
    };
    let request = match request(address, prepared) {
        Ok(request) => request,
        Err(error) => return Answer::broken(Stage::BeforeHandover, error.to_string()),
    };
    let mut builder = http1::Builder::new();
    builder.max_buf_size(MAX_ANSWER);
    let (mut sender, connection) = match builder.handshake(TokioIo::new(stream)).await {
        Ok(both) => both,
        Err(error) => return broken(&error),
    };
    let asked = async {
        match sender.send_request(request).await {
            Ok(response) => read(response, prepared).await,
            Err(error) => broken(&error),
        }
    };
    // Both run on this task, so that whoever drops it drops the connection, too.
    match select(Box::pin(asked), Box::pin(connection)).await {
        Either::Left((answer, _)) => answer,
        // What the connection had read before it ended is still there to be taken.
        Either::Right((_, asked)) => asked.await,
    }
}

fn request(
    address: &Address,
    prepared: &Prepared,
) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
    Request::post(address.target.as_str())
        .header(header::HOST, address.authority.as_str())
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "*/*")
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::CONNECTION, "close")
        .header("webhook-id", prepared.wire_id.as_str())
        .header("webhook-timestamp", seconds(&prepared.message))
        .header("webhook-signature", prepared.sender.as_str())
        .body(Full::new(Bytes::from(prepared.payload.clone())))
}

async fn read(response: Response<Incoming>, prepared: &Prepared) -> Answer {
    let code = response.status().as_u16();
    let retry_after = retry_after(response.headers(), prepared.message.at.0);
    let mut said = Vec::new();
    // What has been read by then is enough for people to see what it was about.
    let _ = tokio::time::timeout(BODY, read_body(response, &mut said)).await;
    let text = String::from_utf8_lossy(&said);
    let text: String = text
        .chars()
        .filter(|c| !c.is_control() || c.is_whitespace())
        .collect();
    let mut answer = Answer::reply(Stage::AfterHandover, code, text);
    answer.retry_after = retry_after;
    answer
}

async fn read_body(mut response: Response<Incoming>, said: &mut Vec<u8>) {
    while said.len() < MAX_ANSWER {
        let Some(Ok(frame)) = response.frame().await else {
            return;
        };
        if let Ok(data) = frame.into_data() {
            let left = MAX_ANSWER - said.len();
            said.extend_from_slice(data.get(..left.min(data.len())).unwrap_or_default());
        }
    }
}

/// Reads `Retry-After`: seconds, or a date.
fn retry_after(headers: &HeaderMap, now_ms: i64) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    let now = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(now_ms).ok()?);
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_asked_for_in_seconds_or_by_a_date() {
        // Wed, 21 Oct 2026 07:28:00 GMT
        let now = 1_792_567_680_000;
        for (text, expected) in [
            ("120", Some(120)),
            (" 7 ", Some(7)),
            ("Wed, 21 Oct 2026 07:29:30 GMT", Some(90)),
            ("Wed, 21 Oct 2026 07:00:00 GMT", Some(0)),
            ("-5", None),
            ("soon", None),
            ("", None),
            ("99999999999999999999999", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, text.parse().unwrap());
            let expected = expected.map(Duration::from_secs);
            assert_eq!(retry_after(&headers, now), expected, "{text:?}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
