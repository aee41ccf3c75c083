//! Reads messages that came back and prints a line of JSON for each: `cargo run -p channel-email --example returned FILE…`.

#![expect(clippy::print_stdout, reason = "a program that prints what it read")]

use channel_email::returned::{self, NoticeKind, Permanence};

fn main() {
    for path in std::env::args().skip(1) {
        let Ok(raw) = std::fs::read(&path) else {
            eprintln!("{path}: cannot be read");
            continue;
        };
        let read = returned::read(&raw);
        let notices: Vec<serde_json::Value> = read
            .notices
            .iter()
            .map(|notice| {
                let kind = match &notice.kind {
                    NoticeKind::Returned(meaning) => match meaning.permanence {
                        Permanence::Hard => "hard".to_owned(),
                        Permanence::Soft => "soft".to_owned(),
                    },
                    NoticeKind::Delayed => "delayed".to_owned(),
                    NoticeKind::Delivered => "delivered".to_owned(),
                    NoticeKind::Complained(kind) => format!("complained:{kind}"),
                    NoticeKind::AutoReplied => "auto".to_owned(),
                };
                serde_json::json!({"recipient": notice.recipient, "kind": kind, "status": notice.status, "detail": notice.detail})
            })
            .collect();
        println!(
            "{}",
            serde_json::json!({"file": path, "found": notices, "message_id": read.message_id})
        );
    }
}
