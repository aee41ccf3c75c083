//! The finished campaign, so that the report has something to tell.
//!
//! Who was chosen and who redeemed comes from the sample; what lies between is derived and says so in
//! its properties.

use std::collections::HashMap;

use campaigns::{
    audience::mailbox_hash,
    ledger::DeliveryState,
    model::{Offer, Target, Timing},
    store,
    track::{Link, write_links},
};
use demo::{
    Company,
    content::FINISHED,
    story::{Outcome, Recipient, Story},
};
use kernel::{
    id::{CampaignId, DeliveryId, LinkId, ProfileId, UserId, WorkspaceId},
    time::{DAY, Millis},
};
use profiles::{
    Ctx, consent,
    event::{MACHINE, OwnEvent},
    names,
    partition::Partitions,
};
use storage::{
    Value,
    bulk::{Bulk, ColumnType},
    sql,
};

use super::mail::{self, Mail};
use crate::state::App;

const DELIVERY: Bulk = Bulk {
    table: "delivery",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("profile_id", ColumnType::Int),
        ("id", ColumnType::Int),
        ("campaign_id", ColumnType::Int),
        ("occurrence", ColumnType::Int),
        ("channel", ColumnType::Int),
        ("state", ColumnType::Int),
        ("reason", ColumnType::Text),
        ("address", ColumnType::Text),
        ("mailbox_hash", ColumnType::Int),
        ("due_at", ColumnType::Int),
        ("expires_at", ColumnType::Int),
        ("attempts", ColumnType::Int),
        ("planned_at", ColumnType::Int),
        ("handed_over_at", ColumnType::Int),
        ("settled_at", ColumnType::Int),
        ("origin_profile_id", ColumnType::Int),
    ],
    suffix: "",
};

/// Where the mail's button led.
const BUTTON: &str = FINISHED.ja.url;

/// Writes the campaign, its ledger and what its receivers did.
pub(super) async fn load(
    app: &App,
    workspace: WorkspaceId,
    owner: UserId,
    company: &Company,
    mail: &Mail,
) -> anyhow::Result<()> {
    let story = company.story()?;
    make_room(app, &story).await?;
    let tx = app.db.begin().await?;
    let campaign = campaign(app, &tx, workspace, owner, &story, mail).await?;
    let link = Link::new(campaign, 0, BUTTON)
        .ok_or_else(|| anyhow::anyhow!("{BUTTON} is no web address"))?;
    write_links(
        &tx,
        workspace,
        campaign,
        story.started_at,
        std::slice::from_ref(&link),
    )
    .await?;

    let profiles = profiles_by_email(&tx, workspace).await?;
    let ctx = Ctx {
        tx: &tx,
        workspace,
        now: app.now(),
        ids: &*app.ids,
    };
    let (mut rows, mut events, mut refusals) = (Vec::new(), Vec::new(), Vec::new());
    for recipient in &story.recipients {
        let household = company
            .households()
            .iter()
            .find(|household| household.id == recipient.household);
        let Some((email, profile)) =
            household.and_then(|household| profiles.get_key_value(&household.email))
        else {
            continue;
        };
        let at = Place {
            workspace,
            campaign,
            profile: *profile,
            delivery: DeliveryId::from_raw(app.ids.next_raw()),
            link: link.id,
        };
        rows.push(row(at, email, recipient));
        events.extend(answers(at, recipient));
        match recipient.outcome {
            Outcome::HardBounce => refusals.push((email, consent::Reason::HardBounce, at.delivery)),
            _ if recipient.unsubscribed_at.is_some() => {
                refusals.push((email, consent::Reason::Unsubscribe, at.delivery));
            }
            _ => {}
        }
    }
    DELIVERY.insert(&tx, rows).await?;
    profiles::event::record(ctx, &events).await?;
    for (email, reason, delivery) in refusals {
        consent::suppress(ctx, consent::EMAIL, email, reason, Some(delivery)).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn campaign(
    app: &App,
    tx: &storage::Tx,
    workspace: WorkspaceId,
    owner: UserId,
    story: &Story,
    mail: &Mail,
) -> anyhow::Result<CampaignId> {
    let document = campaigns::model::CampaignDocument {
        target: Some(Target {
            everybody: true,
            ..Target::default()
        }),
        offer: Some(Offer::Coupon {
            label: "16枚クーポン".to_owned(),
            code: "AOBA18".to_owned(),
            expires_at: Some(story.coupons_end_at),
        }),
        timing: Some(Timing::At {
            at: story.started_at,
        }),
        ..mail::document(mail.sender, mail.finished, 56)
    };
    let author = store::Author {
        workspace,
        user: Some(owner),
        now: story.started_at.plus(-DAY),
    };
    let campaign = store::insert(tx, author, &*app.ids, FINISHED.name, &document).await?;
    store::freeze(
        tx,
        workspace,
        campaign.id,
        &mail.finished_email.clone().into(),
        story.started_at,
    )
    .await?;
    sql::exec(
        tx,
        "UPDATE campaign SET state = 'finished', plan_at = $2, planned_at = $2, launched_by = $3, launched_at = $2,
                finished_at = $4, updated_at = $4 WHERE id = $1",
        [campaign.id.raw().into(), story.started_at.0.into(), owner.raw().into(), story.finished_at.0.into()],
    )
    .await?;
    Ok(campaign.id)
}

async fn profiles_by_email(
    tx: &storage::Tx,
    workspace: WorkspaceId,
) -> anyhow::Result<HashMap<String, ProfileId>> {
    let text = "SELECT email, id FROM profile WHERE workspace_id = $1 AND email IS NOT NULL";
    let mut found = HashMap::new();
    for row in sql::rows(tx, text, [workspace.raw().into()]).await? {
        found.insert(
            row.try_get_by_index::<String>(0)?,
            ProfileId::from_raw(row.try_get_by_index(1)?),
        );
    }
    Ok(found)
}

/// One receiver's place in the ledger.
#[derive(Clone, Copy)]
struct Place {
    workspace: WorkspaceId,
    campaign: CampaignId,
    profile: ProfileId,
    delivery: DeliveryId,
    link: LinkId,
}

fn row(at: Place, email: &str, recipient: &Recipient) -> Vec<Value> {
    let (state, reason, is_sent) = match recipient.outcome {
        Outcome::NoConsent => (DeliveryState::Suppressed, Some("no_consent"), false),
        Outcome::HardBounce => (DeliveryState::Failed, Some("hard_bounce"), true),
        Outcome::Delivered => (DeliveryState::Accepted, None, true),
    };
    let when = recipient.sent_at;
    vec![
        at.workspace.raw().into(),
        at.profile.raw().into(),
        at.delivery.raw().into(),
        at.campaign.raw().into(),
        0i64.into(),
        1i64.into(),
        (state as i64).into(),
        reason.into(),
        email.into(),
        mailbox_hash(email).into(),
        when.0.into(),
        when.plus(DAY).0.into(),
        i64::from(is_sent).into(),
        when.0.into(),
        is_sent.then_some(when.0).into(),
        when.0.into(),
        at.profile.raw().into(),
    ]
}

async fn make_room(app: &App, story: &Story) -> anyhow::Result<()> {
    let told: Vec<Millis> = story.recipients.iter().flat_map(instants).collect();
    let partitions = Partitions::default();
    Ok(partitions.ensure(&app.db, app.now(), &told).await?)
}

/// When a receiver got and answered the mail.
fn instants(recipient: &Recipient) -> impl Iterator<Item = Millis> {
    let all = [
        Some(recipient.sent_at),
        recipient.machine_opened_at,
        recipient.opened_at,
        recipient.clicked_at,
        recipient.unsubscribed_at,
    ];
    all.into_iter().flatten()
}

fn answers(at: Place, recipient: &Recipient) -> Vec<OwnEvent> {
    let event = |name_id: i32, when: Millis, flags: i32, link: Option<LinkId>| OwnEvent {
        profile: at.profile,
        name_id,
        occurred_at: when,
        campaign: Some(at.campaign),
        delivery: Some(at.delivery),
        link,
        flags,
        properties: Some(serde_json::json!({ "source": "derived" })),
    };
    let mut events = Vec::new();
    match recipient.outcome {
        Outcome::NoConsent => return events,
        Outcome::HardBounce => {
            events.push(event(names::MESSAGE_BOUNCED, recipient.sent_at, 0, None));
        }
        Outcome::Delivered => events.push(event(names::MESSAGE_SENT, recipient.sent_at, 0, None)),
    }
    events.extend(
        recipient
            .machine_opened_at
            .map(|when| event(names::MESSAGE_OPENED, when, MACHINE, None)),
    );
    events.extend(
        recipient
            .opened_at
            .map(|when| event(names::MESSAGE_OPENED, when, 0, None)),
    );
    events.extend(
        recipient
            .clicked_at
            .map(|when| event(names::MESSAGE_CLICKED, when, 0, Some(at.link))),
    );
    if let Some(when) = recipient.unsubscribed_at {
        events.push(event(names::UNSUBSCRIBE_CLICKED, when, 0, None));
        events.push(event(names::MESSAGE_UNSUBSCRIBED, when, 0, None));
    }
    events
}
