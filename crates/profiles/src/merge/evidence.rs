//! What a merge must remember so that it can be undone.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::rows::{Consents, StoredConsent};
use crate::{facts::row::Row, identity::graph::Joined};

/// The record of one merge: which values connected the profiles, and how both stood before.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Evidence {
    /// Who said so: `server`, `browser`, …
    pub(super) source: String,
    /// The values that connected the two, as (kind, value).
    pub(super) keys: Vec<(i16, String)>,
    /// The survivor's facts before.
    pub(super) survivor: Before,
    /// The survivor's consents before.
    pub(super) survivor_consents: Vec<StoredConsent>,
    /// The merged profile's consents.
    pub(super) merged_consents: Vec<StoredConsent>,
}

/// Facts before a merge.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Before {
    pub(super) external_id: Option<String>,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) family_name: Option<String>,
    pub(super) given_name: Option<String>,
    pub(super) full_name: Option<String>,
    pub(super) locale: Option<String>,
    pub(super) time_zone: Option<String>,
    pub(super) attributes: Map<String, Json>,
}

pub(super) fn of(merge: &Joined, survivor: &Row, consents: &Consents) -> String {
    let evidence = Evidence {
        source: merge.source.word().to_owned(),
        keys: merge
            .keys
            .iter()
            .map(|key| (key.kind.code(), key.value.clone()))
            .collect(),
        survivor: Before {
            external_id: survivor.external_id.clone(),
            email: survivor.email.clone(),
            phone: survivor.phone.clone(),
            family_name: survivor.family_name.clone(),
            given_name: survivor.given_name.clone(),
            full_name: survivor.full_name.clone(),
            locale: survivor.locale.clone(),
            time_zone: survivor.time_zone.clone(),
            attributes: survivor.attributes.clone(),
        },
        survivor_consents: consents.get(&merge.survivor).cloned().unwrap_or_default(),
        merged_consents: consents.get(&merge.merged).cloned().unwrap_or_default(),
    };
    // Plain strings and numbers always serialise.
    serde_json::to_string(&evidence).unwrap_or_default()
}
