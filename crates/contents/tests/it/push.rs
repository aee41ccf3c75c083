//! Pushes: rendered for a customer, and held against what devices take and show.

use contents::{
    Data, RenderOptions,
    push::{self, CompiledPush, PushDocument, RenderedPush, lint},
};
use serde_json::{Value as Json, json};

fn document(variant: &Json) -> PushDocument {
    serde_json::from_value(json!({
        "version": 1, "kind": "push", "name": "春", "default_locale": "ja", "variants": {"ja": variant},
    }))
    .expect("the document has the right shape")
}

fn rendered(variant: &Json, data: &Json) -> RenderedPush {
    let document = document(variant);
    assert_eq!(push::problems(&document), []);
    CompiledPush::compile(&document)
        .expect("nothing is wrong with it")
        .render(
            Data::from_json(data),
            &RenderOptions::default(),
            &mut |link| format!("https://t.example.jp/c/{}", link.url.len()),
        )
        .expect("there is something to say")
}

fn faults(variant: &Json) -> Vec<(String, &'static str)> {
    let told = push::problems(&document(variant)).into_iter();
    told.map(|problem| (problem.pointer, problem.code))
        .collect()
}

#[test]
fn each_field_is_written_for_the_customer_and_only_links_to_pages_are_followed() {
    let variant = json!({
        "title": "{{ customer.name }}さんへ", "body": "新作が入りました\nhttps://shop.example.jp/",
        "image": "https://img.example.jp/a.jpg", "link": "https://shop.example.jp/new",
        "buttons": [{"label": "見る", "link": "aoba://new"}, {"label": "{{ nothing }}", "link": "https://shop.example.jp/"}],
    });
    let push = rendered(&variant, &json!({"customer": {"name": "山田 花子"}}));
    assert_eq!(push.title, "山田 花子さんへ");
    assert_eq!(push.body, "新作が入りました\nhttps://shop.example.jp/");
    assert_eq!(push.image.as_deref(), Some("https://img.example.jp/a.jpg"));
    assert_eq!(push.link.as_deref(), Some("https://t.example.jp/c/27"));
    assert_eq!(push.buttons.len(), 1, "a button without words is not shown");
    assert_eq!(push.buttons[0].link.as_deref(), Some("aoba://new"));
}

#[test]
fn what_comes_out_empty_is_left_out_and_a_push_of_nothing_is_not_sent() {
    let push = rendered(
        &json!({"title": "お知らせ", "body": "{{ nothing }}"}),
        &json!({}),
    );
    assert_eq!((push.title.as_str(), push.body.as_str()), ("お知らせ", ""));
    assert_eq!((push.link, push.image), (None, None));
    let nothing = document(&json!({"title": "{{ nothing }}"}));
    let compiled = CompiledPush::compile(&nothing).unwrap();
    let error = compiled
        .render(
            Data::from_json(&json!({})),
            &RenderOptions::default(),
            &mut |link| link.url.into_owned(),
        )
        .unwrap_err();
    assert_eq!(
        (error.0.code, error.0.pointer.as_str()),
        ("nothing_to_say", "/variants/ja/title")
    );
}

#[test]
fn what_no_device_takes_is_told_with_its_place() {
    for (variant, pointer, code) in [
        (json!({"title": " "}), "/variants/ja/title", "missing"),
        (
            json!({"title": "x", "link": "http://shop.example.jp/"}),
            "/variants/ja/link",
            "link_url",
        ),
        (
            json!({"title": "x", "link": "javascript:alert(1)"}),
            "/variants/ja/link",
            "link_url",
        ),
        (
            json!({"title": "x", "link": "/cart"}),
            "/variants/ja/link",
            "link_url",
        ),
        (
            json!({"title": "x", "image": "http://img.example.jp/a.jpg"}),
            "/variants/ja/image",
            "image_url",
        ),
        (
            json!({"title": "x", "body": "あ".repeat(1_200)}),
            "/variants/ja/body",
            "too_long",
        ),
        (
            json!({"title": "x", "buttons": [{"label": ""}]}),
            "/variants/ja/buttons/0/label",
            "missing",
        ),
        (
            json!({"title": "x", "buttons": [{"label": "a"}, {"label": "b"}, {"label": "c"}]}),
            "/variants/ja/buttons",
            "count",
        ),
        (
            json!({"title": "x", "buttons": [{"label": "a", "link": "tel:1"}]}),
            "/variants/ja/buttons/0/link",
            "link_url",
        ),
        (
            json!({"title": "{% if %}"}),
            "/variants/ja/title",
            "tag_incomplete",
        ),
    ] {
        let found = faults(&variant);
        assert_eq!(found.len(), 1, "{variant}: {found:?}");
        assert_eq!(found[0].0, pointer, "{variant}");
        if code != "tag_incomplete" {
            assert_eq!(found[0].1, code, "{variant}");
        }
    }
}

#[test]
fn what_a_locked_screen_cuts_off_is_a_warning_and_keeps_nobody_from_sending() {
    let codes = |variant: Json| -> Vec<&'static str> {
        let push = rendered(&variant, &json!({}));
        lint(&push)
            .into_iter()
            .map(|problem| problem.code)
            .collect()
    };
    assert_eq!(
        codes(json!({"title": "春の器が届きました", "body": "薪窯の急須です"})),
        Vec::<&str>::new()
    );
    assert_eq!(
        codes(
            json!({"title": "あ".repeat(21), "body": "い".repeat(51), "buttons": [{"label": "う".repeat(11)}]})
        ),
        ["title_cut", "body_cut", "button_cut"]
    );
    // Letters are half as wide.
    assert_eq!(
        codes(json!({"title": "a".repeat(40), "body": "b".repeat(100)})),
        Vec::<&str>::new()
    );
}
