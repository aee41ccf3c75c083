//! A shop with people who may be written to, and a campaign to all of them that has been launched.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use campaigns::{
    lifecycle,
    model::{
        CampaignDocument, ChannelCard, ContentFacts, Contents, ContentsSource, Facts, Goal,
        GoalEvent, LocaleChoice, Offer, Target, Timing,
    },
    sender::{self, Charset, Sender, SmtpSettings, Tls, Transport},
    store::{self, Author},
};
use contents::EmailDocument;
use kernel::{
    id::{CampaignId, SenderId},
    time::Clock,
};
use storage::{
    Value,
    bulk::{Bulk, ColumnType},
    sql,
};
use testkit::Kit;

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

/// Fills the shop with `n` people, `c1@example.jp` and on, who agreed to get mail.
pub(crate) async fn people(kit: &Kit, n: i64) {
    let workspace = kit.workspace;
    let tx = kit.db.begin().await.unwrap();
    let row = |n: i64| -> Vec<Value> {
        let name = format!("客{n}");
        vec![
            workspace.raw().into(),
            n.into(),
            format!("c{n}@example.jp").into(),
            name.into(),
            false.into(),
            "{}".into(),
            "".into(),
            0i64.into(),
            0i64.into(),
            0i64.into(),
            0i64.into(),
        ]
    };
    PROFILE
        .insert(&tx, (1..=n).map(row).collect())
        .await
        .unwrap();
    for text in [
        "INSERT INTO consent (workspace_id, profile_id, channel, purpose, granted, source, occurred_at)
         SELECT workspace_id, id, 'email', 'marketing', TRUE, 'form', 0 FROM profile",
        "UPDATE workspace SET settings = '{\"postal_address\": \"東京都千代田区千代田1-1\"}'",
    ] {
        sql::exec(&tx, text, []).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Launches a campaign to everybody through the mail server on a port; workers do the rest.
pub(crate) async fn launch(kit: &Kit, port: u16, lanes: u32) -> CampaignId {
    let now = kit.clock.now();
    let tx = kit.db.begin().await.unwrap();
    let id = SenderId::from_raw(kit.ids.next_raw());
    let smtp = SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port,
        tls: Tls::None,
        user: None,
        lanes,
        per_second: None,
        return_domain: None,
        dkim: None,
        dkim_second: None,
        domain_limits: Vec::new(),
        charset: Charset::default(),
        warmup: None,
        provider: None,
    };
    let from = Sender {
        id,
        from_name: "青葉ストア".to_owned(),
        from_address: "info@shop.example.jp".to_owned(),
        reply_to: None,
        transport: Transport::Smtp(smtp),
        version: 1,
    };
    sender::insert(&tx, kit.workspace, &from, now)
        .await
        .unwrap();
    let email: EmailDocument = serde_json::from_value(serde_json::json!({
        "version": 1, "name": "夏", "default_locale": "ja",
        "variants": {"ja": {"subject": "{{ customer.name }}さんへ", "mjml":
            "<mjml><mj-body><mj-section><mj-column><mj-text><a href=\"https://shop.example.jp/\">新作</a></mj-text></mj-column></mj-section></mj-body></mjml>"}},
    }))
    .unwrap();
    let author = Author {
        workspace: kit.workspace,
        user: None,
        now,
    };
    let draft = store::insert(&tx, author, &*kit.ids, "夏の案内", &document(id, &email))
        .await
        .unwrap();
    let facts = Facts {
        now,
        has_sender: true,
        content: ContentFacts::Email(Box::new(email.clone())),
        has_postal_address: true,
        sensitive: Vec::new(),
        ..Facts::default()
    };
    let launched = lifecycle::launch(
        &tx,
        author,
        &*kit.ids,
        draft.id,
        draft.version,
        &facts,
        &email.into(),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    launched.id
}

fn document(sender: SenderId, email: &EmailDocument) -> CampaignDocument {
    CampaignDocument {
        target: Some(Target {
            everybody: true,
            ..Target::default()
        }),
        offer: Some(Offer::None {}),
        timing: Some(Timing::Now {}),
        channel: Some(ChannelCard::mail(sender)),
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
