//! What one customer bought, order by order.

use api_types::customers::{OrderLineView, OrderView};
use leptos::prelude::*;

use super::feed::{self, Feed};
use crate::{
    api::{Loaded, customers, load},
    format, i18n as t,
    routes::Route,
    ui::{EmptyState, Icon, InlineError, Skeleton, Status, Tone},
};

/// The orders, the newest first; each opens to its lines.
#[component]
pub(super) fn Orders(id: String) -> impl IntoView {
    let own = id.clone();
    let first = load(
        move || own.clone(),
        |id, signal| async move { customers::orders(&id, None, Some(&signal)).await },
    );
    let feed = Feed::new(first);
    let id = StoredValue::new(id);
    move || {
        match first.get() {
        Loaded::Loading => view! { <Skeleton lines=6/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || first.reload()/> }.into_any()
        }
        Loaded::Ready(page) if page.items.is_empty() => {
            view! { <EmptyState title=t::customers::orders_empty_title body=t::customers::orders_empty_body/> }.into_any()
        }
        Loaded::Ready(_) => view! {
            <div class="cu-orders">{move || feed.items().into_iter().map(order).collect_view()}</div>
            {feed::more(feed, move |after| {
                let id = id.get_value();
                async move { customers::orders(&id, Some(after), None).await }
            })}
        }
        .into_any(),
    }
    }
}

fn order(order: OrderView) -> impl IntoView {
    let at = format::millis(&order.occurred_at);
    let (amount, currency) = (order.amount, order.currency.clone());
    let quantity = order.quantity;
    let state = match order.status.as_str() {
        "refunded" => Some(
            view! { <Status tone=Tone::Warn icon=Icon::History label=t::customers::refunded/> }
                .into_any(),
        ),
        "cancelled" => Some(
            view! { <Status tone=Tone::Neutral icon=Icon::X label=t::customers::cancelled/> }
                .into_any(),
        ),
        _ => None,
    };
    let lines = order.lines.into_iter().map(move |own| line(own, &currency));
    let currency = order.currency;
    view! {
        <details class="cu-order">
            <summary>
                {Icon::ChevronRight.small()}
                <span class="d">{move || format::date_time(at)}</span>
                <span class="ink-3 n">{order.order_no}</span>
                {state}
                <span class="ink-3 q">{move || t::customers::pieces(quantity)}</span>
                <b class="num">{format::money(amount, &currency)}</b>
            </summary>
            <table class="tbl">
                <thead>
                    <tr>
                        <th scope="col">{t::customers::product}</th>
                        <th scope="col" class="num">{t::customers::quantity}</th>
                        <th scope="col" class="num">{t::customers::amount}</th>
                    </tr>
                </thead>
                <tbody>{lines.collect_view()}</tbody>
            </table>
        </details>
    }
}

fn line(line: OrderLineView, currency: &str) -> impl IntoView + use<> {
    let name = line
        .name
        .or_else(|| line.sku.clone())
        .unwrap_or_else(|| "–".to_owned());
    let name = match line.product_id {
        Some(id) => view! { <a href=Route::Product(id).path()>{name}</a> }.into_any(),
        None => name.into_any(),
    };
    view! {
        <tr>
            <td>{name} <span class="sub">{line.category}</span></td>
            <td class="num">{format::integer(line.quantity)}</td>
            <td class="num">{format::money(line.amount, currency)}</td>
        </tr>
    }
}
