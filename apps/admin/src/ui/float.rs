//! Where a floating thing goes: under its anchor, inside the window.

use leptos::{prelude::*, tachys::html::element::ElementType};
use wasm_bindgen::JsCast;

/// A place in the window, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    x: f64,
    y: f64,
}

impl Place {
    /// Returns the value for `left`.
    pub fn left(self) -> String {
        format!("{}px", self.x)
    }

    /// Returns the value for `top`.
    pub fn top(self) -> String {
        format!("{}px", self.y)
    }
}

/// Returns the place under an element for something `width` wide, `None` before it is drawn.
pub fn below<E>(anchor: NodeRef<E>, width: f64) -> Option<Place>
where
    E: ElementType,
    E::Output: JsCast + Clone + AsRef<web_sys::Element> + 'static,
{
    let element = anchor.get_untracked()?;
    Some(place(element.as_ref(), width))
}

/// Returns the place under an element for something `width` wide.
pub fn place(element: &web_sys::Element, width: f64) -> Place {
    let rect = element.get_bounding_client_rect();
    let window = window()
        .inner_width()
        .ok()
        .and_then(|width| width.as_f64())
        .unwrap_or(1024.0);
    Place {
        x: fit(rect.left(), width, window),
        y: rect.bottom() + 6.0,
    }
}

/// Moves a thing left until its right edge is inside the window, but never past the left edge.
fn fit(left: f64, width: f64, window: f64) -> f64 {
    left.min(window - width - 8.0).max(8.0)
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn a_bubble_stays_inside_the_window() {
        assert!((fit(100.0, 280.0, 1440.0) - 100.0).abs() < 1e-9);
        assert!((fit(1400.0, 280.0, 1440.0) - 1152.0).abs() < 1e-9);
        assert!((fit(200.0, 400.0, 390.0) - 8.0).abs() < 1e-9);
    }
}
