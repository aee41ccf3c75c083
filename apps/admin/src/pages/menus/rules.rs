//! Who sees which menu: rules in their order, how many each fits, and how far LINE has been told.

use api_types::line_menus::{
    LineMenuPlanView, LineMenuRule, LineMenuRuleView, LineMenuView, LineMenuWhen, SaveLineMenuPlan,
};
use leptos::prelude::*;

use crate::{
    api::{Load, Loaded, Submit, line_menus, load, segments},
    format, i18n as t,
    state::{
        poll::{Pace, poll},
        session,
        toast::use_toasts,
    },
    ui::{
        Button, ButtonKind, Choice, FormError, Icon, IconButton, InlineError, Note, SelectField,
        Skeleton, TextField, Tone,
    },
};

const RANK: &str = "computed.rank";

/// A rule while it is being written.
#[derive(Clone, Copy, PartialEq)]
struct Line {
    id: usize,
    /// `segment`, `rank` or `attribute`.
    kind: RwSignal<String>,
    segment: RwSignal<String>,
    key: RwSignal<String>,
    value: RwSignal<String>,
    menu: RwSignal<String>,
    /// Which rule of the server's it was, for its counts.
    was: Option<usize>,
}

/// The rules while they are being written.
#[derive(Clone, Copy)]
struct Form {
    lines: RwSignal<Vec<Line>>,
    default_menu: RwSignal<String>,
    next: StoredValue<usize>,
    /// Lines live as long as the form, not as long as the button that added them is drawn.
    owner: StoredValue<Option<Owner>>,
    version: RwSignal<i64>,
}

impl Form {
    fn new(plan: &LineMenuPlanView) -> Self {
        let form = Self {
            lines: RwSignal::default(),
            default_menu: RwSignal::new(plan.default_menu.clone().unwrap_or_default()),
            next: StoredValue::new(0),
            owner: StoredValue::new(Owner::current()),
            version: RwSignal::new(plan.version),
        };
        for (at, rule) in plan.rules.iter().enumerate() {
            form.push(Some((at, rule)));
        }
        form
    }

    fn push(self, rule: Option<(usize, &LineMenuRuleView)>) {
        let make = || self.line(rule);
        let line = match self.owner.get_value() {
            Some(owner) => owner.with(make),
            None => make(),
        };
        self.lines.update(|lines| lines.push(line));
    }

    fn line(self, rule: Option<(usize, &LineMenuRuleView)>) -> Line {
        let (mut kind, mut segment) = ("segment", String::new());
        let (mut key, mut value) = (String::new(), String::new());
        match rule.map(|(_, rule)| &rule.when) {
            Some(LineMenuWhen::Segment { segment: id }) => segment.clone_from(id),
            Some(LineMenuWhen::Attribute { key: of, value: is }) => {
                kind = if of == RANK { "rank" } else { "attribute" };
                (key, value) = (of.clone(), is.clone());
            }
            None => {}
        }
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        Line {
            id,
            kind: RwSignal::new(kind.to_owned()),
            segment: RwSignal::new(segment),
            key: RwSignal::new(key),
            value: RwSignal::new(value),
            menu: RwSignal::new(rule.map(|(_, rule)| rule.menu.clone()).unwrap_or_default()),
            was: rule.map(|(at, _)| at),
        }
    }

    fn body(self) -> SaveLineMenuPlan {
        untrack(|| SaveLineMenuPlan {
            rules: self.lines.get().into_iter().map(Line::rule).collect(),
            default_menu: Some(self.default_menu.get()).filter(|menu| !menu.is_empty()),
            version: self.version.get(),
        })
    }

    fn swap(self, at: usize, with: usize) {
        self.lines.update(|lines| {
            if at < lines.len() && with < lines.len() {
                lines.swap(at, with);
            }
        });
    }
}

impl Line {
    fn rule(self) -> LineMenuRule {
        let when = match self.kind.get().as_str() {
            "segment" => LineMenuWhen::Segment {
                segment: self.segment.get(),
            },
            "rank" => LineMenuWhen::Attribute {
                key: RANK.to_owned(),
                value: self.value.get(),
            },
            _ => LineMenuWhen::Attribute {
                key: self.key.get(),
                value: self.value.get(),
            },
        };
        LineMenuRule {
            when,
            menu: self.menu.get(),
        }
    }
}

/// The rules of an account.
#[component]
pub(super) fn Rules(account: String, menus: Load<Vec<LineMenuView>>) -> impl IntoView {
    let account = StoredValue::new(account);
    let plan = load(
        move || account.get_value(),
        |account, signal| async move { line_menus::plan(&account, &signal).await },
    );
    let pace = move || {
        let is_moving = plan
            .value()
            .is_some_and(|plan| plan.n_due > 0 || plan.is_judging || !plan.is_default_told);
        if is_moving { Pace::Busy } else { Pace::Waiting }
    };
    poll(pace, move || plan.reload());
    let shape = Memo::new(move |_| {
        plan.with(|state| match state {
            Loaded::Loading => 0,
            Loaded::Ready(_) => 1,
            Loaded::Failed(_) => 2,
        })
    });
    move || match shape.get() {
        0 => view! { <Skeleton lines=4/> }.into_any(),
        1 => untrack(|| plan.value())
            .map(|found| {
                let form = Form::new(&found);
                view! { <Opened form=form plan=plan menus=menus account=account/> }
            })
            .into_any(),
        _ => plan
            .error()
            .map(|error| view! { <InlineError error=error on_retry=move || plan.reload()/> })
            .into_any(),
    }
}

#[component]
fn Opened(
    form: Form,
    plan: Load<LineMenuPlanView>,
    menus: Load<Vec<LineMenuView>>,
    account: StoredValue<String>,
) -> impl IntoView {
    let (submit, toasts) = (Submit::default(), use_toasts());
    let segments = load(
        || (),
        |(), signal| async move { segments::all(Some(&signal)).await },
    );
    let segments = Signal::derive(move || {
        let found = segments.value().unwrap_or_default().into_iter();
        let found = found.map(|segment| Choice::new(segment.id, segment.name));
        std::iter::once(Choice::new("", t::menus::choose_segment))
            .chain(found)
            .collect::<Vec<_>>()
    });
    let choices = move |none: fn() -> &'static str| {
        Signal::derive(move || {
            let found = menus.value().unwrap_or_default().into_iter();
            let found = found.map(|menu| Choice::new(menu.id, menu.name));
            std::iter::once(Choice::new("", none))
                .chain(found)
                .collect::<Vec<_>>()
        })
    };
    let save = move || {
        let body = form.body();
        submit.run(
            async move { line_menus::save_plan(&account.get_value(), &body).await },
            move |saved| {
                form.version.set(saved.version);
                form.lines.update(|lines| {
                    for (at, line) in lines.iter_mut().enumerate() {
                        line.was = Some(at);
                    }
                });
                plan.set(saved);
                toasts.say(t::menus::rules_saved());
            },
        );
    };
    let menus_of_rule = choices(t::menus::choose_menu);
    let lines = move || {
        let lines = form.lines.get();
        let last = lines.len().saturating_sub(1);
        let line = move |(at, line)| {
            view! { <RuleLine form=form line=line at=at is_last={at == last} segments=segments menus=menus_of_rule plan=plan submit=submit/> }
        };
        lines.into_iter().enumerate().map(line).collect_view()
    };
    let may = move || session::may("campaigns:launch");
    view! {
        <Progress plan=plan/>
        <ol class="mn-rules">{lines}</ol>
        <div class="mn-rule is-last">
            <span class="mn-else">{t::menus::everybody_else}</span>
            <SelectField label=t::menus::sees value=form.default_menu choices=choices(t::menus::no_menu) error=submit.field("/default_menu")/>
            <span class="t-small ink-2 num">{move || plan.value().map(|plan| t::menus::n_friends(plan.n_default))}</span>
        </div>
        <FormError submit=submit fields=&["/default_menu"] under="/rules/"/>
        {move || may().then(|| view! {
            <div class="row-g">
                <Button icon=Icon::Plus label=t::menus::rule_add on_press=move || form.push(None)/>
                <Button kind=ButtonKind::Primary icon=Icon::Save label=t::menus::rules_save busy=submit.busy() on_press=save/>
            </div>
        })}
    }
}

#[component]
fn RuleLine(
    form: Form,
    line: Line,
    at: usize,
    is_last: bool,
    segments: Signal<Vec<Choice>>,
    menus: Signal<Vec<Choice>>,
    plan: Load<LineMenuPlanView>,
    submit: Submit,
) -> impl IntoView {
    let fault = move |name: &'static str| {
        Signal::derive(move || submit.error()?.field(&format!("/rules/{at}/{name}")))
    };
    let kinds = vec![
        Choice::new("segment", t::menus::by_segment),
        Choice::new("rank", t::menus::by_rank),
        Choice::new("attribute", t::menus::by_attribute),
    ];
    let which = move || {
        match line.kind.get().as_str() {
        "segment" => view! { <SelectField label=t::menus::segment value=line.segment choices=segments error=fault("when/segment")/> }.into_any(),
        "rank" => view! { <TextField label=t::menus::rank value=line.value placeholder=t::menus::rank_example error=fault("when/value")/> }.into_any(),
        _ => view! {
            <TextField label=t::menus::key value=line.key error=fault("when/key")/>
            <TextField label=t::menus::value value=line.value error=fault("when/value")/>
        }
        .into_any(),
    }
    };
    let remove = move || {
        form.lines
            .update(|lines| lines.retain(|one| one.id != line.id));
    };
    view! {
        <li class="mn-rule">
            <span class="mn-no num" aria-hidden="true">{at + 1}</span>
            <SelectField label=t::menus::whom value=line.kind choices=Signal::stored(kinds)/>
            {which}
            <SelectField label=t::menus::sees value=line.menu choices=menus error=fault("menu")/>
            <Counted plan=plan was=line.was/>
            <span class="mn-acts">
                <IconButton icon=Icon::ArrowUp label=t::menus::rule_up disabled=Signal::stored(at == 0) on_press=move || form.swap(at, at.saturating_sub(1))/>
                <IconButton icon=Icon::ArrowDown label=t::menus::rule_down disabled=Signal::stored(is_last) on_press=move || form.swap(at, at + 1)/>
                <IconButton icon=Icon::Trash2 label=t::menus::rule_remove on_press=remove/>
            </span>
        </li>
    }
}

/// How many a rule fits, and how many LINE was told of.
#[component]
fn Counted(plan: Load<LineMenuPlanView>, was: Option<usize>) -> impl IntoView {
    let told = move || {
        let plan = plan.value()?;
        let rule = plan.rules.get(was?)?.clone();
        let refused = (rule.n_refused > 0).then(
            || view! { <span class="st st-danger">{t::menus::n_refused(rule.n_refused)}</span> },
        );
        Some(view! {
            <span class="num">{t::menus::n_friends(rule.n_friends)}</span>
            <span class="t-small ink-3">{t::menus::n_told(rule.n_told)}</span>
            {refused}
        })
    };
    view! { <span class="mn-count">{told}</span> }
}

/// How far LINE has been told.
#[component]
fn Progress(plan: Load<LineMenuPlanView>) -> impl IntoView {
    move || {
        let plan = plan.value()?;
        let next = plan.next_at.as_deref().map(format::millis);
        if let Some(fault) = plan.fault.clone() {
            let when = next.map(|at| t::menus::next_at(format::date_time(at)));
            return Some(
                view! { <Note tone=Tone::Warn>{t::menus::halted(&fault)} " " {when}</Note> }
                    .into_any(),
            );
        }
        if plan.is_judging {
            return Some(view! { <Note tone=Tone::Act>{t::menus::judging}</Note> }.into_any());
        }
        if plan.n_due > 0 {
            let told = t::menus::Progress {
                told: format::integer(plan.n_friends - plan.n_due),
                all: format::integer(plan.n_friends),
            }
            .say();
            return Some(view! { <Note tone=Tone::Act>{told}</Note> }.into_any());
        }
        (plan.n_friends > 0)
            .then(|| view! { <p class="t-small ink-2" role="status">{t::menus::all_told(plan.n_friends)}</p> }.into_any())
    }
}
