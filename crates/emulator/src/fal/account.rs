//! The emulator's one account: what it is allowed to do (protocol 1.2).

use crate::wire::{Answer, Call, detail, lock};
use axum::http::{HeaderMap, header};
use std::{
    collections::HashSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

#[derive(Debug)]
pub(crate) struct Account {
    /// Empty lets every key in.
    accepted_keys: Vec<String>,
    /// US dollars.
    balance: f64,
    locked: AtomicBool,
    tokens: Mutex<HashSet<String>>,
}

impl Account {
    pub(crate) fn new(accepted_keys: Vec<String>, balance: f64, locked: bool) -> Self {
        Self { accepted_keys, balance, locked: AtomicBool::new(locked), tokens: Mutex::default() }
    }

    pub(crate) fn balance(&self) -> f64 {
        self.balance
    }

    pub(crate) fn locked(&self) -> bool {
        self.locked.load(Ordering::SeqCst)
    }

    pub(crate) fn set_locked(&self, locked: bool) {
        self.locked.store(locked, Ordering::SeqCst);
    }

    /// A new opaque CDN token, valid for the life of this emulator.
    pub(crate) fn issue_token(&self) -> String {
        let token = format!("cdn-{}", uuid::Uuid::new_v4().simple());
        self.keep_token(&token);
        token
    }

    /// Remembers a token (protocol 1.3).
    pub(crate) fn keep_token(&self, token: &str) {
        lock(&self.tokens).insert(token.to_owned());
    }

    fn knows_token(&self, token: &str) -> bool {
        lock(&self.tokens).contains(token)
    }

    /// Whether a key came with the request that this emulator lets in.
    pub(crate) fn has_key(&self, headers: &HeaderMap) -> bool {
        let Some((scheme, key)) = scheme_and_value(headers) else { return false };
        scheme.eq_ignore_ascii_case("key")
            && !key.trim().is_empty()
            && (self.accepted_keys.is_empty() || self.accepted_keys.iter().any(|known| known == key))
    }

    /// Refuses a call without a good key; `what` completes the sentence for a missing one.
    pub(crate) fn require_key(&self, headers: &HeaderMap, what: &str) -> Result<(), Answer> {
        if self.has_key(headers) {
            return Ok(());
        }
        if headers.contains_key(header::AUTHORIZATION) {
            return Err(detail(401, "Authentication failed: invalid key credentials"));
        }
        Err(detail(401, &format!("Cannot access {what}. Authentication is required.")))
    }

    /// Like [`Account::require_key`], or a browser token in the query (protocol 1.3).
    pub(crate) fn require_key_or_token(&self, call: &Call, what: &str) -> Result<(), Answer> {
        match call.param("fal_jwt_token") {
            Some(token) if self.knows_token(&token) => Ok(()),
            Some(_) => Err(detail(401, "Authentication failed: invalid token")),
            None => self.require_key(&call.parts.headers, what),
        }
    }

    /// Refuses what a locked account may not do.
    pub(crate) fn require_unlocked(&self) -> Result<(), Answer> {
        if self.locked() {
            return Err(detail(
                403,
                "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.",
            ));
        }
        Ok(())
    }

    /// Refuses an upload without a CDN token; the account's key is not one (protocol 6.1).
    pub(crate) fn require_cdn_token(&self, headers: &HeaderMap) -> Result<(), Answer> {
        match scheme_and_value(headers) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && self.knows_token(token) => Ok(()),
            _ => Err(detail(401, "A valid CDN token is required")),
        }
    }
}

fn scheme_and_value(headers: &HeaderMap) -> Option<(&str, &str)> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')
}
