//! How one person stands to one account: pure rules, ruled by LINE's instants.

use kernel::time::Millis;

/// How a person stands to an account. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i16)]
pub enum State {
    /// She follows it: messages reach her.
    Follows = 0,
    /// She has blocked it.
    Blocked = 1,
    /// She wrote to it or linked her account, but nobody saw her follow.
    Unknown = 2,
}

impl State {
    /// Returns the stored number.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// Reads the stored number.
    pub const fn from_code(code: i16) -> Self {
        match code {
            0 => Self::Follows,
            1 => Self::Blocked,
            _ => Self::Unknown,
        }
    }

    /// Returns the stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Follows => "following",
            Self::Blocked => "blocked",
            Self::Unknown => "unknown",
        }
    }
}

/// What moves a person's standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// She followed, or unblocked.
    Followed,
    /// She blocked.
    Blocked,
    /// She did something else there.
    Acted,
}

/// One person and one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Friend {
    /// How she stands.
    pub state: State,
    /// LINE's instant of that state.
    pub state_at: Millis,
    /// When she last began to follow.
    pub followed_at: Option<Millis>,
    /// When she last blocked.
    pub blocked_at: Option<Millis>,
    /// How often she has blocked.
    pub blocks: i32,
    /// When her account was linked to a customer.
    pub linked_at: Option<Millis>,
}

impl Friend {
    /// Somebody of whom nothing is known but that she was there.
    pub const fn seen(at: Millis) -> Self {
        Self {
            state: State::Unknown,
            state_at: at,
            followed_at: None,
            blocked_at: None,
            blocks: 0,
            linked_at: None,
        }
    }

    /// Returns how she stands after a sign. A block and a follow of the same instant leave her blocked, whichever is told
    /// first: not writing to somebody who follows is the smaller wrong.
    #[must_use]
    pub fn after(mut self, sign: Sign, at: Millis) -> Self {
        match sign {
            Sign::Acted => {}
            Sign::Followed => {
                self.followed_at = self.followed_at.max(Some(at));
                if self.state == State::Unknown || at > self.state_at {
                    (self.state, self.state_at) = (State::Follows, at);
                }
            }
            Sign::Blocked => {
                self.blocked_at = self.blocked_at.max(Some(at));
                self.blocks += 1;
                if self.state == State::Unknown || at >= self.state_at {
                    (self.state, self.state_at) = (State::Blocked, at);
                }
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_order_of_arrival_ends_in_the_same_state() {
        let signs = [
            (Sign::Followed, 10),
            (Sign::Blocked, 20),
            (Sign::Followed, 30),
            (Sign::Acted, 35),
            (Sign::Blocked, 40),
            (Sign::Followed, 40),
        ];
        let told = |order: &[usize]| {
            order.iter().fold(Friend::seen(Millis(35)), |friend, at| {
                let (sign, at) = signs[*at];
                friend.after(sign, Millis(at))
            })
        };
        let straight = told(&[0, 1, 2, 3, 4, 5]);
        assert_eq!(straight.state, State::Blocked);
        assert_eq!(straight.state_at, Millis(40));
        assert_eq!(straight.blocks, 2);
        // Every rotation, forwards and backwards.
        for by in 0..signs.len() {
            let mut order: Vec<usize> = (0..signs.len()).collect();
            order.rotate_left(by);
            assert_eq!(told(&order), straight, "{order:?}");
            order.reverse();
            assert_eq!(told(&order), straight, "{order:?}");
        }
    }

    #[test]
    fn who_only_wrote_is_nobodys_friend_yet() {
        let wrote = Friend::seen(Millis(50)).after(Sign::Acted, Millis(60));
        assert_eq!(wrote.state, State::Unknown);
        // Her follow came late.
        let followed = wrote.after(Sign::Followed, Millis(40));
        assert_eq!(
            (followed.state, followed.state_at),
            (State::Follows, Millis(40))
        );
    }

    #[test]
    fn numbers_and_words_are_fixed() {
        for (state, code, word) in [
            (State::Follows, 0, "following"),
            (State::Blocked, 1, "blocked"),
            (State::Unknown, 2, "unknown"),
        ] {
            assert_eq!((state.code(), state.as_str()), (code, word));
            assert_eq!(State::from_code(code), state);
        }
    }
}
