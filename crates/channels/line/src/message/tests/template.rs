//! Templates and actions.

use serde_json::{Value, json};

use super::{PICTURE, bad, good};

fn buttons(change: impl FnOnce(&mut Value)) -> Value {
    let mut template = json!({
        "type": "buttons", "text": "選んでください",
        "actions": [{ "type": "message", "label": "はい", "text": "はい" }],
    });
    change(&mut template);
    json!({ "type": "template", "altText": "選択", "template": template })
}

#[test]
fn words_on_buttons_are_counted_in_clusters() {
    let family = "👨‍👩‍👧‍👦";
    let label = |label: String| buttons(|template| template["actions"][0]["label"] = label.into());
    good(&label(family.repeat(20)));
    bad(
        &label(family.repeat(21)),
        "/template/actions/0/label",
        "too_long",
    );
    let title = |count| buttons(|template| template["title"] = family.repeat(count).into());
    good(&title(40));
    bad(&title(41), "/template/title", "too_long");
    let name = |count| json!({ "type": "text", "text": "a", "sender": { "name": "あ".repeat(count), "iconUrl": PICTURE } });
    good(&name(20));
    bad(&name(21), "/sender/name", "too_long");
}

#[test]
fn a_template_with_a_picture_or_title_has_less_room() {
    let body = |count: usize, with: Option<&str>| {
        buttons(|template| {
            template["text"] = "字".repeat(count).into();
            if let Some(name) = with {
                template[name] = PICTURE.into();
            }
        })
    };
    good(&body(160, None));
    bad(&body(161, None), "/template/text", "too_long");
    good(&body(60, Some("thumbnailImageUrl")));
    bad(
        &body(61, Some("thumbnailImageUrl")),
        "/template/text",
        "too_long_with_picture",
    );
    bad(
        &body(61, Some("title")),
        "/template/text",
        "too_long_with_picture",
    );
    let alt = |count: usize| {
        let mut message = buttons(|_| {});
        message["altText"] = "字".repeat(count).into();
        message
    };
    good(&alt(1_500));
    bad(&alt(1_501), "/altText", "too_long");
}

#[test]
fn templates_count_their_buttons_and_columns() {
    let action = json!({ "type": "uri", "label": "見る", "uri": "https://shop.example.jp/" });
    let count = |number: usize| {
        buttons(|template| template["actions"] = json!(vec![action.clone(); number]))
    };
    good(&count(4));
    bad(&count(5), "/template/actions", "too_many");
    bad(&count(0), "/template/actions", "too_few");
    let confirm = |number: usize, length: usize| json!({ "type": "template", "altText": "a", "template": { "type": "confirm", "text": "字".repeat(length), "actions": vec![action.clone(); number] } });
    good(&confirm(2, 240));
    bad(&confirm(2, 241), "/template/text", "too_long");
    bad(&confirm(1, 1), "/template/actions", "too_few");
    bad(&confirm(3, 1), "/template/actions", "too_many");
    let column = json!({ "text": "字".repeat(120), "actions": [action] });
    let carousel = |columns: Vec<Value>| json!({ "type": "template", "altText": "a", "template": { "type": "carousel", "columns": columns } });
    good(&carousel(vec![column.clone(); 10]));
    bad(
        &carousel(vec![column.clone(); 11]),
        "/template/columns",
        "too_many",
    );
    let mut titled = column.clone();
    titled["title"] = "題".into();
    titled["text"] = "字".repeat(60).into();
    bad(
        &carousel(vec![column, titled]),
        "/template/columns/1",
        "differs",
    );
    let picture = |label: &str| {
        json!({ "type": "template", "altText": "a", "template": { "type": "image_carousel", "columns": [
            { "imageUrl": PICTURE, "action": { "type": "postback", "label": label, "data": "a" } }] } })
    };
    good(&picture(&"あ".repeat(12)));
    bad(
        &picture(&"あ".repeat(13)),
        "/template/columns/0/action/label",
        "too_long",
    );
}

#[test]
fn actions_keep_their_limits_and_places() {
    let quick = |action: Value| json!({ "type": "text", "text": "a", "quickReply": { "items": [{ "type": "action", "action": action }] } });
    let at = "/quickReply/items/0/action";
    good(&quick(json!({ "type": "camera", "label": "撮る" })));
    good(&quick(json!({ "type": "cameraRoll", "label": "選ぶ" })));
    good(&quick(json!({ "type": "location", "label": "場所" })));
    bad(
        &quick(json!({ "type": "location" })),
        &format!("{at}/label"),
        "required",
    );
    let menu = json!({ "type": "richmenuswitch", "richMenuAliasId": "a", "data": "d" });
    bad(&quick(menu), &format!("{at}/type"), "not_here");
    let camera = json!({ "type": "camera", "label": "a" });
    bad(
        &buttons(|template| template["actions"][0] = camera),
        "/template/actions/0/type",
        "not_here",
    );
    let postback =
        |data: usize| quick(json!({ "type": "postback", "label": "a", "data": "d".repeat(data) }));
    good(&postback(300));
    bad(&postback(301), &format!("{at}/data"), "too_long");
    bad(&postback(0), &format!("{at}/data"), "too_short");
    let uri = |length: usize| {
        quick(
            json!({ "type": "uri", "label": "a", "uri": format!("https://e.jp/{}", "a".repeat(length - 13)) }),
        )
    };
    good(&uri(1_000));
    bad(&uri(1_001), &format!("{at}/uri"), "too_long");
    good(&quick(
        json!({ "type": "uri", "label": "a", "uri": "tel:0312345678" }),
    ));
    bad(
        &quick(json!({ "type": "uri", "label": "a", "uri": "javascript:alert(1)" })),
        &format!("{at}/uri"),
        "bad_address",
    );
    good(&quick(
        json!({ "type": "clipboard", "label": "a", "clipboardText": "あ".repeat(1_000) }),
    ));
    bad(
        &quick(json!({ "type": "clipboard", "label": "a", "clipboardText": "あ".repeat(1_001) })),
        &format!("{at}/clipboardText"),
        "too_long",
    );
    bad(
        &quick(json!({ "type": "postback", "label": "a", "data": "d", "fillInText": "x" })),
        &format!("{at}/fillInText"),
        "not_here",
    );
    good(&quick(
        json!({ "type": "postback", "label": "a", "data": "d", "inputOption": "openKeyboard", "fillInText": "x" }),
    ));
}

#[test]
fn a_date_picker_is_written_as_its_mode_says() {
    let picker = |mode: &str, min: &str, max: &str| {
        json!({ "type": "text", "text": "a", "quickReply": { "items": [{ "type": "action", "action": {
            "type": "datetimepicker", "label": "日時", "data": "d", "mode": mode, "min": min, "max": max } }] } })
    };
    let at = "/quickReply/items/0/action";
    good(&picker("date", "2026-04-01", "2026-04-30"));
    good(&picker("time", "09:00", "18:30"));
    good(&picker("datetime", "2026-04-01T09:00", "2026-04-01t10:00"));
    bad(
        &picker("date", "2026-02-30", "2026-04-30"),
        &format!("{at}/min"),
        "bad_format",
    );
    bad(
        &picker("time", "09:00", "25:00"),
        &format!("{at}/max"),
        "bad_format",
    );
    bad(
        &picker("date", "2026-05-01", "2026-04-30"),
        &format!("{at}/max"),
        "out_of_range",
    );
    bad(
        &picker("year", "2026", "2027"),
        &format!("{at}/mode"),
        "unknown_value",
    );
}
