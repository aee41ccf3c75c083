//! The two queries about standing among buyers as the rule language has them: recency in whole days, the worst groups
//! with the remainder, and equal values in the order of the customers' numbers.

use super::{BOUGHT, DAY, Plain, Set, is_in_the_week, sum};

impl Plain {
    /// Answers a query as [`Plain::ask`] does, but standings as the language has them.
    pub(in crate::segments) fn ask_in_words(&self, query: usize) -> Set {
        match query {
            // The zone is UTC, so a day of the shop is one of the calendar.
            4 => self.best_cell(DAY),
            8 => self.birthdays_of_the_first_decile(),
            _ => self.ask(query),
        }
    }

    fn birthdays_of_the_first_decile(&self) -> Set {
        let bought = self.posts(BOUGHT);
        let mut spent: Vec<(u64, u32)> = Vec::new();
        bought.leaf(self.n, |own| {
            spent.push((sum(&bought.amount[own.clone()]), bought.person[own.start]));
            false
        });
        spent.sort_unstable();
        let n = spent.len();
        let first = 9 * (n / 10) + (n % 10).min(9);
        let mut set = Set::none(self.n);
        for (_, person) in &spent[first..] {
            if is_in_the_week(self.people.month_day[*person as usize]) {
                set.insert(*person);
            }
        }
        set
    }
}
