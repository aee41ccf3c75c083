//! The rule's tree as JSON and what can be done to it, without a browser.
//!
//! The document stays JSON here, so that conditions of a later language version pass through unharmed. Places are JSON
//! pointers, the same that the server uses in counts and errors.

pub(crate) mod circles;
pub(crate) mod sentence;
pub(crate) mod sequence;
pub(crate) mod source;
pub(crate) mod standing;
pub(crate) mod test;

use serde_json::{Value, json};

/// The pointer of the outermost group.
pub(crate) const ROOT: &str = "/root";

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// A group of which all hold.
    All,
    /// A group of which one holds.
    Any,
    /// About a field or attribute.
    Fact,
    /// About what the customer did.
    Events,
    /// About what happened after what.
    Sequence,
    /// About our messages.
    Message,
    /// About a permission.
    Consent,
    /// About whether a message arrives.
    Reachable,
    /// About another segment.
    Segment,
    /// About a segment in the past.
    WasIn,
    /// About an uploaded list.
    List,
    /// About a share by chance.
    Share,
    /// About a place among the buyers.
    Standing,
    /// Something this build does not know.
    Unknown,
}

impl Kind {
    /// Whether it holds other nodes.
    pub(crate) const fn is_group(self) -> bool {
        matches!(self, Self::All | Self::Any)
    }
}

/// A row of the tree: a node with the exclusions around it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Item {
    /// The row, exclusion included.
    pub(crate) pointer: String,
    /// The node inside the exclusion.
    pub(crate) inner: String,
    /// Whether whoever it describes is left out.
    pub(crate) is_not: bool,
    /// What the inner node is.
    pub(crate) kind: Kind,
}

/// Where an item is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Towards the beginning.
    Up,
    /// Towards the end.
    Down,
}

/// Returns the rule that everybody meets.
pub(crate) fn everybody() -> Value {
    json!({"version": 2, "root": {"all": []}})
}

/// Returns the document with a group at its root, which is what the tree is drawn from.
pub(crate) fn normal(document: &Value) -> Value {
    let mut document = if document.get("root").is_some() {
        document.clone()
    } else {
        everybody()
    };
    if let Some(root) = document.get_mut("root")
        && !kind(root).is_group()
    {
        let inner = root.take();
        *root = json!({ "all": [inner] });
    }
    document
}

/// Says what a node is.
pub(crate) fn kind(node: &Value) -> Kind {
    let word = node
        .as_object()
        .and_then(|members| members.keys().next())
        .map(String::as_str);
    match word {
        Some("all") => Kind::All,
        Some("any") => Kind::Any,
        Some("fact") => Kind::Fact,
        Some("events") => Kind::Events,
        Some("sequence") => Kind::Sequence,
        Some("message") => Kind::Message,
        Some("consent") => Kind::Consent,
        Some("reachable") => Kind::Reachable,
        Some("segment") => Kind::Segment,
        Some("was_in") => Kind::WasIn,
        Some("list") => Kind::List,
        Some("share") => Kind::Share,
        Some("standing") => Kind::Standing,
        _ => Kind::Unknown,
    }
}

/// Describes the node at a pointer.
pub(crate) fn item(document: &Value, pointer: &str) -> Item {
    let mut inner = pointer.to_owned();
    let mut is_not = false;
    while let Some(node) = document.pointer(&inner)
        && node.get("not").is_some()
    {
        inner.push_str("/not");
        is_not = !is_not;
    }
    let kind = document.pointer(&inner).map_or(Kind::Unknown, kind);
    Item {
        pointer: pointer.to_owned(),
        inner,
        is_not,
        kind,
    }
}

/// Returns the word of a group: `all` or `any`.
pub(crate) fn op_of(document: &Value, group: &str) -> &'static str {
    match document.pointer(group).map(kind) {
        Some(Kind::Any) => "any",
        _ => "all",
    }
}

fn members<'a>(document: &'a Value, group: &str) -> Option<&'a Vec<Value>> {
    document
        .pointer(group)?
        .get(op_of(document, group))?
        .as_array()
}

fn members_mut<'a>(document: &'a mut Value, group: &str) -> Option<&'a mut Vec<Value>> {
    let op = op_of(document, group);
    document.pointer_mut(group)?.get_mut(op)?.as_array_mut()
}

/// Returns the rows of a group.
pub(crate) fn items(document: &Value, group: &str) -> Vec<Item> {
    let op = op_of(document, group);
    let count = members(document, group).map_or(0, Vec::len);
    (0..count)
        .map(|at| item(document, &format!("{group}/{op}/{at}")))
        .collect()
}

/// Splits the pointer of a row into its group and its place there.
fn place(pointer: &str) -> Option<(&str, usize)> {
    let (rest, at) = pointer.rsplit_once('/')?;
    let (group, _op) = rest.rsplit_once('/')?;
    Some((group, at.parse().ok()?))
}

/// Returns the row to which an inner pointer belongs.
fn row_of(inner: &str) -> &str {
    let mut row = inner;
    while let Some(outer) = row.strip_suffix("/not") {
        row = outer;
    }
    row
}

/// Puts a node into a group and returns its pointer.
pub(crate) fn insert(document: &mut Value, group: &str, at: usize, node: Value) -> Option<String> {
    let op = op_of(document, group);
    let members = members_mut(document, group)?;
    let at = at.min(members.len());
    members.insert(at, node);
    Some(format!("{group}/{op}/{at}"))
}

/// Puts a node at the end of a group and returns its pointer.
pub(crate) fn add(document: &mut Value, group: &str, node: Value) -> Option<String> {
    insert(document, group, usize::MAX, node)
}

fn take(document: &mut Value, pointer: &str) -> Option<Value> {
    let (group, at) = place(pointer)?;
    let members = members_mut(document, group)?;
    (at < members.len()).then(|| members.remove(at))
}

/// Takes a row out, and the groups that it leaves empty.
pub(crate) fn remove(document: &mut Value, pointer: &str) -> bool {
    let Some((group, _)) = place(pointer) else {
        return false;
    };
    let group = group.to_owned();
    if take(document, pointer).is_none() {
        return false;
    }
    drop_empty(document, &group);
    true
}

fn drop_empty(document: &mut Value, group: &str) -> bool {
    let row = row_of(group);
    if row == ROOT || !members(document, group).is_some_and(Vec::is_empty) {
        return false;
    }
    remove(document, row)
}

/// Moves a row to where another of its group stands, and returns its new pointer.
pub(crate) fn carry(document: &mut Value, from: &str, to: &str) -> Option<String> {
    let (group, at) = place(from)?;
    let (other, there) = place(to)?;
    if group != other || at == there {
        return None;
    }
    let group = group.to_owned();
    let node = take(document, from)?;
    insert(document, &group, there, node)
}

/// Moves a row one step, into and out of groups, and returns its new pointer.
pub(crate) fn shift(document: &mut Value, pointer: &str, way: Way) -> Option<String> {
    let (group, at) = place(pointer)?;
    let group = group.to_owned();
    let rows = items(document, &group);
    let beside = match way {
        Way::Up => at.checked_sub(1).and_then(|at| rows.get(at)),
        Way::Down => rows.get(at + 1),
    };
    match beside {
        None => leave(document, pointer, &group, way),
        Some(other) if other.kind.is_group() => enter(document, pointer, &other.clone(), way),
        Some(_) => {
            let node = take(document, pointer)?;
            let to = match way {
                Way::Up => at - 1,
                Way::Down => at + 1,
            };
            insert(document, &group, to, node)
        }
    }
}

fn leave(document: &mut Value, pointer: &str, group: &str, way: Way) -> Option<String> {
    let row = row_of(group).to_owned();
    if row == ROOT {
        return None;
    }
    let (outer, at) = place(&row)?;
    let outer = outer.to_owned();
    let node = take(document, pointer)?;
    let is_gone = drop_empty(document, group);
    let to = match way {
        Way::Up => at,
        Way::Down => at + usize::from(!is_gone),
    };
    insert(document, &outer, to, node)
}

fn enter(document: &mut Value, pointer: &str, other: &Item, way: Way) -> Option<String> {
    let node = take(document, pointer)?;
    match way {
        Way::Up => add(document, &other.inner, node),
        Way::Down => {
            // What follows has moved one place towards the beginning.
            let (group, at) = place(pointer)?;
            let op = op_of(document, group);
            let moved = item(document, &format!("{group}/{op}/{at}"));
            insert(document, &moved.inner, 0, node)
        }
    }
}

/// Makes a group ask for all or for any of its members.
pub(crate) fn set_op(document: &mut Value, group: &str, op: &str) {
    let Some(list) = members_mut(document, group).map(std::mem::take) else {
        return;
    };
    if let Some(node) = document.pointer_mut(group) {
        *node = json!({ op: list });
    }
}

/// Turns a row into its opposite.
pub(crate) fn toggle_not(document: &mut Value, pointer: &str) {
    if let Some(node) = document.pointer_mut(pointer) {
        let inner = node.take();
        *node = match inner.get("not") {
            Some(positive) => positive.clone(),
            None => json!({ "not": inner }),
        };
    }
}

/// Puts a row into a group of its own and returns the pointer of the group.
pub(crate) fn wrap(document: &mut Value, pointer: &str) -> Option<String> {
    let node = document.pointer_mut(pointer)?;
    let inner = node.take();
    *node = json!({ "any": [inner] });
    Some(pointer.to_owned())
}

/// Copies a row behind itself and returns the pointer of the copy.
pub(crate) fn duplicate(document: &mut Value, pointer: &str) -> Option<String> {
    let node = document.pointer(pointer)?.clone();
    let (group, at) = place(pointer)?;
    let group = group.to_owned();
    insert(document, &group, at + 1, node)
}

/// Puts a value at a pointer, making the members on the way.
pub(crate) fn set(document: &mut Value, pointer: &str, value: Value) {
    if let Some(there) = document.pointer_mut(pointer) {
        *there = value;
        return;
    }
    let Some((parent, key)) = pointer.rsplit_once('/') else {
        return;
    };
    if document
        .pointer(parent)
        .is_none_or(|parent| !parent.is_object() && !parent.is_array())
    {
        set(document, parent, json!({}));
    }
    match document.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            members.insert(key.to_owned(), value);
        }
        Some(Value::Array(members)) => members.push(value),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
