//! Checks Liquid before it is parsed as a whole, so that a mistake is named at the author's tag.

use super::scan::unclosed;
use super::{Kind, MAX_DEPTH, Piece, filters_of, language};
use crate::problem::Fault;

/// Checks that blocks are closed, in order, and at most [`MAX_DEPTH`] deep.
pub(crate) fn check_blocks<'a>(pieces: impl Iterator<Item = &'a Piece<'a>>) -> Result<(), Fault> {
    let mut open: Vec<&Piece<'_>> = Vec::new();
    for piece in pieces {
        match piece.kind {
            Kind::Open => {
                open.push(piece);
                if open.len() > MAX_DEPTH {
                    return Err(Fault::new(
                        piece.start,
                        "nesting_too_deep",
                        format!("タグの入れ子が深すぎます。{MAX_DEPTH}段以内にしてください。"),
                        format!("blocks are nested too deeply; keep to {MAX_DEPTH} levels"),
                    ));
                }
            }
            Kind::Middle => check_middle(piece, open.last().copied())?,
            Kind::Close => check_close(piece, open.pop())?,
            Kind::Output | Kind::Simple | Kind::Raw | Kind::Comment => {}
        }
    }
    match open.pop() {
        Some(piece) => Err(unclosed(
            piece.start,
            piece.name,
            &format!("end{}", piece.name),
        )),
        None => Ok(()),
    }
}

fn check_middle(piece: &Piece<'_>, open: Option<&Piece<'_>>) -> Result<(), Fault> {
    let block = open.map_or("", |open| open.name);
    let fits = match piece.name {
        "elsif" => block == "if",
        "when" => block == "case",
        _ => matches!(block, "if" | "unless" | "case" | "for"),
    };
    if fits {
        return Ok(());
    }
    let name = piece.name;
    Err(Fault::new(
        piece.start,
        "tag_misplaced",
        format!("「{{% {name} %}}」に対応するブロックがありません。位置を直すか削除してください。"),
        format!("`{{% {name} %}}` stands outside its block; move it inside or remove it"),
    ))
}

fn check_close(piece: &Piece<'_>, open: Option<&Piece<'_>>) -> Result<(), Fault> {
    let wanted = piece.name.strip_prefix("end").unwrap_or(piece.name);
    match open {
        Some(open) if open.name == wanted => Ok(()),
        Some(open) => Err(unclosed(
            open.start,
            open.name,
            &format!("end{}", open.name),
        )),
        None => Err(Fault::new(
            piece.start,
            "tag_misplaced",
            format!(
                "「{{% {} %}}」に対応する「{{% {wanted} … %}}」がありません。削除してください。",
                piece.name
            ),
            format!(
                "`{{% {} %}}` closes nothing; remove it or add `{{% {wanted} … %}}` before it",
                piece.name
            ),
        )),
    }
}

/// Checks the inside of one tag, by parsing a small template made of it alone.
pub(crate) fn check_syntax(piece: &Piece<'_>) -> Result<(), Fault> {
    check_filters(piece)?;
    let inner = piece.inner;
    let (prefix, small) = match (piece.kind, piece.name) {
        (Kind::Output, _) => ("", format!("{{{{{inner}}}}}")),
        (Kind::Open, "case") => ("", format!("{{%{inner}%}}{{% when 1 %}}{{% endcase %}}")),
        (Kind::Open, name) => ("", format!("{{%{inner}%}}{{% end{name} %}}")),
        (Kind::Middle, "elsif") => (
            "",
            format!("{{%{}%}}{{% endif %}}", inner.replacen("elsif", "if   ", 1)),
        ),
        (Kind::Middle, "when") => (
            "{% case 1 %}",
            format!("{{% case 1 %}}{{%{inner}%}}{{% endcase %}}"),
        ),
        (Kind::Middle | Kind::Close, _) => return check_bare(piece),
        (Kind::Simple, _) => ("", format!("{{%{inner}%}}")),
        (Kind::Raw | Kind::Comment, _) => return Ok(()),
    };
    let Err(error) = liquid_core::parser::parse(&small, language()) else {
        return Ok(());
    };
    let message = error.to_string();
    let at = column_in(&small, &message)
        .saturating_sub(prefix.len() + 2)
        .min(inner.len());
    Err(explain(piece.inner_start + at, &message))
}

fn check_bare(piece: &Piece<'_>) -> Result<(), Fault> {
    if piece.arguments().trim().is_empty() {
        return Ok(());
    }
    Err(Fault::new(
        piece.start,
        "liquid_syntax",
        format!(
            "「{}」の後ろには何も書けません。削除してください。",
            piece.name
        ),
        format!(
            "nothing may follow `{}` inside its tag; remove it",
            piece.name
        ),
    ))
}

/// Names an unknown filter at its own place: the library does not say which of several it was.
fn check_filters(piece: &Piece<'_>) -> Result<(), Fault> {
    if !matches!((piece.kind, piece.name), (Kind::Output, _) | (_, "assign")) {
        return Ok(());
    }
    let parts = filters_of(piece.inner);
    let last = parts.len() - 1;
    for (index, (at, part)) in parts.into_iter().enumerate().skip(1) {
        let name = part.trim_start();
        let offset = piece.inner_start + at + (part.len() - name.len());
        let end = name
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(name.len());
        let name = &name[..end];
        if name == "raw" && (index != last || piece.kind != Kind::Output) {
            return Err(Fault::new(
                offset,
                "raw_not_last",
                "raw は {{ }} の最後のフィルターとしてだけ使えます。",
                "`raw` must be the last filter of an output",
            ));
        }
        // An empty name is a syntax error, which the parser explains.
        if !name.is_empty() && language().filters.get(name).is_none() {
            return Err(Fault::new(
                offset,
                "filter_unknown",
                format!("「{name}」というフィルターはありません。つづりを確認してください。"),
                format!(
                    "there is no filter `{name}`; check the spelling against the list of filters"
                ),
            ));
        }
    }
    Ok(())
}

/// Reads the byte offset out of the parser's `--> line:column`.
fn column_in(small: &str, message: &str) -> usize {
    let Some((_, rest)) = message.split_once("--> ") else {
        return 2;
    };
    let mut numbers = rest
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|n| n.parse::<usize>().ok());
    let (line, column) = (numbers.next().unwrap_or(1), numbers.next().unwrap_or(1));
    let start: usize = small
        .split('\n')
        .take(line.saturating_sub(1))
        .map(|l| l.len() + 1)
        .sum();
    small[start.min(small.len())..]
        .chars()
        .take(column.saturating_sub(1))
        .map(char::len_utf8)
        .sum::<usize>()
        + start
}

fn explain(offset: usize, message: &str) -> Fault {
    let detail = message
        .lines()
        .rev()
        .find_map(|line| line.trim().strip_prefix("= "))
        .or_else(|| {
            message
                .lines()
                .next()
                .map(|line| line.trim_start_matches("liquid: "))
        })
        .unwrap_or("")
        .trim();
    Fault::new(
        offset,
        "liquid_syntax",
        format!("この Liquid タグは読めません（{detail}）。書き方を確認してください。"),
        format!(
            "this Liquid tag cannot be read ({detail}); compare it with `{{{{ customer.name | fallback: \"…\" }}}}`"
        ),
    )
}
