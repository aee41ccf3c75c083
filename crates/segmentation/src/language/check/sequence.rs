//! The checks of sequences.

use kernel::invalid::{FieldError, Invalid};

use super::spot::Spot;
use crate::language::{Events, MAX_STEPS, Node, Place, Sequence, Since, Span};

/// The most different sequences of a document, and the most different events since which others are counted: each is
/// a look at all events of its names.
const MAX_DIFFERENT: usize = 8;

/// Refuses too many different sequences, and too many different events since which others are counted.
pub(super) fn number(places: &[Place<'_>], found: &mut Invalid) {
    let (mut sequences, mut sinces): (Vec<&Sequence>, Vec<&Since>) = (Vec::new(), Vec::new());
    for place in places {
        match place.node {
            Node::Sequence(sequence) if !sequences.contains(&sequence) => {
                sequences.push(sequence);
                if sequences.len() > MAX_DIFFERENT {
                    found.push(FieldError::new(
                        format!("{}/sequence", place.pointer),
                        "too_many",
                        format!("at most {MAX_DIFFERENT} different sequences"),
                        format!("行動の順番の条件は{MAX_DIFFERENT}種類までです"),
                    ));
                    return;
                }
            }
            Node::Events(Events {
                since: Some(since), ..
            }) if !sinces.contains(&since) => {
                sinces.push(since);
                if sinces.len() > MAX_DIFFERENT {
                    found.push(FieldError::new(
                        format!("{}/events/since", place.pointer),
                        "too_many",
                        format!(
                            "events are counted since {MAX_DIFFERENT} different others at most"
                        ),
                        format!("「ある行動より後」の条件は{MAX_DIFFERENT}種類までです"),
                    ));
                    return;
                }
            }
            _ => {}
        }
    }
}

impl Spot {
    pub(super) fn sequence(&self, sequence: &Sequence, found: &mut Invalid) {
        self.to("/within").window(sequence.within, found);
        let n = sequence.steps.len() + usize::from(sequence.then_not.is_some());
        let steps = self.to("/steps");
        if sequence.steps.is_empty() || n < 2 {
            steps.say(
                found,
                "too_few",
                "a sequence has two steps at least, the last of which may be one that did not follow",
                "順番には2つ以上の行動が必要です（最後の1つは「その後しなかったこと」でもかまいません）",
            );
        }
        if n > MAX_STEPS {
            steps.say(
                found,
                "too_many",
                format!("a sequence has {MAX_STEPS} steps at most"),
                format!("順番に並べられる行動は{MAX_STEPS}つまでです"),
            );
            return;
        }
        for (suffix, picked) in sequence.picks() {
            self.to(&suffix).picked(picked, found);
        }
        for (i, step) in sequence.steps.iter().enumerate() {
            let at = steps.to(&format!("/{i}"));
            at.to("/within").gap(step.within, found);
            if i == 0 {
                let said = [
                    ("/within", step.within.is_some()),
                    ("/without", step.without.is_some()),
                ];
                for (name, _) in said.into_iter().filter(|(_, is_said)| *is_said) {
                    at.to(name).say(
                        found,
                        "first_step",
                        "nothing comes before the first step",
                        "最初の行動より前の行動はないので、ここでは指定できません",
                    );
                }
            }
        }
        if let Some(then_not) = &sequence.then_not {
            self.to("/then_not/within").gap(then_not.within, found);
        }
    }

    fn gap(&self, span: Option<Span>, found: &mut Invalid) {
        let Some(span) = span else { return };
        if span.millis() == 0 {
            self.say(found, "empty", "the span is empty", "期間の長さが0です");
        }
        self.span(span, found);
    }
}
