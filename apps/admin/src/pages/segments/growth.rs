//! A saved segment over time: how many are in, day by day.

use api_types::memberships::SegmentHistory;
use leptos::prelude::*;

use crate::{
    api::{load, segments as api},
    charts::{LineChart, Series, SeriesKind},
    format, i18n as t,
    state::poll::{Pace, poll},
    ui::{ChartCard, ChartState, ChartTable},
};

/// How far back.
const DAYS: u32 = 90;

/// The line of a segment's people.
#[component]
pub(crate) fn Growth(
    /// The segment.
    id: String,
    /// The version that was saved last: another one is looked at anew.
    version: i64,
) -> impl IntoView {
    let history = load(
        move || (id.clone(), version),
        |(id, _), signal| async move { api::history(&id, DAYS, Some(&signal)).await },
    );
    let known = Memo::new(move |_| history.value().unwrap_or_default());
    poll(move || known.with(pace), move || history.reload());
    let is_known = Memo::new(move |_| history.with(|state| state.ready().is_some()));
    let state = Signal::derive(move || match (is_known.get(), history.error()) {
        (false, Some(error)) => ChartState::Failed(error),
        (false, None) => ChartState::Loading,
        (true, _) => known.with(shown),
    });
    let lines = Signal::derive(move || known.with(|known| vec![line(known)]));
    let positions = Signal::derive(move || known.with(labels));
    let spoken =
        move || known.with(|known| t::segments::growth_spoken(format::integer(known.members)));
    let chart = move || {
        view! { <LineChart label=spoken series=lines positions=positions value=count/> }
    };
    view! {
        <div class="growth">
            <ChartCard
                title=t::segments::growth_title
                note=t::segments::growth_note
                state=state
                height=260
                chart=chart
                table=Signal::derive(move || known.with(table))
                on_retry=move || history.reload()
                foot=move || known.with(foot)
            />
        </div>
    }
}

/// What is being put in is watched; a day that goes on is looked at now and then.
fn pace(known: &SegmentHistory) -> Pace {
    match known.state.as_str() {
        "filling" => Pace::Busy,
        "put_away" => Pace::Still,
        _ => Pace::Waiting,
    }
}

/// One day is a number and no line.
fn shown(known: &SegmentHistory) -> ChartState {
    let n_days = known
        .days
        .iter()
        .filter(|day| day.members.is_some())
        .count();
    match known.state.as_str() {
        "waiting" => ChartState::TooLittle(t::segments::growth_waiting().to_owned()),
        "filling" if n_days < 2 => ChartState::TooLittle(t::segments::growth_filling().to_owned()),
        _ if n_days < 2 => {
            ChartState::TooLittle(t::segments::growth_young(format::integer(known.members)))
        }
        _ => ChartState::Ready,
    }
}

/// What came and went today, and how fresh that is.
fn foot(known: &SegmentHistory) -> String {
    let Some(today) = known.days.last().filter(|_| known.since.is_some()) else {
        return String::new();
    };
    let mut parts = vec![
        t::segments::GrowthToday {
            entered: format::integer(today.entered),
            left: format::integer(today.left),
        }
        .say(),
    ];
    if today.filled_in + today.filled_out > 0 {
        parts.push(
            t::segments::GrowthFilled {
                entered: format::integer(today.filled_in),
                left: format::integer(today.filled_out),
            }
            .say(),
        );
    }
    if known.state == "filling" {
        parts.push(t::segments::growth_filling().to_owned());
    }
    if let Some(at) = known.read_at.as_deref().filter(|_| known.by == "sql") {
        parts.push(t::segments::growth_by_sql(format::clock(format::millis(
            at,
        ))));
    }
    parts.join(" ")
}

#[expect(clippy::cast_possible_truncation, reason = "counts are whole numbers")]
fn count(value: f64) -> String {
    format::integer(value.round() as i64)
}

fn line(known: &SegmentHistory) -> Series {
    #[expect(clippy::cast_precision_loss, reason = "drawn in pixels")]
    let values = known.days.iter().map(|day| day.members.map(|n| n as f64));
    Series {
        name: t::segments::growth_members().to_owned(),
        kind: SeriesKind::Thread,
        values: values.collect(),
        band: None,
    }
}

fn labels(known: &SegmentHistory) -> Vec<String> {
    let days = known.days.iter();
    days.map(|day| format::date(format::millis(&day.starts_at)))
        .collect()
}

fn table(known: &SegmentHistory) -> ChartTable {
    let head = [
        t::segments::growth_day(),
        t::segments::growth_members(),
        t::segments::growth_entered(),
        t::segments::growth_left(),
    ];
    let kept = known.days.iter().filter(|day| day.members.is_some());
    ChartTable {
        head: head.map(str::to_owned).to_vec(),
        rows: kept
            .map(|day| {
                vec![
                    format::date(format::millis(&day.starts_at)),
                    day.members.map(format::integer).unwrap_or_default(),
                    format::integer(day.entered),
                    format::integer(day.left),
                ]
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use api_types::memberships::SegmentDay;

    use super::*;

    fn known(state: &str, members: &[Option<i64>]) -> SegmentHistory {
        let day = |members: &Option<i64>| SegmentDay {
            starts_at: "2026-07-14T00:00:00Z".to_owned(),
            members: *members,
            entered: 3,
            left: 1,
            ..SegmentDay::default()
        };
        SegmentHistory {
            state: state.to_owned(),
            members: 7,
            since: Some("2026-07-14T00:00:00Z".to_owned()),
            by: "index".to_owned(),
            days: members.iter().map(day).collect(),
            ..SegmentHistory::default()
        }
    }

    #[test]
    fn one_day_is_no_line_and_a_time_before_the_record_is_a_gap() {
        let young = known("kept", &[None, None, Some(7)]);
        assert!(matches!(shown(&young), ChartState::TooLittle(text) if text.contains('7')));
        let older = known("kept", &[None, Some(5), Some(7)]);
        assert!(matches!(shown(&older), ChartState::Ready));
        assert_eq!(line(&older).values, [None, Some(5.0), Some(7.0)]);
        assert_eq!(table(&older).rows.len(), 2);
        assert!(matches!(
            shown(&known("waiting", &[])),
            ChartState::TooLittle(_)
        ));
    }

    #[test]
    fn the_foot_says_who_came_and_went_today_and_how_old_that_is() {
        let mut known = known("kept", &[Some(5), Some(7)]);
        let said = foot(&known);
        assert!(said.contains('3') && said.contains('1'), "{said}");
        known.by = "sql".to_owned();
        known.read_at = Some("2026-07-14T01:42:00Z".to_owned());
        assert!(foot(&known).len() > said.len());
    }
}
