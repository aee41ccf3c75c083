//! Rendering while one writes: 400 ms after the last stroke, the newest answer wins.

use std::time::Duration;

use api_types::contents::PreviewContent;
use leptos::{__reexports::send_wrapper::SendWrapper, prelude::*, task::spawn_local};
use web_sys::AbortController;

use super::state::State;
use crate::{api::contents as api, state::locale};

const PAUSE: Duration = Duration::from_millis(400);

/// Renders now and after every change, until the page is left.
pub fn keep_rendering(state: State) {
    let asked = Memo::new(move |_| {
        // The findings speak the reader's language.
        let reader = locale::current();
        let asked = PreviewContent {
            document: Some(state.document()),
            content_id: None,
            campaign_id: None,
            customer_id: state
                .customer
                .with(|customer| customer.as_ref().map(|customer| customer.id.clone())),
            locale: Some(state.tab.get()),
            dark: state.is_dark.get(),
        };
        (reader, state.is_settled.get(), asked)
    });
    Effect::new(move |previous: Option<()>| {
        let (_, is_settled, asked) = asked.get();
        if !is_settled {
            return;
        }
        let Ok(controller) = AbortController::new() else {
            return;
        };
        let signal = controller.signal();
        let render = move || {
            state.is_rendering.set(true);
            spawn_local(async move {
                let answer = api::preview(&asked, &signal).await;
                if signal.aborted() {
                    return;
                }
                state.is_rendering.try_set(false);
                match answer {
                    Ok(preview) => {
                        state.failure.try_set(None);
                        state.shown.try_set(Some(preview));
                    }
                    Err(error) => {
                        state.failure.try_set(Some(error));
                    }
                }
            });
        };
        // The first time there is nothing to wait for.
        let pause = previous.map_or(Duration::ZERO, |()| PAUSE);
        let timer = set_timeout_with_handle(render, pause).ok();
        let controller = SendWrapper::new(controller);
        on_cleanup(move || {
            if let Some(timer) = timer {
                timer.clear();
            }
            controller.abort();
        });
    });
}
