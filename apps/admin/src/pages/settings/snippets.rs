//! What to paste into a shop so that it reports to this server.

use api_types::session::WriteKeyView;
use leptos::prelude::*;

use super::copy::CopyText;
use crate::{
    api::{Load, Page},
    i18n as t,
    ui::{Choice, Section, Segmented},
};

/// The lines for each way of sending, with this server's address and a key filled in.
#[component]
pub(super) fn Snippets(
    /// The keys; a living browser key is filled in, a server key is not known any more.
    keys: Load<Page<WriteKeyView>>,
) -> impl IntoView {
    let way = RwSignal::new("browser".to_owned());
    let ways = vec![
        Choice::new("browser", t::settings::way_browser),
        Choice::new("node", "Node.js"),
        Choice::new("python", "Python"),
        Choice::new("rudder", "RudderStack"),
    ];
    let text = Signal::derive(move || {
        let host = window().location().origin().unwrap_or_default();
        let browser_key = keys.value().and_then(|page| {
            let is_good = |key: &WriteKeyView| key.power == "browser" && key.revoked_at.is_none();
            page.items.into_iter().find(is_good)?.key
        });
        way.with(|way| snippet(way, &host, browser_key.as_deref().unwrap_or("WRITE_KEY")))
    });
    view! {
        <Section title=t::settings::snippets note=t::settings::snippets_about>
            <div class="set-snippets">
                <Segmented label=t::settings::snippets value=way choices=ways/>
                <CopyText label=t::settings::snippet value=text/>
                <p class="t-small ink-3">
                    {move || if way.with(|way| way == "browser") { t::settings::way_browser_about() } else { t::settings::way_server_about() }}
                </p>
            </div>
        </Section>
    }
}

/// Returns the lines for one way of sending.
fn snippet(way: &str, host: &str, browser_key: &str) -> String {
    match way {
        "node" => format!(
            "import {{ Analytics }} from '@segment/analytics-node'\n\n\
             const analytics = new Analytics({{ writeKey: 'WRITE_KEY', host: '{host}' }})\n\n\
             analytics.identify({{ userId: 'C-00318', traits: {{ email: 'yumi@example.jp' }} }})\n\
             analytics.track({{ userId: 'C-00318', event: 'Order Completed',\n  \
             properties: {{ order_id: '1001', total: 4862, currency: 'JPY' }} }})"
        ),
        "python" => format!(
            "import segment.analytics as analytics\n\n\
             analytics.write_key = 'WRITE_KEY'\n\
             analytics.host = '{host}'\n\n\
             analytics.identify('C-00318', {{'email': 'yumi@example.jp'}})\n\
             analytics.track('C-00318', 'Order Completed',\n    \
             {{'order_id': '1001', 'total': 4862, 'currency': 'JPY'}})"
        ),
        "rudder" => format!(
            "const Rudder = require('@rudderstack/rudder-sdk-node')\n\n\
             const client = new Rudder('WRITE_KEY', {{ dataPlaneUrl: '{host}' }})\n\n\
             client.track({{ userId: 'C-00318', event: 'Product Viewed',\n  \
             properties: {{ product_id: 'P-120' }} }})"
        ),
        _ => format!(
            "import {{ AnalyticsBrowser }} from '@segment/analytics-next'\n\n\
             const analytics = AnalyticsBrowser.load({{\n  \
             writeKey: '{browser_key}',\n  \
             cdnURL: '{host}',\n\
             }})\n\n\
             analytics.page()\n\
             analytics.track('Product Viewed', {{ product_id: 'P-120' }})"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::snippet;

    #[test]
    fn every_way_names_this_server() {
        for way in ["browser", "node", "python", "rudder"] {
            assert!(
                snippet(way, "https://e.example", "k").contains("https://e.example"),
                "{way}"
            );
        }
        assert!(snippet("browser", "", "wrk_browser").contains("wrk_browser"));
    }
}
