//! The company as whoever loads it sees it.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::LazyLock,
};

use demo::{
    Company, ProductKind,
    idea::{Condition, IDEAS},
    story::Outcome,
    visit,
};
use kernel::time::{DAY, HOUR, Millis};

static NOW: LazyLock<Millis> =
    LazyLock::new(|| Millis::parse("2026-11-22T07:00:00Z").expect("a valid instant"));
static COMPANY: LazyLock<Company> =
    LazyLock::new(|| Company::load(1, *NOW).expect("embedded data"));

#[test]
fn holds_the_whole_source() {
    let lines: usize = COMPANY.baskets().map(|basket| basket.lines.len()).sum();
    assert_eq!(lines, 1_469_307);
    assert_eq!(COMPANY.baskets().count(), 155_848);
    assert_eq!(COMPANY.households().len(), 2_469);
    assert_eq!(COMPANY.campaigns().len(), 27);
    let redemptions: usize = COMPANY
        .campaigns()
        .iter()
        .map(|one| one.redemptions.len())
        .sum();
    assert_eq!(redemptions, 2_102);
    let chosen: HashSet<u32> = COMPANY
        .campaigns()
        .iter()
        .flat_map(|one| one.households.iter().copied())
        .collect();
    assert_eq!(chosen.len(), 1_559);

    let unlisted = COMPANY
        .products()
        .iter()
        .filter(|one| one.kind == ProductKind::Unlisted)
        .count();
    assert_eq!(
        (COMPANY.products().len() - unlisted, unlisted),
        (92_331, 17)
    );
    assert_eq!(
        COMPANY.baskets().map(|basket| basket.total()).sum::<i64>(),
        459_603_958
    );
}

#[test]
fn last_basket_lies_in_the_week_before_now() {
    let last = COMPANY
        .baskets()
        .map(|basket| basket.occurred_at)
        .max()
        .unwrap();
    assert!(last <= *NOW && last > NOW.plus(-7 * DAY), "{last}");
    let later = NOW.plus(30 * DAY);
    let moved = Company::load(1, later).unwrap();
    let last = moved
        .baskets()
        .map(|basket| basket.occurred_at)
        .max()
        .unwrap();
    assert!(last <= later && last > later.plus(-7 * DAY), "{last}");
}

#[test]
fn hours_are_those_of_new_york() {
    // Printed by prepare.py from the source's local times.
    let expected = [
        1135, 558, 694, 265, 205, 361, 1073, 2213, 3295, 4666, 6936, 9289, 10511, 10623, 11060,
        11999, 13979, 15575, 14583, 12371, 10053, 7517, 4613, 2274,
    ];
    let mut hours = [0; 24];
    for basket in COMPANY.baskets() {
        let hour = (basket.occurred_at.0 + 9 * HOUR).rem_euclid(DAY) / HOUR;
        hours[usize::try_from(hour).unwrap()] += 1;
    }
    assert_eq!(hours, expected);
}

#[test]
fn addresses_are_unique_and_never_real() {
    let mut seen = HashSet::new();
    for household in COMPANY.households() {
        let (local, domain) = household.email.split_once('@').unwrap();
        assert!(
            ["example.jp", "example.com", "example.net"].contains(&domain),
            "{domain}"
        );
        assert!(
            local
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.'),
            "{local}"
        );
        assert!(seen.insert(&household.email), "{local} twice");
    }
}

#[test]
fn people_look_like_people() {
    let first: HashMap<u32, Millis> = COMPANY
        .households()
        .iter()
        .map(|one| {
            (
                one.id,
                COMPANY.baskets_of(one.id).next().unwrap().occurred_at,
            )
        })
        .collect();
    for household in COMPANY.households() {
        assert!(
            household.registered_at < first[&household.id],
            "{}",
            household.external_id
        );
    }
    let people = COMPANY.households();
    assert_eq!(
        people
            .iter()
            .filter(|one| one.attributes.age_band.is_some())
            .count(),
        801
    );
    assert_eq!(
        people.iter().filter(|one| one.gender.is_some()).count(),
        801
    );
    let families: HashSet<_> = people.iter().map(|one| one.family_name).collect();
    assert!(families.len() >= 120 && families.contains("𠮷田") && families.contains("勅使河原"));
}

#[test]
fn birthdays_agree_with_age_bands() {
    let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    for household in COMPANY.households() {
        let (Some(band), Some(birthday)) = (household.attributes.age_band, household.birthday)
        else {
            continue;
        };
        let age = today.years_since(birthday).unwrap();
        let (low, high) = band.en.split_once('-').unwrap_or(("65", "99"));
        assert!(
            (low.parse().unwrap()..=high.parse().unwrap()).contains(&age),
            "{age} in {}",
            band.en
        );
    }
}

#[test]
fn every_department_and_category_is_japanese() {
    let is_japanese = |text: &str| text.chars().any(|letter| letter >= '\u{3040}');
    let mut seen = HashSet::new();
    for product in COMPANY.products() {
        for level in &product.path.levels {
            assert!(is_japanese(&level.ja), "{} {}", level.code, level.en);
            seen.insert(&level.code);
        }
    }
    let count = |letter| seen.iter().filter(|code| code.starts_with(letter)).count();
    assert_eq!((count('d'), count('c')), (32, 303));

    let table = include_str!("../../data/translations.csv");
    let types = table.lines().filter(|line| line.starts_with('t')).take(300);
    for line in types {
        assert!(
            is_japanese(line),
            "a type bought often is not translated: {line}"
        );
    }
}

#[test]
fn catalogue_shows_goods_only() {
    let (mut skus, mut names) = (HashSet::new(), HashSet::new());
    for product in COMPANY.catalogue() {
        let department = &product.path.department().unwrap().en;
        assert!(!["FUEL", "COUPON", "MISCELLANEOUS"].contains(&department.as_str()));
        assert!(product.path.category().is_some());
        assert!(
            product.price.is_some_and(|price| price > 0),
            "{}",
            product.sku
        );
        assert!(product.stock.is_some() && product.brand.is_some());
        assert!(skus.insert(&product.sku));
        assert!(names.insert(&product.name), "{} twice", product.name);
    }
    assert!(skus.len() > 65_000, "{}", skus.len());
    let lines = COMPANY.baskets().flat_map(|basket| basket.lines);
    let most = lines.map(|line| line.quantity).max().unwrap();
    assert!(
        (1..=200).contains(&most),
        "fuel leaked into quantities: {most}"
    );
}

#[test]
fn orders_are_unique() {
    let numbers: HashSet<_> = COMPANY
        .baskets()
        .map(|basket| basket.order_number)
        .collect();
    assert_eq!(numbers.len(), 155_848);
    let names: HashSet<_> = COMPANY.campaigns().iter().map(|one| &one.name).collect();
    assert_eq!(names.len(), 27);
}

#[test]
fn visits_say_that_they_are_derived() {
    let mut ids = HashSet::new();
    let mut homes = HashSet::new();
    for visit in COMPANY.visits() {
        assert_eq!(visit.source, visit::SOURCE);
        assert!(visit.occurred_at < *NOW);
        homes.insert(visit.household);
        assert!(ids.insert(visit.message_id));
    }
    assert!((800..1_200).contains(&homes.len()), "{}", homes.len());
    let baskets = COMPANY
        .baskets()
        .filter(|basket| homes.contains(&basket.household))
        .count();
    let each = ids.len() * 10 / baskets;
    assert!(
        (15..=22).contains(&each),
        "{} visits over {baskets} baskets",
        ids.len()
    );
}

#[test]
fn story_ends_as_the_source_says() {
    let story = COMPANY.story().unwrap();
    assert_eq!(story.recipients.len(), 1_133);
    let redeemers: Vec<_> = story
        .recipients
        .iter()
        .filter(|one| !one.orders.is_empty())
        .collect();
    let campaign = COMPANY
        .campaigns()
        .iter()
        .find(|one| one.id == story.campaign)
        .unwrap();
    assert_eq!(campaign.redeemers().len(), 214);
    assert_eq!(campaign.redemptions.len(), 653);
    let with_order: HashSet<_> = campaign
        .redemptions
        .iter()
        .filter(|one| one.order_number.is_some())
        .map(|one| one.household)
        .collect();
    assert_eq!(redeemers.len(), with_order.len());
    for recipient in redeemers {
        assert_eq!(recipient.outcome, Outcome::Delivered);
        let (opened, clicked) = (recipient.opened_at.unwrap(), recipient.clicked_at.unwrap());
        assert!(recipient.sent_at < opened && opened < clicked);
        assert!(
            clicked < recipient.orders[0].1,
            "household {}",
            recipient.household
        );
    }
    assert!(story.finished_at < *NOW);
}

#[test]
fn ideas_count_what_pandas_counted() {
    for idea in &IDEAS {
        let members = COMPANY.members(idea, COMPANY.data_end());
        assert_eq!(members.len(), idea.n_households, "{}", idea.key);
    }
}

#[test]
fn ideas_name_categories_that_exist() {
    let known: HashSet<&str> = COMPANY
        .products()
        .iter()
        .filter_map(|product| Some(product.path.category()?.en.as_str()))
        .collect();
    for condition in IDEAS.iter().flat_map(|idea| idea.conditions) {
        if let Condition::OrdersAtLeast { categories, .. } | Condition::NoOrder { categories, .. } =
            condition
        {
            assert!(categories.iter().all(|category| known.contains(category)));
        }
    }
}

#[test]
fn same_seed_and_now_give_the_same_company() {
    let other = Company::load(1, *NOW).unwrap();
    assert_eq!(other.households(), COMPANY.households());
    assert_eq!(other.products(), COMPANY.products());
    assert_eq!(other.campaigns(), COMPANY.campaigns());
    assert_eq!(other.story().unwrap(), COMPANY.story().unwrap());
    assert!(other.visits().eq(COMPANY.visits()));
    assert!(other.baskets().eq(COMPANY.baskets()));

    let strangers = Company::load(2, *NOW).unwrap();
    assert_ne!(strangers.households(), COMPANY.households());
    assert!(
        strangers.baskets().eq(COMPANY.baskets()),
        "the seed moves no real data"
    );
}

#[test]
fn data_stay_below_ten_megabytes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let files = std::fs::read_dir(folder).unwrap();
    let size: u64 = files
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum();
    assert!(size < 10_000_000, "{size}");
}
