//! To whom mail comes back, and what is made of it.

use campaigns::track::{CameBack, KeysAway, Kind, Report, Token, token_of};
use channel_core::Reason;
use channel_email::returned::{self, Notice, NoticeKind, Permanence};

use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::state::App;

/// Messages that are read at a time: reading is work, and strangers bring them.
static READERS: Semaphore = Semaphore::const_new(2);

/// The local part to which complaints (feedback loops) are sent.
const COMPLAINTS: &str = "complaints";

/// Types of reports by which a receiver says that mail is unwanted; others speak of signatures, or say the opposite.
pub(crate) const UNWANTED: &[&str] = &["abuse", "fraud", "opt-out", "opt-out-list", "other"];

/// A recipient that is taken in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Letterbox {
    /// The return path of a message.
    Return(Token),
    /// Complaints; the message that each gives back says which it is about.
    Complaints,
}

/// What became of a message for a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is written down, or says nothing.
    Done,
    /// It could not be written down now.
    Later,
}

/// Finds who an address is; `None` when it is none of ours.
pub(super) async fn find(app: &App, address: &str) -> Result<Option<Letterbox>, KeysAway> {
    let local = address.rsplit_once('@').map(|(local, _)| local);
    if local.is_some_and(|local| local.eq_ignore_ascii_case(COMPLAINTS)) {
        return Ok(Some(Letterbox::Complaints));
    }
    Ok(token(app, address).await?.map(Letterbox::Return))
}

async fn token(app: &App, address: &str) -> Result<Option<Token>, KeysAway> {
    match token_of(address) {
        Some(token) => app.keyring.verify(Kind::Return, &token).await,
        None => Ok(None),
    }
}

/// Reads a message and writes down what it means for each recipient.
pub(super) async fn take(
    app: &App,
    to: &[Letterbox],
    sender: &str,
    message: Vec<u8>,
) -> Vec<Taken> {
    let Some(read) = read(sender, message).await else {
        return vec![Taken::Later; to.len()];
    };
    let mut answers = Vec::with_capacity(to.len());
    for one in to {
        let token = match one {
            Letterbox::Return(token) => Ok(Some(*token)),
            Letterbox::Complaints => match read.return_path.as_deref() {
                Some(path) => token(app, path).await,
                None => Ok(None),
            },
        };
        answers.push(match token {
            Ok(Some(token)) => write_down(app, token, &read.notices).await,
            Ok(None) => {
                metrics::counter!("mail_returned", "what" => "unclear").increment(1);
                Taken::Done
            }
            Err(error) => {
                tracing::warn!(%error, "failed to look up what a message is about");
                Taken::Later
            }
        });
    }
    answers
}

/// Reads a message; `None` when that is not possible now.
async fn read(sender: &str, message: Vec<u8>) -> Option<returned::Returned> {
    let _turn = READERS.acquire().await.ok()?;
    // Whoever delivers a message writes down from whom; an empty path is the mark of a report.
    let head = format!("Return-Path: <{sender}>\r\n");
    let whole = [head.into_bytes(), message].concat();
    match spawn_blocking(move || returned::read(&whole)).await {
        Ok(read) => Some(read),
        Err(error) => {
            tracing::error!(%error, "failed to read a message that came back");
            None
        }
    }
}

async fn write_down(app: &App, token: Token, notices: &[Notice]) -> Taken {
    let reports: Vec<Report> = notices.iter().filter_map(report).collect();
    if reports.is_empty() {
        metrics::counter!("mail_returned", "what" => "nothing").increment(1);
        return Taken::Done;
    }
    match app.returns.came_back(token, app.now(), reports).await {
        Ok(()) => {
            metrics::counter!("mail_returned", "what" => "written").increment(1);
            Taken::Done
        }
        Err(error) => {
            tracing::warn!(%error, delivery.id = %token.delivery, "failed to write down that delivery {} came back", token.delivery);
            Taken::Later
        }
    }
}

fn report(notice: &Notice) -> Option<Report> {
    let back = match &notice.kind {
        NoticeKind::Returned(meaning) => {
            let reason = Reason::new(meaning.class, None, &notice.detail);
            match meaning.permanence {
                Permanence::Hard => CameBack::Gone(reason),
                Permanence::Soft => CameBack::Refused(reason),
            }
        }
        NoticeKind::Complained(kind) if UNWANTED.contains(&kind.as_str()) => CameBack::Complaint,
        NoticeKind::Complained(_)
        | NoticeKind::Delayed
        | NoticeKind::Delivered
        | NoticeKind::AutoReplied => return None,
    };
    let named = notice.recipient.iter().chain(&notice.sent_to);
    Some(Report {
        addresses: named.cloned().collect(),
        back,
        status: notice.status.clone(),
    })
}
