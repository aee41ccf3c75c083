//! Files on their way to the disk, counted while they stream.

use std::path::{Path, PathBuf};

use axum::{extract::multipart::Field, http::StatusCode};
use kernel::invalid::Invalid;
use tokio::{fs::File, io::AsyncWriteExt};

use crate::http::problem::ApiError;

/// A file that nothing knows of yet: it must not stay when the upload fails or its sender goes away.
pub(super) struct Orphan(pub(super) Option<PathBuf>);

impl Drop for Orphan {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// The largest file that a route takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Most {
    pub(super) bytes: u64,
    /// As people say it.
    pub(super) said: &'static str,
}

/// Writes a field of a form to a file.
pub(super) async fn write(path: &Path, mut field: Field<'_>, most: Most) -> Result<(), ApiError> {
    let mut file = File::create(path)
        .await
        .map_err(|error| ApiError::internal(&error))?;
    let mut n_bytes = 0u64;
    while let Some(chunk) = field.chunk().await.map_err(|_| broken())? {
        n_bytes += chunk.len() as u64;
        if n_bytes > most.bytes {
            return Err(ApiError::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too-large",
                "the file is too large",
                "ファイルが大きすぎます",
            )
            .because(
                format!("it is over {}", most.said),
                format!("{}を超えています", most.said),
            ));
        }
        file.write_all(&chunk)
            .await
            .map_err(|error| ApiError::internal(&error))?;
    }
    file.sync_all()
        .await
        .map_err(|error| ApiError::internal(&error))
}

pub(super) fn missing() -> ApiError {
    Invalid::one(
        "/file",
        "required",
        "send the file as the multipart field `file`",
        "ファイルを multipart の file で送ってください",
    )
    .into()
}

pub(super) fn broken() -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        "broken-upload",
        "the upload broke off",
        "アップロードが途中で切れました",
    )
}
