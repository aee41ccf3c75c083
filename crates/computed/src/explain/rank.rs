//! Why a customer has the rank that she has, what is missing to the next, and until when it is kept.

use kernel::{invalid::Bilingual, time::Millis};

use super::{Pen, Reason, SHOWN, money};
use crate::{
    history::History,
    lifecycle::Known,
    period::Period,
    rank::{self, Counted, Fall, Found, Grace, Rank, Ranks},
    rule::Kind,
};

impl Pen {
    pub(super) fn rank(
        &self,
        rule: &Ranks,
        (known, history): (Known, &History),
        now: Millis,
    ) -> Reason {
        let found = rank::judge(rule, (known, history), now, self.zone);
        let name = |level: usize| Some(rule.name(level).to_owned()).filter(|name| !name.is_empty());
        let mut lines = vec![self.ranks_line(rule)];
        if let Some(found) = &found {
            lines.push(self.bought_line(rule, history, found, now));
            lines.extend(self.kept_line(rule, found));
            lines.extend(self.missing_line(rule, found));
        } else {
            lines.push(Bilingual::new(
                "Has bought nothing so far, so there is no rank.",
                "まだ購入がないので、ランクはありません。",
            ));
        }
        let standing = found.as_ref().and_then(|found| name(found.level));
        let turns = found.as_ref().and_then(|found| found.turns);
        Reason {
            kind: Kind::Rank,
            since: found
                .as_ref()
                .filter(|_| standing.is_some())
                .map(|found| found.since),
            turns: turns.map(|(at, level)| (at, name(level).unwrap_or_default().into())),
            standing: standing.map(Into::into),
            lines,
        }
    }

    /// Which ranks there are.
    fn ranks_line(&self, rule: &Ranks) -> Bilingual {
        let (mut en, mut ja) = (Vec::new(), Vec::new());
        for rank in &rule.ranks {
            let (asks_en, asks_ja) = self.asks(rank);
            en.push(format!("{} {asks_en}", rank.name));
            ja.push(format!("{}（{asks_ja}）", rank.name));
        }
        let (grace_en, grace_ja) = grace(rule);
        Bilingual::new(
            format!("The ranks: {}. {grace_en}", en.join("; ")),
            format!("ランク: {}。{grace_ja}", ja.join("、")),
        )
    }

    fn asks(&self, rank: &Rank) -> (String, String) {
        let (mut en, mut ja) = (Vec::new(), Vec::new());
        if let Some(spend) = rank.spend {
            let (spend_en, spend_ja) = money(self.currency, spend);
            en.push(format!("from {spend_en}"));
            ja.push(format!("{spend_ja}以上"));
        }
        if let Some(orders) = rank.orders {
            en.push(format!("from {orders} orders"));
            ja.push(format!("注文{orders}回以上"));
        }
        if en.is_empty() {
            return ("without a condition".to_owned(), "条件なし".to_owned());
        }
        (en.join(" and "), ja.join("・"))
    }

    /// What was bought in the period, and what that is enough for.
    fn bought_line(
        &self,
        rule: &Ranks,
        history: &History,
        found: &Found,
        now: Millis,
    ) -> Bilingual {
        let Counted { orders, money: sum } = found.counted;
        let (sum_en, sum_ja) = money(self.currency, sum);
        let (period_en, period_ja) = period(rule.period);
        let counts = |at: &Millis| rule.period.leaves(*at, self.zone) > now;
        let net = history.net.iter().rev().filter(|(at, _)| counts(at));
        let mut latest: Vec<(String, (String, String))> = net
            .take(SHOWN)
            .map(|(at, amount)| (self.instant(*at), money(self.currency, *amount)))
            .collect();
        latest.reverse();
        let list = |amount: fn(&(String, String)) -> &String| {
            let each = latest
                .iter()
                .map(|(at, both)| format!("{at}: {}", amount(both)));
            each.collect::<Vec<_>>().join(", ")
        };
        let (list_en, list_ja) = (list(|both| &both.0), list(|both| &both.1));
        let is_none = latest.is_empty();
        let (en, ja) = if is_none {
            (String::new(), String::new())
        } else {
            (
                format!(" (the latest {list_en})"),
                format!("（新しいもの {list_ja}）"),
            )
        };
        let earned = rule.name(found.earned);
        let (enough_en, enough_ja) = if earned.is_empty() {
            (
                "enough for no rank".to_owned(),
                "どのランクにも届きません".to_owned(),
            )
        } else {
            (
                format!("enough for {earned}"),
                format!("「{earned}」の条件を満たします"),
            )
        };
        Bilingual::new(
            format!("{period_en}: {orders} orders, {sum_en}{en}: {enough_en}."),
            format!("{period_ja}: 注文{orders}回、{sum_ja}{ja}。{enough_ja}。"),
        )
    }

    /// Since when, and until when.
    fn kept_line(&self, rule: &Ranks, found: &Found) -> Option<Bilingual> {
        let name = Some(rule.name(found.level)).filter(|name| !name.is_empty())?;
        let since = self.instant(found.since);
        let (grace_en, grace_ja) = if found.earned < found.level {
            (" It is kept by grace.", "猶予により保たれています。")
        } else {
            ("", "")
        };
        let (next_en, next_ja) = found.turns.map_or_else(Default::default, |(at, level)| {
            let (at, next) = (self.instant(at), rule.name(level));
            let (next_en, next_ja) = match next {
                "" => ("no rank".to_owned(), "ランクなし".to_owned()),
                next => (next.to_owned(), format!("「{next}」")),
            };
            (
                format!(" If nothing is bought until then, {next_en} from {at}."),
                format!("それまでに購入がなければ、{at} に{next_ja}になります。"),
            )
        });
        Some(Bilingual::new(
            format!("So: {name}, since {since}.{grace_en}{next_en}"),
            format!("よって「{name}」（{since} から）。{grace_ja}{next_ja}"),
        ))
    }

    /// What is missing to the next rank, and to the present one where it is no longer earned.
    fn missing_line(&self, rule: &Ranks, found: &Found) -> Option<Bilingual> {
        let is_lapsing = found.earned < found.level;
        let to = if is_lapsing {
            found.level
        } else {
            found.level + 1
        };
        let missing = rule.rank(to)?.missing(found.counted);
        let (mut en, mut ja) = (Vec::new(), Vec::new());
        if let Some(sum) = missing.money.filter(|sum| *sum > 0) {
            let (sum_en, sum_ja) = money(self.currency, sum);
            en.push(format!("{sum_en} more"));
            ja.push(sum_ja);
        }
        if let Some(orders) = missing.orders.filter(|orders| *orders > 0) {
            en.push(format!("{orders} more orders"));
            ja.push(format!("注文{orders}回"));
        }
        let (name, en, ja) = (&missing.rank.name, en.join(" and "), ja.join("と"));
        Some(if is_lapsing {
            Bilingual::new(
                format!("To keep {name}: {en}."),
                format!("「{name}」を保つには、あと{ja}。"),
            )
        } else {
            Bilingual::new(
                format!("To {name}: {en}."),
                format!("「{name}」まで、あと{ja}。"),
            )
        })
    }
}

fn period(period: Period) -> (String, String) {
    match period {
        Period::Days(days) => (
            format!("In the last {days} days"),
            format!("直近{days}日間"),
        ),
        Period::Months(months) => (
            format!("In the last {months} months"),
            format!("直近{months}か月間"),
        ),
        Period::Year(year) if year.from_month == 1 => ("This year".to_owned(), "今年".to_owned()),
        Period::Year(year) => {
            let month = year.from_month;
            (
                format!("In the year that began in month {month}"),
                format!("{month}月に始まる今年度"),
            )
        }
    }
}

fn grace(rule: &Ranks) -> (String, String) {
    let (falls_en, falls_ja) = match rule.fall {
        Fall::ToEarned => (
            "falls to what is earned",
            "その時点の条件に応じたランクになります",
        ),
        Fall::OneStep => ("falls one step", "一段下がります"),
    };
    match rule.grace {
        None => (
            "A rank that is no longer earned falls at once.".to_owned(),
            "条件を満たさなくなると、すぐに下がります。".to_owned(),
        ),
        Some(Grace::Days(days)) => (
            format!("A rank that is no longer earned is kept for {days} days, then {falls_en}."),
            format!("条件を満たさなくなっても{days}日間は保たれ、その後{falls_ja}。"),
        ),
        Some(Grace::NextPeriod) => (
            format!(
                "A rank that is no longer earned is kept to the end of the next period, then {falls_en}."
            ),
            format!("条件を満たさなくなっても次の期間の終わりまで保たれ、その後{falls_ja}。"),
        ),
    }
}
