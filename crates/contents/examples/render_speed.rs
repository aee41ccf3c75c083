//! Measures rendering one customer's email, links replaced and pixel added:
//! `cargo run --release -p contents --example render_speed`.

use std::borrow::Cow;
use std::io::Write;
use std::time::Instant;

use contents::{CompiledEmail, Data, Footer, RenderOptions, Shared, gallery, sample_data};
use serde_json::json;

const ROUNDS: u32 = 5_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    for starter in gallery() {
        let started = Instant::now();
        let email = CompiledEmail::compile(&starter.document, Footer::Ensure)?;
        let compile = started.elapsed();
        let mut own = sample_data("ja");
        let shared = Shared::from_json(
            &json!({"workspace": own.get("workspace"), "products": own.get("products")}),
        );
        if let Some(members) = own.as_object_mut() {
            members.remove("workspace");
            members.remove("products");
        }
        let (mut bytes, mut links) = (0, 0);
        let started = Instant::now();
        for round in 0..ROUNDS {
            let mut data = Data::with_shared(&own, &shared);
            data.set(
                "unsubscribe_url",
                &json!(format!("https://mail.example/u/{round}")),
            );
            let rendered = email.render(&data, &RenderOptions::default())?;
            let message = rendered.into_tracked(
                |link| {
                    links += 1;
                    Cow::Owned(format!("https://mail.example/c/{round}-{}", link.ordinal))
                },
                Some("https://mail.example/o/1"),
            );
            bytes += message.html.len() + message.text.len();
        }
        let each = started.elapsed() / ROUNDS;
        let rounds = ROUNDS as usize;
        writeln!(
            out,
            "{:<16} compile {compile:>10.1?}  render+links {each:>9.1?}  {} bytes, {} links",
            starter.id,
            bytes / rounds,
            links / rounds,
        )?;
    }
    Ok(())
}
