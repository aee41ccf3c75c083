//! Kinds of computed attributes, and the keys that each fills.

use profiles::attributes::{
    AttributeDef,
    ValueType::{self, Boolean, Date, List, Number, Text},
};

/// A kind of computed attribute; a workspace has at most one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Purchase cycle and dormancy.
    Dormancy,
    /// Lifecycle stage.
    Lifecycle,
    /// Rank.
    Rank,
    /// Lead score and grade.
    Score,
    /// Tastes: favourite category, brand and price band.
    Affinity,
}

impl Kind {
    /// All kinds, those that others rest on first.
    pub const ALL: [Self; 5] = [
        Self::Dormancy,
        Self::Lifecycle,
        Self::Rank,
        Self::Score,
        Self::Affinity,
    ];

    /// Returns the name, stored and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dormancy => "dormancy",
            Self::Lifecycle => "lifecycle",
            Self::Rank => "rank",
            Self::Score => "score",
            Self::Affinity => "affinity",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Lists the attributes that it fills, as the workspace knows them.
    pub fn attributes(self) -> Vec<AttributeDef> {
        let fields = match self {
            Self::Dormancy => DORMANCY,
            Self::Lifecycle => LIFECYCLE,
            Self::Rank => RANK,
            Self::Score => SCORE,
            Self::Affinity => AFFINITY,
        };
        let attribute = |(key, value_type, ja, en): &Field| AttributeDef {
            key: (*key).to_owned(),
            value_type: *value_type,
            label_ja: Some((*ja).to_owned()),
            label_en: Some((*en).to_owned()),
            is_sensitive: false,
            consent: None,
        };
        fields.iter().map(attribute).collect()
    }
}

/// An attribute: key, type, Japanese and English label.
type Field = (&'static str, ValueType, &'static str, &'static str);

const DORMANCY: &[Field] = &[
    (key::DORMANT, Boolean, "休眠中", "Dormant"),
    (
        key::DORMANT_FROM,
        Date,
        "休眠になる日時（なった日時）",
        "Dormant from",
    ),
    (
        key::CYCLE,
        Number,
        "購入周期（日）",
        "Purchase cycle (days)",
    ),
];

const LIFECYCLE: &[Field] = &[
    (key::STAGE, Text, "ライフサイクル段階", "Lifecycle stage"),
    (
        key::STAGE_SINCE,
        Date,
        "現在の段階になった日時",
        "In this stage since",
    ),
];

const RANK: &[Field] = &[
    (key::RANK, Text, "ランク", "Rank"),
    (
        key::RANK_LEVEL,
        Number,
        "ランクの段（1が最下位）",
        "Rank level (1 is the lowest)",
    ),
    (
        key::RANK_SINCE,
        Date,
        "現在のランクになった日時",
        "In this rank since",
    ),
    (
        key::RANK_UNTIL,
        Date,
        "ランクが下がる日時",
        "Rank kept until",
    ),
    (key::RANK_NEXT, Text, "次のランク", "Next rank"),
    (
        key::RANK_NEXT_SPEND,
        Number,
        "次のランクまでの金額",
        "Money missing to the next rank",
    ),
    (
        key::RANK_NEXT_ORDERS,
        Number,
        "次のランクまでの注文回数",
        "Orders missing to the next rank",
    ),
];

const SCORE: &[Field] = &[
    (key::SCORE, Number, "スコア", "Lead score"),
    (
        key::SCORE_ABOVE,
        Boolean,
        "スコアがしきい値以上",
        "Lead score at the threshold",
    ),
    (
        key::SCORE_SINCE,
        Date,
        "しきい値以上・未満になった日時",
        "At or below the threshold since",
    ),
    (key::FIT, Number, "適合の点数", "Points of fit"),
    (key::GRADE, Text, "グレード（A〜D）", "Grade (A to D)"),
];

const AFFINITY: &[Field] = &[
    (
        key::CATEGORY,
        Text,
        "いちばん好きなカテゴリー",
        "Favourite category",
    ),
    (
        key::CATEGORY_SHARE,
        Number,
        "そのカテゴリーの割合（%）",
        "Share of the favourite category (%)",
    ),
    (
        key::CATEGORIES,
        List,
        "好きなカテゴリー（上位）",
        "Top categories",
    ),
    (
        key::BRAND,
        Text,
        "いちばん好きなブランド",
        "Favourite brand",
    ),
    (
        key::BRAND_SHARE,
        Number,
        "そのブランドの割合（%）",
        "Share of the favourite brand (%)",
    ),
    (key::BRANDS, List, "好きなブランド（上位）", "Top brands"),
    (key::PRICE_BAND, Text, "よく選ぶ価格帯", "Usual price band"),
    (
        key::PRICE_LEVEL,
        Number,
        "価格帯の段（1が最も安い）",
        "Level of the price band (1 is the cheapest)",
    ),
    (
        key::PRICE_SHARE,
        Number,
        "その価格帯の割合（%）",
        "Share of the usual price band (%)",
    ),
];

/// The keys of computed attributes.
pub mod key {
    /// The category that a customer likes best.
    pub const CATEGORY: &str = "computed.favourite_category";
    /// Its share of all her points, in percent.
    pub const CATEGORY_SHARE: &str = "computed.category_share";
    /// The categories that she likes best.
    pub const CATEGORIES: &str = "computed.top_categories";
    /// The brand that she likes best.
    pub const BRAND: &str = "computed.favourite_brand";
    /// Its share of all her points, in percent.
    pub const BRAND_SHARE: &str = "computed.brand_share";
    /// The brands that she likes best.
    pub const BRANDS: &str = "computed.top_brands";
    /// The price band that she looks at most.
    pub const PRICE_BAND: &str = "computed.price_band";
    /// Its number, from 1.
    pub const PRICE_LEVEL: &str = "computed.price_level";
    /// Its share of all her points, in percent.
    pub const PRICE_SHARE: &str = "computed.price_share";
    /// Whether a buyer is dormant.
    pub const DORMANT: &str = "computed.dormant";
    /// From when on a buyer is dormant, if she buys nothing more.
    pub const DORMANT_FROM: &str = "computed.dormant_from";
    /// The purchase cycle in days.
    pub const CYCLE: &str = "computed.purchase_cycle";
    /// The lifecycle stage.
    pub const STAGE: &str = profiles::computed::STAGE;
    /// Since when the customer is in it.
    pub const STAGE_SINCE: &str = "computed.stage_since";
    /// The name of the rank.
    pub const RANK: &str = "computed.rank";
    /// Its number, from 1.
    pub const RANK_LEVEL: &str = "computed.rank_level";
    /// Since when the customer has it.
    pub const RANK_SINCE: &str = "computed.rank_since";
    /// From when on she has a lower one, if she buys nothing more.
    pub const RANK_UNTIL: &str = "computed.rank_until";
    /// The name of the rank above.
    pub const RANK_NEXT: &str = "computed.rank_next";
    /// The money that is missing to it, in minor units.
    pub const RANK_NEXT_SPEND: &str = "computed.rank_next_spend";
    /// The points for what the customer did, faded.
    pub const SCORE: &str = "computed.score";
    /// Whether they reach the threshold.
    pub const SCORE_ABOVE: &str = "computed.score_above";
    /// Since when they do, or do not.
    pub const SCORE_SINCE: &str = "computed.score_since";
    /// The points for who the customer is.
    pub const FIT: &str = "computed.fit";
    /// The grade that these give.
    pub const GRADE: &str = "computed.grade";
    /// The orders that are missing to it.
    pub const RANK_NEXT_ORDERS: &str = "computed.rank_next_orders";
}
