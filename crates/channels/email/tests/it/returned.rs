//! Mail that comes back, in the writing of many servers.

use std::{collections::BTreeMap, env, fs, path::PathBuf, process::Command};

use channel_email::returned::{self, NoticeKind, Permanence};
use proptest::prelude::*;

/// What a message says, in a form to compare: the recipient and `hard`, `soft`, `delayed`, `delivered`, `complained`,
/// `auto`.
fn said(raw: &str) -> Vec<(String, &'static str)> {
    let raw = raw.replace('\n', "\r\n");
    let read = returned::read(raw.as_bytes());
    let told = |notice: returned::Notice| {
        let word = word(&notice.kind);
        (notice.recipient.unwrap_or_default(), word)
    };
    read.notices.into_iter().map(told).collect()
}

const fn word(kind: &NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Returned(meaning) => match meaning.permanence {
            Permanence::Hard => "hard",
            Permanence::Soft => "soft",
        },
        NoticeKind::Delayed => "delayed",
        NoticeKind::Delivered => "delivered",
        NoticeKind::Complained(_) => "complained",
        NoticeKind::AutoReplied => "auto",
    }
}

fn one(address: &str, word: &'static str) -> Vec<(String, &'static str)> {
    vec![(address.to_owned(), word)]
}

const ORIGINAL: &str = "Return-Path: <b+x@bounce.shop.example>\nReceived: from app by mx.shop.example; Thu, 1 Oct 2026 10:00:00 +0900\n\
     From: =?UTF-8?B?6Z2S6JGJ44K544OI44Ki?= <info@shop.example>\nTo: %\nSubject: =?UTF-8?B?5aSP?=\n\
     Message-ID: <dlv_0001@shop.example>\nMIME-Version: 1.0\n";

/// A report with the usual three parts about one recipient.
fn report(prose: &str, fields: &str, to: &str) -> String {
    format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.jp (Mail Delivery System)\nTo: b+x@bounce.shop.example\n\
         Subject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"B\"\n\n--B\nContent-Type: text/plain; charset=us-ascii\n\n\
         {prose}\n\n--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.jp\n\n{fields}\n\n\
         --B\nContent-Type: message/rfc822\n\n{}\nHello\n--B--\n",
        ORIGINAL.replace('%', to)
    )
}

fn fields(to: &str, action: &str, status: &str, answer: &str) -> String {
    format!(
        "Final-Recipient: rfc822; {to}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {answer}"
    )
}

/// Action, status and answer of a report, and what they mean.
const ANSWERS: &[(&str, &str, &str, &str)] = &[
    (
        "failed",
        "5.1.1",
        "550 5.1.1 <hanako@example.jp>: Recipient address rejected: User unknown (in reply to RCPT TO command)",
        "hard",
    ),
    (
        "failed",
        "5.4.4",
        "Host or domain name not found. Name service error for name=example.jp type=A: Host not found",
        "hard",
    ),
    ("failed", "5.1.6", "551 not our customer", "hard"),
    ("failed", "5.2.2", "552 5.2.2 Mailbox full", "soft"),
    (
        "failed",
        "5.2.1",
        "550 5.2.1 The email account that you tried to reach is disabled",
        "soft",
    ),
    (
        "failed",
        "5.7.26",
        "550-5.7.26 Unauthenticated email is not accepted due to domain's DMARC policy",
        "soft",
    ),
    (
        "failed",
        "5.1.8",
        "553 5.1.8 <info@shop.example>... Domain of sender address does not exist",
        "soft",
    ),
    (
        "failed",
        "5.3.4",
        "552 5.3.4 Message size exceeds fixed limit",
        "soft",
    ),
    ("failed", "4.4.7", "Delivery time expired", "soft"),
    (
        "failed",
        "4.2.1",
        "450 4.2.1 <hanako@example.jp>: mailbox unavailable (in reply to RCPT TO command)",
        "soft",
    ),
    (
        "failed",
        "4.2.0",
        "450 4.2.0 Recipient address rejected: Temporary failure (in reply to RCPT TO command)",
        "soft",
    ),
    (
        "failed",
        "4.3.5",
        "451 4.3.5 Recipient address rejected: Server configuration problem",
        "soft",
    ),
    (
        "failed",
        "4.1.1",
        "450 4.1.1 <hanako@example.jp>: deferred",
        "soft",
    ),
    (
        "failed",
        "4.1.1",
        "450 4.1.1 <hanako@example.jp>: User unknown in local recipient table",
        "hard",
    ),
    (
        "failed",
        "5.7.1",
        "550 5.7.1 Mail rejected (in reply to RCPT TO command)",
        "soft",
    ),
    (
        "failed",
        "5.7.1",
        "554 5.7.1 cannot resolve your hostname",
        "soft",
    ),
    (
        "failed",
        "5.7.1",
        "554 5.7.1 This host does not accept mail from dynamic addresses",
        "soft",
    ),
    (
        "failed",
        "5.7.1",
        "550 5.7.1 Blocked; this page has moved to https://example.com/",
        "soft",
    ),
    (
        "failed",
        "5.1.10",
        "550 5.1.10 Recipient address has null MX",
        "hard",
    ),
    (
        "delayed",
        "4.4.1",
        "connect to mx.example.jp: Connection timed out",
        "delayed",
    ),
    ("delivered", "2.0.0", "250 2.0.0 Ok", "delivered"),
    ("relayed", "2.0.0", "250 Ok", "delivered"),
];

#[test]
fn a_report_is_read_by_its_fields() {
    let to = "hanako@example.jp";
    for (action, status, answer, word) in ANSWERS.iter().copied() {
        let found = said(&report("", &fields(to, action, status, answer), to));
        assert_eq!(found, one(to, word), "{answer}");
    }
}

#[test]
fn the_carriers_word_at_the_end_of_data_is_their_filters() {
    // au and docomo answer alike to an unknown user and to a receiver who refuses the sender; only the moment differs.
    for (answer, word) in [
        (
            "host lsean.ezweb.ne.jp[27.85.176.228] said: 550 <neko@ezweb.ne.jp>: User unknown (in reply to RCPT TO command)",
            "hard",
        ),
        (
            "host lsean.ezweb.ne.jp[27.85.176.228] said: 550 : User unknown (in reply to end of DATA command)",
            "soft",
        ),
        (
            "host mfsmax.docomo.ne.jp[203.138.180.240] said: 550 Unknown user neko (in reply to end of DATA command)",
            "soft",
        ),
    ] {
        let to = "neko@ezweb.ne.jp";
        let prose = format!(
            "I'm sorry to have to inform you that your message could not be delivered.\n\n<{to}>: {answer}"
        );
        assert_eq!(
            said(&report(&prose, &fields(to, "failed", "5.0.0", ""), to)),
            one(to, word),
            "{answer}"
        );
    }
}

#[test]
fn one_report_may_be_about_several() {
    let both = format!(
        "{}\n\n{}",
        fields(
            "hanako@example.jp",
            "failed",
            "5.1.1",
            "550 5.1.1 User unknown"
        ),
        fields("taro@example.jp", "failed", "5.2.2", "552 5.2.2 Over quota")
    );
    let found = said(&report("", &both, "hanako@example.jp, taro@example.jp"));
    assert_eq!(
        found,
        [
            ("hanako@example.jp".to_owned(), "hard"),
            ("taro@example.jp".to_owned(), "soft")
        ]
    );
    let raw = report("", &both, "x@example.jp");
    assert_eq!(
        returned::read(raw.as_bytes()).message_id.as_deref(),
        Some("dlv_0001@shop.example"),
        "the message that it is about is named"
    );
}

#[test]
fn servers_that_write_prose_are_understood() {
    let copy = ORIGINAL.replace('%', "hanako@example.jp");
    let to = "hanako@example.jp";
    let qmail = format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.jp\nTo: info@shop.example\nSubject: failure notice\n\n\
         Hi. This is the qmail-send program at mx.example.jp.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\
         This is a permanent error; I've given up. Sorry it didn't work out.\n\n<{to}>:\n192.0.2.153 does not like recipient.\n\
         Remote host said: 550 5.1.1 <{to}>... User Unknown\nGiving up on 192.0.2.153.\n\n--- Below this line is a copy of the message.\n\n{copy}\nHello\n"
    );
    assert_eq!(said(&qmail), one(to, "hard"));
    let exim = format!(
        "Return-path: <>\nX-Failed-Recipients: {to}\nAuto-Submitted: auto-replied\nFrom: Mail Delivery System <Mailer-Daemon@mx.example.jp>\n\
         To: info@shop.example\nSubject: Mail delivery failed: returning message to sender\n\n\
         This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\n\
         recipients. This is a permanent error. The following address(es) failed:\n\n  {to}\n    SMTP error from remote mail server after end of data:\n\
         host mx.example.jp [192.0.2.20]: 550 Mailbox quota exceeded\n\n------ This is a copy of the message, including all the headers. ------\n\n{copy}\nHello\n"
    );
    assert_eq!(said(&exim), one(to, "soft"));
    let kddi = format!(
        "From: no-reply@app.auone-net.jp\nReturn-Path: <>\nTo: info@shop.example\nSubject: Mail Delivery Error\nContent-Type: text/plain; charset=UTF-8\n\n\
         送信先のメールボックスが一杯のため、送信できませんでした。\n\nYour mail sent on: Thu, 1 Oct 2026 23:45:22 +0900\n\
         \x20    Could not be delivered to: <{to}>\n     As their mailbox is full.\n\n{copy}\n"
    );
    assert_eq!(said(&kddi), one(to, "soft"));
    let broken = "a..b@docomo.ne.jp";
    let transcript = format!(
        "Return-Path: <MAILER-DAEMON>\nFrom: Mail Delivery Subsystem <MAILER-DAEMON@mx.example.jp>\nTo: info@shop.example\n\
         Subject: Returned mail: User unknown\n\n   ----- Transcript of session follows -----\n... while talking to mail.docomo.ne.jp.:\n\
         >>> RCPT To:<{broken}>\n<<< 550 Unknown user {broken}\n550 <{broken}>... User unknown\n\n   ----- Original message follows -----\n{}\n",
        ORIGINAL.replace('%', broken)
    );
    assert_eq!(
        said(&transcript),
        one(broken, "hard"),
        "an address that no RFC allows"
    );
}

#[test]
fn complaints_and_programs_that_answer_are_told_apart() {
    let arf = format!(
        "From: <abusedesk@example.com>\nTo: <fbl@shop.example>\nSubject: FW: sale\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=feedback-report; boundary=\"B\"\n\n--B\nContent-Type: text/plain\n\n\
         This is an email abuse report.\n\n--B\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: FBL/1.0\n\
         Version: 1\nOriginal-Rcpt-To: hanako@example.com\n\n--B\nContent-Type: message/rfc822\n\n{}\nHello\n--B--\n",
        ORIGINAL.replace('%', "somebody@example.com")
    );
    assert_eq!(said(&arf), one("hanako@example.com", "complained"));
    let away = "From: Hanako <hanako@example.jp>\nTo: info@shop.example\nSubject: Re: sale\nAuto-Submitted: auto-replied (vacation)\n\n\
                I am away until Monday; the account taro@example.jp is disabled.\n";
    assert_eq!(said(away), one("hanako@example.jp", "auto"));
    let letter = "From: Hanako <hanako@example.jp>\nTo: info@shop.example\nSubject: my order\n\n\
                  Hello, your mail to taro@example.jp was rejected: user unknown. Please use hanako@example.jp.\n";
    assert_eq!(
        said(letter),
        [],
        "somebody writes about it, which is no report"
    );
    let newsletter = "From: news@other.example\nTo: info@shop.example\nSubject: Delivery problems solved!\n\n\
                      We deliver to x@example.jp.\nYours\n";
    assert_eq!(said(newsletter), []);
}

#[test]
fn what_was_made_to_take_long_is_read_all_the_same() {
    // What grows with the square of a length would take hours here.
    let read = |raw: &str| returned::read(raw.as_bytes());
    let many: Vec<String> = (0..5_000)
        .map(|n| {
            fields(
                &format!("c{n}@example.jp"),
                "failed",
                "5.1.1",
                "550 User unknown",
            )
        })
        .collect();
    let found = read(&report("", &many.join("\n\n"), "x@example.jp"));
    assert_eq!(found.notices.len(), 100, "no more than that");
    let head = "From: mailer-daemon@x.jp\nSubject: failure notice\n";
    let lines: Vec<String> = (0..250_000).map(|n| format!("<a{n}@b.c>:")).collect();
    let prose = lines.join("\n");
    read(&format!("{head}\n{prose}"));
    read(&report(&prose, &many.join("\n\n"), "x@example.jp"));
    read(&format!(
        "{head}\n{}",
        "headers follow\nreceived:x\n".repeat(200_000)
    ));
    read(&format!(
        "{head}Content-Type: text/html\n\n{}",
        "<style>".repeat(600_000)
    ));
    read(&format!(
        "{head}Content-Type: text/html\n\n{}",
        "<".repeat(4_000_000)
    ));
    read(&format!(
        "{}\n\nend",
        "Content-Type: multipart/mixed; boundary=\"a\"\n\n--a\n".repeat(2_000)
    ));
    read(&format!("{head}\n{}", "<a@b.jp>: x".repeat(500_000)));
}

#[test]
fn words_that_are_coded_in_a_header_are_read() {
    let away = "From: =?UTF-8?B?6Iqx5a2Q?= <hanako@example.jp>\nTo: info@shop.example\n\
                Subject: =?UTF-8?B?6Ieq5YuV6L+U5L+h?=\n\nxxx\n";
    assert_eq!(said(away), one("hanako@example.jp", "auto"), "自動返信");
}

#[test]
fn the_address_that_the_message_was_sent_to_is_told_beside_that_of_the_report() {
    let both = format!(
        "Original-Recipient: rfc822;hanako@example.jp\n{}",
        fields(
            "box7@internal.example.jp",
            "failed",
            "5.1.1",
            "550 5.1.1 User unknown"
        )
    );
    let read = returned::read(report("", &both, "hanako@example.jp").as_bytes());
    let notice = &read.notices[0];
    assert_eq!(
        notice.recipient.as_deref(),
        Some("box7@internal.example.jp")
    );
    assert_eq!(notice.sent_to.as_deref(), Some("hanako@example.jp"));
}

proptest! {
    #[test]
    fn nothing_that_arrives_breaks_it(cut in 0usize..2_000, at in 0usize..2_000, noise in proptest::collection::vec(any::<u8>(), 0..40)) {
        let mut raw = report("<a@b.jp>: 550 User unknown", &fields("a@b.jp", "failed", "5.1.1", "550 User unknown"), "a@b.jp").into_bytes();
        let at = at.min(raw.len());
        raw.splice(at..at, noise);
        raw.truncate(raw.len().saturating_sub(cut));
        returned::read(&raw);
    }
}

/// What Sisimai says of mails: for each file the recipients with `hard`, `soft` or `other`.
fn sisimai(folder: &str) -> Option<BTreeMap<PathBuf, Vec<(String, String)>>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/sisimai.pl");
    let output = Command::new("perl").arg(script).arg(folder).output().ok()?;
    assert!(
        output.status.success(),
        "`cargo xtask test` installs libsisimai-perl: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut found: BTreeMap<PathBuf, Vec<(String, String)>> = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let mut parts = line.split('\t').map(str::to_owned);
        let path = PathBuf::from(parts.next()?);
        let said = found.entry(path).or_default();
        if let (Some(recipient), Some(word)) = (parts.next(), parts.next()) {
            said.push((recipient, word));
        }
    }
    Some(found)
}

/// The public mails that bounced, where somebody has them: the set is not ours to pass on.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "where the mails lie is said by whoever runs the test"
)]
fn sisimai_and_we_agree_on_real_mails() {
    let Ok(folder) = env::var("ENISHI_BOUNCE_MAILS") else {
        eprintln!(
            "did not run: ENISHI_BOUNCE_MAILS names no folder of mails (github.com/sisimai/set-of-emails, maildir)"
        );
        return;
    };
    let judged = sisimai(&folder).unwrap();
    let (mut same, mut all, mut other) = (0, 0, Vec::new());
    for (path, theirs) in &judged {
        let ours = returned::read(&fs::read(path).unwrap());
        if path.components().any(|part| part.as_os_str() == "not") {
            assert_eq!(ours.notices, [], "{} is no bounce", path.display());
            continue;
        }
        for (recipient, word) in theirs {
            all += 1;
            let is_same = ours.notices.iter().any(|notice| {
                let own = match self::word(&notice.kind) {
                    "hard" => "hard",
                    "soft" | "delayed" => "soft",
                    _ => "other",
                };
                let address = notice.recipient.as_deref().unwrap_or_default();
                own == word && address.eq_ignore_ascii_case(recipient)
            });
            if is_same {
                same += 1;
            } else {
                other.push(format!("{}: {recipient} {word}", path.display()));
            }
        }
    }
    assert!(all > 300, "{all} recipients");
    println!(
        "{same} of {all} recipients as Sisimai has them; not these:\n{}",
        other.join("\n")
    );
    assert!(
        same * 100 >= all * 95,
        "{same} of {all}:\n{}",
        other.join("\n")
    );
}
