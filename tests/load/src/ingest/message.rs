//! Batches of messages in the shape that the stock SDKs send.

use std::fmt::Write;

use kernel::time::Millis;

use crate::dice::Dice;

/// Messages of a batch.
pub(crate) const BATCH: usize = 100;
const CONTEXT: &str = r#""context":{"library":{"name":"@segment/analytics-node","version":"2.3.0"}},"integrations":{}"#;

/// What messages leave in the database.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sent {
    pub(crate) messages: u64,
    pub(crate) events: u64,
    pub(crate) orders: u64,
}

impl Sent {
    /// Adds what another batch leaves.
    pub(crate) fn add(&mut self, other: Self) {
        self.messages += other.messages;
        self.events += other.events;
        self.orders += other.orders;
    }
}

/// Makes batches; each connection has one.
pub(crate) struct Maker {
    dice: Dice,
    people: u64,
    /// Part of every message id and order number, which must be new in every phase.
    mark: u64,
    n: u64,
}

impl Maker {
    /// Makes a maker; `mark` must be used once in a run.
    pub(crate) fn new(people: u64, mark: u64) -> Self {
        Self {
            dice: Dice::new(mark),
            people,
            mark,
            n: 0,
        }
    }

    /// Writes a batch into an emptied buffer: 20 identify calls, 5 orders of 2 lines, 15 pages, 60 views.
    pub(crate) fn write(&mut self, out: &mut String, now: Millis) -> Sent {
        out.clear();
        out.push_str(r#"{"batch":["#);
        let mut sent = Sent::default();
        for place in 0..BATCH {
            if place > 0 {
                out.push(',');
            }
            sent.add(self.message(out, place, now));
        }
        // Writing to a String cannot fail.
        let _ = write!(out, r#"],"sentAt":"{now}"}}"#);
        sent
    }

    fn message(&mut self, out: &mut String, place: usize, now: Millis) -> Sent {
        self.n += 1;
        let (mark, n, person) = (self.mark, self.n, self.dice.below(self.people));
        let _ = write!(
            out,
            r#"{{"messageId":"node-next-{now}-{mark:08x}-{n:08x}","timestamp":"{now}",{CONTEXT},"#
        );
        let mut sent = Sent {
            messages: 1,
            events: 1,
            orders: 0,
        };
        let _ = match place % 20 {
            0 | 5 | 10 | 15 => {
                sent.events = 0;
                let visits = self.dice.below(1_000_000);
                write!(
                    out,
                    r#""type":"identify","userId":"u{person}","traits":{{"email":"user{person}@example.jp","visits":{visits}}}}}"#
                )
            }
            1 => {
                // One for the order and one for each of its lines.
                (sent.events, sent.orders) = (3, 1);
                self.order(out, person)
            }
            2..=4 => write!(
                out,
                r#""type":"page","anonymousId":"a{person}","name":"Top","properties":{{"url":"https://shop.example.jp/","title":"Top"}}}}"#
            ),
            _ => {
                let (sku, price) = (self.dice.below(5_000), self.dice.below(9_000));
                write!(
                    out,
                    r#""type":"track","userId":"u{person}","event":"Product Viewed","properties":{{"sku":"sku-{sku}","category":"食品 > 飲料","price":{price}}}}}"#
                )
            }
        };
        sent
    }

    fn order(&mut self, out: &mut String, person: u64) -> std::fmt::Result {
        let order_id = format!("{:x}-{}", self.mark, self.n);
        let (a, b) = (self.dice.below(5_000), 5_000 + self.dice.below(5_000));
        let (x, y) = (100 + self.dice.below(900), 100 + self.dice.below(900));
        let total = x + y;
        write!(
            out,
            r#""type":"track","userId":"u{person}","event":"Order Completed","properties":{{"order_id":"{order_id}","total":{total},"currency":"JPY","products":[{{"sku":"sku-{a}","category":"食品 > 飲料","price":{x},"quantity":1}},{{"sku":"sku-{b}","category":"食品 > 菓子","price":{y},"quantity":1}}]}}}}"#
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_what_the_bar_speaks_of() {
        let mut text = String::new();
        let sent = Maker::new(10, 1).write(&mut text, Millis(1_783_993_320_000));
        let body: serde_json::Value = serde_json::from_str(&text).unwrap();
        let batch = body["batch"].as_array().unwrap();
        assert_eq!(batch.len(), BATCH);
        assert_eq!((sent.messages, sent.orders), (100, 5));
        let n_identify = batch
            .iter()
            .filter(|call| call["type"] == "identify")
            .count();
        assert_eq!(n_identify, 20);
        let ids: std::collections::HashSet<_> = batch
            .iter()
            .map(|call| call["messageId"].as_str())
            .collect();
        assert_eq!(ids.len(), BATCH);
    }
}
