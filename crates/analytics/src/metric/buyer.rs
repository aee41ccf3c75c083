//! What the analyses of buyers count.

use super::{Better, Definition, Metric, Unit};

pub(super) const BUYERS: Definition = Definition {
    metric: Metric::Buyers,
    key: "buyers",
    ja: "購入者",
    en: "Buyers",
    formula_ja: "期間のうちに注文が1つ以上ある顧客。取り消された注文だけの人、統合・消去された人は含みません。",
    formula_en: "Customers with at least one order in the window. Who has cancelled orders only, or was merged or erased, is left out.",
    unit: Unit::People,
    better: Better::Higher,
    rate: None,
};

pub(super) const RECENCY: Definition = Definition {
    metric: Metric::Recency,
    key: "recency",
    ja: "R 最終購入の新しさ",
    en: "R Recency",
    formula_ja: "期間の最後の注文の日から基準日までの日数。少ないほどよく、得点が高くなります。",
    formula_en: "Local days from the day of the last order in the window to the day counted at. Fewer is better and scores higher.",
    unit: Unit::Days,
    better: Better::Lower,
    rate: None,
};

pub(super) const FREQUENCY: Definition = Definition {
    metric: Metric::Frequency,
    key: "frequency",
    ja: "F 購入回数",
    en: "F Frequency",
    formula_ja: "期間の注文の数。1つの注文の明細がいくつでも1回。取り消された注文は除きます。",
    formula_en: "Orders in the window, each once however many lines it has; cancelled orders are left out.",
    unit: Unit::Orders,
    better: Better::Higher,
    rate: None,
};

pub(super) const MONETARY: Definition = Definition {
    metric: Metric::Monetary,
    key: "monetary",
    ja: "M 購入金額",
    en: "M Monetary",
    formula_ja: "期間の注文の合計から、期間のうちに行われた返金を引いた額。取り消された注文とほかの通貨は含みません。",
    formula_en: "Money of the orders in the window less the refunds made in the window. Cancelled orders and other currencies are left out.",
    unit: Unit::Money,
    better: Better::Higher,
    rate: None,
};
