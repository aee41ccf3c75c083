//! Sessions: a short access token in memory, a refresh token in a cookie, and the family they belong to.
//!
//! A refresh token names its session and generation and is proved by an HMAC, so any token this server
//! ever wrote is recognised: the current one rotates, the one before still brings the current one for 30 s
//! (other tabs, and a page left before the answer came), anything older means that a token was stolen and
//! ends the family.

use std::{collections::HashMap, sync::Arc};

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use kernel::{
    id::{SessionId, UserId, WorkspaceId},
    time::{Clock, DAY, MINUTE, Millis, SECOND},
};
use parking_lot::Mutex;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde::{Deserialize, Serialize};
use storage::{Db, sql};

use crate::{AccessError, Role, Tokens};

/// How long an access token is good.
pub const ACCESS_LIFETIME: i64 = 10 * MINUTE;
/// How long a session lives without being used.
pub const SESSION_LIFETIME: i64 = 30 * DAY;
/// How long the refresh token before the current one stays good.
pub const GRACE: i64 = 30 * SECOND;
/// How long a look-up of role and revocation may be remembered.
pub const CACHE_LIFETIME: i64 = 5 * SECOND;

/// A person who is signed in to a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedIn {
    /// The session.
    pub session: SessionId,
    /// The person.
    pub user: UserId,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// What they may do there.
    pub role: Role,
}

/// What a successful sign-in or refresh hands out.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The access token (JWT).
    pub access: String,
    /// The refresh token.
    pub refresh: String,
    /// Who is signed in.
    pub who: SignedIn,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: i64,
    sid: i64,
    wsp: i64,
    iat: i64,
    exp: i64,
}

/// Opens, refreshes, checks and ends sessions.
#[derive(Clone)]
pub struct Sessions {
    db: Db,
    tokens: Tokens,
    clock: Arc<dyn Clock>,
    cache: Arc<Mutex<HashMap<i64, (Millis, SignedIn)>>>,
}

#[derive(FromQueryResult)]
struct Row {
    user_id: i64,
    workspace_id: i64,
    generation: i64,
    rotated_at: i64,
    role: String,
}

impl Sessions {
    /// Makes the service.
    pub fn new(db: Db, tokens: Tokens, clock: Arc<dyn Clock>) -> Self {
        Self {
            db,
            tokens,
            clock,
            cache: Arc::default(),
        }
    }

    /// Opens a session in the caller's transaction.
    pub async fn open(
        &self,
        tx: &impl ConnectionTrait,
        id: SessionId,
        user: UserId,
        workspace: WorkspaceId,
        user_agent: &str,
    ) -> Result<Issued, AccessError> {
        let now = self.clock.now();
        let agent: String = user_agent.chars().take(200).collect();
        sql::exec(
            tx,
            "INSERT INTO session (id, user_id, workspace_id, generation, rotated_at, created_at, expires_at, user_agent)
             VALUES ($1, $2, $3, 1, $4, $4, $5, $6)",
            [
                id.raw().into(),
                user.raw().into(),
                workspace.raw().into(),
                now.0.into(),
                now.plus(SESSION_LIFETIME).0.into(),
                agent.into(),
            ],
        )
        .await?;
        let row = self
            .live(tx, id, now)
            .await?
            .ok_or(AccessError::NotSignedIn)?;
        let who = signed_in(id, &row)?;
        Ok(Issued {
            access: self.access(who, now)?,
            refresh: self.tokens.refresh(id.raw(), 1),
            who,
        })
    }

    /// Exchanges a refresh token.
    pub async fn refresh(&self, token: &str) -> Result<Issued, AccessError> {
        let (session, generation) = self
            .tokens
            .read_refresh(token)
            .ok_or(AccessError::NotSignedIn)?;
        let id = SessionId::from_raw(session);
        let now = self.clock.now();
        let tx = self.db.begin().await?;
        let row = self
            .live(&tx, id, now)
            .await?
            .ok_or(AccessError::NotSignedIn)?;
        let who = signed_in(id, &row)?;
        if generation == row.generation {
            // When another tab won the race, this moves nothing and both hold the token that it made.
            sql::exec(
                &tx,
                "UPDATE session SET generation = generation + 1, rotated_at = $3, expires_at = $4
                 WHERE id = $1 AND generation = $2",
                [
                    session.into(),
                    generation.into(),
                    now.0.into(),
                    now.plus(SESSION_LIFETIME).0.into(),
                ],
            )
            .await?;
        } else if generation + 1 != row.generation || now.0 - row.rotated_at > GRACE {
            revoke_in_tx(&tx, id, "reuse", now).await?;
            tx.commit().await?;
            self.cache.lock().remove(&session);
            return Err(AccessError::NotSignedIn);
        }
        tx.commit().await?;
        Ok(Issued {
            access: self.access(who, now)?,
            refresh: self.tokens.refresh(session, generation + 1),
            who,
        })
    }

    /// Checks an access token; role and revocation are at most [`CACHE_LIFETIME`] old.
    pub async fn check(&self, token: &str) -> Result<SignedIn, AccessError> {
        let now = self.clock.now();
        let mut validation = Validation::new(Algorithm::HS256);
        // The clock is ours, so that tests can turn it.
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        let key = DecodingKey::from_secret(&self.tokens.access_key);
        let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation)
            .map_err(|_| AccessError::NotSignedIn)?
            .claims;
        if claims.exp <= now.0 / SECOND {
            return Err(AccessError::NotSignedIn);
        }
        if let Some((seen, who)) = self.cache.lock().get(&claims.sid)
            && now.0 - seen.0 < CACHE_LIFETIME
        {
            return Ok(*who);
        }
        let id = SessionId::from_raw(claims.sid);
        let row = self
            .live(self.db.reader(), id, now)
            .await?
            .ok_or(AccessError::NotSignedIn)?;
        let who = signed_in(id, &row)?;
        let mut cache = self.cache.lock();
        cache.retain(|_, (seen, _)| now.0 - seen.0 < CACHE_LIFETIME);
        cache.insert(claims.sid, (now, who));
        Ok(who)
    }

    /// Ends a session.
    pub async fn revoke(&self, id: SessionId) -> Result<(), AccessError> {
        let tx = self.db.begin().await?;
        revoke_in_tx(&tx, id, "signed_out", self.clock.now()).await?;
        tx.commit().await?;
        self.cache.lock().remove(&id.raw());
        Ok(())
    }

    /// Returns the session that a refresh token belongs to, without judging it.
    pub fn session_of(&self, refresh: &str) -> Option<SessionId> {
        self.tokens
            .read_refresh(refresh)
            .map(|(session, _)| SessionId::from_raw(session))
    }

    fn access(&self, who: SignedIn, now: Millis) -> Result<String, AccessError> {
        let claims = Claims {
            sub: who.user.raw(),
            sid: who.session.raw(),
            wsp: who.workspace.raw(),
            iat: now.0 / SECOND,
            exp: now.plus(ACCESS_LIFETIME).0 / SECOND,
        };
        jsonwebtoken::encode(
            &Header::new(Algorithm::HS256),
            &claims,
            &EncodingKey::from_secret(&self.tokens.access_key),
        )
        .map_err(|_| AccessError::Crypto)
    }

    async fn live(
        &self,
        db: &impl ConnectionTrait,
        id: SessionId,
        now: Millis,
    ) -> Result<Option<Row>, AccessError> {
        Ok(sql::one(
            db,
            "SELECT s.user_id, s.workspace_id, s.generation, s.rotated_at, m.role
             FROM session s
             JOIN member m ON m.workspace_id = s.workspace_id AND m.user_id = s.user_id
             JOIN user_account u ON u.id = s.user_id AND u.disabled_at IS NULL
             WHERE s.id = $1 AND s.revoked_at IS NULL AND s.expires_at > $2",
            [id.raw().into(), now.0.into()],
        )
        .await?)
    }
}

/// Removes up to `limit` sessions that have ended by themselves, their refresh tokens with them; returns how many.
///
/// # Errors
/// When the database does not answer.
pub async fn prune(tx: &impl ConnectionTrait, now: Millis, limit: u32) -> Result<u64, DbErr> {
    let text = format!(
        "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires_at <= $1 LIMIT {limit})"
    );
    sql::exec(tx, text, [now.0.into()]).await
}

fn signed_in(session: SessionId, row: &Row) -> Result<SignedIn, AccessError> {
    Ok(SignedIn {
        session,
        user: UserId::from_raw(row.user_id),
        workspace: WorkspaceId::from_raw(row.workspace_id),
        role: Role::parse(&row.role).ok_or(AccessError::NotSignedIn)?,
    })
}

async fn revoke_in_tx(
    tx: &impl ConnectionTrait,
    id: SessionId,
    reason: &str,
    now: Millis,
) -> Result<(), AccessError> {
    sql::exec(
        tx,
        "UPDATE session SET revoked_at = $2, revoke_reason = $3 WHERE id = $1 AND revoked_at IS NULL",
        [id.raw().into(), now.0.into(), reason.into()],
    )
    .await?;
    Ok(())
}
