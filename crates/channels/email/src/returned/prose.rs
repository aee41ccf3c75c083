//! Reports that servers write in prose.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    MAX_NOTICES, Notice, NoticeKind,
    answer::{self, Command},
    letter::{Letter, regex},
    meaning::{self, Form, Said},
    words::{self, ADDRESS},
};

/// Who writes such letters.
const SERVERS: &[&str] = &[
    "mailer-daemon",
    "mail delivery",
    "mail-daemon",
    "maildelivery",
    "postmaster",
    "mail administrator",
    "mailadmin",
    "mdaemon",
    "mail system",
    "administrator of",
    "symantec",
    "post_master",
    "mta@",
    "majordomo",
    "fml",
    "mailer",
];
/// What their subjects say.
static SUBJECT: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)undeliver|non-?deliver|delivery (?:status|failure|failed|error|problem|report|notification)|deliver(?:y|ed)? .{0,30}(?:fail|delay|error)|returned mail|mail returned|failure notice|failed (?:mail|to deliver|delivery)|mail (?:delivery )?(?:system|failure|error|failed)|could not be delivered|couldn't be delivered|cannot send|message (?:delivery|status|undeliverable|blocked|rejected|delayed)|warning: (?:could not|message)|permanent error|transient|notification d|unzustellbar|bounce|メール.{0,8}(?:エラー|配信|送信)|配信.{0,6}エラー|送信.{0,4}(?:エラー|でき)|不達|delivery unsuccessful|unable to deliver|problem|not delivered|email rejected|rejected",
    )
});
/// What they say themselves.
static SAYS: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)(?:could|was|can|did) ?n[o']t be delivered|could not deliver|wasn't able to deliver|unable to deliver|not delivered to|was not delivered|delivery (?:to the following|failed|has failed)|undeliverable|failed to deliver|permanent (?:fatal )?error|user unknown|rejected by a remote mail server|couldn't be delivered|no such user|unknown user|bounce|failure reasons|transcript of session|the user\(s\)|has been blocked|not a member of this mailing list|may not exist|rejected|配信できません|送信できません|届けることができません|受信できません",
    )
});

/// An address alone on its line, in brackets or not, with a colon or not.
static ALONE: LazyLock<Regex> = LazyLock::new(|| {
    regex(&format!(
        r"(?m)^[ \t>*-]*(?:<({ADDRESS})>|({ADDRESS}))[:,]?[ \t]*(?:\(.*\))?$"
    ))
});
/// An address at the head of what is said of it: `<a@example.jp>: 550 …`, `a@example.jp ... User unknown`.
static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    regex(&format!(
        r"(?m)^[ \t>*-]*(?:\d{{3}} )?(?:<({ADDRESS})>(?::|\.{{2,}}|,| \[)|({ADDRESS})(?::|\.{{2,}}| \[| - |[ \t]{{2,}}|: ))"
    ))
});
/// An address that begins its line.
static START: LazyLock<Regex> =
    LazyLock::new(|| regex(&format!(r"(?m)^[ \t>*-]*<?({ADDRESS})>?[ \t]+\S")));
/// A line that begins with a reply code.
static CODED: LazyLock<Regex> = LazyLock::new(|| regex(r"^[ \t>]*[45]\d\d <"));
/// An address behind the words that announce it.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    regex(&format!(
        r"(?i)\b(?:could not be delivered to|couldn't be delivered to|wasn't delivered to|was not delivered to|unable to deliver (?:message |mail )?to|delivery to|failed recipient|recipients?|rcpt|rcpt to|rcpt_to|the user\(s\)|mailing list|not reach|userid|address(?:es)?|message to|mail to|to|invalid user|deliver to|address failed|受信者|宛先)(?:[ \t]*[:=][ \t\n]*<?|[ \t\n]+<?|[ \t\n]*<)({ADDRESS})>?"
    ))
});

/// Any address.
static ANY: LazyLock<Regex> = LazyLock::new(|| regex(&format!("({ADDRESS})")));

/// Reads a report in prose; `None` when the letter is none.
pub(super) fn read(letter: &Letter) -> Option<Vec<Notice>> {
    if !is_report(letter) {
        return None;
    }
    let found = recipients(letter);
    let sections = Sections::of(&letter.prose);
    let notices: Vec<Notice> = found
        .into_iter()
        .map(|recipient| notice(letter, &sections, recipient))
        .collect();
    (!notices.is_empty()).then_some(notices)
}

fn notice(letter: &Letter, sections: &Sections<'_>, recipient: String) -> Notice {
    let told = sections.about(&recipient);
    let status = answer::status(&told);
    let command = match answer::command(&told) {
        Command::Unknown if answer::refuses_by_name(&letter.prose, &recipient) => {
            Command::Recipient
        }
        known => known,
    };
    let said = Said {
        status: status.as_deref(),
        text: &told,
        command,
        form: Form::Prose,
    };
    Notice {
        recipient: Some(recipient),
        sent_to: None,
        kind: NoticeKind::Returned(meaning::of(&said)),
        detail: answer::one_line(&told),
        status,
    }
}

/// Tells whether a server writes of a message that did not arrive.
fn is_report(letter: &Letter) -> bool {
    let header = |name: &str| letter.header(name).unwrap_or_default().to_lowercase();
    if !header("x-failed-recipients").is_empty() {
        return true;
    }
    if header("content-type").starts_with("multipart/report") {
        return true;
    }
    let from = format!("{} {}", header("from"), header("sender"));
    // What answers for a mailbox is no server that speaks of a transport, though it may sign as postmaster.
    if header("auto-submitted").starts_with("auto-replied")
        && !["mailer-daemon", "mail delivery"]
            .iter()
            .any(|name| from.contains(name))
    {
        return false;
    }
    // A list that refuses who is no member of it is a server, too.
    let is_server =
        SERVERS.iter().any(|name| from.contains(name)) || letter.header("x-mlserver").is_some();
    let sent_back = matches!(header("return-path").as_str(), "<>" | "<mailer-daemon>");
    let subject = SUBJECT.is_match(&header("subject"));
    let says = SAYS.is_match(&letter.prose);
    let gives_back = !letter.given_back.is_empty();
    [is_server, sent_back, subject, says, gives_back]
        .iter()
        .filter(|sign| **sign)
        .count()
        >= 3
        || (is_server && (subject || says))
}

/// Whose address may be found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// Neither the reporter's nor that of whoever the report is written to.
    Others,
    /// Theirs, too.
    Anybody,
}

/// Returns whom a report is about.
fn recipients(letter: &Letter) -> Vec<String> {
    // The writer and whom it is written to are named in such letters, too.
    let own: Vec<String> = ["from", "to", "return-path"]
        .iter()
        .filter_map(|name| letter.header(name))
        .flat_map(words::addresses)
        .collect();
    let is_other = |address: &str| !own.iter().any(|own| words::same(own, address));
    let meant = letter
        .original("to")
        .map(|to| words::addresses(&to))
        .unwrap_or_default();
    let failed = letter.header("x-failed-recipients").unwrap_or_default();
    let tries = [
        (&*HEAD, letter.prose.as_str(), Whose::Others),
        (&ALONE, &letter.prose, Whose::Others),
        (&ANY, failed, Whose::Anybody),
        (&START, &letter.prose, Whose::Others),
        (&NAMED, &letter.prose, Whose::Others),
        // Somebody wrote to herself.
        (&HEAD, &letter.prose, Whose::Anybody),
    ];
    let mut found = Vec::new();
    for (pattern, text, whose) in tries {
        for one in pattern.captures_iter(text) {
            let address = one.iter().skip(1).flatten().next();
            let Some(address) = address.map(|address| address.as_str()) else {
                continue;
            };
            if found.len() >= MAX_NOTICES {
                return found;
            }
            let is_meant = meant.iter().any(|to| words::same(to, address));
            if is_meant || whose == Whose::Anybody || is_other(address) {
                words::push(&mut found, address);
            }
        }
        if !found.is_empty() {
            return found;
        }
    }
    // None is announced: one that the message was for, and else the only one that is named.
    let named: Vec<String> = words::addresses(&letter.prose);
    if let Some(both) = named
        .iter()
        .find(|one| meant.iter().any(|to| words::same(to, one)))
    {
        return vec![both.clone()];
    }
    let others: Vec<String> = named.into_iter().filter(|one| is_other(one)).collect();
    match (others.as_slice(), meant.as_slice()) {
        (_, [only]) => vec![only.clone()],
        ([first, ..], _) => vec![first.clone()],
        _ => Vec::new(),
    }
}

/// A text parted by the addresses that head what is said of them.
pub(super) struct Sections<'a> {
    whole: &'a str,
    lines: Vec<&'a str>,
    /// Where an address stands at the head, in order.
    marks: Vec<(usize, String)>,
}

impl<'a> Sections<'a> {
    pub(super) fn of(prose: &'a str) -> Self {
        let lines: Vec<&str> = prose.lines().collect();
        let heads = |line: &str| {
            let found = HEAD.captures(line).or_else(|| ALONE.captures(line))?;
            let address = found.iter().skip(1).flatten().next()?;
            Some(address.as_str().to_owned())
        };
        let begins = |line: &str| Some(START.captures(line)?.get(1)?.as_str().to_owned());
        let marked = |mark: &dyn Fn(&str) -> Option<String>| -> Vec<(usize, String)> {
            let found = lines.iter().enumerate();
            let marks = found.filter_map(|(at, line)| Some((at, mark(line)?)));
            marks.take(MAX_NOTICES).collect()
        };
        let mut marks = marked(&heads);
        if marks.is_empty() {
            marks = marked(&begins);
        }
        Self {
            whole: prose,
            lines,
            marks,
        }
    }

    /// Returns what is said about an address: from each of its headings to the next, or all where no other has one.
    pub(super) fn about(&self, recipient: &str) -> String {
        let mut marks = self.marks.iter();
        if !marks.any(|(_, address)| !words::same(address, recipient)) {
            return self.whole.to_owned();
        }
        let mut told = String::new();
        let mut tell = |line: &str| {
            told.push_str(line);
            told.push('\n');
        };
        for (index, (at, address)) in self.marks.iter().enumerate() {
            if !words::same(address, recipient) {
                continue;
            }
            // A line with a code of its own says all of it.
            if let Some(line) = self.lines.get(*at).filter(|line| CODED.is_match(line)) {
                tell(line);
                continue;
            }
            let next = self.marks.get(index + 1);
            let end = next.map_or(self.lines.len(), |(next, _)| *next);
            for line in self.lines.get(*at..end).unwrap_or_default() {
                tell(line);
            }
        }
        if told.trim().is_empty() {
            self.whole.to_owned()
        } else {
            told
        }
    }
}
