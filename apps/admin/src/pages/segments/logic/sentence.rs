//! The rule's sentence cut into clauses that lead to their conditions.

use crate::i18n as t;

/// A stretch of the sentence, with the condition that it speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// The words.
    pub(crate) text: String,
    /// The condition's pointer.
    pub(crate) pointer: Option<String>,
}

/// A stretch shorter than this is found by chance.
const SHORTEST: usize = 4;

/// Cuts a sentence by the sentences of its conditions, which stand in it in their order.
///
/// Inside the whole a clause is inflected at its end (買った becomes 買い), so the longest common beginning is taken.
pub(crate) fn pieces(whole: &str, clauses: &[(String, String)]) -> Vec<Piece> {
    let mut rest = whole;
    let mut pieces = Vec::new();
    for (pointer, clause) in clauses {
        let clause = bare(clause);
        let Some((before, found)) = longest(rest, clause) else {
            continue;
        };
        push(&mut pieces, &rest[..before], None);
        push(
            &mut pieces,
            &rest[before..before + found],
            Some(pointer.clone()),
        );
        rest = &rest[before + found..];
    }
    push(&mut pieces, rest, None);
    pieces
}

fn push(pieces: &mut Vec<Piece>, text: &str, pointer: Option<String>) {
    if !text.is_empty() {
        pieces.push(Piece {
            text: text.to_owned(),
            pointer,
        });
    }
}

/// Takes off what every clause has in common: the person it speaks of.
fn bare(clause: &str) -> &str {
    // English has nothing at the end of a clause: there these are empty and take off nothing.
    let clause = clause
        .strip_suffix(t::segments::clause_excluded())
        .unwrap_or(clause);
    let clause = clause
        .strip_suffix(t::segments::clause_person())
        .unwrap_or(clause);
    [
        "everyone except those who ",
        "everyone who ",
        "people who ",
        "customers who ",
        "those who ",
    ]
    .iter()
    .find_map(|start| clause.strip_prefix(start))
    .unwrap_or(clause)
}

/// Finds the longest beginning of a clause in a text, as offset and length in bytes.
fn longest(text: &str, clause: &str) -> Option<(usize, usize)> {
    let ends: Vec<usize> = clause
        .char_indices()
        .map(|(at, c)| at + c.len_utf8())
        .collect();
    let least = SHORTEST.min(ends.len());
    ends.iter()
        .skip(least.saturating_sub(1))
        .rev()
        .find_map(|end| text.find(clause.get(..*end)?).map(|at| (at, *end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inflected_clauses_are_found_and_nothing_is_lost() {
        let whole = "直近90日に冷凍食品を3回以上買い、直近14日に冷凍食品を買っていない人。ただし、問い合わせが未解決の人は除く";
        let clauses = [
            ("/root/all/0", "直近90日に冷凍食品を3回以上買った人"),
            ("/root/all/1", "直近14日に冷凍食品を買っていない人"),
            ("/root/all/2", "問い合わせが未解決の人を除く"),
        ]
        .map(|(pointer, text)| (pointer.to_owned(), text.to_owned()));
        let found = pieces(whole, &clauses);
        assert_eq!(
            found
                .iter()
                .map(|piece| piece.text.as_str())
                .collect::<String>(),
            whole
        );
        let linked: Vec<(&str, &str)> = found
            .iter()
            .filter_map(|piece| Some((piece.pointer.as_deref()?, piece.text.as_str())))
            .collect();
        assert_eq!(
            linked,
            [
                ("/root/all/0", "直近90日に冷凍食品を3回以上買"),
                ("/root/all/1", "直近14日に冷凍食品を買っていない"),
                ("/root/all/2", "問い合わせが未解決の"),
            ]
        );
    }

    #[test]
    fn a_sentence_without_its_clauses_stays_whole() {
        let clauses = [("/root/all/0".to_owned(), "まったく別の人".to_owned())];
        assert_eq!(
            pieces("すべての人", &clauses),
            [Piece {
                text: "すべての人".to_owned(),
                pointer: None
            }]
        );
        assert_eq!(pieces("", &[]), []);
    }
}
