//! From the composer's parts to LINE's JSON, texts still templates.

use serde_json::{Map, Value as Json, json};

use super::{
    document::{Button, Card, Design, LineMessage, LineVariant, Repeat},
    tree::EACH,
};

/// LINE's green: what a card has whose author chose no colour.
const ACCENT: &str = "#06c755";
/// Enough of a contrast on white.
const QUIET: &str = "#555f6b";

/// Writes the messages of a variant, each with the pointer of the part that it came from.
pub(super) fn messages(variant: &LineVariant) -> Vec<(Json, String)> {
    let last = variant.messages.len().saturating_sub(1);
    let mut written = Vec::with_capacity(variant.messages.len());
    for (index, message) in variant.messages.iter().enumerate() {
        let mut pointer = format!("/messages/{index}");
        let mut json = match message {
            LineMessage::Text { text } => json!({"type": "text", "text": text}),
            LineMessage::Image { url, preview_url } => json!({
                "type": "image", "originalContentUrl": url,
                "previewImageUrl": preview_url.as_ref().unwrap_or(url),
            }),
            LineMessage::Cards { alt_text, cards } => {
                json!({"type": "flex", "altText": alt_text, "contents": container(cards)})
            }
            LineMessage::Json { message } => {
                pointer.push_str("/message");
                message.clone()
            }
        };
        if index == last
            && !variant.quick_replies.is_empty()
            && let Some(members) = json.as_object_mut()
        {
            members.insert("quickReply".to_owned(), quick_replies(variant));
        }
        written.push((json, pointer));
    }
    written
}

fn quick_replies(variant: &LineVariant) -> Json {
    let item = |reply| json!({"type": "action", "action": action(reply)});
    let items: Vec<Json> = variant.quick_replies.iter().map(item).collect();
    json!({"items": items})
}

/// One card stands alone; several, and one that is made for each of a list, are swiped through.
fn container(cards: &[Card]) -> Json {
    match cards {
        [card] if card.repeat.is_none() => bubble(card),
        _ => {
            let each = |card: &Card| match card.repeat {
                Some(Repeat::Products) => json!({EACH: "products", "item": bubble(card)}),
                None => bubble(card),
            };
            let contents: Vec<Json> = cards.iter().map(each).collect();
            json!({"type": "carousel", "contents": contents})
        }
    }
}

fn bubble(card: &Card) -> Json {
    let accent = card.accent.as_deref().unwrap_or(ACCENT);
    let mut bubble = Map::new();
    bubble.insert("type".to_owned(), json!("bubble"));
    match card.design {
        Design::Picture => {
            bubble.insert("body".to_owned(), vertical(words(card, accent)));
        }
        Design::Coupon => {
            let band = json!({
                "type": "box", "layout": "vertical", "paddingAll": "lg", "backgroundColor": accent,
                "contents": [text(&card.title, json!({"weight": "bold", "size": "lg", "color": "#ffffff", "align": "center"}))],
            });
            bubble.insert("header".to_owned(), band);
            let body = vec![
                text(
                    &card.note,
                    json!({"weight": "bold", "size": "xxl", "align": "center", "color": accent}),
                ),
                text(
                    &card.text,
                    json!({"size": "sm", "align": "center", "color": QUIET}),
                ),
            ];
            bubble.insert("body".to_owned(), vertical(body));
        }
        Design::Note => {
            let mut contents = vec![json!({
                "type": "box", "layout": "vertical", "height": "4px", "width": "40px", "cornerRadius": "2px",
                "backgroundColor": accent, "contents": [{"type": "filler"}],
            })];
            contents.extend(words(card, accent));
            bubble.insert("body".to_owned(), vertical(contents));
        }
    }
    if !card.image.is_empty() {
        let mut hero = json!({"type": "image", "url": card.image, "size": "full", "aspectRatio": "20:13", "aspectMode": "cover"});
        if let (Some(members), Some(Button::Link { .. })) =
            (hero.as_object_mut(), card.buttons.first())
            && let Some(first) = card.buttons.first()
        {
            members.insert("action".to_owned(), action(first));
        }
        bubble.insert("hero".to_owned(), hero);
    }
    if !card.buttons.is_empty() {
        bubble.insert("footer".to_owned(), buttons(card, accent));
    }
    Json::Object(bubble)
}

fn words(card: &Card, accent: &str) -> Vec<Json> {
    vec![
        text(&card.title, json!({"weight": "bold", "size": "lg"})),
        text(&card.text, json!({"size": "sm", "color": QUIET})),
        text(
            &card.note,
            json!({"weight": "bold", "size": "xl", "color": accent}),
        ),
    ]
}

fn vertical(contents: Vec<Json>) -> Json {
    let contents: Vec<Json> = contents
        .into_iter()
        .filter(|part| !part.is_null())
        .collect();
    json!({"type": "box", "layout": "vertical", "spacing": "md", "contents": contents})
}

/// Null for no words.
fn text(words: &str, style: Json) -> Json {
    if words.trim().is_empty() {
        return Json::Null;
    }
    let mut text = json!({"type": "text", "text": words, "wrap": true});
    if let (Some(members), Json::Object(style)) = (text.as_object_mut(), style) {
        members.extend(style);
    }
    text
}

fn buttons(card: &Card, accent: &str) -> Json {
    let button = |(index, button): (usize, &Button)| {
        let style = if index == 0 { "primary" } else { "link" };
        json!({"type": "button", "style": style, "height": "sm", "color": accent, "action": action(button)})
    };
    let contents: Vec<Json> = card.buttons.iter().enumerate().map(button).collect();
    json!({"type": "box", "layout": "vertical", "spacing": "sm", "contents": contents})
}

fn action(button: &Button) -> Json {
    match button {
        Button::Link { label, url } => json!({"type": "uri", "label": label, "uri": url}),
        Button::Say { label, text } => json!({"type": "message", "label": label, "text": text}),
    }
}
