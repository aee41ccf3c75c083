//! The picture of a menu: what LINE takes, told by its bytes and not by its name.

use kernel::{
    id::{IdSource, WorkspaceId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::sql;

/// LINE says "1 MB"; a million is safe in either reading.
pub const MAX_BYTES: usize = 1_000_000;
const WIDTHS: std::ops::RangeInclusive<i64> = 800..=2_500;
const LEAST_HEIGHT: i64 = 250;

/// A format that LINE takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the formats")]
pub enum Kind {
    Png,
    Jpeg,
}

/// A picture that LINE takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its format.
    pub kind: Kind,
    /// Dots from left to right.
    pub width: i64,
    /// Dots from top to bottom.
    pub height: i64,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Why LINE would not take a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Neither format, or a broken file.
    #[error("the picture is neither PNG nor JPEG")]
    Format,
    /// More than 1 MB.
    #[error("the picture is larger than 1 MB")]
    TooBig,
    /// A side that is too short or too long.
    #[error("the picture is {0} by {1}; use 800 to 2,500 in width and at least 250 in height")]
    Size(i64, i64),
    /// Too high for its width.
    #[error("the picture is {0} by {1}; it must be at least 1.45 times as wide as high")]
    Ratio(i64, i64),
}

impl Kind {
    /// Returns the media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }
}

impl Picture {
    /// Reads a file.
    ///
    /// # Errors
    /// What LINE would refuse.
    pub fn read(bytes: Vec<u8>) -> Result<Self, PictureError> {
        if bytes.len() > MAX_BYTES {
            return Err(PictureError::TooBig);
        }
        let (kind, width, height) = measure(&bytes).ok_or(PictureError::Format)?;
        if !WIDTHS.contains(&width) || height < LEAST_HEIGHT {
            return Err(PictureError::Size(width, height));
        }
        if width * 100 < height * 145 {
            return Err(PictureError::Ratio(width, height));
        }
        Ok(Self {
            kind,
            width,
            height,
            bytes,
        })
    }
}

fn measure(bytes: &[u8]) -> Option<(Kind, i64, i64)> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        // The first chunk is IHDR, and begins with both sides.
        let side = |from: usize| {
            let four: [u8; 4] = bytes.get(from..from + 4)?.try_into().ok()?;
            Some(i64::from(u32::from_be_bytes(four)))
        };
        return (bytes.get(12..16)? == b"IHDR").then_some((Kind::Png, side(16)?, side(20)?));
    }
    bytes
        .starts_with(b"\xff\xd8")
        .then(|| frame(bytes))
        .flatten()
        .map(|(width, height)| (Kind::Jpeg, width, height))
}

/// Finds the start of frame of a JPEG (ITU-T T.81, B.1.1.3): markers C0 to CF but for C4, C8 and CC.
fn frame(bytes: &[u8]) -> Option<(i64, i64)> {
    let two = |at: usize| {
        let two: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
        Some(u16::from_be_bytes(two))
    };
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            // Fill bytes.
            0xff => at += 1,
            0xc4 | 0xc8 | 0xcc => at += 2 + usize::from(two(at + 2)?),
            0xc0..=0xcf => return Some((i64::from(two(at + 7)?), i64::from(two(at + 5)?))),
            // The picture begins, and no frame came.
            0xd9 | 0xda => return None,
            _ => at += 2 + usize::from(two(at + 2)?),
        }
    }
}

/// Keeps a picture and returns its number.
///
/// # Errors
/// When the database does not answer.
pub async fn keep(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    ids: &dyn IdSource,
    picture: &Picture,
    now: Millis,
) -> Result<i64, DbErr> {
    let id = ids.next_raw();
    let text =
        "INSERT INTO line_menu_image (workspace_id, id, kind, width, height, bytes, created_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let binds = [
        workspace.raw().into(),
        id.into(),
        picture.kind.media_type().into(),
        picture.width.into(),
        picture.height.into(),
        picture.bytes.clone().into(),
        now.0.into(),
    ];
    sql::exec(tx, text, binds).await.map(|_| id)
}

/// Returns a picture.
///
/// # Errors
/// When the database does not answer.
pub async fn picture(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: i64,
) -> Result<Option<Picture>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        kind: String,
        width: i32,
        height: i32,
        bytes: Vec<u8>,
    }
    let text = "SELECT kind, width, height, bytes FROM line_menu_image WHERE workspace_id = $1 AND id = $2";
    let row: Option<Row> = sql::one(db, text, [workspace.raw().into(), id.into()]).await?;
    Ok(row.map(|row| Picture {
        kind: if row.kind == "image/png" {
            Kind::Png
        } else {
            Kind::Jpeg
        },
        width: row.width.into(),
        height: row.height.into(),
        bytes: row.bytes,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes
    }

    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        // A comment first, a fill byte, then a progressive frame.
        let mut bytes = b"\xff\xd8\xff\xfe\0\x04hi\xff\xff\xc2\0\x11\x08".to_vec();
        bytes.extend(height.to_be_bytes());
        bytes.extend(width.to_be_bytes());
        bytes
    }

    #[test]
    fn the_bytes_say_what_it_is() {
        let found = Picture::read(png(2_500, 1_686)).unwrap();
        assert_eq!(
            (found.kind, found.width, found.height),
            (Kind::Png, 2_500, 1_686)
        );
        let found = Picture::read(jpeg(1_200, 405)).unwrap();
        assert_eq!(
            (found.kind, found.width, found.height),
            (Kind::Jpeg, 1_200, 405)
        );
    }

    #[test]
    fn what_line_refuses_is_refused_here() {
        for (bytes, why) in [
            (b"GIF89a".to_vec(), PictureError::Format),
            (Vec::new(), PictureError::Format),
            (b"\xff\xd8\xff".to_vec(), PictureError::Format),
            (b"\x89PNG\r\n\x1a\n\0\0".to_vec(), PictureError::Format),
            (png(799, 300), PictureError::Size(799, 300)),
            (png(2_501, 1_000), PictureError::Size(2_501, 1_000)),
            (jpeg(800, 249), PictureError::Size(800, 249)),
            (png(1_000, 690), PictureError::Ratio(1_000, 690)),
            (vec![0xff; MAX_BYTES + 1], PictureError::TooBig),
        ] {
            assert_eq!(Picture::read(bytes), Err(why));
        }
        assert!(Picture::read(png(1_450, 1_000)).is_ok());
    }
}
