//! The width a chart is shown at.

use leptos::{__reexports::send_wrapper::SendWrapper, html, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};

/// Draws its child at the measured width, and again when the width changes; before it is known nothing is drawn.
#[component]
pub fn Measured(
    /// Draws at a width in pixels.
    draw: impl Fn(f64) -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    let (node, width) = (NodeRef::<html::Div>::new(), RwSignal::new(0.0));
    Effect::new(move |_| {
        let Some(element) = node.get() else { return };
        width.set(f64::from(element.client_width()));
        let watched = element.clone();
        let on_resize = Closure::<dyn FnMut()>::new(move || {
            let now = f64::from(watched.client_width());
            if width
                .try_get_untracked()
                .is_some_and(|before| (before - now).abs() >= 1.0)
            {
                width.set(now);
            }
        });
        if let Ok(observer) = web_sys::ResizeObserver::new(on_resize.as_ref().unchecked_ref()) {
            observer.observe(&element);
            let kept = SendWrapper::new((observer, on_resize));
            on_cleanup(move || kept.0.disconnect());
        }
    });
    view! { <div class="plot-m" node_ref=node>{move || Some(width.get()).filter(|width| *width > 0.0).map(&draw)}</div> }
}
