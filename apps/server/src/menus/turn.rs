//! One account's turn: what there is to say to LINE, in order.

use std::collections::BTreeMap;

use channel_line::LineApi;
use friends::menu::{self, Menu, Publication, Step, batch::Batch, plan};
use kernel::id::{MenuId, PublicationId, SenderId, WorkspaceId};
use sea_orm::{ConnectionTrait, DbErr};

use super::{
    Fault, Keeper, batch, publish, retire,
    said::{Did, Halt, Said},
    tell,
};
use crate::keeping::Next;

/// What an account's turn begins with.
pub(super) struct Turn {
    pub(super) kept: plan::Kept,
    pub(super) menus: Vec<Menu>,
    pub(super) publications: Vec<Publication>,
    pub(super) batch: Option<Batch>,
}

/// Returns the publication of each menu of an account that friends see.
pub(super) async fn live(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    account: SenderId,
) -> Result<BTreeMap<MenuId, PublicationId>, DbErr> {
    let menus = menu::list(db, workspace, account).await?;
    let live = |menu: Menu| Some((menu.id, menu.live?));
    Ok(menus.into_iter().filter_map(live).collect())
}

impl Turn {
    /// Reads what there is; `None` when LINE has nothing of ours and is to have nothing.
    pub(super) async fn begin(keeper: &Keeper, kept: &plan::Kept) -> Result<Option<Self>, Fault> {
        let db = keeper.app.db.reader();
        let whose = (keeper.workspace, kept.account);
        let publications = menu::publication::of_account(db, whose.0, whose.1).await?;
        let is_idle = publications.is_empty()
            && kept.told_default.is_none()
            && menu::standing::whole(db, whose).await?.due == 0;
        if is_idle {
            return Ok(None);
        }
        Ok(Some(Self {
            kept: kept.clone(),
            menus: menu::list(db, whose.0, whose.1).await?,
            publications,
            batch: menu::batch::find(db, whose).await?,
        }))
    }

    pub(super) const fn account(&self) -> SenderId {
        self.kept.account
    }

    /// Returns a publication that LINE holds, and LINE's name of it.
    pub(super) fn at_line(&self, id: PublicationId) -> Option<&str> {
        let mut publications = self.publications.iter();
        publications
            .find(|one| one.id == id)
            .and_then(|one| one.line_id.as_deref())
    }

    /// Says the first thing that there is to say. What waits for one rate does not keep the others waiting.
    pub(super) async fn speak(&self, keeper: &mut Keeper, api: &LineApi) -> Result<Next, Halt> {
        let mut until = None;
        for stage in Stage::ALL {
            let did = match stage {
                Stage::Publish => publish::step(self, keeper, api).await?,
                Stage::Default => self.default(keeper, api).await?,
                Stage::Batch => batch::step(self, keeper, api).await?,
                Stage::Tell => tell::step(self, keeper, api).await?,
                Stage::Retire => retire::step(self, keeper, api).await?,
            };
            match did {
                Did::Something => return Ok(Next::AtOnce),
                Did::Nothing => {}
                Did::Until(at) => {
                    until = Some(until.map_or(at, |until: kernel::time::Millis| until.min(at)));
                }
            }
        }
        Ok(until.map_or(Next::Wait, Next::At))
    }

    /// Says what everybody sees who has no menu of their own.
    async fn default(&self, keeper: &mut Keeper, api: &LineApi) -> Result<Did, Halt> {
        let wanted = self.kept.plan.default_menu.and_then(|id| {
            let menu = self.menus.iter().find(|menu| menu.id == id)?;
            menu.live
        });
        if wanted == self.kept.told_default {
            return Ok(Did::Nothing);
        }
        let now = keeper.app.now();
        let said = match wanted.map(|id| self.at_line(id)) {
            Some(Some(line_id)) => api.set_default_menu(line_id).await,
            Some(None) => return Ok(Did::Nothing),
            None => api.clear_default_menu().await,
        };
        if let Err(error) = said {
            return Said::of(&error, now).end(now);
        }
        let tx = keeper.begin().await?;
        plan::told_default(&tx, keeper.workspace, self.account(), wanted).await?;
        keeper.commit(tx).await?;
        Ok(Did::Something)
    }

    /// Tells whether anything of a menu is live or on its way.
    pub(super) fn is_needed(&self, menu: MenuId) -> bool {
        let mut publications = self.publications.iter();
        publications.any(|one| one.menu == menu && one.step < Step::Ended && one.fault.is_none())
    }
}

/// What there is to say, in order: a menu must be there before it is shown, and is deleted when nobody has it.
#[derive(Clone, Copy)]
enum Stage {
    Publish,
    Default,
    Batch,
    Tell,
    Retire,
}

impl Stage {
    const ALL: [Self; 5] = [
        Self::Publish,
        Self::Default,
        Self::Batch,
        Self::Tell,
        Self::Retire,
    ];
}
