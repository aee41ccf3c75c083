//! To whom mail comes back, and what is made of it.

use campaigns::track::{CameBack, KeysAway, Kind, Seen, Token, token_of};
use channel_core::Reason;
use channel_email::returned::{self, Notice, NoticeKind, Permanence};

use crate::state::App;

/// The local part to which complaints (feedback loops) are sent.
const COMPLAINTS: &str = "complaints";

/// Types of reports by which a receiver says that mail is unwanted; others speak of signatures, or say the opposite.
const UNWANTED: &[&str] = &["abuse", "fraud", "opt-out", "opt-out-list", "other"];

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
pub(super) async fn take(app: &App, to: &[Letterbox], message: &[u8]) -> Vec<Taken> {
    let read = returned::read(message);
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

/// The weightiest of what a message says is what it means: its return path names one delivery, whoever else it lists.
async fn write_down(app: &App, token: Token, notices: &[Notice]) -> Taken {
    let Some((back, what)) = notices
        .iter()
        .filter_map(came_back)
        .max_by_key(|(_, what)| *what)
    else {
        metrics::counter!("mail_returned", "what" => "nothing").increment(1);
        return Taken::Done;
    };
    let seen = Seen {
        at: app.now(),
        user_agent: String::new(),
        is_head: false,
    };
    match app.tracker.came_back(token, seen, back).await {
        Ok(()) => {
            metrics::counter!("mail_returned", "what" => what.word()).increment(1);
            Taken::Done
        }
        Err(error) => {
            tracing::warn!(%error, delivery.id = %token.delivery, "failed to write down that delivery {} came back", token.delivery);
            Taken::Later
        }
    }
}

/// What a notice means, the weightiest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Soft,
    Hard,
    Complaint,
}

impl Weight {
    const fn word(self) -> &'static str {
        match self {
            Self::Soft => "soft",
            Self::Hard => "hard",
            Self::Complaint => "complaint",
        }
    }
}

fn came_back(notice: &Notice) -> Option<(CameBack, Weight)> {
    match &notice.kind {
        NoticeKind::Returned(meaning) => {
            let reason = Reason::new(meaning.class, None, &notice.detail);
            Some(match meaning.permanence {
                Permanence::Hard => (CameBack::Gone(reason), Weight::Hard),
                Permanence::Soft => (CameBack::Refused(reason), Weight::Soft),
            })
        }
        NoticeKind::Complained(kind) if UNWANTED.contains(&kind.as_str()) => {
            Some((CameBack::Complaint, Weight::Complaint))
        }
        NoticeKind::Complained(_)
        | NoticeKind::Delayed
        | NoticeKind::Delivered
        | NoticeKind::AutoReplied => None,
    }
}
