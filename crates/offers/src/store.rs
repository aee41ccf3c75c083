//! The `product` table.

use std::{collections::HashMap, fmt::Write as _};

use kernel::{
    id::{ProductId, WorkspaceId},
    invalid::Invalid,
    money::Currency,
    page::{BadCursor, Page, PageRequest},
    time::Millis,
};
use profiles::{Ctx, bulk::Terms, search};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::{Map, Value as Json};
use storage::{
    Dialect, Value,
    bulk::{Bulk, ColumnType},
    sql,
};

use crate::{
    blocks,
    product::{Product, ProductDraft},
};

const COLUMNS: &str = "id, sku, name, category, price, currency, image_url, url, stock, is_active, attributes, \
                       created_at, updated_at, version";

pub(crate) const PRODUCT_COLUMNS: &[(&str, ColumnType)] = &[
    ("workspace_id", ColumnType::Int),
    ("id", ColumnType::Int),
    ("sku", ColumnType::Text),
    ("name", ColumnType::Text),
    ("category", ColumnType::Text),
    ("category_id", ColumnType::Int),
    ("price", ColumnType::Int),
    ("currency", ColumnType::Text),
    ("image_url", ColumnType::Text),
    ("url", ColumnType::Text),
    ("stock", ColumnType::Int),
    ("is_active", ColumnType::Bool),
    ("attributes", ColumnType::Json),
    ("search_text", ColumnType::Text),
    ("created_at", ColumnType::Int),
    ("updated_at", ColumnType::Int),
];

const UPSERT: Bulk = Bulk {
    table: "product",
    columns: PRODUCT_COLUMNS,
    suffix: "ON CONFLICT (id) DO UPDATE SET name = excluded.name, category = excluded.category,
             category_id = excluded.category_id, price = excluded.price, currency = excluded.currency,
             image_url = excluded.image_url, url = excluded.url, stock = excluded.stock,
             is_active = excluded.is_active, attributes = excluded.attributes, search_text = excluded.search_text,
             updated_at = excluded.updated_at, version = product.version + 1",
};

/// Why a product cannot be stored or listed.
#[derive(Debug, thiserror::Error)]
pub enum ProductError {
    /// There is no such product in the workspace.
    #[error("no such product")]
    NotFound,
    /// A product with this code exists already.
    #[error("a product with this code exists already")]
    SkuTaken,
    /// Somebody changed the product meanwhile; the present version is given.
    #[error("the product was changed meanwhile")]
    Conflict(i64),
    /// Fields are wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The position of a page is not one of ours.
    #[error(transparent)]
    Cursor(#[from] BadCursor),
    /// A statement failed.
    #[error("the database refused")]
    Db(#[from] DbErr),
}

/// Which products are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProductFilter {
    /// Part of name, code or category, however it is written.
    pub search: Option<String>,
    /// A category path; everything below it belongs to it.
    pub category: Option<String>,
    /// Only products that are on sale, or only those that are not.
    pub is_active: Option<bool>,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    sku: String,
    name: String,
    category: Option<String>,
    price: Option<i64>,
    currency: Option<String>,
    image_url: Option<String>,
    url: Option<String>,
    stock: Option<i64>,
    is_active: bool,
    attributes: Json,
    created_at: i64,
    updated_at: i64,
    version: i64,
}

impl From<Row> for Product {
    fn from(row: Row) -> Self {
        Self {
            id: ProductId::from_raw(row.id),
            sku: row.sku,
            name: row.name,
            category: row.category,
            price: row.price,
            currency: row.currency.and_then(|code| Currency::parse(&code).ok()),
            image_url: row.image_url,
            url: row.url,
            stock: row.stock,
            is_active: row.is_active,
            attributes: if let Json::Object(map) = row.attributes {
                map
            } else {
                Map::new()
            },
            created_at: Millis(row.created_at),
            updated_at: Millis(row.updated_at),
            version: row.version,
        }
    }
}

/// Finds, lists and changes products of a workspace.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProductStore;

impl ProductStore {
    /// Finds a product.
    pub async fn find(
        db: &impl ConnectionTrait,
        workspace: WorkspaceId,
        id: ProductId,
    ) -> Result<Option<Product>, DbErr> {
        let text = format!("SELECT {COLUMNS} FROM product WHERE id = $1 AND workspace_id = $2");
        let row: Option<Row> =
            sql::one(db, text, [id.raw().into(), workspace.raw().into()]).await?;
        Ok(row.map(Product::from))
    }

    /// Lists products, the latest known first.
    pub async fn list(
        db: &impl ConnectionTrait,
        workspace: WorkspaceId,
        filter: &ProductFilter,
        page: &PageRequest,
    ) -> Result<Page<Product>, ProductError> {
        let [before] = page.position()?.unwrap_or([i64::MAX]);
        let limit = page.limit();
        let mut binds: Vec<Value> = vec![
            workspace.raw().into(),
            before.into(),
            (limit.cast_signed() + 1).into(),
        ];
        let mut conditions = String::new();
        if let Some(wanted) = filter
            .search
            .as_deref()
            .map(search::fold)
            .filter(|text| !text.is_empty())
        {
            binds.push(wanted.into());
            let dialect = Dialect::of(db.get_database_backend());
            conditions.push_str(" AND ");
            conditions.push_str(&contains(dialect, "search_text", binds.len()));
        }
        if let Some(path) = &filter.category {
            let n = binds.len() + 1;
            binds.push(path.clone().into());
            conditions.push_str(&within("category", n));
        }
        if let Some(is_active) = filter.is_active {
            binds.push(is_active.into());
            // Writing to a String cannot fail.
            let _ = write!(conditions, " AND is_active = ${}", binds.len());
        }
        let text = format!(
            "SELECT {COLUMNS} FROM product WHERE workspace_id = $1 AND id < $2{conditions} ORDER BY id DESC LIMIT $3"
        );
        let rows: Vec<Row> = sql::all(db, text, binds).await?;
        let products: Vec<Product> = rows.into_iter().map(Product::from).collect();
        Ok(Page::cut(products, limit, |product| vec![product.id.raw()]))
    }

    /// Returns the names of products.
    pub async fn names(
        db: &impl ConnectionTrait,
        workspace: WorkspaceId,
        ids: &[ProductId],
    ) -> Result<HashMap<ProductId, String>, DbErr> {
        #[derive(FromQueryResult)]
        struct Named {
            id: i64,
            name: String,
        }
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let list = blocks::ids(db, "$2");
        let text = format!(
            "SELECT p.id, p.name FROM {list} u CROSS JOIN product p WHERE p.id = u.id AND p.workspace_id = $1"
        );
        let bind = blocks::bind(ids.iter().map(|id| id.raw()));
        let rows: Vec<Named> = sql::all(db, text, [workspace.raw().into(), bind]).await?;
        Ok(rows
            .into_iter()
            .map(|row| (ProductId::from_raw(row.id), row.name))
            .collect())
    }

    /// Adds a product; its code must be new.
    pub async fn create(ctx: Ctx<'_>, draft: ProductDraft) -> Result<Product, ProductError> {
        let draft = draft.checked()?;
        ctx.lock().await?;
        let taken = sql::number(
            ctx.tx,
            "SELECT id FROM product WHERE workspace_id = $1 AND sku = $2",
            [ctx.workspace.raw().into(), draft.sku.clone().into()],
        )
        .await?;
        if taken != 0 {
            return Err(ProductError::SkuTaken);
        }
        let mut terms = Terms::default();
        terms
            .learn(ctx, &[(Some(draft.sku.as_str()), None)])
            .await?;
        let id = terms
            .product(&draft.sku)
            .map(|(id, _)| id)
            .unwrap_or_default();
        let product = Product {
            id: ProductId::from_raw(id),
            sku: draft.sku.clone(),
            name: String::new(),
            category: None,
            price: None,
            currency: None,
            image_url: None,
            url: None,
            stock: None,
            is_active: true,
            attributes: Map::new(),
            created_at: ctx.now,
            updated_at: ctx.now,
            version: 1,
        };
        let product = with(product, draft);
        write(ctx, &mut terms, std::slice::from_ref(&product)).await?;
        Ok(product)
    }

    /// Replaces what is said of a product, if `version` is still the present one; the code stays.
    pub async fn update(
        ctx: Ctx<'_>,
        id: ProductId,
        version: i64,
        draft: ProductDraft,
    ) -> Result<Product, ProductError> {
        let draft = draft.checked()?;
        ctx.lock().await?;
        let held = Self::find(ctx.tx, ctx.workspace, id)
            .await?
            .ok_or(ProductError::NotFound)?;
        if held.version != version {
            return Err(ProductError::Conflict(held.version));
        }
        let product = with(
            Product {
                updated_at: ctx.now,
                version: version + 1,
                ..held
            },
            draft,
        );
        write(ctx, &mut Terms::default(), std::slice::from_ref(&product)).await?;
        Ok(product)
    }
}

fn with(product: Product, draft: ProductDraft) -> Product {
    Product {
        name: draft.name,
        category: draft.category,
        price: draft.price,
        currency: draft.currency.filter(|_| draft.price.is_some()),
        image_url: draft.image_url,
        url: draft.url,
        stock: draft.stock,
        is_active: draft.is_active,
        attributes: draft.attributes,
        ..product
    }
}

/// Writes products and tells the events' dictionary which category each belongs to.
pub(crate) async fn write(
    ctx: Ctx<'_>,
    terms: &mut Terms,
    products: &[Product],
) -> Result<(), DbErr> {
    let placed: Vec<(&str, &str)> = products
        .iter()
        .filter_map(|product| Some((product.sku.as_str(), product.category.as_deref()?)))
        .collect();
    terms.place(ctx, &placed).await?;
    let rows = products
        .iter()
        .map(|product| values(ctx, terms, product))
        .collect();
    UPSERT.insert(ctx.tx, rows).await.map(|_| ())
}

pub(crate) fn values(ctx: Ctx<'_>, terms: &Terms, product: &Product) -> Vec<Value> {
    vec![
        ctx.workspace.raw().into(),
        product.id.raw().into(),
        product.sku.clone().into(),
        product.name.clone().into(),
        product.category.clone().into(),
        product
            .category
            .as_deref()
            .and_then(|path| terms.category(path))
            .into(),
        product.price.into(),
        product
            .currency
            .map(|currency| currency.code().to_owned())
            .into(),
        product.image_url.clone().into(),
        product.url.clone().into(),
        product.stock.into(),
        product.is_active.into(),
        Json::Object(product.attributes.clone()).to_string().into(),
        product.search_text().into(),
        product.created_at.0.into(),
        product.updated_at.0.into(),
    ]
}

/// Finds products by code.
pub(crate) async fn by_sku(ctx: Ctx<'_>, skus: &[&str]) -> Result<Vec<Product>, DbErr> {
    let list = match ctx.tx.dialect() {
        Dialect::Sqlite => "(SELECT value AS sku FROM json_each($2) LIMIT -1)",
        Dialect::Postgres => "(SELECT value AS sku FROM json_array_elements_text($2::text::json))",
    };
    let columns: Vec<String> = COLUMNS
        .split(", ")
        .map(|column| format!("p.{}", column.trim()))
        .collect();
    let text = format!(
        "SELECT {} FROM {list} u JOIN product p ON p.workspace_id = $1 AND p.sku = u.sku",
        columns.join(", ")
    );
    let rows: Vec<Row> = sql::all(
        ctx.tx,
        text,
        [
            ctx.workspace.raw().into(),
            Json::from(skus).to_string().into(),
        ],
    )
    .await?;
    Ok(rows.into_iter().map(Product::from).collect())
}

/// A condition that holds when bind `n` is part of the column; no wildcard, so nothing needs escaping.
fn contains(dialect: Dialect, column: &str, n: usize) -> String {
    match dialect {
        Dialect::Sqlite => format!("instr({column}, ${n}) > 0"),
        Dialect::Postgres => format!("position(${n} IN {column}) > 0"),
    }
}

/// A condition that holds when the column is the category path of bind `n` or lies below it.
pub(crate) fn within(column: &str, n: usize) -> String {
    format!(" AND ({column} = ${n} OR substr({column}, 1, length(${n}) + 3) = ${n} || ' > ')")
}
