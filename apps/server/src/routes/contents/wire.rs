//! Between the wire and the domain.

use api_types::contents as wire;
use contents::{
    EmailDocument, EmailVariant, Problem,
    store::{Author, Content, SaveError, Summary},
};
use kernel::{
    id::ContentId,
    invalid::{FieldError, Invalid},
};

use crate::{
    http::{audit, auth::Caller, problem::ApiError},
    routes::authors::Authors,
    state::App,
};

/// Reads a document; whether it is a good one is for the compiler to say.
pub(super) fn read(document: wire::EmailDocument) -> EmailDocument {
    let variant = |variant: wire::EmailVariant| EmailVariant {
        subject: variant.subject,
        preheader: variant.preheader,
        mjml: variant.mjml,
        text: variant.text,
    };
    EmailDocument {
        version: document.version,
        name: document.name,
        default_locale: document.default_locale,
        variants: document
            .variants
            .into_iter()
            .map(|(locale, own)| (locale, variant(own)))
            .collect(),
    }
}

/// Shows a document.
pub(super) fn document(document: EmailDocument) -> wire::EmailDocument {
    let variant = |variant: EmailVariant| wire::EmailVariant {
        subject: variant.subject,
        preheader: variant.preheader,
        mjml: variant.mjml,
        text: variant.text,
    };
    wire::EmailDocument {
        version: document.version,
        name: document.name,
        default_locale: document.default_locale,
        variants: document
            .variants
            .into_iter()
            .map(|(locale, own)| (locale, variant(own)))
            .collect(),
    }
}

/// Shows an email as it is listed.
pub(super) fn summary(row: Summary, names: &Authors) -> wire::ContentSummary {
    wire::ContentSummary {
        id: row.id.to_string(),
        name: row.name,
        subject: row.sample_subject,
        locales: row.locales,
        version: row.version,
        created_at: row.created_at.to_string(),
        created_by: names.of(row.created_by),
        updated_at: row.updated_at.to_string(),
        updated_by: names.of(row.updated_by),
        archived_at: row.archived_at.map(|at| at.to_string()),
    }
}

/// Shows an email in full.
pub(super) fn view(content: Content, names: &Authors) -> wire::ContentView {
    wire::ContentView {
        summary: summary(content.summary, names),
        document: document(content.document),
    }
}

/// Reads an email back and shows it.
pub(super) async fn shown(
    app: &App,
    caller: &Caller,
    id: ContentId,
) -> Result<wire::ContentView, ApiError> {
    let content = contents::store::find(app.db.reader(), caller.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    Ok(view(content, &Authors::load(app, caller).await?))
}

/// Who writes now.
pub(super) fn author(app: &App, caller: &Caller) -> Author {
    Author {
        user: caller.user(),
        now: app.now(),
    }
}

/// Makes field errors of what is wrong with a document, with the place in the source.
pub(in crate::routes) fn problems(problems: Vec<Problem>) -> ApiError {
    Invalid(problems.into_iter().map(problem).collect()).into()
}

fn problem(problem: Problem) -> FieldError {
    let (line, column) = (number(problem.line), number(problem.column));
    let error = FieldError::new(
        format!("/document{}", problem.pointer),
        problem.code,
        problem.message_en,
        problem.message_ja,
    );
    if line == 0 {
        error
    } else {
        error.at(line, column)
    }
}

/// Lines and columns are counted in `usize` by the compiler and in 32 bits on the wire.
pub(super) fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// Answers why a document was not saved; a conflict says who saved what.
pub(super) async fn not_saved(
    app: &App,
    caller: &Caller,
    id: ContentId,
    error: SaveError,
) -> ApiError {
    match error {
        SaveError::Compile(error) => problems(error.0),
        SaveError::NotFound => ApiError::not_found(),
        SaveError::Db(error) => error.into(),
        SaveError::Conflict(version) => {
            let known = shown(app, caller, id).await.ok();
            let who = known.and_then(|view| view.summary.updated_by);
            ApiError::conflict().because(
                format!(
                    "version {version} was saved by {} meanwhile; reload it, or save yours as a copy",
                    who.as_deref().unwrap_or("a program")
                ),
                format!(
                    "{}が先に第{version}版を保存しました。読み直すか、自分の内容を写しとして保存してください",
                    who.map_or_else(|| "プログラム".to_owned(), |who| format!("{who}さん"))
                ),
            )
        }
    }
}

/// Logs a change of an email; what it says is in the versions, not in the log.
pub(super) async fn log(
    app: &App,
    tx: &storage::Tx,
    caller: &Caller,
    action: &'static str,
    id: ContentId,
    detail: serde_json::Value,
) -> Result<(), ApiError> {
    audit::log(app, tx, caller, action, ("content", Some(id.raw())), detail).await
}
