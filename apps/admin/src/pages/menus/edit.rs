//! The designer: a picture with areas, what they do, and the chat as its reader sees it.

use api_types::line_menus::{LineMenuView, PutLineMenuImage};
use leptos::prelude::*;

use super::{
    areas::Chosen,
    canvas::{Canvas, Sketch, read_file},
    deeds::Deeds,
    layout::Layout,
    phone::Phone,
    state::State,
    words,
};
use crate::{
    api::{Loaded, Submit, line_menus, load},
    app::bar::use_crumb,
    format, i18n as t,
    routes::Route,
    state::{
        poll::{Pace, poll},
        session,
    },
    ui::{
        ButtonLink, Checkbox, EmptyState, FileDrop, FormError, InlineError, Note, PageHeader,
        Section, Skeleton, Status, TextField, Tone,
    },
};

/// One menu.
#[component]
pub fn MenuPage(
    /// Which one.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    let menu = load(
        move || id.clone(),
        |id, signal| async move { line_menus::find(&id, &signal).await },
    );
    let shape = Memo::new(move |_| {
        menu.with(|state| match state {
            Loaded::Loading => 0,
            Loaded::Ready(_) => 1,
            Loaded::Failed(error) if error.is_not_found() => 2,
            Loaded::Failed(_) => 3,
        })
    });
    move || match shape.get() {
        0 => view! { <Skeleton lines=8/> }.into_any(),
        1 => untrack(|| menu.value())
            .map(|menu| view! { <Designer menu=menu/> })
            .into_any(),
        2 => view! {
            <PageHeader title=t::menus::title/>
            <EmptyState title=t::menus::gone_title body=t::menus::gone_body>
                <ButtonLink to=Route::LineMenus label=t::menus::to_all/>
            </EmptyState>
        }
        .into_any(),
        _ => menu
            .error()
            .map(|error| view! { <InlineError error=error on_retry=move || menu.reload()/> })
            .into_any(),
    }
}

#[component]
fn Designer(menu: LineMenuView) -> impl IntoView {
    let state = State::new(&menu);
    let (submit, upload) = (Submit::default(), Submit::default());
    let id = StoredValue::new(menu.id.clone());
    let account = StoredValue::new(menu.account.clone());
    use_crumb(move || state.name.get());
    let image = load(
        move || {
            state
                .saved
                .with(|saved| (saved.image.is_some(), saved.version))
        },
        move |(has_image, _), signal| async move {
            if !has_image {
                return Ok(None);
            }
            line_menus::image(&id.get_value(), &signal).await.map(Some)
        },
    );
    let picture = Signal::derive(move || {
        let image = image.value().flatten()?;
        Some(format!("data:{};base64,{}", image.media_type, image.data))
    });
    let all = load(
        move || account.get_value(),
        |account, signal| async move { line_menus::list(&account, &signal).await },
    );
    let others = Signal::derive(move || {
        let mut menus = all.value().unwrap_or_default();
        menus.retain(|menu| menu.id != id.get_value());
        menus
    });
    follow(state, id);
    // What was refused is being mended: it is asked again with the next press.
    Effect::new(move |_| {
        state.bar.track();
        state.areas.track();
        state.saved.track();
        submit.forget();
    });
    let title = move || state.name.get();
    let above = ViewFn::from(move || view! { <StateOf state=state/> });
    view! {
        <PageHeader title=title above=above><Deeds state=state submit=submit/></PageHeader>
        <FormError submit=submit under="/document/areas/"/>
        <Faults submit=submit/>
        <div class="mn-cols">
            <div class="mn-main">
                <Words state=state submit=submit/>
                <Section title=t::menus::picture note=t::menus::picture_note>
                    <Drop state=state id=id upload=upload/>
                    <Layouts state=state/>
                    <Canvas state=state picture=picture/>
                    <p class="t-small ink-3">{t::menus::canvas_hint}</p>
                </Section>
                <Chosen state=state others=others submit=submit/>
            </div>
            <div class="mn-side">
                <Section title=t::menus::preview><Phone state=state picture=picture/></Section>
                <Taps state=state/>
            </div>
        </div>
    }
}

/// Looks on while LINE is being told.
fn follow(state: State, id: StoredValue<String>) {
    let look = load(
        move || id.get_value(),
        |id, signal| async move { line_menus::find(&id, &signal).await },
    );
    let pace = move || {
        let is_moving = state.saved.with(|saved| saved.state == "publishing");
        if is_moving { Pace::Busy } else { Pace::Still }
    };
    poll(pace, move || look.reload());
    Effect::new(move |_| {
        let Some(found) = look.value() else { return };
        state.saved.update(|saved| {
            // Only how it stands: the draft is being worked on.
            if found.version == saved.version {
                *saved = found;
            }
        });
    });
}

#[component]
fn StateOf(state: State) -> impl IntoView {
    move || {
        let menu = state.saved.get();
        let (tone, icon, word, help) = words::state(&menu);
        let fault = menu
            .fault
            .map(|fault| view! { <span class="t-small ink-2">{fault}</span> });
        view! { <Status tone=tone icon=icon label=word help=help/> {fault} }
    }
}

/// What is at fault with areas other than the chosen one.
#[component]
fn Faults(submit: Submit) -> impl IntoView {
    move || {
        let error = submit.error()?;
        let lines: Vec<String> = error
            .errors
            .iter()
            .filter_map(|fault| {
                let rest = fault.pointer.strip_prefix("/document/areas/")?;
                let at: usize = rest.split('/').next()?.parse().ok()?;
                Some(format!("{}: {}", words::letter(at), fault.message))
            })
            .collect();
        let lines = lines
            .into_iter()
            .map(|line| view! { <span class="line">{line}</span> });
        let lines: Vec<_> = lines.collect();
        (!lines.is_empty()).then(|| {
            view! { <Note tone=Tone::Danger><span role="alert">{lines}</span></Note> }
        })
    }
}

#[component]
fn Words(state: State, submit: Submit) -> impl IntoView {
    let bar = submit.field("/document/bar");
    let left = move || {
        let n = state.bar.with(|bar| bar.chars().count());
        t::menus::bar_hint(i64::try_from(n).unwrap_or_default())
    };
    view! {
        <div class="mn-two">
            <TextField label=t::menus::name value=state.name hint=t::menus::name_hint error=submit.field("/name")/>
            <TextField label=t::menus::bar value=state.bar hint=left error=bar/>
        </div>
        <Checkbox label=t::menus::is_open checked=state.is_open on_change=move |(open,)| state.is_open.set(open)/>
    }
}

#[component]
fn Drop(state: State, id: StoredValue<String>, upload: Submit) -> impl IntoView {
    let take = UnsyncCallback::new(move |file: web_sys::File| {
        read_file(&file, move |data| {
            // What was drawn meanwhile goes first, so that one version follows the other.
            let (body, is_dirty) = (state.body(), untrack(|| state.is_dirty()));
            upload.run(
                async move {
                    let id = id.get_value();
                    let version = if is_dirty {
                        line_menus::save(&id, &body).await?.version
                    } else {
                        body.version
                    };
                    line_menus::put_image(&id, &PutLineMenuImage { data, version }).await
                },
                move |saved| state.saved.set(saved),
            );
        });
    });
    let size = move || {
        let size = state.saved.with(|saved| saved.image)?;
        Some(format!(
            "{} × {}",
            format::integer(size.width),
            format::integer(size.height)
        ))
    };
    view! {
        {move || session::may("contents:write").then(|| view! {
            <FileDrop label=t::menus::drop hint=t::menus::drop_hint accept="image/png,image/jpeg" on_file=take/>
        })}
        <FormError submit=upload/>
        {move || size().map(|size| view! { <p class="t-small ink-2">{size}</p> })}
    }
}

#[component]
fn Layouts(state: State) -> impl IntoView {
    let button = move |layout: Layout| {
        view! {
            <button type="button" class="mn-layout" aria-label=move || t::menus::layout(layout.name()) on:click=move |_| state.divide(layout)>
                <Sketch layout=layout/>
                <span class="t-micro" aria-hidden="true">{layout.name()}</span>
            </button>
        }
    };
    view! {
        <div class="mn-layouts" role="group" aria-label=t::menus::layouts>
            {Layout::ALL.map(button).into_iter().collect_view()}
        </div>
    }
}

/// How often each area was tapped.
#[component]
fn Taps(state: State) -> impl IntoView {
    move || {
        let menu = state.saved.get();
        if menu.number == 0 {
            return None;
        }
        let line = |(at, n): (usize, &Option<i64>)| {
            let n = *n;
            let told = move || match n {
                Some(n) => t::menus::n_taps(n),
                None => t::menus::not_counted().to_owned(),
            };
            view! { <div><dt>{words::letter(at)}</dt><dd class="num">{told}</dd></div> }
        };
        let lines = menu.taps.iter().enumerate().map(line).collect_view();
        let all = menu.n_taps;
        Some(view! {
            <Section title=t::menus::taps note=move || t::menus::n_taps(all) definition=t::menus::taps_definition>
                <dl class="facts">{lines}</dl>
            </Section>
        })
    }
}
