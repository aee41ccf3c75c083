//! Completes the description of the REST API: every status an operation may answer stands in it.
//!
//! A handler's attribute names what the handler itself may answer. What comes from around it - who asks,
//! the address, the query, the body, `Idempotency-Key` - follows from the operation's shape and is added
//! here, once. `cargo xtask test` holds a running server against the outcome.

use api_types::Problem;
use axum::http::header::{LOCATION, RETRY_AFTER};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Content, Header, Object, ObjectBuilder, OpenApi, Ref, RefOr, Required, Response,
        SchemaFormat, Type,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem},
        security::SecurityRequirement,
    },
};

use super::{
    idempotency,
    problem::{PROBLEM_JSON, RATE_LIMIT_RESET},
};

/// Adds the answers that come from around the handlers, and the shape of every refusal.
pub(crate) fn complete(mut description: OpenApi) -> OpenApi {
    let components = description.components.get_or_insert_default();
    components
        .schemas
        .insert(Problem::name().into_owned(), Problem::schema());
    let mut nested = Vec::new();
    Problem::schemas(&mut nested);
    components.schemas.extend(nested);
    for (path, item) in &mut description.paths.paths {
        for (posts, operation) in operations(item) {
            complete_operation(path, posts, operation);
        }
    }
    description
}

/// Returns the operations of an address, each with whether it is a POST.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (bool, &mut Operation)> {
    let quiet = [
        &mut item.get,
        &mut item.put,
        &mut item.patch,
        &mut item.delete,
    ];
    let quiet = quiet.into_iter().flatten().map(|found| (false, found));
    quiet.chain(item.post.as_mut().map(|found| (true, found)))
}

fn complete_operation(path: &str, posts: bool, operation: &mut Operation) {
    let mut statuses = vec![408, 500, 503];
    let public = [SecurityRequirement::default()];
    if operation.security.as_deref() != Some(&public) {
        statuses.extend([401, 403]);
    }
    if path.contains('{') {
        statuses.push(404);
    }
    if has_query(operation) {
        statuses.push(422);
    }
    if let Some(kind) = body_kind(operation) {
        statuses.extend([400, 413, 422]);
        if kind == "application/json" {
            statuses.push(415);
        }
        if posts && kind == "application/json" {
            accept_key(operation);
        }
    }
    if posts {
        // What the guard of repeated requests may say.
        statuses.extend([400, 409, 413, 422]);
    }
    let responses = &mut operation.responses.responses;
    for status in statuses {
        responses
            .entry(status.to_string())
            .or_insert_with(|| RefOr::T(Response::default()));
    }
    for (status, response) in responses {
        if let (Ok(status), RefOr::T(response)) = (status.parse(), response) {
            complete_response(status, response);
        }
    }
}

fn has_query(operation: &Operation) -> bool {
    parameters(operation).any(|parameter| parameter.parameter_in == ParameterIn::Query)
}

fn parameters(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    operation
        .parameters
        .iter()
        .flatten()
        .filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        })
}

fn body_kind(operation: &Operation) -> Option<String> {
    match operation.request_body.as_ref()? {
        RefOr::T(body) => body.content.keys().next().cloned(),
        RefOr::Ref(_) => None,
    }
}

/// Every POST with a JSON body may be repeated under a key.
fn accept_key(operation: &mut Operation) {
    let name = idempotency::KEY;
    if parameters(operation).any(|parameter| parameter.name == name.as_str()) {
        return;
    }
    let text = Object::with_type(Type::String);
    let parameter = ParameterBuilder::new()
        .name(name.as_str())
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .schema(Some(text))
        .description(Some(
            "Names the request: sent twice it acts once and is answered the same for a day.",
        ))
        .build();
    operation
        .parameters
        .get_or_insert_default()
        .push(RefOr::T(parameter));
}

fn complete_response(status: u16, response: &mut Response) {
    if response.description.is_empty() {
        meaning(status).clone_into(&mut response.description);
    }
    if status == 201 {
        response
            .headers
            .insert(LOCATION.as_str().to_owned(), location());
    }
    if status < 400 {
        return;
    }
    let problem = Content::new(Some(Ref::from_schema_name(Problem::name())));
    response.content.clear();
    response
        .content
        .insert(PROBLEM_JSON.to_owned(), problem.into());
    let waits = match status {
        429 => vec![RETRY_AFTER, RATE_LIMIT_RESET],
        503 => vec![RETRY_AFTER],
        _ => Vec::new(),
    };
    for name in waits {
        let seconds = Header::new(Object::with_type(Type::Integer));
        response
            .headers
            .insert(name.as_str().to_owned(), seconds.into());
    }
}

/// [`super::created::Created`] sets it on every answer that makes something.
fn location() -> RefOr<Header> {
    let mut header = Header::new(
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::Custom("uri-reference".to_owned())))
            .build(),
    );
    header.description = Some("The address of what was made.".to_owned());
    header.into()
}

/// Says what a status means, as docs/http-status.md does.
const fn meaning(status: u16) -> &'static str {
    match status {
        200 => "The thing asked for, or the thing as changed.",
        201 => "The thing now exists.",
        202 => "The work was queued.",
        204 => "Done.",
        400 => "Not JSON, or a malformed header.",
        401 => "No credential, or one that is not valid.",
        403 => "The credential does not reach that far.",
        404 => "There is no such thing in this workspace.",
        408 => "The request took too long.",
        409 => "The thing changed since it was read, or its state forbids the step.",
        410 => "The link was used or has run out.",
        413 => "The body is too large.",
        415 => "Not a type of body that is taken here.",
        422 => "A value is not acceptable; `errors` points at each one.",
        429 => "Too many requests; `Retry-After` says how long to wait.",
        503 => "The database is away or the server is stopping; nothing was changed.",
        _ => "Our fault; the log holds the cause.",
    }
}
