//! Asking again while something moves.

use std::time::Duration;

use leptos::prelude::*;

/// How a thing moves, which decides how often one looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Being worked on: every 2 seconds.
    Busy,
    /// Waiting for its hour: every 30 seconds.
    Waiting,
    /// Finished: not at all.
    Still,
}

impl Pace {
    /// Returns the time between two looks, `None` when there is nothing more to see.
    pub const fn interval(self) -> Option<Duration> {
        match self {
            Self::Busy => Some(Duration::from_secs(2)),
            Self::Waiting => Some(Duration::from_secs(30)),
            Self::Still => None,
        }
    }
}

/// Calls `look` at the pace of the moment until the page is left; a hidden tab is not polled.
///
/// `pace` is read reactively: `poll(move || pace_of(&load), move || load.reload())`.
pub fn poll(pace: impl Fn() -> Pace + Send + Sync + 'static, look: impl Fn() + Clone + 'static) {
    let pace = Memo::new(move |_| pace());
    Effect::new(move |previous: Option<Option<IntervalHandle>>| {
        if let Some(Some(handle)) = previous {
            handle.clear();
        }
        let look = look.clone();
        let handle = pace.get().interval().and_then(|interval| {
            let tick = move || {
                if !document().hidden() {
                    look();
                }
            };
            set_interval_with_handle(tick, interval).ok()
        });
        on_cleanup(move || {
            if let Some(handle) = handle {
                handle.clear();
            }
        });
        handle
    });
}

#[cfg(test)]
mod tests {
    use super::Pace;

    #[test]
    fn what_is_finished_is_not_asked_again() {
        assert!(Pace::Still.interval().is_none());
        assert!(Pace::Busy.interval() < Pace::Waiting.interval());
    }
}
