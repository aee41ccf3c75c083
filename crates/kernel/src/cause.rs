//! Why a worker that follows the change feed looked at somebody: kept with whatever it found.

/// Why somebody was looked at. The numbers are stored: never reuse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i16)]
pub enum Cause {
    /// The company made, edited, put away or took back a rule, or it was looked at for the first time.
    Backfill = 1,
    /// Something that the customer did, or that was done to her.
    Event = 2,
    /// A fact or attribute changed.
    Profile = 3,
    /// A permission or a suppressed address changed.
    Consent = 4,
    /// The profile was merged or parted.
    Merge = 5,
    /// The profile was erased.
    Erase = 6,
    /// Nothing happened but that time went on.
    Time = 7,
    /// A word of the rule came to mean other products: the catalogue changed.
    Catalogue = 8,
    /// A list was uploaded anew, added to or taken from.
    List = 9,
}

impl Cause {
    /// All causes.
    pub const ALL: [Self; 9] = [
        Self::Backfill,
        Self::Event,
        Self::Profile,
        Self::Consent,
        Self::Merge,
        Self::Erase,
        Self::Time,
        Self::Catalogue,
        Self::List,
    ];

    /// Returns the stored number.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// Reads a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.code() == code)
    }

    /// Returns the name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Backfill => "backfill",
            Self::Event => "event",
            Self::Profile => "profile",
            Self::Consent => "consent",
            Self::Merge => "merge",
            Self::Erase => "erase",
            Self::Time => "time",
            Self::Catalogue => "catalogue",
            Self::List => "list",
        }
    }

    /// Tells whether the feed stays silent: the company did it to its rules, and no customer changed.
    pub const fn is_silent(self) -> bool {
        matches!(self, Self::Backfill | Self::Catalogue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_reads_back_from_its_number_and_has_a_name_of_its_own() {
        let mut names: Vec<&str> = Cause::ALL.iter().map(|cause| cause.name()).collect();
        for cause in Cause::ALL {
            assert_eq!(Cause::from_code(cause.code()), Some(cause));
        }
        names.dedup();
        assert_eq!(names.len(), Cause::ALL.len());
        assert_eq!(Cause::from_code(0), None);
    }
}
