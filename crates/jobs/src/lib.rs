//! Identity of our own jobs; the home of the pay-once journal.
