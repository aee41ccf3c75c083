//! Background work of this process.

mod housekeeping;
mod seen;
mod sending;

use std::{sync::Arc, time::Duration};

use campaigns::planning::Planner;
use offers::ProductCatalogue;
use profiles::import::ImportJob;

use crate::state::App;
pub use housekeeping::keep_house;
pub use seen::write_down_who_was_seen;
pub use sending::send_worker;

const HOUSEKEEPING_EVERY: Duration = Duration::from_hours(1);
const SEEN_EVERY: Duration = Duration::from_mins(1);

/// Starts the workers that the configuration asks for.
pub(crate) fn start(app: &App) {
    if app.config.audience.enabled {
        app.audience.start(&app.tasks, &app.stopping);
    }
    crate::intake::start(app);
    if !app.config.workers.enabled {
        return;
    }
    every(app, HOUSEKEEPING_EVERY, "housekeeping", |app| async move {
        keep_house(&app).await
    });
    every(app, SEEN_EVERY, "seen", |app| async move {
        write_down_who_was_seen(&app).await
    });
    let (worker, stop) = (job_worker(app), app.stopping.clone());
    app.tasks.spawn(async move { worker.run(stop).await });
    sending::start(app);
    crate::computed::start(app);
    crate::membership::start(app);
    crate::webhooks::start(app);
    crate::menus::start(app);
}

/// Returns the runner of durable jobs with every handler of this server; tests drain it by `run_due`.
pub fn job_worker(app: &App) -> jobs::Worker {
    let import = ImportJob::new(app.ids.clone(), Some(Arc::new(ProductCatalogue)));
    jobs::Worker::new(app.db.clone(), app.clock.clone(), app.ids.clone())
        .with(Arc::new(import))
        .with(Arc::new(Planner::new(app.ids.clone())))
}

/// Runs `work` now and then until the server stops; a failure is logged and tried again next time.
pub(crate) fn every<F, Fut>(app: &App, pause: Duration, name: &'static str, work: F)
where
    F: Fn(App) -> Fut + Send + 'static,
    Fut: Future<Output = anyhow::Result<()>> + Send,
{
    let app = app.clone();
    app.clone().tasks.spawn(async move {
        loop {
            if let Err(error) = work(app.clone()).await {
                tracing::error!(
                    worker.name = name,
                    error = format!("{error:#}"),
                    "background work failed"
                );
            }
            tokio::select! {
                () = app.stopping.cancelled() => break,
                () = tokio::time::sleep(pause) => {}
            }
        }
    });
}
