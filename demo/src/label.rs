//! The source's codes of demographics, as labels in Japanese and English.
//!
//! Incomes follow the rule of the whole company, a cent is a yen: 50-74K dollars read 500-749万円.

/// A value in both languages of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Label {
    /// Japanese.
    pub ja: &'static str,
    /// English: the source's own code.
    pub en: &'static str,
}

const fn label(en: &'static str, ja: &'static str) -> Label {
    Label { ja, en }
}

pub(crate) const AGE: [Label; 6] = [
    label("19-24", "19〜24歳"),
    label("25-34", "25〜34歳"),
    label("35-44", "35〜44歳"),
    label("45-54", "45〜54歳"),
    label("55-64", "55〜64歳"),
    label("65+", "65歳以上"),
];
pub(crate) const INCOME: [Label; 12] = [
    label("Under 15K", "150万円未満"),
    label("15-24K", "150〜249万円"),
    label("25-34K", "250〜349万円"),
    label("35-49K", "350〜499万円"),
    label("50-74K", "500〜749万円"),
    label("75-99K", "750〜999万円"),
    label("100-124K", "1,000〜1,249万円"),
    label("125-149K", "1,250〜1,499万円"),
    label("150-174K", "1,500〜1,749万円"),
    label("175-199K", "1,750〜1,999万円"),
    label("200-249K", "2,000〜2,499万円"),
    label("250K+", "2,500万円以上"),
];
pub(crate) const HOME: [Label; 4] = [
    label("Homeowner", "持ち家"),
    label("Renter", "賃貸"),
    label("Probable Homeowner", "持ち家（推定）"),
    label("Probable Renter", "賃貸（推定）"),
];
pub(crate) const MARITAL: [Label; 2] = [label("Married", "既婚"), label("Unmarried", "未婚")];
pub(crate) const SIZE: [Label; 5] = [
    label("1", "1人"),
    label("2", "2人"),
    label("3", "3人"),
    label("4", "4人"),
    label("5+", "5人以上"),
];
pub(crate) const KIDS: [Label; 4] = [
    label("0", "なし"),
    label("1", "1人"),
    label("2", "2人"),
    label("3+", "3人以上"),
];

/// Returns the label of a code; a blank or unknown code has none.
pub(crate) fn find(table: &'static [Label], code: &str) -> Option<Label> {
    table.iter().find(|label| label.en == code).copied()
}
