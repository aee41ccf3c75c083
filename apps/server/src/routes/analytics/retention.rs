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
        let by = self.by.as_deref().filter(|by| !by.is_empty());
        let by = by.unwrap_or("month");
        let apart = kept(&mut found, apart(by));
        let is_by_segment = by == "segment";
        let numbers = [
            ("/cohorts", &self.cohorts),
            ("/months", &self.months),
            ("/lapse", &self.lapse),
        ];
        let mut read = USUAL;
        for (held, (pointer, text)) in read.iter_mut().zip(numbers) {
            if let Some(number) = kept(&mut found, number(pointer, text.as_deref(), *held)) {
                *held = number;
            }
        }
        let listed = segments(self.segments.as_deref().unwrap_or_default(), is_by_segment);
        let segments = kept(&mut found, listed);
        let [cohorts, months, lapse_days] = read;
        let (Some(apart), Some(segments), true) = (apart, segments, found.0.is_empty()) else {
            return Err(found);
        };
        Ok(Asked {
            question: Question {
                apart,
                cohorts,
                months,
                lapse_days,
            },
            by: by.to_owned(),
            segments,
            is_by_segment,
        })
    }
}

/// Keeps what could be read, and notes what could not.
fn kept<T>(found: &mut Invalid, read: Result<T, FieldError>) -> Option<T> {
    read.map_err(|error| found.push(error)).ok()
}

fn apart(by: &str) -> Result<Apart, FieldError> {
    let apart = match by {
        "month" => Some(Apart::Month),
        "segment" => Some(Apart::Together),
        other => By::parse(other).map(Apart::By),
    };
    apart.ok_or_else(|| {
        FieldError::new(
            "/by",
            "unknown",
            "use month, channel, source, segment or attribute:KEY",
            "month、channel、source、segment、attribute:キー のいずれかを指定してください",
        )
    })
}

fn number(pointer: &str, text: Option<&str>, usual: u32) -> Result<u32, FieldError> {
    match text.filter(|text| !text.is_empty()) {
        None => Ok(usual),
        Some(text) => text.parse().map_err(|_| {
            FieldError::new(pointer, "unknown", "give a number", "数を指定してください")
        }),
    }
}

fn segments(text: &str, is_needed: bool) -> Result<Vec<SegmentId>, FieldError> {
    let listed = text.split(',').map(str::trim).filter(|id| !id.is_empty());
    let wrong = |en: &str, ja: &str| FieldError::new("/segments", "unknown", en, ja);
    let read: Result<Vec<SegmentId>, _> = listed.map(str::parse).collect();
    match read {
        Err(_) => Err(wrong(
            "give ids such as seg_0190…, with commas between",
            "seg_0190… のようなIDを、カンマで区切って指定してください",
        )),
        Ok(ids) if ids.len() > SEGMENTS || is_needed && ids.is_empty() => Err(wrong(
            "give one to eight segments",
            "セグメントを1個から8個まで指定してください",
        )),
        Ok(ids) => Ok(ids),
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
        let answers = app.audience.asker(at, Wanted::Present).await?;
        for id in &asked.segments {
            let segment = store::find(app.db.reader(), workspace, *id).await?;
            let segment = segment.ok_or_else(|| unknown(*id))?;
            groups.push((
                segment.name,
                *id,
                answers.all_members(&segment.document).await?,
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
