//! What a refusal means for the address.

use std::sync::LazyLock;

use channel_core::ReasonClass;
use regex::Regex;

use super::{answer::Command, letter::regex};

/// What a returned message means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// Whether the address is gone.
    pub permanence: Permanence,
    /// What the refusal was about.
    pub class: ReasonClass,
}

/// Whether an address is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permanence {
    /// Nobody, or no such host, or moved away.
    Hard,
    /// Anything else.
    Soft,
}

/// What a server said.
pub(super) struct Said<'a> {
    /// The enhanced status code.
    pub(super) status: Option<&'a str>,
    /// Its words, and those of the program that reports them.
    pub(super) text: &'a str,
    /// What it refused.
    pub(super) command: Command,
    /// In which form it is reported.
    pub(super) form: Form,
}

/// In which form an answer is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// In the fields of a report.
    Fields,
    /// In prose.
    Prose,
}

/// A reply code of SMTP that says no.
static REPLY: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)\b5[0-7]\d[\s-]|\[user unknown\]"));

/// Words by what they are about, in the order in which they are looked for: what blames the sender, the content or the
/// moment goes before what names the address, because such answers name it as well.
static WORDS: LazyLock<[(Regex, Topic); 11]> = LazyLock::new(|| {
    [
        (SENDER_ADDRESS, Topic::Sender),
        (MOVED, Topic::Moved),
        (FULL, Topic::Full),
        (BIG, Topic::Big),
        (DISABLED, Topic::Disabled),
        (SURELY_NOBODY, Topic::Nobody),
        (NO_MAIL, Topic::NoMail),
        (NO_HOST, Topic::NoHost),
        (SENDER, Topic::Sender),
        (CONTENT, Topic::Content),
        (NOBODY, Topic::Nobody),
    ]
    .map(|(words, topic)| (regex(&format!("(?i){words}")), topic))
});

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Topic {
    Moved,
    Full,
    Big,
    Disabled,
    NoMail,
    Sender,
    Content,
    NoHost,
    Nobody,
}

const SENDER_ADDRESS: &str =
    r"sender address|domain of sender|sender domain|unroutable sender|invalid sender|from: domain";
const SURELY_NOBODY: &str = r"user[ _]?unknown|unknown user|no such user|user not found|recipientnotfound|recipnotfound|address couldn't be found|account that you tried to reach does not exist|recipient address rejected: access denied|user does not exist";
const MOVED: &str = r"not our (?:user|customer)|no longer on (?:the )?server|(?:user|mailbox|recipient|address) has moved|recipient no longer";
const FULL: &str = r"mailbox (?:is )?(?:full|size)|mailbox .{0,40}full|over ?quota|quota (?:exceeded|exceed|limit)|exceed\w* (?:\w+ ){0,3}quota|exceeded storage|out of storage|storage (?:space|quota)|disk quota|mail ?folder is full|inbox is full|too much mail|insufficient system storage|not enough (?:disk|storage) space|is full\b|maildir (?:delivery failed: domaindirectory|over)|容量|一杯";
const BIG: &str = r"(?:message|mail|headers?) (?:\w+ ){0,3}(?:too (?:big|large)|larger than|size exceeds|exceeds)|size (?:limit )?exceed|maximum (?:message )?size|too large";
const DISABLED: &str = r"disabled|discontinued|deactivated|suspended|inactive|account (?:is|has been) (?:locked|blocked|closed|frozen)|temporary locked|mailbox (?:is )?(?:frozen|unavailable for|inactive|currently)|no longer in use|is not active|not activated|compte .{0,20}bloque|account is blocked";
const NO_MAIL: &str = r"(?:host|domain|host/domain) does not accept mail(?: for|[.;)]|\s*$)|no mx record found|null ?mx|no smtp service|mx or srv record indicated no|name service error .{0,60}malformed|not accept(?:ing)? mail for";
const SENDER: &str = r"spam|spf\b|dkim|dmarc|blacklist|black list|blocklist|block list|blocked|\brbl\b|dnsbl|spamhaus|reputation|policy|policies|ptr record|reverse dns|\brdns\b|unauthenticated|authenticat|sender|mail from|helo|client host|unsolicited|refused to talk|not (?:allowed|permitted|authorized|authorised|accepted)|\brelay(?:ing)?\b|greylist|graylist|too many|rate ?limit|frequency|try again later|banned|prohibited|your ip|ip address|unverif|suspicious|access denied|service (?:unavailable|not available|refus)|not accepting|connections? not accepted|preferences|moderat|not a member";
const CONTENT: &str = r"content (?:rejected|filter)|virus|malware|message (?:filtered|was rejected)|header error|not rfc|(?:bad|duplicate|missing) header|attachment|\bube\b";
const NO_HOST: &str = r"host unknown|unknown host|unknown domain|no such domain|domain does not exist|domain (?:name )?(?:is )?not (?:found|reachable|exist)|domain must exist|host (?:or domain name )?not found|couldn't find any host|couldn't find a mail exchanger|illegal host|no such host|unrouteable (?:mail )?domain|unresolvable|invalid domain name|can't resolve|cannot resolve|all relevant mx records point to non-existent|nxdomain|domain .{0,60}couldn't be found";
const NOBODY: &str = r"user[ _]?unknown|unknown user|unknown recipient|recipient (?:is )?unknown|unknown (?:local|address|mailbox|account|or illegal alias)|no such (?:user|recipient|mailbox|address|account|person|alias)|(?:user|recipient|account|address|mailbox|email account)s? (?:\S+ ){0,6}(?:does not|doesn't|do not|did not) exist|not exist|doesn't have an? \S+ account|(?:user|recipient|address|account|mailbox)(?: \S+)? (?:was )?not found|recipnotfound|recipientnotfound|address couldn't be found|invalid (?:recipient|address|user|mailbox|final delivery)|not a valid (?:recipient|mailbox|user|address)|address rejected|no (?:such )?(?:user|one)(?: here| with)|no mailbox|not listed in|mailbox unavailable|mailbox not found|unavailable mailbox|no valid recipients?|undeliverable address|destinataire (?:au moins |invalide)|adresse (?:d |destinataire)|can't accept user|not a known user|check if address is correct|other recipients in the same domain|unable to find|user not listed|宛先不明|存在しません|見つかりません";

/// Decides.
pub(super) fn of(said: &Said<'_>) -> Meaning {
    let hard = |class| Meaning {
        permanence: Permanence::Hard,
        class,
    };
    let soft = |class| Meaning {
        permanence: Permanence::Soft,
        class,
    };
    let status = said.status.unwrap_or_default();
    // What is about rules says nothing of the address, and nor does what is for now, unless a server said so for days.
    let is_passing = status.starts_with("4.") || status.is_empty() && is_for_now(said.text);
    if status.contains(".7.") || is_passing && !is_named_nobody(said, status) {
        return soft(class_of_passing(said.text, status));
    }
    let found = WORDS.iter().find(|(words, _)| words.is_match(said.text));
    match found.map(|(_, topic)| *topic) {
        Some(Topic::Moved) => hard(ReasonClass::UnknownRecipient),
        // A name that fails to resolve for now, or that is the sender's.
        Some(Topic::NoMail | Topic::NoHost)
            if status.starts_with("4.")
                || matches!(said.command, Command::Mail | Command::Connect) =>
        {
            soft(ReasonClass::Connection)
        }
        Some(Topic::NoMail | Topic::NoHost) => hard(ReasonClass::InvalidAddress),
        Some(Topic::Full) => soft(ReasonClass::MailboxFull),
        Some(Topic::Big) => soft(ReasonClass::TooBig),
        Some(Topic::Disabled) => soft(ReasonClass::RecipientDisabled),
        Some(Topic::Content) => soft(ReasonClass::Content),
        Some(Topic::Sender) => soft(ReasonClass::Policy),
        Some(Topic::Nobody) => nobody(said, status),
        None => match status.split_once('.').map(|(_, rest)| rest) {
            Some("1.0" | "1.1" | "1.3" | "1.6" | "1.10") => hard(ReasonClass::UnknownRecipient),
            Some("1.2") => hard(ReasonClass::InvalidAddress),
            Some("2.2") => soft(ReasonClass::MailboxFull),
            Some("3.4") => soft(ReasonClass::TooBig),
            Some("2.1") => soft(ReasonClass::RecipientDisabled),
            Some("4.1" | "4.2" | "4.4" | "4.7") => soft(ReasonClass::Connection),
            Some(rest) if rest.starts_with("7.") => soft(ReasonClass::Policy),
            _ => soft(ReasonClass::Other),
        },
    }
}

/// Tells whether a server says in so many words, and by its code, that nobody of that name is there.
fn is_named_nobody(said: &Said<'_>, status: &str) -> bool {
    status.ends_with(".1.1") && SURELY.is_match(said.text) && !FOR_SENDER.is_match(said.text)
}

/// Tells whether all codes of an answer are for now.
fn is_for_now(text: &str) -> bool {
    FOR_NOW.is_match(text) && !REPLY.is_match(text)
}

fn class_of_passing(text: &str, status: &str) -> ReasonClass {
    let found = WORDS.iter().find(|(words, _)| words.is_match(text));
    match found.map(|(_, topic)| *topic) {
        Some(Topic::Full) => ReasonClass::MailboxFull,
        Some(Topic::Big) => ReasonClass::TooBig,
        Some(Topic::Disabled) => ReasonClass::RecipientDisabled,
        Some(Topic::Content) => ReasonClass::Content,
        _ if status.contains(".7.") => ReasonClass::Policy,
        Some(Topic::Sender) => ReasonClass::Policy,
        _ => ReasonClass::Connection,
    }
}

static SURELY: LazyLock<Regex> = LazyLock::new(|| regex(&format!("(?i){SURELY_NOBODY}")));
static FOR_SENDER: LazyLock<Regex> = LazyLock::new(|| regex(&format!("(?i){SENDER_ADDRESS}")));
/// A reply code of SMTP that says not now.
static FOR_NOW: LazyLock<Regex> = LazyLock::new(|| regex(r"\b4[0-7]\d[\s-]"));

/// "User unknown" is the truth of an address when it answers to its name, and a filter's word when it answers to the
/// message.
fn nobody(said: &Said<'_>, status: &str) -> Meaning {
    let is_named = [".1.1", ".1.10"].iter().any(|code| status.ends_with(code));
    let is_filter = match said.command {
        Command::Recipient => false,
        Command::Data if is_named => false,
        Command::Data | Command::Mail | Command::Connect => true,
        // Without a code of its own, an answer that a program passes on in prose is more often that of a filter.
        Command::Unknown => {
            status.ends_with(".2.0")
                || status.ends_with(".2.1")
                || status.is_empty() && said.form == Form::Prose && REPLY.is_match(said.text)
        }
    };
    Meaning {
        permanence: if is_filter {
            Permanence::Soft
        } else {
            Permanence::Hard
        },
        class: if is_filter {
            ReasonClass::Policy
        } else {
            ReasonClass::UnknownRecipient
        },
    }
}
