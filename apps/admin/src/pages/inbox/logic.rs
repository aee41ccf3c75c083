//! What the inbox decides without a browser.

use api_types::senders::CapturedSummary;

/// Joins the newest page with the older ones read before, each message once.
pub(super) fn joined(
    newest: Vec<CapturedSummary>,
    older: &[CapturedSummary],
) -> Vec<CapturedSummary> {
    let mut all = newest;
    for message in older {
        if !all.iter().any(|own| own.id == message.id) {
            all.push(message.clone());
        }
    }
    all
}

/// Whether nothing can be missing between the newest page and what was seen before.
pub(super) fn is_joint(newest: &[CapturedSummary], seen: &[CapturedSummary]) -> bool {
    seen.is_empty()
        || newest
            .iter()
            .any(|message| seen.iter().any(|own| own.id == message.id))
}

/// Returns the message `by` steps from the one on show; at the ends one stays.
pub(super) fn neighbour(messages: &[CapturedSummary], shown: &str, by: isize) -> Option<String> {
    let at = messages.iter().position(|message| message.id == shown);
    let next = match at {
        Some(at) => at
            .saturating_add_signed(by)
            .min(messages.len().saturating_sub(1)),
        None => 0,
    };
    messages.get(next).map(|message| message.id.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: &str) -> CapturedSummary {
        CapturedSummary {
            id: id.to_owned(),
            recipient: String::new(),
            from_name: String::new(),
            from_address: String::new(),
            subject: String::new(),
            preheader: String::new(),
            captured_at: String::new(),
        }
    }

    fn ids(messages: &[CapturedSummary]) -> Vec<&str> {
        messages.iter().map(|message| message.id.as_str()).collect()
    }

    #[test]
    fn a_newer_page_pushes_down_and_doubles_nothing() {
        let all = joined(
            vec![message("c"), message("b")],
            &[message("b"), message("a")],
        );
        assert_eq!(ids(&all), ["c", "b", "a"]);
        assert!(is_joint(&all, &[message("a")]) && is_joint(&all, &[]));
        assert!(!is_joint(&all, &[message("x")]));
    }

    #[test]
    fn keys_stop_at_both_ends() {
        let all = [message("c"), message("b")];
        assert_eq!(neighbour(&all, "c", 1).as_deref(), Some("b"));
        assert_eq!(neighbour(&all, "b", 1).as_deref(), Some("b"));
        assert_eq!(neighbour(&all, "c", -1).as_deref(), Some("c"));
        assert_eq!(neighbour(&all, "", 1).as_deref(), Some("c"));
        assert_eq!(neighbour(&[], "c", 1), None);
    }
}
