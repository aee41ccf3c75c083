//! What every metric means, as the server says; read once a page.

use api_types::reports::{FigureView, MetricView, RateView};

use crate::{
    api::{Load, load, reports},
    format::{self, Figure, number},
    state::locale::{self, Locale},
};

/// Chooses by language.
pub fn by_language<'a>(ja: &'a str, en: &'a str) -> &'a str {
    match locale::current() {
        Locale::Ja => ja,
        Locale::En => en,
    }
}

/// The definitions; empty until they have come.
#[derive(Clone, Copy)]
pub struct Definitions(Load<Vec<MetricView>>);

impl Definitions {
    /// Reads them.
    pub fn read() -> Self {
        Self(load(
            || (),
            |(), signal| async move { reports::metrics(&signal).await },
        ))
    }

    /// Returns all of them.
    pub fn all(self) -> Vec<MetricView> {
        self.0.value().unwrap_or_default()
    }

    fn of<R: Default>(self, key: &str, read: impl FnOnce(&MetricView) -> R) -> R {
        self.0.with(|state| {
            let all = state.ready();
            let found = all.and_then(|all| all.iter().find(|metric| metric.key == key));
            found.map(read).unwrap_or_default()
        })
    }

    /// Returns a metric's name.
    pub fn name(self, key: &str) -> String {
        self.of(key, |metric| {
            by_language(&metric.name_ja, &metric.name_en).to_owned()
        })
    }

    /// Returns the name of its rate.
    pub fn rate_name(self, key: &str) -> String {
        self.of(key, |metric| {
            let rate = metric.rate.as_ref();
            let name = rate.map(|rate| by_language(&rate.name_ja, &rate.name_en));
            name.unwrap_or_default().to_owned()
        })
    }

    /// Returns how it is counted.
    pub fn formula(self, key: &str) -> String {
        self.of(key, |metric| {
            by_language(&metric.formula_ja, &metric.formula_en).to_owned()
        })
    }

    /// Tells whether less of it is better.
    pub fn is_lower_better(self, key: &str) -> bool {
        self.of(key, |metric| metric.better == "lower")
    }
}

/// Finds a metric's number; nothing is zero.
pub fn figure(figures: &[FigureView], key: &str) -> FigureView {
    let found = figures.iter().find(|figure| figure.metric == key).cloned();
    found.unwrap_or_else(|| FigureView {
        metric: key.to_owned(),
        value: 0,
        rate: None,
    })
}

/// Writes a share large with its `%` small; of nobody it is a dash.
pub fn share(rate: Option<RateView>) -> Figure {
    match rate.and_then(|rate| rate.value) {
        Some(value) => Figure {
            digits: number::decimal(value * 100.0, 1),
            unit: "%".to_owned(),
        },
        None => Figure {
            digits: "–".to_owned(),
            unit: String::new(),
        },
    }
}

/// Writes the ends of an interval in percent.
pub fn ends(rate: Option<RateView>) -> Option<(String, String)> {
    let rate = rate?;
    let percent = |value: f64| number::decimal(value * 100.0, 1);
    Some((percent(rate.low?), percent(rate.high?)))
}

/// Writes a number as its unit asks.
pub fn value(figure: &FigureView, unit: &str, currency: &str) -> String {
    if unit == "money" {
        format::money(figure.value, currency)
    } else {
        format::integer(figure.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_has_no_share_and_no_interval() {
        assert_eq!(share(Some(RateView::default())).joined(), "–");
        assert_eq!(ends(Some(RateView::default())), None);
        let rate = RateView {
            numerator: 1,
            denominator: 8,
            value: Some(0.125),
            low: Some(0.022),
            high: Some(0.471),
        };
        assert_eq!(share(Some(rate)).joined(), "12.5%");
        assert_eq!(
            ends(Some(rate)),
            Some(("2.2".to_owned(), "47.1".to_owned()))
        );
    }
}
