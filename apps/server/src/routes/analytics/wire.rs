//! From the analyses to the wire.

use analytics::buyers::{
    Frame,
    band::{Band, Bands},
    decile::{Decile, Deciles},
    rfm::{Cell, Part, Rfm, Score, Sum},
};
use api_types::analytics::{
    BuyersSum, DecileGroup, DecilesView, FrameView, RfmCell, RfmPart, RfmScore, RfmView, ValueBand,
    ValueBandsView,
};

fn frame(frame: &Frame) -> FrameView {
    let question = &frame.question;
    FrameView {
        counted_at: frame.now.to_string(),
        as_of: question.as_of.map(|day| day.to_string()),
        days: question.days,
        groups: question.groups,
        method: question.method.as_str().to_owned(),
        within: serde_json::to_value(frame.within).unwrap_or_default(),
        currency: frame.currency.clone(),
    }
}

const fn sum(sum: Sum) -> BuyersSum {
    BuyersSum {
        buyers: sum.n_buyers,
        orders: sum.orders,
        amount: sum.amount,
    }
}

pub(super) fn rfm(found: &Rfm) -> RfmView {
    let groups = found.frame.question.groups;
    let cell = |cell: &Cell| {
        let [r, f, m] = cell.scores;
        RfmCell {
            r,
            f,
            m,
            sum: sum(cell.sum),
        }
    };
    let axis = |scores: &[Score]| -> Vec<RfmScore> {
        let score = |score: &Score| RfmScore {
            score: score.score,
            buyers: score.n_buyers,
            least: score.span.map(|[least, _]| least),
            most: score.span.map(|[_, most]| most),
        };
        scores.iter().map(score).collect()
    };
    let part = |part: &Part| {
        let [r, f, m] = part.name.scores(groups);
        RfmPart {
            key: part.name.key.to_owned(),
            name_ja: part.name.ja.to_owned(),
            name_en: part.name.en.to_owned(),
            own: part.own.clone(),
            r,
            f,
            m,
            sum: sum(part.sum),
        }
    };
    let [recency, frequency, monetary] = &found.axes;
    RfmView {
        frame: frame(&found.frame),
        total: sum(found.total),
        cells: found.cells.iter().map(cell).collect(),
        recency: axis(recency),
        frequency: axis(frequency),
        monetary: axis(monetary),
        parts: found.parts.iter().map(part).collect(),
    }
}

pub(super) fn deciles(found: &Deciles) -> DecilesView {
    let group = |group: &Decile| DecileGroup {
        number: group.number,
        sum: sum(group.sum),
        share: group.share,
        cumulative: group.cumulative,
        mean: group.mean,
        least: group.span.map(|[least, _]| least),
        most: group.span.map(|[_, most]| most),
    };
    DecilesView {
        frame: frame(&found.frame),
        total: sum(found.total),
        groups: found.groups.iter().map(group).collect(),
    }
}

pub(super) fn bands(found: &Bands) -> ValueBandsView {
    let band = |band: &Band| ValueBand {
        number: band.number,
        from: band.from,
        until: band.until,
        sum: sum(band.sum),
        people: band.people,
        share: band.share,
        cumulative: band.cumulative,
        profit: band.profit,
    };
    ValueBandsView {
        frame: FrameView {
            groups: u32::try_from(found.bands.len()).unwrap_or(u32::MAX),
            method: "breaks".to_owned(),
            ..frame(&found.frame)
        },
        breaks: found.breaks.clone(),
        is_suggested: found.is_suggested,
        margin: found.margin.map(|margin| f64::from(margin) / 10.0),
        total: sum(found.total),
        others: found.n_others,
        bands: found.bands.iter().map(band).collect(),
    }
}
