//! A year of baskets and the visits derived from them.

use demo::{
    Arrival, Basket, Company, Product,
    visit::{self, Visit, VisitEvent},
};
use kernel::{money::Currency, time::Millis};
use profiles::{
    bulk::{CustomerKey, DERIVED, EventRow, OrderLineRow},
    names,
};

use super::{goods, load::Load};

/// Lines of one transaction. Nobody waits for the writer while the sample comes in.
const CHUNK: usize = 20_000;

pub(super) async fn load(load: &mut Load<'_>, company: &Company) -> anyhow::Result<()> {
    let mut rows = Vec::with_capacity(CHUNK + 200);
    let last = load.last_household;
    for basket in company.baskets().filter(|basket| basket.household <= last) {
        lines(company, &basket, &mut rows);
        if rows.len() >= CHUNK {
            write_lines(load, &mut rows).await?;
        }
    }
    write_lines(load, &mut rows).await?;

    let arrivals = company.arrivals();
    let mut rows: Vec<EventRow> = arrivals
        .filter(|arrival| arrival.household <= last)
        .map(|arrival| first_view(company, &arrival))
        .collect();
    for visit in company.visits().filter(|visit| visit.household <= last) {
        rows.push(event(company, &visit));
        if rows.len() >= CHUNK {
            write_events(load, &mut rows).await?;
        }
    }
    write_events(load, &mut rows).await
}

fn lines(company: &Company, basket: &Basket<'_>, rows: &mut Vec<OrderLineRow>) {
    let customer = key(company, basket.household);
    for (number, line) in basket.lines.iter().enumerate() {
        let product = company.product(line.product);
        let goods = goods::is_listed(product).then_some(product);
        rows.push(OrderLineRow {
            order_no: basket.order_number.clone(),
            line_no: Some((number + 1).to_string()),
            customer: customer.clone(),
            occurred_at: basket.occurred_at,
            sku: goods.map(|product| product.sku.clone()),
            product_name: None,
            category: goods.map(goods::category),
            quantity: i64::from(line.quantity),
            amount: line.amount(),
            currency: Currency::JPY,
        });
    }
}

fn first_view(company: &Company, arrival: &Arrival) -> EventRow {
    let mut properties = serde_json::json!({
        "source": visit::SOURCE,
        "message_id": format!("{}-arrival-{}", visit::SOURCE, arrival.household),
        "url": "https://shop.example.jp/",
        "title": "青葉ストア ネットチラシ",
    });
    if let Some(map) = properties.as_object_mut() {
        if let Some((source, medium)) = arrival.campaign {
            let campaign = serde_json::json!({ "source": source, "medium": medium });
            map.insert("campaign".to_owned(), campaign);
        }
        if let Some(referrer) = arrival.referrer {
            map.insert("referrer".to_owned(), referrer.into());
        }
    }
    EventRow {
        customer: key(company, arrival.household),
        name_id: names::PAGE_VIEWED,
        occurred_at: arrival.occurred_at,
        sku: None,
        category: None,
        amount: None,
        quantity: None,
        flags: DERIVED,
        properties: Some(properties),
    }
}

fn event(company: &Company, visit: &Visit) -> EventRow {
    let product: Option<&Product> = match visit.event {
        VisitEvent::ProductViewed { product } => Some(company.product(product)),
        VisitEvent::PageViewed { .. } => None,
    };
    let mut properties =
        serde_json::json!({ "source": visit.source, "message_id": visit.message_id });
    if let (VisitEvent::PageViewed { path, title }, Some(map)) =
        (&visit.event, properties.as_object_mut())
    {
        map.insert(
            "url".to_owned(),
            format!("https://shop.example.jp{path}").into(),
        );
        map.insert("title".to_owned(), (*title).into());
    }
    EventRow {
        customer: key(company, visit.household),
        name_id: if product.is_some() {
            names::PRODUCT_VIEWED
        } else {
            names::PAGE_VIEWED
        },
        occurred_at: visit.occurred_at,
        sku: product.map(|product| product.sku.clone()),
        category: product.map(goods::category),
        amount: None,
        quantity: None,
        flags: DERIVED,
        properties: Some(properties),
    }
}

fn key(company: &Company, household: u32) -> CustomerKey {
    let at = company
        .households()
        .binary_search_by_key(&household, |household| household.id)
        .ok();
    let known = at.and_then(|at| company.households().get(at));
    CustomerKey::ExternalId(known.map_or_else(
        || household.to_string(),
        |household| household.external_id.clone(),
    ))
}

async fn write_lines(load: &mut Load<'_>, rows: &mut Vec<OrderLineRow>) -> anyhow::Result<()> {
    make_room(load, rows.iter().map(|row| row.occurred_at).collect()).await?;
    let tx = load.app.db.begin().await?;
    let ctx = load.ctx(&tx);
    load.loader.order_lines(ctx, rows).await?;
    tx.commit().await?;
    rows.clear();
    Ok(())
}

async fn write_events(load: &mut Load<'_>, rows: &mut Vec<EventRow>) -> anyhow::Result<()> {
    make_room(load, rows.iter().map(|row| row.occurred_at).collect()).await?;
    let tx = load.app.db.begin().await?;
    let ctx = load.ctx(&tx);
    load.loader.events(ctx, rows).await?;
    tx.commit().await?;
    rows.clear();
    Ok(())
}

async fn make_room(load: &Load<'_>, instants: Vec<Millis>) -> anyhow::Result<()> {
    let app = load.app;
    Ok(load.loader.make_room(&app.db, app.now(), &instants).await?)
}
