//! Ready-made segments: what a shop asks first.

use kernel::invalid::Bilingual;
use serde_json::{Value as Json, json};

use crate::language::{self, Document};

/// A ready-made segment.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// Stable key.
    pub key: &'static str,
    /// Its name.
    pub name: Bilingual,
    /// What it is good for.
    pub description: Bilingual,
    /// The rule, to be changed at will.
    pub document: Document,
}

/// Key, name and description in English and Japanese, root of the rule.
type Source = (
    &'static str,
    (&'static str, &'static str),
    (&'static str, &'static str),
    Json,
);

/// The category of the sample company that the food templates speak of.
const FROZEN: &str = "冷凍食品";
const DAIRY: &str = "乳製品";

/// Returns the templates in the order of the gallery. `category` finds the path of a category by its last
/// part, so that the same template fits the workspace's own tree.
pub fn all(category: &dyn Fn(&str) -> String) -> Vec<Template> {
    habits(category)
        .into_iter()
        .chain(moments())
        .chain(carts())
        .filter_map(|(key, name, description, root)| {
            // Each is read by a test; a template that does not read would only be left out.
            let document = language::read(&json!({"version": 1, "root": root})).ok()?;
            Some(Template {
                key,
                name: Bilingual::new(name.0, name.1),
                description: Bilingual::new(description.0, description.1),
                document,
            })
        })
        .collect()
}

/// What people are in the habit of buying.
fn habits(category: &dyn Fn(&str) -> String) -> [Source; 3] {
    let bought = |within: Json, name: &str, test: Json| {
        json!({"events": {
            "names": ["Product Purchased"], "within": within, "where": [{"category": {"in": [category(name)]}}], "test": test,
        }})
    };
    let at_least = |n: u32| json!({"count": {"times": {"at_least": n}}});
    [
        (
            "frozen_fan_pausing",
            (
                "Frozen food fans who stayed away for 14 days",
                "直近14日買っていない冷凍食品ファン",
            ),
            (
                "They buy it often and may be about to run out.",
                "よく買う人のうち、そろそろ買い足しどきの人です。",
            ),
            json!({"all": [bought(days(90), FROZEN, at_least(3)), bought(days(14), FROZEN, json!("never"))]}),
        ),
        (
            "best_gone_quiet",
            (
                "Good customers who have not come for 60 days",
                "60日来店なしの優良客",
            ),
            (
                "They spent much in a year and have gone quiet.",
                "1年でたくさん買ってくれたのに、足が遠のいている人です。",
            ),
            json!({"all": [
                {"events": {"names": ["Order Completed", "Order Refunded"], "within": days(365), "test": {"amount": {"at_least": 30000}}}},
                {"events": {"names": ["Order Completed"], "within": days(60), "test": "never"}},
            ]}),
        ),
        (
            "dairy_regular",
            ("Regular buyers of dairy products", "乳製品の常連"),
            (
                "At least five purchases in 90 days.",
                "直近90日に5回以上買っている人です。",
            ),
            json!({"all": [bought(days(90), DAIRY, at_least(5))]}),
        ),
    ]
}

/// What has just happened or not happened.
fn moments() -> [Source; 4] {
    [
        (
            "new_30_days",
            (
                "New: first purchase within 30 days",
                "新規（初回購入から30日）",
            ),
            (
                "The second purchase is decided in these weeks.",
                "2回目の購入につながりやすい時期の人です。",
            ),
            json!({"all": [{"events": {"names": ["Order Completed"], "test": {"first": {"on_or_after": {"ago": {"days": 30}}}}}}]}),
        ),
        (
            "second_purchase_open",
            (
                "The window for the second purchase is open",
                "2回目の購入（F2）の時期にある人",
            ),
            (
                "One order so far, 14 to 45 days ago: most second purchases are made by now or never.",
                "注文が1回だけで、それが14〜45日前の人です。2回目を迷う時期にあります。",
            ),
            json!({"all": [
                {"events": {"names": ["Order Completed"], "test": {"count": {"times": {"equals": 1}}}}},
                {"events": {"names": ["Order Completed"], "test": {"first": {"between": [{"ago": {"days": 45}}, {"ago": {"days": 14}}]}}}},
            ]}),
        ),
        (
            "birthday_next_week",
            ("Birthday within a week", "1週間以内に誕生日"),
            (
                "Whose birthday is today or in the next seven days, also across the year's end.",
                "今日から7日後までに誕生日を迎える人です。年末年始もまたいで数えます。",
            ),
            json!({"all": [{"fact": {"of": {"attribute": "birthday"}, "test": {"date": {"anniversary": {"from": 0, "until": 7}}}}}]}),
        ),
        (
            "birth_month",
            ("Birthday this month", "誕生月"),
            (
                "Whose birthday falls into this month.",
                "今月が誕生月の人です。",
            ),
            json!({"all": [{"fact": {"of": {"attribute": "birthday"}, "test": {"date": "this_month"}}}]}),
        ),
    ]
}

/// What lies in a cart.
fn carts() -> [Source; 2] {
    [
        (
            "cart_left_yesterday",
            ("Left in the cart yesterday", "昨日カートに残したまま"),
            (
                "Put something into the cart yesterday and has ordered nothing since.",
                "昨日カートに商品を入れ、それから注文していない人です。",
            ),
            json!({"all": [
                {"events": {"names": ["Product Added"], "within": {"last_full": {"days": 1}}, "test": {"count": {"times": {"at_least": 1}}}}},
                {"events": {"names": ["Order Completed"], "since": {"latest": {"names": ["Product Added"]}}, "test": "never"}},
            ]}),
        ),
        (
            "cart_left",
            ("Left in the cart", "カートに残したまま"),
            (
                "Put something into the cart in the last three days and ordered nothing in that time.",
                "直近3日にカートへ入れ、その間に注文していない人です。",
            ),
            json!({"all": [
                {"events": {"names": ["Product Added"], "within": days(3), "test": {"count": {"times": {"at_least": 1}}}}},
                {"events": {"names": ["Order Completed"], "within": days(3), "test": "never"}},
            ]}),
        ),
    ]
}

fn days(n: u32) -> Json {
    json!({"last": {"days": n}})
}
