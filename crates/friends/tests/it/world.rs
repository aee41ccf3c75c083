//! A workspace with a LINE account, and short words for what LINE tells.

use channel_core::{Inbound, InboundKind, Recipient};
use friends::{Friend, Heard, Intake, book};
use kernel::{
    id::{ProfileId, SenderId},
    time::{Clock, Millis},
};
use profiles::{
    Ctx,
    identity::{self, KeyKind},
};
use storage::{Tx, sql};
use testkit::{Kit, TestDb};

pub(crate) const ACCOUNT: SenderId = SenderId::from_raw(77);

pub(crate) struct World {
    pub(crate) kit: Kit,
    pub(crate) intake: Intake,
    _test: TestDb,
}

pub(crate) async fn both() -> Vec<World> {
    let mut worlds = Vec::new();
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let (intake, task) = Intake::new(kit.db.clone(), kit.ids.clone());
        tokio::spawn(task);
        worlds.push(World {
            kit,
            intake,
            _test: test,
        });
    }
    worlds
}

/// LINE's name of the person of a number.
pub(crate) fn user(n: u32) -> String {
    format!("U{n:032x}")
}

pub(crate) fn event(id: &str, n: u32, at: Millis, kind: InboundKind) -> Inbound {
    Inbound {
        dedupe_key: id.to_owned(),
        delivery_id: None,
        recipient: Some(Recipient::new(user(n))),
        at,
        is_repeat: false,
        reply_token: None,
        kind,
    }
}

pub(crate) fn followed() -> InboundKind {
    InboundKind::Followed {
        after_block: Some(false),
    }
}

pub(crate) fn wrote(message: &str, text: &str) -> InboundKind {
    InboundKind::Wrote {
        message_id: message.to_owned(),
        what: "text".to_owned(),
        text: Some(text.to_owned()),
    }
}

impl World {
    pub(crate) fn now(&self) -> Millis {
        self.kit.clock.now()
    }

    pub(crate) async fn hear(&self, events: Vec<Inbound>) {
        let heard = Heard {
            workspace: self.kit.workspace,
            account: ACCOUNT,
            events,
            unreadable: 0,
            at: self.now(),
        };
        self.intake.take(heard).await.unwrap();
    }

    pub(crate) fn ctx<'a>(&'a self, tx: &'a Tx) -> Ctx<'a> {
        Ctx {
            tx,
            workspace: self.kit.workspace,
            now: self.now(),
            ids: &*self.kit.ids,
        }
    }

    pub(crate) async fn owner(&self, n: u32) -> Option<ProfileId> {
        let tx = self.kit.db.begin().await.unwrap();
        let owners = identity::owners(self.ctx(&tx), KeyKind::Line, &[user(n)])
            .await
            .unwrap();
        owners.get(&user(n)).copied()
    }

    pub(crate) async fn friend(&self, n: u32) -> Friend {
        let owner = self.owner(n).await.unwrap();
        let standings = book::standings(self.kit.db.reader(), self.kit.workspace, owner)
            .await
            .unwrap();
        standings
            .into_iter()
            .find(|one| one.user_id == user(n))
            .unwrap()
            .friend
    }

    pub(crate) async fn number(&self, text: &str) -> i64 {
        sql::number(self.kit.db.reader(), text, []).await.unwrap()
    }
}
