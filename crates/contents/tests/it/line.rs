//! Messages for LINE, held against LINE's own limits.

use contents::{
    Data, RenderOptions,
    line::{self, CompiledLine, LineDocument, RenderedLine},
    sample_data,
};
use kernel::invalid::Invalid;
use serde_json::{Value as Json, json};

fn check(messages: Json) -> Result<(), Invalid> {
    channel_line::Messages::check(messages, "").map(drop)
}

fn document(variant: &Json) -> LineDocument {
    serde_json::from_value(json!({
        "version": 1, "kind": "line", "name": "春の新作", "default_locale": "ja", "variants": {"ja": variant},
    }))
    .expect("the document has the right shape")
}

fn compiled(messages: &Json) -> CompiledLine {
    let document = document(&json!({"messages": messages}));
    assert_eq!(line::problems(&document, check), []);
    CompiledLine::compile(&document).expect("nothing is wrong with it")
}

fn rendered(line: &CompiledLine, data: &Json) -> RenderedLine {
    line.render(
        Data::from_json(data),
        &RenderOptions::default(),
        &mut |link| link.url.into_owned(),
    )
    .expect("there is something to say")
}

fn pointers(variant: &Json) -> Vec<(String, &'static str)> {
    let told = line::problems(&document(variant), check).into_iter();
    told.map(|problem| (problem.pointer, problem.code))
        .collect()
}

#[test]
fn words_carry_what_is_known_of_the_customer_and_every_address_can_be_followed() {
    let line = compiled(&json!([{"kind": "text", "text":
        "{{ customer.name }}様\n新作はこちら→https://shop.example.jp/new?a=1。 詳しくは「https://shop.example.jp/faq」へ😀"}]));
    let mut seen = Vec::new();
    let written = line
        .render(
            Data::from_json(&json!({"customer": {"name": "山田 花子"}})),
            &RenderOptions::default(),
            &mut |link| {
                seen.push((link.url.to_string(), link.ordinal));
                format!("https://t.example.jp/c/{}", seen.len())
            },
        )
        .unwrap();
    assert_eq!(
        written.messages,
        [json!({"type": "text", "text":
            "山田 花子様\n新作はこちら→https://t.example.jp/c/1。 詳しくは「https://t.example.jp/c/2」へ😀"})]
    );
    assert_eq!(seen[0].0, "https://shop.example.jp/new?a=1");
    assert_eq!(seen[1].0, "https://shop.example.jp/faq");
    assert_ne!(seen[0].1, seen[1].1, "each link of a text is its own");
}

#[test]
fn a_card_is_made_for_each_product_and_what_is_missing_takes_nothing_else_with_it() {
    let line = compiled(
        &json!([{"kind": "cards", "alt_text": "おすすめ", "cards": [{
            "repeat": "products", "image": "{{ product.image_url }}", "title": "{{ product.name }}",
            "note": "{{ product.price | money: product.currency }}", "accent": "#884422",
            "buttons": [{"kind": "link", "label": "見てみる", "url": "{{ product.url }}"}],
        }]}]),
    );
    let data = json!({"products": [
        {"name": "急須", "price": 4800, "currency": "JPY", "image_url": "https://img.example.jp/1.jpg", "url": "https://shop.example.jp/1"},
        {"name": "湯のみ", "price": 1200, "currency": "JPY", "image_url": "", "url": "https://shop.example.jp/2"},
        {"name": "茶葉", "price": 900, "currency": "JPY", "image_url": "https://img.example.jp/3.jpg", "url": ""},
    ]});
    let messages = rendered(&line, &data).messages;
    let cards = &messages[0]["contents"]["contents"];
    assert_eq!(cards.as_array().unwrap().len(), 3);
    assert_eq!(cards[0]["hero"]["url"], "https://img.example.jp/1.jpg");
    assert_eq!(
        cards[0]["footer"]["contents"][0]["action"]["uri"],
        "https://shop.example.jp/1"
    );
    assert_eq!(cards[0]["footer"]["contents"][0]["color"], "#884422");
    assert!(cards[1].get("hero").is_none(), "no picture, no hole");
    assert_eq!(cards[1]["body"]["contents"][0]["text"], "湯のみ");
    assert!(
        cards[2].get("footer").is_none() && cards[2]["hero"].get("action").is_none(),
        "no address, no button"
    );
    check(Json::Array(messages)).unwrap();
}

#[test]
fn what_comes_out_empty_is_not_sent_and_nothing_at_all_is_an_error() {
    let line = compiled(&json!([
        {"kind": "text", "text": "{% if customer.attributes.rank == 'gold' %}ゴールド会員様へ{% endif %}"},
        {"kind": "text", "text": "{% if customer.name %}こんにちは{% endif %}"},
    ]));
    let gold = json!({"customer": {"name": "花子", "attributes": {"rank": "gold"}}});
    assert_eq!(rendered(&line, &gold).messages.len(), 2);
    let other = json!({"customer": {"name": "太郎"}});
    assert_eq!(
        rendered(&line, &other).messages,
        [json!({"type": "text", "text": "こんにちは"})]
    );
    let nobody = line.render(
        Data::from_json(&json!({})),
        &RenderOptions::default(),
        &mut |link| link.url.into_owned(),
    );
    let error = nobody.unwrap_err().0;
    assert_eq!(
        (error.code, error.pointer.as_str()),
        ("nothing_to_say", "/variants/ja/messages")
    );
}

#[test]
fn every_design_and_quick_replies_are_what_line_takes() {
    for design in ["picture", "coupon", "note"] {
        let variant = json!({
            "messages": [
                {"kind": "image", "url": "https://img.example.jp/a.jpg"},
                {"kind": "cards", "alt_text": "{{ customer.name }}様へ", "cards": [
                    {"design": design, "title": "春の感謝祭", "text": "全品10%引き", "note": "HARU10",
                     "image": "https://img.example.jp/a.jpg",
                     "buttons": [{"kind": "link", "label": "使う", "url": "https://shop.example.jp/"},
                                 {"kind": "say", "label": "問い合わせ", "text": "問い合わせ"}]},
                    {"design": design, "title": "ひとつだけ"},
                ]},
            ],
            "quick_replies": [{"kind": "say", "label": "はい", "text": "はい"}],
        });
        let document = document(&variant);
        assert_eq!(line::problems(&document, check), [], "{design}");
        let line = CompiledLine::compile(&document).unwrap();
        let messages = rendered(&line, &sample_data("ja")).messages;
        assert_eq!(
            messages[0]["previewImageUrl"],
            "https://img.example.jp/a.jpg"
        );
        assert!(messages[0].get("quickReply").is_none());
        assert_eq!(
            messages[1]["quickReply"]["items"][0]["action"]["text"],
            "はい"
        );
    }
}

#[test]
fn lines_own_json_is_a_template_too() {
    let line = compiled(&json!([{"kind": "json", "message": {
        "type": "flex", "altText": "一覧", "contents": {"type": "carousel", "contents": [
            {"$each": "products", "limit": 2, "item": {"type": "bubble", "body": {"type": "box", "layout": "vertical",
             "contents": [{"type": "text", "text": "{{ product.name }}"}]}}},
        ]},
    }}]));
    let data = json!({"products": [{"name": "一"}, {"name": "二"}, {"name": "三"}]});
    let messages = rendered(&line, &data).messages;
    let cards = messages[0]["contents"]["contents"].as_array().unwrap();
    assert_eq!(cards.len(), 2);
    assert_eq!(cards[1]["body"]["contents"][0]["text"], "二");
}

#[test]
fn each_mistake_is_told_with_its_place() {
    let text = |text: &str| json!({"messages": [{"kind": "text", "text": text}]});
    let at = |pointer: &str, code| vec![(format!("/variants/ja{pointer}"), code)];
    assert_eq!(
        pointers(&text("{% if x %}")),
        at("/messages/0/text", "block_unclosed")
    );
    assert_eq!(
        pointers(&text(&"あ".repeat(5_001))),
        at("/messages/0", "line_refuses")
    );
    assert_eq!(pointers(&json!({"messages": []})), at("/messages", "count"));
    let card = json!({"title": " ", "accent": "red"});
    let cards = json!({"messages": [{"kind": "cards", "alt_text": "a", "cards": [card]}]});
    assert_eq!(
        pointers(&cards),
        [
            (
                "/variants/ja/messages/0/cards/0/accent".to_owned(),
                "colour"
            ),
            (
                "/variants/ja/messages/0/cards/0/title".to_owned(),
                "missing"
            )
        ]
    );
    let json = json!({"messages": [{"kind": "json", "message": {"type": "text", "texto": "x", "text": "y"}}]});
    assert_eq!(
        pointers(&json),
        at("/messages/0/message/texto", "line_refuses")
    );
    let each = json!({"messages": [{"kind": "json", "message": {"type": "flex", "altText": "x", "contents":
        {"type": "carousel", "contents": [{"$each": 7, "item": {}}]}}}]});
    assert_eq!(
        pointers(&each),
        at("/messages/0/message/contents/contents/0", "each")
    );
}

#[test]
fn lists_in_lists_end_in_an_error_rather_than_in_memory() {
    let mut item = json!({"type": "text", "text": "{{ product.name }}"});
    for _ in 0..5 {
        item = json!({"type": "box", "layout": "vertical", "contents": [{"$each": "products", "item": item}]});
    }
    let document = document(
        &json!({"messages": [{"kind": "json", "message": {"type": "flex", "altText": "x",
        "contents": {"type": "bubble", "body": item}}}]}),
    );
    let line = CompiledLine::compile(&document).unwrap();
    let products: Vec<Json> = (0..12).map(|n| json!({"name": n.to_string()})).collect();
    let data = Data::from_json(&json!({"products": products}));
    let made = line.render(data, &RenderOptions::default(), &mut |link| {
        link.url.into_owned()
    });
    let code = made.unwrap_err().0.code;
    assert_eq!(code, "budget_output");
}

#[test]
fn what_is_written_without_a_tag_is_bounded_as_well() {
    let mut item = json!([{"type": "filler"}, vec![0; 20_000]]);
    for _ in 0..3 {
        item = json!({"type": "box", "contents": [{"$each": "products", "item": {"type": "box", "contents": item}}]});
    }
    let document = document(
        &json!({"messages": [{"kind": "json", "message": {"type": "flex", "contents": item}}]}),
    );
    let line = CompiledLine::compile(&document).unwrap();
    let products: Vec<Json> = (0..12).map(|n| json!({"name": n.to_string()})).collect();
    let data = Data::from_json(&json!({"products": products}));
    let made = line.render(data, &RenderOptions::default(), &mut |link| {
        link.url.into_owned()
    });
    assert_eq!(made.unwrap_err().0.code, "budget_output");
}

#[test]
fn the_page_shows_what_is_said_and_lets_nothing_of_it_act() {
    let line = compiled(&json!([
        {"kind": "text", "text": "こんにちは<script>alert(1)</script>"},
        {"kind": "cards", "alt_text": "a", "cards": [{"title": "急須 & 湯のみ", "note": "4,800円", "accent": "#884422",
         "image": "https://img.example.jp/1.jpg?a=1&b=2", "buttons": [{"kind": "link", "label": "見る", "url": "https://shop.example.jp/"}]}]},
        {"kind": "json", "message": {"type": "flex", "altText": "x", "contents": {"type": "bubble", "body": {"type": "box",
         "layout": "vertical", "contents": [{"type": "text", "text": "色", "color": "#112233"}]}}}},
    ]));
    let messages = rendered(&line, &json!({})).messages;
    let html = line::page(&messages, "ja");
    for part in [
        "こんにちは&lt;script&gt;",
        "急須 &amp; 湯のみ",
        "4,800円",
        "color:#112233",
        "src=\"https://img.example.jp/1.jpg?a=1&amp;b=2\"",
        "見る",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    // What never passed a check is drawn all the same, and harmless.
    let hostile = json!([{"type": "flex", "contents": {"type": "bubble", "size": "\"><script>", "body": {"type": "box",
        "layout": "vertical", "backgroundColor": "red;background:url(x)", "width": "1px;x", "contents": [
        {"type": "image", "url": "javascript:alert(1)"}, {"type": "text", "text": "\"><b>", "color": "#12345z"}]}}}]);
    let html = line::page(hostile.as_array().unwrap(), "en");
    for part in [
        "<script>",
        "javascript:",
        "url(x)",
        "1px;x",
        "12345z",
        "\"><b>",
    ] {
        assert!(!html.contains(part), "{part} in {html}");
    }
}
