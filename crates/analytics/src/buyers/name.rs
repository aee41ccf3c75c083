//! Names for parts of the RFM cube. The table below is the definition; `docs/metrics.md` says the same.

/// A part of the scores of one axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Over two thirds of the way up: 4 and 5 of 5.
    High,
    /// Neither.
    Middle,
    /// As far down as high is up: 1 and 2 of 5.
    Low,
}

impl Level {
    /// Returns the level of a score.
    pub const fn of(score: u32, n: u32) -> Self {
        if 3 * score > 2 * n {
            Self::High
        } else if 3 * (n + 1 - score) > 2 * n {
            Self::Low
        } else {
            Self::Middle
        }
    }
}

/// A named part: the product of levels of the three axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    /// Its stable name.
    pub key: &'static str,
    /// Its name in Japanese.
    pub ja: &'static str,
    /// Its name in English.
    pub en: &'static str,
    /// Levels of recency.
    pub recency: &'static [Level],
    /// Levels of frequency.
    pub frequency: &'static [Level],
    /// Levels of money; all when empty.
    pub monetary: &'static [Level],
}

use Level::{High, Low, Middle};

/// Every name; each buyer belongs to exactly one.
pub const NAMES: &[Name] = &[
    Name {
        key: "best",
        ja: "最優良",
        en: "Best",
        recency: &[High],
        frequency: &[High],
        monetary: &[High],
    },
    Name {
        key: "loyal",
        ja: "常連",
        en: "Loyal",
        recency: &[High],
        frequency: &[High],
        monetary: &[Middle, Low],
    },
    Name {
        key: "growing",
        ja: "育成中",
        en: "Growing",
        recency: &[High],
        frequency: &[Middle],
        monetary: &[],
    },
    Name {
        key: "recent",
        ja: "新規・少数回",
        en: "New or seldom",
        recency: &[High],
        frequency: &[Low],
        monetary: &[],
    },
    Name {
        key: "cooling",
        ja: "足が遠のき始めた常連",
        en: "Cooling regulars",
        recency: &[Middle],
        frequency: &[High],
        monetary: &[],
    },
    Name {
        key: "wavering",
        ja: "ふつう・少数回",
        en: "In between",
        recency: &[Middle],
        frequency: &[Middle, Low],
        monetary: &[],
    },
    Name {
        key: "at_risk",
        ja: "離れかけの常連",
        en: "Regulars at risk",
        recency: &[Low],
        frequency: &[High],
        monetary: &[],
    },
    Name {
        key: "dormant",
        ja: "休眠",
        en: "Dormant",
        recency: &[Low],
        frequency: &[Middle, Low],
        monetary: &[],
    },
];

impl Name {
    /// Tells whether scores of recency, frequency and money belong to it.
    pub fn holds(&self, [r, f, m]: [u32; 3], n: u32) -> bool {
        self.recency.contains(&Level::of(r, n))
            && self.frequency.contains(&Level::of(f, n))
            && (self.monetary.is_empty() || self.monetary.contains(&Level::of(m, n)))
    }

    /// Returns the scores of each axis that belong to it, ascending; all of an axis that does not matter.
    pub fn scores(&self, n: u32) -> [Vec<u32>; 3] {
        [self.recency, self.frequency, self.monetary].map(|levels| {
            (1..=n)
                .filter(|score| levels.is_empty() || levels.contains(&Level::of(*score, n)))
                .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_has_exactly_one_name() {
        for n in 2..=10 {
            for r in 1..=n {
                for f in 1..=n {
                    for m in 1..=n {
                        let names = NAMES.iter().filter(|name| name.holds([r, f, m], n));
                        assert_eq!(names.count(), 1, "{r}{f}{m} of {n}");
                    }
                }
            }
        }
        let levels: Vec<Level> = (1..=5).map(|score| Level::of(score, 5)).collect();
        assert_eq!(levels, [Low, Low, Middle, High, High]);
    }

    #[test]
    fn the_document_says_the_same() {
        let document = include_str!("../../../../docs/metrics.md");
        for name in NAMES {
            let [r, f, m] = name.scores(5).map(|scores| {
                let scores: Vec<String> = scores.iter().map(u32::to_string).collect();
                scores.join(", ")
            });
            let row = format!("| {} / {} | {r} | {f} | {m} |", name.ja, name.en);
            assert!(
                document.contains(&row),
                "docs/metrics.md lacks this row:\n{row}"
            );
        }
    }
}
