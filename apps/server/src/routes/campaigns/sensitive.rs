//! Which sensitive attributes a campaign uses, and whether those whom it is sent to have agreed to that.

use campaigns::{
    model::{SensitiveUse, Target, Words},
    store::Campaign,
};
use contents::AttributeUse;
use kernel::id::SegmentId;
use profiles::attributes::{self, AttributeDef};
use segmentation::language::{Document, Node, Rules};
use storage::ConnectionTrait;

use crate::http::problem::ApiError;

/// Gathers the uses. Who is excluded by an attribute is spared because of it, so that this counts as none.
pub(super) async fn uses(
    db: &impl ConnectionTrait,
    campaign: &Campaign,
    words: Option<&Words>,
) -> Result<Vec<SensitiveUse>, ApiError> {
    let known = attributes::list(db, campaign.workspace).await?;
    let sensitive: Vec<AttributeDef> = known.into_iter().filter(|def| def.is_sensitive).collect();
    if sensitive.is_empty() {
        return Ok(Vec::new());
    }
    let target = campaign.document.target.clone().unwrap_or_default();
    let rules = rules(db, campaign, &target).await?;
    let included = || target.include.iter().filter_map(|id| rules.get(id));
    let source = words.map(|words| serde_json::to_string(words).unwrap_or_default());
    // In JSON the quotes round a key are escaped.
    let source = source.map(|source| source.replace("\\\"", "\""));
    let is_used = |key: &str| {
        let in_words = source
            .as_deref()
            .is_some_and(|source| contents::attributes_used(source, key) != AttributeUse::None);
        in_words || included().any(|rule| rule.attributes(&rules).contains(key))
    };
    let of = |def: &AttributeDef| {
        let consent = def.needed_consent()?.to_owned();
        let is_assured = !target.everybody
            && included().next().is_some()
            && included().all(|rule| rule.assures_consent(&consent, &rules));
        is_used(&def.key).then(|| SensitiveUse {
            label: (def.label("ja").to_owned(), def.label("en").to_owned()),
            consent,
            is_assured,
        })
    };
    Ok(sensitive.iter().filter_map(of).collect())
}

/// Reads the rules of the target's segments, and of all that they refer to.
async fn rules(
    db: &impl ConnectionTrait,
    campaign: &Campaign,
    target: &Target,
) -> Result<Rules, ApiError> {
    let mut rules = Rules::new();
    let mut waiting: Vec<SegmentId> = target.include.clone();
    while let Some(id) = waiting.pop() {
        if rules.contains_key(&id) {
            continue;
        }
        let Some(rule) = segmentation::store::document(db, campaign.workspace, id).await? else {
            continue;
        };
        waiting.extend(inner(&rule));
        rules.insert(id, rule);
    }
    Ok(rules)
}

fn inner(rule: &Document) -> Vec<SegmentId> {
    let places = rule.places().into_iter();
    places
        .filter_map(|place| match place.node {
            Node::Segment(other) => Some(other.id),
            _ => None,
        })
        .collect()
}
