//! The states of a campaign and the only ways between them.

/// Where a campaign stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Being edited; nobody gets anything.
    Draft,
    /// Launched, and waiting for its time.
    Scheduled,
    /// Its audience is being worked out or written to.
    Running,
    /// Held: nothing leaves until it is resumed.
    Paused,
    /// Everybody has been dealt with.
    Finished,
    /// Called off; what had left has left.
    Cancelled,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Draft,
        Self::Scheduled,
        Self::Running,
        Self::Paused,
        Self::Finished,
        Self::Cancelled,
    ];

    /// Returns the stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Tells whether nothing can follow.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Finished | Self::Cancelled)
    }
}

/// What can be done to a campaign, by a person or by the workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A person lets it go.
    Launch,
    /// Its time has come; the audience is worked out.
    Begin,
    /// A person holds it.
    Pause,
    /// A person lets it go on.
    Resume,
    /// A person calls it off.
    Cancel,
    /// Nobody is left to be written to.
    Finish,
}

/// A state together with where a pause leads back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// The state.
    pub state: State,
    /// Set exactly while paused.
    pub resume_to: Option<State>,
}

impl Stage {
    /// A state that is no pause.
    pub const fn at(state: State) -> Self {
        Self {
            state,
            resume_to: None,
        }
    }

    /// Returns the stage after an action; `None` when the action is not possible.
    pub const fn after(self, action: Action) -> Option<Self> {
        match (self.state, action) {
            (State::Draft, Action::Launch) => Some(Self::at(State::Scheduled)),
            (State::Scheduled, Action::Begin) => Some(Self::at(State::Running)),
            (State::Running, Action::Finish) => Some(Self::at(State::Finished)),
            (State::Scheduled | State::Running, Action::Pause) => Some(Self {
                state: State::Paused,
                resume_to: Some(self.state),
            }),
            (State::Paused, Action::Resume) => match self.resume_to {
                Some(state) => Some(Self::at(state)),
                None => Some(Self::at(State::Running)),
            },
            (State::Scheduled | State::Running | State::Paused, Action::Cancel) => {
                Some(Self::at(State::Cancelled))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ACTIONS: [Action; 6] = [
        Action::Launch,
        Action::Begin,
        Action::Pause,
        Action::Resume,
        Action::Cancel,
        Action::Finish,
    ];

    proptest! {
        #[test]
        fn whatever_is_done_a_campaign_keeps_its_promises(
            steps in proptest::collection::vec(0usize..ACTIONS.len(), 0..40)
        ) {
            let mut stage = Stage::at(State::Draft);
            let (mut is_launched, mut has_begun) = (false, false);
            for step in steps {
                let action = ACTIONS[step];
                let Some(next) = stage.after(action) else { continue };
                prop_assert!(!stage.state.is_final(), "nothing follows an end");
                is_launched |= action == Action::Launch;
                has_begun |= action == Action::Begin;
                prop_assert!(is_launched, "nothing happens to a draft but its launch");
                prop_assert!(next.state != State::Draft, "nothing becomes a draft again");
                prop_assert!(next.state != State::Running || has_begun, "it runs only after its time has come");
                prop_assert_eq!(next.resume_to.is_some(), next.state == State::Paused);
                if action == Action::Pause {
                    prop_assert_eq!(next.after(Action::Resume), Some(Stage::at(stage.state)), "a pause leads back");
                }
                stage = next;
            }
        }
    }

    #[test]
    fn every_state_but_a_draft_and_an_end_can_be_called_off() {
        for state in State::ALL {
            let possible = Stage::at(state).after(Action::Cancel).is_some();
            assert_eq!(possible, !state.is_final() && state != State::Draft);
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
    }
}
