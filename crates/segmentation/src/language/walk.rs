//! Walking over a tree with JSON pointers.

use super::{Document, Node, Picked, Source};

/// A node and where it stands in the document.
#[derive(Debug, Clone, PartialEq)]
pub struct Place<'a> {
    /// JSON pointer into the document.
    pub pointer: String,
    /// How many groups stand above.
    pub depth: usize,
    /// The node.
    pub node: &'a Node,
}

impl Place<'_> {
    /// Tells whether the condition looks at a name, an address or a number that leads to the person.
    pub const fn is_personal(&self) -> bool {
        match self.node {
            Node::Fact(fact) => match &fact.of {
                Source::Field(field) => field.is_personal(),
                Source::Attribute(_) => false,
            },
            _ => false,
        }
    }

    /// Returns the attribute that the condition looks at.
    pub fn attribute(&self) -> Option<&str> {
        match self.node {
            Node::Fact(fact) => match &fact.of {
                Source::Attribute(key) => Some(key),
                Source::Field(_) => None,
            },
            _ => None,
        }
    }
}

impl Document {
    /// Returns every node, a group before its members.
    pub fn places(&self) -> Vec<Place<'_>> {
        let mut out = Vec::new();
        let mut waiting = vec![Place {
            pointer: "/root".to_owned(),
            depth: 0,
            node: &self.root,
        }];
        while let Some(place) = waiting.pop() {
            let children = children(place.node);
            for (suffix, node) in children.into_iter().rev() {
                waiting.push(Place {
                    pointer: format!("{}{suffix}", place.pointer),
                    depth: place.depth + 1,
                    node,
                });
            }
            out.push(place);
        }
        out
    }
}

/// Returns the members of a group with what to add to the group's pointer.
pub(crate) fn children(node: &Node) -> Vec<(String, &Node)> {
    match node {
        Node::All(members) => members
            .iter()
            .enumerate()
            .map(|(i, node)| (format!("/all/{i}"), node))
            .collect(),
        Node::Any(members) => members
            .iter()
            .enumerate()
            .map(|(i, node)| (format!("/any/{i}"), node))
            .collect(),
        Node::Not(inner) => vec![("/not".to_owned(), inner)],
        _ => Vec::new(),
    }
}

/// Returns every choice of events of a condition with what to add to the condition's pointer. Messages have their own
/// words and are none.
pub(crate) fn picks(node: &Node) -> Vec<(String, Picked<'_>)> {
    match node {
        Node::Events(events) => {
            let mut all = vec![("/events".to_owned(), events.picked())];
            all.extend(events.since.as_ref().map(|since| {
                let (place, picked) = since.pick();
                (format!("/events{place}"), picked)
            }));
            all
        }
        Node::Sequence(sequence) => {
            let below = |(suffix, picked)| (format!("/sequence{suffix}"), picked);
            sequence.picks().into_iter().map(below).collect()
        }
        _ => Vec::new(),
    }
}
