//! Flex messages.

use serde_json::{Value, json};

use super::{PICTURE, bad, good};

fn flex(contents: &Value) -> Value {
    json!({ "type": "flex", "altText": "お知らせ", "contents": contents })
}

fn bubble(body: &Value) -> Value {
    json!({ "type": "bubble", "body": { "type": "box", "layout": "vertical", "contents": body } })
}

#[test]
fn a_flex_tree_is_checked_to_its_leaves() {
    good(&flex(&bubble(
        &json!([{ "type": "text", "text": "春", "size": "5xl", "color": "#1DB446", "wrap": true }]),
    )));
    let at = "/contents/body/contents/0";
    let leaf = |leaf: Value, name: &str, code: &str| {
        bad(&flex(&bubble(&json!([leaf]))), &format!("{at}{name}"), code);
    };
    leaf(
        json!({ "type": "text", "text": "a", "size": "huge" }),
        "/size",
        "bad_format",
    );
    leaf(
        json!({ "type": "text", "text": "a", "color": "red" }),
        "/color",
        "bad_format",
    );
    leaf(json!({ "type": "text", "text": "" }), "/text", "too_short");
    leaf(json!({ "type": "text" }), "", "required");
    leaf(
        json!({ "type": "box", "contents": [] }),
        "/layout",
        "required",
    );
    leaf(
        json!({ "type": "icon", "url": PICTURE }),
        "/type",
        "unknown_type",
    );
    leaf(json!({ "type": "video" }), "/type", "unknown_type");
    leaf(
        json!({ "type": "image", "url": "http://e.jp/a.png" }),
        "/url",
        "bad_address",
    );
    leaf(
        json!({ "type": "image", "url": PICTURE, "aspectRatio": "1:4" }),
        "/aspectRatio",
        "bad_format",
    );
    leaf(
        json!({ "type": "text", "text": "a", "fontSize": 3 }),
        "/fontSize",
        "unknown_field",
    );
    leaf(
        json!({ "type": "button", "style": "primary" }),
        "/action",
        "required",
    );
}

#[test]
fn a_bubble_and_its_buttons_keep_their_limits() {
    let at = "/contents/body/contents/0";
    let button = |count: usize| {
        flex(&bubble(
            &json!([{ "type": "button", "action": { "type": "uri", "label": "あ".repeat(count), "uri": "https://e.jp/" } }]),
        ))
    };
    good(&button(40));
    bad(&button(41), &format!("{at}/action/label"), "too_long");
    bad(&flex(&json!({ "type": "bubble" })), "/contents", "required");
    bad(
        &flex(
            &json!({ "type": "bubble", "size": "tera", "body": { "type": "text", "text": "a" } }),
        ),
        "/contents/size",
        "unknown_value",
    );
}

#[test]
fn flex_has_limits_on_its_json() {
    // {"body":{"contents":[…],"layout":"vertical","type":"box"},"type":"bubble"}
    let sized = |bytes: usize| {
        let texts = |n: usize| json!({ "type": "text", "text": "a".repeat(n) });
        let full = vec![texts(1_500); 19];
        let mut with = full.clone();
        with.push(texts(1));
        let short = serde_json::to_vec(&bubble(&json!(with))).unwrap().len();
        let mut last = full;
        last.push(texts(1 + bytes - short));
        let bubble = bubble(&json!(last));
        assert_eq!(serde_json::to_vec(&bubble).unwrap().len(), bytes);
        bubble
    };
    good(&flex(&sized(30_000)));
    bad(&flex(&sized(30_001)), "/contents", "too_large");
    let carousel = |bubbles: Vec<Value>| flex(&json!({ "type": "carousel", "contents": bubbles }));
    let small = bubble(&json!([{ "type": "text", "text": "a" }]));
    good(&carousel(vec![small.clone(); 12]));
    bad(
        &carousel(vec![small.clone(); 13]),
        "/contents/contents",
        "too_many",
    );
    bad(&carousel(vec![sized(29_900); 2]), "/contents", "too_large");
    bad(
        &carousel(vec![sized(30_001), small.clone()]),
        "/contents/contents/0",
        "too_large",
    );
    let mut nano = small.clone();
    nano["size"] = "nano".into();
    bad(
        &carousel(vec![small, nano]),
        "/contents/contents/1",
        "differs",
    );
}

#[test]
fn ten_pictures_of_a_message_move() {
    let moving = |count: usize| {
        flex(&bubble(&json!(vec![
            json!({ "type": "image", "url": PICTURE, "animated": true });
            count
        ])))
    };
    good(&moving(10));
    bad(&moving(11), "", "too_many");
}
