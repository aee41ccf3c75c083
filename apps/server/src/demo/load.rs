//! The order in which the sample company comes in.

use std::{sync::Arc, time::Instant};

use access::workspace;
use demo::Company;
use kernel::id::{UserId, WorkspaceId};
use profiles::{Ctx, bulk::BulkLoader};

use super::{SEED, found, goods, mail, people, rules, segments, shopping, story};
use crate::state::App;

/// Loads everything; the workspace is marked ready last.
pub(super) async fn company(app: &App, households: usize) -> anyhow::Result<(WorkspaceId, UserId)> {
    let began = Instant::now();
    let company = Company::load(SEED, app.now())?;
    let (mut workspace, owner) = found(app).await?;
    let last = company
        .households()
        .iter()
        .take(households)
        .map(|household| household.id)
        .next_back();
    let mut load = Load {
        app,
        last_household: last.unwrap_or_default(),
        workspace: workspace.id,
        loader: BulkLoader::new(workspace.id, workspace.currency, app.ids.next_raw())
            .with_catalogue(Arc::new(offers::ProductCatalogue)),
    };
    people::load(&mut load, &company).await?;
    tracing::info!(elapsed_ms = millis(began), "households are in");
    goods::load(&mut load, &company).await?;
    tracing::info!(elapsed_ms = millis(began), "products are in");
    shopping::load(&mut load, &company).await?;
    tracing::info!(elapsed_ms = millis(began), "baskets and visits are in");
    let segments = segments::load(app, workspace.id, owner, &company).await?;
    let first = segments
        .first()
        .copied()
        .ok_or_else(|| anyhow::anyhow!("the sample has no segment"))?;
    rules::load(app, workspace.id, owner).await?;
    let mail = mail::load(app, workspace.id, owner, first).await?;
    story::load(app, workspace.id, owner, &company, &mail).await?;

    if let Some(settings) = workspace.settings.as_object_mut() {
        settings.insert("demo".to_owned(), "ready".into());
    }
    let tx = app.db.begin().await?;
    workspace::update(&tx, &workspace).await?;
    tx.commit().await?;
    tracing::info!(elapsed_ms = millis(began), "the sample company is ready");
    Ok((workspace.id, owner))
}

/// A load in progress.
pub(super) struct Load<'a> {
    pub(super) app: &'a App,
    /// Households beyond this one are left out.
    pub(super) last_household: u32,
    pub(super) workspace: WorkspaceId,
    pub(super) loader: BulkLoader,
}

impl<'a> Load<'a> {
    /// Returns the context of a write in an open transaction.
    pub(super) fn ctx<'t>(&self, tx: &'t storage::Tx) -> Ctx<'t>
    where
        'a: 't,
    {
        Ctx {
            tx,
            workspace: self.workspace,
            now: self.app.now(),
            ids: &*self.app.ids,
        }
    }
}

fn millis(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}
