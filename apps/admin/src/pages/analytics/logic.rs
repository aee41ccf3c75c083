//! Cells and deciles as conditions of a segment, without a browser.

use api_types::analytics::{FrameView, RfmView};
use serde_json::{Value, json};

use crate::api::client;

/// A cell of the shown grid: recency and frequency, and money where one score of it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Cell {
    pub(super) r: u32,
    pub(super) f: u32,
    /// `None` for every score.
    pub(super) m: Option<u32>,
}

/// Who stands in a shown cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stood {
    pub(super) buyers: i64,
    pub(super) amount: i64,
}

/// Adds up a shown cell.
pub(super) fn stood(view: &RfmView, cell: Cell) -> Stood {
    let mut found = Stood::default();
    for one in &view.cells {
        if one.r == cell.r && one.f == cell.f && cell.m.is_none_or(|m| m == one.m) {
            found.buyers += one.sum.buyers;
            found.amount += one.sum.amount;
        }
    }
    found
}

/// Returns the step of the heat scale, 0 for nobody, 1 to 6 by the root of the share: most cells are small.
pub(super) fn heat(buyers: i64, most: i64) -> u32 {
    if buyers <= 0 || most <= 0 {
        return 0;
    }
    // The least step whose square reaches the share, in whole numbers.
    (1..6)
        .find(|step| i64::from(step * step) * most >= buyers * 36)
        .unwrap_or(6)
}

fn standing(by: &str, frame: &FrameView, first: &str, groups: &[u32]) -> Value {
    json!({"standing": {"by": by, "within": frame.within, "cut": {frame.method.as_str(): frame.groups},
        "first": first, "in": groups}})
}

/// Returns the condition of scores of the three axes; an axis of which all scores count is left out.
pub(super) fn cube(frame: &FrameView, [r, f, m]: [&[u32]; 3]) -> Value {
    let axes = [("recency", r), ("frequency", f), ("monetary", m)];
    let narrow =
        |scores: &[u32]| scores.len() < usize::try_from(frame.groups).unwrap_or(usize::MAX);
    let conditions = axes
        .into_iter()
        .filter(|(_, scores)| narrow(scores))
        .map(|(by, scores)| standing(by, frame, "worst", scores));
    json!({"all": conditions.collect::<Vec<_>>()})
}

/// Returns the condition of a shown cell.
pub(super) fn cell(frame: &FrameView, cell: Cell) -> Value {
    let all: Vec<u32> = (1..=frame.groups).collect();
    let m = cell.m.map_or(all, |m| vec![m]);
    cube(frame, [&[cell.r], &[cell.f], &m])
}

/// Returns the condition of some groups by money, counted from the top.
pub(super) fn decile(frame: &FrameView, numbers: &[u32]) -> Value {
    json!({"all": [standing("monetary", frame, "best", numbers)]})
}

/// Returns the condition of a band of value; 1 is the highest.
pub(super) fn band(frame: &FrameView, breaks: &[i64], number: u32) -> Value {
    json!({"all": [{"standing": {"by": "monetary", "within": frame.within, "cut": {"breaks": breaks},
        "first": "best", "in": [number]}}]})
}

/// Reads amounts as people type them, in any order; `None` where one is no amount above 0. Empty ones are left out.
pub(super) fn amounts(typed: &[String], per: i64) -> Option<String> {
    let typed = typed.iter().filter(|text| !text.trim().is_empty());
    let mut amounts = typed
        .map(|text| {
            let amount = crate::format::number::parse(text)?.checked_mul(per)?;
            (amount > 0).then_some(amount)
        })
        .collect::<Option<Vec<i64>>>()?;
    amounts.sort_unstable();
    amounts.dedup();
    let amounts: Vec<String> = amounts.iter().map(i64::to_string).collect();
    Some(amounts.join(","))
}

/// Returns the document of whoever meets one of some conditions; one alone stands for itself.
pub(super) fn document(conditions: &[Value]) -> Value {
    let root = match conditions {
        [only] => only.clone(),
        several => json!({ "any": several }),
    };
    json!({"version": 2, "root": root})
}

/// Returns the address of a new segment with its rule and its name filled in.
pub(super) fn segment_address(page: &str, conditions: &[Value], name: &str) -> String {
    let query = client::query(&[
        ("name", Some(name.to_owned())),
        ("document", Some(document(conditions).to_string())),
    ]);
    format!("{page}{query}")
}

/// Returns a cell's name: `R5・F4・M3`.
pub(super) fn cell_name(cell: Cell) -> String {
    match cell.m {
        Some(m) => format!("R{}・F{}・M{m}", cell.r, cell.f),
        None => format!("R{}・F{}", cell.r, cell.f),
    }
}

#[cfg(test)]
mod tests {
    use api_types::analytics::{BuyersSum, RfmCell};

    use super::*;

    fn frame() -> FrameView {
        FrameView {
            groups: 5,
            method: "equal_counts".to_owned(),
            within: json!({"last": {"days": 365}}),
            ..FrameView::default()
        }
    }

    #[test]
    fn amounts_are_read_as_people_type_them() {
        let read = |typed: &[&str], per| {
            let typed: Vec<String> = typed.iter().map(|text| (*text).to_owned()).collect();
            amounts(&typed, per)
        };
        assert_eq!(
            read(&["30,000", "１００００", " ", "30000"], 1).as_deref(),
            Some("10000,30000")
        );
        assert_eq!(read(&["12"], 100).as_deref(), Some("1200"));
        assert_eq!(read(&[], 1).as_deref(), Some(""));
        for wrong in ["0", "-5", "たくさん", "1.5", "99999999999999999999"] {
            assert_eq!(read(&[wrong], 1), None, "{wrong}");
        }
    }

    #[test]
    fn a_cell_without_a_score_of_money_asks_for_two_axes() {
        let asked = cell(
            &frame(),
            Cell {
                r: 5,
                f: 4,
                m: None,
            },
        );
        let conditions = asked["all"].as_array().unwrap();
        assert_eq!(conditions.len(), 2);
        assert_eq!(
            conditions[1]["standing"],
            json!({"by": "frequency", "within": {"last": {"days": 365}}, "cut": {"equal_counts": 5},
                "first": "worst", "in": [4]})
        );
        assert_eq!(
            cell(
                &frame(),
                Cell {
                    r: 5,
                    f: 4,
                    m: Some(1)
                }
            )["all"]
                .as_array()
                .unwrap()
                .len(),
            3
        );
    }

    #[test]
    fn several_cells_are_one_rule_of_any() {
        let one = cell(
            &frame(),
            Cell {
                r: 5,
                f: 5,
                m: None,
            },
        );
        assert_eq!(document(std::slice::from_ref(&one))["root"], one);
        let two = document(&[
            one.clone(),
            cell(
                &frame(),
                Cell {
                    r: 5,
                    f: 4,
                    m: None,
                },
            ),
        ]);
        assert_eq!(two["root"]["any"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn cells_add_up_over_money_and_heat_rises_with_them() {
        let of = |m, buyers| RfmCell {
            r: 5,
            f: 5,
            m,
            sum: BuyersSum {
                buyers,
                orders: 0,
                amount: 10 * buyers,
            },
        };
        let view = RfmView {
            cells: vec![of(5, 30), of(4, 6)],
            ..RfmView::default()
        };
        let shown = |m| stood(&view, Cell { r: 5, f: 5, m });
        assert_eq!(
            shown(None),
            Stood {
                buyers: 36,
                amount: 360
            }
        );
        assert_eq!(shown(Some(4)).buyers, 6);
        assert_eq!(shown(Some(1)), Stood::default());
        assert_eq!([0, 1, 2, 9, 36].map(|n| heat(n, 36)), [0, 1, 2, 3, 6]);
    }
}
