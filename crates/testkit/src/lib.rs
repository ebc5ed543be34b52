//! The suite that every mediagen provider must pass, with in-memory fakes that pass it.
