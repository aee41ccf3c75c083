//! What today's rule language can say of the nine queries, and two hundred segments in it.

use anyhow::Context;
use index::Term;
use kernel::{
    id::SegmentId,
    time::{DAY, Millis},
};
use segmentation::{
    At, Resolved,
    language::{self, Document},
};
use serde_json::{Value as Json, json};
use storage::{
    Db, Value,
    bulk::{Bulk, ColumnType},
};

use super::{
    data::{CATEGORIES, NAMES, NOW},
    feed,
    plain::Wanted,
};
use crate::{
    dice::Dice,
    shop::{self, WORKSPACE},
};

/// The segment that query 7 leaves out.
const STAFF: SegmentId = SegmentId::from_raw(77);
/// How many segments a workspace has.
const SEGMENTS: usize = 200;

const TERM: Bulk = Bulk {
    table: "term",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("id", ColumnType::Int),
        ("kind", ColumnType::Int),
        ("value", ColumnType::Text),
        ("parent_id", ColumnType::Int),
    ],
    suffix: "",
};

/// Rules with what their words stand for.
pub(super) struct Rules {
    pub(super) at: At,
    pub(super) resolved: Resolved,
    /// The queries that the language can say, by number.
    pub(super) queries: Vec<(usize, Document)>,
    pub(super) segments: Vec<Document>,
}

impl Rules {
    /// Writes the words of a shop to a database, and resolves the rules as the server does.
    pub(super) async fn resolve(db: &Db, terms: &[Term], wanted: Wanted) -> anyhow::Result<Self> {
        write_words(db, terms).await?;
        Self::read(db, wanted).await
    }

    /// Resolves the rules where the words of the shop are written.
    pub(super) async fn read(db: &Db, wanted: Wanted) -> anyhow::Result<Self> {
        let at = At {
            workspace: WORKSPACE,
            now: Millis(feed::instant(NOW)),
            zone: chrono_tz::Tz::UTC,
        };
        let queries = queries(wanted)?;
        let segments = segments()?;
        let numbered = queries.iter().map(|(_, document)| document);
        let all: Vec<&Document> = numbered.chain(&segments).collect();
        let resolved = segmentation::resolve(db.reader(), &at, &all).await?;
        let is_about_attributes = |code: &str| code == "unknown_attribute";
        let unknown = resolved.warnings.iter();
        let unknown = unknown.filter(|warning| !is_about_attributes(&warning.code));
        anyhow::ensure!(unknown.count() == 0, "{:?}", resolved.warnings);
        Ok(Self {
            at,
            resolved,
            queries,
            segments,
        })
    }

    /// Returns the rule of a query; `None` where the language cannot say it.
    pub(super) fn query(&self, query: usize) -> Option<&Document> {
        let mut queries = self.queries.iter();
        queries
            .find(|(number, _)| *number == query)
            .map(|(_, document)| document)
    }
}

/// Writes the words that rules are made of, and the segment that one of them leaves out.
pub(super) async fn write_words(db: &Db, terms: &[Term]) -> anyhow::Result<()> {
    let tx = db.begin().await?;
    shop::found(&tx).await?;
    let workspace = WORKSPACE.raw();
    for (name, id, _) in NAMES {
        if profiles::names::fixed_id(name).is_none() {
            let text = "INSERT INTO event_name (workspace_id, id, name) VALUES ($1, $2, $3)";
            let values = [workspace.into(), i64::from(id).into(), name.into()];
            storage::sql::exec(&tx, text, values).await?;
        }
    }
    let rows = terms.iter().map(|term| {
        vec![
            workspace.into(),
            term.id.into(),
            i64::from(term.kind as u8).into(),
            term.value.to_string().into(),
            term.parent.into(),
        ]
    });
    TERM.insert(&tx, rows.collect()).await?;
    let staff = rule(&fact("is_staff", &json!({"boolean": true})))?;
    storage::sql::exec(
        &tx,
        "INSERT INTO segment (workspace_id, id, name, description, document, created_at, updated_at)
         VALUES ($1, $2, '社員', '', $3, 0, 0)",
        [
            workspace.into(),
            STAFF.raw().into(),
            Value::Json(Some(Box::new(staff.to_json()))),
        ],
    )
    .await?;
    Ok(tx.commit().await?)
}

/// Reads a rule.
pub(super) fn rule(root: &Json) -> anyhow::Result<Document> {
    let written = json!({"version": language::VERSION, "root": root});
    let read = language::read(&written);
    read.ok().with_context(|| format!("refused: {written}"))
}

/// Returns the instant so many days before the present.
fn ago(days: i64) -> String {
    Millis(feed::instant(NOW) - days * DAY).to_string()
}

fn fact(key: &str, test: &Json) -> Json {
    json!({"fact": {"of": {"attribute": key}, "test": test}})
}

fn events(name: &str, days: Option<u32>, filters: &[Json], test: &Json) -> Json {
    let within = days.map_or(json!("ever"), |days| json!({"last": {"days": days}}));
    json!({"events": {"names": [name], "within": within, "where": filters, "test": test}})
}

fn lines(at_least: u32) -> Json {
    json!({"count": {"lines": {"at_least": at_least}}})
}

#[expect(clippy::too_many_lines, reason = "a list of rules")]
fn queries(wanted: Wanted) -> anyhow::Result<Vec<(usize, Document)>> {
    let is = |key: &str, values: &[&str]| fact(key, &json!({"text": {"in": values}}));
    let any = |name: &str, days: u32| events(name, Some(days), &[], &lines(1));
    let never = |name: &str, days: Option<u32>| events(name, days, &[], &json!("never"));
    let category = feed::category_path(wanted.category.into());
    let category = json!({"category": {"in": [category]}});
    let product = feed::product_code(wanted.product.into());
    let product = json!({"product": {"in": [product]}});
    let bought = "Product Purchased";
    let all = [
        (
            1,
            json!({"all": [
                is("gender", &["female"]),
                is("prefecture", &["JP-13", "JP-14"]),
                is("rank", &["gold"]),
                {"consent": {"channel": "email"}},
            ]}),
        ),
        (
            2,
            json!({"all": [
                events(bought, Some(365), &[category], &lines(3)),
                never(bought, Some(60)),
            ]}),
        ),
        (
            3,
            json!({"sequence": {
                "within": {"last": {"days": 1}},
                "steps": [{"names": ["Product Added"]}],
                "then_not": {"names": [bought]},
            }}),
        ),
        (
            5,
            json!({"all": [
                events(bought, Some(90), &[], &json!({"amount": {"greater_than": 30_000}})),
                events("message_clicked", Some(30), &[], &lines(2)),
            ]}),
        ),
        (
            6,
            json!({"all": [
                events("Product Viewed", Some(7), std::slice::from_ref(&product), &lines(1)),
                events(bought, None, std::slice::from_ref(&product), &json!("never")),
            ]}),
        ),
        (
            7,
            json!({"all": [
                {"any": [
                    {"all": [
                        is("gender", &["female"]),
                        is("prefecture", &["JP-11", "JP-12", "JP-13", "JP-14"]),
                    ]},
                    {"all": [
                        is("rank", &["gold", "platinum"]),
                        fact("points", &json!({"number": {"greater_than": 5_000}})),
                    ]},
                ]},
                {"any": [
                    any(bought, 90),
                    {"all": [
                        events("message_opened", Some(30), &[], &lines(3)),
                        never("message_clicked", Some(30)),
                    ]},
                ]},
                {"any": [
                    any("app_opened", 14),
                    any("store_visited", 30),
                    is("hobby", &["hobby3"]),
                ]},
                {"not": {"segment": {"id": STAFF}}},
            ]}),
        ),
        (
            9,
            json!({"sequence": {
                // Until two days ago: nothing is still open, whatever the clock of who answers.
                "within": {"between": {"from": {"instant": ago(30)}, "until": {"instant": ago(2)}}},
                "same": "product",
                "steps": [
                    {"names": ["Product Viewed"]},
                    {"names": ["Product Added"], "within": {"days": 1}},
                ],
                "then_not": {"names": [bought], "within": {"days": 2}},
            }}),
        ),
    ];
    let all = all.into_iter();
    all.map(|(number, root)| Ok((number, rule(&root)?)))
        .collect()
}

/// Makes segments as a shop has them: a fact, or something done often enough and something else not.
fn segments() -> anyhow::Result<Vec<Document>> {
    let mut dice = Dice::new(200);
    let mut draw = |n: usize| usize::try_from(dice.below(n as u64)).unwrap_or(0);
    let facts = [
        fact("gender", &json!({"text": {"equals": "female"}})),
        fact("prefecture", &json!({"text": {"in": ["JP-13", "JP-14"]}})),
        fact("points", &json!({"number": {"greater_than": 5_000}})),
        fact("hobby", &json!({"text": {"equals": "hobby3"}})),
        fact("rank", &json!({"text": {"not_equals": "regular"}})),
    ];
    let mut all = Vec::with_capacity(SEGMENTS);
    for (number, fact) in (0..SEGMENTS).zip(facts.iter().cycle()) {
        let name = NAMES.get(draw(NAMES.len())).map_or("", |name| name.0);
        let other = NAMES.get(draw(NAMES.len())).map_or("", |name| name.0);
        let days = [1, 7, 14, 30, 60, 90, 180, 365];
        let days = days.get(draw(days.len())).copied();
        let mut filters = Vec::new();
        if number % 3 == 0 && name.starts_with("Product ") {
            let category = u32::try_from(draw(CATEGORIES as usize))?;
            filters.push(json!({"category": {"in": [feed::category_path(category)]}}));
        }
        let often = 1 + draw(3);
        let test = if name == "Product Purchased" && number % 2 == 0 {
            json!({"amount": {"at_least": often * 1_000}})
        } else {
            json!({"count": {"times": {"at_least": often}}})
        };
        let rarely = json!({"count": {"times": {"less_than": 1 + draw(2)}}});
        all.push(rule(&json!({"any": [
            fact,
            {"all": [events(name, days, &filters, &test), events(other, Some(30), &[], &rarely)]},
        ]}))?);
    }
    Ok(all)
}
