//! Every address of the admin. Links are made from here only: `href=Route::Customers.path()`.

use leptos_router::{NavigateOptions, hooks::use_navigate};

/// A page, with what its address holds. What follows `?` belongs to the page's own query type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// What today brings.
    Home,
    /// All customers.
    Customers,
    /// One customer.
    Customer(String),
    /// Files taken in.
    Imports,
    /// A new import.
    NewImport,
    /// One import.
    Import(String),
    /// All segments.
    Segments,
    /// A new segment.
    NewSegment,
    /// One segment.
    Segment(String),
    /// All lists of people.
    Lists,
    /// One list of people.
    List(String),
    /// All campaigns.
    Campaigns,
    /// A new campaign.
    NewCampaign,
    /// One campaign: its five cards.
    Campaign(String),
    /// The check before launch.
    CampaignReview(String),
    /// What a campaign did.
    CampaignReport(String),
    /// Templates and offers.
    Contents,
    /// A new template.
    NewContent,
    /// One template.
    Content(String),
    /// The rich menus of LINE accounts.
    LineMenus,
    /// What LINE accounts answer by themselves.
    LineReplies,
    /// One rich menu.
    LineMenu(String),
    /// The product catalogue.
    Products,
    /// One product.
    Product(String),
    /// The sandbox inbox.
    Inbox,
    /// One captured message.
    Message(String),
    /// Reports over everything.
    Analytics,
    /// Buyers by recency, frequency and money.
    Rfm,
    /// Buyers by money in groups.
    Deciles,
    /// Buyers by what they have brought.
    Bands,
    /// Customers by lifecycle stage.
    Lifecycle,
    /// Who comes back and who is lost.
    Retention,
    /// Settings, its overview.
    Settings,
    /// One page of the settings.
    SettingsPage(String),
    /// A one-time link.
    Welcome(String),
    /// Every component in every state.
    Gallery,
    /// The worked example of the developer's guide.
    Example,
    /// No such page.
    NotFound,
}

/// The areas of the left rail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// Home.
    Home,
    /// Customers.
    Customers,
    /// Segments.
    Segments,
    /// Campaigns.
    Campaigns,
    /// Content & offers.
    Contents,
    /// Analytics.
    Analytics,
    /// Settings.
    Settings,
}

impl Route {
    /// Returns the address.
    pub fn path(&self) -> String {
        match self {
            Self::Home | Self::NotFound => "/".to_owned(),
            Self::Customers => "/customers".to_owned(),
            Self::Customer(id) => format!("/customers/{id}"),
            Self::Imports => "/imports".to_owned(),
            Self::NewImport => "/imports/new".to_owned(),
            Self::Import(id) => format!("/imports/{id}"),
            Self::Segments => "/segments".to_owned(),
            Self::NewSegment => "/segments/new".to_owned(),
            Self::Segment(id) => format!("/segments/{id}"),
            Self::Lists => "/lists".to_owned(),
            Self::List(id) => format!("/lists/{id}"),
            Self::Campaigns => "/campaigns".to_owned(),
            Self::NewCampaign => "/campaigns/new".to_owned(),
            Self::Campaign(id) => format!("/campaigns/{id}"),
            Self::CampaignReview(id) => format!("/campaigns/{id}/review"),
            Self::CampaignReport(id) => format!("/campaigns/{id}/report"),
            Self::Contents => "/contents".to_owned(),
            Self::NewContent => "/contents/new".to_owned(),
            Self::Content(id) => format!("/contents/{id}"),
            Self::LineMenus => "/line-menus".to_owned(),
            Self::LineReplies => "/line-replies".to_owned(),
            Self::LineMenu(id) => format!("/line-menus/{id}"),
            Self::Products => "/products".to_owned(),
            Self::Product(id) => format!("/products/{id}"),
            Self::Inbox => "/inbox".to_owned(),
            Self::Message(id) => format!("/inbox/{id}"),
            Self::Analytics => "/analytics".to_owned(),
            Self::Rfm => "/analytics/rfm".to_owned(),
            Self::Deciles => "/analytics/deciles".to_owned(),
            Self::Bands => "/analytics/bands".to_owned(),
            Self::Lifecycle => "/analytics/lifecycle".to_owned(),
            Self::Retention => "/analytics/retention".to_owned(),
            Self::Settings => "/settings".to_owned(),
            Self::SettingsPage(name) => format!("/settings/{name}"),
            Self::Welcome(token) => format!("/welcome/{token}"),
            Self::Gallery => "/gallery".to_owned(),
            Self::Example => "/example".to_owned(),
        }
    }

    /// Reads an address.
    pub fn parse(path: &str) -> Self {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            [] => Self::Home,
            ["customers"] => Self::Customers,
            ["customers", id] => Self::Customer((*id).to_owned()),
            ["imports"] => Self::Imports,
            ["imports", "new"] => Self::NewImport,
            ["imports", id] => Self::Import((*id).to_owned()),
            ["segments"] => Self::Segments,
            ["segments", "new"] => Self::NewSegment,
            ["segments", id] => Self::Segment((*id).to_owned()),
            ["lists"] => Self::Lists,
            ["lists", id] => Self::List((*id).to_owned()),
            ["campaigns"] => Self::Campaigns,
            ["campaigns", "new"] => Self::NewCampaign,
            ["campaigns", id] => Self::Campaign((*id).to_owned()),
            ["campaigns", id, "review"] => Self::CampaignReview((*id).to_owned()),
            ["campaigns", id, "report"] => Self::CampaignReport((*id).to_owned()),
            ["contents"] => Self::Contents,
            ["contents", "new"] => Self::NewContent,
            ["contents", id] => Self::Content((*id).to_owned()),
            ["line-menus"] => Self::LineMenus,
            ["line-replies"] => Self::LineReplies,
            ["line-menus", id] => Self::LineMenu((*id).to_owned()),
            ["products"] => Self::Products,
            ["products", id] => Self::Product((*id).to_owned()),
            ["inbox"] => Self::Inbox,
            ["inbox", id] => Self::Message((*id).to_owned()),
            ["analytics"] => Self::Analytics,
            ["analytics", "rfm"] => Self::Rfm,
            ["analytics", "deciles"] => Self::Deciles,
            ["analytics", "bands"] => Self::Bands,
            ["analytics", "lifecycle"] => Self::Lifecycle,
            ["analytics", "retention"] => Self::Retention,
            ["settings"] => Self::Settings,
            ["settings", name] => Self::SettingsPage((*name).to_owned()),
            ["welcome", token] => Self::Welcome((*token).to_owned()),
            #[cfg(feature = "gallery")]
            ["gallery"] => Self::Gallery,
            #[cfg(feature = "gallery")]
            ["example"] => Self::Example,
            _ => Self::NotFound,
        }
    }

    /// Returns the area whose place in the rail is marked.
    pub const fn area(&self) -> Option<Area> {
        match self {
            Self::Home => Some(Area::Home),
            Self::Customers
            | Self::Customer(_)
            | Self::Imports
            | Self::NewImport
            | Self::Import(_) => Some(Area::Customers),
            Self::Segments | Self::NewSegment | Self::Segment(_) | Self::Lists | Self::List(_) => {
                Some(Area::Segments)
            }
            Self::Campaigns
            | Self::NewCampaign
            | Self::Campaign(_)
            | Self::CampaignReview(_)
            | Self::CampaignReport(_)
            | Self::Inbox
            | Self::Message(_) => Some(Area::Campaigns),
            Self::Contents
            | Self::NewContent
            | Self::Content(_)
            | Self::LineMenus
            | Self::LineReplies
            | Self::LineMenu(_)
            | Self::Products
            | Self::Product(_) => Some(Area::Contents),
            Self::Analytics
            | Self::Rfm
            | Self::Deciles
            | Self::Bands
            | Self::Lifecycle
            | Self::Retention => Some(Area::Analytics),
            Self::Settings | Self::SettingsPage(_) | Self::Gallery | Self::Example => {
                Some(Area::Settings)
            }
            Self::Welcome(_) | Self::NotFound => None,
        }
    }
}

impl Area {
    /// All areas in the order of the rail.
    pub const ALL: [Self; 7] = [
        Self::Home,
        Self::Customers,
        Self::Segments,
        Self::Campaigns,
        Self::Contents,
        Self::Analytics,
        Self::Settings,
    ];

    /// Returns the first page of the area.
    pub const fn route(self) -> Route {
        match self {
            Self::Home => Route::Home,
            Self::Customers => Route::Customers,
            Self::Segments => Route::Segments,
            Self::Campaigns => Route::Campaigns,
            Self::Contents => Route::Contents,
            Self::Analytics => Route::Analytics,
            Self::Settings => Route::Settings,
        }
    }
}

/// Returns a function that goes to a page.
pub fn use_go() -> impl Fn(&Route) + Clone + Send + Sync + 'static {
    let navigate = use_navigate();
    move |route: &Route| navigate(&route.path(), NavigateOptions::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_leads_back_to_its_page() {
        let id = || "abc_1".to_owned();
        let routes = [
            Route::Home,
            Route::Customers,
            Route::Customer(id()),
            Route::Imports,
            Route::NewImport,
            Route::Import(id()),
            Route::Segments,
            Route::NewSegment,
            Route::Segment(id()),
            Route::Lists,
            Route::List(id()),
            Route::Campaigns,
            Route::NewCampaign,
            Route::Campaign(id()),
            Route::CampaignReview(id()),
            Route::CampaignReport(id()),
            Route::Contents,
            Route::NewContent,
            Route::Content(id()),
            Route::LineMenus,
            Route::LineReplies,
            Route::LineMenu(id()),
            Route::Products,
            Route::Product(id()),
            Route::Inbox,
            Route::Message(id()),
            Route::Analytics,
            Route::Rfm,
            Route::Deciles,
            Route::Bands,
            Route::Lifecycle,
            Route::Retention,
            Route::Settings,
            Route::SettingsPage(id()),
            Route::Welcome(id()),
        ];
        for route in routes {
            assert_eq!(Route::parse(&route.path()), route);
        }
    }

    #[test]
    fn an_unknown_address_is_not_found() {
        for path in ["/nowhere", "/customers/a/b", "/campaigns/a/other"] {
            assert_eq!(Route::parse(path), Route::NotFound);
        }
    }
}
