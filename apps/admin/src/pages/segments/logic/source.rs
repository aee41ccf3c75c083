//! Who counted, where that is worth a line.

use api_types::audience::AnswerSource;

use crate::i18n as t;

/// Says why counting took longer than it should, where a person who waits or an operator can make something of it.
pub(crate) fn why_slower(source: &AnswerSource) -> Option<fn() -> &'static str> {
    match source.reason.as_deref()? {
        "building" => Some(t::segments::counted_while_building),
        "too_large" => Some(t::segments::counted_too_large),
        // Switched off or going down: nothing that a marketer waits for.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stands_only_where_the_index_should_have_answered() {
        let says = |reason: Option<&str>| {
            let source = AnswerSource {
                reason: reason.map(str::to_owned),
                ..AnswerSource::default()
            };
            why_slower(&source).is_some()
        };
        assert!(says(Some("building")) && says(Some("too_large")));
        for quiet in [
            None,
            Some("off"),
            Some("stopped"),
            Some("behind"),
            Some("🦀"),
        ] {
            assert!(!says(quiet), "{quiet:?}");
        }
    }
}
