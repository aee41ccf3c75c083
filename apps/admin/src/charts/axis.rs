//! Rules and labels round a drawing.

use leptos::prelude::*;

use crate::{charts::scale::Linear, format::number};

/// The frame of a drawing: the room left for labels on each side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// The left edge of the drawing.
    pub left: f64,
    /// Its right edge.
    pub right: f64,
    /// Its top edge.
    pub top: f64,
    /// Its bottom edge.
    pub bottom: f64,
}

/// Writes a tick as short as it stays exact.
pub fn tick_label(value: f64) -> String {
    if value.abs() >= 1.0 || value == 0.0 {
        let is_whole = (value - value.round()).abs() < 1e-9;
        return number::decimal(value, usize::from(!is_whole));
    }
    number::decimal(value, 2)
}

/// Draws horizontal rules with their values; nothing vertical.
pub fn horizontal(ticks: &[f64], y: Linear, frame: Frame) -> AnyView {
    let rule = |value: &f64| {
        let at = y.at(*value);
        view! {
            <line x1=frame.left x2=frame.right y1=at y2=at class="g-grid"></line>
            <text x=frame.left - 8.0 y=at + 4.0 text-anchor="end">{tick_label(*value)}</text>
        }
    };
    ticks.iter().map(rule).collect_view().into_any()
}

/// Draws the labels under the drawing and the one axis line.
pub fn below(labels: &[(f64, String)], frame: Frame) -> AnyView {
    let mark = |(x, label): &(f64, String)| {
        view! {
            <line x1=*x x2=*x y1=frame.bottom y2=frame.bottom + 4.0 class="g-axis"></line>
            <text x=*x y=frame.bottom + 18.0 text-anchor="middle">{label.clone()}</text>
        }
    };
    view! {
        <line x1=frame.left x2=frame.right y1=frame.bottom y2=frame.bottom class="g-axis"></line>
        {labels.iter().map(mark).collect_view()}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::tick_label;

    #[test]
    fn ticks_are_written_short() {
        for (value, text) in [
            (3_400.0, "3,400"),
            (0.0, "0"),
            (2.5, "2.5"),
            (0.25, "0.25"),
            (-10.0, "−10"),
        ] {
            assert_eq!(tick_label(value), text);
        }
    }
}
