//! From drafts to event rows and orders.

use std::collections::{BTreeMap, HashMap, HashSet};

use kernel::feed::{Change, ChangeKind};
use sea_orm::DbErr;
use serde_json::{Map, Value as Json};
use storage::feed;

use super::Batch;
use crate::{
    bulk::Terms,
    context::Ctx,
    event::{self, Row},
    event_name::NameBook,
    identity::Resolved,
    ingest::{
        commerce::{Draft, Line, OrderDraft, OrderStep},
        order::{NewOrder, Orders},
        prepare::Prepared,
        refusal::Refusal,
        service::Verdict,
    },
    names, seen,
};

/// Writes the events and orders of all messages that are still open.
pub(super) async fn write(
    ctx: Ctx<'_>,
    batch: &mut Batch<'_>,
    people: &HashMap<usize, Resolved>,
    book: &mut NameBook,
    terms: &mut Terms,
) -> Result<(), DbErr> {
    let drafts: Vec<(usize, &Prepared, &Draft)> = batch
        .open()
        .filter_map(|(at, message)| Some((at, message, message.draft.as_ref()?)))
        .collect();
    let names: Vec<&str> = drafts
        .iter()
        .map(|(_, _, draft)| draft.name.as_str())
        .collect();
    book.learn(ctx, &names).await?;
    learn_line_names(ctx, book, &drafts).await?;
    let lines = drafts.iter().flat_map(|(_, _, draft)| {
        std::iter::once(&draft.line).chain(draft.order.iter().flat_map(|order| &order.lines))
    });
    let pairs: Vec<_> = lines
        .map(|line| (line.sku.as_deref(), line.category.as_deref()))
        .collect();
    terms.learn(ctx, &pairs).await?;
    let order_drafts: Vec<&OrderDraft> = drafts
        .iter()
        .filter_map(|(_, _, draft)| draft.order.as_ref())
        .collect();
    let orders = Orders::load(ctx, &order_drafts).await?;
    let mut maker = Maker {
        ctx,
        terms,
        orders,
        rows: Vec::new(),
    };
    for (at, message, draft) in drafts {
        let (Some(person), Some(name_id)) = (people.get(&at), book.get(ctx.workspace, &draft.name))
        else {
            batch.decide(at, Verdict::Refused(Refusal::TooManyNames));
            continue;
        };
        let place = Place {
            profile: person.profile,
            at: message.occurred_at.0,
            name_id,
        };
        match maker.make(place, draft) {
            Ok(()) => {}
            Err(verdict) => batch.decide(at, verdict),
        }
    }
    let Maker { orders, rows, .. } = maker;
    let signs = signs(batch, people);
    let (at_once, other): (Vec<_>, Vec<_>) = signs
        .into_iter()
        .partition(|(_, at)| seen::is_at_once(ctx.now, *at));
    let mut acting: HashSet<i64> = at_once.into_iter().map(|(profile, _)| profile).collect();
    let acted: HashSet<i64> = rows.iter().map(|row| row.profile).collect();
    event::insert(ctx, rows, &acting).await?;
    orders.write(ctx).await?;
    acting.retain(|profile| !acted.contains(profile));
    let here = acting.into_iter().map(|profile| (profile, ctx.now.0));
    tell_met(ctx, here.chain(other)).await
}

/// Returns the latest sign of life of each person of the batch.
fn signs(batch: &Batch<'_>, people: &HashMap<usize, Resolved>) -> BTreeMap<i64, i64> {
    let mut signs = BTreeMap::new();
    for (at, message) in batch.open() {
        if let Some(person) = people.get(&at) {
            let last = signs.entry(person.profile).or_insert(i64::MIN);
            *last = (*last).max(message.occurred_at.0);
        }
    }
    signs
}

/// Tells of signs of life that no event of this moment tells of.
async fn tell_met(ctx: Ctx<'_>, signs: impl IntoIterator<Item = (i64, i64)>) -> Result<(), DbErr> {
    let told: Vec<_> = signs
        .into_iter()
        .map(|(profile, at)| Change {
            a: at,
            ..ctx.change(profile, ChangeKind::Met)
        })
        .collect();
    feed::append(ctx.tx, ctx.now, &told).await
}

/// Lines become events of their own, whose names must be in the table too.
async fn learn_line_names(
    ctx: Ctx<'_>,
    book: &mut NameBook,
    drafts: &[(usize, &Prepared, &Draft)],
) -> Result<(), DbErr> {
    let line_names = drafts
        .iter()
        .filter_map(|(_, _, draft): &(usize, &Prepared, &Draft)| {
            let order = draft
                .order
                .as_ref()
                .filter(|order| !order.lines.is_empty())?;
            names::fixed_text(line_name(order.step)?)
        });
    let line_names: Vec<&str> = line_names.collect();
    book.learn(ctx, &line_names).await
}

const fn line_name(step: OrderStep) -> Option<i32> {
    match step {
        OrderStep::Completed => Some(names::PRODUCT_PURCHASED),
        OrderStep::Refunded => Some(names::PRODUCT_REFUNDED),
        OrderStep::Cancelled => None,
    }
}

/// Whose event it is, when, and of which name.
#[derive(Clone, Copy)]
struct Place {
    profile: i64,
    at: i64,
    name_id: i32,
}

struct Maker<'a> {
    ctx: Ctx<'a>,
    terms: &'a Terms,
    orders: Orders,
    rows: Vec<Row>,
}

impl Maker<'_> {
    fn make(&mut self, place: Place, draft: &Draft) -> Result<(), Verdict> {
        let row = self.row(place, &draft.line, draft.flags);
        let Some(order) = &draft.order else {
            self.rows.push(row);
            return Ok(());
        };
        match order.step {
            OrderStep::Completed => self.complete(row, order),
            OrderStep::Refunded | OrderStep::Cancelled => self.pay_back(row, order),
        }
    }

    fn row(&self, place: Place, line: &Line, flags: i32) -> Row {
        let product = line.sku.as_deref().and_then(|sku| self.terms.product(sku));
        let category = line
            .category
            .as_deref()
            .and_then(|path| self.terms.category(path));
        Row {
            profile: place.profile,
            at: place.at,
            id: self.ctx.ids.next_raw(),
            name_id: place.name_id,
            product: product.map(|(id, _)| id),
            category: category.or(product.and_then(|(_, category)| category)),
            amount: line.amount,
            quantity: line.quantity,
            flags,
            properties: text_of(&line.properties),
            ..Row::default()
        }
    }

    fn complete(&mut self, mut row: Row, draft: &OrderDraft) -> Result<(), Verdict> {
        let amount = row.amount.unwrap_or(0);
        if let Some(known) = self.orders.get_mut(&draft.order_no) {
            let is_same = known.amount == amount && known.currency == draft.currency.code();
            return Err(if is_same {
                Verdict::Repeated
            } else {
                Verdict::Refused(Refusal::OrderReused(draft.order_no.clone()))
            });
        }
        let new = NewOrder {
            profile: row.profile,
            occurred_at: row.at,
            amount,
            quantity: row.quantity.unwrap_or(0),
            event_id: row.id,
        };
        let order = self.orders.add(self.ctx, draft, new);
        row.order = Some(order);
        let place = Place {
            profile: row.profile,
            at: row.at,
            name_id: names::PRODUCT_PURCHASED,
        };
        let flags = row.flags;
        self.rows.push(row);
        for (number, line) in draft.lines.iter().enumerate() {
            let row = Row {
                order: Some(order),
                ..self.row(place, line, flags)
            };
            self.orders
                .add_line(self.ctx, place.profile, order, number + 1, row.id);
            self.rows.push(row);
        }
        Ok(())
    }

    /// A refund or a cancellation of an order that nobody knows is kept as a plain negative event.
    fn pay_back(&mut self, mut row: Row, draft: &OrderDraft) -> Result<(), Verdict> {
        if let Some(order) = self.orders.get_mut(&draft.order_no) {
            if order.status == "cancelled" {
                return Err(Verdict::Repeated);
            }
            row.order = Some(order.id);
            row.profile = order.profile;
            let amount = match (draft.step, row.amount) {
                (OrderStep::Refunded, Some(stated)) => stated,
                // Without a stated amount, and for every cancellation, all that is left goes back.
                _ => order.left().max(0).saturating_neg(),
            };
            row.amount = Some(amount);
            order.pay_back(amount, draft.step);
        }
        let (order, flags) = (row.order, row.flags);
        let place = Place {
            profile: row.profile,
            at: row.at,
            name_id: line_name(draft.step).unwrap_or(row.name_id),
        };
        self.rows.push(row);
        if draft.step == OrderStep::Refunded {
            for line in &draft.lines {
                let negate = |n: i64| n.saturating_abs().saturating_neg();
                let mut row = Row {
                    order,
                    ..self.row(place, line, flags)
                };
                row.amount = row.amount.map(negate);
                row.quantity = row.quantity.map(negate);
                self.rows.push(row);
            }
        }
        Ok(())
    }
}

fn text_of(properties: &Map<String, Json>) -> Option<String> {
    (!properties.is_empty())
        .then(|| serde_json::to_string(properties).ok())
        .flatten()
}
