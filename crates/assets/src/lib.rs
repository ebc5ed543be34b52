//! Media on disk: download, verify, sniff and probe what a model made.
