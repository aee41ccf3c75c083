//! What people do on LINE, at random.

use channel_core::{Inbound, InboundKind, Recipient};
use friends::{
    Heard,
    link::{self, Pair, Way},
};
use kernel::id::SenderId;
use profiles::Source;

use super::deeds::Company;

const ACCOUNTS: [i64; 2] = [71, 72];

impl Company<'_> {
    /// LINE tells something of one of a few people, or one of them is linked or parted.
    pub(super) async fn be_on_line(&mut self) {
        let account = SenderId::from_raw(*self.dice.pick(&ACCOUNTS));
        let user = format!("U{:032x}", self.dice.below(6));
        if self.dice.below(3) > 0 {
            return self.tell(account, user).await;
        }
        let known = self.somebody().await;
        let known = known.filter(|_| self.dice.below(2) == 0);
        let (external_id, now) = (format!("u{}", self.dice.below(12)), self.app.app.now());
        let tx = self.begin().await;
        let ctx = self.ctx(&tx);
        if let Some(customer) = known {
            let source = Source::Admin;
            link::unlink(ctx, account, customer, source).await.unwrap();
        } else {
            let pair = Pair {
                account,
                user: &user,
                external_id: &external_id,
            };
            link::join(ctx, pair, Way::Login, now).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    async fn tell(&mut self, account: SenderId, user: String) {
        let now = self.app.app.now();
        let message_id = self.dice.below(8).to_string();
        let kind = match self.dice.below(6) {
            0 | 1 => InboundKind::Followed {
                after_block: Some(self.dice.below(2) == 0),
            },
            2 => InboundKind::Blocked,
            3 => InboundKind::Unsent { message_id },
            _ => InboundKind::Wrote {
                message_id,
                what: "text".to_owned(),
                text: Some("在庫は？😀".to_owned()),
            },
        };
        let event = Inbound {
            dedupe_key: self.app.kit.ids.next_raw().to_string(),
            delivery_id: None,
            recipient: Some(Recipient::new(user)),
            at: now.plus(-self.dice.below(100_000)),
            is_repeat: false,
            reply_token: None,
            kind,
        };
        let heard = Heard {
            workspace: self.workspace(),
            account,
            events: vec![event],
            unreadable: 0,
            at: now,
        };
        self.app.app.friends.take(heard).await.unwrap();
    }
}
