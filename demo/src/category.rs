//! The shelves: department, category and type, in Japanese and in the source's English.

use std::{collections::HashMap, sync::Arc};

use anyhow::Result;

use crate::embedded::{self, each_row};

/// One step of a category path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// Stable code, such as `c12`: kind and rank by lines sold.
    pub code: String,
    /// Japanese name.
    pub ja: String,
    /// The source's English name.
    pub en: String,
}

/// Up to three steps from department to type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryPath {
    /// The steps, widest first: department, category, type.
    pub levels: Vec<Level>,
}

impl CategoryPath {
    /// Returns the department.
    pub fn department(&self) -> Option<&Level> {
        self.levels.first()
    }

    /// Returns the category, the step that segments and recommendations work with.
    pub fn category(&self) -> Option<&Level> {
        self.levels.get(1)
    }

    /// Returns the narrowest step.
    pub fn narrowest(&self) -> Option<&Level> {
        self.levels.last()
    }

    /// Returns the path as shown in Japanese, such as `食品・日用雑貨 > チーズ > クリームチーズ`.
    pub fn display_ja(&self) -> String {
        self.levels
            .iter()
            .map(|level| level.ja.as_str())
            .collect::<Vec<_>>()
            .join(" > ")
    }
}

/// The translation table; `only_in` ties a type such as `PREMIUM` to the category it was read in.
#[derive(Debug)]
struct Term {
    en: String,
    ja: String,
    only_in: String,
}

/// Looks terms up and hands out one shared path per (department, category, type).
#[derive(Debug)]
pub(crate) struct Shelves {
    terms: HashMap<String, Term>,
    paths: HashMap<(String, String, String), Arc<CategoryPath>>,
}

impl Shelves {
    pub(crate) fn load() -> Result<Self> {
        let mut terms = HashMap::new();
        each_row("translations.csv", embedded::TRANSLATIONS, |row| {
            let [en, ja, only_in] = [1, 2, 3].map(|column| row.text(column).to_owned());
            terms.insert(row.text(0).to_owned(), Term { en, ja, only_in });
            Ok(())
        })?;
        Ok(Self {
            terms,
            paths: HashMap::new(),
        })
    }

    /// Returns the path of three numbers of the source, any of which may be blank.
    pub(crate) fn path(
        &mut self,
        department: &str,
        category: &str,
        kind: &str,
    ) -> Arc<CategoryPath> {
        let key = (department.to_owned(), category.to_owned(), kind.to_owned());
        if let Some(path) = self.paths.get(&key) {
            return Arc::clone(path);
        }
        let parent = self.level('c', category);
        let levels = [
            self.level('d', department),
            parent.clone(),
            self.kind(kind, parent.as_ref()),
        ];
        let path = Arc::new(CategoryPath {
            levels: levels.into_iter().flatten().collect(),
        });
        self.paths.insert(key, Arc::clone(&path));
        path
    }

    /// Returns a department (`d`) or category (`c`) by its number.
    pub(crate) fn level(&self, letter: char, number: &str) -> Option<Level> {
        let code = format!("{letter}{number}");
        let term = self.terms.get(&code)?;
        Some(Level {
            code,
            ja: term.ja.clone(),
            en: term.en.clone(),
        })
    }

    /// The 2,378 types are translated where they are bought often; the rest read "category + English".
    fn kind(&self, number: &str, parent: Option<&Level>) -> Option<Level> {
        let code = format!("t{number}");
        let (term, parent) = (self.terms.get(&code)?, parent?);
        let fits = term.only_in.is_empty() || term.only_in == parent.code;
        let ja = match term.ja.as_str() {
            "" => format!("{} {}", parent.ja, term.en),
            _ if !fits => format!("{} {}", parent.ja, term.en),
            ja => ja.to_owned(),
        };
        Some(Level {
            code,
            ja,
            en: term.en.clone(),
        })
    }
}
