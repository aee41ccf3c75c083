//! A circuit breaker: after several faults in a row it stops all lanes for a while, then lets one try.

use std::time::Duration;

use kernel::time::Millis;

/// When to open, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct BreakerPolicy {
    /// Faults in a row that open it.
    pub faults: u32,
    /// The first pause; doubled each time the trial fails.
    pub pause: Duration,
    /// The longest pause.
    pub longest: Duration,
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self {
            faults: 5,
            pause: Duration::from_secs(5),
            longest: Duration::from_mins(5),
        }
    }
}

/// What a lane may do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Go on.
    Go,
    /// Go on as the only one; the result decides for all.
    Trial,
    /// Wait until this instant.
    Wait(Millis),
}

#[derive(Debug, Clone, Copy)]
enum State {
    Closed {
        faults: u32,
    },
    Open {
        until: Millis,
        pause: i64,
    },
    /// One lane tries; should it vanish, another may after `until`.
    Trying {
        until: Millis,
        pause: i64,
    },
}

/// The breaker. Pure: time is handed in.
#[derive(Debug)]
pub struct Breaker {
    policy: BreakerPolicy,
    state: State,
}

impl Breaker {
    /// A closed breaker.
    pub const fn new(policy: BreakerPolicy) -> Self {
        Self {
            policy,
            state: State::Closed { faults: 0 },
        }
    }

    /// Asks to go on.
    pub fn admit(&mut self, now: Millis) -> Admission {
        match self.state {
            State::Closed { .. } => Admission::Go,
            State::Open { until, pause } | State::Trying { until, pause } if now >= until => {
                self.state = State::Trying {
                    until: now.plus(pause),
                    pause,
                };
                Admission::Trial
            }
            State::Open { until, .. } | State::Trying { until, .. } => Admission::Wait(until),
        }
    }

    /// Returns until when it stays open; nothing while it is closed. Asks for no trial.
    pub const fn open_until(&self) -> Option<Millis> {
        match self.state {
            State::Closed { .. } => None,
            State::Open { until, .. } | State::Trying { until, .. } => Some(until),
        }
    }

    /// Tells that the provider answered, whatever it said.
    pub fn answered(&mut self) {
        self.state = State::Closed { faults: 0 };
    }

    /// Tells of a fault of the provider or of the way to it.
    pub fn fault(&mut self, now: Millis) {
        let first = millis(self.policy.pause);
        match &mut self.state {
            State::Closed { faults } => {
                *faults += 1;
                if *faults >= self.policy.faults {
                    self.state = State::Open {
                        until: now.plus(first),
                        pause: first,
                    };
                }
            }
            State::Trying { pause, .. } => {
                let pause = pause.saturating_mul(2).min(millis(self.policy.longest));
                self.state = State::Open {
                    until: now.plus(pause),
                    pause,
                };
            }
            // Lanes that were under way when it opened say nothing new.
            State::Open { .. } => {}
        }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker() -> Breaker {
        Breaker::new(BreakerPolicy {
            faults: 3,
            pause: Duration::from_secs(10),
            longest: Duration::from_secs(15),
        })
    }

    #[test]
    fn three_faults_in_a_row_stop_all_lanes_and_one_tries_later() {
        let mut breaker = breaker();
        let now = Millis(0);
        breaker.fault(now);
        breaker.fault(now);
        breaker.answered();
        breaker.fault(now);
        breaker.fault(now);
        assert_eq!(breaker.admit(now), Admission::Go);
        breaker.fault(now);
        assert_eq!(breaker.admit(now), Admission::Wait(Millis(10_000)));
        assert_eq!(breaker.admit(Millis(10_000)), Admission::Trial);
        assert_eq!(
            breaker.admit(Millis(10_001)),
            Admission::Wait(Millis(20_000))
        );
        breaker.answered();
        assert_eq!(breaker.admit(Millis(10_002)), Admission::Go);
    }

    #[test]
    fn a_failed_trial_doubles_the_pause_up_to_the_longest() {
        let mut breaker = breaker();
        for _ in 0..3 {
            breaker.fault(Millis(0));
        }
        assert_eq!(breaker.admit(Millis(10_000)), Admission::Trial);
        breaker.fault(Millis(10_000));
        assert_eq!(
            breaker.admit(Millis(10_000)),
            Admission::Wait(Millis(25_000))
        );
    }

    #[test]
    fn a_trial_that_never_reports_does_not_block_for_ever() {
        let mut breaker = breaker();
        for _ in 0..3 {
            breaker.fault(Millis(0));
        }
        assert_eq!(breaker.admit(Millis(10_000)), Admission::Trial);
        assert_eq!(breaker.admit(Millis(20_000)), Admission::Trial);
    }
}
