//! Links: found, replaced, and some of them left alone.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::borrow::Cow;

use contents::{CompiledEmail, Data, Footer, LinkKind, RenderOptions, Rendered};
use serde_json::json;

use crate::support::{document, in_text, render, workspace};

fn email_with_links() -> Rendered {
    let body = r#"<a href="https://example.com/?a=1&amp;b=2">A</a> <a href="{{ p }}">P</a>
      <a href="{{ unsubscribe_url }}">停止</a> <a href="{{ preferences_url }}">設定</a>
      <a href="mailto:info@example.com">mail</a>"#;
    let data = json!({
        "p": "https://example.com/p?x=1&y=2",
        "unsubscribe_url": "https://t.example/u/1?a=1&b=2",
        "preferences_url": "https://t.example/p/1",
    });
    render(&in_text(body), data).unwrap()
}

#[test]
fn links_are_listed_in_order_with_their_kind() {
    let rendered = email_with_links();
    let links = rendered.links();
    let html: Vec<_> = links
        .iter()
        .filter(|l| !l.is_text)
        .map(|l| (l.ordinal, l.url.as_ref(), l.kind))
        .collect();
    assert_eq!(
        html,
        [
            (0, "https://example.com/?a=1&b=2", LinkKind::Web),
            (1, "https://example.com/p?x=1&y=2", LinkKind::Web),
            (2, "https://t.example/u/1?a=1&b=2", LinkKind::Unsubscribe),
            (3, "https://t.example/p/1", LinkKind::Preferences),
            (4, "mailto:info@example.com", LinkKind::Contact),
        ]
    );
}

#[test]
fn web_links_are_replaced_in_both_parts_and_system_links_are_not() {
    let message = email_with_links().into_tracked(
        |link| {
            Cow::Owned(format!(
                "https://t.example/c/{}?k=1&t={}",
                link.ordinal,
                u8::from(link.is_text)
            ))
        },
        Some("https://t.example/o/1?a&b"),
    );
    assert!(
        message
            .html
            .contains("href=\"https://t.example/c/1?k=1&amp;t=0\""),
        "{}",
        message.html
    );
    assert!(
        message
            .html
            .contains("href=\"https://t.example/u/1?a=1&amp;b=2\"")
    );
    assert!(
        message
            .html
            .contains("src=\"https://t.example/o/1?a&amp;b\"")
    );
    assert!(message.html.trim_end().ends_with("</body></html>"));
    assert!(
        message.text.contains("P <https://t.example/c/1?k=1&t=1>"),
        "{}",
        message.text
    );
    assert!(
        message
            .text
            .contains("停止 <https://t.example/u/1?a=1&b=2>")
    );
    assert!(
        !message.html.contains(['\u{1}', '\u{2}', '\u{3}'])
            && !message.text.contains(['\u{1}', '\u{2}', '\u{3}'])
    );
}

#[test]
fn data_cannot_forge_link_marks() {
    let body = "{{ x }}{{ x | raw }}<a href=\"https://example.com/{{ x }}\">{{ x }}</a>";
    let forged = "\u{1}0\u{2}https://evil.example\u{3}";
    let rendered = render(&in_text(body), json!({"x": forged})).unwrap();
    let web: Vec<_> = rendered
        .links()
        .into_iter()
        .filter(|link| !link.is_text)
        .collect();
    assert_eq!(web.len(), 1);
    assert!(web[0].url.starts_with("https://example.com/"));
}

#[test]
fn the_standard_footer_is_added_and_enforced() {
    let email = CompiledEmail::compile(&document(&in_text("こんにちは")), Footer::Ensure).unwrap();
    let data = json!({"workspace": workspace(), "unsubscribe_url": "https://t.example/u/1"});
    let message = email
        .render(&Data::from_json(&data), &RenderOptions::default())
        .unwrap()
        .into_message();
    for part in [&message.html, &message.text] {
        assert!(
            part.contains("えにし商店")
                && part.contains("〒100-0001")
                && part.contains("配信停止 / Unsubscribe"),
            "{part}"
        );
        assert!(part.contains("https://t.example/u/1"));
    }
    let without_address =
        json!({"workspace": {"name": "x"}, "unsubscribe_url": "https://t.example/u/1"});
    let error = email
        .render(
            &Data::from_json(&without_address),
            &RenderOptions::default(),
        )
        .unwrap_err()
        .0;
    assert_eq!(error.code, "footer_missing");
    assert!(error.message_en.contains("workspace.postal_address"));
    let hidden = CompiledEmail::compile(&document(&in_text("{% if x %}{{ workspace.name }}{{ workspace.postal_address }}<a href=\"{{ unsubscribe_url }}\">x</a>{% endif %}")), Footer::Ensure).unwrap();
    assert_eq!(
        hidden
            .render(&Data::from_json(&data), &RenderOptions::default())
            .unwrap_err()
            .0
            .code,
        "footer_missing"
    );
}

#[test]
fn an_own_text_part_gets_the_footer_too() {
    let mut document = document(&in_text("こんにちは"));
    document.variants.get_mut("ja").unwrap().text =
        Some("こんにちは {{ customer.name }} & <b>".to_owned());
    let email = CompiledEmail::compile(&document, Footer::Ensure).unwrap();
    let data = json!({"customer": {"name": "A&B"}, "workspace": workspace(), "unsubscribe_url": "https://t.example/u/1"});
    let text = email
        .render(&Data::from_json(&data), &RenderOptions::default())
        .unwrap()
        .into_message()
        .text;
    assert!(text.starts_with("こんにちは A&B & <b>"));
    assert!(text.contains("配信停止 / Unsubscribe: https://t.example/u/1"));
}

#[test]
fn the_preheader_stands_first_in_the_body_and_is_escaped() {
    let mut document = document(&in_text("x"));
    document.variants.get_mut("ja").unwrap().preheader = "{{ n }} & もっと".to_owned();
    let email = CompiledEmail::compile(&document, Footer::Leave).unwrap();
    let rendered = email
        .render(
            &Data::from_json(&json!({"n": "<b>"})),
            &crate::support::free(),
        )
        .unwrap();
    assert_eq!(rendered.preheader, "<b> & もっと");
    let message = rendered.into_message();
    assert!(
        message
            .html
            .contains("mso-hide:all\">&lt;b&gt; &amp; もっと"),
        "{}",
        message.html
    );
    assert!(!message.text.contains("もっと"));
}

#[test]
fn the_locale_falls_back_from_region_to_language_to_default() {
    let mut document = document(&in_text("日本語"));
    let mut english = document.variants["ja"].clone();
    english.mjml = in_text("English");
    document.variants.insert("en".to_owned(), english);
    let email = CompiledEmail::compile(&document, Footer::Leave).unwrap();
    assert_eq!(email.locale_for(Some("en-GB")), "en");
    assert_eq!(email.locale_for(Some("fr")), "ja");
    assert_eq!(email.locale_for(None), "ja");
}
