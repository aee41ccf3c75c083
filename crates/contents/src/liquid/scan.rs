//! Finds the Liquid tags of a source and tells them apart.

use crate::problem::Fault;

/// Longer tags are refused: the grammar recurses, and no person writes them.
const MAX_TAG_BYTES: usize = 4_000;
const MAX_BRACKETS: usize = 8;

/// What a piece of Liquid is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `{{ … }}`
    Output,
    /// The start of a block: `{% if … %}`
    Open,
    /// A part of a block: `{% else %}`
    Middle,
    /// The end of a block: `{% endif %}`
    Close,
    /// A tag that stands alone: `{% assign … %}`
    Simple,
    /// `{% raw %}…{% endraw %}` as a whole
    Raw,
    /// `{% comment %}…{% endcomment %}` as a whole
    Comment,
}

/// One piece of Liquid in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// The tag's name, empty for an output.
    pub(crate) name: &'a str,
    /// What stands between the delimiters; for `raw` the literal content.
    pub(crate) inner: &'a str,
    /// Offset of `inner` in the source.
    pub(crate) inner_start: usize,
    pub(crate) trim_before: bool,
    pub(crate) trim_after: bool,
}

impl<'a> Piece<'a> {
    /// Returns what follows the tag's name.
    pub(crate) fn arguments(&self) -> &'a str {
        self.inner
            .trim_start()
            .strip_prefix(self.name)
            .unwrap_or("")
    }
}

/// Lists the Liquid of a source in order.
pub(crate) fn scan(source: &str) -> Result<Vec<Piece<'_>>, Fault> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(found) = source[at..].find('{') {
        let start = at + found;
        let rest = &source[start..];
        if !rest.starts_with("{{") && !rest.starts_with("{%") {
            at = start + 1;
            continue;
        }
        let piece = piece_at(source, start)?;
        at = piece.end;
        pieces.push(piece);
    }
    Ok(pieces)
}

fn piece_at(source: &str, start: usize) -> Result<Piece<'_>, Fault> {
    let is_output = source[start..].starts_with("{{");
    let (open, close) = if is_output {
        ("{{", "}}")
    } else {
        ("{%", "%}")
    };
    let end = find_close(source, start + 2, close).ok_or_else(|| {
        Fault::new(
            start,
            "tag_unclosed",
            format!("「{open}」が閉じられていません。「{close}」を加えてください。"),
            format!("`{open}` is never closed: add `{close}`, and check the quotes inside"),
        )
    })?;
    let mut from = start + 2;
    let mut to = end - 2;
    let trim_before = source[from..to].starts_with('-');
    from += usize::from(trim_before);
    let trim_after = from < to && source[from..to].ends_with('-');
    to -= usize::from(trim_after);
    let inner = &source[from..to];
    check_inner(inner, from)?;
    let mut piece = Piece {
        kind: Kind::Output,
        start,
        end,
        name: "",
        inner,
        inner_start: from,
        trim_before,
        trim_after,
    };
    if !is_output {
        piece.name = tag_name(inner);
        classify(source, &mut piece)?;
    }
    Ok(piece)
}

/// Finds the end of a tag, past quoted strings that may hold the closing mark.
fn find_close(source: &str, from: usize, close: &str) -> Option<usize> {
    let mut quote = None;
    for (offset, b) in source.bytes().enumerate().skip(from) {
        match quote {
            Some(q) => quote = Some(q).filter(|q| *q != b),
            None if b == b'"' || b == b'\'' => quote = Some(b),
            None if source
                .as_bytes()
                .get(offset..)
                .is_some_and(|rest| rest.starts_with(close.as_bytes())) =>
            {
                return Some(offset + 2);
            }
            None => {}
        }
        if offset - from > MAX_TAG_BYTES {
            return None;
        }
    }
    None
}

fn tag_name(inner: &str) -> &str {
    let inner = inner.trim_start();
    let end = inner
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(inner.len());
    &inner[..end]
}

fn classify<'a>(source: &'a str, piece: &mut Piece<'a>) -> Result<(), Fault> {
    piece.kind = match piece.name {
        "if" | "unless" | "case" | "for" | "tablerow" | "capture" | "ifchanged" => Kind::Open,
        "else" | "elsif" | "when" => Kind::Middle,
        "endif" | "endunless" | "endcase" | "endfor" | "endtablerow" | "endcapture"
        | "endifchanged" => Kind::Close,
        "assign" | "break" | "continue" | "cycle" | "increment" | "decrement" => Kind::Simple,
        "raw" => return whole_block(source, piece, Kind::Raw, "endraw"),
        "comment" => return whole_block(source, piece, Kind::Comment, "endcomment"),
        "include" | "render" | "layout" | "section" => {
            return Err(Fault::new(
                piece.start,
                "include_refused",
                format!(
                    "「{}」で他のテンプレートは読み込めません。内容を直接書いてください。",
                    piece.name
                ),
                format!(
                    "`{}` is refused: templates cannot include others; paste the content here",
                    piece.name
                ),
            ));
        }
        name => {
            return Err(Fault::new(
                piece.start,
                "tag_unknown",
                format!("「{name}」というタグはありません。if、for、assign などを使ってください。"),
                format!(
                    "there is no tag `{name}`; use if, unless, case, for, tablerow, assign, capture, cycle, raw or comment"
                ),
            ));
        }
    };
    Ok(())
}

/// Takes in everything up to the end tag: nothing inside is Liquid.
fn whole_block<'a>(
    source: &'a str,
    piece: &mut Piece<'a>,
    kind: Kind,
    end_name: &str,
) -> Result<(), Fault> {
    let mut at = piece.end;
    while let Some(found) = source[at..].find("{%") {
        let start = at + found;
        let Some(close) = source[start..].find("%}") else {
            break;
        };
        let inner = source[start + 2..start + close].trim_matches('-').trim();
        if inner == end_name {
            piece.inner = &source[piece.end..start];
            piece.inner_start = piece.end;
            piece.end = start + close + 2;
            piece.kind = kind;
            return Ok(());
        }
        at = start + 2;
    }
    Err(unclosed(piece.start, piece.name, end_name))
}

/// The fault of a block without its end.
pub(crate) fn unclosed(offset: usize, name: &str, end_name: &str) -> Fault {
    Fault::new(
        offset,
        "block_unclosed",
        format!("「{{% {name} %}}」が閉じられていません。「{{% {end_name} %}}」を加えてください。"),
        format!("`{{% {name} %}}` is never closed: add `{{% {end_name} %}}`"),
    )
}

/// Refuses what would make the library's parser recurse deeply or overflow.
fn check_inner(inner: &str, offset: usize) -> Result<(), Fault> {
    let mut quote = None;
    let (mut digits, mut brackets) = (0_usize, 0_usize);
    for (at, b) in inner.bytes().enumerate() {
        if let Some(q) = quote {
            if q == b {
                quote = None;
            }
            continue;
        }
        digits = if b.is_ascii_digit() { digits + 1 } else { 0 };
        match b {
            b'"' | b'\'' => quote = Some(b),
            b'[' => brackets += 1,
            b']' => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        if digits > 18 {
            return Err(Fault::new(
                offset + at,
                "number_too_large",
                "数値が大きすぎます。18桁以内にしてください。",
                "this number is too large; use at most 18 digits",
            ));
        }
        if brackets > MAX_BRACKETS {
            return Err(Fault::new(
                offset + at,
                "brackets_too_deep",
                "[ ] の入れ子が深すぎます。assign で分けてください。",
                "brackets are nested too deeply; split the expression with assign",
            ));
        }
    }
    Ok(())
}

/// Splits an expression into its value and its filters, each with its offset.
pub(crate) fn filters_of(inner: &str) -> Vec<(usize, &str)> {
    let mut parts = Vec::new();
    let (mut quote, mut start) = (None, 0);
    for (at, b) in inner.bytes().enumerate() {
        match quote {
            Some(q) => quote = Some(q).filter(|q| *q != b),
            None if b == b'"' || b == b'\'' => quote = Some(b),
            None if b == b'|' => {
                parts.push((start, &inner[start..at]));
                start = at + 1;
            }
            None => {}
        }
    }
    parts.push((start, &inner[start..]));
    parts
}
