//! What every handler and worker shares.

use std::{ops::Deref, sync::Arc};

use access::{Tokens, session::Sessions};
use campaigns::track::{Keyring, Returns, Tracker};
use kernel::{
    id::{IdSource, Snowflake},
    time::{Clock, Millis, SystemClock},
};
use profiles::IngestService;
use storage::{Db, secret::MasterKey};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    audience::Audience,
    config::Config,
    http::limit::SignInLimiter,
    line,
    routes::{contents::parts::ContentParts, mail_hooks::certificates::Certificates},
    tracking::SealedKeys,
};

/// The application: cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of the application.
pub struct Parts {
    /// The settings.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Where ids come from.
    pub ids: Arc<dyn IdSource>,
    /// Seals secrets and derives keys.
    pub master_key: MasterKey,
    /// Sign-in sessions.
    pub sessions: Sessions,
    /// Takes tracking messages in.
    pub ingest: IngestService,
    /// Verifies and signs tracked addresses.
    pub keyring: Keyring,
    /// Records opens, clicks and unsubscriptions.
    pub tracker: Tracker,
    /// Writes down what comes back.
    pub returns: Returns,
    /// Takes in what LINE tells.
    pub friends: friends::Intake,
    /// The secrets with which LINE signs, opened.
    pub line_secrets: line::OpenSecrets,
    /// The ways to LINE of accounts, with their rates and tokens.
    pub line_apis: line::Apis,
    /// Questions to LINE about single people that wait for an answer: few at a time.
    pub line_questions: tokio::sync::Semaphore,
    /// Certificates that sign the webhooks of Amazon.
    pub certificates: Certificates,
    /// Slows down guessing of passwords.
    pub sign_in_limiter: SignInLimiter,
    /// Compiled emails and product blocks.
    pub contents: ContentParts,
    /// The audience indexes.
    pub audience: Audience,
    /// Background tasks, waited for at shutdown.
    pub tasks: TaskTracker,
    /// Told to stop at shutdown.
    pub stopping: CancellationToken,
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Puts the parts together; needs a running tokio runtime for the ingest writer.
    pub fn new(
        config: Config,
        db: Db,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        master_key: MasterKey,
    ) -> Self {
        let limits = profiles::ingest::Limits::default();
        let (ingest, writer) = IngestService::new(db.clone(), clock.clone(), ids.clone(), limits);
        // Not tracked: the writer ends with the last handle, and requests that wait for it are waited for.
        tokio::spawn(writer);
        let (tracker, recorder) = Tracker::new(db.clone(), clock.clone(), ids.clone());
        tokio::spawn(recorder);
        let (returns, desk) = Returns::new(db.clone(), ids.clone());
        tokio::spawn(desk);
        let (friends, book_keeper) = friends::Intake::new(db.clone(), ids.clone());
        tokio::spawn(book_keeper);
        let keys = SealedKeys::new(db.clone(), master_key.clone(), clock.clone());
        let keyring = Keyring::new(Arc::new(keys));
        let sessions = Sessions::new(db.clone(), Tokens::new(&master_key), clock.clone());
        let audience = Audience::new(db.clone(), clock.clone(), config.audience_options());
        Self(Arc::new(Parts {
            config,
            audience,
            db,
            clock,
            ids,
            master_key,
            sessions,
            ingest,
            keyring,
            tracker,
            returns,
            friends,
            line_secrets: line::OpenSecrets::default(),
            line_apis: line::Apis::default(),
            line_questions: tokio::sync::Semaphore::new(4),
            certificates: Certificates::default(),
            sign_in_limiter: SignInLimiter::default(),
            contents: ContentParts::default(),
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
        }))
    }

    /// Connects, migrates and makes the application as the configuration says.
    pub async fn start(config: Config) -> anyhow::Result<Self> {
        let db = Db::connect(&config.database_options()?).await?;
        migrations::migrate(db.writer()).await?;
        let master_key = MasterKey::load_or_create(&config.master_key_path())?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        // Before anything happens: an event without the partition of its month would keep it from being made.
        profiles::partition::ahead(&db, clock.now()).await?;
        let node = storage::node::claim(&db, clock.now()).await?;
        let ids = Arc::new(Snowflake::new(SystemClock, node.number()));
        let app = Self::new(config, db, clock, ids, master_key);
        app.keep_node(node);
        Ok(app)
    }

    /// Returns the present instant.
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// Renews the node number while the process lives, so that no other server takes it.
    fn keep_node(&self, node: storage::node::Node) {
        let app = self.clone();
        self.tasks.spawn(async move {
            loop {
                tokio::select! {
                    () = app.stopping.cancelled() => break,
                    () = tokio::time::sleep(storage::node::RENEW_EVERY) => {}
                }
                if let Err(error) = node.renew(&app.db, app.now()).await {
                    tracing::error!(%error, "failed to renew the node number");
                }
            }
        });
    }
}
