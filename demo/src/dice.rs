//! Deterministic chance.
//!
//! Every made-up detail hangs on (seed, purpose, id) alone, so that adding one detail later changes
//! no other and the order of calls does not matter. `SplitMix64` is enough: nobody's secret hangs on it.

/// A stream of numbers that depends on nothing but what it was made from.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Starts the stream of one purpose (such as `"email"`) and one id.
    pub(crate) fn new(seed: u64, purpose: &str, id: u64) -> Self {
        // FNV-1a over the purpose keeps the streams of two purposes apart.
        let mut state = seed ^ 0xcbf2_9ce4_8422_2325;
        for byte in purpose.bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        let mut dice = Self(state ^ id.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        dice.roll();
        dice
    }

    /// Returns the next 64 bits.
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number in `low..high`; `low` when the range is empty.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        let width = u64::from(high.saturating_sub(low).max(1));
        low + u32::try_from(self.roll() % width).unwrap_or(0)
    }

    /// Returns true `per_mille` times in a thousand.
    pub(crate) fn chance(&mut self, per_mille: u32) -> bool {
        self.between(0, 1000) < per_mille
    }

    /// Returns one of the list, which is never empty here.
    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let width = u32::try_from(list.len()).unwrap_or(u32::MAX);
        list.get(self.between(0, width) as usize)
            .expect("the lists of this crate are not empty")
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn same_purpose_and_id_give_the_same_stream() {
        let rolls = |purpose, id| Dice::new(7, purpose, id).roll();
        assert_eq!(rolls("email", 3), rolls("email", 3));
        assert_ne!(rolls("email", 3), rolls("email", 4));
        assert_ne!(rolls("email", 3), rolls("name", 3));
    }

    #[test]
    fn chance_comes_near_its_share() {
        let hits = (0..10_000)
            .filter(|id| Dice::new(1, "share", *id).chance(300))
            .count();
        assert!((2_800..3_200).contains(&hits), "{hits}");
    }
}
