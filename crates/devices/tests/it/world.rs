//! A workspace with people, and short words for what their devices do.

use devices::{Device, Kind, Registered, Registration, book};
use kernel::{
    id::{ProfileId, SenderId, WorkspaceId},
    time::Clock,
};
use profiles::{
    Ctx, Source,
    identity::{self, Claim, Key, KeyKind},
};
use storage::{Tx, sql};
use testkit::{Kit, TestDb};

pub(crate) const SITE: SenderId = SenderId::from_raw(77);

pub(crate) struct World {
    pub(crate) kit: Kit,
    _test: TestDb,
}

pub(crate) async fn both() -> Vec<World> {
    let mut worlds = Vec::new();
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        worlds.push(World { kit, _test: test });
    }
    worlds
}

impl World {
    pub(crate) fn ctx<'a>(&'a self, tx: &'a Tx) -> Ctx<'a> {
        Ctx {
            tx,
            workspace: self.kit.workspace,
            now: self.kit.clock.now(),
            ids: &*self.kit.ids,
        }
    }

    /// Finds or makes the person of these values.
    pub(crate) async fn person(&self, anonymous: &str, user: Option<&str>) -> ProfileId {
        let mut keys = vec![Key::new(KeyKind::Anonymous, anonymous)];
        keys.extend(user.map(|user| Key::new(KeyKind::External, user)));
        let claim = Claim {
            keys,
            source: Source::Server,
            is_alias: false,
            seen_at: self.kit.clock.now().0,
        };
        let tx = self.kit.db.begin().await.unwrap();
        let found = identity::resolve(self.ctx(&tx), &[claim]).await.unwrap();
        tx.commit().await.unwrap();
        ProfileId::from_raw(found[0].as_ref().unwrap().profile)
    }

    pub(crate) async fn register(&self, owner: ProfileId, address: &str) -> Registered {
        self.register_over(owner, address, None).await
    }

    pub(crate) async fn register_over(
        &self,
        owner: ProfileId,
        address: &str,
        replaces: Option<&str>,
    ) -> Registered {
        let token = format!("token of {address}");
        let device = Registration {
            sender: SITE,
            kind: Kind::Browser,
            address,
            token: &token,
            name: "Chrome, Windows",
            replaces,
        };
        let tx = self.kit.db.begin().await.unwrap();
        let done = devices::register(self.ctx(&tx), owner, device)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        done
    }

    pub(crate) async fn list(&self, owner: ProfileId) -> Vec<Device> {
        self.list_in(self.kit.workspace, owner).await
    }

    pub(crate) async fn list_in(&self, workspace: WorkspaceId, owner: ProfileId) -> Vec<Device> {
        book::list(self.kit.db.reader(), workspace, owner)
            .await
            .unwrap()
    }

    pub(crate) async fn events(&self, name: i32, owner: ProfileId) -> i64 {
        let text = "SELECT COUNT(*) FROM event WHERE name_id = $1 AND profile_id = $2";
        let binds = [i64::from(name).into(), owner.raw().into()];
        sql::number(self.kit.db.reader(), text, binds)
            .await
            .unwrap()
    }
}
