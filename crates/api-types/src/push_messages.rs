//! Pushes: as their author writes them, and as one customer would receive them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::contents::EmptyVariable;

/// A push; `docs/contents.md` tells the language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PushDocument {
    /// Always 1.
    #[schema(minimum = 1, maximum = 1)]
    pub version: u32,
    /// Always `push`.
    pub kind: String,
    /// What the author calls it; customers never see it.
    pub name: String,
    /// The variant that customers without a matching language receive.
    pub default_locale: String,
    /// The push in each language, keyed by `ja`, `en`, `en-GB`.
    pub variants: BTreeMap<String, PushVariant>,
}

/// A push in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PushVariant {
    /// Liquid.
    pub title: String,
    /// Liquid.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// Liquid; an https address.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub image: String,
    /// Liquid; where a tap leads: an https address, or a scheme of the app's own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
    /// At most two.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<PushButton>,
}

/// A button under a push: seen in browsers and on Android.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PushButton {
    /// Liquid; what stands on it.
    pub label: String,
    /// Liquid; where it leads; to where the push leads when it is empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
}

/// What to render.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewPush {
    /// The document as it stands in an editor.
    pub document: PushDocument,
    /// `prf_…` of the customer; a made-up one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    /// `cmp_…` of a campaign whose offer the push carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign_id: Option<String>,
    /// The variant to show; the customer's own language when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// A push as one customer would receive it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PushPreview {
    /// The language shown.
    pub locale: String,
    /// Title.
    pub title: String,
    /// Text.
    pub body: String,
    /// An address of a picture.
    pub image: Option<String>,
    /// Where a tap leads.
    pub link: Option<String>,
    /// Buttons; `link` is empty where it leads to where the push leads.
    pub buttons: Vec<PushButton>,
    /// Variables that were empty for this customer where nothing was said to fall back on.
    pub warnings: Vec<EmptyVariable>,
    /// What a locked telephone would cut off; it does not keep the push from being sent.
    pub notes: Vec<PushNote>,
}

/// Something worth mending that keeps nobody from sending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PushNote {
    /// `title_cut`, `body_cut` or `button_cut`.
    pub code: String,
    /// Where, in the document.
    pub pointer: String,
    /// What, in the language of the request.
    pub message: String,
}
