//! The rules.

use std::{collections::BTreeSet, sync::LazyLock};

use regex::Regex;

use super::{
    Hit,
    page::{Link, Page},
};
use crate::Message;

/// Services that hide where a link leads, which senders of spam are fond of.
const SHORTENERS: [&str; 16] = [
    "bit.ly",
    "bitly.com",
    "tinyurl.com",
    "goo.gl",
    "t.co",
    "ow.ly",
    "is.gd",
    "buff.ly",
    "cutt.ly",
    "rb.gy",
    "shorturl.at",
    "rebrand.ly",
    "tiny.cc",
    "ux.nu",
    "x.gd",
    "00m.in",
];

/// Words of which filters and people have had enough.
const WORN: [&str; 30] = [
    "必ず儲か",
    "絶対に儲か",
    "完全無料",
    "今すぐクリック",
    "高収入",
    "副業で",
    "不労所得",
    "現金プレゼント",
    "当選おめでとう",
    "ご当選",
    "出会い",
    "即日融資",
    "審査なし",
    "効果を保証",
    "痩せる",
    "100%無料",
    "act now",
    "click here",
    "risk free",
    "risk-free",
    "free money",
    "100% free",
    "guaranteed",
    "no obligation",
    "you have won",
    "you are a winner",
    "dear friend",
    "make money",
    "earn extra cash",
    "limited time only",
];

pub(super) fn subject(subject: &str, hits: &mut Vec<Hit>) {
    if subject.trim().is_empty() {
        hits.push(hit(
            "subject_missing",
            1.8,
            "subject",
            "件名がありません。入れてください。".to_owned(),
            "there is no subject; write one".to_owned(),
        ));
        return;
    }
    let letters: Vec<char> = subject.chars().filter(char::is_ascii_alphabetic).collect();
    let n_words = subject.split_whitespace().count();
    let is_upper = letters.len() >= 8 && letters.iter().all(char::is_ascii_uppercase);
    if is_upper && n_words > 1 {
        hits.push(hit(
            "subject_shouting",
            1.5,
            "subject",
            "件名がすべて大文字です。ふつうの大文字・小文字にしましょう。".to_owned(),
            "the subject is all capitals; write it like a sentence".to_owned(),
        ));
    }
    let loud = subject
        .chars()
        .filter(|char| matches!(char, '!' | '！' | '‼' | '❗' | '★' | '☆'))
        .count();
    if loud >= 3 {
        hits.push(hit(
            "subject_loud",
            0.8,
            "subject",
            format!("件名に「！」や「★」が{loud}個あります。1つまでにしましょう。"),
            format!("the subject has {loud} exclamation marks or stars; keep one"),
        ));
    }
    if is_gappy(subject) {
        hits.push(hit(
            "subject_gappy",
            1.0,
            "subject",
            "件名の文字のあいだに空白があります。空白を取りましょう。".to_owned(),
            "the letters of the subject stand apart; take the spaces out".to_owned(),
        ));
    }
    let emoji = subject
        .chars()
        .filter(|char| (0x1f300..=0x1faff).contains(&u32::from(*char)))
        .count();
    if emoji >= 4 {
        hits.push(hit(
            "subject_emoji",
            0.5,
            "subject",
            format!("件名に絵文字が{emoji}個あります。1〜2個にしましょう。"),
            format!("the subject has {emoji} emoji; keep one or two"),
        ));
    }
}

/// Four or more single letters in a row, each apart: `F R E E`, `無 料 進 呈`.
fn is_gappy(subject: &str) -> bool {
    let mut run = 0;
    for word in subject.split_whitespace() {
        let is_single = word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
        run = if is_single { run + 1 } else { 0 };
        if run >= 4 {
            return true;
        }
    }
    false
}

pub(super) fn balance(message: &Message, page: &Page, hits: &mut Vec<Hit>) {
    let n_chars = page
        .text
        .chars()
        .filter(|char| !char.is_whitespace())
        .count();
    // A Japanese character says about as much as two and a half Latin ones.
    let weight: usize = page
        .text
        .chars()
        .filter(|char| !char.is_whitespace())
        .map(|char| if u32::from(char) >= 0x1100 { 5 } else { 2 })
        .sum::<usize>()
        / 2;
    if page.n_images > 0 && weight < 400 {
        hits.push(hit("image_only", 2.0, "mjml",
            format!("画像が{}枚に対して、文字が{n_chars}字しかありません。大事なことは文字で書きましょう。", page.n_images),
            format!("there are {} images and only {n_chars} characters of text; say what matters in words", page.n_images)));
    } else if page.n_images > 0 && weight / page.n_images < 100 {
        hits.push(hit(
            "image_heavy",
            0.8,
            "mjml",
            format!(
                "画像が{}枚と、文字の量に比べて多めです。文字をふやすか、画像を減らしましょう。",
                page.n_images
            ),
            format!(
                "{} images are many for so little text; write more or show fewer",
                page.n_images
            ),
        ));
    }
    if message.text.trim().is_empty() {
        hits.push(hit(
            "text_missing",
            1.1,
            "text",
            "テキスト版がありません。本文を入れましょう。".to_owned(),
            "there is no plain-text part; give it the content".to_owned(),
        ));
    } else if differs(&page.text, &message.text) {
        hits.push(hit(
            "text_differs",
            0.8,
            "text",
            "テキスト版の内容が、HTMLの内容と違います。同じことを書きましょう。".to_owned(),
            "the plain-text part says something else than the HTML; say the same in both"
                .to_owned(),
        ));
    }
}

/// Tells whether most of what the page says is missing from the text part.
fn differs(page: &str, text: &str) -> bool {
    let pairs = |text: &str| -> BTreeSet<(char, char)> {
        let chars: Vec<char> = text
            .chars()
            .filter(|char| char.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect();
        chars
            .iter()
            .copied()
            .zip(chars.iter().copied().skip(1))
            .collect()
    };
    let (page, text) = (pairs(page), pairs(text));
    page.len() >= 40 && page.intersection(&text).count() * 2 < page.len()
}

pub(super) fn links(page: &Page, hits: &mut Vec<Hit>) {
    let hosts = || page.links.iter().filter_map(|link| host_of(&link.href));
    let short: BTreeSet<String> = hosts()
        .filter(|host| SHORTENERS.contains(&host.as_str()))
        .collect();
    if let Some(host) = short.first() {
        hits.push(hit(
            "link_shortened",
            1.5,
            "mjml",
            format!("短縮URL（{host}）が入っています。行き先のURLをそのまま書きましょう。"),
            format!("a link goes through {host}; write where it leads"),
        ));
    }
    if let Some(host) = hosts().find(|host| is_number(host)) {
        hits.push(hit(
            "link_ip",
            1.2,
            "mjml",
            format!("リンク先が番号（{host}）です。ドメイン名のURLにしましょう。"),
            format!("a link leads to the bare address {host}; use a name"),
        ));
    }
    if page.links.iter().any(|link| has_odd_port(&link.href)) {
        hits.push(hit(
            "link_port",
            0.6,
            "mjml",
            "ポート番号のついたリンクがあります。ふつうのhttpsのURLにしましょう。".to_owned(),
            "a link names a port; use a plain https address".to_owned(),
        ));
    }
    if let Some((shown, real)) = page.links.iter().find_map(disguised) {
        hits.push(hit(
            "link_disguised",
            2.5,
            "mjml",
            format!(
                "「{shown}」と見えるリンクが、{real} へ行きます。見た目と行き先をそろえましょう。"
            ),
            format!("a link that reads {shown} leads to {real}; let it lead where it says"),
        ));
    }
}

static SHOWN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^\s*(?:https?://)?((?:[a-z0-9-]+\.)+(?:[a-z]{2,}))(?:[/?#:]\S*)?\s*$").ok()
});

/// Returns the domain that a link shows and the one that it leads to, where they are of different owners.
fn disguised(link: &Link) -> Option<(String, String)> {
    let shown = SHOWN.as_ref()?.captures(&link.words)?;
    let shown = shown.get(1)?.as_str().to_ascii_lowercase();
    let real = host_of(&link.href)?;
    (owner(&shown) != owner(&real)).then_some((shown, real))
}

/// Returns the part of a name that was registered: two labels, or three below `co.jp` and the like.
fn owner(host: &str) -> String {
    let labels: Vec<&str> = host.split('.').collect();
    let n = match labels.as_slice() {
        [.., second, top] if top.len() == 2 && second.len() <= 3 => 3,
        _ => 2,
    };
    let from = labels.len().saturating_sub(n);
    labels.get(from..).unwrap_or_default().join(".")
}

fn authority(href: &str) -> Option<&str> {
    let lower = href.get(..8)?.to_ascii_lowercase();
    let rest = if lower.starts_with("https://") {
        href.get(8..)?
    } else if lower.starts_with("http://") {
        href.get(7..)?
    } else {
        return None;
    };
    rest.split(['/', '?', '#']).next()
}

fn host_of(href: &str) -> Option<String> {
    let authority = authority(href)?;
    let host = authority.rsplit('@').next()?;
    let host = host.split(':').next()?.trim_end_matches('.');
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

fn has_odd_port(href: &str) -> bool {
    let port = authority(href).and_then(|authority| authority.rsplit_once(':'));
    port.is_some_and(|(_, port)| !matches!(port, "80" | "443"))
}

fn is_number(host: &str) -> bool {
    host.parse::<std::net::Ipv4Addr>().is_ok() || host.starts_with('[')
}

pub(super) fn words(message: &Message, hits: &mut Vec<Hit>) {
    let all = format!(
        "{}\n{}\n{}",
        message.subject, message.preheader, message.text
    )
    .to_lowercase();
    let found: Vec<&str> = WORN.into_iter().filter(|worn| all.contains(worn)).collect();
    if found.is_empty() {
        return;
    }
    let n = u8::try_from(found.len().min(4)).unwrap_or(4);
    hits.push(hit(
        "words_worn",
        f32::from(n) * 0.5,
        "mjml",
        format!(
            "迷惑メールによくある言葉（{}）があります。言いかえましょう。",
            found.join("、")
        ),
        format!(
            "words that spam is full of: {}; say it differently",
            found.join(", ")
        ),
    ));
}

fn hit(
    code: &'static str,
    points: f32,
    field: &'static str,
    message_ja: String,
    message_en: String,
) -> Hit {
    Hit {
        code,
        points,
        message_ja,
        message_en,
        field,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spam::{Standing, spam_report};

    fn letter(subject: &str, html: &str, text: &str) -> Message {
        Message {
            subject: subject.to_owned(),
            preheader: String::new(),
            html: html.to_owned(),
            text: text.to_owned(),
        }
    }

    fn codes(message: &Message) -> Vec<&'static str> {
        spam_report(message, "")
            .hits
            .iter()
            .map(|hit| hit.code)
            .collect()
    }

    const GOOD: &str = "春の新作が届きました。今週末まで送料無料でお届けします。お店でもオンラインでもご覧いただけます。";

    #[test]
    fn a_decent_letter_meets_no_rule() {
        let html = format!("<p>{GOOD}</p><a href=\"https://shop.example.jp/\">新作を見る</a>");
        let report = spam_report(&letter("春の新作", &html, GOOD), "");
        assert_eq!((report.standing, report.hits), (Standing::Good, Vec::new()));
    }

    #[test]
    fn each_rule_is_met_by_what_it_is_about() {
        let html = format!("<p>{GOOD}</p>");
        for (subject, html, text, code) in [
            ("", html.as_str(), GOOD, "subject_missing"),
            ("BIG SALE TODAY ONLY", &html, GOOD, "subject_shouting"),
            ("セール！！！", &html, GOOD, "subject_loud"),
            ("無 料 進 呈 のご案内", &html, GOOD, "subject_gappy"),
            ("🎁🎁🎁🎁", &html, GOOD, "subject_emoji"),
            (
                "春",
                "<img src=\"https://a.jp/x.png\" width=\"600\"><p>春</p>",
                "春",
                "image_only",
            ),
            ("春", &html, " ", "text_missing"),
            (
                "春",
                &html,
                "This part says nothing of the kind.",
                "text_differs",
            ),
            (
                "春",
                "<a href=\"https://bit.ly/x\">見る</a>",
                "見る",
                "link_shortened",
            ),
            (
                "春",
                "<a href=\"http://192.0.2.7/x\">見る</a>",
                "見る",
                "link_ip",
            ),
            (
                "春",
                "<a href=\"https://a.jp:8443/x\">見る</a>",
                "見る",
                "link_port",
            ),
            (
                "春",
                "<a href=\"https://evil.example/\">https://www.bank.co.jp/login</a>",
                "見る",
                "link_disguised",
            ),
            ("完全無料です", &html, GOOD, "words_worn"),
        ] {
            assert_eq!(codes(&letter(subject, html, text)), [code], "{code}");
        }
    }

    #[test]
    fn a_link_that_shows_its_own_address_is_no_disguise() {
        for (href, words) in [
            ("https://www.shop.co.jp/x", "shop.co.jp"),
            (
                "https://e.shop.example.jp/c/1",
                "https://shop.example.jp/spring",
            ),
            ("mailto:info@shop.jp", "info@shop.jp"),
            ("https://a.jp/", "新作.を.見る"),
        ] {
            let link = Link {
                href: href.to_owned(),
                words: words.to_owned(),
            };
            assert_eq!(disguised(&link), None, "{href}");
        }
    }

    #[test]
    fn points_add_up_to_a_verdict() {
        let bad = letter(
            "FREE MONEY TODAY",
            "<img src=\"https://a.jp/x.png\" width=\"600\"><a href=\"https://bit.ly/x\">click here</a>",
            "click here: free money",
        );
        let report = spam_report(&bad, "");
        assert_eq!(report.standing, Standing::Bad, "{report:?}");
        assert!(
            report
                .hits
                .is_sorted_by(|one, other| one.points >= other.points)
        );
    }
}
