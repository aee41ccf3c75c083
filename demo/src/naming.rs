//! Names of products: brands in place of makers, and words that tell namesakes apart.

/// Made-up brands in place of the makers, of whom the source knows only numbers.
const BRANDS: [&str; 64] = [
    "こもれび",
    "ひなたぼっこ",
    "朝つゆ",
    "小麦日和",
    "やまびこ便",
    "しずくの里",
    "海鳴り",
    "夕なぎ",
    "はなうた",
    "みのり畑",
    "そよ風",
    "つきあかり",
    "ほしぞら",
    "たんぽぽ坂",
    "すずらん",
    "くるみの木",
    "どんぐり村",
    "こがね色",
    "あさやけ",
    "ゆきどけ",
    "春かすみ",
    "夏しぐれ",
    "秋びより",
    "冬ごもり",
    "ことり",
    "うさぎ雲",
    "きつね雨",
    "ふくろう",
    "つばめ便",
    "みつばち",
    "てんとう虫",
    "かえるの歌",
    "石だたみ",
    "路地うら",
    "縁がわ",
    "土間",
    "かまど",
    "井戸ばた",
    "のれん",
    "ちゃぶ台",
    "ひだまり",
    "木漏れ日",
    "青い鳥",
    "赤い屋根",
    "白い帆",
    "緑の丘",
    "黄金の穂",
    "藍のれん",
    "おやつ時間",
    "お弁当日和",
    "晩ごはん",
    "朝ごはん",
    "三時の鐘",
    "日曜日",
    "週末",
    "休み時間",
    "まんまる",
    "さんかく",
    "しましま",
    "みずたま",
    "ぐるぐる",
    "きらきら",
    "ふわふわ",
    "ほくほく",
];
/// The store's own brand.
const OWN_BRAND: &str = "青葉セレクト";
/// Tells apart what would have the same name: the source has several milks of one maker and size.
const VARIANTS: [&str; 7] = ["特選", "こだわり", "定番", "厳選", "人気", "限定", "新作"];

/// Returns the brand of a product; the source knows its maker as a number only.
pub(crate) fn brand(is_own_brand: bool, maker: Option<usize>) -> Option<&'static str> {
    if is_own_brand {
        return Some(OWN_BRAND);
    }
    maker.and_then(|maker| BRANDS.get(maker)).copied()
}

/// Returns what to add to the name of a product with so many earlier namesakes.
pub(crate) fn variant(earlier: usize) -> String {
    let Some(place) = earlier.checked_sub(1) else {
        return String::new();
    };
    match VARIANTS.get(place) {
        Some(word) => format!("（{word}）"),
        None => format!("（{}番）", earlier + 1),
    }
}
