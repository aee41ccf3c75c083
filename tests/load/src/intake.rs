//! `bench intake`: reports of messages that came back, over SMTP, until each is answered with 250.
//!
//! Half say that the address is gone, half that the mailbox is full; each names a delivery of its own. A 250 means that
//! the event and the suppression are durable, and at the end both are counted.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use campaigns::track::{Signer, return_path};
use kernel::{
    id::DeliveryId,
    time::{Clock, SystemClock},
};
use storage::{
    Db,
    secret::{self, MasterKey},
    sql,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};

use crate::{
    Databases,
    database::{self, Database, Kind},
    figure::{Bar, Report},
    home::Home,
    latency::Waits,
    send,
    server::{self, Server, Start},
    shop::WORKSPACE,
};

const BAR: f64 = 500.0;
/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where to measure.
    #[arg(long, value_enum, default_value = "both")]
    database: Databases,
    /// Reports.
    #[arg(long, default_value_t = 20_000)]
    messages: u64,
    /// Connections that bring them.
    #[arg(long, default_value_t = 32)]
    lanes: u64,
}

/// Measures.
pub(crate) async fn run(home: &Home, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    for kind in options.database.kinds() {
        measure(home, options, kind, report).await?;
    }
    report.note(format!(
        "{} connections, one report after the other on each; a 250 means durable",
        options.lanes
    ));
    Ok(())
}

async fn measure(
    home: &Home,
    options: &Options,
    kind: Kind,
    report: &mut Report,
) -> anyhow::Result<()> {
    let data_dir = home.folder("intake-data")?;
    let database = Database::empty(home, kind, "intake").await?;
    let db = database.open().await?;
    let master_key = MasterKey::load_or_create(&data_dir.join("master.key"))?;
    let signer = prepare(&db, &master_key, options.messages).await?;
    database::close(db).await?;

    let intake = server::free_port()?;
    let start = Start {
        data_dir: &data_dir,
        url: Some(&database.url),
        patience: Duration::from_mins(1),
    };
    let settings = [("ENISHI__MAIL__INTAKE", format!("127.0.0.1:{intake}"))];
    let server = Server::start_with(home, start, &settings).await?;
    let began = Instant::now();
    let taken = bring(options, &signer, intake).await?;
    let span = began.elapsed();
    let log = server.stop().await?;
    ensure!(log.trim().is_empty(), "the server complained:\n{log}");

    let n = u32::try_from(options.messages).context("fewer messages")?;
    let rate = f64::from(n) / span.as_secs_f64();
    let name = kind.name();
    report.add(
        format!("{name}: reports taken in"),
        rate,
        "a second",
        Some(Bar::AtLeast(BAR)),
    );
    let taken = Waits::new(taken);
    for (what, rank) in [("half of them", 500), ("99 of 100", 990)] {
        report.add(
            format!("{name}: {what} answered within"),
            taken.at(rank),
            "ms",
            None,
        );
    }
    let db = database.open().await?;
    let gone = count(
        &db,
        "SELECT COUNT(*) FROM suppression WHERE reason = 'hard_bounce'",
    )
    .await?;
    let events = count(&db, "SELECT COUNT(*) FROM event WHERE name_id = 41").await?;
    ensure!(
        (gone, events) == (options.messages.div_ceil(2), options.messages),
        "{gone} addresses stopped and {events} events of {} reports",
        options.messages
    );
    database::close(db).await
}

async fn count(db: &Db, text: &str) -> anyhow::Result<u64> {
    Ok(sql::number(db.reader(), text, []).await?.cast_unsigned())
}

/// Brings all reports, shared out among the lanes.
async fn bring(options: &Options, signer: &Signer, port: u16) -> anyhow::Result<Vec<Duration>> {
    let next = Arc::new(AtomicU64::new(1));
    let mut lanes = JoinSet::new();
    for _ in 0..options.lanes {
        let (next, signer, last) = (next.clone(), signer.clone(), options.messages);
        lanes.spawn(async move { lane(&next, &signer, port, last).await });
    }
    let mut all = Vec::new();
    while let Some(done) = lanes.join_next().await {
        all.extend(done??);
    }
    Ok(all)
}

async fn lane(
    next: &AtomicU64,
    signer: &Signer,
    port: u16,
    last: u64,
) -> anyhow::Result<Vec<Duration>> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let mut wire = BufReader::new(stream);
    answer(&mut wire).await?;
    tell(&mut wire, "EHLO mx.example.jp\r\n", 250).await?;
    let mut taken = Vec::new();
    loop {
        let n = next.fetch_add(1, Ordering::Relaxed);
        if n > last {
            return Ok(taken);
        }
        let path = return_path(
            signer,
            DeliveryId::from_raw(n.cast_signed()),
            "bounce.example.jp",
        )
        .context("no return path")?;
        let began = Instant::now();
        tell(&mut wire, "MAIL FROM:<>\r\n", 250).await?;
        tell(&mut wire, &format!("RCPT TO:<{path}>\r\n"), 250).await?;
        tell(&mut wire, "DATA\r\n", 354).await?;
        tell(&mut wire, &message(n), 250).await?;
        taken.push(began.elapsed());
    }
}

async fn tell(wire: &mut BufReader<TcpStream>, text: &str, wanted: u16) -> anyhow::Result<()> {
    wire.get_mut().write_all(text.as_bytes()).await?;
    let (code, line) = answer(wire).await?;
    if code != wanted {
        bail!("{wanted} was wanted: {line}");
    }
    Ok(())
}

/// Reads an answer of any number of lines.
async fn answer(wire: &mut BufReader<TcpStream>) -> anyhow::Result<(u16, String)> {
    loop {
        let mut line = String::new();
        timeout(PATIENCE, wire.read_line(&mut line)).await??;
        let code = line.get(..3).and_then(|code| code.parse().ok());
        let code = code.with_context(|| format!("no answer: {line:?}"))?;
        if line.get(3..4) != Some("-") {
            return Ok((code, line));
        }
    }
}

fn message(n: u64) -> String {
    let (status, answer) = if n % 2 == 1 {
        (
            "5.1.1",
            "550 5.1.1 User unknown (in reply to RCPT TO command)",
        )
    } else {
        ("5.2.2", "552 5.2.2 Mailbox full")
    };
    // As long as the reports of Postfix, which give the message back.
    let body = "この商品はいかがですか。\r\n".repeat(200);
    format!(
        "From: MAILER-DAEMON@mx.example.jp\r\nSubject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"B\"\r\n\r\n--B\r\nContent-Type: text/plain\r\n\r\n\
         <c{n}@example.jp>: {answer}\r\n\r\n--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.jp\r\n\r\n\
         Final-Recipient: rfc822; c{n}@example.jp\r\nAction: failed\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {answer}\r\n\r\n\
         --B\r\nContent-Type: message/rfc822\r\n\r\nTo: c{n}@example.jp\r\nSubject: x\r\n\r\n{body}\r\n--B--\r\n.\r\n"
    )
}

/// Writes customers with one message each that their server took, and the key that signs return paths.
async fn prepare(db: &Db, master_key: &MasterKey, n: u64) -> anyhow::Result<Signer> {
    send::customers(db, n).await?;
    let key = [7; 32];
    let tx = db.begin().await?;
    sql::exec(
        &tx,
        "INSERT INTO delivery (workspace_id, profile_id, id, campaign_id, occurrence, channel, state, address,
           due_at, expires_at, planned_at, settled_at, origin_profile_id)
         SELECT workspace_id, id, id, 1, 0, 1, 5, email, id, id, id, id, id FROM profile",
        [],
    )
    .await?;
    let now = SystemClock.now();
    secret::put(&tx, master_key, WORKSPACE, "tracking/1", &key, now).await?;
    tx.commit().await?;
    Ok(Signer::new(WORKSPACE, &[(1, key)]))
}
