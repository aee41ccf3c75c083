//! Independent judges of what is sent: Python's mail reader, dkimpy, SpamAssassin.

use std::{collections::BTreeMap, fs, process::Command};

use channel_email::{Composer, DkimKey, DkimKeyError, DkimSigner, zone_file_value};
use serde_json::{Value, json};

use crate::support::{
    ED25519, RSA, RSA_PKCS1, email, feed, message_to, message_with, python, signing_composer,
};

/// Lets Python read mails, and returns its account of each.
fn judge(mails: &[(&str, Vec<u8>)]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let mut files = BTreeMap::new();
    for (name, raw) in mails {
        let path = folder.path().join(name);
        fs::write(&path, raw).unwrap();
        files.insert(*name, path);
    }
    let mut records = BTreeMap::new();
    for (selector, pem) in [("rsa", RSA), ("pkcs1", RSA_PKCS1), ("ed", ED25519)] {
        let signer = DkimSigner::new("shop.example.jp", selector, DkimKey::from_pem(pem).unwrap());
        records.insert(
            signer.dns_name(),
            DkimKey::from_pem(pem).unwrap().dns_record(),
        );
    }
    let job = json!({ "records": records, "mails": files }).to_string();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/judge.py");
    let output = feed(Command::new(python()).arg(script), job.as_bytes());
    serde_json::from_str(&output).unwrap()
}

fn altered(raw: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(raw.to_vec()).unwrap();
    assert!(text.contains(from), "{from} stands in the mail");
    text.replacen(from, to, 1).into_bytes()
}

/// What must break a signature: a name, what stands in the mail, and what a forger makes of it.
const FORGERIES: [(&str, &str, &str); 7] = [
    ("body", "base64\r\n\r\n", "base64\r\n\r\nAAAA"),
    (
        "link",
        "List-Unsubscribe: <https://e.",
        "List-Unsubscribe: <https://f.",
    ),
    (
        "post",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
        "",
    ),
    ("id", "Message-ID: <1.", "Message-ID: <2."),
    ("feedback", "Feedback-ID: cmp_42", "Feedback-ID: cmp_43"),
    ("second", "To: ", "Subject: You have won\r\nTo: "),
    ("reply", "To: ", "Reply-To: thief@example.com\r\nTo: "),
];

#[test]
fn dkimpy_accepts_both_signatures_and_notices_every_change() {
    let raw = signing_composer()
        .prepare(message_to(1, "a..b@docomo.ne.jp"))
        .unwrap()
        .payload;
    let pkcs1 = DkimSigner::new(
        "shop.example.jp",
        "pkcs1",
        DkimKey::from_pem(RSA_PKCS1).unwrap(),
    );
    let pkcs1 = Composer::new(vec![pkcs1])
        .prepare(message_to(2, "x@example.jp"))
        .unwrap()
        .payload;
    let mut mails = vec![
        ("good", raw.clone()),
        ("pkcs1", pkcs1),
        ("relayed", altered(&raw, "Subject: ", "subject:   ")),
    ];
    mails.extend(FORGERIES.map(|(name, from, to)| (name, altered(&raw, from, to))));
    let report = judge(&mails);
    assert_eq!(report["good"]["dkim"], json!([true, true]), "{report}");
    assert_eq!(report["pkcs1"]["dkim"], json!([true]));
    assert_eq!(report["relayed"]["dkim"], json!([true, true]), "relaxed");
    for (changed, ..) in FORGERIES {
        let verdicts = report[changed]["dkim"].as_array().unwrap();
        assert_eq!(verdicts.len(), 2);
        assert!(
            verdicts.iter().all(|verdict| *verdict != json!(true)),
            "{changed}: {verdicts:?}"
        );
    }
}

#[test]
fn python_reads_back_what_was_written() {
    let composer = Composer::default();
    let long = message_with(|email| {
        email.subject = format!("{} {}", "𠮷".repeat(300), "x".repeat(1_500));
        email.html = format!("<p>{}</p>", "長い行".repeat(3_000));
        email.text = "y".repeat(5_000);
        email.from.name = "\"Quoted\" <Shop>, 店; =?utf-8?q?x?=".to_owned();
        email.to_name = "Smith, John (Tokyo)".to_owned();
    });
    let plain = message_with(|email| {
        email.html.clear();
        email.subject = "=?utf-8?b?SGVsbG8=?= stays as it is".to_owned();
    });
    let payload = |message| composer.prepare(message).unwrap().payload;
    let report = judge(&[
        ("letter", payload(message_to(1, "a..b@docomo.ne.jp"))),
        ("long", payload(long.clone())),
        ("plain", payload(plain)),
    ]);
    let letter = &report["letter"];
    let sent = email();
    assert_eq!(letter["subject"], sent.subject);
    assert_eq!(
        letter["from"],
        json!([[sent.from.name, "news@shop.example.jp"]])
    );
    assert_eq!(letter["to"], json!([["𠮷田 花子", "a..b", "docomo.ne.jp"]]));
    assert_eq!(letter["date"], json!(1_795_330_800.0));
    assert_eq!(letter["extra"], "春");
    let unsubscribe =
        "<https://e.shop.example.jp/u/AbCdEf0123456789>, <mailto:unsubscribe@shop.example.jp>";
    assert_eq!(letter["unsubscribe"], unsubscribe);
    let body = |mail: &str, kind: &str| {
        report[mail]["parts"][kind]
            .as_str()
            .unwrap()
            .replace("\r\n", "\n")
            .trim_end()
            .to_owned()
    };
    assert_eq!(body("letter", "text/html"), sent.html.trim_end());
    assert_eq!(body("letter", "text/plain"), sent.text.trim_end());
    let channel_core::Content::Email(long) = long.content else {
        panic!("an email")
    };
    assert_eq!(report["long"]["subject"], long.subject);
    assert_eq!(body("long", "text/html"), long.html);
    assert_eq!(body("long", "text/plain"), long.text);
    assert_eq!(report["long"]["from"][0][0], long.from.name);
    assert_eq!(report["long"]["to"][0][0], long.to_name);
    assert_eq!(
        report["plain"]["subject"],
        "=?utf-8?b?SGVsbG8=?= stays as it is"
    );
    for (_, mail) in report.as_object().unwrap() {
        assert_eq!(mail["defects"], json!([]));
        assert_eq!(mail["bare"], 0, "only CRLF ends lines");
        assert!(mail["longest"].as_u64().unwrap() <= 998);
    }
}

/// A letter without a character that ISO-2022-JP has not.
fn japanese(change: impl FnOnce(&mut channel_core::Email)) -> Vec<u8> {
    let message = message_with(|email| {
        email.charset = channel_core::Charset::Iso2022Jp;
        email.from.name = "縁ストア（本店）".to_owned();
        email.to_name = "吉田 花子".to_owned();
        email.subject =
            "吉田さま、春の新作が届きました。今週末まで送料無料（¥1,980〜）でお届けします"
                .to_owned();
        email.text =
            "吉田 花子 さま\n\n春の新作です。\n.\n..\nhttps://shop.example.jp/spring 〜 ¥1,980\n"
                .to_owned();
        email.html = "<!doctype html><html lang=\"ja\"><head><meta charset=\"utf-8\"></head>\n<body>\n<p>春の新作です。</p>\n</body></html>\n".to_owned();
        change(email);
    });
    signing_composer().prepare(message).unwrap().payload
}

#[test]
fn python_reads_iso_2022_jp_and_what_it_cannot_hold_in_utf_8() {
    let report = judge(&[
        ("japanese", japanese(|_| {})),
        (
            "long",
            japanese(|email| email.html = "長い行".repeat(3_000)),
        ),
        ("circled", japanese(|email| email.text.push('①'))),
        (
            "high",
            japanese(|email| email.to_name = "髙橋 花子".to_owned()),
        ),
        ("flower", japanese(|email| email.subject.push('🌸'))),
    ]);
    let letter = &report["japanese"];
    assert_eq!(letter["charsets"], json!(["iso-2022-jp"]), "{letter}");
    assert_eq!(letter["words"], json!(["iso-2022-jp"]));
    assert_eq!(
        letter["subject"],
        "吉田さま、春の新作が届きました。今週末まで送料無料（¥1,980〜）でお届けします"
    );
    assert_eq!(letter["from"][0][0], "縁ストア（本店）");
    assert_eq!(letter["to"][0][0], "吉田 花子");
    let text = letter["parts"]["text/plain"].as_str().unwrap();
    assert_eq!(
        text.replace("\r\n", "\n").trim_end(),
        "吉田 花子 さま\n\n春の新作です。\n.\n..\nhttps://shop.example.jp/spring 〜 ¥1,980"
    );
    let html = letter["parts"]["text/html"].as_str().unwrap();
    assert!(html.contains("春の新作です。") && html.contains("charset=\"iso-2022-jp\""));
    assert_eq!(
        report["long"]["parts"]["text/html"]
            .as_str()
            .unwrap()
            .trim_end(),
        "長い行".repeat(3_000)
    );
    assert_eq!(report["long"]["charsets"], json!(["iso-2022-jp"]));
    for fallen in ["circled", "high", "flower"] {
        assert_eq!(report[fallen]["charsets"], json!(["utf-8"]), "{fallen}");
        assert_eq!(report[fallen]["words"], json!(["utf-8"]), "{fallen}");
    }
    assert_eq!(report["high"]["to"][0][0], "髙橋 花子");
    for (name, mail) in report.as_object().unwrap() {
        assert_eq!(mail["dkim"], json!([true, true]), "{name}");
        assert_eq!(mail["defects"], json!([]), "{name}");
        assert_eq!(mail["seven"], true, "{name}");
        assert!(mail["longest"].as_u64().unwrap() <= 998, "{name}");
    }
}

#[test]
fn python_knows_no_character_in_iso_2022_jp_that_we_do_not_and_none_less() {
    let script = "import json; print(json.dumps([n for n in range(0x80, 0x10000) \
        if not 0xd800 <= n <= 0xdfff and chr(n).encode('iso2022_jp', 'ignore')]))";
    let found = feed(Command::new(python()).args(["-c", script]), b"");
    let theirs: std::collections::BTreeSet<u32> = serde_json::from_str(&found).unwrap();
    let ours: std::collections::BTreeSet<u32> = ('\u{80}'..'\u{ffff}')
        .filter(|char| channel_email::is_in_iso_2022_jp(*char))
        .map(u32::from)
        .collect();
    let missing: Vec<_> = theirs
        .difference(&ours)
        .filter_map(|n| char::from_u32(*n))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    // The twins that Windows types.
    let more: String = ours
        .difference(&theirs)
        .filter_map(|n| char::from_u32(*n))
        .collect();
    assert_eq!(
        more,
        "\u{2014}∥－～￠￡￢"
            .chars()
            .filter(|char| !theirs.contains(&u32::from(*char)))
            .collect::<String>()
    );
}

#[test]
fn spam_assassin_scores_a_letter_under_one() {
    let raw = signing_composer()
        .prepare(message_to(1, "hanako@example.jp"))
        .unwrap()
        .payload;
    let report = feed(Command::new("spamassassin").args(["-L", "-t"]), &raw);
    let status = report
        .lines()
        .find(|line| line.starts_with("X-Spam-Status:"))
        .unwrap_or_default();
    let score: f64 = status
        .split("score=")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let details = report
        .split("Content analysis details")
        .nth(1)
        .unwrap_or_default();
    assert!(score < 1.0, "{score}\n{details}");
}

#[test]
fn short_rsa_keys_are_refused() {
    let weak = include_str!("fixtures/rsa1024.pem");
    assert_eq!(DkimKey::from_pem(weak).unwrap_err(), DkimKeyError::Unusable);
}

#[test]
fn a_long_record_is_split_for_zone_files() {
    let key = DkimKey::from_pem(RSA).unwrap();
    assert!(
        key.dns_record()
            .starts_with("v=DKIM1; k=rsa; p=MIIBIjANBgkq")
    );
    let zone = zone_file_value(&key.dns_record());
    let joined: String = zone.replace("\" \"", "").trim_matches('"').to_owned();
    assert_eq!(joined, key.dns_record());
    assert!(zone.split('"').all(|string| string.len() <= 255));
}
