//! A customer's purchases as they stand at an instant.
//!
//! As conditions of segments have it: an order that was called off is none; a refund takes off money at its own time;
//! at an instant `t` what lies before `t` counts, so an order counts from the millisecond after its own.

use std::collections::{BTreeMap, BTreeSet};

use kernel::time::Millis;
use profiles::computed::bought::{OrderEvent, OrderStep};

/// An order that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// When it was placed.
    pub at: Millis,
    /// Its event.
    pub event: i64,
    /// Its number within, where the event names one.
    pub order: Option<i64>,
    /// Minor units of the workspace's currency, as it was placed.
    pub amount: i64,
}

/// What counts at an instant, by time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// Orders, the first one first.
    pub orders: Vec<Order>,
    /// Money that came, and that went back, each at its own time.
    pub money: Vec<(Millis, i64)>,
    /// What is left of the money of each order, at the order's time; money of no known order at its own.
    pub net: Vec<(Millis, i64)>,
    /// The first instant at which something counts that lies ahead.
    pub grows_at: Option<Millis>,
}

impl History {
    /// Takes what counts at `now` out of events in any order.
    pub fn at(events: &[OrderEvent], now: Millis) -> Self {
        let ahead = events.iter().filter(|event| event.at >= now.0);
        let grows_at = ahead.map(|event| Millis(event.at).plus(1)).min();
        let past = || events.iter().filter(|event| event.at < now.0);
        let called_off: BTreeSet<i64> = past()
            .filter(|event| event.step == OrderStep::Cancelled)
            .map(key)
            .collect();
        let counts = |event: &&OrderEvent| {
            event.step != OrderStep::Cancelled && !called_off.contains(&key(event))
        };
        // An order that was told of twice counts once, when it was last placed.
        let mut orders: BTreeMap<i64, Order> = BTreeMap::new();
        let mut money = Vec::new();
        let mut net: BTreeMap<i64, (Millis, i64)> = BTreeMap::new();
        for event in past().filter(counts) {
            if event.amount != 0 {
                money.push((Millis(event.at), event.amount));
                let sum = net.entry(key(event)).or_insert((Millis(event.at), 0));
                *sum = (
                    sum.0.min(Millis(event.at)),
                    sum.1.saturating_add(event.amount),
                );
            }
            if event.step != OrderStep::Completed {
                continue;
            }
            let new = Order {
                at: Millis(event.at),
                event: event.id,
                order: event.order,
                amount: event.amount,
            };
            let held = orders.entry(key(event)).or_insert(new);
            if (held.at, held.event) < (new.at, new.event) {
                *held = new;
            }
        }
        let placed = |(key, (at, sum)): (i64, (Millis, i64))| {
            let order = orders.get(&key);
            (order.map_or(at, |order| order.at), sum)
        };
        let mut net: Vec<(Millis, i64)> = net.into_iter().map(placed).collect();
        net.sort_unstable();
        let mut orders: Vec<Order> = orders.into_values().collect();
        orders.sort_unstable_by_key(|order| (order.at, order.event));
        money.sort_unstable();
        Self {
            orders,
            money,
            net,
            grows_at,
        }
    }

    /// Makes a history of orders without money.
    pub fn of_orders(at: &[Millis]) -> Self {
        let order = |(event, at): (i64, &Millis)| Order {
            at: *at,
            event,
            order: None,
            amount: 0,
        };
        Self {
            orders: (1..).zip(at).map(order).collect(),
            ..Self::default()
        }
    }
}

/// Events without an order are orders by themselves.
fn key(event: &OrderEvent) -> i64 {
    event.order.unwrap_or(-event.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(at: i64, order: i64, step: OrderStep, amount: i64) -> OrderEvent {
        OrderEvent {
            id: at * 10 + order,
            at,
            order: Some(order),
            step,
            amount,
        }
    }

    #[test]
    fn what_was_called_off_never_was_and_a_refund_takes_off_at_its_own_time() {
        use OrderStep::{Cancelled, Completed, Refunded};
        let events = [
            event(9, 1, Refunded, -40),
            event(1, 1, Completed, 100),
            event(2, 2, Completed, 500),
            event(3, 2, Cancelled, -500),
            event(5, 3, Completed, 70),
        ];
        let found = History::at(&events, Millis(10));
        let at: Vec<i64> = found.orders.iter().map(|order| order.at.0).collect();
        assert_eq!(at, [1, 5]);
        assert_eq!(
            found.money,
            [(Millis(1), 100), (Millis(5), 70), (Millis(9), -40)]
        );
        assert_eq!(
            found.net,
            [(Millis(1), 60), (Millis(5), 70)],
            "as if the first order had been smaller"
        );
        assert_eq!(found.grows_at, None);
        let earlier = History::at(&events, Millis(3));
        let at: Vec<i64> = earlier.orders.iter().map(|order| order.at.0).collect();
        assert_eq!(at, [1, 2], "at its own instant nothing counts yet");
        assert_eq!(earlier.grows_at, Some(Millis(4)));
    }

    #[test]
    fn an_event_without_an_order_is_one_and_a_repeated_one_counts_once() {
        let plain = |id: i64, at: i64| OrderEvent {
            id,
            at,
            order: None,
            step: OrderStep::Completed,
            amount: 1,
        };
        let repeated = |at: i64| event(at, 7, OrderStep::Completed, 2);
        let events = [plain(1, 1), plain(2, 1), repeated(3), repeated(6)];
        let found = History::at(&events, Millis(10));
        assert_eq!(found.orders.len(), 3);
        assert_eq!(found.orders.last().unwrap().at, Millis(6));
    }
}
