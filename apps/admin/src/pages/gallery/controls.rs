//! What one presses and fills in.

use leptos::prelude::*;

use crate::{
    i18n as t,
    ui::{
        Button, ButtonKind, ButtonSize, Checkbox, Choice, DateField, Icon, IconButton, NumberField,
        RadioGroup, SearchField, Section, Segmented, SelectField, Switch, Tabs, TextArea,
        TextField, field::DateKind,
    },
};

pub(super) fn buttons() -> impl IntoView {
    view! {
        <Section title=t::gallery::buttons>
            <div class="tools">
                <Button kind=ButtonKind::Primary icon=Icon::Send label=t::gallery::begin/>
                <Button kind=ButtonKind::Primary icon=Icon::Send label=t::gallery::off disabled=true/>
                <Button kind=ButtonKind::Primary label=t::gallery::busy busy=true/>
                <Button label=t::gallery::save/>
                <Button label=t::gallery::off disabled=true/>
                <Button kind=ButtonKind::Quiet icon=Icon::Plus label=t::gallery::condition/>
                <IconButton icon=Icon::Ellipsis label=t::gallery::more on_press=|| ()/>
                <Button kind=ButtonKind::Danger icon=Icon::Trash2 label=t::gallery::erase/>
            </div>
            <div class="tools">
                <Button size=ButtonSize::Small label=t::gallery::save/>
                <Button label=t::gallery::save/>
                <Button size=ButtonSize::Large kind=ButtonKind::Primary label=t::gallery::begin/>
            </div>
        </Section>
    }
}

pub(super) fn fields() -> impl IntoView {
    let window = vec![
        Choice::new("90", t::gallery::days_90),
        Choice::new("30", t::gallery::days_30),
    ];
    let bad = Signal::derive(|| Some(t::gallery::cap_error().to_owned()));
    view! {
        <Section title=t::gallery::fields>
            <div class="stats g-fields">
                <TextField label=t::gallery::name value=RwSignal::new(t::gallery::name_value().to_owned()) hint=t::gallery::name_hint/>
                <NumberField label=t::gallery::cap value=RwSignal::new(Some(0)) unit=t::gallery::cap_unit error=bad/>
                <TextField label=t::gallery::sender value=RwSignal::new(String::new()) disabled=true/>
                <SelectField label=t::gallery::window value=RwSignal::new("90".to_owned()) choices=Signal::stored(window)/>
                <DateField
                    label=t::gallery::when
                    kind=DateKind::DateTime
                    value=RwSignal::new("2026-07-15T10:00".to_owned())
                    hint=t::gallery::zone_hint
                />
                <TextArea label=t::gallery::memo value=RwSignal::new(String::new()) rows=2/>
                <SearchField label=t::gallery::search value=RwSignal::new(String::new())/>
            </div>
        </Section>
    }
}

pub(super) fn switches() -> impl IntoView {
    let (ticked, is_on) = (RwSignal::new(true), RwSignal::new(true));
    let units = vec![
        Choice::new("day", t::gallery::day),
        Choice::new("week", t::gallery::week),
        Choice::new("month", t::gallery::month),
    ];
    let tabs = vec![
        Choice::new("story", t::gallery::exchange),
        Choice::new("orders", t::gallery::orders),
        Choice::new("sent", t::gallery::sent),
    ];
    let often = vec![
        Choice::new("once", t::gallery::once),
        Choice::new("often", t::gallery::often),
    ];
    view! {
        <Section title=t::gallery::switches>
            <div class="tools">
                <Checkbox label=t::gallery::chosen checked=ticked on_change=move |on| ticked.set(on)/>
                <Checkbox label=t::gallery::some checked=false mixed=true on_change=|_: bool| ()/>
                <Checkbox label=t::gallery::off checked=false disabled=true on_change=|_: bool| ()/>
                <Switch label=t::gallery::run checked=is_on on_change=move |on| is_on.set(on)/>
                <Switch label=t::gallery::off checked=false disabled=true on_change=|_: bool| ()/>
                <RadioGroup label=t::gallery::how_often value=RwSignal::new("once".to_owned()) choices=often/>
                <Segmented label=t::gallery::unit value=RwSignal::new("week".to_owned()) choices=units/>
            </div>
            <Tabs label=t::gallery::switches value=RwSignal::new("story".to_owned()) choices=tabs/>
        </Section>
    }
}
