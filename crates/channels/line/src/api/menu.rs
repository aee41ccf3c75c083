//! Rich menus: made, given to people, switched by alias.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{LineApi, LineApiError, request::Call};
use crate::{MAX_IMAGE_BYTES, RichMenu, UserId, limits::Endpoint};

/// Most people of one bulk call.
const MAX_BULK: usize = 500;
/// Most operations of one batch.
const MAX_BATCH: usize = 1_000;

/// A menu that LINE keeps.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredMenu {
    /// LINE's name of it.
    pub rich_menu_id: String,
    /// Ours.
    pub name: String,
}

/// A name under which menus switch to one another.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MenuAlias {
    /// The alias.
    pub rich_menu_alias_id: String,
    /// The menu that it stands for now.
    pub rich_menu_id: String,
}

/// The picture of a menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MenuImage {
    /// `image/jpeg`.
    Jpeg,
    /// `image/png`.
    Png,
}

impl MenuImage {
    /// Tells the kind by the first bytes; `None` for anything but JPEG and PNG.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else {
            None
        }
    }
}

/// One change of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchOperation {
    /// Everybody with the first menu gets the second.
    Link {
        /// From this one.
        from: String,
        /// To this one.
        to: String,
    },
    /// Everybody with this menu loses it.
    Unlink {
        /// This one.
        from: String,
    },
    /// Everybody loses theirs.
    UnlinkAll,
}

impl BatchOperation {
    fn json(&self) -> Value {
        match self {
            Self::Link { from, to } => json!({ "type": "link", "from": from, "to": to }),
            Self::Unlink { from } => json!({ "type": "unlink", "from": from }),
            Self::UnlinkAll => json!({ "type": "unlinkAll" }),
        }
    }
}

/// How far a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BatchPhase {
    /// Under way.
    Ongoing,
    /// Done.
    Succeeded,
    /// Broken off; the same batch with its resume key goes on.
    Failed,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MenuId {
    rich_menu_id: String,
}

#[derive(Deserialize)]
struct Menus {
    richmenus: Vec<StoredMenu>,
}

#[derive(Deserialize)]
struct Aliases {
    aliases: Vec<MenuAlias>,
}

#[derive(Deserialize)]
struct Progress {
    phase: BatchPhase,
}

impl LineApi {
    /// Makes a menu, without its picture, and returns LINE's name of it.
    ///
    /// # Errors
    /// As every call; 100 menus an hour.
    pub async fn create_menu(&self, menu: &RichMenu) -> Result<String, LineApiError> {
        let call = Call::post(Endpoint::MenuCreate, "/v2/bot/richmenu").json(menu.as_value());
        Ok(self.read::<MenuId>(call).await?.rich_menu_id)
    }

    /// Gives a menu its picture. It cannot be replaced: another picture is another menu.
    ///
    /// # Errors
    /// [`LineApiError::Invalid`] for anything but a JPEG or PNG of up to 1 MB.
    pub async fn upload_menu_image(&self, menu: &str, image: Vec<u8>) -> Result<(), LineApiError> {
        let kind = match MenuImage::of(&image) {
            Some(MenuImage::Jpeg) => "image/jpeg",
            Some(MenuImage::Png) => "image/png",
            None => return Err(invalid("the picture is neither JPEG nor PNG")),
        };
        if image.len() > MAX_IMAGE_BYTES {
            return Err(invalid("the picture is larger than 1 MB"));
        }
        let path = format!("/v2/bot/richmenu/{}/content", part(menu)?);
        let call = Call::post(Endpoint::Other("menu-image"), path).file(kind, image);
        self.done(call).await.map(|_| ())
    }

    /// Returns the menus that were made through the API.
    ///
    /// # Errors
    /// As every call.
    pub async fn menus(&self) -> Result<Vec<StoredMenu>, LineApiError> {
        let call = Call::get(Endpoint::MenuList, "/v2/bot/richmenu/list");
        Ok(self.read::<Menus>(call).await?.richmenus)
    }

    /// Deletes a menu.
    ///
    /// # Errors
    /// As every call.
    pub async fn delete_menu(&self, menu: &str) -> Result<(), LineApiError> {
        let path = format!("/v2/bot/richmenu/{}", part(menu)?);
        self.done(Call::delete(Endpoint::MenuDelete, path))
            .await
            .map(|_| ())
    }

    /// Makes a menu the one of everybody who has none of their own.
    ///
    /// # Errors
    /// As every call.
    pub async fn set_default_menu(&self, menu: &str) -> Result<(), LineApiError> {
        let path = format!("/v2/bot/user/all/richmenu/{}", part(menu)?);
        self.done(Call::post(Endpoint::Other("default-menu"), path))
            .await
            .map(|_| ())
    }

    /// Shows nothing any more to everybody who has no menu of their own, but what LINE's console says.
    ///
    /// # Errors
    /// As every call.
    pub async fn clear_default_menu(&self) -> Result<(), LineApiError> {
        let path = "/v2/bot/user/all/richmenu";
        self.done(Call::delete(Endpoint::Other("default-menu-clear"), path))
            .await
            .map(|_| ())
    }

    /// Gives one person a menu. LINE says yes for strangers, too.
    ///
    /// # Errors
    /// As every call.
    pub async fn link_menu(&self, user: &UserId, menu: &str) -> Result<(), LineApiError> {
        let path = format!("/v2/bot/user/{}/richmenu/{}", user.as_str(), part(menu)?);
        self.done(Call::post(Endpoint::Other("menu-link"), path))
            .await
            .map(|_| ())
    }

    /// Takes one person's own menu away.
    ///
    /// # Errors
    /// As every call.
    pub async fn unlink_menu(&self, user: &UserId) -> Result<(), LineApiError> {
        let path = format!("/v2/bot/user/{}/richmenu", user.as_str());
        self.done(Call::delete(Endpoint::Other("menu-unlink"), path))
            .await
            .map(|_| ())
    }

    /// Gives many people a menu, 500 with each call, and returns how many calls it took. LINE does it
    /// later.
    ///
    /// # Errors
    /// Of the first call that fails; those before it stand. Linking again does no harm.
    pub async fn link_menu_to_many(
        &self,
        users: &[UserId],
        menu: &str,
    ) -> Result<usize, LineApiError> {
        let path = "/v2/bot/richmenu/bulk/link";
        for users in users.chunks(MAX_BULK) {
            let body = json!({ "richMenuId": menu, "userIds": ids(users) });
            self.done(Call::post(Endpoint::Other(path), path).json(&body))
                .await?;
        }
        Ok(users.chunks(MAX_BULK).count())
    }

    /// Takes many people's own menus away, as [`LineApi::link_menu_to_many`].
    ///
    /// # Errors
    /// Of the first call that fails.
    pub async fn unlink_menu_of_many(&self, users: &[UserId]) -> Result<usize, LineApiError> {
        let path = "/v2/bot/richmenu/bulk/unlink";
        for users in users.chunks(MAX_BULK) {
            let body = json!({ "userIds": ids(users) });
            self.done(Call::post(Endpoint::Other(path), path).json(&body))
                .await?;
        }
        Ok(users.chunks(MAX_BULK).count())
    }

    /// Changes the menus of everybody at once, and returns the name by which to ask for the progress.
    /// The same batch with the same key goes on where one broke off, for 14 days.
    ///
    /// # Errors
    /// As every call; 3 batches an hour.
    pub async fn batch_menus(
        &self,
        operations: &[BatchOperation],
        resume_key: &str,
    ) -> Result<String, LineApiError> {
        if operations.is_empty() || operations.len() > MAX_BATCH {
            return Err(invalid("a batch has 1 to 1,000 operations"));
        }
        let is_key = (1..=100).contains(&resume_key.len())
            && resume_key
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if !is_key {
            return Err(invalid("a resume key has 1 to 100 letters, digits, - or _"));
        }
        let operations: Vec<Value> = operations.iter().map(BatchOperation::json).collect();
        let body = json!({ "operations": operations, "resumeRequestKey": resume_key });
        let call = Call::post(Endpoint::MenuBatch, "/v2/bot/richmenu/batch").json(&body);
        Ok(self.done(call).await?.request_id)
    }

    /// Returns how far a batch is.
    ///
    /// # Errors
    /// As every call.
    pub async fn batch_progress(&self, request_id: &str) -> Result<BatchPhase, LineApiError> {
        let path = "/v2/bot/richmenu/progress/batch";
        let call = Call::get(Endpoint::MenuBatchProgress, path).query(&[("requestId", request_id)]);
        Ok(self.read::<Progress>(call).await?.phase)
    }

    /// Makes an alias of a menu, or points an existing one to it.
    ///
    /// # Errors
    /// As every call.
    pub async fn set_menu_alias(&self, alias: &str, menu: &str) -> Result<(), LineApiError> {
        let path = format!("/v2/bot/richmenu/alias/{}", part(alias)?);
        let body = json!({ "richMenuId": menu });
        let call = Call::post(Endpoint::Other("alias-update"), path).json(&body);
        match self.done(call).await {
            // There is none yet: LINE says 404, and 400 of an alias that it has never seen.
            Err(LineApiError::Refused {
                status: 400 | 404, ..
            }) => {}
            result => return result.map(|_| ()),
        }
        let body = json!({ "richMenuAliasId": alias, "richMenuId": menu });
        let path = "/v2/bot/richmenu/alias";
        self.done(Call::post(Endpoint::Other(path), path).json(&body))
            .await
            .map(|_| ())
    }

    /// Returns the aliases.
    ///
    /// # Errors
    /// As every call.
    pub async fn menu_aliases(&self) -> Result<Vec<MenuAlias>, LineApiError> {
        let path = "/v2/bot/richmenu/alias/list";
        let found: Aliases = self.read(Call::get(Endpoint::Other(path), path)).await?;
        Ok(found.aliases)
    }

    /// Deletes an alias.
    ///
    /// # Errors
    /// As every call; 100 an hour.
    pub async fn delete_menu_alias(&self, alias: &str) -> Result<(), LineApiError> {
        let path = format!("/v2/bot/richmenu/alias/{}", part(alias)?);
        self.done(Call::delete(Endpoint::AliasDelete, path))
            .await
            .map(|_| ())
    }
}

fn ids(users: &[UserId]) -> Vec<&str> {
    users.iter().map(UserId::as_str).collect()
}

fn invalid(why: &str) -> LineApiError {
    LineApiError::Invalid(why.to_owned())
}

/// A part of a path that leads nowhere else.
fn part(text: &str) -> Result<&str, LineApiError> {
    let is_plain = (1..=100).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_plain {
        Ok(text)
    } else {
        Err(invalid("the name cannot stand in an address"))
    }
}
