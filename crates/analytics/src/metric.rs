//! Every metric with its one definition. `docs/metrics.md` says the same; a test compares.

mod buyer;

/// A metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Messages accepted for hand-off.
    Sends,
    /// Sent and not bounced.
    Delivered,
    /// Came back after they were accepted.
    Bounces,
    /// Opened by a person.
    Opens,
    /// Opened, machines included.
    OpensRaw,
    /// Clicked by a person.
    Clicks,
    /// Clicked, machines included.
    ClicksRaw,
    /// The unsubscribe link was pressed by a person.
    UnsubscribeClicks,
    /// The unsubscribe link was pressed, machines included.
    UnsubscribeClicksRaw,
    /// Unsubscribed through the message.
    Unsubscribes,
    /// Reported as unwanted.
    Complaints,
    /// Followed by an order within the goal's window.
    ConversionsWindow,
    /// Money of those orders.
    RevenueWindow,
    /// Own an order as its last human touch.
    ConversionsLastTouch,
    /// Money of the orders owned.
    RevenueLastTouch,
    /// All orders of the period.
    Orders,
    /// Their money.
    Revenue,
    /// Planned, and not sent.
    NotSent,
    /// May be mailed now.
    Reachable,
    /// Bought in the window.
    Buyers,
    /// Days since the last order.
    Recency,
    /// Orders of a buyer.
    Frequency,
    /// Money of a buyer.
    Monetary,
}

/// What a metric is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Messages; a one-off campaign sends each person one.
    Messages,
    /// People.
    People,
    /// Orders.
    Orders,
    /// Minor units of the workspace's currency.
    Money,
    /// Days by the workspace's clocks.
    Days,
}

impl Unit {
    /// Returns the name on the wire and in the document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::People => "people",
            Self::Orders => "orders",
            Self::Money => "money",
            Self::Days => "days",
        }
    }
}

/// Which direction is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
}

impl Better {
    /// Returns the name on the wire and in the document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
        }
    }
}

/// The rate that a metric is shown with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateOf {
    /// Its name in Japanese.
    pub ja: &'static str,
    /// Its name in English.
    pub en: &'static str,
    /// What it is a share of.
    pub of: Metric,
}

/// What a metric means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    /// The metric.
    pub metric: Metric,
    /// Its stable name.
    pub key: &'static str,
    /// Its name in Japanese.
    pub ja: &'static str,
    /// Its name in English.
    pub en: &'static str,
    /// How it is counted, in Japanese.
    pub formula_ja: &'static str,
    /// How it is counted, in English.
    pub formula_en: &'static str,
    /// What it is counted in.
    pub unit: Unit,
    /// Which direction is good.
    pub better: Better,
    /// The rate that it is shown with.
    pub rate: Option<RateOf>,
}

#[expect(clippy::unnecessary_wraps, reason = "the table below reads better")]
const fn rate(ja: &'static str, en: &'static str, of: Metric) -> Option<RateOf> {
    Some(RateOf { ja, en, of })
}

const SENDS: Definition = Definition {
    metric: Metric::Sends,
    key: "sends",
    ja: "送信",
    en: "Sends",
    formula_ja: "受け取り側のサーバーが引き受けた通数。送信待ち、引き受けを断られたもの、返事が来なかったもの、テスト送信は数えません。",
    formula_en: "Messages that the receiving side accepted. Waiting, refused and unanswered messages and tests are not counted.",
    unit: Unit::Messages,
    better: Better::Higher,
    rate: None,
};

/// Every definition, campaigns first, in the order of reading.
pub const DEFINITIONS: &[Definition] = &[
    SENDS,
    Definition {
        metric: Metric::Delivered,
        key: "delivered",
        ja: "到達",
        en: "Delivered",
        formula_ja: "送信のうち、あとから戻ってこなかった通数。",
        formula_en: "Sends that did not come back afterwards.",
        unit: Unit::Messages,
        better: Better::Higher,
        rate: rate("到達率", "Delivery rate", Metric::Sends),
    },
    Definition {
        metric: Metric::Bounces,
        key: "bounces",
        ja: "エラー",
        en: "Bounces",
        formula_ja: "引き受けられたあとで、届かなかったと知らせが来た通数。",
        formula_en: "Sends for which a notice came later that they were not delivered.",
        unit: Unit::Messages,
        better: Better::Lower,
        rate: rate("エラー率", "Bounce rate", Metric::Sends),
    },
    Definition {
        metric: Metric::Opens,
        key: "opens",
        ja: "開封",
        en: "Opens",
        formula_ja: "人が開いた通数。同じ人が何度開いても1通。メールソフトによる先読みなど、機械の開封は除きます。",
        formula_en: "Messages opened by a person, each once however often. Opens by machines, such as prefetching mail apps, are left out.",
        unit: Unit::Messages,
        better: Better::Higher,
        rate: rate("開封率", "Open rate", Metric::Delivered),
    },
    Definition {
        metric: Metric::OpensRaw,
        key: "opens_raw",
        ja: "開封（機械を含む）",
        en: "Opens, machines included",
        formula_ja: "人か機械が開いた通数。同じ1通は1回だけ数えます。",
        formula_en: "Messages opened by a person or a machine, each once.",
        unit: Unit::Messages,
        better: Better::Higher,
        rate: rate(
            "開封率（機械を含む）",
            "Open rate, machines included",
            Metric::Delivered,
        ),
    },
    Definition {
        metric: Metric::Clicks,
        key: "clicks",
        ja: "クリック",
        en: "Clicks",
        formula_ja: "人が本文のリンクを押した通数。何度押しても1通。検査プログラムによるクリックは除きます。配信停止のリンクは別に数えます。",
        formula_en: "Messages in which a person clicked a link, each once. Scanners are left out; the unsubscribe link is counted apart.",
        unit: Unit::Messages,
        better: Better::Higher,
        rate: rate("クリック率", "Click rate", Metric::Delivered),
    },
    Definition {
        metric: Metric::ClicksRaw,
        key: "clicks_raw",
        ja: "クリック（機械を含む）",
        en: "Clicks, machines included",
        formula_ja: "人か機械が本文のリンクを開いた通数。同じ1通は1回だけ数えます。配信停止のリンクは別に数えます。",
        formula_en: "Messages in which a person or a machine followed a link, each once. The unsubscribe link is counted apart.",
        unit: Unit::Messages,
        better: Better::Higher,
        rate: rate(
            "クリック率（機械を含む）",
            "Click rate, machines included",
            Metric::Delivered,
        ),
    },
    Definition {
        metric: Metric::UnsubscribeClicks,
        key: "unsubscribe_clicks",
        ja: "配信停止リンク",
        en: "Unsubscribe link",
        formula_ja: "人が配信停止のリンクを押した通数。配信停止・配信設定のページを開いた人と、メールソフトの停止ボタンを押した人です。止めたかどうかは問いません。",
        formula_en: "Messages in which a person pressed the unsubscribe link: visited its page or the preferences, or pressed the mail program's button. Whether they then unsubscribed does not matter.",
        unit: Unit::Messages,
        better: Better::Lower,
        rate: rate(
            "配信停止リンクのクリック率",
            "Unsubscribe link rate",
            Metric::Delivered,
        ),
    },
    Definition {
        metric: Metric::UnsubscribeClicksRaw,
        key: "unsubscribe_clicks_raw",
        ja: "配信停止リンク（機械を含む）",
        en: "Unsubscribe link, machines included",
        formula_ja: "人か機械が配信停止のリンクを開いた通数。同じ1通は1回だけ数えます。",
        formula_en: "Messages in which a person or a machine followed the unsubscribe link, each once.",
        unit: Unit::Messages,
        better: Better::Lower,
        rate: rate(
            "配信停止リンクのクリック率（機械を含む）",
            "Unsubscribe link rate, machines included",
            Metric::Delivered,
        ),
    },
    Definition {
        metric: Metric::Unsubscribes,
        key: "unsubscribes",
        ja: "配信停止",
        en: "Unsubscribes",
        formula_ja: "この配信から配信停止をした通数。",
        formula_en: "Messages through which a person unsubscribed.",
        unit: Unit::Messages,
        better: Better::Lower,
        rate: rate("配信停止率", "Unsubscribe rate", Metric::Delivered),
    },
    Definition {
        metric: Metric::Complaints,
        key: "complaints",
        ja: "迷惑メール報告",
        en: "Complaints",
        formula_ja: "迷惑メールとして報告された通数。報告を知らせてくる事業者の分だけです。",
        formula_en: "Messages reported as unwanted; only some providers tell.",
        unit: Unit::Messages,
        better: Better::Lower,
        rate: rate("迷惑メール報告率", "Complaint rate", Metric::Sends),
    },
    Definition {
        metric: Metric::ConversionsWindow,
        key: "conversions_window",
        ja: "期間内の購入",
        en: "Bought within the window",
        formula_ja: "送ってから目標の日数のうちに注文があった通数。クリックは問いません。1通につき1回。ほかの配信と重なります。",
        formula_en: "Messages followed by an order within the goal's days after the hand-off, click or not, each once. Campaigns overlap.",
        unit: Unit::Messages,
        better: Better::Higher,
        rate: rate(
            "購入率（期間内）",
            "Conversion rate, window",
            Metric::Delivered,
        ),
    },
    Definition {
        metric: Metric::RevenueWindow,
        key: "revenue_window",
        ja: "期間内の売上",
        en: "Revenue within the window",
        formula_ja: "期間内の購入の注文の合計から返金を引いた額。取り消された注文は除きます。ほかの配信と重なります。",
        formula_en: "Money of those orders less refunds; cancelled orders are left out. Campaigns overlap.",
        unit: Unit::Money,
        better: Better::Higher,
        rate: None,
    },
    Definition {
        metric: Metric::ConversionsLastTouch,
        key: "conversions_last_touch",
        ja: "最後にふれた配信",
        en: "Last touch",
        formula_ja: "注文の持ち主になった通数。持ち主は、注文の前5日に人が最後に押すか開いた配信。なければ12時間以内に届いた最後の配信。注文1つの持ち主は1つです。",
        formula_en: "Messages that own an order: the last one that a person clicked or opened in the 5 days before it, else the last one delivered in the 12 hours before it. Each order has one owner.",
        unit: Unit::Messages,
        better: Better::Higher,
        rate: rate(
            "購入率（最後にふれた配信）",
            "Conversion rate, last touch",
            Metric::Delivered,
        ),
    },
    Definition {
        metric: Metric::RevenueLastTouch,
        key: "revenue_last_touch",
        ja: "最後にふれた配信の売上",
        en: "Revenue by last touch",
        formula_ja: "持っている注文の合計から返金を引いた額。全配信を足しても売上全体を超えません。",
        formula_en: "Money of the orders owned less refunds. Over all campaigns it never exceeds the whole.",
        unit: Unit::Money,
        better: Better::Higher,
        rate: None,
    },
    Definition {
        metric: Metric::Orders,
        key: "orders",
        ja: "注文",
        en: "Orders",
        formula_ja: "期間の注文の数。取り消された注文は除きます。",
        formula_en: "Orders of the period; cancelled orders are left out.",
        unit: Unit::Orders,
        better: Better::Higher,
        rate: None,
    },
    Definition {
        metric: Metric::Revenue,
        key: "revenue",
        ja: "売上",
        en: "Revenue",
        formula_ja: "期間の注文の合計から返金を引いた額。ほかの通貨は含みません。",
        formula_en: "Money of the period's orders less refunds; other currencies are left out.",
        unit: Unit::Money,
        better: Better::Higher,
        rate: None,
    },
    Definition {
        metric: Metric::NotSent,
        key: "not_sent",
        ja: "やめておいた",
        en: "Held back",
        formula_ja: "条件に合ったのに送らなかった数。送信待ちは含みません。",
        formula_en: "Matched and not sent. What still waits is not counted.",
        unit: Unit::Messages,
        better: Better::Lower,
        rate: None,
    },
    Definition {
        metric: Metric::Reachable,
        key: "reachable",
        ja: "届けられる顧客",
        en: "Reachable customers",
        formula_ja: "いまメールを送ってよい顧客。アドレスがあり、同意が有効で、配信停止・宛先エラー・迷惑メール報告のいずれもない人。",
        formula_en: "Customers who may be mailed now: an address, a valid consent, and no unsubscription, hard bounce or complaint.",
        unit: Unit::People,
        better: Better::Higher,
        rate: None,
    },
    buyer::BUYERS,
    buyer::RECENCY,
    buyer::FREQUENCY,
    buyer::MONETARY,
];

impl Metric {
    /// The metrics of a campaign's report, in the order of reading.
    pub const OF_CAMPAIGN: [Self; 15] = [
        Self::Sends,
        Self::Delivered,
        Self::Bounces,
        Self::Opens,
        Self::OpensRaw,
        Self::Clicks,
        Self::ClicksRaw,
        Self::UnsubscribeClicks,
        Self::UnsubscribeClicksRaw,
        Self::Unsubscribes,
        Self::Complaints,
        Self::ConversionsWindow,
        Self::RevenueWindow,
        Self::ConversionsLastTouch,
        Self::RevenueLastTouch,
    ];

    /// What only mail tells: of LINE nobody knows who opened a message, and one leaves by blocking the account; of a push one
    /// knows that it was shown and not who looked, and one leaves by the settings of the device.
    pub const OF_MAIL_ALONE: [Self; 6] = [
        Self::Opens,
        Self::OpensRaw,
        Self::UnsubscribeClicks,
        Self::UnsubscribeClicksRaw,
        Self::Unsubscribes,
        Self::Complaints,
    ];

    /// Returns the definition.
    pub fn definition(self) -> &'static Definition {
        DEFINITIONS
            .iter()
            .find(|definition| definition.metric == self)
            .unwrap_or(&SENDS)
    }

    /// Returns the stable name.
    pub fn key(self) -> &'static str {
        self.definition().key
    }

    /// Reads a stable name.
    pub fn parse(key: &str) -> Option<Self> {
        DEFINITIONS
            .iter()
            .find(|definition| definition.key == key)
            .map(|definition| definition.metric)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_one_definition() {
        for definition in DEFINITIONS {
            assert_eq!(Metric::parse(definition.key), Some(definition.metric));
            assert_eq!(definition.metric.key(), definition.key);
        }
        for metric in Metric::OF_CAMPAIGN {
            assert_eq!(metric.definition().metric, metric);
        }
    }

    #[test]
    fn the_document_says_the_same() {
        let document = include_str!("../../../docs/metrics.md");
        for one in DEFINITIONS {
            let (unit, better) = (one.unit.as_str(), one.better.as_str());
            let rate = one.rate.map_or_else(
                || "–".to_owned(),
                |rate| {
                    format!(
                        "{} / {} = `{}` ÷ `{}`",
                        rate.ja,
                        rate.en,
                        one.key,
                        rate.of.key()
                    )
                },
            );
            let row = format!(
                "| `{}` | {} / {} | {} | {} | {unit} | {better} | {rate} |",
                one.key, one.ja, one.en, one.formula_ja, one.formula_en
            );
            assert!(
                document.contains(&row),
                "docs/metrics.md lacks this row:\n{row}"
            );
        }
        let rows = document
            .lines()
            .filter(|line| line.starts_with("| `"))
            .count();
        assert_eq!(
            rows,
            DEFINITIONS.len(),
            "docs/metrics.md defines something else besides"
        );
    }
}
