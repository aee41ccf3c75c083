//! What of consent and attributes a rule says, for those who must know before it is used.

use std::collections::{BTreeSet, HashMap};

use kernel::id::SegmentId;

use super::{ConsentState, Document, Node};

/// Segments inside segments are followed so far; circles are refused when a segment is saved.
const DEEPEST: usize = 16;

/// Rules by their segments, so far as others refer to them.
pub type Rules = HashMap<SegmentId, Document>;

impl Document {
    /// Tells whether everybody in the segment has agreed to a purpose, whatever else the rule asks.
    pub fn assures_consent(&self, purpose: &str, others: &Rules) -> bool {
        assures(&self.root, purpose, others, DEEPEST)
    }

    /// Returns every attribute that the rule looks at, also by way of other segments.
    pub fn attributes<'a>(&'a self, others: &'a Rules) -> BTreeSet<&'a str> {
        let mut found = BTreeSet::new();
        collect(self, others, DEEPEST, &mut found);
        found
    }
}

fn assures(node: &Node, purpose: &str, others: &Rules, depth: usize) -> bool {
    let inner = |node: &Node| assures(node, purpose, others, depth);
    match node {
        Node::All(members) => members.iter().any(inner),
        Node::Any(members) => !members.is_empty() && members.iter().all(inner),
        Node::Consent(consent) => {
            consent.state == ConsentState::Granted && consent.purpose == purpose
        }
        Node::Segment(other) => {
            depth > 0
                && others
                    .get(&other.id)
                    .is_some_and(|rule| assures(&rule.root, purpose, others, depth - 1))
        }
        _ => false,
    }
}

fn collect<'a>(
    document: &'a Document,
    others: &'a Rules,
    depth: usize,
    found: &mut BTreeSet<&'a str>,
) {
    for (node, key) in nodes(&document.root) {
        found.extend(key);
        if let (Node::Segment(other), true) = (node, depth > 0)
            && let Some(rule) = others.get(&other.id)
        {
            collect(rule, others, depth - 1, found);
        }
    }
}

fn nodes(root: &Node) -> Vec<(&Node, Option<&str>)> {
    let (mut out, mut waiting) = (Vec::new(), vec![root]);
    while let Some(node) = waiting.pop() {
        waiting.extend(
            super::walk::children(node)
                .into_iter()
                .map(|(_, node)| node),
        );
        let key = match node {
            Node::Fact(fact) => match &fact.of {
                super::Source::Attribute(key) => Some(key.as_str()),
                super::Source::Field(_) => None,
            },
            _ => None,
        };
        out.push((node, key));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(root: serde_json::Value) -> Document {
        Document::new(serde_json::from_value(root).unwrap())
    }

    #[test]
    fn consent_is_assured_where_nobody_gets_in_without() {
        let yes = serde_json::json!({"consent": {"channel": "any", "purpose": "health"}});
        let other = serde_json::json!({"consent": {"channel": "any", "purpose": "tracking"}});
        let refused = serde_json::json!({"consent": {"channel": "any", "purpose": "health", "state": "withdrawn"}});
        let inside = serde_json::json!({"segment": {"id": SegmentId::from_raw(7)}});
        let others: Rules = [(SegmentId::from_raw(7), rule(yes.clone()))].into();
        let of = |root: serde_json::Value| rule(root).assures_consent("health", &others);
        assert!(of(yes.clone()));
        assert!(of(serde_json::json!({"all": [other, yes]})));
        assert!(of(serde_json::json!({"any": [yes, {"all": [inside]}]})));
        assert!(of(inside));
        for not in [
            other.clone(),
            refused,
            serde_json::json!({"any": [yes, other]}),
            serde_json::json!({"not": yes}),
            serde_json::json!({"all": []}),
            serde_json::json!({"any": []}),
            serde_json::json!({"segment": {"id": SegmentId::from_raw(8)}}),
        ] {
            assert!(!of(not.clone()), "{not}");
        }
    }
}
