//! The sender, the two emails and the draft that waits to be launched.

use campaigns::{
    model::{
        Block, CampaignDocument, ChannelCard, Contents, ContentsSource, Goal, GoalEvent,
        LocaleChoice, Offer, Target, Timing,
    },
    sender::{self, Sender, Transport},
    store,
};
use contents::{EmailDocument, store as saved};
use demo::content::{DRAFT, FINISHED, MailText, ReadyMail};
use kernel::id::{ContentId, SegmentId, SenderId, UserId, WorkspaceId, fresh};

use crate::state::App;

/// What later steps refer to.
pub(super) struct Mail {
    pub(super) sender: SenderId,
    pub(super) finished: ContentId,
    pub(super) finished_email: EmailDocument,
}

/// Writes the sender and the emails, and the draft for the first segment.
pub(super) async fn load(
    app: &App,
    workspace: WorkspaceId,
    owner: UserId,
    segment: SegmentId,
) -> anyhow::Result<Mail> {
    let sender = Sender {
        id: fresh(&*app.ids),
        from_name: demo::COMPANY_NAME.to_owned(),
        from_address: "news@aoba.example.jp".to_owned(),
        reply_to: Some("info@aoba.example.jp".to_owned()),
        transport: Transport::Sandbox,
        version: 1,
    };
    let finished_email = email("coupon", &FINISHED)?;
    let draft_email = email("recommendation", &DRAFT)?;
    let (finished, draft): (ContentId, ContentId) = (fresh(&*app.ids), fresh(&*app.ids));
    let author = saved::Author {
        user: Some(owner),
        now: app.now(),
    };
    let tx = app.db.begin().await?;
    sender::insert(&tx, workspace, &sender, app.now()).await?;
    saved::create(&tx, workspace, finished, &finished_email, author).await?;
    saved::create(&tx, workspace, draft, &draft_email, author).await?;
    let document = CampaignDocument {
        target: Some(Target {
            include: vec![segment],
            ..Target::default()
        }),
        offer: Some(Offer::Products {
            label: "ほかのお客様によく選ばれている商品".to_owned(),
            block: Block::Popular,
            category: None,
        }),
        timing: Some(Timing::Now {}),
        ..document(sender.id, draft, 7)
    };
    let author = store::Author {
        workspace,
        user: Some(owner),
        now: app.now(),
    };
    store::insert(&tx, author, &*app.ids, DRAFT.name, &document).await?;
    tx.commit().await?;
    Ok(Mail {
        sender: sender.id,
        finished,
        finished_email,
    })
}

/// Returns the cards that both campaigns answer alike.
pub(super) fn document(sender: SenderId, content: ContentId, window_days: u16) -> CampaignDocument {
    CampaignDocument {
        channel: Some(ChannelCard::mail(sender)),
        contents: Some(Contents {
            source: ContentsSource::Saved(content),
            locale: LocaleChoice::Person,
        }),
        goal: Some(Goal {
            event: GoalEvent::Order,
            window_days,
        }),
        ..CampaignDocument::default()
    }
}

/// Takes a starter and puts the company's own words into its head.
fn email(starter: &str, mail: &ReadyMail) -> anyhow::Result<EmailDocument> {
    let found = contents::gallery()
        .iter()
        .find(|candidate| candidate.id == starter);
    let mut document = found
        .ok_or_else(|| anyhow::anyhow!("there is no starter {starter}"))?
        .document
        .clone();
    mail.name.clone_into(&mut document.name);
    let mut say = |locale: &str, text: &MailText| {
        if let Some(variant) = document.variants.get_mut(locale) {
            text.subject.clone_into(&mut variant.subject);
            text.preheader.clone_into(&mut variant.preheader);
        }
    };
    say("ja", &mail.ja);
    say("en", &mail.en);
    Ok(document)
}
