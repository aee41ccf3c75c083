//! Trying a rule that need not be saved: `POST /api/v1/segments/{preview,examples,explain,overlap}`.

use std::collections::BTreeSet;

use api_types::{
    FieldError,
    segments::{
        AskExamples, AskExplanation, AskOverlap, PreviewSegment, SegmentClause, SegmentEvent,
        SegmentEvents, SegmentExamples, SegmentExplanation, SegmentNode, SegmentOverlap,
        SegmentPart, SegmentPast, SegmentPlace, SegmentPreview, SegmentStay, SegmentSteps,
    },
};
use axum::{Json, extract::State};
use kernel::{id::ProfileId, invalid::Invalid, time::Millis};
use profiles::attributes;
use segmentation::{
    Clause, Evidence, Happened, Reached, Stays, Truth,
    language::{Node, Place, Test},
    parts, sentence,
    sentence::Names,
    standing::Placed,
};

use super::wire;
use crate::{
    http::{
        audit::{self, Look},
        auth::{
            Operator,
            needs::{ProfilesRead, SegmentsRead},
        },
        extract::{Locale, ValidJson},
        problem::ApiError,
    },
    routes::asking,
    state::App,
};

/// How many example people are shown.
const EXAMPLES: u32 = 10;

/// Counts a rule and each of its conditions, and says it as a sentence.
#[utoipa::path(post, path = "/api/v1/segments/preview", operation_id = "preview_segment", tag = "segments",
    request_body = PreviewSegment,
    responses((status = 200, body = SegmentPreview)))]
pub(super) async fn preview(
    operator: Operator<SegmentsRead>,
    State(app): State<App>,
    locale: Locale,
    ValidJson(body): ValidJson<PreviewSegment>,
) -> Result<Json<SegmentPreview>, ApiError> {
    let document = wire::document(&body.document, "document")?;
    let wanted = asking::wanted(body.position.as_deref())?;
    let asker = asking::asker(&app, &operator, wanted).await?;
    let began = tokio::time::Instant::now();
    let counted = asker.count_each(&document).await;
    let counted = counted.map_err(wire::asked("document"))?;
    let took_ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
    let names = Names::load(app.db.reader(), operator.workspace, &[&document]).await?;
    let counts = counted.counts;
    let node = |(count, place): (segmentation::NodeCount, Place<'_>)| SegmentNode {
        pointer: count.pointer,
        count: count.count,
        sentence: wire::both(sentence::node(place.node, &names)),
    };
    let warning = |error: kernel::invalid::FieldError| FieldError {
        pointer: format!("/document{}", error.pointer),
        code: error.code,
        message: error.message.for_locale(&locale.0).to_owned(),
        ..FieldError::default()
    };
    Ok(Json(SegmentPreview {
        total: counts.total,
        everybody: counts.everybody,
        nodes: counts
            .nodes
            .into_iter()
            .zip(document.places())
            .map(node)
            .collect(),
        sentence: wire::both(sentence::document(&document, &names)),
        warnings: counted.warnings.into_iter().map(warning).collect(),
        took_ms,
        source: asking::source(&asker),
    }))
}

/// Returns ten people whom a rule selects; the same seed gives the same people, whoever answers.
#[utoipa::path(post, path = "/api/v1/segments/examples", operation_id = "example_segment", tag = "segments",
    request_body = AskExamples,
    responses((status = 200, body = SegmentExamples)))]
pub(super) async fn examples(
    operator: Operator<ProfilesRead>,
    State(app): State<App>,
    ValidJson(body): ValidJson<AskExamples>,
) -> Result<Json<SegmentExamples>, ApiError> {
    let document = wire::document(&body.document, "document")?;
    let wanted = asking::wanted(body.position.as_deref())?;
    let asker = asking::asker(&app, &operator, wanted).await?;
    let found = asker.examples(&document, body.seed, EXAMPLES).await;
    let found = found.map_err(wire::asked("document"))?;
    Ok(Json(SegmentExamples {
        items: wire::people(&app, &operator, "segment.examples", &found).await?,
        source: asking::source(&asker),
    }))
}

/// Says why a person is in or out, clause by clause. Always read from the database.
#[utoipa::path(post, path = "/api/v1/segments/explain", operation_id = "explain_segment", tag = "segments",
    request_body = AskExplanation,
    responses((status = 200, body = SegmentExplanation), (status = 404)))]
pub(super) async fn explain(
    operator: Operator<ProfilesRead>,
    State(app): State<App>,
    ValidJson(body): ValidJson<AskExplanation>,
) -> Result<Json<SegmentExplanation>, ApiError> {
    let document = wire::document(&body.document, "document")?;
    let profile: ProfileId = body.profile.parse().map_err(|_| ApiError::not_found())?;
    let (db, at) = (app.db.reader(), asking::at(&app, &operator).await?);
    let explained = segmentation::explain(db, &at, &document, profile)
        .await
        .map_err(wire::asked("document"))?;
    let explained = explained.ok_or_else(ApiError::not_found)?;
    let names = Names::load(db, operator.workspace, &[&document]).await?;
    let shows_personal_data = operator.may(access::Permission::PiiRead);
    let hidden = if shows_personal_data {
        Hidden::Nothing
    } else {
        let known = attributes::list(db, operator.workspace).await?;
        let sensitive = known.into_iter().filter(|def| def.is_sensitive);
        Hidden::Personal(sensitive.map(|def| def.key).collect())
    };
    let look = Look {
        action: "segment.explain",
        profile: Some(profile),
        n_people: 1,
        fields: if shows_personal_data { "all" } else { "masked" },
    };
    audit::look(&app, &operator, look).await?;
    let clauses = explained.clauses.into_iter().zip(document.places());
    Ok(Json(SegmentExplanation {
        is_member: explained.is_member,
        flips_at: explained.flips_at.as_ref().map(Millis::to_string),
        clauses: clauses
            .map(|(clause, place)| clause_view(clause, &place, &names, &hidden))
            .collect(),
    }))
}

/// Counts how two to four rules overlap.
#[utoipa::path(post, path = "/api/v1/segments/overlap", operation_id = "overlap_segments", tag = "segments",
    request_body = AskOverlap,
    responses((status = 200, body = SegmentOverlap)))]
pub(super) async fn overlap(
    operator: Operator<SegmentsRead>,
    State(app): State<App>,
    ValidJson(body): ValidJson<AskOverlap>,
) -> Result<Json<SegmentOverlap>, ApiError> {
    if !(2..=parts::MOST).contains(&body.documents.len()) {
        let invalid = Invalid::one(
            "/documents",
            "length",
            "two to four rules can be compared",
            "くらべられるルールは2つから4つです",
        );
        return Err(invalid.into());
    }
    let documents = body.documents.iter().enumerate();
    let documents = documents
        .map(|(place, document)| wire::document(document, &format!("documents/{place}")))
        .collect::<Result<Vec<_>, _>>()?;
    let wanted = asking::wanted(body.position.as_deref())?;
    let asker = asking::asker(&app, &operator, wanted).await?;
    let found = asker.parts(&documents).await?;
    let parts = found.iter().map(|(rules, n)| SegmentPart { rules, n });
    Ok(Json(SegmentOverlap {
        parts: parts.collect(),
        source: asking::source(&asker),
    }))
}

fn place_view(place: &Place<'_>, placed: Placed) -> SegmentPlace {
    let by = match place.node {
        Node::Standing(standing) => serde_json::to_value(standing.by),
        _ => Ok(serde_json::Value::Null),
    };
    let by = by.ok().and_then(|by| by.as_str().map(str::to_owned));
    SegmentPlace {
        by: by.unwrap_or_default(),
        value: placed.value,
        group: placed.group,
        least: placed.least,
        most: placed.most,
        n_group: placed.n_group,
        n_buyers: placed.n_buyers,
    }
}

fn steps_view(place: &Place<'_>, reached: Reached) -> SegmentSteps {
    let n_steps = match place.node {
        Node::Sequence(sequence) => sequence.steps.len(),
        _ => reached.steps.len(),
    };
    SegmentSteps {
        steps: reached.steps.into_iter().map(event_view).collect(),
        n_steps: u32::try_from(n_steps).unwrap_or(u32::MAX),
        open_until: reached.open_until.as_ref().map(Millis::to_string),
        broken_by: reached.broken_by.map(event_view),
    }
}

fn past_view(stays: Stays) -> SegmentPast {
    let stay = |(entered, left): (Millis, Option<Millis>)| SegmentStay {
        entered_at: entered.to_string(),
        left_at: left.as_ref().map(Millis::to_string),
    };
    SegmentPast {
        kept_since: stays.kept_since.as_ref().map(Millis::to_string),
        stays: stays.stays.into_iter().map(stay).collect(),
    }
}

fn event_view(event: Happened) -> SegmentEvent {
    SegmentEvent {
        at: event.at.to_string(),
        product: event.product,
        category: event.category,
        amount: event.amount,
        quantity: event.quantity,
    }
}

/// What an explanation does not show to whoever asks.
enum Hidden {
    Nothing,
    /// Fields that lead to the person, and the attributes that are marked as sensitive.
    Personal(BTreeSet<String>),
}

impl Hidden {
    fn hides(&self, place: &Place<'_>) -> bool {
        match self {
            Self::Nothing => false,
            Self::Personal(sensitive) => {
                place.is_personal() || place.attribute().is_some_and(|key| sensitive.contains(key))
            }
        }
    }
}

fn clause_view(clause: Clause, place: &Place<'_>, names: &Names, hidden: &Hidden) -> SegmentClause {
    let mut view = SegmentClause {
        pointer: clause.pointer,
        depth: u32::try_from(clause.depth).unwrap_or(u32::MAX),
        truth: match clause.truth {
            Truth::True => "true",
            Truth::False => "false",
            Truth::Unknown => "unknown",
        }
        .to_owned(),
        sentence: wire::both(sentence::node(place.node, names)),
        flips_at: clause.flips_at.as_ref().map(Millis::to_string),
        ..SegmentClause::default()
    };
    match clause.evidence {
        Evidence::Inner => {}
        Evidence::Value(value) => {
            view.value = value.filter(|_| !hidden.hides(place));
            // Three distances say where somebody lives, so none is told where the place itself is not.
            view.metres = away(place.node, view.value.as_ref());
        }
        Evidence::Standing(placed) => {
            view.standing = placed.map(|placed| place_view(place, placed));
        }
        Evidence::Listed(since) => view.listed_at = since.as_ref().map(Millis::to_string),
        Evidence::Past(stays) => view.past = Some(past_view(stays)),
        Evidence::Sequence(reached) => {
            view.sequence = Some(steps_view(place, reached));
        }
        Evidence::Consent(consent) => {
            let word = consent.map_or(
                "none",
                |(granted, _)| if granted { "granted" } else { "withdrawn" },
            );
            view.consent = Some(word.to_owned());
        }
        Evidence::Events {
            n_lines,
            n_times,
            amount,
            quantity,
            latest,
        } => {
            let latest = latest.into_iter().map(event_view).collect();
            view.events = Some(SegmentEvents {
                lines: n_lines,
                times: n_times,
                amount,
                quantity,
                latest,
            });
        }
    }
    view
}

/// Returns how far a value lies from the place that a condition asks for.
fn away(node: &Node, value: Option<&serde_json::Value>) -> Option<u32> {
    let Node::Fact(fact) = node else {
        return None;
    };
    let Test::Place(test) = &fact.test else {
        return None;
    };
    test.metres(value?.as_str()?)
}
