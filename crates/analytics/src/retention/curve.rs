//! One group's curves.

use crate::{Rate, origin::Group};

/// How many of a group ordered in each month after the first order, and how many were lost at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Curve {
    /// Whose.
    pub group: Group,
    /// How many customers, those of the present month among them.
    pub customers: i64,
    /// Who ordered in the month of the first order, the month after, and so on; of nobody where no such month is over.
    pub retained: Vec<Rate>,
    /// Who had been without an order for so many days when that month ended.
    pub lost: Vec<Rate>,
}

impl Curve {
    /// Returns the curves of nobody over the first order's month and `months` after it.
    pub(super) fn nobody(group: Group, months: usize) -> Self {
        let none = Rate {
            numerator: 0,
            denominator: 0,
        };
        Self {
            group,
            customers: 0,
            retained: vec![none; months + 1],
            lost: vec![none; months + 1],
        }
    }

    /// Adds other customers.
    pub(super) fn add(&mut self, other: &Self) {
        self.customers += other.customers;
        let pairs = self.retained.iter_mut().zip(&other.retained);
        for (own, other) in pairs.chain(self.lost.iter_mut().zip(&other.lost)) {
            own.numerator += other.numerator;
            own.denominator += other.denominator;
        }
    }

    /// Returns the rows of a table; months of which nothing is known are left out.
    pub(super) fn rows(&self, is_english: bool) -> Vec<Vec<String>> {
        let name = if is_english {
            &self.group.en
        } else {
            &self.group.ja
        };
        let percent = |rate: &Rate| {
            rate.value()
                .map_or_else(String::new, |share| format!("{:.2}", share * 100.0))
        };
        let months = self.retained.iter().zip(&self.lost).enumerate();
        months
            .filter(|(_, (retained, _))| retained.denominator > 0)
            .map(|(after, (retained, lost))| {
                vec![
                    name.clone(),
                    self.customers.to_string(),
                    after.to_string(),
                    retained.denominator.to_string(),
                    retained.numerator.to_string(),
                    percent(retained),
                    lost.numerator.to_string(),
                    percent(lost),
                ]
            })
            .collect()
    }
}
