//! Where the palette can always go, and how what is typed finds it.

use super::Hit;
use crate::{
    app::rail,
    format::folded,
    i18n as t,
    routes::{Area, Route},
    ui::Icon,
};

/// The pages everyone can go to, each with its reading in kana and Latin.
pub(super) fn all() -> Vec<(Hit, &'static str)> {
    let area = |own: Area, reading| {
        (
            hit(rail::icon(own), rail::name(own), "", own.route()),
            reading,
        )
    };
    let page = |icon, label, to, reading| (hit(icon, label, t::palette::action(), to), reading);
    vec![
        area(Area::Home, t::palette::home_reading()),
        area(Area::Customers, t::palette::customers_reading()),
        area(Area::Segments, t::palette::segments_reading()),
        area(Area::Campaigns, t::palette::campaigns_reading()),
        area(Area::Contents, t::palette::contents_reading()),
        area(Area::Analytics, t::palette::analytics_reading()),
        area(Area::Settings, t::palette::settings_reading()),
        page(
            Icon::Plus,
            t::palette::new_campaign(),
            Route::NewCampaign,
            t::palette::new_campaign_reading(),
        ),
        page(
            Icon::Plus,
            t::palette::new_segment(),
            Route::NewSegment,
            t::palette::new_segment_reading(),
        ),
        page(
            Icon::Upload,
            t::palette::import(),
            Route::NewImport,
            t::palette::import_reading(),
        ),
        page(
            Icon::Inbox,
            t::palette::inbox(),
            Route::Inbox,
            t::palette::inbox_reading(),
        ),
        page(
            Icon::Package,
            t::palette::products(),
            Route::Products,
            t::palette::products_reading(),
        ),
    ]
}

fn hit(icon: Icon, label: &str, note: &str, to: Route) -> Hit {
    Hit {
        icon,
        label: label.to_owned(),
        note: note.to_owned(),
        to,
    }
}

/// Returns the places whose name or reading holds every word typed.
pub(super) fn matching(typed: &str, places: Vec<(Hit, &'static str)>) -> Vec<Hit> {
    let typed = folded(typed.trim());
    let fits = |(hit, reading): &(Hit, &str)| {
        typed
            .split(' ')
            .all(|word| folded(&hit.label).contains(word) || folded(reading).contains(word))
    };
    places
        .into_iter()
        .filter(fits)
        .map(|(hit, _)| hit)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kana_of_either_kind_finds_kanji() {
        for typed in ["こきゃく", "コキャク", "顧客", "ＣＵＳＴＯＭ", "customers"] {
            let hits = matching(typed, all());
            assert_eq!(
                hits.first().map(|hit| hit.to.clone()),
                Some(Route::Customers),
                "{typed}"
            );
        }
        assert!(matching("ぬるぽ", all()).is_empty());
    }
}
