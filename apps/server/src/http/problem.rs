//! Errors become RFC 9457 problems: one type here, one place that knows language and request id.

use access::{AccessError, Permission};
use api_types::{FieldError as WireError, Problem};
use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use kernel::{
    invalid::{Bilingual, FieldError, Invalid},
    page::BadCursor,
};
use sea_orm::{DbErr, RuntimeErr, SqlxError};
use storage::StorageError;

use super::extract::Locale;

/// The media type of every error answer.
pub const PROBLEM_JSON: &str = "application/problem+json";
/// Says after how many seconds a limit lets the caller in again: SDKs of tracking know it by this name.
pub const RATE_LIMIT_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
/// Carries the id of a request, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// An error answer before language and request id are known.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable name of the kind of problem.
    pub slug: &'static str,
    /// What kind of problem it is.
    pub title: Bilingual,
    /// What is wrong here and how to mend it; empty for a 5xx. Boxed to keep the results of calls small.
    pub detail: Option<Box<Bilingual>>,
    /// The fields at fault.
    pub errors: Vec<FieldError>,
    /// Seconds after which to try again.
    pub retry_after: Option<u64>,
}

impl ApiError {
    /// Makes an error of a kind.
    pub fn new(status: StatusCode, slug: &'static str, en: &str, ja: &str) -> Self {
        Self {
            status,
            slug,
            title: Bilingual::new(en, ja),
            detail: None,
            errors: Vec::new(),
            retry_after: None,
        }
    }

    /// Adds what is wrong here and how to mend it.
    #[must_use]
    pub fn because(mut self, en: impl Into<String>, ja: impl Into<String>) -> Self {
        self.detail = Some(Box::new(Bilingual::new(en, ja)));
        self
    }

    /// Nothing here, or nothing that the caller may know of.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            "not found",
            "見つかりません",
        )
    }

    /// Somebody changed the object since the caller read it.
    pub fn conflict() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "conflict",
            "changed by somebody else",
            "ほかの人が先に変更しました",
        )
        .because(
            "read the newest version, put your change into it and save again",
            "最新の内容を読み込み、変更をあわせてからもう一度保存してください",
        )
    }

    /// The caller is not signed in.
    pub fn not_signed_in() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "not-signed-in",
            "not signed in",
            "サインインしてください",
        )
    }

    /// The caller lacks a right.
    pub fn forbidden(permission: Permission) -> Self {
        let scope = permission.scope();
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "not allowed",
            "権限がありません",
        )
        .because(
            format!("this needs the permission {scope}; ask an admin of the workspace"),
            format!("権限「{scope}」が必要です。管理者に相談してください"),
        )
    }

    /// Something on our side went wrong; the cause goes to the log, not to the caller.
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        let chain: Vec<String> = std::iter::successors(Some(error), |error| error.source())
            .map(ToString::to_string)
            .collect();
        tracing::error!(error = chain.join(": "), "request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "something went wrong",
            "エラーが起きました",
        )
    }
}

impl From<Invalid> for ApiError {
    fn from(invalid: Invalid) -> Self {
        Self {
            errors: invalid.0,
            ..Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid",
                "some fields need mending",
                "入力を見直してください",
            )
        }
    }
}
impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        if !is_away(&error) {
            return Self::internal(&error);
        }
        let mut answer = Self::internal(&error);
        answer.status = StatusCode::SERVICE_UNAVAILABLE;
        answer.slug = "database-away";
        answer.title = Bilingual::new("the database did not answer", "データベースが応答しません");
        answer.retry_after = Some(2);
        answer
    }
}

/// Tells a database that is away, where trying again helps, from one that refuses what it was told.
fn is_away(error: &StorageError) -> bool {
    let StorageError::Db(error) = error else {
        return false;
    };
    let cause = match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => return true,
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
            cause
        }
        _ => return false,
    };
    match cause.as_ref() {
        SqlxError::Io(_)
        | SqlxError::Tls(_)
        | SqlxError::Protocol(_)
        | SqlxError::PoolTimedOut
        | SqlxError::PoolClosed
        | SqlxError::WorkerCrashed => true,
        SqlxError::Database(error) => error.code().is_some_and(|code| is_away_code(&code)),
        _ => false,
    }
}

/// PostgreSQL: the connection broke, transactions collided, resources are short, it is stopping or
/// starting. SQLite: busy, locked, the disk fails or is full.
fn is_away_code(code: &str) -> bool {
    match code.len() {
        5 => ["08", "40", "53", "57P"]
            .iter()
            .any(|class| code.starts_with(class)),
        _ => matches!(code, "5" | "6" | "10" | "13" | "517"),
    }
}

impl From<DbErr> for ApiError {
    fn from(error: DbErr) -> Self {
        StorageError::from(error).into()
    }
}
impl From<storage::secret::SecretError> for ApiError {
    fn from(error: storage::secret::SecretError) -> Self {
        match error {
            storage::secret::SecretError::Storage(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}
impl From<BadCursor> for ApiError {
    fn from(_: BadCursor) -> Self {
        Invalid::one(
            "/after",
            "cursor",
            "use the `next` value of an earlier page",
            "前のページの next の値を使ってください",
        )
        .into()
    }
}
impl From<AccessError> for ApiError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Credentials => Self::new(
                StatusCode::UNAUTHORIZED,
                "credentials",
                "the email or the password is not right",
                "メールアドレスかパスワードが違います",
            ),
            AccessError::NotSignedIn => Self::not_signed_in(),
            AccessError::LinkSpent => Self::new(
                StatusCode::GONE,
                "link-spent",
                "this link was used already or has expired",
                "このリンクは使用済みか、期限が切れています",
            ),
            AccessError::LastOwner => Self::new(
                StatusCode::CONFLICT,
                "last-owner",
                "a workspace needs at least one owner",
                "ワークスペースには少なくとも1人のオーナーが必要です",
            ),
            AccessError::Invalid(invalid) => invalid.into(),
            AccessError::Storage(error) => error.into(),
            AccessError::Crypto => Self::internal(&error),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives every request an id and every error its body.
pub async fn finish(locale: Locale, mut request: Request, next: Next) -> Response {
    let given = request
        .headers()
        .get(&REQUEST_ID)
        .and_then(|id| id.to_str().ok());
    let id = given
        .filter(|id| is_plain_id(id))
        .map_or_else(fresh_request_id, ToOwned::to_owned);
    if let Ok(value) = HeaderValue::from_str(&id) {
        request.headers_mut().insert(REQUEST_ID, value);
    }
    let mut response = next.run(request).await;
    if let Some(error) = response.extensions_mut().remove::<ApiError>() {
        let headers = std::mem::take(response.headers_mut());
        response = body(&error, &id, &locale);
        response
            .headers_mut()
            .extend(headers.into_iter().filter_map(|(name, value)| {
                // The empty body's own headers must not survive.
                name.filter(|name| *name != header::CONTENT_LENGTH && *name != header::CONTENT_TYPE)
                    .map(|name| (name, value))
            }));
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

fn body(error: &ApiError, request_id: &str, locale: &Locale) -> Response {
    let problem = Problem {
        kind: format!("/problems/{}", error.slug),
        title: error.title.for_locale(&locale.0).to_owned(),
        status: error.status.as_u16(),
        detail: error
            .detail
            .as_ref()
            .map(|detail| detail.for_locale(&locale.0).to_owned()),
        request_id: request_id.to_owned(),
        errors: error
            .errors
            .iter()
            .map(|field| WireError {
                pointer: field.pointer.clone(),
                code: field.code.clone(),
                message: field.message.for_locale(&locale.0).to_owned(),
                line: field.place.map(|(line, _)| line),
                column: field.place.map(|(_, column)| column),
            })
            .collect(),
    };
    let text = serde_json::to_string(&problem).unwrap_or_default();
    let mut response = (error.status, [(header::CONTENT_TYPE, PROBLEM_JSON)], text).into_response();
    if let Some(seconds) = error.retry_after {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        if error.status == StatusCode::TOO_MANY_REQUESTS {
            headers.insert(RATE_LIMIT_RESET, HeaderValue::from(seconds));
        }
    }
    response
}

fn is_plain_id(id: &str) -> bool {
    (8..=64).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn fresh_request_id() -> String {
    let mut bytes = [0; 12];
    // Without randomness the id is only less useful.
    let _ = ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes);
    hex::encode(bytes)
}
