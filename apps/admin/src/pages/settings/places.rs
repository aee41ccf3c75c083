//! The pages of the settings, and who sees them.

use leptos::prelude::*;

use crate::{i18n as t, routes::Route, state::session, ui::Icon};

/// A page of the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Company,
    Senders,
    TestAudience,
    Members,
    ApiKeys,
    WriteKeys,
    Webhooks,
    Computed,
    Audience,
    Audit,
}

impl Place {
    pub(super) const ALL: [Self; 10] = [
        Self::Company,
        Self::Senders,
        Self::TestAudience,
        Self::Members,
        Self::ApiKeys,
        Self::WriteKeys,
        Self::Webhooks,
        Self::Computed,
        Self::Audience,
        Self::Audit,
    ];

    /// Returns the page that an address names.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|place| place.name() == name)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Senders => "senders",
            Self::TestAudience => "test-audience",
            Self::Members => "members",
            Self::ApiKeys => "api-keys",
            Self::WriteKeys => "write-keys",
            Self::Webhooks => "webhooks",
            Self::Computed => "computed",
            Self::Audience => "audience",
            Self::Audit => "audit",
        }
    }

    pub(super) fn route(self) -> Route {
        Route::SettingsPage(self.name().to_owned())
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Company => t::settings::company(),
            Self::Senders => t::settings::senders(),
            Self::TestAudience => t::settings::test_audience(),
            Self::Members => t::settings::members(),
            Self::ApiKeys => t::settings::api_keys(),
            Self::WriteKeys => t::settings::write_keys(),
            Self::Webhooks => t::webhooks::title(),
            Self::Computed => t::computed::title(),
            Self::Audience => t::settings::audience(),
            Self::Audit => t::settings::audit(),
        }
    }

    pub(super) fn about(self) -> &'static str {
        match self {
            Self::Company => t::settings::company_about(),
            Self::Senders => t::settings::senders_about(),
            Self::TestAudience => t::settings::test_audience_about(),
            Self::Members => t::settings::members_about(),
            Self::ApiKeys => t::settings::api_keys_about(),
            Self::WriteKeys => t::settings::write_keys_about(),
            Self::Webhooks => t::webhooks::about(),
            Self::Computed => t::computed::about(),
            Self::Audience => t::settings::audience_about(),
            Self::Audit => t::settings::audit_about(),
        }
    }

    pub(super) const fn icon(self) -> Icon {
        match self {
            Self::Company => Icon::Store,
            Self::Senders => Icon::Mail,
            Self::TestAudience => Icon::Send,
            Self::Members => Icon::Users,
            Self::ApiKeys => Icon::Key,
            Self::WriteKeys => Icon::Zap,
            Self::Webhooks => Icon::ArrowRight,
            Self::Computed => Icon::RefreshCw,
            Self::Audience => Icon::Layers,
            Self::Audit => Icon::History,
        }
    }

    /// Whether the person signed in may look at it; reactive.
    pub(super) fn is_open(self) -> bool {
        match self {
            Self::Company | Self::Members => true,
            Self::Senders | Self::TestAudience => session::may("campaigns:read"),
            Self::ApiKeys | Self::WriteKeys | Self::Webhooks => session::may("settings:write"),
            Self::Computed | Self::Audience => session::may("segments:read"),
            Self::Audit => session::may("audit:read"),
        }
    }
}

/// The way between the pages of the settings.
#[component]
pub(super) fn Places(
    /// The one on show.
    here: Place,
) -> impl IntoView {
    let link = move |place: Place| {
        view! {
            <a href=place.route().path() aria-current=(place == here).then_some("page")>
                {move || place.title()}
            </a>
        }
    };
    view! {
        <nav class="tabs set-tabs" aria-label=t::settings::title>
            {move || Place::ALL.into_iter().filter(|place| place.is_open()).map(link).collect_view()}
        </nav>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_found_by_its_address() {
        for place in Place::ALL {
            let Route::SettingsPage(name) = place.route() else {
                panic!("a page of the settings was expected")
            };
            assert_eq!(Place::parse(&name), Some(place));
        }
        assert_eq!(Place::parse("elsewhere"), None);
    }
}
