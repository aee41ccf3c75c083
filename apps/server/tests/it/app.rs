//! The application under test: the real router, a clock turned by hand, requests without a network.

use std::sync::Arc;

use access::{
    Role, account,
    account::NewUser,
    link::{self, Purpose},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use kernel::id::{SessionId, UserId, WorkspaceId};
use serde_json::Value;
use server::{App, config::Config};
use storage::secret::MasterKey;
use testkit::{Kit, TestDb};
use tower::ServiceExt;

/// The application with its hands.
pub(crate) struct TestApp {
    pub(crate) app: App,
    pub(crate) kit: Kit,
    router: Router,
    _folder: tempfile::TempDir,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// Reads the body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|_| panic!("not JSON: {} {}", self.status, self.text))
    }

    /// Insists on a status; the body is shown otherwise.
    pub(crate) fn expect(self, status: StatusCode) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// Returns the `name=value` of the cookie that was set.
    pub(crate) fn cookie(&self) -> String {
        let set = self.headers[header::SET_COOKIE].to_str().unwrap();
        set.split(';').next().unwrap().to_owned()
    }
}

impl TestApp {
    /// Makes the application over a fresh database.
    pub(crate) async fn new(test: &TestDb) -> Self {
        Self::with(Kit::new(test).await, |_| ())
    }

    /// Makes an application that may connect to this machine, where the mail servers of tests are.
    pub(crate) fn mailing(kit: Kit) -> Self {
        Self::with(kit, |config| {
            config.security.allow_private = vec!["127.0.0.1/32".to_owned()];
        })
    }

    /// Makes an application that is configured otherwise.
    pub(crate) fn with(kit: Kit, change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::load(None).unwrap();
        folder.path().clone_into(&mut config.server.data_dir);
        change(&mut config);
        let app = App::new(
            config,
            kit.db.clone(),
            Arc::new(kit.clock.clone()),
            kit.ids.clone(),
            MasterKey::from_bytes([9; 32]),
        );
        Self {
            router: server::router(app.clone()),
            _folder: folder,
            app,
            kit,
        }
    }

    /// Adds a member and returns an access token of theirs.
    pub(crate) async fn token(&self, role: Role) -> String {
        self.token_in(self.kit.workspace, role).await
    }

    /// Adds a member of some workspace and returns an access token of theirs.
    pub(crate) async fn token_in(&self, workspace: WorkspaceId, role: Role) -> String {
        let tx = self.kit.db.begin().await.unwrap();
        let members = account::members(&tx, workspace).await.unwrap();
        if role != Role::Owner && !members.iter().any(|member| member.role == Role::Owner) {
            // A workspace has an owner before anybody else.
            self.add_member(&tx, workspace, Role::Owner).await;
        }
        let user = self.add_member(&tx, workspace, role).await;
        let session = SessionId::from_raw(self.kit.ids.next_raw());
        let sessions = &self.app.sessions;
        let issued = sessions
            .open(&tx, session, user, workspace, "test")
            .await
            .unwrap();
        tx.commit().await.unwrap();
        issued.access
    }

    async fn add_member(&self, tx: &storage::Tx, workspace: WorkspaceId, role: Role) -> UserId {
        let id = UserId::from_raw(self.kit.ids.next_raw());
        let new = NewUser {
            email: format!("{}{}@example.jp", role.name(), id.raw()),
            name: format!("{} 森", role.name()),
            password: "ながいあいことば2026".to_owned(),
            locale: "ja".to_owned(),
        };
        account::insert(tx, id, new, self.app.now()).await.unwrap();
        account::set_role(tx, workspace, id, role, self.app.now())
            .await
            .unwrap();
        id
    }

    /// Makes a one-time link and returns its token.
    pub(crate) async fn link(&self, purpose: &Purpose) -> String {
        let tx = self.kit.db.begin().await.unwrap();
        let token = link::create(&tx, purpose, self.app.now()).await.unwrap();
        tx.commit().await.unwrap();
        token
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// Sends a request of a signed-in person.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::ACCEPT_LANGUAGE, "en");
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = match body {
            Some(json) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(json.to_string())
            }
            None => Body::empty(),
        };
        self.send(request.body(body).unwrap()).await
    }

    /// Sends a GET of a signed-in person.
    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.call(Method::GET, path, token, None).await
    }

    /// Sends a POST of a signed-in person.
    pub(crate) async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        self.call(Method::POST, path, token, Some(body)).await
    }

    /// Sends a PATCH of a signed-in person.
    pub(crate) async fn patch(&self, path: &str, token: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path, token, Some(body)).await
    }

    /// Sends a DELETE of a signed-in person.
    pub(crate) async fn delete(&self, path: &str, token: &str) -> Answer {
        self.call(Method::DELETE, path, token, None).await
    }
}
