//! From what changed to what each friend is to see.

use std::collections::BTreeSet;

use friends::menu::{
    plan,
    standing::{self, Look, Who},
};
use kernel::{
    feed::{Change, ChangeKind},
    id::ProfileId,
    time::HOUR,
};
use storage::feed;

use super::{Fault, Keeper, turn};
use crate::keeping::Next;

/// Rows of the feed that are read at once.
const ROWS: u32 = 2_000;
/// Friends that are looked at with one read: what a send waits for is no longer than this takes.
const AT_ONCE: u32 = 1_000;
/// What changes without a row of the feed - a word of a rule that means something else now - is found that often.
const EVERY: i64 = HOUR;

/// Reads the feed and judges whom it names.
pub(super) async fn follow(keeper: &mut Keeper, plans: &[plan::Kept]) -> Result<(), Fault> {
    let db = keeper.app.db.clone();
    let head = feed::head(db.reader()).await?;
    while keeper.lease.progress.cursor < head {
        let mut progress = keeper.lease.progress;
        let wanted: Vec<&plan::Kept> = plans
            .iter()
            .filter(|kept| !kept.plan.rules.is_empty() || kept.version > 0)
            .collect();
        if wanted.is_empty() {
            progress.cursor = head;
            keeper.lease.progress = progress;
            break;
        }
        let from = progress.cursor;
        let stretch = feed::read_of(db.reader(), keeper.workspace, from, head, ROWS).await?;
        progress.cursor = stretch.position;
        let people: BTreeSet<ProfileId> = stretch.changes.iter().flat_map(whom).collect();
        let users = standing::users_of(db.reader(), keeper.workspace, &people).await?;
        if users.is_empty() {
            // Kept in memory: it is stored with the next write, or when the lease is renewed.
            keeper.lease.progress = progress;
            continue;
        }
        let tx = keeper.begin_with(progress).await?;
        for kept in wanted {
            let live = turn::live(&tx, keeper.workspace, kept.account).await?;
            let look = Look {
                workspace: keeper.workspace,
                account: kept.account,
                plan: &kept.plan,
                live: &live,
            };
            let judged = standing::judge(&tx, look, Who::These(&users)).await?;
            standing::write(&tx, look, &judged).await?;
        }
        keeper.commit_with(tx, progress).await?;
        // Whoever waits for the writer comes first.
        tokio::task::yield_now().await;
    }
    keeper.lease.progress.read_at = keeper.app.now();
    Ok(())
}

/// Returns whose menu a change may decide.
fn whom(change: &Change) -> Vec<ProfileId> {
    match change.kind {
        ChangeKind::Profile
        | ChangeKind::Erase
        | ChangeKind::SegmentEnter
        | ChangeKind::SegmentLeave
        | ChangeKind::Friend => vec![change.profile],
        ChangeKind::Merge | ChangeKind::Unmerge => {
            vec![change.profile, ProfileId::from_raw(change.a)]
        }
        _ => Vec::new(),
    }
}

/// Looks at everybody, some at a time, when the rules or what they follow from have changed.
pub(super) async fn sweep(keeper: &mut Keeper, kept: &plan::Kept) -> Result<Next, Fault> {
    let db = keeper.app.db.clone();
    let now = keeper.app.now();
    let whose = (keeper.workspace, kept.account);
    let rules = (&kept.plan, kept.version);
    let Some(basis) = standing::basis(db.reader(), keeper.workspace, rules).await? else {
        // A segment is being filled: looked for again shortly.
        return Ok(Next::At(now.plus(kernel::time::SECOND)));
    };
    let is_old = now.0 - kept.swept_at.0 >= EVERY;
    let after = match &kept.sweep_after {
        _ if basis != kept.basis => "",
        Some(after) => after,
        None if is_old => "",
        None => return Ok(Next::Wait),
    };
    let tx = keeper.begin().await?;
    let live = turn::live(&tx, keeper.workspace, kept.account).await?;
    let look = Look {
        workspace: keeper.workspace,
        account: kept.account,
        plan: &kept.plan,
        live: &live,
    };
    let judged = standing::judge(&tx, look, Who::After(after, AT_ONCE)).await?;
    standing::write(&tx, look, &judged).await?;
    standing::sweep(&tx, whose, (judged.last.as_deref(), &basis), now).await?;
    keeper.commit(tx).await?;
    Ok(if judged.last.is_some() {
        Next::AtOnce
    } else {
        Next::Wait
    })
}
