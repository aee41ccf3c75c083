//! What changed between two versions of a rule, condition by condition.

use crate::language::{Document, Fact, Node, children};

/// One difference.
#[derive(Debug, Clone, PartialEq)]
pub enum Difference<'a> {
    /// A condition that only the later version has.
    Added(&'a Node),
    /// A condition that only the earlier version has.
    Removed(&'a Node),
    /// A condition about the same thing that asks something else.
    Changed {
        /// As it was.
        before: &'a Node,
        /// As it is.
        after: &'a Node,
    },
    /// The same condition under other groups: what was "all of" is "any of", or it is excluded now.
    Moved(&'a Node),
}

/// A condition and the groups that stand above it.
struct Leaf<'a> {
    node: &'a Node,
    above: String,
}

/// Lists the differences, those that were changed first; nothing when the versions mean the same conditions under the
/// same groups, whatever their order.
pub fn differences<'a>(before: &'a Document, after: &'a Document) -> Vec<Difference<'a>> {
    let (mut before, mut after) = (leaves(before), leaves(after));
    // What stayed goes first, so that of two conditions about one thing the one that was edited is told.
    pairs(&mut before, &mut after, |a, b| {
        a.above == b.above && a.node == b.node
    });
    let moved = pairs(&mut before, &mut after, |a, b| a.node == b.node);
    let changed = pairs(&mut before, &mut after, |a, b| {
        a.above == b.above && is_about_the_same(a.node, b.node)
    });
    let changed = changed
        .into_iter()
        .map(|(before, after)| Difference::Changed {
            before: before.node,
            after: after.node,
        });
    let added = after.iter().map(|leaf| Difference::Added(leaf.node));
    let removed = before.iter().map(|leaf| Difference::Removed(leaf.node));
    let moved = moved.iter().map(|(_, after)| Difference::Moved(after.node));
    changed.chain(added).chain(removed).chain(moved).collect()
}

fn leaves(document: &Document) -> Vec<Leaf<'_>> {
    let mut found = Vec::new();
    let mut waiting = vec![Leaf {
        node: &document.root,
        above: String::new(),
    }];
    while let Some(Leaf { node, above }) = waiting.pop() {
        let word = match node {
            Node::All(_) => "all/",
            Node::Any(_) => "any/",
            Node::Not(_) => "not/",
            _ => {
                found.push(Leaf { node, above });
                continue;
            }
        };
        let inner = children(node).into_iter().rev();
        waiting.extend(inner.map(|(_, node)| Leaf {
            node,
            above: format!("{above}{word}"),
        }));
    }
    found
}

/// Takes out of both lists, in order, the pairs that belong together.
fn pairs<'a>(
    before: &mut Vec<Leaf<'a>>,
    after: &mut Vec<Leaf<'a>>,
    belong: impl Fn(&Leaf<'a>, &Leaf<'a>) -> bool,
) -> Vec<(Leaf<'a>, Leaf<'a>)> {
    let mut found = Vec::new();
    let mut left = Vec::new();
    for leaf in std::mem::take(before) {
        match after.iter().position(|other| belong(&leaf, other)) {
            Some(place) => found.push((leaf, after.remove(place))),
            None => left.push(leaf),
        }
    }
    *before = left;
    found
}

/// Tells whether two conditions look at the same thing, so that one is the other, edited.
fn is_about_the_same(a: &Node, b: &Node) -> bool {
    match (a, b) {
        (Node::Fact(Fact { of: a, .. }), Node::Fact(Fact { of: b, .. })) => a == b,
        (Node::Events(a), Node::Events(b)) => a.names == b.names,
        (Node::Consent(a), Node::Consent(b)) => a.channel == b.channel,
        _ => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::language;

    fn rule(root: &Json) -> Document {
        language::read(&json!({"version": 2, "root": root})).unwrap()
    }

    fn bought(days: u32, times: u32) -> Json {
        json!({"events": {"names": ["Order Completed"], "within": {"last": {"days": days}},
            "test": {"count": {"times": {"at_least": times}}}}})
    }

    fn rank(word: &str) -> Json {
        json!({"fact": {"of": {"attribute": "rank"}, "test": {"text": {"equals": word}}}})
    }

    fn words(before: &Json, after: &Json) -> Vec<&'static str> {
        let (before, after) = (rule(before), rule(after));
        let word = |difference: &Difference<'_>| match difference {
            Difference::Added(_) => "added",
            Difference::Removed(_) => "removed",
            Difference::Changed { .. } => "changed",
            Difference::Moved(_) => "moved",
        };
        differences(&before, &after).iter().map(word).collect()
    }

    #[test]
    fn an_edit_is_told_as_a_change_and_not_as_two() {
        let before = json!({"all": [bought(365, 3), rank("gold")]});
        let after = json!({"all": [rank("gold"), bought(90, 3)]});
        assert_eq!(words(&before, &after), ["changed"]);
        assert!(words(&before, &json!({"all": [rank("gold"), bought(365, 3)]})).is_empty());
    }

    #[test]
    fn of_two_conditions_about_one_thing_the_edited_one_is_told() {
        let before = json!({"all": [bought(30, 1), bought(365, 3)]});
        let after = json!({"all": [bought(365, 3), bought(60, 1)]});
        let (before, after) = (rule(&before), rule(&after));
        let found = differences(&before, &after);
        let Some(Difference::Changed { before, after }) = found.first() else {
            panic!("{found:?}")
        };
        assert_eq!(found.len(), 1);
        let days = |node: &Node| {
            serde_json::to_value(node).unwrap()["events"]["within"]["last"]["days"].clone()
        };
        assert_eq!((days(before), days(after)), (json!(30), json!(60)));
    }

    #[test]
    fn another_group_is_a_move_and_another_thing_comes_and_goes() {
        let all = json!({"all": [bought(30, 1), rank("gold")]});
        let any = json!({"any": [bought(30, 1), rank("gold")]});
        assert_eq!(words(&all, &any), ["moved", "moved"]);
        let not = json!({"all": [bought(30, 1), {"not": rank("gold")}]});
        assert_eq!(words(&all, &not), ["moved"]);
        let other = json!({"all": [bought(30, 1), {"consent": {"channel": "email"}}]});
        assert_eq!(words(&all, &other), ["added", "removed"]);
        assert_eq!(words(&all, &json!({"all": []})), ["removed", "removed"]);
    }
}
