//! What can be said without a browser.

use api_types::reports::ReportView;

use crate::{
    charts::{FunnelStep, StepKind},
    format, i18n as t,
    pages::analytics::definitions::{by_language, figure},
};

/// Says in a sentence what the campaign did; `*` stands round what matters most.
pub(super) fn verdict(report: &ReportView) -> String {
    let sent = figure(&report.figures, "sends").value;
    if sent == 0 {
        return t::analytics::verdict_none().to_owned();
    }
    let bought = figure(&report.figures, "conversions_window").value;
    let revenue = figure(&report.figures, "revenue_last_touch").value;
    t::analytics::Verdict {
        bought: format::integer(bought),
        days: report.window_days,
        revenue: format::money_short(revenue, &report.currency).joined(),
        sent: format::integer(sent),
    }
    .say()
}

/// Cuts a sentence at its `*`; every second piece is to be set strong.
pub(super) fn pieces(sentence: &str) -> Vec<(bool, String)> {
    let piece = |(at, text): (usize, &str)| (at % 2 == 1, text.to_owned());
    sentence.split('*').enumerate().map(piece).collect()
}

/// Returns the steps of the waterfall; `link` gives the address of a step's people.
pub(super) fn steps(report: &ReportView, link: impl Fn(&str) -> String) -> Vec<FunnelStep> {
    let mut steps = vec![FunnelStep {
        label: t::analytics::flow_matched().to_owned(),
        kind: StepKind::Start,
        count: report.matched,
        href: Some(link("matched")),
    }];
    steps.extend(report.steps.iter().map(|step| FunnelStep {
        label: by_language(&step.name_ja, &step.name_en).to_owned(),
        kind: if step.kind == "end" {
            StepKind::End
        } else {
            StepKind::Loss
        },
        count: step.count,
        href: Some(link(&format!("step:{}", step.key))),
    }));
    steps
}

/// Breaks a label into at most two lines of about `room` characters, at a break if there is one.
pub(super) fn lines(label: &str, room: usize) -> Vec<String> {
    let count = label.chars().count();
    if count <= room {
        return vec![label.to_owned()];
    }
    let middle = count / 2;
    let breaks = label
        .chars()
        .enumerate()
        .filter(|(_, c)| matches!(c, '・' | ' ' | 'を' | 'の' | 'に' | 'が'))
        .map(|(at, _)| at + 1)
        .filter(|at| *at < count);
    let at = breaks
        .min_by_key(|at| at.abs_diff(middle))
        .unwrap_or(middle);
    let first: String = label.chars().take(at).collect();
    let rest: String = label.chars().skip(at).collect();
    vec![first.trim_end().to_owned(), rest]
}

#[cfg(test)]
mod tests {
    use api_types::reports::{FigureView, StepView};

    use super::*;

    fn report(sent: i64) -> ReportView {
        let figure = |metric: &str, value| FigureView {
            metric: metric.to_owned(),
            value,
            rate: None,
        };
        let step = |key: &str, kind: &str, count| StepView {
            key: key.to_owned(),
            kind: kind.to_owned(),
            name_ja: "段階".to_owned(),
            name_en: "step".to_owned(),
            count,
        };
        ReportView {
            window_days: 7,
            currency: "JPY".to_owned(),
            matched: sent + 5,
            steps: vec![step("no_consent", "loss", 5), step("sent", "end", sent)],
            figures: vec![
                figure("sends", sent),
                figure("conversions_window", 203),
                figure("revenue_last_touch", 127_000),
            ],
            ..ReportView::default()
        }
    }

    #[test]
    fn the_sentence_says_what_happened_and_nothing_before_it_has() {
        let said = verdict(&report(1_754));
        assert!(
            said.contains("1,754通") && said.contains("*203人*") && said.contains("*12.7万円*"),
            "{said}"
        );
        assert_eq!(verdict(&report(0)), "まだだれにも送っていません。");
        let strong: Vec<String> = pieces(&said)
            .into_iter()
            .filter(|(strong, _)| *strong)
            .map(|(_, text)| text)
            .collect();
        assert_eq!(strong, ["203人", "12.7万円"]);
    }

    #[test]
    fn the_steps_lead_to_their_people() {
        let steps = steps(&report(10), str::to_owned);
        let links: Vec<_> = steps
            .iter()
            .filter_map(|step| step.href.as_deref())
            .collect();
        assert_eq!(links, ["matched", "step:no_consent", "step:sent"]);
        assert_eq!(steps[2].kind, StepKind::End);
    }

    #[test]
    fn a_long_label_breaks_where_one_would() {
        assert_eq!(lines("同意がない", 6), ["同意がない"]);
        assert_eq!(
            lines("受け取り側に断られた", 6),
            ["受け取り側に", "断られた"]
        );
        assert_eq!(
            lines("Refused by the receiver", 12),
            ["Refused by", "the receiver"]
        );
    }
}
