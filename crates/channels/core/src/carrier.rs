//! The Japanese mobile carriers: which domains belong together, and how gently to treat them.
//!
//! The carriers publish no figures. One hundred recipients a session is what senders report for
//! docomo; the rates are our own caution, and a workspace may set others.

use crate::rate::DomainPolicy;

/// A mobile carrier whose mail domains share one limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Carrier {
    /// NTT docomo.
    Docomo,
    /// KDDI: au and UQ mobile.
    Au,
    /// `SoftBank` and Y!mobile.
    SoftBank,
}

const DOMAINS: &[(&str, Carrier)] = &[
    ("docomo.ne.jp", Carrier::Docomo),
    ("au.com", Carrier::Au),
    ("ezweb.ne.jp", Carrier::Au),
    ("uqmobile.jp", Carrier::Au),
    ("softbank.ne.jp", Carrier::SoftBank),
    ("i.softbank.jp", Carrier::SoftBank),
    ("ymobile.ne.jp", Carrier::SoftBank),
    ("y-mobile.ne.jp", Carrier::SoftBank),
    ("emnet.ne.jp", Carrier::SoftBank),
    ("willcom.com", Carrier::SoftBank),
    ("disney.ne.jp", Carrier::SoftBank),
    ("vodafone.ne.jp", Carrier::SoftBank),
];

impl Carrier {
    /// Every carrier.
    pub const ALL: [Self; 3] = [Self::Docomo, Self::Au, Self::SoftBank];

    /// Returns the stable name used in settings and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Docomo => "docomo",
            Self::Au => "au",
            Self::SoftBank => "softbank",
        }
    }

    /// Reads a stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|carrier| carrier.as_str() == name)
    }

    /// Returns the mail domains of the carrier; their sub-domains belong to it, too.
    pub fn domains(self) -> impl Iterator<Item = &'static str> {
        DOMAINS
            .iter()
            .filter(move |(_, carrier)| *carrier == self)
            .map(|(domain, _)| *domain)
    }

    /// Returns the carrier of a mail domain (lower-case), sub-domains such as
    /// `t.vodafone.ne.jp` included.
    pub fn of_domain(domain: &str) -> Option<Self> {
        DOMAINS
            .iter()
            .find(|(name, _)| {
                domain
                    .strip_suffix(name)
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            })
            .map(|(_, carrier)| *carrier)
    }

    /// Returns the key under which all the carrier's domains share a limit.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Docomo => "carrier:docomo",
            Self::Au => "carrier:au",
            Self::SoftBank => "carrier:softbank",
        }
    }

    /// Returns the preset.
    pub const fn policy(self) -> DomainPolicy {
        let per_second = match self {
            Self::Docomo => 20,
            Self::Au | Self::SoftBank => 10,
        };
        DomainPolicy {
            per_second,
            burst: per_second,
            per_session: Some(100),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_carrier_is_found_by_its_name_and_owns_domains() {
        for carrier in Carrier::ALL {
            assert_eq!(Carrier::parse(carrier.as_str()), Some(carrier));
            assert!(
                carrier
                    .domains()
                    .all(|domain| Carrier::of_domain(domain) == Some(carrier))
            );
            assert!(carrier.domains().next().is_some());
        }
        assert_eq!(Carrier::parse("carrier:au"), None);
    }

    #[test]
    fn a_domain_finds_its_carrier_and_look_alikes_do_not() {
        assert_eq!(Carrier::of_domain("docomo.ne.jp"), Some(Carrier::Docomo));
        assert_eq!(Carrier::of_domain("ezweb.ne.jp"), Some(Carrier::Au));
        assert_eq!(
            Carrier::of_domain("t.vodafone.ne.jp"),
            Some(Carrier::SoftBank)
        );
        assert_eq!(Carrier::of_domain("notdocomo.ne.jp"), None);
        assert_eq!(Carrier::of_domain("gmail.com"), None);
        assert_eq!(Carrier::Docomo.policy().per_session, Some(100));
    }
}
