//! What devices take, and what they show of it.

use super::RenderedPush;
use crate::{
    UrlUse,
    document::{escape_pointer, problem},
    link::is_allowed,
    problem::Problem,
};

/// What a browser's push holds is 3,993 bytes; beside the words stand names, the push's own and those of our addresses.
const MOST_BYTES: usize = 3_400;
/// What a link counts for: it is replaced by one of our own.
const LINK_BYTES: usize = 220;
/// The longest address, in characters.
const LONGEST_LINK: usize = 2_000;
/// What a locked telephone shows of a title in a line, in half-width signs.
const TITLE_WIDTH: usize = 40;
/// What it shows of a text before it is unfolded: four lines on iOS, of which Android and Chromium show two.
const BODY_WIDTH: usize = 100;
/// What stands on a button without being cut, in half-width signs.
const BUTTON_WIDTH: usize = 20;

/// Returns how wide a text is: signs of Japanese and pictures are two, others one.
pub fn width(text: &str) -> usize {
    let wide = |sign: char| if u32::from(sign) < 0x1100 { 1 } else { 2 };
    text.chars().map(wide).sum()
}

/// Lists what a device cannot take.
pub(super) fn faults(push: &RenderedPush) -> Vec<Problem> {
    let base = format!("/variants/{}", escape_pointer(&push.locale));
    let mut found = Vec::new();
    if push.image.as_deref().is_some_and(|url| !is_https(url)) {
        found.push(problem(
            "image_url",
            &format!("{base}/image"),
            "画像は https:// で始まるURLを入れてください。",
            "give the picture an address that starts with https://",
        ));
    }
    let own = push.link.iter().map(|link| (format!("{base}/link"), link));
    let buttons = push.buttons.iter().enumerate().filter_map(|(at, button)| {
        let link = button.link.as_ref()?;
        Some((format!("{base}/buttons/{at}/link"), link))
    });
    for (pointer, link) in own.chain(buttons) {
        if !is_link(link) {
            found.push(problem(
                "link_url",
                &pointer,
                "リンクは https:// で始まるURLか、アプリのURLスキーム（myapp:// など）を入れてください。",
                "give an address that starts with https://, or a scheme of your app such as myapp://",
            ));
        }
    }
    let bytes = size(push);
    if bytes > MOST_BYTES {
        found.push(problem(
            "too_long",
            &format!("{base}/body"),
            format!("プッシュ通知に入りきりません（約{bytes}バイト、上限は{MOST_BYTES}バイト）。文面を短くしてください。"),
            format!("this does not fit into a push (about {bytes} bytes of {MOST_BYTES}); write less"),
        ));
    }
    found
}

/// Lists what a locked telephone would cut off. Nothing of it keeps a push from being sent.
pub fn lint(push: &RenderedPush) -> Vec<Problem> {
    let base = format!("/variants/{}", escape_pointer(&push.locale));
    let mut found = Vec::new();
    let mut long = |code, field: &str, ja: &str, en: &str| {
        found.push(problem(code, &format!("{base}/{field}"), ja, en));
    };
    if width(&push.title) > TITLE_WIDTH {
        long(
            "title_cut",
            "title",
            "タイトルが長く、ロック画面では途中までしか表示されません（全角20文字が目安です）。",
            "the title is cut off on a locked screen; some 40 letters are shown",
        );
    }
    if width(&push.body) > BODY_WIDTH {
        long(
            "body_cut",
            "body",
            "本文が長く、開くまで続きが表示されません（全角50文字が目安です）。大事なことは先に書いてください。",
            "the text is cut off until it is unfolded; some 100 letters are shown, so say what matters first",
        );
    }
    for (at, button) in push.buttons.iter().enumerate() {
        if width(&button.label) > BUTTON_WIDTH {
            long(
                "button_cut",
                &format!("buttons/{at}/label"),
                "ボタンの文字が長く、途中で切れることがあります（全角10文字が目安です）。",
                "the words on the button may be cut off; some 20 letters are shown",
            );
        }
    }
    found
}

fn size(push: &RenderedPush) -> usize {
    let written = |text: &str| serde_json::to_string(text).map_or(0, |json| json.len());
    let link = |link: &Option<String>| link.as_ref().map_or(0, |link| link.len().max(LINK_BYTES));
    let buttons = push
        .buttons
        .iter()
        .map(|button| written(&button.label) + link(&button.link) + 40);
    written(&push.title)
        + written(&push.body)
        + push.image.as_deref().map_or(0, written)
        + link(&push.link)
        + buttons.sum::<usize>()
}

fn is_https(url: &str) -> bool {
    url.starts_with("https://")
        && url.chars().count() <= LONGEST_LINK
        && !url.contains(char::is_whitespace)
        && is_allowed(url, UrlUse::Resource)
}

/// A scheme of an app's own is taken, one that a browser runs or that opens files is not.
fn is_link(url: &str) -> bool {
    const BAD: &[&str] = &[
        "http",
        "javascript",
        "data",
        "vbscript",
        "file",
        "blob",
        "ftp",
        "about",
        "view-source",
        "mailto",
        "tel",
    ];
    if is_https(url) {
        return true;
    }
    let Some((scheme, rest)) = url.split_once(':') else {
        return false;
    };
    let scheme = scheme.to_ascii_lowercase();
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    scheme != "https"
        && is_scheme
        && !rest.is_empty()
        && !BAD.contains(&scheme.as_str())
        && url.chars().count() <= LONGEST_LINK
        && !url.chars().any(|c| c.is_control() || c.is_whitespace())
}
