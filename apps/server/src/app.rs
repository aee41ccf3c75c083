//! The router: routes of every area, and what stands around them all.

use axum::{Router, middleware};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, trace::TraceLayer};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

use crate::{
    http::{
        admin, describe, idempotency,
        patience::{self, Patience},
        problem, security,
    },
    routes,
    state::App,
};

#[derive(OpenApi)]
#[openapi(
    info(title = "Enishi", description = "One-to-one marketing: customers, segments, contents, campaigns, reports."),
    modifiers(&Bearer),
    security(("bearer" = []))
)]
struct ApiDoc;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An API key (enk_…) or the access token of a session."))
            .build();
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

fn documented() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(ApiDoc::openapi()).merge(routes::documented())
}

/// Returns the description of the REST API.
pub fn openapi() -> utoipa::openapi::OpenApi {
    describe::complete(documented().split_for_parts().1)
}

/// Returns the whole router.
pub fn router(app: App) -> Router {
    router_with(app, Patience::default())
}

/// Returns the whole router with a patience of the caller's own.
pub fn router_with(app: App, patience: Patience) -> Router {
    let (api, description) = documented().split_for_parts();
    let description = describe::complete(description);
    api.merge(routes::plain())
        .merge(SwaggerUi::new("/docs").url("/api/openapi.json", description))
        .fallback(admin::serve)
        .method_not_allowed_fallback(routes::method_not_allowed)
        .layer(middleware::from_fn_with_state(
            app.clone(),
            idempotency::guard,
        ))
        .layer(middleware::from_fn_with_state(patience, patience::limit))
        .layer(middleware::from_fn_with_state(
            app.clone(),
            security::no_store,
        ))
        .layer(CatchPanicLayer::custom(routes::panicked))
        .layer(middleware::from_fn(problem::finish))
        .layer(middleware::from_fn(security::headers))
        .layer(CompressionLayer::new())
        .layer(TraceLayer::new_for_http())
        .with_state(app)
}
