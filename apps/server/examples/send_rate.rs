//! Measures sending end to end: ledger, rendering, links, MIME, and Postfix's `smtp-sink` behind it.
//!
//! `cargo run --release -p server --example send_rate -- sqlite:/tmp/rate.db 60000 32 [dkim]`

use std::{
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use async_trait::async_trait;
use campaigns::{
    ledger::{LedgerWriter, WriterOptions},
    lifecycle,
    model::{
        CampaignDocument, ChannelCard, ContentFacts, Contents, ContentsSource, Facts, Goal,
        GoalEvent, LocaleChoice, Offer, Target, Timing,
    },
    planning::Planner,
    send::{Carrier, CarrierError, Carriers, PublicUrls, SendOptions, SendWorker},
    sender::{self, Sender, Transport},
    store::{self, Author},
    track::{KeySource, Keyring, KeysAway},
};
use channel_core::{
    dial::{AllowList, Dialler},
    rate::RatePolicy,
};
use channel_email::{Composer, DkimKey, DkimSigner, SmtpChannel, SmtpConfig, TlsMode};
use contents::EmailDocument;
use kernel::{
    id::{IdSource, SenderId, Snowflake, WorkspaceId},
    time::{Clock, SystemClock},
};
use storage::{
    Db,
    bulk::{Bulk, ColumnType},
    sql,
};
use tokio_util::sync::CancellationToken;

const PORT: u16 = 44_026;
const RSA: &str = include_str!("../../../crates/channels/email/tests/it/fixtures/rsa2048.pem");
const WORKSPACE: WorkspaceId = WorkspaceId::from_raw(700_000_000_000_000_001);
const SENDER: SenderId = SenderId::from_raw(42);

struct Sink(Child);

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Smtp {
    lanes: usize,
    is_signed: bool,
}

#[async_trait]
impl Carriers for Smtp {
    async fn carrier(&self, _: WorkspaceId, _: &Sender) -> Result<Carrier, CarrierError> {
        let config = SmtpConfig {
            tls: TlsMode::None,
            max_lanes: self.lanes,
            max_per_connection: 100_000,
            ..SmtpConfig::new("127.0.0.1", PORT)
        };
        let mut signers = Vec::new();
        if self.is_signed {
            let key = DkimKey::from_pem(RSA).map_err(|error| CarrierError(error.into()))?;
            signers.push(DkimSigner::new("shop.example.jp", "s1", key));
        }
        let dialler = Dialler::new(AllowList::loopback());
        let channel = SmtpChannel::new(
            config,
            Composer::new(signers),
            dialler,
            RatePolicy::default(),
        );
        Ok(Carrier {
            channel: Arc::new(channel.map_err(|error| CarrierError(error.into()))?),
            rates: RatePolicy::default(),
            lanes: self.lanes,
        })
    }
}

struct Key;

#[async_trait]
impl KeySource for Key {
    async fn keys(&self, _: WorkspaceId) -> Result<Option<Vec<(u8, [u8; 32])>>, KeysAway> {
        Ok(Some(vec![(1, [5; 32])]))
    }
}

fn email() -> anyhow::Result<EmailDocument> {
    let row = "<mj-section><mj-column><mj-text font-size=\"15px\">{{ customer.name }}さん、季節の新作が届きました。\
               <a href=\"https://shop.example.jp/new\">新作を見る</a></mj-text></mj-column></mj-section>";
    let mjml = format!("<mjml><mj-body>{}</mj-body></mjml>", row.repeat(9));
    Ok(serde_json::from_value(serde_json::json!({
        "version": 1, "name": "rate", "default_locale": "ja",
        "variants": {"ja": {"subject": "{{ customer.name }}さんへ新作のお知らせ", "mjml": mjml}},
    }))?)
}

const PROFILE: Bulk = Bulk {
    table: "profile",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("id", ColumnType::Int),
        ("email", ColumnType::Text),
        ("full_name", ColumnType::Text),
        ("is_anonymous", ColumnType::Bool),
        ("attributes", ColumnType::Json),
        ("search_text", ColumnType::Text),
        ("first_seen_at", ColumnType::Int),
        ("last_seen_at", ColumnType::Int),
        ("created_at", ColumnType::Int),
        ("updated_at", ColumnType::Int),
    ],
    suffix: "",
};

#[expect(
    clippy::too_many_lines,
    reason = "a list of statements, one for each table"
)]
async fn fill(db: &Db, ids: &dyn IdSource, n: i64) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let tx = db.begin().await?;
    sql::exec(
        &tx,
        "INSERT INTO workspace (id, name, time_zone, currency, locale, tracking_mode, settings, created_at)
         VALUES ($1, '青葉ストア', 'Asia/Tokyo', 'JPY', 'ja', 'notice', '{\"postal_address\": \"東京都千代田区1-1\"}', 0)",
        [WORKSPACE.raw().into()],
    )
    .await?;
    let row = |n: i64| {
        vec![
            WORKSPACE.raw().into(),
            n.into(),
            format!("c{n}@example.jp").into(),
            format!("客 {n}").into(),
            false.into(),
            "{}".into(),
            "".into(),
            0i64.into(),
            0i64.into(),
            0i64.into(),
            0i64.into(),
        ]
    };
    PROFILE.insert(&tx, (1..=n).map(row).collect()).await?;
    sql::exec(
        &tx,
        "INSERT INTO consent (workspace_id, profile_id, channel, purpose, granted, source, occurred_at)
         SELECT workspace_id, id, 'email', 'marketing', TRUE, 'form', 0 FROM profile",
        [],
    )
    .await?;
    let from = Sender {
        id: SENDER,
        from_name: "青葉ストア".to_owned(),
        from_address: "info@shop.example.jp".to_owned(),
        reply_to: None,
        transport: Transport::Sandbox,
        version: 1,
    };
    sender::insert(&tx, WORKSPACE, &from, now).await?;
    let document = CampaignDocument {
        target: Some(Target {
            everybody: true,
            ..Target::default()
        }),
        offer: Some(Offer::None {}),
        timing: Some(Timing::Now {}),
        channel: Some(ChannelCard::Email { sender: SENDER }),
        contents: Some(Contents {
            source: ContentsSource::Inline(Box::new(email()?)),
            locale: LocaleChoice::Person,
        }),
        goal: Some(Goal {
            event: GoalEvent::Order,
            window_days: 7,
        }),
        ..CampaignDocument::default()
    };
    let author = Author {
        workspace: WORKSPACE,
        user: None,
        now,
    };
    let draft = store::insert(&tx, author, ids, "rate", &document).await?;
    let facts = Facts {
        now,
        has_sender: true,
        content: ContentFacts::Email(Box::new(email()?)),
        has_postal_address: true,
        ..Facts::default()
    };
    lifecycle::launch(&tx, author, ids, draft.id, draft.version, &facts, &email()?).await?;
    tx.commit().await?;
    Ok(())
}

fn memory_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kb.unwrap_or(0) / 1_024
}

#[expect(clippy::print_stdout, reason = "a measuring program")]
#[tokio::main]
#[expect(clippy::too_many_lines, reason = "a measurement is told in one piece")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().context("give a database address")?;
    let n: i64 = arguments
        .next()
        .context("give a number of recipients")?
        .parse()?;
    let lanes: usize = arguments
        .next()
        .context("give a number of lanes")?
        .parse()?;
    let is_signed = arguments.next().as_deref() == Some("dkim");
    let _sink = Sink(
        Command::new("/usr/sbin/smtp-sink")
            .args(["-u", "nobody", &format!("127.0.0.1:{PORT}"), "200"])
            .stdout(Stdio::null())
            .spawn()?,
    );
    let db = Db::connect(&storage::Options::parse(&url)?).await?;
    migrations::migrate(db.writer()).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids: Arc<dyn IdSource> = Arc::new(Snowflake::new(SystemClock, 1));
    fill(&db, &*ids, n).await?;
    let began = Instant::now();
    let planner = Arc::new(Planner::new(ids.clone()));
    jobs::Worker::new(db.clone(), clock.clone(), ids.clone())
        .with(planner)
        .run_due()
        .await?;
    println!("planned {n} in {:.1} s", began.elapsed().as_secs_f64());

    let (writer, task) = LedgerWriter::new(
        db.clone(),
        clock.clone(),
        ids.clone(),
        WriterOptions::default(),
    );
    tokio::spawn(task);
    let worker = SendWorker {
        db: db.clone(),
        clock,
        ids,
        writer,
        carriers: Arc::new(Smtp { lanes, is_signed }),
        keyring: Keyring::new(Arc::new(Key)),
        urls: PublicUrls::new("https://t.example.jp"),
        blocks: Arc::default(),
        options: SendOptions::default(),
    };
    let stop = CancellationToken::new();
    let began = Instant::now();
    let running = tokio::spawn(Arc::new(worker).run(stop.clone()));
    let accepted = "SELECT COUNT(*) FROM delivery WHERE state = 5";
    let mut last = 0;
    let mut seen_at = began;
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        let count = sql::number(db.reader(), accepted, []).await?;
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = (count - last) as f64 / seen_at.elapsed().as_secs_f64();
        seen_at = Instant::now();
        println!(
            "{count} accepted, {rate:.0}/s, peak memory {} MB",
            memory_mb()
        );
        last = count;
        if sql::number(
            db.reader(),
            "SELECT COUNT(*) FROM campaign WHERE state = 'finished'",
            [],
        )
        .await?
            > 0
        {
            break;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let overall = last as f64 / began.elapsed().as_secs_f64();
    println!(
        "{last} in {:.1} s: at least {overall:.0}/s",
        began.elapsed().as_secs_f64()
    );
    stop.cancel();
    running.await?;
    Ok(())
}
