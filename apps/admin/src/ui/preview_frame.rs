//! Somebody else's HTML, as its receiver sees it: in a sandbox without scripts, at the width of a device.

use leptos::{prelude::*, text_prop::TextProp};

use crate::{
    i18n as t,
    ui::{Choice, Segmented, text},
};

/// The device a message is looked at on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Device {
    /// 640 px and wider.
    #[default]
    Wide,
    /// 375 px.
    Phone,
}

impl Device {
    /// Returns the name in the URL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Phone => "phone",
        }
    }

    fn width(name: &str) -> &'static str {
        if name == Self::Phone.as_str() {
            "375px"
        } else {
            "100%"
        }
    }
}

/// The frame; the address is a `/preview/{ticket}` of the server, never HTML of our own making.
#[component]
pub fn PreviewFrame(
    /// What is looked at; spoken.
    #[prop(into)]
    title: TextProp,
    /// The address of the preview, empty while there is none.
    #[prop(into)]
    src: Signal<String>,
    /// How tall the frame is, in pixels.
    #[prop(default = 640)]
    height: u32,
) -> impl IntoView {
    let device = RwSignal::new(Device::default().as_str().to_owned());
    let choices = vec![
        Choice::new(Device::Wide.as_str(), t::ui::device_wide),
        Choice::new(Device::Phone.as_str(), t::ui::device_phone),
    ];
    view! {
        <div class="pv">
            <div class="pv-h"><Segmented label=t::ui::device value=device choices=choices/></div>
            <div class="pv-b" style:height=format!("{height}px")>
                {move || {
                    let src = src.get();
                    (!src.is_empty()).then(|| {
                        view! {
                            <iframe
                                title=text(title.clone())
                                src=src
                                sandbox="allow-popups allow-popups-to-escape-sandbox"
                                referrerpolicy="no-referrer"
                                style:width=move || device.with(|device| Device::width(device))
                            ></iframe>
                        }
                    })
                }}
            </div>
        </div>
    }
}
