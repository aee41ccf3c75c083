//! Figures, their bars, and how they are told.

use std::path::Path;

use anyhow::Context;
use serde::Serialize;

use crate::machine;

/// What a figure is to be.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Bar {
    /// This much or more.
    AtLeast(f64),
    /// This much or less.
    AtMost(f64),
}

impl Bar {
    const fn value(self) -> f64 {
        match self {
            Self::AtLeast(value) | Self::AtMost(value) => value,
        }
    }

    fn is_met(self, figure: f64) -> bool {
        match self {
            Self::AtLeast(bar) => figure >= bar,
            Self::AtMost(bar) => figure <= bar,
        }
    }
}

#[derive(Debug, Serialize)]
struct Figure {
    what: String,
    value: f64,
    unit: &'static str,
    bar: Option<Bar>,
    /// Figure divided by bar.
    ratio: Option<f64>,
    is_met: Option<bool>,
}

/// What a run has measured.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    figures: Vec<Figure>,
    notes: Vec<String>,
}

impl Report {
    /// Adds a figure.
    pub(crate) fn add(
        &mut self,
        what: impl Into<String>,
        figure: f64,
        unit: &'static str,
        bar: Option<Bar>,
    ) {
        self.figures.push(Figure {
            what: what.into(),
            value: figure,
            unit,
            bar,
            ratio: bar.map(|bar| figure / bar.value()),
            is_met: bar.map(|bar| bar.is_met(figure)),
        });
    }

    /// Adds how something was measured.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// Prints an aligned table.
    #[expect(clippy::print_stdout, reason = "the figures are the program's answer")]
    pub(crate) fn print(&self) {
        let rows: Vec<[String; 5]> = self.figures.iter().map(row).collect();
        let head = ["", "figure", "bar", "ratio", ""].map(str::to_owned);
        let width = |column: usize| {
            let cells = std::iter::once(&head)
                .chain(&rows)
                .filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let [name, wide, high, part] = [0, 1, 2, 3].map(width);
        println!("\n{} cores, load {:.1}", machine::cores(), machine::load());
        for [what, figure, bar, ratio, verdict] in std::iter::once(&head).chain(&rows) {
            println!("{what:name$}  {figure:>wide$}  {bar:>high$}  {ratio:>part$}  {verdict}");
        }
        for note in &self.notes {
            println!("- {note}");
        }
    }

    /// Writes everything as JSON.
    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(&serde_json::json!({
            "cores": machine::cores(),
            "command": std::env::args().skip(1).collect::<Vec<_>>().join(" "),
            "figures": self.figures,
            "notes": self.notes,
        }))?;
        std::fs::write(path, text).with_context(|| format!("failed to write {}", path.display()))
    }
}

fn row(figure: &Figure) -> [String; 5] {
    let bar = figure.bar.map_or(String::new(), |bar| match bar {
        Bar::AtLeast(value) => format!("≥ {}", number(value)),
        Bar::AtMost(value) => format!("≤ {}", number(value)),
    });
    let verdict = match figure.is_met {
        Some(true) => "met",
        Some(false) => "MISSED",
        None => "",
    };
    [
        figure.what.clone(),
        format!("{} {}", number(figure.value), figure.unit),
        bar,
        figure
            .ratio
            .map_or(String::new(), |ratio| format!("{ratio:.2}")),
        verdict.to_owned(),
    ]
}

/// Large numbers whole and with separators, small ones with what matters.
fn number(value: f64) -> String {
    if value.abs() < 1.0 && value.fract().abs() > f64::EPSILON {
        return format!("{value:.2}");
    }
    if value.abs() < 100.0 && value.fract().abs() > f64::EPSILON {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let n = digits.len();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (n - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_has_a_direction() {
        let mut report = Report::default();
        report.add("rate", 4_000.0, "/s", Some(Bar::AtLeast(5_000.0)));
        report.add("wait", 100.0, "ms", Some(Bar::AtMost(250.0)));
        let told: Vec<_> = report.figures.iter().map(row).collect();
        assert_eq!(told[0], ["rate", "4,000 /s", "≥ 5,000", "0.80", "MISSED"]);
        assert_eq!(told[1], ["wait", "100 ms", "≤ 250", "0.40", "met"]);
    }

    #[test]
    fn numbers_are_readable() {
        let told = [0.042, 12.34, 100.0, 1_234_567.0].map(number);
        assert_eq!(told, ["0.04", "12.3", "100", "1,234,567"]);
    }
}
