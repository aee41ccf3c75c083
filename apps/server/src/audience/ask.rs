//! Asking who is in segments. The audience index answers where it stands, SQL where it does not, and the answer
//! says which. What must never be behind - the last checks before a send - asks SQL itself, not this.

use std::time::Duration;

use index::{LeafCache, View};
use kernel::{feed::Cursor, id::ProfileId, invalid::FieldError};
use sea_orm::DbErr;
use segmentation::{
    At, Counts, Overlap, Parts, Resolved, SegmentError,
    index::{self as indexed, Rule},
    language::Document,
};
use storage::{Db, feed};
use tokio::time::timeout;

use super::{Audience, Present, Unavailable};

/// How long a question waits for what was just written.
const PATIENCE: Duration = Duration::from_secs(1);

/// How many rules the database compares with one.
const MOST_BY_SQL: usize = 10;

/// What an answer should have seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Whatever is in; no waiting.
    Present,
    /// Everything up to a position of the feed that an earlier answer gave.
    UpTo(Cursor),
    /// Everything that is committed when the question is asked.
    Newest,
}

/// Who answers, and how much of the feed that has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// Why SQL answers; `None` where the index does.
    pub instead: Option<Unavailable>,
    /// The position of the feed up to which everything has been seen.
    pub position: Cursor,
    /// What was wanted had not been taken in within a second.
    pub is_stale: bool,
}

/// Counts of a rule, and what is allowed in it but probably not meant.
#[derive(Debug)]
pub struct Counted {
    /// How many.
    pub counts: Counts,
    /// Words that the workspace has never seen.
    pub warnings: Vec<FieldError>,
}

/// Answers questions about one workspace at one moment; of the index all of them see the same state.
pub struct Asker {
    db: Db,
    at: At,
    index: Option<Present>,
    answered: Answered,
}

impl Audience {
    /// Finds out who answers, after waiting for what is wanted, a second at most.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn asker(&self, at: At, wanted: Wanted) -> Result<Asker, DbErr> {
        let db = self.0.db.clone();
        let (present, is_stale) = match self.present(&at, wanted).await? {
            Ok(found) => found,
            Err(why) => return Asker::of_sql(db, at, why).await,
        };
        let answered = Answered {
            instead: None,
            position: present.position,
            is_stale,
        };
        let index = Some(present);
        Ok(Asker {
            db,
            at,
            index,
            answered,
        })
    }

    async fn present(
        &self,
        at: &At,
        wanted: Wanted,
    ) -> Result<Result<(Present, bool), Unavailable>, DbErr> {
        let Some(follower) = self.of(at.workspace) else {
            return Ok(Err(self.absent()));
        };
        // One that is being made is not waited for: SQL has seen everything.
        let present = match follower.present() {
            Ok(present) => present,
            Err(why) => return Ok(Err(why)),
        };
        let position = match wanted {
            Wanted::Present => return Ok(Ok((present, false))),
            Wanted::UpTo(position) => position,
            Wanted::Newest => feed::newest(self.0.db.reader()).await?,
        };
        let is_in = match timeout(PATIENCE, follower.wait_for(position)).await {
            Ok(Ok(_)) => true,
            Ok(Err(why)) => return Ok(Err(why)),
            Err(_) => false,
        };
        Ok(follower.present().map(|present| (present, !is_in)))
    }
}

impl Asker {
    /// SQL sees all that is committed, so its answers are never stale.
    async fn of_sql(db: Db, at: At, why: Unavailable) -> Result<Self, DbErr> {
        let answered = Answered {
            instead: Some(why),
            position: feed::head(db.reader()).await?,
            is_stale: false,
        };
        let index = None;
        Ok(Self {
            db,
            at,
            index,
            answered,
        })
    }

    /// Lets SQL answer where the index has not come as far as was wanted.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn or_sql(self) -> Result<Self, DbErr> {
        if self.answered.is_stale {
            Self::of_sql(self.db, self.at, Unavailable::Behind).await
        } else {
            Ok(self)
        }
    }

    /// Says who answers.
    pub const fn answered(&self) -> Answered {
        self.answered
    }

    /// Counts the whole and every part.
    ///
    /// # Errors
    /// When the rule cannot be asked, or the database does not answer.
    pub async fn count_each(&self, document: &Document) -> Result<Counted, SegmentError> {
        let Some(present) = &self.index else {
            let db = self.db.reader();
            let resolved = segmentation::resolve(db, &self.at, &[document]).await?;
            let counts = segmentation::count_each(db, &self.at, document, &resolved).await?;
            let warnings = resolved.warnings;
            return Ok(Counted { counts, warnings });
        };
        let question = self.question(present, &[document]).await?;
        let document = document.clone();
        let work = move || {
            let Question { resolved, at, .. } = &question;
            let (view, answers) = (question.view(), Some(question.answers()));
            let counts = indexed::count_each(view, &document, resolved, at, answers);
            let warnings = question.resolved.warnings;
            Counted { counts, warnings }
        };
        Ok(aside(work).await)
    }

    /// Returns `n` members that look picked at random but are the same for the same seed.
    ///
    /// # Errors
    /// When the rule cannot be asked, or the database does not answer.
    pub async fn examples(
        &self,
        document: &Document,
        seed: u32,
        n: u32,
    ) -> Result<Vec<ProfileId>, SegmentError> {
        let Some(present) = &self.index else {
            return segmentation::examples(self.db.reader(), &self.at, document, seed, n).await;
        };
        let question = self.question(present, &[document]).await?;
        let document = document.clone();
        let work = move || {
            let (view, answers) = (question.view(), Some(question.answers()));
            indexed::examples(view, &question.rule(&document), seed, n, answers)
        };
        Ok(aside(work).await)
    }

    /// Returns up to `limit` members after a position, in the order of their ids.
    ///
    /// # Errors
    /// When the rule cannot be asked, or the database does not answer.
    pub async fn members(
        &self,
        document: &Document,
        after: Option<ProfileId>,
        limit: u64,
    ) -> Result<Vec<ProfileId>, SegmentError> {
        let Some(present) = &self.index else {
            let db = self.db.reader();
            return segmentation::members(db, &self.at, document, after, limit).await;
        };
        let question = self.question(present, &[document]).await?;
        let document = document.clone();
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let work = move || {
            let (view, answers) = (question.view(), Some(question.answers()));
            indexed::page(view, &question.rule(&document), after, limit, answers)
        };
        Ok(aside(work).await)
    }

    /// Returns everybody whom a rule selects, in the order of their ids.
    ///
    /// # Errors
    /// When the rule cannot be asked, or the database does not answer.
    pub async fn all_members(&self, document: &Document) -> Result<Vec<ProfileId>, SegmentError> {
        let Some(present) = &self.index else {
            return segmentation::all_members(self.db.reader(), &self.at, document).await;
        };
        let question = self.question(present, &[document]).await?;
        let document = document.clone();
        let work = move || indexed::members(question.view(), &question.rule(&document));
        Ok(aside(work).await)
    }

    /// Counts how some rules overlap, at most [`segmentation::parts::MOST`].
    ///
    /// # Errors
    /// When a rule cannot be asked, or the database does not answer.
    pub async fn parts(&self, documents: &[Document]) -> Result<Parts, SegmentError> {
        let all: Vec<&Document> = documents.iter().collect();
        let Some(present) = &self.index else {
            return segmentation::parts(self.db.reader(), &self.at, &all).await;
        };
        let question = self.question(present, &all).await?;
        let documents = documents.to_vec();
        let work = move || {
            let rules: Vec<_> = documents.iter().map(|one| question.rule(one)).collect();
            let rules: Vec<_> = rules.iter().collect();
            indexed::parts(question.view(), &rules, Some(question.answers()))
        };
        Ok(aside(work).await)
    }

    /// Counts how a rule overlaps with each of others. The database is asked about the first few of them only: each
    /// costs it a walk over everybody.
    ///
    /// # Errors
    /// When a rule cannot be asked, or the database does not answer.
    pub async fn overlaps(
        &self,
        document: &Document,
        others: &[Document],
    ) -> Result<Vec<Overlap>, SegmentError> {
        let Some(present) = &self.index else {
            let (db, mut found) = (self.db.reader(), Vec::new());
            for other in others.iter().take(MOST_BY_SQL) {
                let parts = segmentation::parts(db, &self.at, &[document, other]).await?;
                found.push(parts.pair());
            }
            return Ok(found);
        };
        let all: Vec<&Document> = std::iter::once(document).chain(others).collect();
        let question = self.question(present, &all).await?;
        let (document, others) = (document.clone(), others.to_vec());
        let work = move || {
            let (rule, answers) = (question.rule(&document), Some(question.answers()));
            let overlap = |other| {
                let pair = [&rule, &question.rule(other)];
                indexed::parts(question.view(), &pair, answers).pair()
            };
            others.iter().map(overlap).collect()
        };
        Ok(aside(work).await)
    }

    async fn question(
        &self,
        present: &Present,
        documents: &[&Document],
    ) -> Result<Question, SegmentError> {
        let resolved = segmentation::resolve_words(self.db.reader(), &self.at, documents).await?;
        Ok(Question {
            present: present.clone(),
            resolved,
            at: self.at,
        })
    }
}

/// What the index is asked with.
struct Question {
    present: Present,
    resolved: Resolved,
    at: At,
}

impl Question {
    fn rule(&self, document: &Document) -> Rule {
        indexed::compile(document, &self.resolved, &self.at)
    }

    fn view(&self) -> &View {
        &self.present.view
    }

    fn answers(&self) -> &LeafCache {
        &self.present.answers
    }
}

/// Computes off the threads that serve: a question about a million customers takes milliseconds of every core.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer,
        // The request that asked fails as if it had computed itself.
        Err(broken) => std::panic::resume_unwind(broken.into_panic()),
    }
}
