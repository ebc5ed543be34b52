//! Contracts of mediagen: kinds, capabilities, requests, providers, models, jobs, errors and the registry.
