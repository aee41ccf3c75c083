//! The left rail, and the five tabs that it becomes on a phone.

use api_types::senders::SenderView;
use leptos::{prelude::*, text_prop::TextProp};

use crate::{
    api::{campaigns, load, session as api},
    app::Here,
    i18n as t,
    routes::{Area, Route},
    state::{
        locale::{self, Locale},
        session,
        theme::Theme,
    },
    ui::{Icon, Knot, palette::use_palette, text},
};

/// Returns the icon of an area.
pub const fn icon(area: Area) -> Icon {
    match area {
        Area::Home => Icon::House,
        Area::Customers => Icon::Users,
        Area::Segments => Icon::Funnel,
        Area::Campaigns => Icon::Send,
        Area::Contents => Icon::Layers,
        Area::Analytics => Icon::ChartColumn,
        Area::Settings => Icon::Settings,
    }
}

/// Returns the name of an area; reactive.
pub fn name(area: Area) -> &'static str {
    match area {
        Area::Home => t::shell::home(),
        Area::Customers => t::shell::customers(),
        Area::Segments => t::shell::segments(),
        Area::Campaigns => t::shell::campaigns(),
        Area::Contents => t::shell::contents(),
        Area::Analytics => t::shell::analytics(),
        Area::Settings => t::shell::settings(),
    }
}

/// The rail.
#[component]
pub fn Rail() -> impl IntoView {
    let here = expect_context::<Here>();
    let current = Memo::new(move |_| here.get().area());
    let entry = move |area: Area| {
        let is_here = move || (current.get() == Some(area)).then_some("page");
        view! { <a href=area.route().path() aria-current=is_here>{icon(area).view()} {move || name(area)}</a> }
    };
    view! {
        <aside class="rail">
            <a class="brand" href=Route::Home.path()><Knot/> "Enishi"</a>
            <Workspace/>
            <nav class="nav" aria-label=t::shell::areas>{Area::ALL.into_iter().map(entry).collect_view()}</nav>
            <div class="rail-foot">
                <WayOut/>
                <div class="row"><LanguageSwitch/> <ThemeSwitch/></div>
            </div>
        </aside>
    }
}

/// Says whether what is sent leaves the house: by the senders of the workspace, read again when their page is left.
#[component]
fn WayOut() -> impl IntoView {
    let here = expect_context::<Here>();
    let senders = load(
        move || {
            let is_settings = here.get().area() == Some(Area::Settings);
            (session::may("campaigns:read"), is_settings)
        },
        |(may, _), signal| async move {
            if may {
                campaigns::senders(Some(&signal)).await
            } else {
                Ok(Vec::new())
            }
        },
    );
    let way = Memo::new(move |_| senders.value().and_then(|senders| way_out(&senders)));
    move || {
        way.get().map(|way| match way {
            Way::Sandbox => view! {
                <a class="st" href=Route::Inbox.path() title=t::shell::sandbox_help>{Icon::ShieldCheck.view()} {t::shell::sandbox}</a>
            }
            .into_any(),
            Way::Outside => view! {
                <a class="st st-warn" href=Route::SettingsPage("senders".to_owned()).path() title=t::shell::outside_help>{Icon::Send.view()} {t::shell::outside}</a>
            }
            .into_any(),
        })
    }
}

/// Where messages end up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Every sender delivers into the sandbox.
    Sandbox,
    /// At least one delivers to real mailboxes.
    Outside,
}

fn way_out(senders: &[SenderView]) -> Option<Way> {
    if senders.is_empty() {
        return None;
    }
    let is_sandbox = senders.iter().all(|sender| sender.transport == "sandbox");
    Some(if is_sandbox {
        Way::Sandbox
    } else {
        Way::Outside
    })
}

#[component]
fn Workspace() -> impl IntoView {
    let workspace = move || session::signed_in().map(|session| session.workspace);
    view! {
        <a class="space" href=Route::Settings.path()>
            <span>
                {move || workspace().map(|workspace| workspace.name).unwrap_or_default()}
                <small>{move || workspace().map(|workspace| workspace.time_zone).unwrap_or_default()}</small>
            </span>
            {Icon::ChevronRight.small()}
        </a>
    }
}

/// 日本語 · English
#[component]
pub fn LanguageSwitch() -> impl IntoView {
    let choice = |own: Locale, label: TextProp| {
        let is_on = move || locale::current() == own;
        view! {
            <button
                type="button"
                class="link"
                lang=own.as_str()
                aria-pressed=move || if is_on() { "true" } else { "false" }
                on:click=move |_| locale::set(own)
            >
                {text(label)}
            </button>
        }
    };
    view! {
        <span class="lang" role="group" aria-label=t::shell::language>
            {choice(Locale::Ja, t::shell::japanese.into())}
            <span aria-hidden="true">"·"</span>
            {choice(Locale::En, t::shell::english.into())}
        </span>
    }
}

/// Light or dark.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let theme = expect_context::<Theme>();
    let name = move || {
        if theme.is_dark() {
            t::shell::light()
        } else {
            t::shell::dark()
        }
    };
    view! {
        <button type="button" class="icon-b" aria-label=name title=name on:click=move |_| theme.toggle()>
            {move || if theme.is_dark() { Icon::Sun.view() } else { Icon::Moon.view() }}
        </button>
    }
}

/// The five tabs at the foot of a phone; the fifth opens the rest.
#[component]
pub fn TabBar() -> impl IntoView {
    let here = expect_context::<Here>();
    let is_open = RwSignal::new(false);
    let entry = move |area: Area| {
        let is_here = move || (here.get().area() == Some(area)).then_some("page");
        view! { <a href=area.route().path() aria-current=is_here on:click=move |_| is_open.set(false)>{icon(area).view()} {move || name(area)}</a> }
    };
    let tabs = [
        Area::Home,
        Area::Customers,
        Area::Campaigns,
        Area::Analytics,
    ];
    let rest = [Area::Segments, Area::Contents, Area::Settings];
    let is_rest = move || {
        here.get()
            .area()
            .is_some_and(|area| rest.contains(&area))
            .then_some("true")
    };
    view! {
        <nav class="tabbar" aria-label=t::shell::areas>
            {tabs.into_iter().map(entry).collect_view()}
            <button
                type="button"
                aria-expanded=move || if is_open.get() { "true" } else { "false" }
                aria-current=is_rest
                on:click=move |_| is_open.update(|open| *open = !*open)
            >
                {Icon::Menu.view()}
                {t::shell::more}
            </button>
        </nav>
        {move || {
            is_open.get().then(|| {
                view! {
                    <nav class="more-sheet" aria-label=t::shell::more>
                        <div class="nav">{rest.into_iter().map(entry).collect_view()}</div>
                        <div class="row"><LanguageSwitch/> <ThemeSwitch/> <SignOut/></div>
                    </nav>
                }
            })
        }}
    }
}

#[component]
fn SignOut() -> impl IntoView {
    view! {
        <button type="button" class="link" on:click=move |_| wasm_bindgen_futures::spawn_local(api::sign_out())>
            {Icon::LogOut.small()}
            {t::shell::sign_out}
        </button>
    }
}

/// Opens the palette; on a phone it is the magnifying glass at the top.
#[component]
pub fn JumpButton() -> impl IntoView {
    let palette = use_palette();
    view! {
        <button type="button" class="btn btn-quiet btn-icon" aria-label=t::shell::jump on:click=move |_| palette.toggle()>
            {Icon::Search.view()}
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sender_to_the_outside_is_enough_to_say_so() {
        let sender = |transport: &str| SenderView {
            id: String::new(),
            from_name: String::new(),
            from_address: String::new(),
            reply_to: None,
            transport: transport.to_owned(),
            smtp: None,
            line: None,
            push: None,
            version: 1,
        };
        assert_eq!(way_out(&[]), None);
        assert_eq!(way_out(&[sender("sandbox")]), Some(Way::Sandbox));
        let both = [sender("sandbox"), sender("smtp")];
        assert_eq!(way_out(&both), Some(Way::Outside));
    }
}
