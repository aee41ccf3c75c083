//! Telling people from machines, by the rules that mail platforms publish.
//!
//! A machine's act is kept and flagged with the rule that caught it, so that the rule can be changed
//! later; nothing is thrown away.

use kernel::time::{Millis, SECOND};

/// Clicks this soon after the delivery are a scanner's.
const TOO_SOON: i64 = 5 * SECOND;

/// What is known of a request.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// When it came.
    pub at: Millis,
    /// Its `User-Agent`.
    pub user_agent: String,
    /// Whether it was a HEAD.
    pub is_head: bool,
}

/// The rule that caught a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MachineReason {
    /// Apple's Mail Privacy Protection fetches every picture.
    MailPrivacy,
    /// Gmail fetched the picture before anybody opened the mail.
    Prefetch,
    /// The user agent is a security scanner or a program.
    Scanner,
    /// A HEAD request.
    Head,
    /// Sooner after the delivery than a person could be.
    TooSoon,
    /// Three or more different links within two seconds.
    ManyLinks,
}

impl MachineReason {
    /// Returns the stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MailPrivacy => "mail_privacy",
            Self::Prefetch => "prefetch",
            Self::Scanner => "scanner",
            Self::Head => "head",
            Self::TooSoon => "too_soon",
            Self::ManyLinks => "many_links",
        }
    }
}

/// Gmail's prefetcher, word for word; its caching proxy for real opens names itself differently.
const GMAIL_PREFETCH: &str = "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0";

/// Parts of user agents of scanners, previewers and programs, lower-case.
const SCANNERS: &[&str] = &[
    "barracuda",
    "proofpoint",
    "mimecast",
    "safelinks",
    "ironport",
    "cisco",
    "symantec",
    "trendmicro",
    "fireeye",
    "sophos",
    "zscaler",
    "forcepoint",
    "bot",
    "crawler",
    "spider",
    "headlesschrome",
    "curl/",
    "wget/",
    "python-",
    "java/",
    "go-http-client",
    "okhttp",
    "libwww",
    "line-poker",
    "facebookexternalhit",
    "slackbot",
    "preview",
];

/// Says by which rule an open is a machine's; `None` for a person's.
pub fn opened_by_machine(seen: &Seen) -> Option<MachineReason> {
    let agent = seen.user_agent.trim();
    if seen.is_head {
        return Some(MachineReason::Head);
    }
    // Apple sends exactly this and nothing more.
    if agent == "Mozilla/5.0" {
        return Some(MachineReason::MailPrivacy);
    }
    if agent.contains(GMAIL_PREFETCH) {
        return Some(MachineReason::Prefetch);
    }
    // Image proxies fetch on behalf of a person who has opened the mail.
    if agent.contains("GoogleImageProxy") || agent.contains("YahooMailProxy") {
        return None;
    }
    is_scanner(agent).then_some(MachineReason::Scanner)
}

/// Says by which rule a click is a machine's. `delivered_at` is when the message was taken over;
/// `other_links` is how many other links of the message were clicked within two seconds.
pub fn clicked_by_machine(
    seen: &Seen,
    delivered_at: Option<Millis>,
    other_links: usize,
) -> Option<MachineReason> {
    if seen.is_head {
        return Some(MachineReason::Head);
    }
    if is_scanner(&seen.user_agent) {
        return Some(MachineReason::Scanner);
    }
    if delivered_at.is_some_and(|at| seen.at.0 - at.0 < TOO_SOON) {
        return Some(MachineReason::TooSoon);
    }
    (other_links >= 2).then_some(MachineReason::ManyLinks)
}

fn is_scanner(agent: &str) -> bool {
    let agent = agent.to_lowercase();
    agent.is_empty() || SCANNERS.iter().any(|name| agent.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHONE: &str =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15";

    fn seen(agent: &str, at: i64) -> Seen {
        Seen {
            at: Millis(at),
            user_agent: agent.to_owned(),
            is_head: false,
        }
    }

    #[test]
    fn opens_of_machines_are_told_from_opens_of_people() {
        let prefetch = format!("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 {GMAIL_PREFETCH}");
        for (agent, expected) in [
            (PHONE, None),
            ("Mozilla/5.0", Some(MachineReason::MailPrivacy)),
            (
                "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
                None,
            ),
            (prefetch.as_str(), Some(MachineReason::Prefetch)),
            ("YahooMailProxy; https://help.yahoo.com/", None),
            ("Mimecast-Scan/1.0", Some(MachineReason::Scanner)),
            ("", Some(MachineReason::Scanner)),
        ] {
            assert_eq!(opened_by_machine(&seen(agent, 0)), expected, "{agent}");
        }
    }

    #[test]
    fn clicks_of_machines_are_told_from_clicks_of_people() {
        let at =
            |millis, others| clicked_by_machine(&seen(PHONE, millis), Some(Millis(10_000)), others);
        assert_eq!(at(14_999, 0), Some(MachineReason::TooSoon));
        assert_eq!(at(15_000, 1), None);
        assert_eq!(at(15_000, 2), Some(MachineReason::ManyLinks));
        let head = Seen {
            is_head: true,
            ..seen(PHONE, 99_000)
        };
        assert_eq!(
            clicked_by_machine(&head, None, 0),
            Some(MachineReason::Head)
        );
        let scanner = seen("Barracuda Sentinel (EE)", 99_000);
        assert_eq!(
            clicked_by_machine(&scanner, None, 0),
            Some(MachineReason::Scanner)
        );
    }
}
