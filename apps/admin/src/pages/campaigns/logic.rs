//! What a campaign's state allows and means, what its cards answer, and how fast it goes; without a browser.

use api_types::{
    FieldError,
    campaigns::{CampaignDocument, ReviewView},
};

/// The states of a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Being edited.
    Draft,
    /// Waiting for its time.
    Scheduled,
    /// Going out.
    Running,
    /// Held.
    Paused,
    /// Through.
    Finished,
    /// Called off.
    Cancelled,
}

impl State {
    /// Every state, in the order of the filter.
    pub(crate) const ALL: [Self; 6] = [
        Self::Draft,
        Self::Scheduled,
        Self::Running,
        Self::Paused,
        Self::Finished,
        Self::Cancelled,
    ];

    /// Reads the word of the API; one that is not known is taken for an end, where nothing can be done wrong.
    pub(crate) fn read(word: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == word)
            .unwrap_or(Self::Cancelled)
    }

    /// Returns the word of the API.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether a deed is possible: `pause`, `resume`, `cancel`, `remove`, `edit`.
    pub(crate) fn allows(self, deed: &str) -> bool {
        match deed {
            "edit" | "remove" => self == Self::Draft,
            "pause" => matches!(self, Self::Scheduled | Self::Running),
            "resume" => self == Self::Paused,
            "cancel" => matches!(self, Self::Scheduled | Self::Running | Self::Paused),
            _ => false,
        }
    }

    /// Whether deliveries exist or may come to exist.
    pub(crate) const fn has_begun(self) -> bool {
        !matches!(self, Self::Draft)
    }
}

/// The five cards and the goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Card {
    /// Who.
    Target,
    /// What.
    Offer,
    /// When.
    Timing,
    /// By which way.
    Channel,
    /// In which words.
    Contents,
    /// What for.
    Goal,
}

impl Card {
    /// The five of the thread.
    pub(crate) const FIVE: [Self; 5] = [
        Self::Target,
        Self::Offer,
        Self::Timing,
        Self::Channel,
        Self::Contents,
    ];

    /// Returns the member of the document.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Offer => "offer",
            Self::Timing => "timing",
            Self::Channel => "channel",
            Self::Contents => "contents",
            Self::Goal => "goal",
        }
    }

    /// Returns the card that an error points at.
    pub(crate) fn of(pointer: &str) -> Option<Self> {
        let pointer = pointer.strip_prefix("/document").unwrap_or(pointer);
        let first = pointer.trim_start_matches('/').split('/').next()?;
        let all = Self::FIVE.into_iter().chain([Self::Goal]);
        all.into_iter().find(|card| card.as_str() == first)
    }

    /// Whether the card has an answer.
    pub(crate) fn is_answered(self, document: &CampaignDocument) -> bool {
        match self {
            Self::Target => document
                .target
                .as_ref()
                .is_some_and(|target| target.everybody || !target.include.is_empty()),
            Self::Offer => document.offer.is_some(),
            Self::Timing => document.timing.is_some(),
            Self::Channel => document.channel.is_some(),
            Self::Contents => document.contents.is_some(),
            Self::Goal => document.goal.is_some(),
        }
    }
}

/// Returns what is wrong with a card.
pub(crate) fn of_card(missing: &[FieldError], card: Card) -> Vec<FieldError> {
    missing
        .iter()
        .filter(|error| Card::of(&error.pointer) == Some(card))
        .cloned()
        .collect()
}

/// Returns the one reason to name first: in the order of the cards, the name before them, the rest behind.
pub(crate) fn first_reason(missing: &[FieldError]) -> Option<&FieldError> {
    let rank = |error: &FieldError| match Card::of(&error.pointer) {
        _ if error.pointer == "/name" => 0,
        Some(card) => 1 + Card::FIVE.iter().position(|own| *own == card).unwrap_or(5),
        None => 9,
    };
    missing.iter().min_by_key(|error| rank(error))
}

/// Whether the steps of a review lead exactly from those who match to those who are written to.
pub(crate) fn adds_up(review: &ReviewView) -> bool {
    let lost: i64 = review.steps.iter().map(|step| step.count).sum();
    review.matched - lost == review.sendable
}

/// How fast deliveries settle, measured between looks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Pace {
    last: Option<(i64, i64)>,
    per_second: Option<f64>,
}

impl Pace {
    /// Takes a look: so many are done at an instant in milliseconds.
    #[expect(clippy::cast_precision_loss, reason = "a rate for reading")]
    #[must_use]
    pub(crate) fn look(self, done: i64, at: i64) -> Self {
        let measured = self.last.and_then(|(before, then)| {
            let seconds = (at - then) as f64 / 1_000.0;
            (seconds > 0.5 && done >= before).then(|| (done - before) as f64 / seconds)
        });
        let per_second = match (self.per_second, measured) {
            // A single quiet look does not throw the estimate about.
            (Some(known), Some(new)) => Some(known * 0.6 + new * 0.4),
            (known, new) => new.or(known),
        };
        Self {
            last: Some((done, at)),
            per_second,
        }
    }

    /// Returns how many settle a second, once two looks have shown it.
    pub(crate) fn per_second(self) -> Option<f64> {
        self.per_second.filter(|rate| *rate > 0.05)
    }
}

/// Reads addresses that people separate as they like.
pub(crate) fn addresses(text: &str) -> Vec<String> {
    let parts = text.split([',', ' ', '\n', ';', '、', '，', '\u{3000}']);
    parts
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use api_types::campaigns::{ReviewStep, Target};

    use super::*;

    fn error(pointer: &str) -> FieldError {
        FieldError {
            pointer: pointer.to_owned(),
            ..FieldError::default()
        }
    }

    #[test]
    fn only_what_the_state_allows_is_offered() {
        let deeds = ["edit", "remove", "pause", "resume", "cancel"];
        let allowed = |state: State| {
            deeds
                .into_iter()
                .filter(|deed| state.allows(deed))
                .collect::<Vec<_>>()
        };
        assert_eq!(allowed(State::Draft), ["edit", "remove"]);
        assert_eq!(allowed(State::Scheduled), ["pause", "cancel"]);
        assert_eq!(allowed(State::Running), ["pause", "cancel"]);
        assert_eq!(allowed(State::Paused), ["resume", "cancel"]);
        assert_eq!(allowed(State::Finished), Vec::<&str>::new());
        assert_eq!(State::read("something new"), State::Cancelled);
    }

    #[test]
    fn the_reason_named_is_the_first_card_that_is_open() {
        let missing = [
            error("/goal"),
            error("/contents/source"),
            error("/offer"),
            error("/elsewhere"),
        ];
        assert_eq!(
            first_reason(&missing).map(|error| error.pointer.as_str()),
            Some("/offer")
        );
        assert_eq!(of_card(&missing, Card::Contents).len(), 1);
        assert_eq!(Card::of("/document/timing/at"), Some(Card::Timing));
        assert_eq!(first_reason(&[]), None);
    }

    #[test]
    fn a_target_without_anybody_is_no_answer() {
        let mut document = CampaignDocument {
            target: Some(Target::default()),
            ..CampaignDocument::default()
        };
        assert!(!Card::Target.is_answered(&document));
        document.target = Some(Target {
            everybody: true,
            ..Target::default()
        });
        assert!(Card::Target.is_answered(&document));
    }

    #[test]
    fn a_review_adds_up_and_says_so() {
        let step = |count| ReviewStep {
            count,
            ..ReviewStep::default()
        };
        let mut review = ReviewView {
            matched: 612,
            steps: vec![step(74), step(4)],
            sendable: 534,
            ..ReviewView::default()
        };
        assert!(adds_up(&review));
        review.sendable = 535;
        assert!(!adds_up(&review));
    }

    #[test]
    fn the_pace_is_measured_between_looks() {
        let pace = Pace::default().look(100, 0);
        assert_eq!(pace.per_second(), None);
        let pace = pace.look(300, 2_000);
        assert_eq!(pace.per_second(), Some(100.0));
        assert!(pace.look(300, 4_000).per_second() < Some(100.0));
    }

    #[test]
    fn addresses_may_be_parted_by_anything() {
        assert_eq!(
            addresses("a@example.jp、b@example.jp\n c@example.jp,"),
            ["a@example.jp", "b@example.jp", "c@example.jp"]
        );
    }
}
