//! The dictionary of products and categories, filled many at a time.

use std::collections::{BTreeSet, HashMap};

use kernel::feed::{Change, ChangeKind};
use sea_orm::{DbErr, FromQueryResult};
use serde_json::json;
use storage::{
    bulk::{Bulk, ColumnType},
    feed, sql,
};

use super::people;
use crate::{
    context::Ctx,
    rowset::{self, Col},
};

const PRODUCT: i16 = 1;
const CATEGORY: i16 = 2;
const SEPARATOR: &str = " > ";

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

#[derive(FromQueryResult)]
struct Found {
    value: String,
    id: i64,
    parent_id: Option<i64>,
}

/// Terms seen so far; terms are never removed, so what was read stays true.
#[derive(Debug, Default)]
pub struct Terms {
    products: HashMap<String, (i64, Option<i64>)>,
    categories: HashMap<String, i64>,
}

/// Writes a category path in its one form: `A > B > C`; nothing when no part is left.
pub fn clean_category(text: &str) -> Option<String> {
    let parts: Vec<&str> = text
        .split(['>', '＞'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    if parts.is_empty() {
        None
    } else {
        Some(parts.join(SEPARATOR))
    }
}

impl Terms {
    /// Returns a product's term and its category's.
    pub fn product(&self, sku: &str) -> Option<(i64, Option<i64>)> {
        self.products.get(sku).copied()
    }

    /// Returns the term of a category path.
    pub fn category(&self, path: &str) -> Option<i64> {
        self.categories.get(path).copied()
    }

    /// Looks up or adds all these products and categories and returns the codes of products that are new.
    pub async fn learn<'a>(
        &mut self,
        ctx: Ctx<'_>,
        pairs: &[(Option<&'a str>, Option<&'a str>)],
    ) -> Result<Vec<&'a str>, DbErr> {
        self.learn_categories(ctx, pairs).await?;
        self.learn_products(ctx, pairs).await
    }

    /// Says which category products belong to, whatever was known before; the catalogue's word is final.
    pub async fn place(&mut self, ctx: Ctx<'_>, pairs: &[(&str, &str)]) -> Result<(), DbErr> {
        let wanted: Vec<_> = pairs
            .iter()
            .map(|(sku, path)| (Some(*sku), Some(*path)))
            .collect();
        self.learn(ctx, &wanted).await?;
        let mut moved = Vec::new();
        for (sku, path) in pairs {
            let category = self.categories.get(*path).copied();
            if let Some((id, parent)) = self.products.get_mut(*sku)
                && *parent != category
            {
                *parent = category;
                moved.push((*id, category));
            }
        }
        set_parents(ctx, moved).await
    }

    async fn learn_categories(
        &mut self,
        ctx: Ctx<'_>,
        pairs: &[(Option<&str>, Option<&str>)],
    ) -> Result<(), DbErr> {
        // With every level above it; sorted, so that a parent comes before its children.
        let mut wanted = BTreeSet::new();
        for path in pairs
            .iter()
            .filter_map(|(_, path)| *path)
            .filter(|path| !self.categories.contains_key(*path))
        {
            let mut end = 0;
            for part in path.split(SEPARATOR) {
                end += part.len();
                wanted.insert((end, path.get(..end).unwrap_or(path)));
                end += SEPARATOR.len();
            }
        }
        wanted.retain(|(_, path)| !self.categories.contains_key(*path));
        if wanted.is_empty() {
            return Ok(());
        }
        for found in look_up(
            ctx,
            CATEGORY,
            wanted.iter().map(|(_, path)| json!([path])).collect(),
        )
        .await?
        {
            self.categories.insert(found.value, found.id);
        }
        let mut rows = Vec::new();
        for (_, path) in wanted {
            if self.categories.contains_key(path) {
                continue;
            }
            let parent = path
                .rsplit_once(SEPARATOR)
                .and_then(|(above, _)| self.categories.get(above).copied());
            let id = ctx.ids.next_raw();
            rows.push((id, row(ctx, id, CATEGORY, path, parent)));
            self.categories.insert(path.to_owned(), id);
        }
        tell(ctx, rows.iter().map(|(id, _)| *id)).await?;
        let rows = rows.into_iter().map(|(_, row)| row).collect();
        TERM.insert(ctx.tx, rows).await.map(|_| ())
    }

    async fn learn_products<'a>(
        &mut self,
        ctx: Ctx<'_>,
        pairs: &[(Option<&'a str>, Option<&'a str>)],
    ) -> Result<Vec<&'a str>, DbErr> {
        let unknown: BTreeSet<&str> = pairs
            .iter()
            .filter_map(|(sku, _)| *sku)
            .filter(|sku| !self.products.contains_key(*sku))
            .collect();
        if !unknown.is_empty() {
            for found in look_up(
                ctx,
                PRODUCT,
                unknown.iter().map(|sku| json!([sku])).collect(),
            )
            .await?
            {
                self.products
                    .insert(found.value, (found.id, found.parent_id));
            }
        }
        let (mut rows, mut moved, mut new) = (Vec::new(), Vec::new(), Vec::new());
        for (sku, category) in pairs {
            let Some(sku) = *sku else { continue };
            let category = category.and_then(|path| self.categories.get(path).copied());
            match self.products.get_mut(sku) {
                None => {
                    let id = ctx.ids.next_raw();
                    rows.push((id, row(ctx, id, PRODUCT, sku, category)));
                    self.products.insert(sku.to_owned(), (id, category));
                    new.push(sku);
                }
                // A line does not move a product between categories; it only tells one that was unknown.
                Some((id, parent)) if parent.is_none() && category.is_some() => {
                    *parent = category;
                    moved.push((*id, category));
                }
                Some(_) => {}
            }
        }
        tell(ctx, rows.iter().map(|(id, _)| *id)).await?;
        let rows = rows.into_iter().map(|(_, row)| row).collect();
        TERM.insert(ctx.tx, rows).await?;
        set_parents(ctx, moved).await?;
        Ok(new)
    }
}

async fn set_parents(ctx: Ctx<'_>, moved: Vec<(i64, Option<i64>)>) -> Result<(), DbErr> {
    if moved.is_empty() {
        return Ok(());
    }
    tell(ctx, moved.iter().map(|(id, _)| *id)).await?;
    let moved = moved.iter().map(|(id, parent)| json!([id, parent]));
    let rows_of = rowset::rows_of(
        ctx.tx.dialect(),
        "$1",
        &[("id", Col::Int), ("parent", Col::Int)],
    );
    let text =
        format!("UPDATE term SET parent_id = u.parent FROM {rows_of} u WHERE term.id = u.id");
    sql::exec(ctx.tx, text, [rowset::bind(moved.collect())])
        .await
        .map(|_| ())
}

/// Tells the feed which terms came or moved.
async fn tell(ctx: Ctx<'_>, terms: impl Iterator<Item = i64>) -> Result<(), DbErr> {
    let told: Vec<Change> = terms
        .map(|term| Change {
            a: term,
            ..ctx.change(0, ChangeKind::Term)
        })
        .collect();
    feed::append(ctx.tx, ctx.now, &told).await
}

async fn look_up(
    ctx: Ctx<'_>,
    kind: i16,
    values: Vec<serde_json::Value>,
) -> Result<Vec<Found>, DbErr> {
    let wanted = rowset::rows_of(ctx.tx.dialect(), "$3", &[("value", Col::Text)]);
    let wanted = people::outer(ctx.tx.dialect(), &wanted);
    let text = format!(
        "SELECT t.value, t.id, t.parent_id FROM {wanted} u
         CROSS JOIN term t WHERE t.workspace_id = $1 AND t.kind = $2 AND t.value = u.value"
    );
    sql::all(
        ctx.tx,
        text,
        [
            ctx.workspace.raw().into(),
            kind.into(),
            rowset::bind(values),
        ],
    )
    .await
}

fn row(ctx: Ctx<'_>, id: i64, kind: i16, value: &str, parent: Option<i64>) -> Vec<storage::Value> {
    vec![
        ctx.workspace.raw().into(),
        id.into(),
        i64::from(kind).into(),
        value.to_owned().into(),
        parent.into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_path_has_one_form() {
        assert_eq!(
            clean_category(" 食品>  飲料 ＞お茶 ").as_deref(),
            Some("食品 > 飲料 > お茶")
        );
        assert_eq!(clean_category(" > "), None);
    }
}
