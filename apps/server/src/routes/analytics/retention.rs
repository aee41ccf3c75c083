//! `GET /api/v1/analytics/retention`: who comes back and who is lost, by group.

use analytics::{
    Rate,
    origin::{By, Group},
    retention::{self, Apart, Curve, Question, Retention},
};
use api_types::analytics::{CurvePoint, RetentionCurve, RetentionView};
use axum::{Json, extract::State};
use kernel::{
    id::{SegmentId, WorkspaceId},
    invalid::{FieldError, Invalid},
};
use segmentation::store;
use serde::{Deserialize, Serialize};

use super::lifecycle::{BY_EN, BY_JA};
use crate::{
    audience::Wanted,
    http::{
        auth::{Operator, needs::ReportsRead},
        extract::ValidQuery,
        problem::ApiError,
    },
    routes::asking,
    state::App,
};

/// Months of first orders, months after them, and days without an order, unless said.
const USUAL: [u32; 3] = [12, 12, 90];
/// The most segments beside each other.
const SEGMENTS: usize = 8;

/// How customers are told apart, and over how long.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RetentionQuery {
    /// `month` of the first order (unless given), `channel` or `source` by how they came, `attribute:KEY` by an
    /// attribute of text, or `segment` for the given segments beside each other.
    by: Option<String>,
    /// Segments, up to eight ids with commas between: the curves' own with `by=segment`, else only who is in one of
    /// them now is counted.
    segments: Option<String>,
    /// The latest months of first orders, the present one among them, 1 to 36; 12 unless given.
    cohorts: Option<String>,
    /// How many months after the first order, 1 to 36; 12 unless given.
    months: Option<String>,
    /// After so many days without an order somebody is lost, 1 to 3660; 90 unless given.
    lapse: Option<String>,
}

/// What the query asks for.
struct Asked {
    question: Question,
    by: String,
    segments: Vec<SegmentId>,
    is_by_segment: bool,
}

impl RetentionQuery {
    fn read(&self) -> Result<Asked, Invalid> {
        let mut found = Invalid::default();
        let mut wrong = |pointer: &str, en: &str, ja: &str| {
            found.push(FieldError::new(pointer, "unknown", en, ja));
        };
        let by = self.by.clone().filter(|by| !by.is_empty());
        let by = by.unwrap_or_else(|| "month".to_owned());
        let apart = match by.as_str() {
            "month" => Some(Apart::Month),
            "segment" => Some(Apart::Together),
            other => By::parse(other).map(Apart::By),
        };
        if apart.is_none() {
            wrong(
                "/by",
                &format!(
                    "use month, segment, or {}",
                    BY_EN.trim_start_matches("use ")
                ),
                &format!("month、segment、{BY_JA}"),
            );
        }
        let mut numbers = USUAL;
        let given = [
            ("/cohorts", &self.cohorts),
            ("/months", &self.months),
            ("/lapse", &self.lapse),
        ];
        for (number, (pointer, text)) in numbers.iter_mut().zip(given) {
            match text
                .as_deref()
                .filter(|text| !text.is_empty())
                .map(str::parse)
            {
                None => {}
                Some(Ok(read)) => *number = read,
                Some(Err(_)) => wrong(pointer, "give a number", "数を指定してください"),
            }
        }
        let listed = self.segments.as_deref().unwrap_or_default();
        let listed = listed.split(',').map(str::trim).filter(|id| !id.is_empty());
        let segments: Result<Vec<SegmentId>, _> = listed.map(str::parse).collect();
        let is_by_segment = by == "segment";
        match &segments {
            Err(_) => wrong(
                "/segments",
                "give ids such as seg_0190…, with commas between",
                "seg_0190… のようなIDを、カンマで区切って指定してください",
            ),
            Ok(ids) if ids.len() > SEGMENTS || is_by_segment && ids.is_empty() => wrong(
                "/segments",
                "give one to eight segments",
                "セグメントを1個から8個まで指定してください",
            ),
            Ok(_) => {}
        }
        let [cohorts, months, lapse_days] = numbers;
        let (Some(apart), Ok(segments), true) = (apart, segments, found.0.is_empty()) else {
            return Err(found);
        };
        Ok(Asked {
            question: Question {
                apart,
                cohorts,
                months,
                lapse_days,
            },
            by,
            segments,
            is_by_segment,
        })
    }
}

/// Counts who orders again and who is lost in the months after the first order, by group.
#[utoipa::path(get, path = "/api/v1/analytics/retention", operation_id = "get_retention", tag = "reports",
    params(RetentionQuery), responses((status = 200, body = RetentionView)))]
pub(super) async fn retention(
    operator: Operator<ReportsRead>,
    ValidQuery(query): ValidQuery<RetentionQuery>,
    State(app): State<App>,
) -> Result<Json<RetentionView>, ApiError> {
    let asked = query.read()?;
    let found = find(&app, operator.workspace, &asked).await?;
    Ok(Json(view(&found, asked)))
}

/// Counts for the table.
pub(super) async fn counted(
    app: &App,
    workspace: WorkspaceId,
    query: &RetentionQuery,
) -> Result<Retention, ApiError> {
    find(app, workspace, &query.read()?).await
}

async fn find(app: &App, workspace: WorkspaceId, asked: &Asked) -> Result<Retention, ApiError> {
    let mut groups = Vec::with_capacity(asked.segments.len());
    if !asked.segments.is_empty() {
        let at = asking::at_of(app, workspace).await?;
        let asker = app.audience.asker(at, Wanted::Present).await?;
        for id in &asked.segments {
            let segment = store::find(app.db.reader(), workspace, *id).await?;
            let segment = segment.ok_or_else(|| unknown(*id))?;
            groups.push((
                segment.name,
                *id,
                asker.all_members(&segment.document).await?,
            ));
        }
    }
    let (db, now) = (app.db.reader(), app.now());
    if !asked.is_by_segment {
        let mut people: Vec<_> = groups.iter().flat_map(|group| &group.2).copied().collect();
        people.sort_unstable();
        people.dedup();
        let people = (!groups.is_empty()).then_some(people.as_slice());
        return Ok(retention::find(db, workspace, &asked.question, people, now).await?);
    }
    let mut whole = retention::find(db, workspace, &asked.question, None, now).await?;
    for (name, id, people) in groups {
        let own = retention::find(db, workspace, &asked.question, Some(&people), now).await?;
        whole.curves.push(Curve {
            group: Group {
                key: Some(id.to_string()),
                ja: name.clone(),
                en: name,
            },
            ..own.whole
        });
    }
    Ok(whole)
}

fn unknown(id: SegmentId) -> Invalid {
    Invalid::one(
        "/segments",
        "unknown",
        format!("there is no segment {id}"),
        format!("セグメント {id} はありません"),
    )
}

fn view(found: &Retention, asked: Asked) -> RetentionView {
    RetentionView {
        counted_at: found.now.to_string(),
        by: asked.by,
        cohorts: found
            .cohorts
            .iter()
            .map(|day| day.format("%Y-%m").to_string())
            .collect(),
        months: asked.question.months,
        lapse_days: asked.question.lapse_days,
        whole: curve(&found.whole),
        curves: found.curves.iter().map(curve).collect(),
    }
}

fn curve(curve: &Curve) -> RetentionCurve {
    let points = |rates: &[Rate]| rates.iter().copied().map(point).collect();
    RetentionCurve {
        key: curve.group.key.clone(),
        name_ja: curve.group.ja.clone(),
        name_en: curve.group.en.clone(),
        customers: curve.customers,
        retained: points(&curve.retained),
        lost: points(&curve.lost),
    }
}

fn point(rate: Rate) -> Option<CurvePoint> {
    let (share, (low, high)) = (rate.value()?, rate.interval()?);
    Some(CurvePoint {
        n: rate.numerator,
        of: rate.denominator,
        rate: share,
        low,
        high,
    })
}
