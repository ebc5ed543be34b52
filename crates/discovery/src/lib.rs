//! The catalogue of what providers offer: collected page by page, queried by kind and capability.
