//! What others see of an index: its state, what it holds, and how far it has come.

use std::sync::Arc;

use index::{Index, LeafCache, Memory, View};
use kernel::{feed::Cursor, id::WorkspaceId, time::Millis};
use parking_lot::RwLock;
use tokio::sync::{Notify, watch};

/// What answers of conditions may take in one workspace, beside its index: a few hundred conditions asked of a
/// million customers.
const ANSWERS_LIMIT: usize = 64 << 20;

/// The index of one workspace and its state.
pub struct Follower {
    workspace: WorkspaceId,
    held: RwLock<Held>,
    phase: watch::Sender<Phase>,
    hurry: Arc<Notify>,
}

/// An index, and the answers that it gave: those of another index say nothing here.
#[derive(Clone)]
struct Held {
    index: Arc<Index>,
    answers: Arc<LeafCache>,
}

impl Held {
    fn new(index: Arc<Index>) -> Self {
        let answers = Arc::new(LeafCache::new(ANSWERS_LIMIT));
        Self { index, answers }
    }
}

/// What an index says at one moment.
#[derive(Debug, Clone)]
pub struct Present {
    /// Everybody at that moment.
    pub view: Arc<View>,
    /// Answers of conditions that were asked before.
    pub answers: Arc<LeafCache>,
    /// The position of the feed up to which everything is in the view.
    pub position: Cursor,
}

/// How an index stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phase {
    /// What it does.
    pub state: State,
    /// Since when.
    pub since: Millis,
    /// What it began with, once it has begun.
    pub begun: Option<Begun>,
    /// The position of the feed up to which everything is in.
    pub position: Cursor,
    /// Grows when the index is made anew: ordinals of another generation mean other customers.
    pub generation: u64,
}

/// What the index says at one moment, and what that covers.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Which numbering of customers it has.
    pub generation: u64,
    /// Everything up to here is in; something behind it may be in too.
    pub position: Cursor,
    /// What it says.
    pub view: Arc<View>,
}

/// What an index does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is being made; ask SQL.
    Building,
    /// It answers.
    Following,
    /// The workspace does not fit; ask SQL.
    TooLarge {
        /// What it would have held, in bytes.
        used: usize,
    },
    /// The server is going down.
    Stopped,
}

/// What an index began with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// Its file.
    Snapshot,
    /// A scan of the tables.
    Tables,
}

/// Why an index does not answer. SQL does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// It is being made.
    #[error("the audience index is being built")]
    Building,
    /// It would be larger than it may be.
    #[error("the audience does not fit into the memory that its index may use")]
    TooLarge,
    /// This server keeps none.
    #[error("this server keeps no audience index")]
    Off,
    /// The server is going down.
    #[error("the audience index has stopped")]
    Stopped,
    /// It has not come as far as the question asks.
    #[error("the audience index has not yet taken in what was written")]
    Behind,
}

impl Follower {
    pub(super) fn new(workspace: WorkspaceId, now: Millis, hurry: Arc<Notify>) -> Self {
        Self {
            workspace,
            held: RwLock::new(Held::new(Arc::default())),
            phase: watch::Sender::new(Phase {
                state: State::Building,
                since: now,
                begun: None,
                position: Cursor::default(),
                generation: 0,
            }),
            hurry,
        }
    }

    /// Returns whose index it is.
    pub const fn workspace(&self) -> WorkspaceId {
        self.workspace
    }

    /// Returns how the index stands.
    pub fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// Returns what the index says now.
    ///
    /// # Errors
    /// When the index cannot be asked; SQL can.
    pub fn view(&self) -> Result<Arc<View>, Unavailable> {
        self.present().map(|present| present.view)
    }

    /// Returns what the index says now, and how much of the feed that has seen.
    ///
    /// # Errors
    /// When the index cannot be asked; SQL can.
    pub fn present(&self) -> Result<Present, Unavailable> {
        // In this order: an index is put in place of another only while the state says that it is being made or too
        // large, and all that stands before the position has been taken in when the position is told.
        let held = self.held.read().clone();
        let phase = self.phase();
        match phase.state {
            State::Following => Ok(Present {
                view: held.index.view(),
                answers: held.answers,
                position: phase.position,
            }),
            State::Building => Err(Unavailable::Building),
            State::TooLarge { .. } => Err(Unavailable::TooLarge),
            State::Stopped => Err(Unavailable::Stopped),
        }
    }

    /// Returns what the index says now with the position up to which it is whole.
    ///
    /// # Errors
    /// When the index cannot be asked; SQL can.
    pub fn standing(&self) -> Result<Standing, Unavailable> {
        loop {
            let before = self.phase();
            let view = self.view()?;
            let after = self.phase();
            // Between the two the index may have been thrown away and begun anew.
            if before.generation == after.generation && after.state == State::Following {
                return Ok(Standing {
                    generation: before.generation,
                    // The batch of the view may be in before the phase says so.
                    position: before.position.max(view.position()),
                    view,
                });
            }
        }
    }

    /// Tells of every change of the phase, also of the position.
    pub fn phases(&self) -> watch::Receiver<Phase> {
        self.phase.subscribe()
    }

    /// Waits until everything up to a position of the feed is in. The caller says for how long.
    ///
    /// # Errors
    /// When the index does not fit or the server goes down.
    pub async fn wait_for(&self, position: Cursor) -> Result<Arc<View>, Unavailable> {
        let mut phases = self.phase.subscribe();
        loop {
            let phase = *phases.borrow_and_update();
            match phase.state {
                State::TooLarge { .. } => return Err(Unavailable::TooLarge),
                State::Stopped => return Err(Unavailable::Stopped),
                State::Following if phase.position >= position => return Ok(self.index().view()),
                State::Following | State::Building => {}
            }
            self.hurry.notify_one();
            if phases.changed().await.is_err() {
                return Err(Unavailable::Stopped);
            }
        }
    }

    /// Waits until a state is reached that is no longer that of being made.
    pub async fn settled(&self) -> Phase {
        let mut phases = self.phase.subscribe();
        let settled = phases.wait_for(|phase| phase.state != State::Building);
        settled.await.map_or_else(|_| self.phase(), |phase| *phase)
    }

    /// Returns what the index holds in bytes, also while it is being made.
    pub fn memory(&self) -> Memory {
        self.index().memory()
    }

    /// Returns how many customers and events are in, also while it is being made.
    pub fn counts(&self) -> (u64, u64) {
        let view = self.index().view();
        (view.active().count(), view.n_events())
    }

    pub(super) fn index(&self) -> Arc<Index> {
        Arc::clone(&self.held.read().index)
    }

    pub(super) fn replace(&self, index: Arc<Index>) {
        self.phase.send_modify(|phase| phase.generation += 1);
        *self.held.write() = Held::new(index);
    }

    pub(super) fn enter(&self, state: State, now: Millis) {
        self.phase.send_modify(|phase| {
            phase.state = state;
            phase.since = now;
        });
    }

    pub(super) fn has_begun(&self, begun: Begun) {
        self.phase.send_modify(|phase| phase.begun = Some(begun));
    }

    pub(super) fn reach(&self, position: Cursor) {
        self.phase.send_modify(|phase| phase.position = position);
    }
}
