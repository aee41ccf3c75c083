//! `POST /api/v1/segments/remarks`.

use api_types::{
    segment_remarks::{AskRemarks, SegmentPower, SegmentRemark, SegmentRemarks, SegmentSpread},
    segments::SegmentUse,
};
use axum::{Json, extract::State};
use kernel::{
    id::SegmentId,
    page::PageRequest,
    time::{DAY, Millis},
};
use segmentation::{
    Overlap,
    language::{self, Document},
    membership,
    remark::{self, Known, Remark},
    store::{self, Segment, Shelf},
};
use serde_json::{Value, json};

use super::wire;
use crate::{
    audience::Asker,
    http::{
        auth::{Caller, Operator, needs::SegmentsRead},
        extract::ValidJson,
        problem::ApiError,
    },
    routes::asking,
    state::App,
};

/// With how many of the segments that were saved last a rule is compared.
const COMPARED: u32 = 100;
/// The stretches of the spread, in days.
const STRETCHES: [u32; 3] = [30, 90, 365];

/// Says what is worth knowing of a rule: too small, too large, only about who people are, nearly another, drifted.
#[utoipa::path(post, path = "/api/v1/segments/remarks", operation_id = "remark_on_segment", tag = "segments",
    request_body = AskRemarks,
    responses((status = 200, body = SegmentRemarks), (status = 404)))]
pub(super) async fn remarks(
    operator: Operator<SegmentsRead>,
    State(app): State<App>,
    ValidJson(body): ValidJson<AskRemarks>,
) -> Result<Json<SegmentRemarks>, ApiError> {
    let document = wire::document(&body.document, "document")?;
    let own = match &body.segment {
        None => None,
        Some(id) => {
            let id: SegmentId = id.parse().map_err(|_| ApiError::not_found())?;
            Some(wire::segment(&app, &operator, id).await?)
        }
    };
    let wanted = asking::wanted(body.position.as_deref())?;
    let asker = asking::asker(&app, &operator, wanted).await?;
    let counted = asker.count_each(&document).await;
    let counts = counted.map_err(wire::asked("document"))?.counts;
    let own_id = own.as_ref().map(|own| own.id);
    let mut known = Known {
        members: counts.total,
        everybody: counts.everybody,
        closest: closest(&app, &operator, &asker, (&document, own_id)).await?,
        ..Known::default()
    };
    if let Some(own) = own.filter(|own| own.document == document) {
        known.drift = drift(&app, &operator, &own).await?;
        known.saved = Some((own.updated_at, app.now()));
    }
    let items = remark::remarks(&document, &known);
    let spread = if remark::is_demographic(&document) && counts.total > 0 {
        spread(&asker, &document, counts.total).await?
    } else {
        Vec::new()
    };
    Ok(Json(SegmentRemarks {
        items: items.iter().map(view).collect(),
        members: counts.total,
        everybody: counts.everybody,
        power: SegmentPower {
            base: remark::BASE_RATE,
            smallest: remark::smallest_rate(counts.total),
            needed: remark::needed(),
        },
        spread,
        source: asking::source(&asker),
    }))
}

/// Finds the saved segment that is most alike. One whose rule cannot be asked any more is no reason to say nothing.
async fn closest(
    app: &App,
    caller: &Caller,
    asker: &Asker,
    (document, own): (&Document, Option<SegmentId>),
) -> Result<Option<(SegmentId, String, Overlap)>, ApiError> {
    let request = PageRequest {
        limit: Some(COMPARED),
        ..PageRequest::default()
    };
    let page = store::list(app.db.reader(), caller.workspace, Shelf::Active, &request).await?;
    let mut others: Vec<Segment> = page.items;
    others.retain(|other| Some(other.id) != own);
    let documents: Vec<Document> = others.iter().map(|other| other.document.clone()).collect();
    let Ok(overlaps) = asker.overlaps(document, &documents).await else {
        return Ok(None);
    };
    let compared = others.into_iter().zip(overlaps);
    let alike = compared.max_by(|(_, a), (_, b)| a.likeness().total_cmp(&b.likeness()));
    Ok(alike.map(|(other, overlap)| (other.id, other.name, overlap)))
}

/// Compares a segment with itself four weeks ago; none when its rule is younger, or nobody kept who was in.
async fn drift(app: &App, caller: &Caller, own: &Segment) -> Result<Option<Overlap>, ApiError> {
    let (db, workspace) = (app.db.reader(), caller.workspace);
    let then = Millis(app.now().0 - remark::DRIFT_DAYS * DAY);
    let filled = membership::filled(db, workspace).await?.remove(&own.id);
    let is_known = filled.is_some_and(|filled| filled.is_whole() && filled.since <= then);
    if !is_known || own.updated_at > then {
        return Ok(None);
    }
    Ok(Some(membership::drift(db, workspace, own.id, then).await?))
}

/// Counts when the members bought last.
async fn spread(
    asker: &Asker,
    document: &Document,
    members: i64,
) -> Result<Vec<SegmentSpread>, ApiError> {
    let mut found = Vec::new();
    let mut before = 0;
    let within = STRETCHES.map(|days| (days.to_string(), json!({"last": {"days": days}})));
    let ever = ("longer".to_owned(), json!("ever"));
    for (bought, within) in within.into_iter().chain([ever]) {
        let Some(buyers) = buyers(document, &within) else {
            return Ok(Vec::new());
        };
        let counted = asker.count_each(&buyers).await;
        let so_far = counted.map_err(wire::asked("document"))?.counts.total;
        let members = so_far - before;
        found.push(SegmentSpread { bought, members });
        before = so_far;
    }
    found.push(SegmentSpread {
        bought: "never".to_owned(),
        members: members - before,
    });
    Ok(found)
}

/// Narrows a rule to those who bought within a window; none for one that has no room for a condition more.
fn buyers(document: &Document, within: &Value) -> Option<Document> {
    let bought = json!({"events": {"names": ["Order Completed"], "within": within,
        "test": {"count": {"times": {"at_least": 1}}}}});
    let mut rule = document.to_json();
    let root = rule.get_mut("root")?;
    if let Some(all) = root.get_mut("all").and_then(Value::as_array_mut) {
        all.push(bought);
    } else {
        *root = json!({"all": [root.take(), bought]});
    }
    language::read(&rule).ok()
}

fn view(remark: &Remark) -> SegmentRemark {
    let segment = match remark {
        Remark::AlmostTheSame { segment, name, .. } => Some(SegmentUse {
            id: segment.to_string(),
            name: name.clone(),
        }),
        _ => None,
    };
    SegmentRemark {
        code: remark.code().to_owned(),
        message: wire::both(remark.said()),
        segment,
    }
}
