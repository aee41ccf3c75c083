//! Three or four rules as a list of their combinations, the largest first: more circles cannot be true to the counts.

use api_types::segments::SegmentPart;
use leptos::prelude::*;

use crate::{
    format, i18n as t,
    ui::{CountBar, Icon},
};

/// What the rule and the others are called in the head of the table.
const LETTERS: [&str; 4] = ["A", "B", "C", "D"];

/// Draws how the rule and some others overlap.
pub(super) fn picture(parts: Vec<SegmentPart>, others: Vec<String>) -> impl IntoView {
    let names: Vec<String> = std::iter::once(t::segments::overlap_this().to_owned())
        .chain(others)
        .collect();
    let parts = largest_first(parts);
    let most = parts.first().map_or(1, |part| part.n.max(1));
    let letters = LETTERS.iter().copied().zip(names.clone());
    let legend = letters
        .clone()
        .map(|(letter, name)| view! { <li><b>{letter}</b> " " {name}</li> });
    let heads = letters.map(|(letter, name)| view! { <th scope="col" title=name>{letter}</th> });
    let is_empty = parts.is_empty();
    let rows = parts.into_iter().map(|part| row(&part, &names, most));
    view! {
        <ol class="ov-k t-small ink-2">{legend.collect_view()}</ol>
        {is_empty.then(|| view! { <p class="t-small ink-2">{t::segments::overlap_nobody}</p> })}
        {(!is_empty).then(|| view! {
            <table class="ov-t">
                <thead><tr>
                    {heads.collect_view()}
                    <th scope="col" colspan="2" class="ov-p">{t::segments::overlap_people}</th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        })}
        <p class="t-small ink-3">{t::segments::overlap_sets_note}</p>
    }
}

/// Leaves out combinations of nobody; equal ones stay in the order of their rules.
fn largest_first(mut parts: Vec<SegmentPart>) -> Vec<SegmentPart> {
    parts.retain(|part| part.n > 0);
    parts.sort_by_key(|part| std::cmp::Reverse(part.n));
    parts
}

#[expect(clippy::cast_precision_loss, reason = "a bar of some hundred pixels")]
fn row(part: &SegmentPart, names: &[String], most: i64) -> impl IntoView + use<> {
    let share = part.n as f64 / most as f64;
    let cell = |rule: usize| {
        let is_in = part.rules.contains(&rule);
        let said = if is_in {
            t::segments::overlap_in()
        } else {
            t::segments::overlap_out()
        };
        let sign = is_in.then(|| Icon::Check.small());
        view! { <td class:on=is_in><span class="dot" aria-hidden="true">{sign}</span><span class="sr">{said}</span></td> }
    };
    let cells = (0..names.len()).map(cell).collect_view();
    view! {
        <tr>
            {cells}
            <td class="ov-b2"><CountBar share=Signal::stored(share)/></td>
            <td class="num">{format::integer(part.n)}</td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_comes_first_and_nobody_is_not_listed() {
        let part = |rules: &[usize], n| SegmentPart {
            rules: rules.to_vec(),
            n,
        };
        let all = vec![
            part(&[0], 4),
            part(&[1], 0),
            part(&[2], 9),
            part(&[0, 2], 4),
        ];
        let expected = vec![part(&[2], 9), part(&[0], 4), part(&[0, 2], 4)];
        assert_eq!(largest_first(all), expected);
    }
}
