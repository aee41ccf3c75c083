//! MJML to HTML with its CSS inlined; nothing is fetched.

use std::collections::{BTreeSet, HashMap};

use css_inline::CSSInliner;
use mrml::prelude::parser::Error;
use mrml::prelude::render::RenderOptions;

use crate::lift::Lifted;
use crate::problem::Fault;

/// Renders the lifted MJML; placeholders are still in place.
pub(crate) fn to_html(lifted: &Lifted, locale: &str) -> Result<String, Fault> {
    if !lifted.mjml.contains("<mjml") {
        return Err(explain(&Error::NoRootNode, lifted));
    }
    let parsed = mrml::parse(&lifted.mjml).map_err(|error| explain(&error, lifted))?;
    // No fonts: the renderer would link to Google Fonts for its own default families.
    let options = RenderOptions {
        fonts: HashMap::new(),
        ..RenderOptions::default()
    };
    let html = parsed.element.render(&options).map_err(|error| {
        Fault::new(
            0,
            "mjml_invalid",
            format!("MJML を HTML にできません（{error}）。属性の値を確認してください。"),
            format!("this MJML cannot be rendered ({error}); check the values of its attributes"),
        )
    })?;
    let html = html.replace(" lang=\"und\"", &format!(" lang=\"{locale}\""));
    let html = with_table_bodies(&html, &lifted.prefix);
    let html = inline(&html).map_err(|error| {
        let style = lifted
            .mjml
            .find("<mj-style")
            .map_or(0, |at| lifted.source_offset(at));
        Fault::new(
            style,
            "css_invalid",
            format!("CSS を読めません（{error}）。<mj-style> の中を確認してください。"),
            format!("this CSS cannot be read ({error}); check what is inside <mj-style>"),
        )
    })?;
    // Liquid that the parsers made out of character references is not the author's Liquid.
    let html = html.replace("{{", "&#123;&#123;").replace("{%", "&#123;%");
    check_survivors(&html, lifted)?;
    Ok(html)
}

/// Opens the body of each table that starts with Liquid.
///
/// The HTML parser would open it inside the block, and a loop would then open it once a round.
fn with_table_bodies(html: &str, prefix: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("<table") {
        let end = rest[at..]
            .find('>')
            .map_or(rest.len(), |found| at + found + 1);
        out.push_str(&rest[..end]);
        rest = &rest[end..];
        let mut next = rest.trim_start();
        let mut is_liquid = false;
        while let Some(after) = next
            .strip_prefix("<!--")
            .filter(|comment| comment.starts_with(prefix))
        {
            is_liquid = true;
            next = after
                .split_once("-->")
                .map_or("", |(_, after)| after)
                .trim_start();
        }
        if is_liquid && next.starts_with("<tr") {
            out.push_str("<tbody>");
        }
    }
    out.push_str(rest);
    out
}

/// The renderer's own reset styles: on every cell they would double the size of an email.
const RESET: &str = "<style type=\"text/css\">\n#outlook";
const RESET_KEPT: &str = "<style data-css-inline=\"ignore\" type=\"text/css\">\n#outlook";

fn inline(html: &str) -> Result<String, css_inline::InlineError> {
    let html = html.replacen(RESET, RESET_KEPT, 1);
    let html = CSSInliner::options()
        .keep_style_tags(true)
        .keep_at_rules(true)
        .keep_link_tags(true)
        .load_remote_stylesheets(false)
        .build()
        .inline(&html)?;
    Ok(html.replacen(" data-css-inline=\"ignore\"", "", 1))
}

/// Refuses Liquid that the renderer dropped: half a block would be left.
fn check_survivors(html: &str, lifted: &Lifted) -> Result<(), Fault> {
    let found: BTreeSet<usize> = placeholders(html, &lifted.prefix)
        .map(|(_, index, _)| index)
        .collect();
    let Some(lost) = lifted.between.difference(&found).next() else {
        return Ok(());
    };
    let word = format!("{}{lost}z", lifted.prefix);
    let offset = lifted.mjml.find(&word).unwrap_or(0);
    // The comment's opening belongs to the placeholder.
    let offset = if lifted.mjml[..offset].ends_with("<!--") {
        offset - 4
    } else {
        offset
    };
    Err(Fault::new(
        lifted.source_offset(offset),
        "liquid_misplaced",
        "ここに書いた Liquid はメールに残りません。<mj-body> の中のセクションや文章に移してください。",
        "Liquid at this place does not reach the email; move it into <mj-body>, around a section, column or text",
    ))
}

/// Lists the placeholders of a text as (start, piece, end), comment marks included.
pub(crate) fn placeholders<'h>(
    html: &'h str,
    prefix: &'h str,
) -> impl Iterator<Item = (usize, usize, usize)> + 'h {
    html.match_indices(prefix).filter_map(move |(start, _)| {
        let digits = &html[start + prefix.len()..];
        let length = digits.find('z')?;
        let index = digits[..length].parse().ok()?;
        let end = start + prefix.len() + length + 1;
        if html[..start].ends_with("<!--") && html[end..].starts_with("-->") {
            return Some((start - 4, index, end + 3));
        }
        Some((start, index, end))
    })
}

fn explain(error: &Error, lifted: &Lifted) -> Fault {
    let at = |offset: usize| lifted.source_offset(offset);
    match error {
        Error::UnexpectedElement { position, .. } => {
            let offset = at(position.start);
            Fault::new(
                offset,
                "mjml_element",
                "この要素はここに置けません。MJML の要素名と、置ける場所を確認してください。",
                "this element cannot stand here; check its name and its parent (mj-body > mj-section > mj-column > mj-text)",
            )
        }
        Error::UnexpectedToken { position, .. }
        | Error::InvalidFormat { position, .. }
        | Error::InvalidAttribute { position, .. }
        | Error::IncludeLoaderError { position, .. } => Fault::new(
            at(position.start),
            "mjml_syntax",
            "MJML の書き方が正しくありません。閉じタグと引用符を確認してください。",
            "this MJML cannot be read from here; check the closing tags and quotes before it",
        ),
        Error::MissingAttribute { name, position, .. } => Fault::new(
            at(position.start),
            "mjml_attribute_missing",
            format!("必要な属性「{name}」がありません。加えてください。"),
            format!("the attribute {name} is missing; add it"),
        ),
        Error::ParserError { source, .. } => {
            let position = source.pos();
            let line_start: usize = lifted
                .mjml
                .split('\n')
                .take(position.row.saturating_sub(1) as usize)
                .map(|line| line.len() + 1)
                .sum();
            let offset = line_start + position.col.saturating_sub(1) as usize;
            Fault::new(
                at(offset.min(lifted.mjml.len())),
                "mjml_syntax",
                "MJML の書き方が正しくありません。閉じタグと引用符を確認してください。",
                "this MJML cannot be read from here; check the closing tags and quotes before it",
            )
        }
        Error::EndOfStream { .. } => Fault::new(
            at(lifted.mjml.len()),
            "mjml_unfinished",
            "MJML が途中で終わっています。閉じタグを加えてください。",
            "the MJML ends too early; add the missing closing tags",
        ),
        Error::SizeLimit { .. } | Error::NoRootNode => Fault::new(
            0,
            "mjml_root_missing",
            "<mjml> がありません。<mjml><mj-body>…</mj-body></mjml> の形で書いてください。",
            "there is no <mjml>; write <mjml><mj-body>…</mj-body></mjml>",
        ),
    }
}
