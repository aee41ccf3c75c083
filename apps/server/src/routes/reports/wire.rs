//! Numbers on the wire.

use analytics::{
    Rate,
    home::{Delivery, Home, Knot, Period, Waiting, WaitingKind},
    metric::Definition,
    report::{Figure, Report},
    step::{StepCount, StepKind},
};
use api_types::reports::{
    FigureView, HomeView, KnotView, MetricView, MovingView, PeriodView, RateDefinition, RateView,
    ReportView, StepView, WaitingView,
};
use kernel::time::Millis;

fn text(at: Option<Millis>) -> Option<String> {
    at.map(|at| at.to_string())
}

pub(super) fn metric(definition: &Definition) -> MetricView {
    MetricView {
        key: definition.key.to_owned(),
        name_ja: definition.ja.to_owned(),
        name_en: definition.en.to_owned(),
        formula_ja: definition.formula_ja.to_owned(),
        formula_en: definition.formula_en.to_owned(),
        unit: definition.unit.as_str().to_owned(),
        better: definition.better.as_str().to_owned(),
        rate: definition.rate.map(|rate| RateDefinition {
            name_ja: rate.ja.to_owned(),
            name_en: rate.en.to_owned(),
            of: rate.of.key().to_owned(),
        }),
    }
}

pub(super) fn rate(rate: Rate) -> RateView {
    let interval = rate.interval();
    RateView {
        numerator: rate.numerator,
        denominator: rate.denominator,
        value: rate.value(),
        low: interval.map(|(low, _)| low),
        high: interval.map(|(_, high)| high),
    }
}

fn figure(figure: &Figure) -> FigureView {
    FigureView {
        metric: figure.metric.key().to_owned(),
        value: figure.value,
        rate: figure.rate.map(rate),
    }
}

fn step(counted: &StepCount) -> StepView {
    let kind = match counted.step.kind {
        StepKind::Loss => "loss",
        StepKind::Open => "open",
        StepKind::End => "end",
    };
    StepView {
        key: counted.step.key.to_owned(),
        kind: kind.to_owned(),
        name_ja: counted.step.ja.to_owned(),
        name_en: counted.step.en.to_owned(),
        count: counted.count,
    }
}

pub(super) fn report(report: &Report, now: Millis) -> ReportView {
    let campaign = &report.campaign;
    ReportView {
        campaign_id: campaign.id.to_string(),
        name: campaign.name.clone(),
        state: campaign.state.clone(),
        launched_at: text(campaign.launched_at),
        finished_at: text(campaign.finished_at),
        window_days: campaign.window_days,
        first_sent_at: text(report.first_sent_at),
        measured_until: text(report.measured_until),
        is_open: analytics::report::is_open(report, now),
        currency: campaign.currency.clone(),
        matched: report.matched(),
        steps: report.steps.iter().map(step).collect(),
        figures: report.figures.iter().map(figure).collect(),
    }
}

pub(super) fn home(home: &Home) -> HomeView {
    HomeView {
        now: home.now.to_string(),
        day_start: home.day_start.to_string(),
        day_end: home.day_end.to_string(),
        knots: home.knots.iter().map(knot).collect(),
        moving: home.moving.iter().map(moving).collect(),
        waiting: home.waiting.iter().map(waiting).collect(),
        periods: home.periods.iter().map(period).collect(),
        reasons: home.reasons.iter().map(step).collect(),
        customers: home.reach.customers,
        reachable: rate(Rate {
            numerator: home.reach.by_email,
            denominator: home.reach.customers,
        }),
        n_campaigns: home.n_campaigns,
        currency: home.currency.clone(),
    }
}

fn knot(knot: &Knot) -> KnotView {
    KnotView {
        campaign_id: knot.campaign.to_string(),
        name: knot.name.clone(),
        state: knot.state.clone(),
        at: knot.at.to_string(),
        sent: knot.sent,
        left: knot.left,
    }
}

fn moving(delivery: &Delivery) -> MovingView {
    MovingView {
        campaign_id: delivery.campaign.to_string(),
        name: delivery.name.clone(),
        state: delivery.state.clone(),
        due_at: text(delivery.due_at),
        sent: delivery.sent,
        left: delivery.left,
    }
}

fn waiting(waiting: &Waiting) -> WaitingView {
    let plain = |kind: &str, id: String| WaitingView {
        kind: kind.to_owned(),
        id,
        name: waiting.name.clone(),
        since: waiting.since.to_string(),
        left: None,
        missing: Vec::new(),
        code: None,
    };
    match &waiting.kind {
        WaitingKind::Paused { campaign, left } => WaitingView {
            left: Some(*left),
            ..plain("paused", campaign.to_string())
        },
        WaitingKind::ImportFailed { import, code } => WaitingView {
            code: code.clone(),
            ..plain("import_failed", import.to_string())
        },
        WaitingKind::Draft { campaign, missing } => WaitingView {
            missing: missing
                .iter()
                .map(|card| card.as_str().to_owned())
                .collect(),
            ..plain("draft", campaign.to_string())
        },
    }
}

fn period(period: &Period) -> PeriodView {
    PeriodView {
        days: period.days,
        from: period.from.to_string(),
        recipients: period.recipients,
        figures: period.figures.iter().map(figure).collect(),
        before: period.before.iter().map(figure).collect(),
    }
}
