//! Standing among buyers in words: R5・F5・M5, decile 1.

use kernel::money::Currency;

use super::{grouped, money};
use crate::language::{Basis, Cut, First, Node, Standing};

/// Conditions that are said together: standings in the same window, or one other condition.
pub(super) enum Said<'a> {
    Standings(Vec<&'a Standing>),
    Other(&'a Node),
}

/// Puts neighbours together that are said in one clause.
pub(super) fn said<'a>(members: &[&'a Node]) -> Vec<Said<'a>> {
    let mut out: Vec<Said<'a>> = Vec::new();
    for member in members {
        let Node::Standing(standing) = member else {
            out.push(Said::Other(member));
            continue;
        };
        match out.last_mut() {
            Some(Said::Standings(known))
                if known.iter().all(|one| {
                    one.within == standing.within
                        && one.by != standing.by
                        && one.first == standing.first
                }) =>
            {
                known.push(standing);
            }
            _ => out.push(Said::Standings(vec![standing])),
        }
    }
    out
}

const fn letter(by: Basis) -> &'static str {
    match by {
        Basis::Recency => "R",
        Basis::Frequency => "F",
        Basis::Monetary => "M",
    }
}

fn is_decile(standing: &Standing) -> bool {
    standing.first == First::Best && standing.cut.n_groups() == 10
}

fn numbers(standing: &Standing, between: &str) -> String {
    let numbers: Vec<String> = standing.groups.iter().map(u32::to_string).collect();
    numbers.join(between)
}

fn break_words(standing: &Standing, currency: Currency, is_english: bool) -> Option<String> {
    let Cut::Breaks(breaks) = &standing.cut else {
        return None;
    };
    let (yen, times, days) = if is_english {
        ("¥", " orders", " days")
    } else {
        ("円", "回", "日")
    };
    let value = |value: &i64| match standing.by {
        Basis::Recency => format!("{}{days}", grouped(*value)),
        Basis::Frequency => format!("{}{times}", grouped(*value)),
        Basis::Monetary => money(*value, currency, yen),
    };
    let each: Vec<String> = breaks.iter().map(value).collect();
    Some(each.join(if is_english { ", " } else { "・" }))
}

fn cut_ja(standing: &Standing, currency: Currency) -> String {
    let n = standing.cut.n_groups();
    match break_words(standing, currency, false) {
        Some(breaks) => format!("{n}段階、区切りは{breaks}"),
        None => match standing.cut {
            Cut::EqualCounts(_) => format!("人数で{n}等分"),
            Cut::EqualValues(_) => format!("値の分位で{n}分割"),
            _ => format!("順位で{n}分割"),
        },
    }
}

/// Says standings of one window in Japanese, up to the verb. `window` ends in の or is empty.
pub(super) fn ja(standings: &[&Standing], window: &str, currency: Currency) -> String {
    if let [one] = standings {
        let what = match one.by {
            Basis::Recency => "最終購入の新しさ",
            Basis::Frequency => "購入回数",
            Basis::Monetary => "購入金額",
        };
        let cut = cut_ja(one, currency);
        return match one.first {
            _ if is_decile(one) => format!(
                "{window}{what}がデシル{}（{cut}、1が最上位）",
                numbers(one, "か")
            ),
            First::Best => format!("{window}{what}が上から{}番目（{cut}）", numbers(one, "か")),
            First::Worst => format!(
                "{window}{what}が{}{}（{cut}）",
                letter(one.by),
                numbers(one, "か")
            ),
        };
    }
    let each = standings
        .iter()
        .map(|one| format!("{}{}", letter(one.by), numbers(one, "か")));
    let each: Vec<String> = each.collect();
    let mut cuts: Vec<String> = standings.iter().map(|one| cut_ja(one, currency)).collect();
    cuts.dedup();
    let best = if standings.iter().any(|one| one.first == First::Best) {
        "、1が最上位"
    } else {
        ""
    };
    format!(
        "{window}RFMで{}（{}{best}）",
        each.join("・"),
        cuts.join("／")
    )
}

fn cut_en(standing: &Standing, currency: Currency) -> String {
    let n = standing.cut.n_groups();
    match break_words(standing, currency, true) {
        Some(breaks) => format!("{n} groups, breaks at {breaks}"),
        None => match standing.cut {
            Cut::EqualCounts(_) => format!("{n} groups of equal size"),
            Cut::EqualValues(_) => format!("{n} groups by quantile"),
            _ => format!("{n} groups by rank"),
        },
    }
}

/// Says standings of one window in English. `window` begins with a space or is empty.
pub(super) fn en(standings: &[&Standing], window: &str, currency: Currency) -> String {
    if let [one] = standings {
        let what = match one.by {
            Basis::Recency => "recency of purchase",
            Basis::Frequency => "number of orders",
            Basis::Monetary => "money spent",
        };
        let cut = cut_en(one, currency);
        return match one.first {
            _ if is_decile(one) => {
                format!(
                    "who are in decile {} by {what}{window} ({cut}, 1 is the top)",
                    numbers(one, " or ")
                )
            }
            First::Best => {
                format!(
                    "who are in group {} from the top by {what}{window} ({cut})",
                    numbers(one, " or ")
                )
            }
            First::Worst => {
                format!(
                    "who stand at {}{} by {what}{window} ({cut})",
                    letter(one.by),
                    numbers(one, " or ")
                )
            }
        };
    }
    let each = standings
        .iter()
        .map(|one| format!("{}{}", letter(one.by), numbers(one, " or ")));
    let each: Vec<String> = each.collect();
    let mut cuts: Vec<String> = standings.iter().map(|one| cut_en(one, currency)).collect();
    cuts.dedup();
    let best = if standings.iter().any(|one| one.first == First::Best) {
        ", 1 is the top"
    } else {
        ""
    };
    format!(
        "whose RFM{window} is {} ({}{best})",
        each.join(" "),
        cuts.join("; ")
    )
}
