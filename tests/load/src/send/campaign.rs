//! The shop, its customers and the campaign to all of them, launched before the server starts.

use std::path::Path;

use anyhow::Context;
use campaigns::{
    lifecycle,
    model::{
        CampaignDocument, ChannelCard, ContentFacts, Contents, ContentsSource, Facts, Goal,
        GoalEvent, LocaleChoice, Offer, Target, Timing,
    },
    sender::{self, Charset, DkimSettings, Sender, SmtpSettings, Tls, Transport},
    store::{self, Author},
};
use channel_email::DkimKey;
use contents::EmailDocument;
use kernel::{
    id::{SenderId, Snowflake},
    time::{Clock, Millis, SystemClock},
};
use storage::{
    Db, Tx,
    bulk::{Bulk, ColumnType},
    secret::{self, MasterKey},
    sql,
};

use super::Dkim;
use crate::shop::{self, WORKSPACE};

const SENDER: SenderId = SenderId::from_raw(42);
/// The key pair of the mail crate's tests; it signs for an example domain only.
const RSA: &str = include_str!("../../../../crates/channels/email/tests/it/fixtures/rsa2048.pem");
const DOMAIN: &str = "shop.example.jp";
/// Customers of one transaction.
const CHUNK: u64 = 50_000;
/// Rows of the email.
const ROWS: usize = 2;

/// What to launch.
pub(super) struct Plan<'a> {
    pub(super) recipients: u64,
    pub(super) lanes: u32,
    pub(super) dkim: Dkim,
    pub(super) port: u16,
    pub(super) data_dir: &'a Path,
}

/// Fills an empty database and launches.
pub(super) async fn launch(db: &Db, plan: &Plan<'_>) -> anyhow::Result<()> {
    let now = SystemClock.now();
    customers(db, plan.recipients).await?;
    let tx = db.begin().await?;
    let consent =
        "INSERT INTO consent (workspace_id, profile_id, channel, purpose, granted, source, occurred_at)
         SELECT workspace_id, id, 'email', 'marketing', TRUE, 'form', 0 FROM profile";
    sql::exec(&tx, consent, []).await?;
    let from = from(&tx, plan, now).await?;
    sender::insert(&tx, WORKSPACE, &from, now).await?;
    let ids = Snowflake::new(SystemClock, 9);
    let author = Author {
        workspace: WORKSPACE,
        user: None,
        now,
    };
    let email = email()?;
    let document = document(&email);
    let draft = store::insert(&tx, author, &ids, "bench", &document).await?;
    let facts = Facts {
        now,
        has_sender: true,
        content: ContentFacts::Email(Box::new(email.clone())),
        has_postal_address: true,
        ..Facts::default()
    };
    lifecycle::launch(
        &tx,
        author,
        &ids,
        draft.id,
        draft.version,
        &facts,
        &email.clone().into(),
    )
    .await?;
    Ok(tx.commit().await?)
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

/// Writes the workspace and customers 1 to `n`.
pub(crate) async fn customers(db: &Db, n: u64) -> anyhow::Result<()> {
    let tx = db.begin().await?;
    shop::found(&tx).await?;
    tx.commit().await?;
    let row = |n: u64| {
        vec![
            WORKSPACE.raw().into(),
            n.cast_signed().into(),
            format!("c{n}@example.jp").into(),
            format!("客 {n}").into(),
            false.into(),
            format!("{{\"rank\": \"gold\", \"points\": {}}}", n % 10_000).into(),
            "".into(),
            0i64.into(),
            0i64.into(),
            0i64.into(),
            0i64.into(),
        ]
    };
    let mut first = 1;
    while first <= n {
        let last = n.min(first + CHUNK - 1);
        let tx = db.begin().await?;
        PROFILE
            .insert(&tx, (first..=last).map(row).collect())
            .await?;
        tx.commit().await?;
        first = last + 1;
    }
    Ok(())
}

async fn from(tx: &Tx, plan: &Plan<'_>, now: Millis) -> anyhow::Result<Sender> {
    let pem = match plan.dkim {
        Dkim::None => None,
        Dkim::Rsa => Some(RSA.to_owned()),
        Dkim::Ed25519 => Some(DkimKey::generate_ed25519()?.1),
    };
    if let Some(pem) = &pem {
        // The server opens the seal with the same file.
        let master = MasterKey::load_or_create(&plan.data_dir.join("master.key"))?;
        let name = Sender::dkim_name(SENDER);
        secret::put(tx, &master, WORKSPACE, &name, pem.as_bytes(), now).await?;
    }
    let dkim = pem.map(|pem| {
        DkimKey::from_pem(&pem).map(|key| DkimSettings {
            domain: DOMAIN.to_owned(),
            selector: "bench".to_owned(),
            record: key.dns_record(),
        })
    });
    Ok(Sender {
        id: SENDER,
        from_name: "青葉ストア".to_owned(),
        from_address: format!("info@{DOMAIN}"),
        reply_to: None,
        transport: Transport::Smtp(SmtpSettings {
            host: "127.0.0.1".to_owned(),
            port: plan.port,
            tls: Tls::None,
            user: None,
            lanes: plan.lanes,
            per_second: None,
            return_domain: None,
            dkim: dkim.transpose()?,
            dkim_second: None,
            domain_limits: Vec::new(),
            charset: Charset::default(),
            warmup: None,
            provider: None,
        }),
        version: 1,
    })
}

fn document(email: &EmailDocument) -> CampaignDocument {
    CampaignDocument {
        target: Some(Target {
            everybody: true,
            ..Target::default()
        }),
        offer: Some(Offer::None {}),
        timing: Some(Timing::Now {}),
        channel: Some(ChannelCard::mail(SENDER)),
        contents: Some(Contents {
            source: ContentsSource::Inline(Box::new(email.clone())),
            locale: LocaleChoice::Person,
        }),
        goal: Some(Goal {
            event: GoalEvent::Order,
            window_days: 7,
        }),
        ..CampaignDocument::default()
    }
}

/// About 10 kB on the wire: rows with the customer's name, two attributes, and a tracked link each.
fn email() -> anyhow::Result<EmailDocument> {
    let row = |n: usize| {
        format!(
            "<mj-section><mj-column><mj-text font-size=\"15px\">{{{{ customer.name | fallback: \"お客\" | honorific }}}}、\
             会員ランク {{{{ customer.attributes.rank }}}}、{{{{ customer.attributes.points }}}} ポイントで選べる季節の新作が届きました。\
             <a href=\"https://shop.example.jp/new/{n}\">新作を見る</a></mj-text></mj-column></mj-section>"
        )
    };
    let rows: String = (1..=ROWS).map(row).collect();
    let mjml = format!("<mjml><mj-body>{rows}</mj-body></mjml>");
    serde_json::from_value(serde_json::json!({
        "version": 1, "name": "bench", "default_locale": "ja",
        "variants": {"ja": {"subject": "{{ customer.name | fallback: \"お客\" | honorific }}へ新作のお知らせ", "mjml": mjml}},
    }))
    .context("the email of the benchmark is no document")
}
