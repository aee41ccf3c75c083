//! Messages as a page that looks like the chat on a telephone.
//!
//! An approximation for people who write messages: LINE's own clients lay Flex out in their own ways. Everything that
//! comes from a message is escaped, colours and lengths are taken only in the forms that LINE has.

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::{UrlUse, escape::escape_html, link::is_allowed};

const STYLE: &str = "*{box-sizing:border-box}body{margin:0;padding:16px 12px 24px;background:#8fa6c9;\
font:15px/1.5 'Hiragino Sans','Noto Sans JP',system-ui,sans-serif;color:#111}\
.m{display:flex;gap:8px;margin:0 0 12px;align-items:flex-start}\
.av{flex:none;width:32px;height:32px;border-radius:50%;background:#06c755}\
.b{background:#fff;border-radius:16px;padding:9px 13px;max-width:82%;white-space:pre-wrap;overflow-wrap:anywhere}\
.i{max-width:70%;border-radius:12px;display:block}\
.row{display:flex;gap:8px;overflow-x:auto;max-width:100%;padding-bottom:6px}\
.f{background:#fff;border-radius:12px;overflow:hidden;width:270px;flex:none;display:flex;flex-direction:column}\
.f.nano{width:120px}.f.micro{width:160px}.f.deca{width:220px}.f.hecto{width:241px}.f.kilo{width:260px}.f.giga{width:386px}\
.f>.body,.f>.header,.f>.footer{padding:16px}.f>.body{flex:1}.f>.footer{padding-top:8px}\
.v,.h{display:flex;min-width:0}.v{flex-direction:column}.h{flex-direction:row;align-items:stretch}\
.t{margin:0;overflow-wrap:anywhere}.n{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}\
.btn{display:block;text-align:center;border-radius:8px;padding:8px;text-decoration:none;color:#42659a;width:100%}\
.btn.p{color:#fff;background:#06c755}.btn.s{background:#dcdfe5;color:#111}\
.q{display:flex;gap:8px;flex-wrap:wrap;justify-content:center;margin-top:4px}\
.q span{background:#fff;border:1px solid #c8d0db;border-radius:18px;padding:5px 14px;font-size:13px}\
.x{font-size:12px;color:#4a5668;background:#ffffffb3;border-radius:8px;padding:6px 10px}\
hr{border:0;border-top:1px solid #e3e6ea;width:100%;margin:0}img{max-width:100%}";

/// Lengths by LINE's words, in pixels.
const SPACES: &[(&str, u32)] = &[
    ("none", 0),
    ("xs", 2),
    ("sm", 4),
    ("md", 8),
    ("lg", 12),
    ("xl", 16),
    ("xxl", 20),
];
const SIZES: &[(&str, u32)] = &[
    ("xxs", 11),
    ("xs", 13),
    ("sm", 14),
    ("md", 16),
    ("lg", 19),
    ("xl", 22),
    ("xxl", 29),
    ("3xl", 35),
    ("4xl", 48),
    ("5xl", 74),
];
/// LINE allows boxes in boxes; whoever nests deeper sees the outer ones.
const MAX_DEPTH: usize = 24;

/// Draws messages. What is tapped does nothing here.
pub fn page(messages: &[Json], locale: &str) -> String {
    let mut out = String::with_capacity(4_096);
    let lang = if locale.starts_with("en") { "en" } else { "ja" };
    let _ = write!(
        out,
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>LINE</title><style>{STYLE}</style></head><body>"
    );
    for message in messages {
        out.push_str("<div class=\"m\"><span class=\"av\"></span>");
        one(message, &mut out);
        out.push_str("</div>");
    }
    let quick = messages
        .last()
        .and_then(|last| last.pointer("/quickReply/items"));
    if let Some(items) = quick.and_then(Json::as_array) {
        out.push_str("<div class=\"q\">");
        for item in items {
            let _ = write!(out, "<span>{}</span>", label(item));
        }
        out.push_str("</div>");
    }
    out.push_str("</body></html>");
    out
}

fn one(message: &Json, out: &mut String) {
    match message["type"].as_str().unwrap_or_default() {
        "text" | "textV2" => {
            let _ = write!(out, "<div class=\"b\">{}</div>", text(&message["text"]));
        }
        "image" => image(&message["previewImageUrl"], "i", "", out),
        "imagemap" => {
            let base = message["baseUrl"].as_str().unwrap_or_default();
            image(&Json::String(format!("{base}/700")), "i", "", out);
        }
        "flex" => flex(&message["contents"], out),
        "template" => template(&message["template"], out),
        kind => {
            let _ = write!(out, "<div class=\"x\">{}</div>", escape_html(kind));
        }
    }
}

fn flex(contents: &Json, out: &mut String) {
    let bubbles = match contents["type"].as_str() {
        Some("carousel") => contents["contents"]
            .as_array()
            .map_or(&[][..], Vec::as_slice),
        _ => std::slice::from_ref(contents),
    };
    out.push_str("<div class=\"row\">");
    for bubble in bubbles {
        let size = bubble["size"].as_str().unwrap_or("mega");
        let size = ["nano", "micro", "deca", "hecto", "kilo", "giga"]
            .into_iter()
            .find(|known| *known == size)
            .unwrap_or("mega");
        let _ = write!(out, "<div class=\"f {size}\">");
        for block in ["header", "hero", "body", "footer"] {
            if let Some(part) = bubble.get(block).filter(|part| part.is_object()) {
                let colour = bubble.pointer(&format!("/styles/{block}/backgroundColor"));
                let colour =
                    colour.map_or_else(String::new, |given| self::colour(given, "background"));
                let _ = write!(
                    out,
                    "<div class=\"{block}\" style=\"{colour}{}\">",
                    bare(part)
                );
                component(part, false, 0, out);
                out.push_str("</div>");
            }
        }
        out.push_str("</div>");
    }
    out.push_str("</div>");
}

/// A block's own padding and colour reach its edge.
fn bare(part: &Json) -> &'static str {
    if part.get("paddingAll").is_some() || part["type"] == "image" {
        "padding:0"
    } else {
        ""
    }
}

fn component(part: &Json, in_row: bool, depth: usize, out: &mut String) {
    if depth > MAX_DEPTH {
        return;
    }
    let style = place(part, in_row);
    match part["type"].as_str().unwrap_or_default() {
        "box" => layout(part, &style, depth, out),
        "text" => words(part, &style, out),
        "image" | "icon" => {
            let ratio = part["aspectRatio"]
                .as_str()
                .and_then(ratio)
                .unwrap_or_default();
            let fit = if part["aspectMode"] == "cover" {
                "cover"
            } else {
                "contain"
            };
            let style = format!("{style}width:100%;{ratio}object-fit:{fit};display:block");
            image(&part["url"], "", &style, out);
        }
        "button" => button(part, &style, out),
        "separator" => {
            let _ = write!(out, "<hr style=\"{style}\">");
        }
        // Fillers and spacers take room and show nothing.
        _ => {
            let _ = write!(out, "<span style=\"{style}\"></span>");
        }
    }
}

fn layout(part: &Json, style: &str, depth: usize, out: &mut String) {
    let is_row = matches!(part["layout"].as_str(), Some("horizontal" | "baseline"));
    let mut style = format!("{style}{}", colour(&part["backgroundColor"], "background"));
    for (key, css) in [
        ("spacing", "gap"),
        ("paddingAll", "padding"),
        ("paddingTop", "padding-top"),
        ("paddingBottom", "padding-bottom"),
        ("paddingStart", "padding-left"),
        ("paddingEnd", "padding-right"),
        ("cornerRadius", "border-radius"),
        ("width", "width"),
        ("height", "height"),
    ] {
        length(&part[key], css, &mut style);
    }
    let class = if is_row { "h" } else { "v" };
    let _ = write!(out, "<div class=\"{class}\" style=\"{style}\">");
    for inner in part["contents"].as_array().into_iter().flatten() {
        component(inner, is_row, depth + 1, out);
    }
    out.push_str("</div>");
}

fn words(part: &Json, style: &str, out: &mut String) {
    let mut style = format!("{style}{}", colour(&part["color"], "color"));
    let size = by_word(SIZES, &part["size"]).unwrap_or(16);
    let _ = write!(style, "font-size:{size}px;");
    if part["weight"] == "bold" {
        style.push_str("font-weight:700;");
    }
    if let Some(align @ ("center" | "start" | "end")) = part["align"].as_str() {
        let _ = write!(style, "text-align:{align};");
    }
    if part["decoration"] == "line-through" {
        style.push_str("text-decoration:line-through;");
    }
    let wrap = if part["wrap"] == true { "" } else { " n" };
    let _ = write!(out, "<p class=\"t{wrap}\" style=\"{style}\">");
    match part["contents"].as_array() {
        Some(spans) if !spans.is_empty() => {
            for span in spans {
                let colour = colour(&span["color"], "color");
                let _ = write!(
                    out,
                    "<span style=\"{colour}\">{}</span>",
                    text(&span["text"])
                );
            }
        }
        _ => out.push_str(&text(&part["text"]).replace('\n', "<br>")),
    }
    out.push_str("</p>");
}

fn button(part: &Json, style: &str, out: &mut String) {
    let (class, css) = match part["style"].as_str() {
        Some("primary") => (" p", "background"),
        Some("secondary") => (" s", "background"),
        _ => ("", "color"),
    };
    let colour = colour(&part["color"], css);
    let label = self::label(part);
    let _ = write!(
        out,
        "<span class=\"btn{class}\" style=\"{style}{colour}\">{label}</span>"
    );
}

fn template(template: &Json, out: &mut String) {
    let cards = match template["columns"].as_array() {
        Some(columns) => columns.as_slice(),
        None => std::slice::from_ref(template),
    };
    out.push_str("<div class=\"row\">");
    for card in cards {
        out.push_str("<div class=\"f\">");
        for key in ["thumbnailImageUrl", "imageUrl"] {
            image(&card[key], "", "width:100%;display:block", out);
        }
        let _ = write!(
            out,
            "<div class=\"body\"><b>{}</b><p class=\"t\">{}</p></div><div class=\"footer\">",
            text(&card["title"]),
            text(&card["text"])
        );
        let actions = card["actions"].as_array();
        for action in actions.into_iter().flatten().chain(card.get("action")) {
            let _ = write!(out, "<span class=\"btn\">{}</span>", text(&action["label"]));
        }
        out.push_str("</div></div>");
    }
    out.push_str("</div>");
}

fn image(url: &Json, class: &str, style: &str, out: &mut String) {
    let Some(url) = url.as_str().filter(|url| is_allowed(url, UrlUse::Resource)) else {
        return;
    };
    let url = escape_html(url);
    let _ = write!(
        out,
        "<img class=\"{class}\" style=\"{style}\" src=\"{url}\" alt=\"\">"
    );
}

/// Margin, weight and gravity: what a part says about its place among others.
fn place(part: &Json, in_row: bool) -> String {
    let mut style = String::new();
    let side = if in_row { "margin-left" } else { "margin-top" };
    length(&part["margin"], side, &mut style);
    let grows = part["flex"].as_u64().filter(|weight| *weight <= 100);
    match grows {
        Some(weight) if in_row => {
            let _ = write!(style, "flex:{weight} {weight} 0;min-width:0;");
        }
        None if in_row && part["type"] != "icon" => style.push_str("flex:1 1 0;min-width:0;"),
        _ => {}
    }
    style
}

fn length(value: &Json, css: &str, style: &mut String) {
    let pixels = by_word(SPACES, value).or_else(|| {
        let digits = value.as_str()?.strip_suffix("px")?;
        digits.parse().ok().filter(|pixels| *pixels <= 1_000)
    });
    if let Some(pixels) = pixels {
        let _ = write!(style, "{css}:{pixels}px;");
    }
}

fn by_word(words: &[(&str, u32)], value: &Json) -> Option<u32> {
    let word = value.as_str()?;
    let found = words.iter().find(|(known, _)| *known == word);
    found.map(|(_, pixels)| *pixels)
}

/// `#rrggbb` or `#rrggbbaa`, and nothing else.
fn colour(value: &Json, css: &str) -> String {
    let digits = value.as_str().and_then(|text| text.strip_prefix('#'));
    let found = digits.filter(|digits| {
        [6, 8].contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    found.map_or_else(String::new, |digits| format!("{css}:#{digits};"))
}

fn ratio(text: &str) -> Option<String> {
    let (width, height) = text.split_once(':')?;
    let (width, height): (u32, u32) = (width.parse().ok()?, height.parse().ok()?);
    Some(format!("aspect-ratio:{width}/{height};"))
}

/// What stands on something that can be tapped.
fn label(tapped: &Json) -> String {
    tapped
        .pointer("/action/label")
        .map_or_else(String::new, text)
}

fn text(value: &Json) -> String {
    escape_html(value.as_str().unwrap_or_default()).into_owned()
}
