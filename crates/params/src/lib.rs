//! Canonical options, an endpoint's schema and rules, turned into a request body with a note for every change.
