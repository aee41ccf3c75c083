//! `bench line-send`: a campaign through LINE from the ledger to a fake of the platform, which counts who got it.
//!
//! The same for all goes in packs of 500, what is personal one by one. With `--kills` the server is killed on the way and
//! started again: everybody must have got it once.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::ensure;
use campaigns::{
    lifecycle,
    model::{
        CampaignDocument, ChannelCard, ContentFacts, Contents, ContentsSource, Facts, Goal,
        GoalEvent, LocaleChoice, Offer, Target, Timing,
    },
    store::{self, Author},
};
use clap::ValueEnum;
use contents::line::LineDocument;
use kernel::{
    id::Snowflake,
    time::{Clock, SystemClock},
};
use line_fake::{Known, LineFake, Options as Platform, Rates};
use serde_json::json;
use storage::{Db, secret::MasterKey, sql};

use crate::{
    Databases,
    database::{self, Database, Kind},
    figure::{Bar, Report},
    home::Home,
    line_hooks::{self, ACCOUNT},
    send,
    server::{Server, Start},
    shop::WORKSPACE,
};

/// Pushes a second that are to be kept up.
const PUSH_BAR: f64 = 1_500.0;
/// Within which everybody has what is the same for all, and the ledger and timelines know it.
const PACKS_BAR: f64 = 30.0;
/// Within which the platform has all packs, from the first to the last.
const PLATFORM_BAR: f64 = 5.0;
const LOOK: Duration = Duration::from_millis(50);
/// How long nothing may arrive.
const PATIENCE: Duration = Duration::from_mins(3);

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where to measure.
    #[arg(long, value_enum, default_value = "both")]
    database: Databases,
    /// Friends of the account.
    #[arg(long, default_value_t = 200_000)]
    recipients: u64,
    /// What they get.
    #[arg(long, value_enum, default_value = "same")]
    words: Words,
    /// How often the server is killed on the way.
    #[arg(long, default_value_t = 0)]
    kills: u64,
}

/// What friends get.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Words {
    /// The same for all: packs.
    Same,
    /// A text with a name: one by one.
    Personal,
}

/// Measures.
pub(crate) async fn run(home: &Home, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    for kind in options.database.kinds() {
        measure(home, options, kind, report).await?;
    }
    Ok(())
}

async fn measure(
    home: &Home,
    options: &Options,
    kind: Kind,
    report: &mut Report,
) -> anyhow::Result<()> {
    let data_dir = home.folder("line-send-data")?;
    let database = Database::empty(home, kind, "line_send").await?;
    let platform = Platform {
        rates: Rates::Documented,
        known: Known::Anybody,
        ..Platform::default()
    };
    let fake = LineFake::start(platform, Arc::new(SystemClock)).await;
    let db = database.open().await?;
    let master = MasterKey::load_or_create(&data_dir.join("master.key"))?;
    eprintln!("{}: writing {} friends", kind.name(), options.recipients);
    launch(&db, &master, options).await?;
    database::close(db).await?;
    let settings = [
        ("ENISHI__LINE__API", fake.base_url()),
        ("ENISHI__LINE__DATA", fake.base_url()),
    ];
    let start = || Start {
        data_dir: &data_dir,
        url: Some(&database.url),
        patience: Duration::from_mins(1),
    };
    let mut server = Server::start_with(home, start(), &settings).await?;
    let began = Instant::now();
    let n = usize::try_from(options.recipients)?;
    let mut first = None;
    for kill in 1..=options.kills {
        let until = n * usize::try_from(kill)? / usize::try_from(options.kills + 1)?;
        wait(&mut server, &fake, until, &mut first).await?;
        server.kill()?;
        server = Server::start_with(home, start(), &settings).await?;
    }
    wait(&mut server, &fake, n, &mut first).await?;
    let on_platform = first
        .map(|first: Instant| first.elapsed())
        .unwrap_or_default();
    // A graceful stop ends when every outcome is written down; only then may an embedded database be opened.
    server.stop().await?;
    let whole = began.elapsed();
    let db = database.open().await?;
    check(&db, &fake, options.recipients).await?;
    database::close(db).await?;
    tell(report, options, kind, on_platform, whole);
    Ok(())
}

fn tell(
    report: &mut Report,
    options: &Options,
    kind: Kind,
    on_platform: Duration,
    whole: Duration,
) {
    let name = kind.name();
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = options.recipients as f64 / on_platform.as_secs_f64();
    let (is_packed, is_whole) = (options.words == Words::Same, options.kills == 0);
    let bar = |bar| is_whole.then_some(bar);
    if is_packed {
        let on_platform = on_platform.as_secs_f64();
        report.add(
            format!("{name}: packs, first to last"),
            on_platform,
            "s",
            bar(Bar::AtMost(PLATFORM_BAR)),
        );
        report.add(
            format!("{name}: packs, ledger and timelines"),
            whole.as_secs_f64(),
            "s",
            bar(Bar::AtMost(PACKS_BAR)),
        );
    } else {
        report.add(
            format!("{name}: pushes"),
            rate,
            "a second",
            bar(Bar::AtLeast(PUSH_BAR)),
        );
        report.add(format!("{name}: all of it"), whole.as_secs_f64(), "s", None);
    }
    report.note(format!(
        "{name}: {} friends, {} kills, each got it once; the time of the whole begins when the server is ready",
        options.recipients, options.kills
    ));
}

/// Waits until so many have it; `first` becomes when the first one had.
async fn wait(
    server: &mut Server,
    fake: &LineFake,
    until: usize,
    first: &mut Option<Instant>,
) -> anyhow::Result<()> {
    let (mut seen, mut moved) = (fake.count(), Instant::now());
    while fake.count() < until {
        server.check()?;
        let now = fake.count();
        if now > 0 {
            first.get_or_insert_with(Instant::now);
        }
        if now > seen {
            (seen, moved) = (now, Instant::now());
        }
        ensure!(
            moved.elapsed() < PATIENCE,
            "nothing more arrives: {now} of {until}"
        );
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// Everybody has it once, and on her timeline once.
async fn check(db: &Db, fake: &LineFake, n: u64) -> anyhow::Result<()> {
    let mut copies: HashMap<String, u32> = HashMap::new();
    for one in fake.taken() {
        *copies.entry(one.user).or_default() += 1;
    }
    let doubled = copies.values().filter(|copies| **copies > 1).count();
    ensure!(
        doubled == 0 && copies.len() as u64 == n,
        "{doubled} got it twice, {} of {n} got it at all",
        copies.len()
    );
    let count = async |text: &str| sql::number(db.reader(), text, []).await;
    let accepted = count("SELECT COUNT(*) FROM delivery WHERE state = 5").await?;
    ensure!(
        accepted.cast_unsigned() == n,
        "the ledger knows of {accepted} of {n}"
    );
    let events = count("SELECT COUNT(*) FROM event WHERE name_id = 40").await?;
    ensure!(
        events.cast_unsigned() == n,
        "{events} of {n} timelines tell of it"
    );
    ensure!(fake.misuses().is_empty(), "{:?}", fake.misuses());
    Ok(())
}

/// Fills an empty database and launches.
async fn launch(db: &Db, master: &MasterKey, options: &Options) -> anyhow::Result<()> {
    let now = SystemClock.now();
    send::customers(db, options.recipients).await?;
    let tx = db.begin().await?;
    line_hooks::connect(&tx, master).await?;
    // The user ids need only be well-formed and differ.
    let user = match tx.dialect() {
        storage::Dialect::Postgres => "'U' || lpad(to_hex(id), 32, '0')",
        storage::Dialect::Sqlite => "'U' || printf('%032x', id)",
    };
    for text in [
        format!(
            "INSERT INTO identity (workspace_id, kind, value, profile_id, origin_profile_id, source, created_at)
             SELECT workspace_id, 5, {user}, id, id, 1, 0 FROM profile"
        ),
        format!(
            "INSERT INTO line_friend (workspace_id, account_id, user_id, state, state_at)
             SELECT workspace_id, {}, {user}, 0, 0 FROM profile",
            ACCOUNT.raw()
        ),
    ] {
        sql::exec(&tx, text, []).await?;
    }
    let ids = Snowflake::new(SystemClock, 9);
    let author = Author {
        workspace: WORKSPACE,
        user: None,
        now,
    };
    let line = words(options.words)?;
    let document = document(&line);
    let draft = store::insert(&tx, author, &ids, "bench", &document).await?;
    let facts = Facts {
        now,
        has_sender: true,
        content: ContentFacts::Line(Box::new(line.clone()), Vec::new()),
        ..Facts::default()
    };
    lifecycle::launch(
        &tx,
        author,
        &ids,
        draft.id,
        draft.version,
        &facts,
        &line.into(),
    )
    .await?;
    Ok(tx.commit().await?)
}

fn document(line: &LineDocument) -> CampaignDocument {
    CampaignDocument {
        target: Some(Target {
            everybody: true,
            ..Target::default()
        }),
        offer: Some(Offer::None {}),
        timing: Some(Timing::Now {}),
        channel: Some(ChannelCard::Line {
            sender: ACCOUNT,
            is_silent: false,
        }),
        contents: Some(Contents {
            source: ContentsSource::Line(Box::new(line.clone())),
            locale: LocaleChoice::Person,
        }),
        goal: Some(Goal {
            event: GoalEvent::Order,
            window_days: 7,
        }),
        ..CampaignDocument::default()
    }
}

fn words(words: Words) -> anyhow::Result<LineDocument> {
    let text = match words {
        Words::Same => "本日より春の感謝祭です。みなさまのお越しをお待ちしております🌸",
        Words::Personal => {
            "{{ customer.name }}さん、本日より春の感謝祭です。お越しをお待ちしております🌸"
        }
    };
    Ok(serde_json::from_value(json!({
        "version": 1, "kind": "line", "name": "bench", "default_locale": "ja",
        "variants": { "ja": { "messages": [{ "kind": "text", "text": text }] } },
    }))?)
}
