//! Why a customer stands where she stands: the orders and the arithmetic, in both languages.

mod affinity;
mod rank;
mod score;

use std::borrow::Cow;

use chrono_tz::Tz;
use kernel::{
    invalid::Bilingual,
    money::Currency,
    time::{DAY, Millis},
};
use profiles::computed::bought::Person;

use crate::{
    dormancy::{self, After, By, Dormancy, State},
    history::{History, Order},
    lifecycle::{self, Known, Lifecycle, Stage},
    person::Rules,
    rule::{Kind, key},
};

/// How many days, gaps and orders are shown: the latest.
const SHOWN: usize = 8;

/// Why one rule says what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Which rule.
    pub kind: Kind,
    /// Where she stands; none where the rule says nothing of her.
    pub standing: Option<Cow<'static, str>>,
    /// Since when.
    pub since: Option<Millis>,
    /// When that next turns if nothing else happens, and to what.
    pub turns: Option<(Millis, Cow<'static, str>)>,
    /// The reasons, one sentence each.
    pub lines: Vec<Bilingual>,
}

/// Why a customer stands where she stands, and what she bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// By each rule that is kept up.
    pub reasons: Vec<Reason>,
    /// The latest orders that count, the newest first.
    pub orders: Vec<Order>,
    /// How many count.
    pub n_orders: usize,
}

/// What sentences are written with.
struct Pen {
    zone: Tz,
    currency: Currency,
}

/// Explains everything that is computed of a customer at an instant.
pub fn explain(rules: &Rules, person: &Person, now: Millis, currency: Currency) -> Explanation {
    let history = History::at(&person.events, now);
    let pen = Pen {
        zone: rules.zone,
        currency,
    };
    let known = Known {
        is_known: person.is_known,
        since: Millis(person.created_at),
    };
    let mut reasons = Vec::new();
    if let Some(rule) = &rules.dormancy {
        reasons.push(pen.dormancy(rule, &history, now));
        if let Some(stages) = &rules.lifecycle {
            let found = lifecycle::judge(stages, rule, (known, &history), now, rules.zone);
            reasons.push(pen.stage(stages, found.as_ref()));
        }
    }
    if let Some(rule) = &rules.rank {
        reasons.push(pen.rank(rule, (known, &history), now));
    }
    if let Some(rule) = &rules.score {
        reasons.push(pen.score(rule, person, now));
    }
    if let Some(rule) = &rules.affinity {
        reasons.push(pen.affinity(rule, person, now));
    }
    Explanation {
        reasons,
        n_orders: history.orders.len(),
        orders: history.orders.iter().rev().take(SHOWN).copied().collect(),
    }
}

impl Pen {
    /// Writes an instant by the clock of the workspace, to the minute.
    fn instant(&self, at: Millis) -> String {
        let local = at.to_utc().with_timezone(&self.zone);
        local.format("%Y-%m-%d %H:%M").to_string()
    }

    fn dormancy(&self, rule: &Dormancy, history: &History, now: Millis) -> Reason {
        let found = dormancy::judge(rule, history, now, self.zone);
        let mut lines = Vec::new();
        if let Some(found) = &found {
            lines.push(days_line(found));
            lines.push(cycle_line(rule, found));
            lines.push(silence_line(rule, found));
            lines.push(self.end_line(history, found));
        } else {
            lines.push(Bilingual::new(
                "Has bought nothing so far, so there is no cycle and no dormancy.",
                "まだ購入がないので、購入周期も休眠もありません。",
            ));
        }
        Reason {
            kind: Kind::Dormancy,
            standing: found.as_ref().map(|found| found.state.as_str().into()),
            since: found.as_ref().map(|found| found.since),
            turns: found
                .as_ref()
                .filter(|found| found.state == State::Active)
                .map(|found| (found.dormant_from, State::Dormant.as_str().into())),
            lines,
        }
    }

    /// From the last purchase to the end of the silence.
    fn end_line(&self, history: &History, found: &dormancy::Found) -> Bilingual {
        let last = history.orders.last().map_or(Millis(0), |order| order.at);
        let (last, end) = (self.instant(last), self.instant(found.dormant_from));
        let days = decimal(found.silence.lasts, DAY);
        match found.state {
            State::Dormant => Bilingual::new(
                format!(
                    "The last purchase was on {last}; {days} days later, on {end}, dormancy began."
                ),
                format!("最後の購入は {last}。そこから{days}日が過ぎた {end} に休眠になりました。"),
            ),
            State::Active => Bilingual::new(
                format!(
                    "The last purchase was on {last}; without another one dormancy begins {days} days later, on {end}."
                ),
                format!(
                    "最後の購入は {last}。次の購入がなければ、{days}日後の {end} に休眠になります。"
                ),
            ),
        }
    }

    fn stage(&self, rule: &Lifecycle, found: Option<&lifecycle::Found>) -> Reason {
        let mut lines = Vec::new();
        match found {
            None => lines.push(Bilingual::new(
                "No id or address is known and nothing was bought, so there is no stage yet.",
                "会員番号も連絡先も購入もないので、まだ段階がありません。",
            )),
            Some(found) => {
                lines.push(orders_line(rule, found));
                if found.counted.orders > 0 {
                    lines.push(self.loyal_line(rule, found));
                }
                lines.push(self.since_line(found));
            }
        }
        Reason {
            kind: Kind::Lifecycle,
            standing: found.map(|found| found.stage.as_str().into()),
            since: found.map(|found| found.since),
            turns: found
                .and_then(|found| found.turns)
                .map(|(at, stage)| (at, stage.as_str().into())),
            lines,
        }
    }

    /// What was done in the window of loyal customers, and what would be enough.
    fn loyal_line(&self, rule: &Lifecycle, found: &lifecycle::Found) -> Bilingual {
        let (mut en, mut ja) = (Vec::new(), Vec::new());
        let counted = found.counted;
        if let Some(least) = rule.loyal.orders {
            en.push(format!(
                "{} orders (at least {least})",
                counted.recent_orders
            ));
            ja.push(format!("注文{}回（{least}回以上）", counted.recent_orders));
        }
        if let Some(least) = rule.loyal.spend {
            let (spent_en, spent_ja) = money(self.currency, counted.recent_money);
            let (least_en, least_ja) = money(self.currency, least);
            en.push(format!("{spent_en} spent (at least {least_en})"));
            ja.push(format!("購入金額{spent_ja}（{least_ja}以上）"));
        }
        let (en, ja) = (en.join(" and "), ja.join("、"));
        match rule.loyal.days {
            Some(days) => Bilingual::new(
                format!("For loyal: in the last {days} days {en}."),
                format!("優良の条件: 直近{days}日間で {ja}。"),
            ),
            None => Bilingual::new(
                format!("For loyal: so far {en}."),
                format!("優良の条件: これまでに {ja}。"),
            ),
        }
    }

    fn since_line(&self, found: &lifecycle::Found) -> Bilingual {
        let (stage_en, stage_ja) = words(found.stage);
        let since = self.instant(found.since);
        let (next_en, next_ja) = found.turns.map_or_else(Default::default, |(at, next)| {
            let (next_en, next_ja) = words(next);
            let at = self.instant(at);
            (
                format!(" If nothing else happens, {next_en} from {at}."),
                format!("このまま何もなければ、{at} に「{next_ja}」になります。"),
            )
        });
        let en = format!("So: {stage_en}, since {since}.{next_en}");
        let ja = format!("よって「{stage_ja}」（{since} から）。{next_ja}");
        Bilingual::new(en, ja)
    }
}

/// The days on which she bought.
fn days_line(found: &dormancy::Found) -> Bilingual {
    let days = found.days.days();
    let latest: Vec<String> = days
        .iter()
        .rev()
        .take(SHOWN)
        .rev()
        .map(ToString::to_string)
        .collect();
    let (n, list) = (days.len(), latest.join(", "));
    let cut = days.len() > SHOWN;
    Bilingual::new(
        format!(
            "Bought on {n} different days{}: {list}.",
            if cut { ", latest" } else { "" }
        ),
        format!(
            "購入した日は{n}日{}: {list}。",
            if cut { "（新しいもの）" } else { "" }
        ),
    )
}

/// The gaps and their median, or how many days are missing.
fn cycle_line(rule: &Dormancy, found: &dormancy::Found) -> Bilingual {
    let days = found.days.days();
    let Some(cycle) = found.silence.cycle else {
        let needs = rule.purchase_days;
        return Bilingual::new(
            format!("A cycle of one's own needs {needs} such days."),
            format!("購入周期の計算には{needs}日以上の購入日が必要です。"),
        );
    };
    let gaps = days.windows(2).filter_map(|pair| match pair {
        [one, next] => Some((*next - *one).num_days().to_string()),
        _ => None,
    });
    let gaps: Vec<String> = gaps.collect();
    let shown: Vec<&str> = gaps
        .iter()
        .rev()
        .take(SHOWN)
        .rev()
        .map(String::as_str)
        .collect();
    let (list, middle) = (shown.join(", "), decimal(cycle.half_days(), 2));
    Bilingual::new(
        format!(
            "The gaps between them are {list} days; their median, the purchase cycle, is {middle} days."
        ),
        format!("間隔は {list} 日。中央値＝購入周期は{middle}日です。"),
    )
}

/// How long the silence is, by which part of the rule.
fn silence_line(rule: &Dormancy, found: &dormancy::Found) -> Bilingual {
    let silence = found.silence;
    let lasts = decimal(silence.lasts, DAY);
    let After::Cycles(cycles) = rule.after else {
        return Bilingual::new(
            format!("The rule: dormant after {lasts} days without a purchase."),
            format!("ルール: {lasts}日間購入がなければ休眠。"),
        );
    };
    let times = decimal(cycles.hundredths(), 100);
    let Some(cycle) = silence.cycle else {
        return Bilingual::new(
            format!("The rule: dormant after {times} cycles; without a cycle after {lasts} days."),
            format!("ルール: 購入周期の{times}倍で休眠。周期がない間は{lasts}日。"),
        );
    };
    let own = decimal(cycle.half_days() * cycles.hundredths(), 200);
    let cycle = decimal(cycle.half_days(), 2);
    let (en, ja) = match silence.by {
        By::AtLeast => (
            format!(", but at least {lasts} days"),
            format!("、ただし最短の{lasts}日"),
        ),
        By::AtMost => (
            format!(", but at most {lasts} days"),
            format!("、ただし最長の{lasts}日"),
        ),
        By::Days | By::Cycle | By::NoCycle => (String::new(), String::new()),
    };
    Bilingual::new(
        format!("The rule: dormant after {times} cycles: {times} × {cycle} = {own} days{en}."),
        format!("ルール: 購入周期の{times}倍で休眠。{times} × {cycle} = {own}日{ja}。"),
    )
}

fn orders_line(rule: &Lifecycle, found: &lifecycle::Found) -> Bilingual {
    let (n, repeat) = (found.counted.orders, rule.repeat_orders);
    if n == 0 {
        return Bilingual::new(
            "Known, and has ordered nothing so far.",
            "登録はありますが、まだ注文がありません。",
        );
    }
    Bilingual::new(
        format!("{n} orders so far; a repeat customer has {repeat} or more."),
        format!("これまでの注文は{n}回。リピートは{repeat}回以上です。"),
    )
}

/// Returns the words for a stage, in English and Japanese.
pub fn words(stage: Stage) -> (&'static str, &'static str) {
    let word = stage.as_str();
    profiles::computed::words(key::STAGE, word).unwrap_or((word, word))
}

/// Writes a quotient with up to three decimals, none where it is whole.
fn decimal(number: i64, by: i64) -> String {
    let thousandths = number.saturating_mul(1_000) / by.max(1);
    let (whole, rest) = (thousandths / 1_000, (thousandths % 1_000).abs());
    if rest == 0 {
        return whole.to_string();
    }
    let text = format!("{whole}.{rest:03}");
    text.trim_end_matches('0').to_owned()
}

/// Writes money: in English with the code of the currency, in Japanese with its word where it has one.
fn money(currency: Currency, minor: i64) -> (String, String) {
    let digits = currency.digits() as usize;
    let plain = format!("{:0>width$}", minor.unsigned_abs(), width = digits + 1);
    let (whole, rest) = plain.split_at(plain.len() - digits);
    let mut text = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !rest.is_empty() {
        text = format!("{text}.{rest}");
    }
    let sign = if minor < 0 { "-" } else { "" };
    let code = currency.code();
    let en = format!("{sign}{text} {code}");
    let ja = if currency == Currency::JPY {
        format!("{sign}{text}円")
    } else {
        en.clone()
    };
    (en, ja)
}

#[cfg(test)]
mod tests;
