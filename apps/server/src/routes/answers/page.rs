//! The public pages: plain HTML without scripts, in the reader's language.

use std::fmt::Write as _;

use axum::{
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::id::WorkspaceId;

use super::preferences::Choice;
use crate::{http::extract::Locale, state::App};

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const STYLE: &str = "body{margin:0;background:#fbf9f4;color:#211f1c;font:16px/1.75 'Hiragino Sans','Noto Sans JP','Noto Sans CJK JP',system-ui,sans-serif}\
main{max-width:34em;margin:0 auto;padding:72px 24px}\
.who{font-size:14px;color:#57524a;border-bottom:2px solid #cf3f27;display:inline-block;padding-bottom:4px}\
h1{font:500 26px/1.4 'Hiragino Mincho ProN','Noto Serif JP','Noto Serif CJK JP',serif;margin:24px 0 12px;text-wrap:balance}\
button{font:inherit;min-height:44px;padding:0 20px;border:0;border-radius:4px;background:#23407a;color:#fffefc;cursor:pointer}\
button:focus-visible,a:focus-visible,input:focus-visible{outline:2px solid #2f5bb7;outline-offset:2px}\
a{color:#23407a}label{display:flex;gap:12px;align-items:center;min-height:44px;border-top:1px solid #e5dfd3}\
input{width:20px;height:20px;accent-color:#23407a}form{margin:24px 0}.done{color:#2c6545}\
@media(prefers-color-scheme:dark){body{background:#181714;color:#ece7db}.who{color:#bdb5a6}a{color:#a9bdeb}\
button{background:#a9bdeb;color:#141b2c}label{border-color:#322f29}.done{color:#8cc4a0}}";

/// Returns the company's name as its customers know it.
pub(super) async fn company(app: &App, workspace: WorkspaceId) -> String {
    let found = access::workspace::find(app.db.reader(), workspace)
        .await
        .ok()
        .flatten();
    found.map(|workspace| workspace.name).unwrap_or_default()
}

/// The page that asks before stopping.
pub(super) fn unsubscribe(locale: &Locale, company: &str, token: &str) -> Response {
    let [title, body, stop, choose] = say(
        locale,
        [
            "配信を止めますか？",
            "このメールアドレスへのお知らせを、すべて止めます。ご注文の確認など必要なご連絡は届きます。",
            "配信を止める",
            "受け取るものを選ぶ",
        ],
        [
            "Stop these mails?",
            "This address gets no more news. Messages that you need, such as order confirmations, still arrive.",
            "Stop the mails",
            "Choose what to receive",
        ],
    );
    let token = escape(token);
    let content = format!(
        "<p>{body}</p><form method=\"post\" action=\"/u/{token}\"><button>{stop}</button></form>\
         <p><a href=\"/u/{token}/preferences\">{choose}</a></p>"
    );
    page(locale, StatusCode::OK, company, title, &content)
}

/// The page after stopping.
pub(super) fn unsubscribed(locale: &Locale, company: &str, token: &str) -> Response {
    let [title, body, back] = say(
        locale,
        [
            "配信を止めました",
            "すでに準備していたメールも送りません。",
            "受け取るものを選び直す",
        ],
        [
            "The mails are stopped",
            "Mails that were being prepared are not sent either.",
            "Choose again what to receive",
        ],
    );
    let content = format!(
        "<p>{body}</p><p><a href=\"/u/{}/preferences\">{back}</a></p>",
        escape(token)
    );
    page(locale, StatusCode::OK, company, title, &content)
}

/// The preference page.
pub(super) fn preferences(
    locale: &Locale,
    company: &str,
    token: &str,
    choices: &[Choice],
    saved: bool,
) -> Response {
    let [title, body, save, done] = say(
        locale,
        [
            "受け取るもの",
            "受け取りたいものにチェックを入れてください。すべて外すと、配信を止めます。",
            "保存する",
            "保存しました。",
        ],
        [
            "What you receive",
            "Tick what you want. With nothing ticked the mails stop.",
            "Save",
            "Saved.",
        ],
    );
    let mut content = String::new();
    if saved {
        // Writing to a String cannot fail, here and below.
        let _ = write!(content, "<p class=\"done\" role=\"status\">✓ {done}</p>");
    }
    let _ = write!(
        content,
        "<p>{body}</p><form method=\"post\" action=\"/u/{}/preferences\">",
        escape(token)
    );
    for choice in choices {
        let checked = if choice.granted { " checked" } else { "" };
        let _ = write!(
            content,
            "<label><input type=\"checkbox\" name=\"want\" value=\"{}\"{checked}>{}</label>",
            escape(&choice.key),
            escape(&choice.label)
        );
    }
    let _ = write!(content, "<p><button>{save}</button></p></form>");
    page(locale, StatusCode::OK, company, title, &content)
}

/// The page for a token that is none of ours.
pub(super) fn broken(locale: &Locale) -> Response {
    let [title, body] = say(
        locale,
        [
            "このリンクは使えません",
            "アドレスが途中で切れているかもしれません。メールのリンクをもう一度開いてください。",
        ],
        [
            "This link does not work",
            "The address may have been cut. Please open the link in the mail again.",
        ],
    );
    page(
        locale,
        StatusCode::NOT_FOUND,
        "",
        title,
        &format!("<p>{body}</p>"),
    )
}

/// The page for a message that is there no more.
pub(super) fn gone(locale: &Locale, company: &str) -> Response {
    let [title, body] = say(
        locale,
        [
            "このメールはもう表示できません",
            "届いたメールそのものは、お使いのメールソフトでご覧いただけます。",
        ],
        [
            "This message can no longer be shown",
            "The mail that you received can still be read in your mail program.",
        ],
    );
    page(
        locale,
        StatusCode::GONE,
        company,
        title,
        &format!("<p>{body}</p>"),
    )
}

/// The page when we cannot do it now.
pub(super) fn later(locale: &Locale) -> Response {
    let [title, body] = say(
        locale,
        [
            "いまは受け付けられません",
            "しばらくしてから、もう一度開いてください。",
        ],
        [
            "Not right now",
            "Please open this page again in a little while.",
        ],
    );
    page(
        locale,
        StatusCode::SERVICE_UNAVAILABLE,
        "",
        title,
        &format!("<p>{body}</p>"),
    )
}

fn say<const N: usize>(
    locale: &Locale,
    ja: [&'static str; N],
    en: [&'static str; N],
) -> [&'static str; N] {
    if locale.0 == "en" { en } else { ja }
}

fn page(
    locale: &Locale,
    status: StatusCode,
    company: &str,
    title: &str,
    content: &str,
) -> Response {
    let who = if company.is_empty() {
        String::new()
    } else {
        format!("<p class=\"who\">{}</p>", escape(company))
    };
    let html = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
         <title>{title}</title><style>{STYLE}</style></head><body><main>{who}<h1>{title}</h1>{content}</main></body></html>",
        escape(&locale.0)
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    ];
    (status, headers, html).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
