//! VIPs get what is meant for them, before others, and nothing else.

use kernel::id::SegmentId;

use crate::model::Target;

/// What a target means for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Vip {
    /// In no VIP segment.
    #[default]
    No,
    /// In one, and the target is meant for it.
    Addressed,
    /// In one, and the target is meant for none of hers.
    Spared,
}

impl Vip {
    /// Decides for a person who is in these VIP segments. A target is meant for those that it names, and for all when
    /// it says so; a segment that merely refers to a VIP segment, or everybody, is not enough.
    pub(crate) fn of(segments: &[SegmentId], target: &Target) -> Self {
        if segments.is_empty() {
            Self::No
        } else if target.include_vip || segments.iter().any(|id| target.include.contains(id)) {
            Self::Addressed
        } else {
            Self::Spared
        }
    }

    /// Returns the turn among those who are due at the same moment; the lower leaves first.
    pub(crate) const fn turn(self) -> i16 {
        match self {
            Self::Addressed => 0,
            Self::No | Self::Spared => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_target_that_names_her_segment_or_all_vips_reaches_a_vip() {
        let [gold, silver, other] = [1, 2, 3].map(SegmentId::from_raw);
        let named = |include: &[SegmentId]| Target {
            include: include.to_vec(),
            ..Target::default()
        };
        let everybody = Target {
            everybody: true,
            ..Target::default()
        };
        let all = Target {
            include_vip: true,
            ..everybody.clone()
        };
        assert_eq!(Vip::of(&[], &everybody), Vip::No);
        assert_eq!(Vip::of(&[gold], &everybody), Vip::Spared);
        assert_eq!(Vip::of(&[gold], &all), Vip::Addressed);
        assert_eq!(Vip::of(&[gold], &named(&[other, silver])), Vip::Spared);
        assert_eq!(Vip::of(&[gold, silver], &named(&[silver])), Vip::Addressed);
        assert!(Vip::Addressed.turn() < Vip::No.turn());
    }
}
